/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c runtime/fs/mem.c runtime/fs/load.c */
/* sources: runtime/lib/cpio.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/world.c */
/* flags: -Wno-missing-field-initializers */
/* test_load.c - the tree that a boot archive becomes. */
#include <stdlib.h>
#include <string.h>

#include "runtime/fs/dir.h"
#include "runtime/fs/file.h"
#include "runtime/fs/load.h"
#include "runtime/fs/path.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

/* ---- archives -------------------------------------------------------------------------------- */

static char archive[1 << 20];
static size_t size;

struct member {
	const char *name;
	uint32_t mode;
	const char *data;
	uint32_t ino, nlink, mtime, major, minor, len;	/* len: of data, if not a string */
};

static void pad(void)
{
	while (size % 4)
		archive[size++] = 0;
}

static void add(struct member m)
{
	uint32_t len = m.len ? m.len : m.data ? strlen(m.data) : 0;

	size += sprintf(archive + size, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x",
			m.ino, m.mode, 7, 8, m.nlink, m.mtime, len, 3, 4, m.major, m.minor,
			(unsigned)strlen(m.name) + 1, 0);
	strcpy(archive + size, m.name);
	size += strlen(m.name) + 1;
	pad();
	memcpy(archive + size, m.data ? m.data : "", len);
	size += len;
	pad();
}

static void end_archive(void)
{
	add((struct member){ .name = "TRAILER!!!", .nlink = 1 });
	while (size % 512)
		archive[size++] = 0;
}

/* Load a copy that ends where the archive ends, so that the sanitizer sees a read behind it. */
static enum svc_status load(size_t bytes)
{
	char *copy = malloc(bytes ? bytes : 1);
	const char *name;
	enum svc_status st;

	memcpy(copy, archive, bytes);
	st = load_archive(copy, bytes, &name);
	free(copy);
	return st;
}

static struct inode *at(const char *path)
{
	struct place p;

	return path_walk(path_root, path, strlen(path), WALK_NAME, &p) ? NULL : p.inode;
}

static bool has(const char *path, const char *content)
{
	struct inode *i = at(path);
	char text[100] = { 0 };

	if (!i || !is_file(i) || i->size != strlen(content))
		return false;
	file_read(i, 0, text, i->size);
	return !strcmp(text, content);
}

static void begin(void)
{
	world_begin();
	size = 0;
}

/* ---- cases ----------------------------------------------------------------------------------- */

static void check_types(void)
{
	struct inode *i;

	begin();
	add((struct member){ "boot.conf", 0100644, "not for us" });
	add((struct member){ "root", 0040711, .mtime = 50 });
	add((struct member){ "root/etc", 0040750, .mtime = 100 });
	add((struct member){ "root/etc/motd", 0100640, "hello\n", .mtime = 200 });
	add((struct member){ "./root/etc/link", 0120777, "motd" });
	add((struct member){ "root/dev/null", 0020666, .major = 1, .minor = 3 });
	add((struct member){ "root/dev/big", 0060600, .major = 0x1234, .minor = 0x56789 });
	add((struct member){ "root/run/pipe", 0010600 });
	add((struct member){ "rootless", 0100644, "not for us either" });
	end_archive();
	ok(load(size) == SVC_OK, "an archive is loaded");
	ok(path_root->mode == 0040711 && path_root->mtime == 50000000000, "the root itself");
	ok(load_defaults() == SVC_OK, "what is missing is added");

	i = at("/etc");
	ok(i && i->mode == 0040750 && i->uid == 7 && i->gid == 8, "a directory with mode and owner");
	ok(i && i->mtime == 100000000000, "and its time, though files were made in it");
	ok(has("/etc/motd", "hello\n") && at("/etc/motd")->mtime == 200000000000, "a file");
	i = at("/etc/link");
	ok(i && is_link(i) && !strcmp(i->link, "motd"), "a symbolic link");
	i = at("/dev/null");
	ok(i && i->mode == 0020666 && i->rdev == 0x103, "a device");
	ok(at("/dev/big")->rdev == 0x0000100056723489, "one with large numbers, as makedev() has it");
	ok(at("/run/pipe")->mode == 0010600 && at("/run")->mode == 0040755,
	   "directories on the way are made");
	ok(!at("/boot.conf") && !at("/rootless") && !at("/less"), "the rest is not for the tree");
	ok(at("/tmp")->mode == 0041777 && at("/dev")->mode == 0040755, "/tmp and /dev are there");
	ok(world_end(), "nothing is left over");
}

static void check_links(void)
{
	begin();
	add((struct member){ "root/a", 0100755, .ino = 5, .nlink = 3 });
	add((struct member){ "root/b", 0100755, .ino = 5, .nlink = 3 });
	add((struct member){ "root/c", 0100755, "content", .ino = 5, .nlink = 3 });
	add((struct member){ "root/d", 0100755, "other", .ino = 6, .nlink = 2 });
	end_archive();
	add((struct member){ "root/e", 0100755, "second archive", .ino = 5, .nlink = 2 });
	end_archive();
	ok(load(size) == SVC_OK, "hard links, two archives");
	ok(at("/a") == at("/b") && at("/b") == at("/c"), "three names of one file");
	ok(has("/a", "content") && at("/a")->nlink == 3, "whose content came with the last");
	ok(has("/d", "other") && has("/e", "second archive"), "numbers count within one archive");
	ok(world_end(), "nothing is left over");
}

static void check_replace(void)
{
	begin();
	add((struct member){ "root/f", 0100644, "a long first version" });
	add((struct member){ "root/l", 0120777, "f" });
	add((struct member){ "root/d", 0040755 });
	end_archive();
	add((struct member){ "root/f", 0100600, "second" });
	add((struct member){ "root/l", 0100644, "no link any more" });
	add((struct member){ "root/d", 0040700 });
	end_archive();
	ok(load(size) == SVC_OK, "a later archive over an earlier one");
	ok(has("/f", "second") && at("/f")->mode == 0100600, "its files win");
	ok(has("/l", "no link any more"), "also where a link was");
	ok(at("/d")->mode == 0040700, "a directory gets the new mode");
	ok(world_end(), "nothing is left over");
}

static void check_bad(void)
{
	static char text[FS_PATH_MAX + 2];
	bool good = true;

	begin();
	add((struct member){ "root/d/f", 0100644, "x" });
	end_archive();
	for (size_t n = 1; n < 110; n++)
		good &= load(n) == SVC_FORMAT;
	ok(good, "an archive that is cut off: FORMAT");
	ok(load(0) == SVC_OK, "none at all: an empty tree");
	ok(world_end(), "nothing is left over");

	begin();
	add((struct member){ "root/d", 0040755 });
	add((struct member){ "root/d", 0100644, "x" });
	end_archive();
	ok(load(size) == SVC_IS_DIR, "a file over a directory: IS_DIR");
	ok(world_end(), "nothing is left over");

	begin();
	add((struct member){ "root/d", 0100755 });
	add((struct member){ "root/d/e", 0100644, "x" });
	end_archive();
	ok(load(size) == SVC_NOT_DIR, "a file below a file: NOT_DIR");
	ok(world_end(), "nothing is left over");

	begin();
	add((struct member){ "root/l", 0120777 });
	end_archive();
	ok(load(size) == SVC_INVALID, "a link without text: INVALID");
	ok(world_end(), "nothing is left over");

	begin();
	memset(text, 't', sizeof(text) - 1);
	add((struct member){ "root/l", 0120777, text });
	end_archive();
	ok(load(size) == SVC_TOO_LONG, "a link longer than FS_PATH_MAX: TOO_LONG");
	ok(world_end(), "nothing is left over");

	begin();
	add((struct member){ "root/f", 0100644, "x" });
	add((struct member){ "root/f", 0040755 });
	end_archive();
	ok(load(size) == SVC_NOT_DIR, "a directory over a file: NOT_DIR");
	ok(world_end(), "nothing is left over");

	begin();
	add((struct member){ "root/x", 01100644, "x" });
	end_archive();
	ok(load(size) == SVC_FORMAT, "bits that no mode has: FORMAT");
	ok(world_end(), "nothing is left over");

	begin();
	add((struct member){ "root/x", 0644, "x" });
	end_archive();
	ok(load(size) == SVC_FORMAT, "no type: FORMAT");
	ok(world_end(), "nothing is left over");
}

static void check_no_memory(void)
{
	static char big[300000];
	enum svc_status st = SVC_NO_MEMORY;
	unsigned n = 0;

	begin();
	add((struct member){ "root/a", 0100755, .ino = 5, .nlink = 2 });
	add((struct member){ "root/b/c/d", 0100755, "x", .ino = 5, .nlink = 2 });
	add((struct member){ "root/l", 0120777, "a" });
	add((struct member){ "root/big", 0100644, big, .len = sizeof(big) });
	end_archive();
	ok(world_end(), "nothing is left over");
	while (st == SVC_NO_MEMORY && n < 1000) {
		world_begin();
		env_fail_at(++n);
		st = load(size);
		if (!world_end())
			break;
	}
	ok(st == SVC_OK && n > 75, "memory that runs out: NO_MEMORY, no leaks (%u allocations)", n);
}

int main(void)
{
	check_types();
	check_links();
	check_replace();
	check_bad();
	check_no_memory();
	return done();
}
