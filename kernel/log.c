/* SPDX-License-Identifier: MIT */
/*
 * log.c - text to the serial port (option `serial`) and to the debug port of emulators, 0xe9 (option
 * `debugcon`). Without them the kernel is silent. Formats: %s %c %u %d %x with width, 0 and l.
 */
#include "log.h"
#include "bootinfo.h"
#include "cpu.h"
#include "ec.h"
#include "layout.h"
#include "spinlock.h"
#include "x86.h"

#define DEBUGCON_PORT	0xe9
#define BDA_UART	0x400		/* two words: ports of the first serial lines */
#define UART_DEFAULT	0x3f8

#define UART_DATA	0
#define UART_IER	1
#define UART_FCR	2
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define LSR_THR_EMPTY	0x20
#define LSR_EMPTY	0x40

bool log_verbose;
static uint16_t uart;			/* I  0: not used */
static bool debugcon;			/* I */
static struct spinlock lock;		/* one line at a time */

uint16_t log_uart_port(void)
{
	const uint16_t *bda = phys_to_virt(BDA_UART);

	if (boot.uefi)
		return UART_DEFAULT;	/* there is no BIOS data area */
	return bda[0] ? bda[0] : bda[1] ? bda[1] : UART_DEFAULT;
}

/* Not for ever: there may be no UART. */
static void wait_for(uint8_t lsr)
{
	for (unsigned tries = 100000; tries && !(inb(uart + UART_LSR) & lsr); tries--)
		cpu_pause();
}

/* 115200 baud, 8N1, no interrupts. */
static void uart_init(void)
{
	outb(uart + UART_IER, 0);
	outb(uart + UART_LCR, 0x80);
	outb(uart + UART_DATA, 1);
	outb(uart + UART_IER, 0);
	outb(uart + UART_LCR, 3);
	outb(uart + UART_FCR, 7);
	outb(uart + UART_MCR, 3);
}

void log_init(void)
{
	log_verbose = boot_option("verbose");
	debugcon = boot_option("debugcon");
	if (boot_option("serial"))
		log_force();
}

void log_force(void)
{
	uart = log_uart_port();
	wait_for(LSR_EMPTY);		/* what whoever used it had to say */
	uart_init();
}

static void put(char c)
{
	if (debugcon)
		outb(DEBUGCON_PORT, c);
	if (!uart)
		return;
	wait_for(LSR_THR_EMPTY);
	outb(uart + UART_DATA, c);
}

static void put_number(uint64_t val, unsigned base, unsigned width, char pad)
{
	char digits[20];
	unsigned n = 0;

	do
		digits[n++] = "0123456789abcdef"[val % base];
	while (val /= base);
	for (; width > n; width--)
		put(pad);
	while (n)
		put(digits[--n]);
}

static void put_signed(int64_t val, unsigned width, char pad)
{
	if (val < 0)
		put('-');
	put_number(val < 0 ? -(uint64_t)val : (uint64_t)val, 10, width, pad);
}

static void put_string(const char *s)
{
	while (*s)
		put(*s++);
}

/* One conversion, from behind its %; returns what follows it. */
static const char *convert(const char *f, va_list *args)
{
	char pad = *f == '0' ? '0' : ' ';
	unsigned width = 0;
	bool is_long;

	for (; *f >= '0' && *f <= '9'; f++)
		width = width * 10 + (*f - '0');
	is_long = *f == 'l';
	f += is_long;
	switch (*f) {
	case 's':
		put_string(va_arg(*args, const char *));
		break;
	case 'c':
		put(va_arg(*args, int));
		break;
	case 'd':
		put_signed(is_long ? va_arg(*args, int64_t) : va_arg(*args, int), width, pad);
		break;
	case 'u':
	case 'x':
		put_number(is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
			   *f == 'u' ? 10 : 16, width, pad);
		break;
	default:
		put(*f);
	}
	return f + 1;
}

void log_vprint(const char *f, va_list args)
{
	va_list ap;

	va_copy(ap, args);
	while (*f) {
		if (*f == '\n')
			put('\r');
		if (*f == '%')
			f = convert(f + 1, &ap);
		else
			put(*f++);
	}
	va_end(ap);
}

void log_print(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	spin_lock(&lock);
	log_vprint(fmt, args);
	spin_unlock(&lock);
	va_end(args);
}

void log_kill(const struct ec *ec, const char *reason)
{
	const struct frame *f = &ec->frame;

	log_print("Killed EC:%lx SC:%lx V:%lx CS:%lx RIP:%lx CR2:%lx ERR:%lx (%s)\n", (uint64_t)ec,
		  (uint64_t)this_cpu()->sc, f->vector, f->cs, f->rip, ec->qual[1], ec->qual[0], reason);
}

void log_failed_hypercall(const struct ec *ec, uint64_t arg1, unsigned status)
{
	log_print("EC:%lx RIP:%lx hypercall %u ARG1:%lx: status %u\n", (uint64_t)ec,
		  ec->frame.rip, (unsigned)arg1 & 0xff, arg1, status);
}
