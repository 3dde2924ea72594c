/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c runtime/fs/protocol.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/mem_host.c tests/unit/fs/world.c */
/* sources: tests/unit/fs/calls.c */
/* flags: -Wno-unused-parameter */
/* test_protocol.c - statuses that clients get, sessions, and messages of random bytes. */
#include <stdlib.h>
#include <string.h>

#include "runtime/fs/protocol.h"
#include "tests/unit/fs/calls.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

#define RW	(FS_O_CREATE | FS_O_WRITE)

static enum svc_status send_words(uint32_t version, uint32_t op, unsigned words)
{
	struct svc_request *q = call_begin(op, sizeof(call_utcb.word));

	q->version = version;
	call_utcb.items = utcb_items(words, 0);
	protocol_serve(&call_utcb, badge_make(1, ALL_GRANTS));
	return ((struct svc_reply *)call_utcb.word)->status;
}

static void check_heads(void)
{
	static const uint8_t sizes[] = {
		[FS_OPEN] = sizeof(struct fs_open), [FS_CLOSE] = sizeof(struct fs_id),
		[FS_READ] = sizeof(struct fs_io), [FS_WRITE] = sizeof(struct fs_write),
		[FS_MAP] = sizeof(struct fs_map), [FS_UNMAP] = sizeof(struct fs_map),
		[FS_EXTEND] = sizeof(struct fs_write), [FS_TRUNCATE] = sizeof(struct fs_truncate),
		[FS_STAT] = sizeof(struct fs_id), [FS_SETATTR] = sizeof(struct fs_setattr),
		[FS_READDIR] = sizeof(struct fs_io), [FS_MKDIR] = sizeof(struct fs_names),
		[FS_UNLINK] = sizeof(struct fs_names), [FS_RENAME] = sizeof(struct fs_names),
		[FS_LINK] = sizeof(struct fs_names), [FS_SYMLINK] = sizeof(struct fs_names),
		[FS_READLINK] = sizeof(struct fs_id), [FS_MKNOD] = sizeof(struct fs_names),
		[FS_GETPATH] = sizeof(struct fs_id),
	};
	bool good = true;

	world_begin();
	ok(send_words(FS_VERSION + 1, FS_STAT, 2) == SVC_VERSION, "another version: VERSION");
	ok(send_words(FS_VERSION, 0, 8) == SVC_OP, "op 0: OP");
	ok(send_words(FS_VERSION, FS_STATFS + 1, 8) == SVC_OP, "an op too large: OP");
	ok(send_words(FS_VERSION, SVC_OP_CLIENT_GONE, 8) == SVC_OP, "a client cannot end sessions");
	call_as(0, 0);
	call_begin(FS_STATFS, 16);
	ok(call_send(16, "", 0) == SVC_OP, "the roottask has one operation only");
	call_begin(SVC_OP_CLIENT_GONE, 8);
	ok(call_send(8, "", 0) == SVC_INVALID, "which says whose session ends");
	call_as(1, ALL_GRANTS);
	ok(send_words(FS_VERSION, FS_STATFS, 0) == SVC_INVALID, "an empty message: INVALID");
	for (unsigned op = FS_OPEN; op <= FS_GETPATH; op++)
		good &= send_words(FS_VERSION, op, sizes[op] / 8 - 1) == SVC_INVALID;
	ok(good, "each op: a word too few is INVALID");
	ok(send_words(FS_VERSION, FS_STATFS, 0xffff) == SVC_OK, "a count of words beyond the UTCB");
	ok(world_end(), "nothing is left over");
}

/* Send a request whose texts reach behind the message. */
static bool beyond(uint32_t op, size_t size, size_t at)
{
	for (uint64_t len = 9; len < 1ull << 32; len = len * 2 + 1) {
		char *q = call_begin(op, size);

		*(uint32_t *)(q + at) = len;
		if (call_send(size, "a\0\0\0\0\0\0\0", 8) != SVC_INVALID)
			return false;
	}
	return true;
}

static void check_bounds(void)
{
	world_begin();
	ok(beyond(FS_OPEN, sizeof(struct fs_open), offsetof(struct fs_open, len)), "FS_OPEN len");
	ok(beyond(FS_WRITE, sizeof(struct fs_write), offsetof(struct fs_write, len)), "FS_WRITE len");
	ok(beyond(FS_MKDIR, sizeof(struct fs_names), offsetof(struct fs_names, len)), "names: len");
	ok(beyond(FS_LINK, sizeof(struct fs_names), offsetof(struct fs_names, len2)), "names: len2");
	ok(world_end(), "nothing is left over");
}

static enum svc_status open_status(const char *path, uint32_t flags)
{
	uint32_t id = call_open(path, flags);
	enum svc_status st = call_status;

	if (id)
		call_close(id);
	return st;
}

static void check_open(void)
{
	char name[FS_PATH_MAX + 2];

	world_begin();
	call_name(FS_MKDIR, "/d", 0755, 0);
	call_names(FS_SYMLINK, "/l", "f", 0);
	call_names(FS_SYMLINK, "/loop", "/loop", 0);
	call_names(FS_SYMLINK, "/abs", "/d", 0);

	ok(open_status("/f", 0) == SVC_NOT_FOUND, "nothing there");
	ok(open_status("/l", RW) == SVC_OK && open_status("/f", 0) == SVC_OK,
	   "FS_O_CREATE makes what a link points to");
	ok(open_status("/abs/../abs/g", RW) == SVC_OK && open_status("/d/g", 0) == SVC_OK,
	   "an absolute link inside a path");
	ok(open_status("/../../f", 0) == SVC_OK, "`..` of the root is the root");
	ok(open_status("/f/", 0) == SVC_NOT_DIR, "a file with a slash");
	ok(open_status("/f/x", 0) == SVC_NOT_DIR, "below a file");
	ok(open_status("/d", FS_O_WRITE) == SVC_IS_DIR, "a directory for write");
	ok(open_status("/d", FS_O_WRITE | FS_O_TRUNC) == SVC_IS_DIR, "or to truncate");
	ok(open_status("/f", RW | FS_O_EXCL) == SVC_EXISTS, "FS_O_EXCL");
	ok(open_status("/f", FS_O_DIRECTORY) == SVC_NOT_DIR, "FS_O_DIRECTORY");
	ok(open_status("/loop", 0) == SVC_LOOP, "a loop of links");
	ok(open_status("/l", FS_O_NOFOLLOW) == SVC_LOOP, "FS_O_NOFOLLOW");
	ok(open_status("/l", FS_O_NOFOLLOW | FS_O_PATH) == SVC_OK, "but to hold the place");
	ok(open_status("", 0) == SVC_NOT_FOUND, "no path");
	ok(open_status("/f", FS_O_TRUNC) == SVC_INVALID, "TRUNC without WRITE");
	ok(open_status("/f", FS_O_PATH | FS_O_WRITE) == SVC_INVALID, "PATH with WRITE");
	ok(open_status("/f", FS_O_CREATE | FS_O_DIRECTORY) == SVC_INVALID, "CREATE with DIRECTORY");
	ok(open_status("/f", 1u << 20) == SVC_INVALID, "an unknown flag");

	memset(name, 'n', sizeof(name));
	name[0] = '/';
	name[FS_NAME_MAX + 1] = 0;
	ok(open_status(name, RW) == SVC_OK, "a name of 255 bytes");
	name[FS_NAME_MAX + 1] = 'n';
	name[FS_NAME_MAX + 2] = 0;
	ok(open_status(name, RW) == SVC_TOO_LONG, "one more");
	name[FS_NAME_MAX + 2] = 'n';
	name[FS_PATH_MAX + 1] = 0;
	ok(open_status(name, 0) == SVC_TOO_LONG, "a path of FS_PATH_MAX + 1 bytes");
	ok(world_end(), "nothing is left over");
}

static void check_chain_of_links(void)
{
	char from[16], to[16];

	world_begin();
	call_close(call_open("/0", RW));
	for (int n = 1; n <= FS_LINKS_MAX + 1; n++) {
		snprintf(from, sizeof(from), "/%d", n);
		snprintf(to, sizeof(to), "%d", n - 1);
		call_names(FS_SYMLINK, from, to, 0);
	}
	ok(open_status("/40", 0) == SVC_OK, "40 links are followed");
	ok(open_status("/41", 0) == SVC_LOOP, "41 are not");
	ok(world_end(), "nothing is left over");
}

static void check_ids(void)
{
	struct fs_names *q;
	uint32_t a, b, path;
	char c;

	world_begin();
	a = call_open("/f", RW);
	b = call_open("/f", 0);
	ok(a == 1 && b == 2, "ids are small");
	call_close(a);
	ok(call_open("/f", 0) == 1, "and used again");
	ok(call_close(FS_ROOT) == SVC_INVALID, "the root stays open");
	ok(call_close(77) == SVC_BAD_HANDLE, "no such id");
	ok(call_close(~0u) == SVC_BAD_HANDLE, "nor the largest");
	ok(call_write(b, 0, "x", 1) == SVC_DENIED, "writing needs FS_O_WRITE");
	ok(call_truncate(b, 0) == SVC_DENIED, "truncating too");
	ok(call_truncate(FS_ROOT, 0) == SVC_TYPE, "a directory has no size to change");
	ok(call_read(FS_ROOT, 0, &c, 1) == SVC_IS_DIR, "and is not read");
	path = call_open("/f", FS_O_PATH);
	ok(call_read(path, 0, &c, 1) == SVC_DENIED, "FS_O_PATH holds the place only");
	ok(call_stat(path).nlink == 1 && !call_status, "but can be asked");
	call_as(2, ALL_GRANTS);
	ok(call_read(b, 0, &c, 1) == SVC_BAD_HANDLE, "ids are the session's own");
	ok(call_open("/f", 0) == 1, "each counts for itself");
	call_as(1, ALL_GRANTS);

	q = call_begin(FS_MKDIR, sizeof(*q));
	q->dir = 99;
	q->len = 1;
	ok(call_send(sizeof(*q), "d", 1) == SVC_BAD_HANDLE, "a path from no id");
	q = call_begin(FS_MKDIR, sizeof(*q));
	q->dir = 99;
	q->len = 2;
	ok(call_send(sizeof(*q), "/d", 2) == SVC_OK, "does not matter if it is absolute");
	q = call_begin(FS_MKDIR, sizeof(*q));
	q->dir = b;
	q->len = 1;
	ok(call_send(sizeof(*q), "d", 1) == SVC_NOT_DIR, "a path from a file");
	q = call_begin(FS_MKDIR, sizeof(*q));
	q->len = 3;
	ok(call_send(sizeof(*q), "a\0b", 3) == SVC_INVALID, "a byte 0 in a path");
	ok(world_end(), "nothing is left over");
}

static void check_grants(void)
{
	static const uint8_t changing[] = {
		FS_WRITE, FS_EXTEND, FS_TRUNCATE, FS_SETATTR, FS_MKDIR, FS_UNLINK, FS_RENAME,
		FS_LINK, FS_SYMLINK, FS_MKNOD,
	};
	bool good = true;
	char c;

	world_begin();
	call_close(call_open("/f", RW));
	call_as(2, FS_GRANT_READ);
	for (unsigned n = 0; n < sizeof(changing); n++) {
		call_begin(changing[n], 400);
		good &= call_send(400, "", 0) == SVC_DENIED;
	}
	ok(good, "who may only read changes nothing");
	ok(open_status("/f", FS_O_WRITE) == SVC_DENIED, "nor opens for write");
	ok(open_status("/g", FS_O_CREATE) == SVC_DENIED, "nor makes a file");
	ok(open_status("/f", 0) == SVC_OK, "but reads");
	call_as(2, FS_GRANT_WRITE);
	ok(call_read(call_open("/f", FS_O_WRITE), 0, &c, 1) == SVC_DENIED, "WRITE alone does not");
	call_as(2, 0);
	ok(open_status("/f", 0) == SVC_DENIED, "without grants nothing is possible");
	call_as(1, ALL_GRANTS);
	ok(world_end(), "nothing is left over");
}

static void check_sizes(void)
{
	uint32_t id;

	world_begin();
	id = call_open("/f", RW);
	ok(!call_write(id, FS_SIZE_MAX - 1, "x", 1), "the last byte");
	ok(call_write(id, FS_SIZE_MAX, "x", 1) == SVC_TOO_BIG, "one more");
	ok(call_write(id, ~0ull - 1, "x", 1) == SVC_TOO_BIG, "the end of all numbers");
	ok(call_extend(id, FS_SIZE_MAX - 1, ~0u) == SVC_TOO_BIG, "FS_EXTEND");
	ok(call_truncate(id, FS_SIZE_MAX + 1) == SVC_TOO_BIG, "FS_TRUNCATE");
	ok(call_stat(id).size == FS_SIZE_MAX && call_stat(id).blocks == 8, "one page is held");
	ok(!call_write(id, 5, "", 0) && call_stat(id).blocks == 8, "no bytes change nothing");
	ok(!call_truncate(id, 0) && call_stat(id).blocks == 0, "cut");
	ok(world_end(), "nothing is left over");
}

static void check_answers(void)
{
	struct fs_id *q;
	char text[8] = "text";
	bool clean = true;

	world_begin();
	call_names(FS_SYMLINK, "/l", text, 0);
	call_open("/l", FS_O_NOFOLLOW | FS_O_PATH);
	memset(&call_utcb, 0xaa, sizeof(call_utcb));
	q = call_begin(FS_READLINK, sizeof(*q));
	q->id = 1;
	call_send(sizeof(*q), "", 0);
	ok(utcb_words(&call_utcb) == 2 && call_value() == 4, "an answer is as long as it must be");
	ok(call_utcb.word[1] == *(uint64_t *)text, "its last word is filled up with zeros");

	memset(&call_utcb, 0xaa, sizeof(call_utcb));
	call_stat(99);
	for (unsigned n = 1; n < sizeof(struct fs_stat_reply) / 8; n++)
		clean &= call_utcb.word[n] == 0 || n >= utcb_words(&call_utcb);
	ok(clean && utcb_words(&call_utcb) == 1, "an error tells nothing but its number");
	ok(world_end(), "nothing is left over");
}

/* ---- FS_GETPATH, FS_READDIR ------------------------------------------------------------------ */

static enum svc_status getpath(uint32_t id, char *path)
{
	struct fs_id *q = call_begin(FS_GETPATH, sizeof(*q));
	enum svc_status st;

	q->id = id;
	st = call_send(sizeof(*q), "", 0);
	memcpy(path, ((struct fs_data *)call_utcb.word)->data, st ? 0 : call_value());
	path[st ? 0 : call_value()] = 0;
	return st;
}

static void check_getpath(void)
{
	char path[FS_READ_MAX + 1];
	uint32_t id;

	world_begin();
	call_name(FS_MKDIR, "/a", 0755, 0);
	call_name(FS_MKDIR, "/a/bc", 0755, 0);
	ok(!getpath(FS_ROOT, path) && !strcmp(path, "/"), "the root is /");
	id = call_open("/a/bc", 0);
	ok(!getpath(id, path) && !strcmp(path, "/a/bc"), "a directory is where it is");
	call_names(FS_RENAME, "/a", "/new", 0);
	ok(!getpath(id, path) && !strcmp(path, "/new/bc"), "also when it has moved");
	call_name(FS_UNLINK, "/new/bc", 0, FS_UNLINK_DIR);
	ok(getpath(id, path) == SVC_NOT_FOUND, "a removed one is nowhere");
	ok(getpath(call_open("/f", RW), path) == SVC_NOT_DIR, "a file is not asked for");
	ok(world_end(), "nothing is left over");
}

#define MANY	20000

/* Read the whole directory; each name is a number, whose `seen` counts. How many records. */
static unsigned read_all(uint32_t id, uint32_t room, uint8_t *seen, void (*between)(unsigned))
{
	uint64_t cookie = 0;
	unsigned records = 0;

	for (;;) {
		struct fs_io *q = call_begin(FS_READDIR, sizeof(*q));
		uint8_t data[FS_READ_MAX];
		uint32_t len, at;

		q->id = id;
		q->len = room;
		q->offset = cookie;
		if (call_send(sizeof(*q), "", 0) || !call_value())
			return records;
		len = call_value();
		memcpy(data, ((struct fs_data *)call_utcb.word)->data, len);
		for (at = 0; at < len; records++) {
			struct fs_dirent *d = (struct fs_dirent *)(data + at);
			char name[FS_NAME_MAX + 1] = { 0 };

			memcpy(name, d->name, d->len);
			if (name[0] != '.')
				seen[atoi(name)]++;
			cookie = d->next;
			at += d->size;
		}
		if (between)
			between(records);
	}
}

static void name_of(unsigned n, char *path)
{
	sprintf(path, "/%u", n);
}

/* While somebody reads: rename some, remove the others of the first half. */
static void disturb(unsigned records)
{
	char path[32], new[32];

	for (unsigned n = 0; n < 20; n++) {
		unsigned k = (records * 7 + n) % (MANY / 2);

		name_of(k, path);
		name_of(k + MANY, new);
		if (n % 2)
			call_name(FS_UNLINK, path, 0, 0);
		else
			call_names(FS_RENAME, path, new, 0);
	}
}

static void check_readdir(void)
{
	static uint8_t seen[2 * MANY];
	struct fs_io *q;
	unsigned count;
	bool good = true;
	char path[32];

	world_begin();
	for (unsigned n = 0; n < MANY; n++) {
		name_of(n, path);
		good &= !call_name(FS_MKNOD, path, FS_IFREG | 0600, 0);
	}
	ok(good, "%d names", MANY);
	count = read_all(FS_ROOT, FS_READ_MAX, seen, NULL);
	for (unsigned n = 0; n < MANY; n++)
		good &= seen[n] == 1;
	ok(good && count == MANY + 2, "each is read once, `.` and `..` too");

	memset(seen, 0, sizeof(seen));
	read_all(FS_ROOT, 200, seen, disturb);
	for (unsigned n = MANY / 2; n < MANY; n++)
		good &= seen[n] == 1;
	for (unsigned n = 0; n < MANY / 2; n++)
		good &= seen[n] + seen[n + MANY] <= 1;
	ok(good, "also while others are renamed and removed, and new names are not met");

	q = call_begin(FS_READDIR, sizeof(*q));
	q->len = sizeof(struct fs_dirent);
	ok(call_send(sizeof(*q), "", 0) == SVC_INVALID, "no room for one record: INVALID");
	q = call_begin(FS_READDIR, sizeof(*q));
	q->len = FS_READ_MAX;
	q->offset = ~0ull;
	ok(call_send(sizeof(*q), "", 0) == SVC_OK, "a cookie that never was");
	q = call_begin(FS_READDIR, sizeof(*q));
	q->len = FS_READ_MAX + 1;
	ok(call_send(sizeof(*q), "", 0) == SVC_INVALID, "more than fits: INVALID");
	ok(world_end(), "nothing is left over");
}

/* ---- random messages ------------------------------------------------------------------------- */

static uint32_t any(void)
{
	static const uint32_t special[] = { 0, 1, 4095, 4096, 0x7fffffff, 0xffffffff, 1900, 1901 };

	return rand() % 3 ? (uint32_t)rand() % 8 : rand() % 2 ? special[rand() % 8]
							       : (uint32_t)rand() * 2;
}

static void random_message(void)
{
	struct svc_request *q = (struct svc_request *)call_utcb.word;
	char *bytes = (char *)call_utcb.word;

	for (unsigned n = 0; n < 20; n++)
		call_utcb.word[n] = (uint64_t)(rand() % 2 ? 0 : any()) << 32 | any();
	for (unsigned n = 0x20; n < 0x60; n++)
		if (rand() % 3)
			bytes[n] = "ab/.\0"[rand() % 5];
	q->version = rand() % 50 ? FS_VERSION : any();
	q->op = rand() % 50 ? 1u + rand() % FS_STATFS : any();
	if (q->op == FS_OPEN)
		((struct fs_open *)q)->len = rand() % 20;
	if (q->op >= FS_MKDIR && q->op != FS_READLINK) {
		((struct fs_names *)q)->len = rand() % 10;
		((struct fs_names *)q)->len2 = rand() % 10;
		for (unsigned n = 0x30; n < 0x44; n++)
			bytes[n] = "ab/."[rand() % 4];
	}
	call_utcb.items = rand() % 20 ? utcb_items(20, 0) : (uint32_t)rand();
}

static void check_random(void)
{
	unsigned done_well = 0;

	world_begin();
	env_limit = 5000;
	for (unsigned n = 0; n < 400000; n++) {
		uint32_t program = 1 + rand() % 4;

		random_message();
		if (rand() % 4 == 0)
			env_fail_at(1 + rand() % 4);
		protocol_serve(&call_utcb, badge_make(program, rand() % 4 ? 15 : rand()));
		env_fail_at(0);
		done_well += ((struct svc_reply *)call_utcb.word)->status == SVC_OK;
		if (rand() % 5000 == 0)
			call_gone(program);
	}
	ok(done_well > 20000, "random messages do no harm (%u succeeded)", done_well);
	ok(world_end(), "nothing is left over");
}

int main(void)
{
	check_heads();
	check_bounds();
	check_open();
	check_chain_of_links();
	check_ids();
	check_grants();
	check_sizes();
	check_answers();
	check_getpath();
	check_readdir();
	check_random();
	return done();
}
