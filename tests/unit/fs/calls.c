/* SPDX-License-Identifier: MIT */
/* calls.c - see calls.h. */
#include "tests/unit/fs/calls.h"

#include <string.h>

#include "runtime/fs/protocol.h"

struct hedron_utcb call_utcb;
enum svc_status call_status;

static uint64_t badge = (uint64_t)ALL_GRANTS << 32 | 1;

void call_as(uint32_t program, uint32_t grants)
{
	badge = badge_make(program, grants);
}

void *call_begin(uint32_t op, size_t size)
{
	struct svc_request *q = memset(call_utcb.word, 0, size);

	q->version = FS_VERSION;
	q->op = op;
	return q;
}

enum svc_status call_send(size_t size, const void *tail, size_t len)
{
	memcpy((char *)call_utcb.word + size, tail, len);
	call_utcb.items = utcb_items((size + len + 7) / 8, 0);
	protocol_serve(&call_utcb, badge);
	return ((struct svc_reply *)call_utcb.word)->status;
}

uint32_t call_value(void)
{
	return ((struct svc_reply *)call_utcb.word)->value;
}

uint32_t call_open(const char *path, uint32_t flags)
{
	struct fs_open *q = call_begin(FS_OPEN, sizeof(*q));

	q->flags = flags;
	q->mode = 0644;
	q->len = strlen(path);
	call_status = call_send(sizeof(*q), path, strlen(path));
	return call_status ? 0 : ((struct fs_opened *)call_utcb.word)->id;
}

enum svc_status call_close(uint32_t id)
{
	struct fs_id *q = call_begin(FS_CLOSE, sizeof(*q));

	q->id = id;
	return call_send(sizeof(*q), "", 0);
}

static enum svc_status write_op(uint32_t op, uint32_t id, uint64_t offset, const void *data,
				uint32_t len)
{
	struct fs_write *q = call_begin(op, sizeof(*q));

	q->id = id;
	q->len = len;
	q->offset = offset;
	return call_send(sizeof(*q), data ? data : "", data ? len : 0);
}

enum svc_status call_write(uint32_t id, uint64_t offset, const void *data, uint32_t len)
{
	return write_op(FS_WRITE, id, offset, data, len);
}

enum svc_status call_extend(uint32_t id, uint64_t offset, uint32_t len)
{
	return write_op(FS_EXTEND, id, offset, NULL, len);
}

enum svc_status call_read(uint32_t id, uint64_t offset, void *to, uint32_t len)
{
	struct fs_io *q = call_begin(FS_READ, sizeof(*q));
	enum svc_status st;

	q->id = id;
	q->len = len;
	q->offset = offset;
	st = call_send(sizeof(*q), "", 0);
	if (!st)
		memcpy(to, ((struct fs_data *)call_utcb.word)->data, call_value());
	return st;
}

enum svc_status call_truncate(uint32_t id, uint64_t size)
{
	struct fs_truncate *q = call_begin(FS_TRUNCATE, sizeof(*q));

	q->id = id;
	q->size = size;
	return call_send(sizeof(*q), "", 0);
}

enum svc_status call_map(uint32_t op, uint32_t id, uint32_t flags, uint64_t page, uint64_t pages)
{
	struct fs_map *q = call_begin(op, sizeof(*q));

	q->id = id;
	q->flags = flags;
	q->page = page;
	q->pages = pages;
	return call_send(sizeof(*q), "", 0);
}

enum svc_status call_name(uint32_t op, const char *path, uint32_t mode, uint32_t flags)
{
	struct fs_names *q = call_begin(op, sizeof(*q));

	q->mode = mode;
	q->flags = flags;
	q->len = strlen(path);
	return call_send(sizeof(*q), path, strlen(path));
}

enum svc_status call_names(uint32_t op, const char *path, const char *path2, uint32_t flags)
{
	struct fs_names *q = call_begin(op, sizeof(*q));
	char both[2 * FS_PATH_MAX];

	q->flags = flags;
	q->len = strlen(path);
	q->len2 = strlen(path2);
	memcpy(both, path, q->len);
	memcpy(both + q->len, path2, q->len2);
	return call_send(sizeof(*q), both, q->len + q->len2);
}

struct fs_attr call_stat(uint32_t id)
{
	struct fs_id *q = call_begin(FS_STAT, sizeof(*q));

	q->id = id;
	call_status = call_send(sizeof(*q), "", 0);
	return ((struct fs_stat_reply *)call_utcb.word)->attr;
}

void call_gone(uint32_t program)
{
	struct svc_client_gone *q = call_begin(SVC_OP_CLIENT_GONE, sizeof(*q));
	uint64_t client = badge;

	q->program = program;
	badge = 0;
	call_send(sizeof(*q), "", 0);
	badge = client;
}

void *call_page(unsigned n)
{
	for (unsigned k = 0; k < utcb_typed(&call_utcb); k++) {
		const struct hedron_typed *t = utcb_item(&call_utcb, k);
		uint64_t first = xfer_hotspot(t->xfer), pages = 1ull << crd_order(t->crd);

		if (n >= first && n < first + pages)
			return (void *)((crd_base(t->crd) + n - first) << 12);
	}
	return NULL;
}
