/* SPDX-License-Identifier: MIT */
/* sources: runtime/console/args.c */
/* The console's arguments, and its ring. */
#include <string.h>

#include "runtime/console/args.h"
#include "runtime/console/ring.h"
#include "tests/unit/tap.h"

static struct console_args a;

static bool parse(const char *arg)
{
	char *argv[] = { "console", (char *)arg, NULL };
	const char *bad;

	return args_parse(&a, 2, argv, &bad);
}

static void test_args(void)
{
	static const char *const wrong[] = {
		"", "in", "in=", "in=uart:0x2f8", "in=uart:0x2f8:", "in=uart:0x2f8:32", "in=debugcon:0xe9:0",
		"out=debugcon:", "out=debugcon:0x10000", "out=debugcon:0xe9x", "out=file:1", "tty=foo",
		"tty=in,outt", "size=24", "size=24x", "size=24x80x", "size=-1x80", "foo=1",
	};
	char *all[] = { "console", "in=uart:0x2f8:0", "eof=uart:1000:31", "out=debugcon:0xe9",
			"log=uart:0x3f8", "tty=in,err", "size=24x80", NULL };
	const char *bad = NULL;
	bool fine = true;

	ok(args_parse(&a, 7, all, &bad), "all kinds of arguments");
	ok(a.in.kind == DEVICE_UART && a.in.port == 0x2f8 && a.in.gsi == 0 && a.eof.port == 1000 &&
	   a.eof.gsi == 31, "input devices");
	ok(a.out[CONSOLE_OUT].kind == DEVICE_DEBUGCON && a.out[CONSOLE_OUT].port == 0xe9 &&
	   a.out[CONSOLE_LOG].kind == DEVICE_UART && a.out[CONSOLE_ERR].kind == DEVICE_NONE, "outputs");
	ok(a.tty[CONSOLE_IN] && !a.tty[CONSOLE_OUT] && a.tty[CONSOLE_ERR] && a.rows == 24 && a.cols == 80,
	   "terminals");
	ok(parse("tty=") && !a.tty[CONSOLE_IN], "no terminal at all");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		fine &= !parse(wrong[i]);
	ok(fine, "what is wrong is refused");
}

static void test_ring(void)
{
	static struct ring r = { .put = ~0u - 100, .got = ~0u - 100 };
	static uint8_t out[RING_SIZE + 1];
	bool fine = true;

	for (unsigned i = 0; i < RING_SIZE; i++)
		ring_put(&r, i * 7);
	ok(ring_used(&r) == RING_SIZE && ring_room(&r) == 0, "a ring holds all its bytes");
	ok(ring_get(&r, out, 10) == 10 && ring_room(&r) == 10, "some are taken");
	ok(ring_get(&r, out + 10, RING_SIZE) == RING_SIZE - 10 && !ring_used(&r), "the rest is taken");
	for (unsigned i = 0; i < RING_SIZE; i++)
		fine &= out[i] == (uint8_t)(i * 7);
	ok(fine, "in their order, also where the counters wrap");
}

int main(void)
{
	test_args();
	test_ring();
	return done();
}
