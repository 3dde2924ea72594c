/* SPDX-License-Identifier: MIT */
/* args.c - parser of the console's arguments. */
#include "args.h"

#include <stdlib.h>
#include <string.h>

/* A number from *s on, which moves behind it. */
static bool number(const char **s, unsigned long max, unsigned long *out)
{
	char *end;

	if (**s < '0' || **s > '9')
		return false;
	*out = strtoul(*s, &end, 0);
	*s = end;
	return *out <= max;
}

/* window:PORT:I for input; uart:PORT or debugcon:PORT */
static bool parse_device(const char *s, bool input, struct device *d)
{
	unsigned long v;

	if (!strncmp(s, "window:", 7) && input) {
		d->kind = DEVICE_WINDOW;
		s += 7;
	} else if (!strncmp(s, "uart:", 5) && !input) {
		d->kind = DEVICE_UART;
		s += 5;
	} else if (!strncmp(s, "debugcon:", 9) && !input) {
		d->kind = DEVICE_DEBUGCON;
		s += 9;
	} else {
		return false;
	}
	if (!number(&s, 0xffff, &v))
		return false;
	d->port = v;
	if (input) {
		if (*s++ != ':' || !number(&s, 31, &v))
			return false;
		d->gsi = v;
	}
	return !*s;
}

static bool parse_tty(const char *s, bool tty[CONSOLE_STREAMS])
{
	static const char *const names[] = { "in", "out", "err" };

	while (*s) {
		size_t len = strcspn(s, ","), i = 0;

		while (i < 3 && (strlen(names[i]) != len || memcmp(names[i], s, len)))
			i++;
		if (i == 3)
			return false;
		tty[i] = true;
		s += len + (s[len] == ',');
	}
	return true;
}

static bool parse_size(const char *s, struct console_args *a)
{
	unsigned long rows, cols;

	if (!number(&s, 0xffff, &rows) || *s++ != 'x' || !number(&s, 0xffff, &cols))
		return false;
	a->rows = rows;
	a->cols = cols;
	return !*s;
}

static bool parse_one(struct console_args *a, const char *arg)
{
	const char *eq = strchr(arg, '=');
	const char *v = eq ? eq + 1 : arg;
	const struct {
		const char *key;
		bool input;
		struct device *d;
	} devices[] = {
		{ "in=", true, &a->in },
		{ "out=", false, &a->out[CONSOLE_OUT] },
		{ "err=", false, &a->out[CONSOLE_ERR] },
		{ "log=", false, &a->out[CONSOLE_LOG] },
		{ "trace=", false, &a->out[CONSOLE_TRACE] },
	};

	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++)
		if (!strncmp(arg, devices[i].key, v - arg) && eq && !devices[i].key[v - arg])
			return parse_device(v, devices[i].input, devices[i].d);
	if (!strncmp(arg, "tty=", 4))
		return parse_tty(v, a->tty);
	if (!strncmp(arg, "size=", 5))
		return parse_size(v, a);
	return false;
}

bool args_parse(struct console_args *a, int argc, char **argv, const char **bad)
{
	memset(a, 0, sizeof(*a));
	for (int i = 1; i < argc; i++)
		if (!parse_one(a, argv[i])) {
			*bad = argv[i];
			return false;
		}
	return true;
}
