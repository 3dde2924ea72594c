/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c runtime/fs/protocol.c runtime/fs/mem.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/world.c tests/unit/fs/calls.c */
/* flags: -Wno-unused-parameter */
/* test_times.c - which operation sets which times of which file (POSIX.1-2017, 4.9 and the functions);
 * atime as Linux does with relatime. */
#include <string.h>

#include "tests/unit/fs/calls.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

#define RW	(FS_O_CREATE | FS_O_WRITE)
#define DAY	86400000000000

static uint32_t file, dir, dir2;
static struct fs_attr before[3];

/* Let a while pass, so that each time set from now on is a new one, and look at all three. */
static void begin(void)
{
	env_time += 1000;
	before[0] = call_stat(file);
	before[1] = call_stat(dir);
	before[2] = call_stat(dir2);
}

static const char *times_changed(uint32_t id, const struct fs_attr *old)
{
	static const char *const names[] = { "-", "a", "m", "am", "c", "ac", "mc", "amc" };
	struct fs_attr now = call_stat(id);

	return names[(now.atime != old->atime) | (now.mtime != old->mtime) << 1 |
		     (now.ctime != old->ctime) << 2];
}

/* What has changed of the file, its directory, and the other one. */
static void expect(const char *op, const char *f, const char *d, const char *d2)
{
	const char *got_f = times_changed(file, &before[0]);
	const char *got_d = times_changed(dir, &before[1]);
	const char *got_d2 = times_changed(dir2, &before[2]);

	if (!ok(!strcmp(got_f, f) && !strcmp(got_d, d) && !strcmp(got_d2, d2),
		"%s: file %s, directory %s, the other %s", op, f, d, d2))
		printf("# got: %s %s %s\n", got_f, got_d, got_d2);
}

static void check_content(void)
{
	char c;

	begin();
	call_write(file, 0, "abc", 3);
	expect("write", "mc", "-", "-");
	begin();
	call_write(file, 0, "", 0);
	expect("write of nothing", "-", "-", "-");
	begin();
	call_extend(file, 0, 5000);
	expect("extend", "mc", "-", "-");
	begin();
	call_truncate(file, 10);
	expect("truncate", "mc", "-", "-");
	begin();
	call_close(call_open("/d/f", FS_O_WRITE | FS_O_TRUNC));
	expect("open with TRUNC", "mc", "-", "-");
	call_truncate(file, 10);
	begin();
	call_read(file, 0, &c, 1);
	expect("the first read after a change", "a", "-", "-");
	begin();
	call_read(file, 0, &c, 1);
	expect("the second", "-", "-", "-");
	env_time += DAY;
	begin();
	call_read(file, 0, &c, 1);
	expect("a day later", "a", "-", "-");
	begin();
	call_write(file, 0, "x", 1);
	call_map(FS_MAP, file, 0, 0, 1);
	expect("map after a change", "amc", "-", "-");
}

static void check_names(void)
{
	begin();
	call_name(FS_MKNOD, "/d/new", FS_IFREG, 0);
	expect("making a file", "-", "mc", "-");
	begin();
	call_name(FS_MKDIR, "/d/sub", 0755, 0);
	expect("making a directory", "-", "mc", "-");
	begin();
	call_name(FS_UNLINK, "/d/sub", 0, FS_UNLINK_DIR);
	expect("removing it", "-", "mc", "-");
	begin();
	call_names(FS_LINK, "/d/f", "/e/link", 0);
	expect("link", "c", "-", "mc");
	begin();
	call_name(FS_UNLINK, "/e/link", 0, 0);
	expect("unlink", "c", "-", "mc");
	begin();
	call_names(FS_RENAME, "/d/f", "/e/f", 0);
	expect("rename", "c", "mc", "mc");
	begin();
	call_names(FS_RENAME, "/e/f", "/d/new", FS_RENAME_EXCHANGE);
	expect("exchange", "c", "mc", "mc");
	begin();
	call_names(FS_RENAME, "/e/f", "/d/new", 0);
	expect("being replaced", "c", "mc", "mc");
	begin();
	call_name(FS_MKDIR, "/d/new", 0755, 0);
	expect("a failure", "-", "-", "-");
}

static void check_setattr(void)
{
	struct fs_setattr *q;
	struct fs_attr a;

	begin();
	q = call_begin(FS_SETATTR, sizeof(*q));
	q->id = file;
	q->mask = FS_SET_MODE;
	q->mode = 0600;
	call_send(sizeof(*q), "", 0);
	expect("chmod", "c", "-", "-");
	begin();
	q = call_begin(FS_SETATTR, sizeof(*q));
	q->id = file;
	q->mask = FS_SET_ATIME | FS_SET_MTIME;
	q->atime = -5;
	q->mtime = INT64_MAX;
	call_send(sizeof(*q), "", 0);
	expect("utimensat", "amc", "-", "-");
	a = call_stat(file);
	ok(a.atime == -5 && a.mtime == INT64_MAX, "to what was asked for");
	ok(a.btime < a.ctime, "the time of birth stays");
}

int main(void)
{
	world_begin();
	call_name(FS_MKDIR, "/d", 0755, 0);
	call_name(FS_MKDIR, "/e", 0755, 0);
	dir = call_open("/d", 0);
	dir2 = call_open("/e", 0);
	file = call_open("/d/f", RW);
	check_content();
	check_names();
	check_setattr();
	ok(world_end(), "nothing is left over");
	return done();
}
