/* SPDX-License-Identifier: MIT */
/* sources: runtime/roottask/rtc.c */
/* flags: -D_GNU_SOURCE */
/* The clock's registers as seconds, against the host's C library. */
#include <stdlib.h>
#include <time.h>

#include "runtime/roottask/rtc.h"
#include "tests/unit/tap.h"

static uint8_t bcd(unsigned v)
{
	return v / 10 << 4 | v % 10;
}

static void test_random(void)
{
	bool fine = true;

	srand(3);
	for (int i = 0; i < 20000; i++) {
		time_t t = ((uint64_t)rand() << 16 ^ rand()) % 4102444800u;
		struct tm tm;
		struct rtc_regs r;

		gmtime_r(&t, &tm);
		r = (struct rtc_regs){ tm.tm_sec, tm.tm_min, tm.tm_hour, tm.tm_mday, tm.tm_mon + 1,
				       tm.tm_year % 100, tm.tm_year / 100 + 19, 0x06 };
		fine &= rtc_seconds(r) == (uint64_t)t;
		r = (struct rtc_regs){ bcd(r.sec), bcd(r.min),
				       bcd(tm.tm_hour % 12 ? tm.tm_hour % 12 : 12) |
					       (tm.tm_hour >= 12 ? 0x80 : 0),
				       bcd(r.day), bcd(r.month), bcd(r.year), bcd(r.century), 0 };
		fine &= rtc_seconds(r) == (uint64_t)t;
	}
	ok(fine, "20000 times, binary with 24 hours and BCD with 12");
}

int main(void)
{
	test_random();
	ok(rtc_seconds((struct rtc_regs){ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }) == 0,
	   "no clock, no time");
	ok(rtc_seconds((struct rtc_regs){ 0, 0, 0, 1, 1, 24, 0, 6 }) == 1704067200,
	   "without a century it is the 21st");
	return done();
}
