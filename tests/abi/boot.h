/* SPDX-License-Identifier: MIT */
#pragma once

/* Look at what only exists before the first hypercall changes it; called once, first. */
void boot_capture(void);
