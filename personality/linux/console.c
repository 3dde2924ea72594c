/* SPDX-License-Identifier: MIT */
/*
 * console.c - standard input, output and error over the console service.
 *
 * Each stream is a terminal (tty.c) or looks like a pipe, as CONSOLE_INFO said when the personality
 * started; a host's file at the other end is a pipe too. Which streams a process has is told by its
 * grants: input that is not granted is at its end, output goes to the log, or nowhere.
 *
 * Input is fetched into one buffer, because poll(2) and FIONREAD must know what a read would get.
 * A read that finds nothing waits on input_queue. No wake-up is lost: the service ups our semaphore
 * for input that comes after its AGAIN, and console_input_arrived() is a message to the handler,
 * which is served only after the thread that found nothing was put on the queue.
 *
 * Output is taken by the service at once, so writing never waits.
 */
#include "console.h"

#include <asm/ioctls.h>
#include <asm/poll.h>
#include <errno.h>
#include <linux/fcntl.h>
#include <string.h>

#include <hedron/fs.h>
#include <hedron/native.h>

#include "file.h"
#include "process.h"
#include "tty.h"
#include "uio.h"
#include "usermem.h"

static struct {
	cap_sel portal;
	struct console_info info[CONSOLE_STREAMS];
	struct wait_queue input_queue;
} console = { .input_queue = WAIT_QUEUE_INIT(console.input_queue) };

static struct {
	uint8_t data[CONSOLE_READ_MAX];
	size_t first, count;
} input;

static void *request(size_t size, uint32_t op)
{
	return hedron_svc_request(size, CONSOLE_VERSION, op);
}

static struct console_info get_info(enum console_stream stream)
{
	struct console_info_req *req = request(sizeof(*req), CONSOLE_INFO);
	struct console_info none = { .flags = 0 };

	req->stream = stream;
	if (hedron_svc_call(console.portal, sizeof(none)) != SVC_OK)
		return none;
	return *(const struct console_info *)hedron_utcb()->word;
}

void console_init(cap_sel portal)
{
	console.portal = portal;
	for (unsigned s = CONSOLE_IN; s <= CONSOLE_ERR; s++)
		console.info[s] = get_info(s);
	tty_init(console.info[CONSOLE_OUT].rows, console.info[CONSOLE_OUT].cols);
}

void console_input_arrived(void *unused)
{
	wake_all(&console.input_queue);
}

static bool is_tty(enum console_stream stream)
{
	return console.info[stream].flags & CONSOLE_TTY;
}

/* ---- input --------------------------------------------------------------------------------------- */

/* Fill the buffer if it is empty. 0; -EAGAIN: nothing there yet; -EIO. The end is 0 bytes. */
static long fetch(void)
{
	struct console_read *req;
	const struct console_data *rep;
	enum svc_status st;

	if (input.count)
		return 0;
	req = request(sizeof(*req), CONSOLE_READ);
	req->len = sizeof(input.data);
	st = hedron_svc_call(console.portal, sizeof(*rep));
	if (st == SVC_AGAIN)
		return -EAGAIN;
	rep = (const void *)hedron_utcb()->word;
	if (st != SVC_OK || rep->rep.value > sizeof(input.data))
		return -EIO;
	memcpy(input.data, rep->data, rep->rep.value);
	input.first = 0;
	input.count = rep->rep.value;
	return 0;
}

long console_pending(void)
{
	long r = fetch();

	return r == -EAGAIN ? 0 : r ? r : (long)input.count;
}

/* How much of the buffer one read may take: a terminal gives a line at a time (termios(3)). */
static size_t portion(bool line)
{
	const uint8_t *start = input.data + input.first;
	const uint8_t *end = line ? memchr(start, '\n', input.count) : NULL;

	return end ? (size_t)(end - start) + 1 : input.count;
}

static long wait_for_input(struct thread *t, const struct file *file)
{
	if (file->flags & O_NONBLOCK)
		return -EAGAIN;
	if (signal_pending(t))
		return -EINTR;
	return wait_on(t, &console.input_queue) ? -ENOMEM : LX_PARK;
}

long console_stream_read(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	size_t n;
	long r;

	if (!u->left || !(t->process->console & CONSOLE_GRANT(CONSOLE_IN)))
		return 0;
	r = fetch();
	if (r == -EAGAIN)
		return wait_for_input(t, file);
	if (r || !input.count)
		return r;
	n = uio_copy_out(u, input.data + input.first, portion(file->ops == &tty_ops && tty_by_line()));
	input.first += n;
	input.count -= n;
	return n ? (long)n : -EFAULT;
}

/* ---- output -------------------------------------------------------------------------------------- */

/* One message. `len` bytes can be reached. */
static long put(enum console_stream stream, struct uio *u, size_t len)
{
	struct console_write *req = request(sizeof(*req) + len, CONSOLE_WRITE);

	req->stream = stream;
	req->len = len;
	uio_copy_in(u, req->data, len);
	return hedron_svc_call(console.portal, sizeof(struct svc_reply)) == SVC_OK ? 0 : -EIO;
}

long console_stream_write(struct thread *t, struct file *file, struct uio *u, uint64_t *offset)
{
	/* A terminal opened for both is written through the descriptor that reads, too. */
	enum console_stream stream = file->stream == CONSOLE_IN ? CONSOLE_OUT : file->stream;
	size_t done = 0;
	long r = 0;

	while (u->left && !r) {
		size_t n = uio_reach(u, u->left < CONSOLE_WRITE_MAX ? u->left : CONSOLE_WRITE_MAX, false);

		r = n ? put(stream, u, n) : -EFAULT;
		if (!r)
			done += n;
	}
	return done ? (long)done : r;
}

/* ---- both ---------------------------------------------------------------------------------------- */

short console_poll(struct file *file, struct wait_queue **queue)
{
	short events = file_writable(file) ? POLLOUT | POLLWRNORM : 0;
	long r;

	*queue = NULL;
	if (!file_readable(file))
		return events;
	r = fetch();
	*queue = &console.input_queue;
	if (r == -EAGAIN)
		return events;
	/* At the end, a read does not wait either: also to those who look for POLLIN only, because a file
	 * of the host would tell them so. */
	return events | POLLIN | POLLRDNORM | (input.count ? 0 : POLLHUP);
}

static long pipe_stat(struct file *file, struct fs_attr *attr)
{
	*attr = (struct fs_attr){
		.ino = 1 + file->stream, .mode = FS_IFIFO | 0600, .nlink = 1,
	};
	return 0;
}

static long pipe_ioctl(struct thread *t, struct file *file, uint32_t cmd, uint64_t arg)
{
	long n;
	int count;

	if (cmd != FIONREAD)
		return -ENOTTY;
	n = file->stream == CONSOLE_IN ? console_pending() : 0;
	if (n < 0)
		return n;
	count = n;
	return copy_out(t->process->mm, arg, &count, sizeof(count));
}

static const struct file_ops pipe_ops = {
	.read	= console_stream_read,
	.write	= console_stream_write,
	.stat	= pipe_stat,
	.ioctl	= pipe_ioctl,
	.poll	= console_poll,
};

struct file *console_open(enum console_stream stream, uint32_t grants)
{
	uint32_t mode = stream == CONSOLE_IN ? O_RDONLY : O_WRONLY;
	struct file *file;

	if (is_tty(stream) && (grants & CONSOLE_GRANT(stream)))
		file = file_new(&tty_ops, O_RDWR, NULL);
	else
		file = file_new(&pipe_ops, mode, NULL);
	if (file)
		file->stream = grants & CONSOLE_GRANT(stream) || stream == CONSOLE_IN ? stream : CONSOLE_LOG;
	return file;
}

const struct file_ops *console_terminal(uint32_t grants)
{
	for (unsigned s = CONSOLE_IN; s <= CONSOLE_ERR; s++) {
		if (is_tty(s) && (grants & CONSOLE_GRANT(s)))
			return &tty_ops;
	}
	return NULL;
}
