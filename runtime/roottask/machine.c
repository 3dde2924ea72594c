/* SPDX-License-Identifier: MIT */
/*
 * machine.c - the roottask's own devices: COM1 for the log, the clock, and the ports through which
 * the machine tells how it ended.
 *
 * The log is polled and whole lines are written under log_lock, so lines of different threads do
 * not mix. The ports are pulled from the hypervisor's space as exact pieces (ABI reference 4.4).
 */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <hedron/native.h>

#include "conf.h"
#include "runtime/lib/port.h"
#include "rtc.h"

#define COM1		0x3f8
#define COM_LSR		5		/* line status */
#define LSR_THRE	0x20		/* transmitter takes a byte */
#define COM_PATIENCE	100000		/* polls until a UART that does not send is given up */

uint64_t clock_epoch_ns, clock_epoch_tsc;

static struct hedron_mutex log_lock;
static const struct conf *conf;

static void pull_ports(uint16_t first, unsigned order)
{
	hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_pio(first, order),
			XFER_DELEGATE | XFER_HYPERVISOR, crd_pio(first, order));
}

void machine_init(void)
{
	pull_ports(COM1, 3);
	pull_ports(0x70, 1);
	clock_epoch_tsc = __builtin_ia32_rdtsc();
	clock_epoch_ns = rtc_read() * 1000000000;
	if (hedron_mutex_init(&log_lock) != SVC_OK)
		__builtin_trap();
}

/* ---- log ------------------------------------------------------------------------------------- */

static void com_byte(char c)
{
	for (int i = 0; i < COM_PATIENCE && !(port_in8(COM1 + COM_LSR) & LSR_THRE); i++)
		;
	port_out8(COM1, c);
}

static void com_text(const char *s, unsigned len)
{
	for (unsigned i = 0; i < len; i++) {
		const unsigned char c = s[i];

		com_byte((c >= ' ' && c != 0x7f) || c == '\t' ? c : '?');
	}
}

void log_text(const char *who, const char *text, unsigned len)
{
	const char *end = text + len;

	hedron_mutex_lock(&log_lock);
	do {
		const char *nl = memchr(text, '\n', end - text);
		const char *stop = nl ? nl : end;

		com_byte('[');
		com_text(who, strlen(who));
		com_text("] ", 2);
		com_text(text, stop - text);
		com_byte('\n');
		text = nl ? nl + 1 : end;
	} while (text < end);
	hedron_mutex_unlock(&log_lock);
}

static void log_va(const char *who, const char *format, va_list ap)
{
	char line[400];
	int n = vsnprintf(line, sizeof(line), format, ap);

	log_text(who, line, n < (int)sizeof(line) ? n : (int)sizeof(line) - 1);
}

void log_line(const char *who, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	log_va(who, format, ap);
	va_end(ap);
}

/* ---- the end --------------------------------------------------------------------------------- */

void machine_configure(const struct conf *c)
{
	conf = c;
	if (c->has_control)
		pull_ports(c->control, 0);
	if (c->has_poweroff)
		pull_ports(c->poweroff, 0);
}

/* Whoever comes here first ends the machine; nobody else gets further. */
__attribute__((noreturn)) static void finish(const char *line)
{
	static int ending;

	if (!__atomic_exchange_n(&ending, 1, __ATOMIC_ACQ_REL)) {
		if (conf && conf->has_control)
			for (const char *s = line; *s; s++)
				port_out8(conf->control, *s);
		if (conf && conf->has_poweroff)
			port_out8(conf->poweroff, 0);
		log_root("the machine halts: %.*s", (int)strcspn(line, "\n"), line);
	}
	for (;;)
		hedron_sm_down(hedron_sm_new(0), 0);
}

void machine_refuse(const char *why)
{
	pull_ports(COM1, 3);
	com_text(why, strlen(why));
	com_byte('\n');
	hedron_reply(0);
}

void machine_end(unsigned status)
{
	char line[32];

	snprintf(line, sizeof(line), "exit %u\n", status);
	finish(line);
}

void machine_fail(unsigned status, const char *format, ...)
{
	char text[300], line[340];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	log_root("%s", text);
	snprintf(line, sizeof(line), "fail %u %s\n", status, text);
	for (char *s = line; s[1]; s++)		/* one line, whatever the text held */
		if (*s == '\n')
			*s = ' ';
	finish(line);
}
