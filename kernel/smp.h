/* SPDX-License-Identifier: MIT */
/* smp.h - starting the CPUs besides the boot CPU; smp.c. */
#pragma once

/* By the boot CPU, at least 10 ms apart, in which the others reset themselves. smp_start() returns when
 * all are up, or known not to come. */
void smp_reset(void);
void smp_start(void);
