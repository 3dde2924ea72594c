/* SPDX-License-Identifier: MIT */
/*
 * console.c - client of the console service (hedron/console.h): streams 0, 1, 2 of the program.
 *
 * The portal is looked up at first use and again when the service has died and come back. A program
 * that was not granted the console has its output in the log, line by line.
 */
#include "console.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <hedron/console.h>

#include "keep.h"
#include "runtime.h"

static bool has_notify;			/* the console has our semaphore for input */
static cap_sel portal[HEDRON_NUM_CPU];	/* 0: not looked up. Two threads may both: one leaks */

/* The console's portal on this CPU; 0: not granted. */
static cap_sel find(void)
{
	cap_sel *pt = &portal[hedron_cpu()];
	cap_sel found;

	if (!*pt && hedron_find(CONSOLE_NAME, ROOT_LOOKUP_WAIT, &found) == SVC_OK)
		*pt = found;
	return *pt;
}

static void forget(void)
{
	cap_sel *pt = &portal[hedron_cpu()];
	cap_sel old = __atomic_exchange_n(pt, 0, __ATOMIC_ACQ_REL);

	if (old)
		hedron_forget(old);
}

static int errno_of(enum svc_status status)
{
	switch (status) {
	case SVC_DENIED:	return EBADF;
	case SVC_NO_MEMORY:	return ENOMEM;
	default:		return EIO;
	}
}

/* ---- output ---------------------------------------------------------------------------------- */

static enum svc_status write_once(int stream, const void *data, size_t len)
{
	struct console_write *req;
	cap_sel pt = find();

	if (!pt)
		return SVC_NOT_FOUND;
	req = hedron_svc_request(sizeof(*req), CONSOLE_VERSION, CONSOLE_WRITE);
	req->stream = stream;
	req->len = len;
	hedron_msg_bytes(hedron_utcb(), data, len);
	return hedron_svc_call(pt, sizeof(struct svc_reply));
}

/* Whole lines to the log; an unfinished one waits for its rest. */
static void write_log(const char *data, size_t len)
{
	static char line[480];
	static size_t n;

	hedron_mutex_lock(&lock_stdio);
	for (size_t i = 0; i < len; i++) {
		if (data[i] != '\n')
			line[n++] = data[i];
		if (data[i] == '\n' || n == sizeof(line)) {
			root_log(line, n);
			n = 0;
		}
	}
	hedron_mutex_unlock(&lock_stdio);
}

ssize_t console_write(int stream, const void *data, size_t len)
{
	struct kept_utcb kept;
	enum svc_status status = SVC_OK;
	size_t done = 0;
	int again = 1;

	utcb_keep(&kept);
	while (done < len && status == SVC_OK) {
		size_t n = len - done < CONSOLE_WRITE_MAX ? len - done : CONSOLE_WRITE_MAX;

		status = write_once(stream, (const char *)data + done, n);
		if (status == SVC_OK)
			done += n;
		if (status == SVC_DEAD && again--) {
			forget();
			status = SVC_OK;
		}
	}
	utcb_put_back(&kept);
	if (status == SVC_NOT_FOUND) {
		write_log(data, len);
		return len;
	}
	return done || !len ? (ssize_t)done : -errno_of(status);
}

/* ---- input ----------------------------------------------------------------------------------- */

static enum svc_status read_once(cap_sel pt, void *data, size_t *len)
{
	struct console_read *req;
	const struct console_data *rep;
	enum svc_status status;

	req = hedron_svc_request(sizeof(*req), CONSOLE_VERSION, CONSOLE_READ);
	req->len = *len < CONSOLE_READ_MAX ? *len : CONSOLE_READ_MAX;
	status = hedron_svc_call(pt, sizeof(struct svc_reply));
	if (status != SVC_OK)
		return status;
	rep = (const struct console_data *)hedron_utcb()->word;
	if (rep->rep.value > *len || sizeof(*rep) + rep->rep.value > utcb_words(hedron_utcb()) * 8)
		return SVC_DEAD;
	*len = rep->rep.value;
	memcpy(data, rep->data, *len);
	return SVC_OK;
}

static enum svc_status ask_notify(cap_sel pt, cap_sel sm)
{
	hedron_svc_request(sizeof(struct svc_request), CONSOLE_VERSION, CONSOLE_NOTIFY);
	hedron_msg_obj(hedron_utcb(), sm, 0, SM_UP, 0);
	return hedron_svc_call(pt, sizeof(struct svc_reply));
}

/* The semaphore is one of our own, or the one that the program was born with. */
static cap_sel input_sm(void)
{
	static cap_sel sm;

	if (!sm) {
		cap_sel made = hedron_sm_new(0);

		sm = made == HEDRON_NO_SEL ? hedron_caps() + CAPS_SM : made;
	}
	return sm;
}

/* No wake-up is lost: the semaphore is with the console before the READ that says AGAIN, and what
 * arrives after it is counted there. */
ssize_t console_read(void *data, size_t len)
{
	struct kept_utcb kept;
	enum svc_status status = SVC_NOT_FOUND;
	size_t n = len;
	cap_sel pt = find();

	utcb_keep(&kept);
	while (pt && (status = read_once(pt, data, &n)) == SVC_AGAIN) {
		n = len;
		if (has_notify) {
			hedron_sm_down_zero(input_sm(), 0);
		} else if ((status = ask_notify(pt, input_sm())) != SVC_OK) {
			break;
		}
		has_notify = true;
	}
	utcb_put_back(&kept);
	if (status == SVC_DEAD) {
		has_notify = false;	/* a new console does not know of it */
		forget();
	}
	if (status == SVC_NOT_FOUND)
		return 0;		/* no console: nothing to read */
	return status == SVC_OK ? (ssize_t)n : -errno_of(status);
}

int console_is_tty(int stream)
{
	struct kept_utcb kept;
	struct console_info_req *req;
	const struct console_info *info;
	cap_sel pt = find();
	int tty = 0;

	if (!pt)
		return 0;
	utcb_keep(&kept);
	req = hedron_svc_request(sizeof(*req), CONSOLE_VERSION, CONSOLE_INFO);
	req->stream = stream;
	if (hedron_svc_call(pt, sizeof(*info)) == SVC_OK) {
		info = (const struct console_info *)hedron_utcb()->word;
		tty = (info->flags & CONSOLE_TTY) != 0;
	}
	utcb_put_back(&kept);
	return tty;
}

/* ---- the same as POSIX has it, for descriptors 0 to 2 ---------------------------------------- */

static ssize_t finish(ssize_t r)
{
	if (r >= 0)
		return r;
	errno = -r;
	return -1;
}

ssize_t write(int fd, const void *data, size_t len)
{
	return finish(fd == 1 || fd == 2 ? console_write(fd, data, len) : -EBADF);
}

ssize_t read(int fd, void *data, size_t len)
{
	return finish(fd == 0 ? console_read(data, len) : -EBADF);
}

int isatty(int fd)
{
	if (fd < 0 || fd > 2) {
		errno = EBADF;
		return 0;
	}
	if (console_is_tty(fd))
		return 1;
	errno = ENOTTY;
	return 0;
}
