/* SPDX-License-Identifier: MIT */
/*
 * file.c - client side of the file service's protocol (hedron/fs.h).
 *
 * A portal serves one CPU, so there is one for each, looked up when a thread of that CPU first needs
 * it. When a call finds the service dead, its era ends: portals and open files of that era are dead
 * too, and portals are looked up again. Old portals are not revoked, because another thread may be
 * about to call one; that costs a selector for each CPU and death.
 *
 * Lengths in answers are checked, so a service that is wrong cannot write beyond the caller's memory.
 */
#include <stdatomic.h>
#include <string.h>

#include <hedron/file.h>

static _Atomic uint32_t current_era = 1;
static _Atomic uint64_t portals[HEDRON_NUM_CPU];	/* era << 32 | selector; 0: none */

/* ---- calls ----------------------------------------------------------------------------------- */

struct link {
	cap_sel pt;
	uint32_t era;
};

/* The first lookup waits for the service to come up; later ones do not wait for one that died. */
static enum svc_status find(struct link *l, unsigned cpu)
{
	unsigned flags = l->era == 1 ? ROOT_LOOKUP_WAIT : 0;
	uint64_t old = atomic_load(&portals[cpu]);
	enum svc_status st = hedron_find(FS_NAME, flags, &l->pt);

	if (st)
		return st == SVC_NOT_FOUND && l->era > 1 ? SVC_DEAD : st;
	if (!atomic_compare_exchange_strong(&portals[cpu], &old, (uint64_t)l->era << 32 | l->pt)) {
		hedron_forget(l->pt);	/* another thread was first */
		l->pt = (uint32_t)old;
	}
	return SVC_OK;
}

/* Before a message is built: the portal. */
static enum svc_status connect(struct link *l)
{
	uint64_t known;
	unsigned cpu;

	if (!hedron_present())
		return SVC_DEAD;
	cpu = hedron_cpu();
	l->era = atomic_load(&current_era);
	known = atomic_load(&portals[cpu]);
	if (known >> 32 != l->era)
		return find(l, cpu);
	l->pt = (uint32_t)known;
	return SVC_OK;
}

/* The same for a file that is open. */
static enum svc_status connect_file(struct link *l, const struct hedron_file *f)
{
	enum svc_status st = connect(l);

	return !st && f->era != l->era ? SVC_DEAD : st;
}

static enum svc_status call(const struct link *l, size_t answer_size)
{
	enum svc_status st = hedron_svc_call(l->pt, answer_size);
	uint32_t era = l->era;

	if (st == SVC_DEAD)
		atomic_compare_exchange_strong(&current_era, &era, era + 1);
	return st;
}

/* Append text to a request of `size` bytes, behind `at` bytes of text. The caller sees that it fits. */
static void append(size_t size, size_t at, const void *text, size_t len)
{
	struct hedron_utcb *u = hedron_utcb();
	char *to = (char *)u->word + size + at;

	memcpy(to, text, len);
	memset(to + len, 0, -(size + at + len) & 7);
	u->items = utcb_items((size + at + len + 7) / 8, 0);
}

/* Bytes of an answer, if no more than `room` and really in the message; else NULL. */
static const void *answer_data(size_t room, size_t *len)
{
	const struct hedron_utcb *u = hedron_utcb();
	const struct fs_data *a = hedron_message();

	*len = a->rep.value;
	if (*len > room || *len + sizeof(*a) > utcb_words(u) * 8ul)
		return NULL;
	return a->data;
}

/* ---- open, close ----------------------------------------------------------------------------- */

static enum svc_status open_path(struct hedron_file *f, const char *path, uint32_t flags,
				 uint32_t mode, struct fs_attr *attr)
{
	size_t len = strlen(path);
	const struct fs_opened *a;
	struct fs_open *q;
	enum svc_status st;
	struct link l;

	if (len > FS_PATH_MAX)
		return SVC_TOO_LONG;
	st = connect(&l);
	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, FS_OPEN);
	q->dir = FS_ROOT;
	q->flags = flags;
	q->mode = mode;
	q->len = len;
	append(sizeof(*q), 0, path, len);
	st = call(&l, sizeof(*a));
	if (st)
		return st;
	a = hedron_message();
	f->id = a->id;
	f->era = l.era;
	if (attr)
		*attr = a->attr;
	return SVC_OK;
}

enum svc_status hedron_file_open(struct hedron_file *f, const char *path, uint32_t flags,
				 uint32_t mode)
{
	return open_path(f, path, flags, mode, NULL);
}

/* An operation on the id alone. */
static enum svc_status call_id(const struct hedron_file *f, enum fs_op op, size_t answer_size)
{
	struct fs_id *q;
	struct link l;
	enum svc_status st = connect_file(&l, f);

	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, op);
	q->id = f->id;
	return call(&l, answer_size);
}

enum svc_status hedron_file_close(const struct hedron_file *f)
{
	return call_id(f, FS_CLOSE, sizeof(struct svc_reply));
}

enum svc_status hedron_file_stat(const struct hedron_file *f, struct fs_attr *attr)
{
	const struct fs_stat_reply *a;
	enum svc_status st = call_id(f, FS_STAT, sizeof(*a));

	if (st)
		return st;
	a = hedron_message();
	*attr = a->attr;
	return SVC_OK;
}

enum svc_status hedron_path_stat(const char *path, uint32_t flags, struct fs_attr *attr)
{
	struct hedron_file f;
	enum svc_status st = open_path(&f, path, flags | FS_O_PATH, 0, attr);

	return st ? st : hedron_file_close(&f);
}

/* ---- content --------------------------------------------------------------------------------- */

/* One message of FS_READ or FS_READDIR. */
static enum svc_status read_some(const struct hedron_file *f, enum fs_op op, uint64_t offset,
				 void *buf, size_t len, size_t *got)
{
	const void *data;
	struct fs_io *q;
	struct link l;
	enum svc_status st = connect_file(&l, f);

	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, op);
	q->id = f->id;
	q->len = len;
	q->offset = offset;
	st = call(&l, sizeof(struct fs_data));
	if (st)
		return st;
	data = answer_data(len, got);
	if (!data)
		return SVC_DEAD;
	memcpy(buf, data, *got);
	return SVC_OK;
}

enum svc_status hedron_file_read(const struct hedron_file *f, uint64_t offset, void *buf, size_t len,
				 size_t *done)
{
	enum svc_status st = SVC_OK;

	*done = 0;
	while (!st && *done < len) {
		size_t want = len - *done < FS_READ_MAX ? len - *done : FS_READ_MAX, got = 0;

		st = read_some(f, FS_READ, offset + *done, (char *)buf + *done, want, &got);
		*done += got;
		if (got < want)
			break;
	}
	return st;
}

static enum svc_status write_some(const struct hedron_file *f, uint64_t offset, const void *buf,
				  size_t len)
{
	struct fs_write *q;
	struct link l;
	enum svc_status st = connect_file(&l, f);

	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, FS_WRITE);
	q->id = f->id;
	q->len = len;
	q->offset = offset;
	append(sizeof(*q), 0, buf, len);
	return call(&l, sizeof(struct fs_written));
}

enum svc_status hedron_file_write(const struct hedron_file *f, uint64_t offset, const void *buf,
				  size_t len, size_t *done)
{
	enum svc_status st = SVC_OK;
	size_t at = 0;

	while (!st && at < len) {
		size_t n = len - at < FS_WRITE_MAX ? len - at : FS_WRITE_MAX;

		st = write_some(f, offset == FS_APPEND ? offset : offset + at,
				(const char *)buf + at, n);
		if (!st)
			at += n;
	}
	if (done)
		*done = at;
	return st;
}

enum svc_status hedron_file_truncate(const struct hedron_file *f, uint64_t size)
{
	struct fs_truncate *q;
	struct link l;
	enum svc_status st = connect_file(&l, f);

	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, FS_TRUNCATE);
	q->id = f->id;
	q->size = size;
	return call(&l, sizeof(struct svc_reply));
}

/* ---- pages ----------------------------------------------------------------------------------- */

/* One message: at most FS_MAP_MAX pages to a window of their size or larger. */
static enum svc_status map_some(const struct hedron_file *f, uint64_t first, size_t pages,
				uint32_t flags, void *window, unsigned order, size_t *got)
{
	unsigned rights = flags & FS_MAP_WRITE ? MEM_R | MEM_W : MEM_R | MEM_X;
	const struct svc_reply *a;
	struct fs_map *q;
	struct link l;
	enum svc_status st = connect_file(&l, f);

	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, FS_MAP);
	q->id = f->id;
	q->flags = flags;
	q->page = first;
	q->pages = pages;
	hedron_msg_recv_pages(hedron_utcb(), window, order, rights);
	st = call(&l, sizeof(*a));
	hedron_utcb()->del_window = CRD_NULL;
	if (st)
		return st;
	a = hedron_message();
	if (a->value > pages)
		return SVC_DEAD;
	*got = a->value;
	return SVC_OK;
}

enum svc_status hedron_file_map(const struct hedron_file *f, uint64_t first, unsigned order,
				uint32_t flags, void *window, size_t *pages)
{
	const unsigned most = __builtin_ctz(FS_MAP_MAX);
	unsigned piece = order < most ? order : most;
	struct fs_attr attr;
	enum svc_status st = hedron_file_stat(f, &attr);
	uint64_t end, want;

	*pages = 0;
	if (st)
		return st;
	end = attr.size / HEDRON_PAGE_SIZE + !!(attr.size % HEDRON_PAGE_SIZE);
	if (first >= end)
		return SVC_INVALID;
	want = end - first < 1ull << order ? end - first : 1ull << order;

	while (!st && *pages < want) {
		size_t n = want - *pages < 1u << piece ? want - *pages : 1u << piece, got = 0;

		st = map_some(f, first + *pages, n, flags,
			      (char *)window + *pages * HEDRON_PAGE_SIZE, piece, &got);
		*pages += got;
		if (got < n)
			break;
	}
	return st;
}

enum svc_status hedron_file_unmap(const struct hedron_file *f, uint64_t first, uint64_t pages)
{
	struct fs_map *q;
	struct link l;
	enum svc_status st = connect_file(&l, f);

	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, FS_UNMAP);
	q->id = f->id;
	q->page = first;
	q->pages = pages;
	return call(&l, sizeof(struct svc_reply));
}

/* ---- names ----------------------------------------------------------------------------------- */

static enum svc_status call_names(enum fs_op op, const char *path, const char *path2, uint32_t mode,
				  uint32_t flags)
{
	size_t len = strlen(path), len2 = strlen(path2);
	struct fs_names *q;
	enum svc_status st;
	struct link l;

	if (len > FS_PATH_MAX || len2 > FS_PATH_MAX)
		return SVC_TOO_LONG;
	st = connect(&l);
	if (st)
		return st;
	q = hedron_svc_request(sizeof(*q), FS_VERSION, op);
	q->dir = q->dir2 = FS_ROOT;
	q->flags = flags;
	q->mode = mode;
	q->len = len;
	q->len2 = len2;
	append(sizeof(*q), 0, path, len);
	append(sizeof(*q), len, path2, len2);
	return call(&l, sizeof(struct svc_reply));
}

enum svc_status hedron_file_mkdir(const char *path, uint32_t mode)
{
	return call_names(FS_MKDIR, path, "", mode, 0);
}

enum svc_status hedron_file_unlink(const char *path)
{
	return call_names(FS_UNLINK, path, "", 0, 0);
}

enum svc_status hedron_file_rmdir(const char *path)
{
	return call_names(FS_UNLINK, path, "", 0, FS_UNLINK_DIR);
}

enum svc_status hedron_file_rename(const char *from, const char *to, uint32_t flags)
{
	return call_names(FS_RENAME, from, to, 0, flags);
}

enum svc_status hedron_file_link(const char *path, const char *name)
{
	return *path ? call_names(FS_LINK, path, name, 0, 0) : SVC_NOT_FOUND;
}

enum svc_status hedron_file_symlink(const char *text, const char *name)
{
	return call_names(FS_SYMLINK, name, text, 0, 0);
}

static enum svc_status read_link(const struct hedron_file *f, char *text, size_t size)
{
	enum svc_status st = call_id(f, FS_READLINK, sizeof(struct fs_data));
	const void *data;
	size_t len;

	if (st)
		return st;
	data = answer_data(FS_READ_MAX, &len);
	if (!data)
		return SVC_DEAD;
	if (len >= size)
		return SVC_TOO_LONG;
	memcpy(text, data, len);
	text[len] = 0;
	return SVC_OK;
}

enum svc_status hedron_file_readlink(const char *path, char *text, size_t size)
{
	struct hedron_file f;
	enum svc_status st = hedron_file_open(&f, path, FS_O_PATH | FS_O_NOFOLLOW, 0);

	if (st)
		return st;
	st = read_link(&f, text, size);
	hedron_file_close(&f);
	return st;
}

/* ---- directories ----------------------------------------------------------------------------- */

enum svc_status hedron_dir_open(struct hedron_dir *d, const char *path)
{
	d->cookie = 0;
	d->at = d->len = 0;
	return hedron_file_open(&d->file, path, FS_O_DIRECTORY, 0);
}

enum svc_status hedron_dir_close(const struct hedron_dir *d)
{
	return hedron_file_close(&d->file);
}

static enum svc_status fill(struct hedron_dir *d)
{
	size_t got;
	enum svc_status st = read_some(&d->file, FS_READDIR, d->cookie, d->buffer,
				       sizeof(d->buffer), &got);

	if (st)
		return st;
	if (!got)
		return SVC_NOT_FOUND;
	d->at = 0;
	d->len = got;
	return SVC_OK;
}

enum svc_status hedron_dir_read(struct hedron_dir *d, struct hedron_dirent *e)
{
	const struct fs_dirent *r;
	enum svc_status st = d->at < d->len ? SVC_OK : fill(d);
	uint32_t left;

	if (st)
		return st;
	r = (const struct fs_dirent *)((const char *)d->buffer + d->at);
	left = d->len - d->at;
	if (left < sizeof(*r) || r->size > left || r->size % 8 || r->len > FS_NAME_MAX ||
	    r->size < sizeof(*r) + r->len)
		return SVC_DEAD;
	d->at += r->size;
	d->cookie = r->next;
	e->ino = r->ino;
	e->mode = r->mode;
	memcpy(e->name, r->name, r->len);
	e->name[r->len] = 0;
	return SVC_OK;
}
