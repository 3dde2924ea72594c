/* SPDX-License-Identifier: MIT */
/*
 * stdio.c - the bottom of musl's stdio: what its FILEs do to read, write, close and lock.
 *
 * stdin, stdout, stderr are compiled members of musl that call the functions below; each takes the
 * place of one that would make Linux calls. The fields of a FILE that they must touch are musl
 * 1.2's. There are no other FILEs: fopen() is not there, files are the file service's
 * (hedron/fs.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "console.h"
#include "runtime.h"

struct file {
	unsigned flags;			/* 0x00 */
	unsigned char *rpos, *rend;	/* 0x08  bytes read ahead */
	int (*close)(FILE *);		/* 0x18 */
	unsigned char *wend, *wpos;	/* 0x20 */
	void *unused0;			/* 0x30 */
	unsigned char *wbase;		/* 0x38  wbase..wpos wait to be written */
	size_t (*read)(FILE *, unsigned char *, size_t);		/* 0x40 */
	size_t (*write)(FILE *, const unsigned char *, size_t);		/* 0x48 */
	off_t (*seek)(FILE *, off_t, int);				/* 0x50 */
	unsigned char *buf;		/* 0x58 */
	size_t buf_size;		/* 0x60 */
	void *prev, *next;		/* 0x68 */
	int fd;				/* 0x78 */
	int unused1;			/* 0x7c */
	long lockcount;			/* 0x80 */
	int mode;			/* 0x88 */
	int lock;			/* 0x8c  below 0: never locked; else who holds it */
	int lbf;			/* 0x90  flush at this character; -1: when full */
};
_Static_assert(offsetof(struct file, wbase) == 0x38, "musl 1.2");
_Static_assert(offsetof(struct file, fd) == 0x78, "musl 1.2");
_Static_assert(offsetof(struct file, lock) == 0x8c, "musl 1.2");
_Static_assert(offsetof(struct file, lbf) == 0x90, "musl 1.2");

#define FILE_EOF	0x10
#define FILE_ERR	0x20
#define FILE_SETVBUF	0x40		/* the user chose the buffering */

size_t __stdio_write(FILE *, const unsigned char *, size_t);
size_t __stdout_write(FILE *, const unsigned char *, size_t);
size_t __stdio_read(FILE *, unsigned char *, size_t);
off_t __stdio_seek(FILE *, off_t, int);
int __stdio_close(FILE *);

static int write_all(struct file *f, const unsigned char *data, size_t len)
{
	ssize_t n;

	if (!len)
		return 1;
	n = console_write(f->fd, data, len);
	if (n == (ssize_t)len)
		return 1;
	errno = n < 0 ? -n : EIO;
	f->flags |= FILE_ERR;
	f->wend = f->wpos = f->wbase = NULL;
	return 0;
}

/* What waits in the buffer, then `data`: in one message if there is room, so that a line stays whole
 * between those of other programs. */
static int write_both(struct file *f, const unsigned char *data, size_t len)
{
	size_t waiting = f->wpos - f->wbase;

	if (!waiting || len > (size_t)(f->buf + f->buf_size - f->wpos))
		return write_all(f, f->wbase, waiting) && write_all(f, data, len);
	memcpy(f->wpos, data, len);
	return write_all(f, f->wbase, waiting + len);
}

/* Returns len, or 0 on error. */
size_t __stdio_write(FILE *file, const unsigned char *data, size_t len)
{
	struct file *f = (struct file *)file;

	if (!write_both(f, data, len))
		return 0;
	f->wend = f->buf + f->buf_size;
	f->wpos = f->wbase = f->buf;
	return len;
}

/* stdout's first write: by line only if there is a terminal. */
size_t __stdout_write(FILE *file, const unsigned char *data, size_t len)
{
	struct file *f = (struct file *)file;

	f->write = __stdio_write;
	if (!(f->flags & FILE_SETVBUF) && !console_is_tty(f->fd))
		f->lbf = -1;
	return __stdio_write(file, data, len);
}

/* Fill the buffer, give up to len bytes of it. 0: end or error, as the flags say. */
size_t __stdio_read(FILE *file, unsigned char *data, size_t len)
{
	struct file *f = (struct file *)file;
	ssize_t n = console_read(f->buf, f->buf_size);
	size_t take;

	if (n <= 0) {
		f->flags |= n ? FILE_ERR : FILE_EOF;
		errno = n ? -n : errno;
		return 0;
	}
	take = (size_t)n < len ? (size_t)n : len;
	memcpy(data, f->buf, take);
	f->rpos = f->buf + take;
	f->rend = f->buf + n;
	return take;
}

off_t __stdio_seek(FILE *file, off_t offset, int whence)
{
	errno = ESPIPE;
	return -1;
}

int __stdio_close(FILE *file)
{
	return 0;
}

/* ---- locks: one for stdin, whose holder may sleep long, one for all else --------------------- */

struct rec_mutex {
	struct hedron_mutex m;
	int owner;		/* tid, 0: nobody; another thread's never equals one's own */
	int depth;
};

static struct rec_mutex lock_in, lock_libc;

extern FILE __stdin_FILE __attribute__((weak));
extern FILE __stdout_FILE __attribute__((weak));
extern FILE __stderr_FILE __attribute__((weak));

static int self_tid(void)
{
	struct tblock *tp;

	__asm__("movq %%fs:0, %0" : "=r"(tp));
	return tp->tid;
}

static void rec_lock(struct rec_mutex *r)
{
	if (__atomic_load_n(&r->owner, __ATOMIC_RELAXED) != self_tid()) {
		hedron_mutex_lock(&r->m);
		__atomic_store_n(&r->owner, self_tid(), __ATOMIC_RELAXED);
	}
	r->depth++;
}

static void rec_unlock(struct rec_mutex *r)
{
	if (--r->depth)
		return;
	__atomic_store_n(&r->owner, 0, __ATOMIC_RELAXED);
	hedron_mutex_unlock(&r->m);
}

static struct rec_mutex *lock_of(FILE *file)
{
	return file == &__stdin_FILE ? &lock_in : &lock_libc;
}

/* Called before there is a second thread. */
enum svc_status stdio_locks_begin(void)
{
	FILE *const files[] = { &__stdin_FILE, &__stdout_FILE, &__stderr_FILE };
	enum svc_status status = hedron_mutex_init(&lock_in.m);

	if (status == SVC_OK)
		status = hedron_mutex_init(&lock_libc.m);
	for (int i = 0; i < 3 && status == SVC_OK; i++)
		if (files[i])
			((struct file *)files[i])->lock = 0;
	return status;
}

int __lockfile(FILE *file);
void __unlockfile(FILE *file);
void __lock(volatile int *word);
void __unlock(volatile int *word);

/* Returns 1: the caller is to unlock. */
int __lockfile(FILE *file)
{
	rec_lock(lock_of(file));
	return 1;
}

void __unlockfile(FILE *file)
{
	rec_unlock(lock_of(file));
}

/* musl's internal locks: short stretches of pure code, so one for all. */
void __lock(volatile int *word)
{
	rec_lock(&lock_libc);
}

void __unlock(volatile int *word)
{
	rec_unlock(&lock_libc);
}

void flockfile(FILE *file)
{
	rec_lock(lock_of(file));
}

void funlockfile(FILE *file)
{
	rec_unlock(lock_of(file));
}

/* ---- single characters: musl's versions have Linux calls inlined ----------------------------- */

static int is_shared(FILE *file)
{
	return ((struct file *)file)->lock >= 0;
}

int fgetc(FILE *file)
{
	int c;

	if (!is_shared(file))
		return getc_unlocked(file);
	__lockfile(file);
	c = getc_unlocked(file);
	__unlockfile(file);
	return c;
}

int fputc(int c, FILE *file)
{
	if (!is_shared(file))
		return putc_unlocked(c, file);
	__lockfile(file);
	c = putc_unlocked(c, file);
	__unlockfile(file);
	return c;
}

int (getc)(FILE *file)		{ return fgetc(file); }
int (getchar)(void)		{ return fgetc(stdin); }
int (putc)(int c, FILE *file)	{ return fputc(c, file); }
int (putchar)(int c)		{ return fputc(c, stdout); }
