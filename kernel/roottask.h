/* SPDX-License-Identifier: MIT */
/* roottask.h - the first user program; roottask.c. */
#pragma once

void roottask_start(void);		/* ready to run when this returns */
