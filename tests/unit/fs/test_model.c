/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/mem_host.c tests/unit/fs/world.c */
/*
 * test_model.c - random operations, here and on a tmpfs of the host, and the results compared: error
 * numbers, attributes, and from time to time the whole trees.
 *
 * The host's part runs in a temporary directory of /dev/shm as its root, so that absolute paths and
 * `..` mean the same on both sides. That needs root or user namespaces, else the test is skipped.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "runtime/fs/dir.h"
#include "runtime/fs/ops.h"
#include "runtime/fs/path.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

#define ROUNDS		60
#define OPERATIONS	4000
#define HANDLES		12
#define PATH_BUF	2100
#define CONTENT_MAX	(1 << 17)

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE	1
#define RENAME_EXCHANGE		2
#endif

static const struct client client = {
	1, FS_GRANT_READ | FS_GRANT_WRITE | FS_GRANT_MAP | FS_GRANT_UNPIN,
};

/* The same file, opened on both sides. [0] is the root. */
static struct handle {
	int fd;
	uint32_t id;
	bool open, write, path;
} handle[HANDLES];

static char say[3 * PATH_BUF];		/* the operation that is tried */

static int errno_of(enum svc_status st)
{
	switch (st) {
	case SVC_OK:		return 0;
	case SVC_INVALID:	return EINVAL;
	case SVC_NOT_FOUND:	return ENOENT;
	case SVC_EXISTS:	return EEXIST;
	case SVC_NOT_DIR:	return ENOTDIR;
	case SVC_IS_DIR:	return EISDIR;
	case SVC_NOT_EMPTY:	return ENOTEMPTY;
	case SVC_TOO_LONG:	return ENAMETOOLONG;
	case SVC_LOOP:		return ELOOP;
	case SVC_TOO_BIG:	return EFBIG;
	case SVC_BUSY:		return EBUSY;
	case SVC_TYPE:		return EPERM;
	case SVC_BAD_HANDLE:	return EBADF;
	default:		return -1;
	}
}

static unsigned pick(unsigned n)
{
	return (unsigned)rand() % n;
}

/* ---- paths ----------------------------------------------------------------------------------- */

static void add_name(char *p)
{
	static const char *const names[] = { "a", "b", "c", "d", "e", "f1", "g.txt", "..", "." };
	unsigned n = pick(40);

	if (n < 36) {
		strcat(p, names[n < 30 ? pick(6) : pick(9)]);
	} else if (n == 36) {
		memset(p + strlen(p), 0, 300);
		memset(p + strlen(p), 'x', 254 + pick(3));
	} else {
		strcat(p, names[6]);
	}
}

static void make_path(char *p)
{
	unsigned names = 1 + (pick(2) ? pick(2) : pick(5));

	memset(p, 0, PATH_BUF);
	if (!pick(60))
		return;
	if (!pick(8))
		strcat(p, pick(6) ? "/" : "//");
	if (!pick(150))
		return;
	while (names--) {
		add_name(p);
		if (names || !pick(10))
			strcat(p, pick(12) ? "/" : "//");
	}
}

/* ---- comparing ------------------------------------------------------------------------------- */

static bool same_result(int ours, int host)
{
	if (ours == host)
		return true;
	printf("# %s\n# ours: %s; host: %s\n", say, ours < 0 ? "?" : strerror(ours), strerror(host));
	return false;
}

static bool same_attr(const struct fs_attr *a, const struct stat *st)
{
	bool dir = S_ISDIR(st->st_mode);

	if (a->mode == st->st_mode && a->nlink == st->st_nlink && a->uid == st->st_uid &&
	    a->gid == st->st_gid && (dir || a->size == (uint64_t)st->st_size) &&
	    (!S_ISREG(st->st_mode) || a->blocks == (uint64_t)st->st_blocks))
		return true;
	printf("# %s\n# ours: mode %o nlink %u size %lu blocks %lu; host: %o %u %lu %lu\n", say,
	       a->mode, a->nlink, (long)a->size, (long)a->blocks, st->st_mode,
	       (unsigned)st->st_nlink, (long)st->st_size, (long)st->st_blocks);
	return false;
}

static bool same_id_attr(uint32_t id, int fd)
{
	struct fs_attr a;
	struct stat st;

	return !fs_stat(&client, id, &a) && !fstat(fd, &st) && same_attr(&a, &st);
}

static bool same_content(struct inode *i, int dir, const char *name)
{
	static char ours[1 << 16], host[1 << 16];
	uint32_t id = id_open(session_get(1), i, 0);
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW);
	bool same = true;

	for (uint64_t at = 0; same && at < i->size; at += 4000) {
		struct fs_io q = { .id = id, .len = 4000, .offset = at };
		uint32_t count = 0;
		ssize_t n = pread(fd, host, 4000, at);

		same = !fs_read(&client, &q, ours, &count) && n == count && !memcmp(ours, host, n);
	}
	close(fd);
	id_close(session_get(1), id);
	if (!same)
		printf("# content of %s differs\n", name);
	return same;
}

static bool same_tree(const struct inode *dir, int fd);

static bool same_entry(const struct dir_entry *e, int dir)
{
	char name[256] = { 0 }, text[FS_PATH_MAX + 1] = { 0 };
	struct fs_attr a;
	struct stat st;
	bool same;
	int fd;

	memcpy(name, e->name, e->len);
	snprintf(say, sizeof(say), "entry %s", name);
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	inode_attr(e->inode, &a);
	if (!same_attr(&a, &st))
		return false;
	if (is_link(e->inode))
		return readlinkat(dir, name, text, sizeof(text) - 1) == (ssize_t)e->inode->size &&
		       !strcmp(text, e->inode->link);
	if (is_file(e->inode))
		return same_content(e->inode, dir, name);
	if (!is_dir(e->inode))
		return true;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	same = same_tree(e->inode, fd);
	close(fd);
	return same;
}

static unsigned host_count(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY);
	DIR *d = fdopendir(fd);
	unsigned count = 0;

	while (readdir(d))
		count++;
	closedir(d);
	return count - 2;
}

static bool same_tree(const struct inode *dir, int fd)
{
	const struct dir_entry *e;
	uint64_t position = DIR_FIRST;
	unsigned count = 0;

	while ((e = dir_entry_at(dir, position))) {
		if (!same_entry(e, fd))
			return false;
		position = e->cookie;
		count++;
	}
	if (count == dir->dir.count && count == host_count(fd))
		return true;
	printf("# entries: %u here, %u on the host\n", count, host_count(fd));
	return false;
}

/* ---- operations ------------------------------------------------------------------------------ */

static struct handle *any_dir(void)
{
	struct handle *h = &handle[pick(HANDLES)];

	return h->open && pick(3) ? h : &handle[0];
}

static struct handle *any_handle(void)
{
	struct handle *h = &handle[pick(HANDLES)];

	return h->open ? h : &handle[0];
}

static void close_handle(struct handle *h)
{
	close(h->fd);
	fs_close(&client, h->id);
	h->open = false;
}

static int host_open_flags(uint32_t flags)
{
	static const struct { uint32_t fs; int host; } map[] = {
		{ FS_O_CREATE, O_CREAT }, { FS_O_EXCL, O_EXCL }, { FS_O_TRUNC, O_TRUNC },
		{ FS_O_DIRECTORY, O_DIRECTORY }, { FS_O_NOFOLLOW, O_NOFOLLOW },
		{ FS_O_WRITE, O_RDWR }, { FS_O_PATH, O_PATH },
	};
	int host = O_NONBLOCK;

	for (unsigned n = 0; n < sizeof(map) / sizeof(map[0]); n++)
		if (flags & map[n].fs)
			host |= map[n].host;
	return host;
}

static uint32_t any_open_flags(void)
{
	uint32_t flags = 0;

	if (!pick(5))
		return FS_O_PATH | (pick(2) ? FS_O_NOFOLLOW : 0) | (pick(4) ? 0 : FS_O_DIRECTORY);
	if (pick(2))
		flags |= FS_O_CREATE | (pick(3) ? 0 : FS_O_EXCL);
	if (pick(2))
		flags |= FS_O_WRITE | (pick(3) ? 0 : FS_O_TRUNC);
	if (!pick(4))
		flags |= FS_O_NOFOLLOW;
	if (!pick(5))
		flags |= FS_O_DIRECTORY;
	return flags;
}

static bool try_open(void)
{
	struct handle *dir = any_dir(), *h = &handle[1 + pick(HANDLES - 1)];
	char path[PATH_BUF];
	struct fs_open q = { .dir = dir->id, .flags = any_open_flags(), .mode = pick(01000) };
	struct fs_opened a = { 0 };
	enum svc_status st;
	int fd, host;

	if (h->open) {
		if (h != dir)
			close_handle(h);
		return true;
	}
	make_path(path);
	q.len = strlen(path);
	snprintf(say, sizeof(say), "open(%u, %s, %x)", q.dir, path, q.flags);
	st = fs_open(&client, &q, path, &a);
	fd = openat(dir->fd, path, host_open_flags(q.flags), q.mode);
	host = fd < 0 ? errno : 0;
	if (host == ENXIO) {		/* a socket: not ours to refuse */
		fs_close(&client, a.id);
		return !st;
	}
	if (!same_result(errno_of(st), host))
		return false;
	if (st)
		return true;
	*h = (struct handle){ fd, a.id, true, q.flags & FS_O_WRITE, q.flags & FS_O_PATH };
	return same_id_attr(h->id, h->fd);
}

/* Operations on one path. */
static bool try_name(unsigned which)
{
	struct handle *dir = any_dir();
	char path[PATH_BUF];
	struct fs_names q = { .dir = dir->id, .mode = pick(010000) };
	enum svc_status st = SVC_OK;
	int r = -1;

	make_path(path);
	q.len = strlen(path);
	snprintf(say, sizeof(say), "name op %u (%u, %s)", which, q.dir, path);
	switch (which) {
	case 0:
		q.mode &= 01777;
		st = fs_mkdir(&client, &q, path);
		r = mkdirat(dir->fd, path, q.mode);
		break;
	case 1:
		st = fs_unlink(&client, &q, path);
		r = unlinkat(dir->fd, path, 0);
		break;
	case 2:
		q.flags = FS_UNLINK_DIR;
		st = fs_unlink(&client, &q, path);
		r = unlinkat(dir->fd, path, AT_REMOVEDIR);
		break;
	case 3:
		q.mode |= pick(3) == 0 ? FS_IFIFO : pick(2) ? FS_IFSOCK : FS_IFREG;
		st = fs_mknod(&client, &q, path);
		r = mknodat(dir->fd, path, q.mode, 0);
		break;
	}
	return same_result(errno_of(st), r ? errno : 0);
}

/* Operations on two paths. */
static bool try_names(unsigned which)
{
	struct handle *d1 = any_dir(), *d2 = any_dir();
	char p1[PATH_BUF], p2[PATH_BUF], both[2 * PATH_BUF];
	struct fs_names q = { .dir = d1->id, .dir2 = d2->id, .flags = pick(3) ? 0 : pick(4) };
	enum svc_status st = SVC_OK;
	int r = -1;

	make_path(p1);
	make_path(p2);
	q.len = strlen(p1);
	q.len2 = strlen(p2);
	strcpy(both, p1);
	strcat(both, p2);
	snprintf(say, sizeof(say), "names op %u (%u, %s, %u, %s, %u)", which, q.dir, p1, q.dir2, p2,
		 q.flags);
	switch (which) {
	case 0:
		st = fs_rename(&client, &q, both);
		r = syscall(SYS_renameat2, d1->fd, p1, d2->fd, p2, q.flags);
		break;
	case 1:
		q.flags &= FS_LINK_FOLLOW;
		if (!q.len && d1 == &handle[0] && d1->id == FS_ROOT)
			return true;
		st = fs_link(&client, &q, both);
		r = linkat(d1->fd, p1, d2->fd, p2, (q.flags ? AT_SYMLINK_FOLLOW : 0) |
			   (q.len ? 0 : AT_EMPTY_PATH));
		break;
	case 2:
		st = fs_symlink(&client, &q, both);
		r = symlinkat(p2, d1->fd, p1);
		break;
	}
	return same_result(errno_of(st), r ? errno : 0);
}

static bool try_write(struct handle *h)
{
	static char data[FS_WRITE_MAX];
	struct fs_write q = { .id = h->id, .len = pick(3) ? pick(100) : pick(FS_WRITE_MAX) };
	struct fs_written a = { 0 };
	uint64_t at = pick(CONTENT_MAX);
	enum svc_status st;
	ssize_t n;

	for (uint32_t k = 0; k < q.len; k++)
		data[k] = rand();
	q.offset = pick(3) ? at : FS_APPEND;
	st = fs_write(&client, &q, data, &a);
	if (q.offset == FS_APPEND)
		at = lseek(h->fd, 0, SEEK_END);
	n = pwrite(h->fd, data, q.len, at);
	snprintf(say, sizeof(say), "write(%u, %u, %lu)", q.id, q.len, (long)at);
	return !st && n == (ssize_t)a.rep.value && a.offset == at && same_id_attr(h->id, h->fd);
}

static bool try_content(unsigned which)
{
	struct handle *h = any_handle();
	static char ours[FS_READ_MAX], host[FS_READ_MAX];
	struct fs_io io = { .id = h->id, .len = pick(FS_READ_MAX), .offset = pick(CONTENT_MAX) };
	struct fs_truncate tr = { .id = h->id, .size = pick(CONTENT_MAX) };
	uint32_t count = 0;
	struct stat st;
	ssize_t n;

	fstat(h->fd, &st);
	if (h->path || !S_ISREG(st.st_mode))
		return true;
	switch (which) {
	case 0:
		n = pread(h->fd, host, io.len, io.offset);
		snprintf(say, sizeof(say), "read(%u, %u, %lu)", io.id, io.len, (long)io.offset);
		return !fs_read(&client, &io, ours, &count) && n == count &&
		       !memcmp(ours, host, n);
	case 1:
		snprintf(say, sizeof(say), "truncate(%u, %lu)", tr.id, (long)tr.size);
		if (!h->write)
			return fs_truncate(&client, &tr) == SVC_DENIED;
		return !fs_truncate(&client, &tr) && !ftruncate(h->fd, tr.size) &&
		       same_id_attr(h->id, h->fd);
	default:
		return !h->write || try_write(h);
	}
}

static bool try_id(unsigned which)
{
	struct handle *h = any_handle();
	char ours[FS_READ_MAX + 1] = { 0 }, host[8192] = { 0 };
	uint32_t count = 0;
	enum svc_status st;
	struct fs_setattr set = { .id = h->id, .mask = FS_SET_MODE, .mode = pick(010000) };
	int r;

	snprintf(say, sizeof(say), "id op %u (%u)", which, h->id);
	switch (which) {
	case 0:
		return same_id_attr(h->id, h->fd);
	case 1:
		st = fs_readlink(&client, h->id, ours, &count);
		r = readlinkat(h->fd, "", host, sizeof(host));
		if (r < 0 && (errno == ENOENT || errno == EINVAL))	/* what Linux says for "" */
			return st == SVC_TYPE;
		return same_result(errno_of(st), r < 0 ? errno : 0) && !strcmp(ours, host);
	case 2:
		if (h->path || fchmod(h->fd, set.mode))
			return true;
		return !fs_setattr(&client, &set) && same_id_attr(h->id, h->fd);
	default:
		st = fs_getpath(&client, h->id, ours, &count);
		r = fchdir(h->fd) || !getcwd(host, sizeof(host)) ? errno : 0;
		return same_result(errno_of(st), r) && !strcmp(ours, host);
	}
}

static bool try_one(void)
{
	unsigned n = pick(100);

	if (n < 35)
		return try_open();
	if (n < 60)
		return try_name(n < 45 ? 0 : n < 50 ? 1 : n < 55 ? 2 : 3);
	if (n < 80)
		return try_names(n < 68 ? 0 : n < 72 ? 1 : 2);
	return n < 90 ? try_content(pick(3)) : try_id(pick(4));
}

/* ---- the two sides --------------------------------------------------------------------------- */

static void write_text(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		perror(file);
	close(fd);
}

/* Become root of a name space of our own. */
static void become_root(void)
{
	char map[32];
	unsigned uid = geteuid();

	if (!uid || unshare(CLONE_NEWUSER))
		return;
	snprintf(map, sizeof(map), "0 %u 1", uid);
	write_text("/proc/self/uid_map", map);
	write_text("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)getegid());
	write_text("/proc/self/gid_map", map);
}

static int outside = -1;		/* where the temporary directory is */
static char temporary[] = "/dev/shm/hedron-fs-XXXXXX";

static bool enter_root(void)
{
	struct statfs fs;

	become_root();
	outside = open("/dev/shm", O_RDONLY | O_DIRECTORY);
	if (outside < 0 || fstatfs(outside, &fs) || fs.f_type != 0x01021994 /* tmpfs */ ||
	    !mkdtemp(temporary))
		return false;
	umask(0);
	return !chmod(temporary, 0755) && !chroot(temporary) && !chdir("/");
}

static void empty_host(int dir)
{
	DIR *d = fdopendir(openat(dir, ".", O_RDONLY | O_DIRECTORY));
	struct dirent *e;

	while ((e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		if (e->d_type == DT_DIR) {
			int fd = openat(dir, e->d_name, O_RDONLY | O_DIRECTORY);

			empty_host(fd);
			close(fd);
		}
		unlinkat(dir, e->d_name, e->d_type == DT_DIR ? AT_REMOVEDIR : 0);
	}
	closedir(d);
}

static bool round_of(unsigned seed)
{
	bool good = true;

	srand(seed);
	world_begin();
	handle[0] = (struct handle){ open("/", O_RDONLY | O_DIRECTORY), FS_ROOT, true, false, false };
	for (unsigned n = 0; n < OPERATIONS && good; n++) {
		good = try_one();
		if (!good)
			printf("# operation %u: %s\n", n, say);
		else if (n % 250 == 0)
			good = same_tree(path_root, handle[0].fd);
	}
	good = good && same_tree(path_root, handle[0].fd);
	for (unsigned h = 1; h < HANDLES; h++)
		if (handle[h].open)
			close_handle(&handle[h]);
	fchmod(handle[0].fd, 0755);
	empty_host(handle[0].fd);
	close(handle[0].fd);
	return world_end() && good;
}

/* Leaks are counted by world_end(); the sanitizer's way needs /proc, which chroot() hides. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return 1;
}

int main(int argc, char **argv)
{
	unsigned first = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
	unsigned rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : argc > 1 ? 1 : ROUNDS;

	if (!enter_root()) {
		printf("1..0 # SKIP needs a tmpfs at /dev/shm and a root directory of its own\n");
		return 0;
	}
	for (unsigned seed = first; seed < first + rounds; seed++)
		ok(round_of(seed), "random operations as on tmpfs, seed %u", seed);
	if (unlinkat(outside, strrchr(temporary, '/') + 1, AT_REMOVEDIR))
		perror(temporary);
	return done();
}
