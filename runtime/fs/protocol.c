/* SPDX-License-Identifier: MIT */
/*
 * protocol.c - hedron/fs.h on the wire: from messages to operations and back.
 *
 * A table tells for each operation how long its request is at least, which grants it needs in any
 * case, and who serves it. The fixed part of a request is copied out of the UTCB, and texts and data
 * are bounded by the length of the message, before anything looks at them: words behind the message
 * are those of an older one, maybe another client's. For the same reason an answer is zeroed up to
 * the last word that is sent.
 */
#include "protocol.h"

#include <string.h>

#include "env.h"
#include "ops.h"

/* A request while it is served. Data that a request brings is used before the answer is written. */
struct exchange {
	struct client client;
	struct hedron_utcb *utcb;
	size_t in;			/* bytes of the request */
	size_t out;			/* bytes of the answer */
	unsigned typed;			/* typed items of the answer */
};

static void *answer_of(const struct exchange *x)
{
	return x->utcb->word;
}

/* What follows the fixed part of a request, if `len` bytes of it are in the message; else NULL. */
static const void *tail(const struct exchange *x, size_t fixed, uint64_t len)
{
	return len <= x->in - fixed ? (const char *)x->utcb->word + fixed : NULL;
}

/* An answer of fixed size; *rep is filled in by the operation. */
static void answer(struct exchange *x, const void *rep, size_t size)
{
	memcpy(x->utcb->word, rep, size);
	x->out = size;
}

/* An answer with `count` bytes, which are in place already. */
static void answer_data(struct exchange *x, uint32_t count)
{
	struct fs_data *a = answer_of(x);

	a->rep.value = count;
	x->out = sizeof(*a) + count;
	memset(a->data + count, 0, -x->out & 7);
}

static void answer_value(struct exchange *x, uint32_t value)
{
	const struct svc_reply rep = { .value = value };

	answer(x, &rep, sizeof(rep));
}

static uint8_t *data_of(const struct exchange *x)
{
	return ((struct fs_data *)answer_of(x))->data;
}

/* ---- one function an operation --------------------------------------------------------------- */

union request {
	struct svc_request req;
	struct fs_open open;
	struct fs_id id;
	struct fs_io io;
	struct fs_write write;
	struct fs_map map;
	struct fs_truncate truncate;
	struct fs_setattr setattr;
	struct fs_names names;
};

static enum svc_status serve_open(struct exchange *x, const union request *q)
{
	const char *path = tail(x, sizeof(q->open), q->open.len);
	struct fs_opened a = { 0 };
	enum svc_status st;

	if (!path)
		return SVC_INVALID;
	st = fs_open(&x->client, &q->open, path, &a);
	if (!st)
		answer(x, &a, sizeof(a));
	return st;
}

static enum svc_status serve_close(struct exchange *x, const union request *q)
{
	return fs_close(&x->client, q->id.id);
}

static enum svc_status serve_read(struct exchange *x, const union request *q)
{
	uint32_t count;
	enum svc_status st = fs_read(&x->client, &q->io, data_of(x), &count);

	if (!st)
		answer_data(x, count);
	return st;
}

static enum svc_status serve_readdir(struct exchange *x, const union request *q)
{
	uint32_t count;
	enum svc_status st = fs_readdir(&x->client, &q->io, data_of(x), &count);

	if (!st)
		answer_data(x, count);
	return st;
}

static enum svc_status serve_readlink(struct exchange *x, const union request *q)
{
	uint32_t count;
	enum svc_status st = fs_readlink(&x->client, q->id.id, data_of(x), &count);

	if (!st)
		answer_data(x, count);
	return st;
}

static enum svc_status serve_getpath(struct exchange *x, const union request *q)
{
	uint32_t count;
	enum svc_status st = fs_getpath(&x->client, q->id.id, data_of(x), &count);

	if (!st)
		answer_data(x, count);
	return st;
}

static enum svc_status serve_write(struct exchange *x, const union request *q)
{
	const void *data = tail(x, sizeof(q->write), q->write.len);
	struct fs_written a = { 0 };
	enum svc_status st;

	if (!data)
		return SVC_INVALID;
	st = fs_write(&x->client, &q->write, data, &a);
	if (!st)
		answer(x, &a, sizeof(a));
	return st;
}

static enum svc_status serve_extend(struct exchange *x, const union request *q)
{
	struct fs_written a = { 0 };
	enum svc_status st = fs_extend(&x->client, &q->write, &a);

	if (!st)
		answer(x, &a, sizeof(a));
	return st;
}

/* The largest order in which pages from page[0] on, of `left`, go to hotspot `hot` in one item. */
static unsigned order_at(void *const *page, uint32_t hot, uint32_t left)
{
	uintptr_t first = (uintptr_t)page[0];
	unsigned order = 0;
	uint32_t run = 1;

	while (run < left && (uintptr_t)page[run] == first + run * PAGE_SIZE)
		run++;
	while (2u << order <= run && !(((first >> PAGE_SHIFT) | hot) & ((2u << order) - 1)))
		order++;
	return order;
}

static enum svc_status serve_map(struct exchange *x, const union request *q)
{
	unsigned rights = q->map.flags & FS_MAP_WRITE ? MEM_R | MEM_W : MEM_R | MEM_X;
	void *page[FS_MAP_MAX];
	uint32_t count;
	enum svc_status st = fs_map(&x->client, &q->map, page, &count);

	if (st)
		return st;
	answer_value(x, count);
	for (uint32_t n = 0; n < count;) {
		unsigned order = order_at(page + n, n, count - n);
		uint64_t vpn = (uintptr_t)page[n] >> PAGE_SHIFT;

		*utcb_item(x->utcb, x->typed++) = (struct hedron_typed){
			.crd = crd_mem(vpn, order, rights),
			.xfer = xfer_make(XFER_DELEGATE, n),
		};
		n += 1u << order;
	}
	return SVC_OK;
}

static enum svc_status serve_unmap(struct exchange *x, const union request *q)
{
	uint32_t count;
	enum svc_status st = fs_unmap(&x->client, &q->map, &count);

	if (!st)
		answer_value(x, count);
	return st;
}

static enum svc_status serve_truncate(struct exchange *x, const union request *q)
{
	return fs_truncate(&x->client, &q->truncate);
}

static enum svc_status serve_stat(struct exchange *x, const union request *q)
{
	struct fs_stat_reply a = { 0 };
	enum svc_status st = fs_stat(&x->client, q->id.id, &a.attr);

	if (!st)
		answer(x, &a, sizeof(a));
	return st;
}

static enum svc_status serve_setattr(struct exchange *x, const union request *q)
{
	return fs_setattr(&x->client, &q->setattr);
}

static enum svc_status serve_statfs(struct exchange *x, const union request *q)
{
	struct fs_statfs a = { 0 };
	enum svc_status st = fs_statfs(&a);

	if (!st)
		answer(x, &a, sizeof(a));
	return st;
}

typedef enum svc_status names_op(const struct client *, const struct fs_names *, const char *);

static enum svc_status serve_names(struct exchange *x, const union request *q)
{
	static names_op *const op[] = {
		[FS_MKDIR] = fs_mkdir,
		[FS_UNLINK] = fs_unlink,
		[FS_RENAME] = fs_rename,
		[FS_LINK] = fs_link,
		[FS_SYMLINK] = fs_symlink,
		[FS_MKNOD] = fs_mknod,
	};
	const char *paths = tail(x, sizeof(q->names), (uint64_t)q->names.len + q->names.len2);

	return paths ? op[q->req.op](&x->client, &q->names, paths) : SVC_INVALID;
}

/* ---- dispatch -------------------------------------------------------------------------------- */

struct operation {
	enum svc_status (*serve)(struct exchange *x, const union request *q);
	uint16_t size;		/* bytes of the fixed part of the request */
	uint16_t grants;	/* all of them are needed; 0: FS_GRANT_READ or FS_GRANT_WRITE */
};

static const struct operation operations[] = {
	[FS_OPEN]	= { serve_open, sizeof(struct fs_open), 0 },
	[FS_CLOSE]	= { serve_close, sizeof(struct fs_id), 0 },
	[FS_READ]	= { serve_read, sizeof(struct fs_io), FS_GRANT_READ },
	[FS_WRITE]	= { serve_write, sizeof(struct fs_write), FS_GRANT_WRITE },
	[FS_MAP]	= { serve_map, sizeof(struct fs_map), FS_GRANT_READ | FS_GRANT_MAP },
	[FS_UNMAP]	= { serve_unmap, sizeof(struct fs_map), FS_GRANT_MAP },
	[FS_EXTEND]	= { serve_extend, sizeof(struct fs_write), FS_GRANT_WRITE },
	[FS_TRUNCATE]	= { serve_truncate, sizeof(struct fs_truncate), FS_GRANT_WRITE },
	[FS_STAT]	= { serve_stat, sizeof(struct fs_id), 0 },
	[FS_SETATTR]	= { serve_setattr, sizeof(struct fs_setattr), FS_GRANT_WRITE },
	[FS_READDIR]	= { serve_readdir, sizeof(struct fs_io), FS_GRANT_READ },
	[FS_MKDIR]	= { serve_names, sizeof(struct fs_names), FS_GRANT_WRITE },
	[FS_UNLINK]	= { serve_names, sizeof(struct fs_names), FS_GRANT_WRITE },
	[FS_RENAME]	= { serve_names, sizeof(struct fs_names), FS_GRANT_WRITE },
	[FS_LINK]	= { serve_names, sizeof(struct fs_names), FS_GRANT_WRITE },
	[FS_SYMLINK]	= { serve_names, sizeof(struct fs_names), FS_GRANT_WRITE },
	[FS_READLINK]	= { serve_readlink, sizeof(struct fs_id), FS_GRANT_READ },
	[FS_MKNOD]	= { serve_names, sizeof(struct fs_names), FS_GRANT_WRITE },
	[FS_GETPATH]	= { serve_getpath, sizeof(struct fs_id), 0 },
	[FS_STATFS]	= { serve_statfs, sizeof(struct svc_request), 0 },
};
#define OPERATIONS	(sizeof(operations) / sizeof(operations[0]))

static bool is_granted(const struct operation *op, uint32_t grants)
{
	if (!op->grants)
		return grants & (FS_GRANT_READ | FS_GRANT_WRITE);
	return (grants & op->grants) == op->grants;
}

static enum svc_status serve_client(struct exchange *x)
{
	const struct operation *op;
	union request q;

	if (x->in < sizeof(q.req))
		return SVC_INVALID;
	memcpy(&q.req, x->utcb->word, sizeof(q.req));
	if (q.req.version != FS_VERSION)
		return SVC_VERSION;
	if (q.req.op >= OPERATIONS || !operations[q.req.op].serve)
		return SVC_OP;
	op = &operations[q.req.op];
	if (x->in < op->size)
		return SVC_INVALID;
	if (!is_granted(op, x->client.grants))
		return SVC_DENIED;
	memcpy(&q, x->utcb->word, op->size);
	return op->serve(x, &q);
}

/* What the roottask says itself; its badge is 0. */
static enum svc_status serve_roottask(struct exchange *x)
{
	struct svc_client_gone q;

	if (x->in < sizeof(q))
		return SVC_INVALID;
	memcpy(&q, x->utcb->word, sizeof(q));
	if (q.req.op != SVC_OP_CLIENT_GONE)
		return SVC_OP;
	session_end(q.program);
	return SVC_OK;
}

static size_t message_bytes(const struct hedron_utcb *u)
{
	unsigned words = utcb_words(u);

	return 8 * (words < UTCB_WORDS_MAX ? words : UTCB_WORDS_MAX);
}

void protocol_serve(struct hedron_utcb *u, uint64_t badge)
{
	struct exchange x = {
		.client = { badge_program(badge), badge_grants(badge) },
		.utcb = u,
		.in = message_bytes(u),
	};
	enum svc_status st = badge_program(badge) ? serve_client(&x) : serve_roottask(&x);
	struct svc_reply *rep = answer_of(&x);

	if (!x.out)		/* no more to say than the status */
		answer_value(&x, 0);
	rep->status = st;
	u->items = utcb_items((x.out + 7) / 8, x.typed);
}
