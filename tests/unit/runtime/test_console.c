/* SPDX-License-Identifier: MIT */
/* sources: runtime/console/args.c */
/* The console's arguments, and its window. */
#include <string.h>

#include "runtime/console/args.h"
#include "runtime/console/window.h"
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
		"", "in", "in=", "in=window:0x2f8", "in=window:0x2f8:", "in=window:0x2f8:32",
		"in=debugcon:0xe9:0", "in=uart:0x2f8:0", "out=window:0x2f8:0", "out=window:0x2f8",
		"out=debugcon:", "out=debugcon:0x10000", "out=debugcon:0xe9x", "out=file:1", "tty=foo",
		"tty=in,outt", "size=24", "size=24x", "size=24x80x", "size=-1x80", "foo=1",
	};
	char *all[] = { "console", "in=window:0x2f8:31", "out=debugcon:0xe9",
			"log=uart:0x3f8", "tty=in,err", "size=24x80", NULL };
	const char *bad = NULL;
	bool fine = true;

	ok(args_parse(&a, 6, all, &bad), "all kinds of arguments");
	ok(a.in.kind == DEVICE_WINDOW && a.in.port == 0x2f8 && a.in.gsi == 31, "input device");
	ok(a.out[CONSOLE_OUT].kind == DEVICE_DEBUGCON && a.out[CONSOLE_OUT].port == 0xe9 &&
	   a.out[CONSOLE_LOG].kind == DEVICE_UART && a.out[CONSOLE_ERR].kind == DEVICE_NONE, "outputs");
	ok(a.tty[CONSOLE_IN] && !a.tty[CONSOLE_OUT] && a.tty[CONSOLE_ERR] && a.rows == 24 && a.cols == 80,
	   "terminals");
	ok(parse("tty=") && !a.tty[CONSOLE_IN], "no terminal at all");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		fine &= !parse(wrong[i]);
	ok(fine, "what is wrong is refused");
}

/* A line, asked for. */
static bool line(struct window *w, const char *text)
{
	bool came = false;

	w->asked = true;
	for (; *text; text++)
		came |= window_line(w, *text);
	return came;
}

static void test_window(void)
{
	static const uint8_t memory[100] = "0123456789";
	struct window w = { .byte = memory, .size = sizeof(memory) };
	uint8_t out[sizeof(memory) + 1];

	ok(window_is_free(&w) && !window_has_bytes(&w), "a new window is free");
	ok(!window_line(&w, '7') && !window_line(&w, '\n') && !w.len, "what was not asked for is ignored");
	ok(!line(&w, "      1") && w.asked && !window_is_free(&w), "half a line is nothing yet");
	ok(line(&w, "0\n") && w.len == 10 && !w.asked && !window_is_free(&w), "a line brings a chunk");
	ok(window_get(&w, out, 4) == 4 && !memcmp(out, "0123", 4), "some is taken");
	ok(window_get(&w, out, sizeof(out)) == 6 && !memcmp(out, "456789", 6), "the rest is taken");
	ok(!window_get(&w, out, sizeof(out)) && window_is_free(&w), "then there is nothing");
	ok(line(&w, "100\n") && window_get(&w, out, sizeof(out)) == 100, "a chunk as large as the window");
	ok(line(&w, "            0\n") && w.ended && !window_is_free(&w), "0 is the end");
	w.ended = false;
	ok(line(&w, "101\n") && w.ended && !w.len, "a chunk that is too large is the end");
	w.ended = false;
	ok(line(&w, "18446744073709551617\n") && w.ended && !w.len, "and so is one beyond 64 bits");
}

int main(void)
{
	test_args();
	test_window();
	return done();
}
