/* SPDX-License-Identifier: MIT */
/*
 * rtc.c - the PC's real-time clock (Motorola MC146818A; the century register is the PC's
 * convention). It is believed to run in UTC.
 */
#include "rtc.h"

#include "runtime/lib/port.h"

#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define STATUS_A	0x0a
#define STATUS_B	0x0b
#define A_UPDATING	0x80
#define B_24_HOURS	0x02
#define B_BINARY	0x04
#define HOUR_PM		0x80

static unsigned from_bcd(unsigned v)
{
	return (v >> 4) * 10 + (v & 15);
}

/* Days from 1970-01-01 to a date of the Gregorian calendar; the year begins in March here, so that
 * the leap day is its last. */
static uint64_t days(unsigned year, unsigned month, unsigned day)
{
	unsigned y = month > 2 ? year : year - 1;
	unsigned m = month > 2 ? month - 3 : month + 9;

	return 365ull * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

uint64_t rtc_seconds(struct rtc_regs r)
{
	const unsigned pm = r.hour & HOUR_PM && !(r.status_b & B_24_HOURS);
	unsigned year;

	r.hour &= ~(pm ? HOUR_PM : 0);
	if (!(r.status_b & B_BINARY)) {
		r.sec = from_bcd(r.sec);
		r.min = from_bcd(r.min);
		r.hour = from_bcd(r.hour);
		r.day = from_bcd(r.day);
		r.month = from_bcd(r.month);
		r.year = from_bcd(r.year);
		r.century = from_bcd(r.century);
	}
	if (!(r.status_b & B_24_HOURS))
		r.hour = r.hour % 12 + (pm ? 12 : 0);
	year = (r.century >= 19 && r.century <= 29 ? r.century : 20) * 100 + r.year;
	if (year < 1970 || r.month < 1 || r.month > 12 || r.day < 1 || r.day > 31 || r.hour > 23 ||
	    r.min > 59 || r.sec > 60)
		return 0;
	return ((days(year, r.month, r.day) * 24 + r.hour) * 60 + r.min) * 60 + r.sec;
}

static uint8_t rtc_reg(uint8_t reg)
{
	port_out8(RTC_INDEX, reg);
	return port_in8(RTC_DATA);
}

/* A clock that does not exist reads 0xff: the loops are bounded. */
static struct rtc_regs read_regs(void)
{
	for (int i = 0; i < 10000 && rtc_reg(STATUS_A) & A_UPDATING; i++)
		;
	return (struct rtc_regs){
		.sec = rtc_reg(0), .min = rtc_reg(2), .hour = rtc_reg(4), .day = rtc_reg(7),
		.month = rtc_reg(8), .year = rtc_reg(9), .century = rtc_reg(0x32),
		.status_b = rtc_reg(STATUS_B),
	};
}

/* Two readings that agree were not torn by an update. */
uint64_t rtc_read(void)
{
	uint64_t now = rtc_seconds(read_regs()), before;

	for (int i = 0; i < 5; i++) {
		before = now;
		now = rtc_seconds(read_regs());
		if (now == before)
			break;
	}
	return now;
}
