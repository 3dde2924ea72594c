/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c runtime/fs/protocol.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/mem_host.c tests/unit/fs/world.c */
/* sources: tests/unit/fs/calls.c */
/* flags: -Wno-unused-parameter */
/*
 * test_nomem.c - each operation with each of its allocations failing: NO_MEMORY, and then everything
 * is as before, times included.
 */
#include <stdlib.h>
#include <string.h>

#include "runtime/fs/dir.h"
#include "runtime/fs/env.h"
#include "runtime/fs/path.h"
#include "tests/unit/fs/calls.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

#define RW	(FS_O_CREATE | FS_O_WRITE)

/* ---- what the file system looks like --------------------------------------------------------- */

static char *put_inode(char *p, const struct inode *i);

static char *put_dir(char *p, const struct inode *dir)
{
	const struct dir_entry *e;
	uint64_t at = DIR_FIRST;

	while ((e = dir_entry_at(dir, at))) {
		p += sprintf(p, "%.*s ", e->len, e->name);
		if (dir_find(dir, e->name, e->len) != e)
			p += sprintf(p, "not found ");
		p = put_inode(p, e->inode);
		at = e->cookie;
	}
	return p + sprintf(p, "..\n");
}

static char *put_inode(char *p, const struct inode *i)
{
	struct fs_attr a;

	inode_attr(i, &a);
	p += sprintf(p, "%lu %o %u size %lu/%lu times %ld %ld %ld\n", (long)a.ino, a.mode, a.nlink,
		     (long)a.size, (long)a.blocks, (long)a.atime, (long)a.mtime, (long)a.ctime);
	return is_dir(i) ? put_dir(p, i) : p;
}

/* Tree, memory in use; not the numbers and times that will be given out next. */
static void take_picture(char *p)
{
	p = put_inode(p, path_root);
	sprintf(p, "%lu pages, %lu objects", (long)env_pages, (long)env_objects);
}

/* ---- operations ------------------------------------------------------------------------------ */

static uint32_t file;

static enum svc_status do_create(void)
{
	call_open("/d/new", RW);
	return call_status;
}

static enum svc_status do_open(void)
{
	call_open("/f", FS_O_WRITE | FS_O_TRUNC);
	return call_status;
}

static enum svc_status do_mkdir(void)
{
	return call_name(FS_MKDIR, "/d/sub", 0755, 0);
}

static enum svc_status do_mknod(void)
{
	return call_name(FS_MKNOD, "/d/fifo", FS_IFIFO | 0600, 0);
}

static enum svc_status do_symlink(void)
{
	return call_names(FS_SYMLINK, "/d/link", "../f", 0);
}

static enum svc_status do_link(void)
{
	return call_names(FS_LINK, "/f", "/d/hard", 0);
}

static enum svc_status do_rename(void)
{
	return call_names(FS_RENAME, "/f", "/d/moved", 0);
}

static enum svc_status do_rename_dir(void)
{
	return call_names(FS_RENAME, "/d", "/e/d", 0);
}

static enum svc_status do_replace(void)
{
	return call_names(FS_RENAME, "/f", "/g", 0);
}

static enum svc_status do_exchange(void)
{
	return call_names(FS_RENAME, "/f", "/e", FS_RENAME_EXCHANGE);
}

static enum svc_status do_write(void)
{
	char data[4000] = "data";

	return call_write(file, 9 * 4096 - 100, data, sizeof(data));
}

static enum svc_status do_extend(void)
{
	return call_extend(file, 2000, 200 * 4096);
}

static enum svc_status do_map(void)
{
	return call_map(FS_MAP, file, FS_MAP_ALLOC, 0, 2);
}

static enum svc_status do_unlink(void)
{
	return call_name(FS_UNLINK, "/f", 0, 0);
}

static enum svc_status do_truncate(void)
{
	return call_truncate(file, 100000);
}

static const struct {
	const char *name;
	enum svc_status (*run)(void);
	unsigned allocations;		/* at least */
} operations[] = {
	{ "open with CREATE", do_create, 5 },
	{ "open with TRUNC", do_open, 2 },
	{ "mkdir", do_mkdir, 3 },
	{ "mknod", do_mknod, 3 },
	{ "symlink", do_symlink, 4 },
	{ "link", do_link, 2 },
	{ "rename", do_rename, 2 },
	{ "rename of a directory", do_rename_dir, 2 },
	{ "rename over a file", do_replace, 0 },
	{ "exchange", do_exchange, 0 },
	{ "write", do_write, 4 },
	{ "extend", do_extend, 400 },
	{ "map", do_map, 1 },
	{ "unlink", do_unlink, 0 },
	{ "truncate", do_truncate, 0 },
};

static void prepare(void)
{
	char data[3000] = "content";

	world_begin();
	call_name(FS_MKDIR, "/d", 0755, 0);
	call_name(FS_MKDIR, "/e", 0755, 0);
	call_close(call_open("/f", RW));
	call_close(call_open("/g", RW));
	file = call_open("/f", FS_O_WRITE);
	call_write(file, 0, data, sizeof(data));
	call_write(file, 6000, data, sizeof(data));
}

static void check(unsigned n)
{
	static char before[4096], after[4096];
	enum svc_status st = SVC_NO_MEMORY;
	unsigned fail = 0;
	bool same = true;

	prepare();
	take_picture(before);
	while (same && st == SVC_NO_MEMORY && fail < 5000) {
		env_fail_at(++fail);
		st = operations[n].run();
		env_fail_at(0);
		if (st == SVC_NO_MEMORY) {
			take_picture(after);
			same = !strcmp(before, after);
		}
	}
	ok(same, "%s: no memory, nothing changed", operations[n].name);
	if (!same)
		printf("# allocation %u\n%s\n---\n%s\n", fail, before, after);
	ok(st == SVC_OK && fail > operations[n].allocations, "%s: %u allocations, then OK",
	   operations[n].name, fail - 1);
	ok(world_end(), "nothing is left over");
}

static unsigned entries_found(void)
{
	const struct dir_entry *e;
	uint64_t at = DIR_FIRST;
	unsigned count = 0;

	while ((e = dir_entry_at(path_root, at))) {
		count += dir_find(path_root, e->name, e->len) == e;
		at = e->cookie;
	}
	return count;
}

/* The tables of a directory grow, and no step of that loses an entry. */
static void check_growth(void)
{
	unsigned count = 0;
	bool good = true;
	char path[16];

	world_begin();
	while (good && count < 300) {
		enum svc_status st = SVC_NO_MEMORY;

		sprintf(path, "/n%u", count);
		for (unsigned fail = 1; good && st == SVC_NO_MEMORY; fail++) {
			env_fail_at(fail);
			st = call_name(FS_MKNOD, path, FS_IFREG | 0600, 0);
			env_fail_at(0);
			good = entries_found() == count + (st == SVC_OK);
		}
		good = good && st == SVC_OK;
		count++;
	}
	ok(good, "a directory grows to %u entries, each allocation failing once", count);
	while (good && count--) {
		sprintf(path, "/n%u", count);
		good = !call_name(FS_UNLINK, path, 0, 0) && entries_found() == count;
	}
	ok(good, "and becomes empty");
	ok(world_end(), "nothing is left over");
}

/* The quota runs out in the middle of real use, and everything goes on when something is removed. */
static void check_quota(void)
{
	char path[16], data[4000] = "data";
	enum svc_status st = SVC_OK;
	unsigned n = 0;

	world_begin();
	env_limit = 50;
	while (!st) {
		uint32_t id;

		sprintf(path, "/%u", n);
		id = call_open(path, RW);
		st = call_status ? call_status : call_write(id, 0, data, sizeof(data));
		call_close(id);
		n++;
	}
	ok(st == SVC_NO_MEMORY && n > 40, "the quota is for everything: %u files fit", n - 1);
	ok(!call_name(FS_UNLINK, "/3", 0, 0), "removing needs no memory");
	call_name(FS_UNLINK, path, 0, 0);
	ok(call_open("/again", RW) && !call_write(1, 0, data, sizeof(data)), "and makes room");
	env_limit = 1 << 20;
	ok(world_end(), "nothing is left over");
}

int main(void)
{
	for (unsigned n = 0; n < sizeof(operations) / sizeof(operations[0]); n++)
		check(n);
	check_growth();
	check_quota();
	return done();
}
