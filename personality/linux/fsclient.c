/* SPDX-License-Identifier: MIT */
/*
 * fsclient.c - the file service, called from the personality.
 *
 * A request lies in the UTCB of the EC that calls; its answer overwrites it. So each function builds
 * its request last, and copies what it wants to keep of the answer before it returns. What a caller
 * gets as a pointer into the UTCB (fs_read, fs_readdir, fs_write_buffer) holds until the next message
 * of any kind is sent. Handlers run to their end one at a time, so nobody comes in between.
 */
#include "fsclient.h"

#include <errno.h>
#include <string.h>

#include <hedron/native.h>

static cap_sel fs_portal;

void fsclient_init(cap_sel portal)
{
	fs_portal = portal;
}

/* What a status means to a Linux program. */
static const uint8_t errno_of[] = {
	[SVC_OK]	 = 0,
	[SVC_VERSION]	 = EPROTO,
	[SVC_OP]	 = EOPNOTSUPP,
	[SVC_INVALID]	 = EINVAL,
	[SVC_DENIED]	 = EACCES,
	[SVC_NOT_FOUND]	 = ENOENT,
	[SVC_EXISTS]	 = EEXIST,
	[SVC_NO_MEMORY]	 = ENOSPC,
	[SVC_AGAIN]	 = EAGAIN,
	[SVC_BAD_HANDLE] = ESTALE,
	[SVC_NOT_DIR]	 = ENOTDIR,
	[SVC_IS_DIR]	 = EISDIR,
	[SVC_NOT_EMPTY]	 = ENOTEMPTY,
	[SVC_TOO_LONG]	 = ENAMETOOLONG,
	[SVC_LOOP]	 = ELOOP,
	[SVC_TOO_BIG]	 = EFBIG,
	[SVC_BUSY]	 = EBUSY,
	[SVC_TYPE]	 = EPERM,
	[SVC_DEAD]	 = EIO,
	[SVC_FORMAT]	 = ENOEXEC,
};

long fs_errno(uint32_t status)
{
	if (status == SVC_OK)
		return 0;
	if (status >= sizeof(errno_of) || !errno_of[status])
		return -EIO;
	return -errno_of[status];
}

/* The fields are the caller's to fill, all of them: what the UTCB held before is still there. */
static void *request(uint32_t op)
{
	return hedron_svc_request(0, FS_VERSION, op);
}

/* Send `bytes` of request; the answer has `want` at least. value, or -errno. */
static long transact(size_t bytes, size_t want)
{
	struct hedron_utcb *u = hedron_utcb();
	enum svc_status st;

	u->items = utcb_items((bytes + 7) / 8, 0);
	st = hedron_svc_call(fs_portal, want);
	return st == SVC_OK ? (long)((const struct svc_reply *)u->word)->value : fs_errno(st);
}

static const void *answer(void)
{
	return hedron_utcb()->word;
}

/* An answer with bytes: how many, checked against what can have come. */
static long transact_data(size_t bytes, size_t max)
{
	long r = transact(bytes, sizeof(struct fs_data));

	if (r < 0)
		return r;
	if ((size_t)r > max || sizeof(struct fs_data) + r > utcb_words(hedron_utcb()) * 8)
		return -EIO;
	return r;
}

long fs_open(struct fs_place at, uint32_t flags, uint32_t mode, struct fs_owner owner, uint32_t *id,
	     struct fs_attr *attr)
{
	struct fs_open *req = request(FS_OPEN);
	const struct fs_opened *opened = answer();
	long r;

	req->dir = at.dir;
	req->flags = flags;
	req->mode = mode;
	req->uid = owner.uid;
	req->gid = owner.gid;
	req->len = at.len;
	memcpy(req->path, at.path, at.len);
	r = transact(sizeof(*req) + at.len, sizeof(*opened));
	if (r < 0)
		return r;
	*id = opened->id;
	*attr = opened->attr;
	return r;
}

static struct fs_id *id_request(uint32_t op, uint32_t id)
{
	struct fs_id *req = request(op);

	req->id = id;
	req->pad = 0;
	return req;
}

void fs_close(uint32_t id)
{
	struct fs_id *req = id_request(FS_CLOSE, id);

	transact(sizeof(*req), sizeof(struct svc_reply));
}

long fs_stat(uint32_t id, struct fs_attr *attr)
{
	struct fs_id *req = id_request(FS_STAT, id);
	const struct fs_stat_reply *rep = answer();
	long r = transact(sizeof(*req), sizeof(*rep));

	if (r >= 0)
		*attr = rep->attr;
	return r;
}

long fs_setattr(uint32_t id, const struct fs_setattr *set)
{
	struct fs_setattr *req = request(FS_SETATTR);
	const struct svc_request head = req->req;

	*req = *set;
	req->req = head;
	req->id = id;
	req->pad = 0;
	return transact(sizeof(*req), sizeof(struct svc_reply));
}

long fs_truncate(uint32_t id, uint64_t size)
{
	struct fs_truncate *req = request(FS_TRUNCATE);

	req->id = id;
	req->pad = 0;
	req->size = size;
	return transact(sizeof(*req), sizeof(struct svc_reply));
}

static long io(uint32_t op, uint32_t id, uint64_t offset, size_t len, const uint8_t **data)
{
	struct fs_io *req = request(op);

	req->id = id;
	req->len = len;
	req->offset = offset;
	*data = ((const struct fs_data *)answer())->data;
	return transact_data(sizeof(*req), len);
}

long fs_read(uint32_t id, uint64_t offset, size_t len, const uint8_t **data)
{
	return io(FS_READ, id, offset, len, data);
}

long fs_readdir(uint32_t id, uint64_t offset, size_t len, const uint8_t **data)
{
	return io(FS_READDIR, id, offset, len, data);
}

uint8_t *fs_write_buffer(void)
{
	return ((struct fs_write *)hedron_utcb()->word)->data;
}

static long write_request(uint32_t op, uint32_t id, uint64_t offset, size_t len, size_t sent,
			  uint64_t *end)
{
	struct fs_write *req = request(op);
	const struct fs_written *rep = answer();
	long r;

	req->id = id;
	req->len = len;
	req->offset = offset;
	r = transact(sizeof(*req) + sent, sizeof(*rep));
	if (r >= 0)
		*end = rep->offset + len;
	return r;
}

long fs_write(uint32_t id, uint64_t offset, size_t len, uint64_t *end)
{
	return write_request(FS_WRITE, id, offset, len, len, end);
}

long fs_extend(uint32_t id, uint64_t offset, size_t len, uint64_t *end)
{
	return write_request(FS_EXTEND, id, offset, len, 0, end);
}

static struct fs_map *map_request(uint32_t op, uint32_t id, uint32_t flags, uint64_t page,
				  size_t count)
{
	struct fs_map *req = request(op);

	req->id = id;
	req->flags = flags;
	req->page = page;
	req->pages = count;
	return req;
}

/* Did all items of the answer arrive? Without kernel memory for page tables they do not. */
static bool items_arrived(struct hedron_utcb *u)
{
	for (unsigned i = 0; i < utcb_typed(u); i++)
		if (!utcb_item(u, i)->crd)
			return false;
	return true;
}

long fs_map(uint32_t id, uint32_t flags, uint64_t page, size_t count, void *window, unsigned order)
{
	struct fs_map *req = map_request(FS_MAP, id, flags, page, count);
	struct hedron_utcb *u = hedron_utcb();
	long r;

	hedron_msg_recv_pages(u, window, order, MEM_R | MEM_W | MEM_X);
	r = transact(sizeof(*req), sizeof(struct svc_reply));
	u->del_window = CRD_NULL;
	if (r > 0 && !items_arrived(u))
		return -ENOMEM;
	return r > (long)count ? -EIO : r;
}

void fs_unmap(uint32_t id, uint64_t page, size_t count)
{
	struct fs_map *req = map_request(FS_UNMAP, id, 0, page, count);

	transact(sizeof(*req), sizeof(struct svc_reply));
}

/* A request that names up to two places. path2 may be NULL with len2 0. */
static struct fs_names *names_request(uint32_t op, struct fs_place at, struct fs_place to)
{
	struct fs_names *req = request(op);

	memset((char *)req + sizeof(req->req), 0, sizeof(*req) - sizeof(req->req));
	req->dir = at.dir;
	req->dir2 = to.dir;
	req->len = at.len;
	req->len2 = to.len;
	memcpy(req->paths, at.path, at.len);
	memcpy(req->paths + at.len, to.path, to.len);
	return req;
}

static long send_names(const struct fs_names *req)
{
	return transact(sizeof(*req) + req->len + req->len2, sizeof(struct svc_reply));
}

static const struct fs_place nowhere = { FS_ROOT, 0, "" };

long fs_mkdir(struct fs_place at, uint32_t mode, struct fs_owner owner)
{
	struct fs_names *req = names_request(FS_MKDIR, at, nowhere);

	req->mode = mode;
	req->uid = owner.uid;
	req->gid = owner.gid;
	return send_names(req);
}

long fs_mknod(struct fs_place at, uint32_t mode, uint64_t rdev, struct fs_owner owner)
{
	struct fs_names *req = names_request(FS_MKNOD, at, nowhere);

	req->mode = mode;
	req->rdev = rdev;
	req->uid = owner.uid;
	req->gid = owner.gid;
	return send_names(req);
}

long fs_unlink(struct fs_place at, uint32_t flags)
{
	struct fs_names *req = names_request(FS_UNLINK, at, nowhere);

	req->flags = flags;
	return send_names(req);
}

long fs_rename(struct fs_place from, struct fs_place to, uint32_t flags)
{
	struct fs_names *req = names_request(FS_RENAME, from, to);

	req->flags = flags;
	return send_names(req);
}

long fs_link(struct fs_place from, struct fs_place to, uint32_t flags)
{
	struct fs_names *req = names_request(FS_LINK, from, to);

	req->flags = flags;
	return send_names(req);
}

long fs_symlink(struct fs_place at, const char *text, size_t len, struct fs_owner owner)
{
	struct fs_names *req = names_request(FS_SYMLINK, at, (struct fs_place){ FS_ROOT, len, text });

	req->uid = owner.uid;
	req->gid = owner.gid;
	return send_names(req);
}

/* The text that FS_READLINK and FS_GETPATH answer. */
static long text(uint32_t op, uint32_t id, char *buf, size_t max)
{
	struct fs_id *req = id_request(op, id);
	const struct fs_data *rep = answer();
	long r = transact_data(sizeof(*req), FS_READ_MAX);

	if (r < 0)
		return r;
	if ((size_t)r > max)
		r = max;
	memcpy(buf, rep->data, r);
	return r;
}

long fs_readlink(uint32_t id, char *buf, size_t max)
{
	return text(FS_READLINK, id, buf, max);
}

long fs_getpath(uint32_t id, char *buf, size_t max)
{
	return text(FS_GETPATH, id, buf, max);
}

long fs_statfs(struct fs_statfs *out)
{
	const struct fs_statfs *rep = answer();
	long r;

	request(FS_STATFS);
	r = transact(sizeof(struct svc_request), sizeof(*rep));
	if (r >= 0)
		*out = *rep;
	return r;
}
