/* SPDX-License-Identifier: MIT */
/*
 * trace.c - lines for system calls, as strace writes them:
 *
 *	hello[2] openat(AT_FDCWD, "/etc/passwd", O_RDONLY) = -1 ENOENT (No such file or directory)
 *
 * driven by the table's formats (calls.h). A line is written when the call has its result, so what it
 * put into memory can be shown. Strings and buffers are shown up to 32 bytes, like strace's. A line
 * that grows too long is cut.
 */
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/time.h>
#include <hedron/console.h>
#include <hedron/native.h>

#include "process.h"
#include "sig.h"
#include "usermem.h"

#define LINE_MAX_BYTES	1024
#define SHOWN_MAX	32		/* bytes of a string or buffer */

static cap_sel console;

struct line {
	size_t len;
	char text[LINE_MAX_BYTES];
};

void trace_init(cap_sel portal)
{
	console = portal;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static void add(struct line *l, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void grown(struct line *l, int n)
{
	size_t room = sizeof(l->text) - l->len;

	l->len += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

static void add_args(struct line *l, const char *fmt, va_list ap)
{
	grown(l, vsnprintf(l->text + l->len, sizeof(l->text) - l->len, fmt, ap));
}

static void add(struct line *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_args(l, fmt, ap);
	va_end(ap);
}

static void begin(struct line *l, const struct thread *t)
{
	l->len = 0;
	add(l, "%s[%d] ", t->process->name, t->tid);
}

static void end(struct line *l)
{
	struct console_write *req;

	if (l->len > sizeof(l->text) - 2)
		l->len = sizeof(l->text) - 2;
	l->text[l->len++] = '\n';
	req = hedron_svc_request(sizeof(*req), CONSOLE_VERSION, CONSOLE_WRITE);
	req->stream = CONSOLE_TRACE;
	req->len = l->len;
	hedron_msg_bytes(hedron_utcb(), l->text, l->len);
	if (hedron_svc_call(console, sizeof(struct svc_reply)) != SVC_OK)
		console = 0;			/* nobody to tell */
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* A quoted string as C has it; `more`: it goes on. */
static void add_quoted(struct line *l, const uint8_t *s, size_t n, bool more)
{
	add(l, "\"");
	for (size_t i = 0; i < n; i++) {
		const char *names = "abtnvfr", *codes = "\a\b\t\n\v\f\r";
		const char *at = s[i] ? strchr(codes, s[i]) : NULL;

		if (at)
			add(l, "\\%c", names[at - codes]);
		else if (s[i] == '"' || s[i] == '\\')
			add(l, "\\%c", s[i]);
		else if (s[i] >= 0x20 && s[i] < 0x7f)
			add(l, "%c", s[i]);
		else
			add(l, i + 1 < n && s[i + 1] >= '0' && s[i + 1] <= '7' ? "\\%03o" : "\\%o", s[i]);
	}
	add(l, more ? "\"..." : "\"");
}

static void add_pointer(struct line *l, uint64_t p)
{
	if (p)
		add(l, "%#llx", (unsigned long long)p);
	else
		add(l, "NULL");
}

static void add_path(struct line *l, struct mm *mm, uint64_t uaddr)
{
	char *path = malloc(4096);
	long n = path ? copy_in_string(mm, path, uaddr, 4096) : -1;

	if (n >= 0)
		add_quoted(l, (uint8_t *)path, n, false);
	else
		add_pointer(l, uaddr);
	free(path);
}

static void add_bytes(struct line *l, struct mm *mm, uint64_t uaddr, uint64_t len)
{
	uint8_t bytes[SHOWN_MAX];
	size_t n = len < sizeof(bytes) ? len : sizeof(bytes);

	if (copy_in(mm, bytes, uaddr, n))
		add_pointer(l, uaddr);
	else
		add_quoted(l, bytes, n, len > n);
}

static void add_struct(struct line *l, struct mm *mm, const char *type, size_t len, uint64_t uaddr)
{
	struct timespec ts;
	int fds[2];

	if (!strncmp(type, "timespec", len) && !copy_in(mm, &ts, uaddr, sizeof(ts)))
		add(l, "{tv_sec=%lld, tv_nsec=%lld}", (long long)ts.tv_sec, (long long)ts.tv_nsec);
	else if (!strncmp(type, "pipe", len) && !copy_in(mm, fds, uaddr, sizeof(fds)))
		add(l, "[%d, %d]", fds[0], fds[1]);
	else
		add_pointer(l, uaddr);
}

/* How many bytes `out:N` or `in:N` stands for. */
static uint64_t count_of(const char *n, const uint64_t *args, long result)
{
	if (*n == 'r')
		return result > 0 ? result : 0;
	return *n >= '0' && *n <= '5' ? args[*n - '0'] : 0;
}

static bool is_word(const char *word, size_t len, const char *s)
{
	return strlen(s) == len && !memcmp(word, s, len);
}

static bool add_number(struct line *l, const char *w, size_t len, uint64_t v)
{
	if (is_word(w, len, "fd") && (int)v == AT_FDCWD)
		add(l, "AT_FDCWD");
	else if (is_word(w, len, "fd") || is_word(w, len, "int"))
		add(l, "%d", (int)v);
	else if (is_word(w, len, "uint"))
		add(l, "%u", (uint32_t)v);
	else if (is_word(w, len, "hex"))
		add(l, (uint32_t)v ? "%#x" : "%x", (uint32_t)v);
	else if (is_word(w, len, "long") || is_word(w, len, "off"))
		add(l, "%lld", (long long)v);
	else if (is_word(w, len, "ulong") || is_word(w, len, "len"))
		add(l, "%llu", (unsigned long long)v);
	else if (is_word(w, len, "mode"))
		add(l, "%04o", (uint32_t)v);
	else if (is_word(w, len, "sig"))
		add(l, "%s", (int)v ? signal_name(v) : "0");
	else if (is_word(w, len, "ptr"))
		add_pointer(l, v);
	else
		return false;
	return true;
}

/* One argument; `w` of `len` bytes is its word of the format. */
static void add_arg(struct line *l, struct mm *mm, const char *w, size_t len, const uint64_t *args,
		    unsigned i, long result)
{
	uint64_t v = args[i];
	char name[24];
	int n;

	if (add_number(l, w, len, v))
		return;
	if (is_word(w, len, "path")) {
		add_path(l, mm, v);
	} else if (is_word(w, len, ">path")) {
		if (lx_is_error(result))
			add_pointer(l, v);
		else
			add_path(l, mm, v);
	} else if (!strncmp(w, "in:", 3)) {
		add_bytes(l, mm, v, count_of(w + 3, args, result));
	} else if (!strncmp(w, "out:", 4)) {
		if (lx_is_error(result))
			add_pointer(l, v);
		else
			add_bytes(l, mm, v, count_of(w + 4, args, result));
	} else if (*w == '*') {
		add_struct(l, mm, w + 1, len - 1, v);
	} else if (!strncmp(w, ">*", 2)) {
		if (lx_is_error(result))
			add_pointer(l, v);
		else
			add_struct(l, mm, w + 2, len - 2, v);
	} else {
		snprintf(name, sizeof(name), "%.*s", (int)len, w);
		n = trace_words(l->text + l->len, sizeof(l->text) - l->len, name, v);
		if (n < 0)
			add(l, "%#llx", (unsigned long long)v);
		else
			grown(l, n);
	}
}

/* The name and the arguments; what follows them in the format. */
static const char *add_call(struct line *l, struct thread *t, const struct lx_call *call,
			    const uint64_t *args, long result)
{
	const char *at = call->format;

	add(l, "%s(", call->name);
	for (unsigned i = 0; i < 6 && *at && *at != '='; i++) {
		size_t len = strcspn(at, " ");

		add(l, "%s", i ? ", " : "");
		add_arg(l, t->process->mm, at, len, args, i, result);
		at += len;
		at += strspn(at, " ");
	}
	add(l, ")");
	return at;
}

static void add_result(struct line *l, const char *format, long result)
{
	add(l, " = ");
	if (lx_is_error(result)) {
		add(l, "-1 ");
		grown(l, trace_errno(l->text + l->len, sizeof(l->text) - l->len, -result));
	} else if (result == LX_REGS || result == LX_EXIT || !strcmp(format, "=none")) {
		add(l, result == 0 || result == LX_REGS ? "0" : "?");
	} else if (!strcmp(format, "=ptr") || !strcmp(format, "=hex")) {
		add(l, "%#lx", result);
	} else {
		add(l, "%ld", result);
	}
}

static bool is_on(void)	{ return console; }

void trace_call(struct thread *t, const struct lx_call *call, const uint64_t *args, long result)
{
	static struct line l;
	const char *format;

	if (!is_on())
		return;
	begin(&l, t);
	if (call && call->handler) {
		format = add_call(&l, t, call, args, result);
	} else {
		format = "";
		add(&l, "syscall_%llu(%#llx, %#llx, %#llx, %#llx, %#llx, %#llx)",
		    (unsigned long long)t->regs.rax, (unsigned long long)args[0],
		    (unsigned long long)args[1], (unsigned long long)args[2],
		    (unsigned long long)args[3], (unsigned long long)args[4],
		    (unsigned long long)args[5]);
	}
	add_result(&l, format, result);
	end(&l);
}

void trace_last_call(struct thread *t, const struct lx_call *call, const uint64_t *args)
{
	static struct line l;

	if (!is_on())
		return;
	begin(&l, t);
	add_call(&l, t, call, args, 0);
	add(&l, " = ?");
	end(&l);
}

void trace_event(struct thread *t, const char *fmt, ...)
{
	static struct line l;
	va_list ap;

	if (!is_on())
		return;
	begin(&l, t);
	va_start(ap, fmt);
	add_args(&l, fmt, ap);
	va_end(ap);
	end(&l);
}
