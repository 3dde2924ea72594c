/* SPDX-License-Identifier: MIT */
/* rtc.h - the PC's real-time clock; see rtc.c. */
#pragma once
#include <stdint.h>

/* Register values as read: seconds, minutes, hours, day, month, year, century, status B. */
struct rtc_regs {
	uint8_t sec, min, hour, day, month, year, century, status_b;
};

/* Seconds since 1970-01-01 UTC; 0: the values make no date. Pure. */
uint64_t rtc_seconds(struct rtc_regs r);

/* Wait for the clock not to be changing, and read it. Needs ports 0x70 and 0x71. */
uint64_t rtc_read(void);
