/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c runtime/fs/protocol.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/mem_host.c tests/unit/fs/world.c */
/* sources: libhybrid/hosted/hosted.c libhybrid/src/self.c libhybrid/src/sel.c */
/* sources: libhybrid/src/msg.c libhybrid/src/svc.c libhybrid/src/window.c */
/* sources: libhybrid/src/file.c */
/* flags: -DHEDRON_HOSTED -Wno-unused-parameter */
/* test_file.c - hedron/file.h, with the real protocol behind an emulated portal. */
#include <stdlib.h>
#include <string.h>

#include <hedron/file.h>

#include "libhybrid/hosted/hosted.h"
#include "runtime/fs/protocol.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

#define PROVIDER	0x100
#define ROOT		(HOSTED_CAPS + CAPS_ROOT)
#define BIG		100000

static bool registered = true, dead;
static unsigned lookups;

static void root_portal(struct hedron_utcb *u, uint64_t id)
{
	struct svc_reply *rep = (struct svc_reply *)u->word;

	lookups++;
	*rep = (struct svc_reply){ .status = registered ? SVC_OK : SVC_NOT_FOUND };
	u->items = utcb_items(1, 0);
	if (registered)
		hedron_msg_obj(u, PROVIDER, 0, PT_CALL, 0);
}

static void fs_portal(struct hedron_utcb *u, uint64_t id)
{
	u->items = dead ? 0 : u->items;
	if (!dead)
		protocol_serve(u, id);
}

static void check_content(void)
{
	static char data[BIG], got[BIG + 10];
	struct fs_attr attr;
	struct hedron_file f;
	size_t done;

	for (int n = 0; n < BIG; n++)
		data[n] = rand();
	ok(!hedron_file_open(&f, "/big", FS_O_CREATE | FS_O_WRITE, 0640), "a file is created");
	ok(!hedron_file_write(&f, 10, data, BIG, &done) && done == BIG, "many messages are written");
	ok(!hedron_file_stat(&f, &attr) && attr.size == BIG + 10 && attr.mode == 0100640, "stat");
	ok(!hedron_file_read(&f, 0, got, sizeof(got), &done) && done == BIG + 10 &&
	   !memcmp(got + 10, data, BIG), "and read");
	ok(!hedron_file_read(&f, BIG, got, 100, &done) && done == 10, "fewer bytes at the end");
	ok(!hedron_file_write(&f, FS_APPEND, "xyz", 3, NULL), "append");
	ok(!hedron_file_read(&f, BIG + 10, got, 10, &done) && done == 3 && !memcmp(got, "xyz", 3),
	   "is at the end");
	ok(!hedron_file_truncate(&f, 5) && !hedron_file_stat(&f, &attr) && attr.size == 5,
	   "truncate");
	env_limit = env_pages + 2;
	ok(hedron_file_write(&f, 0, data, BIG, &done) == SVC_NO_MEMORY && done >= FS_WRITE_MAX &&
	   done < 3 * 4096, "no memory: it is said how far it went");
	env_limit = 1 << 20;
	ok(!hedron_file_close(&f), "close");
	ok(hedron_file_stat(&f, &attr) == SVC_BAD_HANDLE, "a second use: BAD_HANDLE");
}

static void check_names(void)
{
	char text[20], path[FS_PATH_MAX + 2];
	struct fs_attr attr;

	ok(!hedron_file_mkdir("/dir", 0700), "mkdir");
	ok(hedron_file_mkdir("/dir", 0700) == SVC_EXISTS, "twice: EXISTS");
	ok(!hedron_file_rename("/big", "/dir/file", 0), "rename");
	ok(hedron_file_rename("/big", "/dir/file", 0) == SVC_NOT_FOUND, "it is gone there");
	ok(!hedron_file_link("/dir/file", "/other"), "link");
	ok(!hedron_path_stat("other", 0, &attr) && attr.nlink == 2, "two names; stat by path");
	ok(!hedron_file_symlink("dir/file", "/sym"), "symlink");
	ok(!hedron_path_stat("/sym", FS_O_NOFOLLOW, &attr) && (attr.mode & FS_IFMT) == FS_IFLNK,
	   "stat of the link itself");
	ok(!hedron_file_readlink("/sym", text, sizeof(text)) && !strcmp(text, "dir/file"),
	   "readlink");
	ok(hedron_file_readlink("/sym", text, 8) == SVC_TOO_LONG, "no room for the final 0");
	ok(hedron_file_readlink("/dir", text, sizeof(text)) == SVC_TYPE, "no link");
	ok(hedron_file_unlink("/dir") == SVC_IS_DIR, "unlink of a directory");
	ok(hedron_file_rmdir("/dir") == SVC_NOT_EMPTY, "rmdir of a full one");
	ok(!hedron_file_unlink("/dir/file") && !hedron_file_rmdir("/dir"), "unlink, rmdir");
	memset(path, 'p', sizeof(path));
	path[FS_PATH_MAX + 1] = 0;
	ok(hedron_path_stat(path, 0, &attr) == SVC_TOO_LONG, "a path too long");
}

static void check_dir(void)
{
	struct hedron_dir d;
	struct hedron_dirent e;
	enum svc_status st;
	unsigned count = 0;
	char path[300];
	bool good = true;

	(void)!hedron_file_mkdir("/many", 0755);
	for (unsigned n = 0; n < 200; n++) {
		memset(path, 'n', sizeof(path));
		path[sprintf(path, "/many/%03u", n)] = n % 2 ? 'n' : 0;
		path[6 + FS_NAME_MAX] = 0;
		good &= !hedron_file_mkdir(path, 0700);
	}
	ok(good && !hedron_dir_open(&d, "/many"), "a directory with long names");
	while (!(st = hedron_dir_read(&d, &e)))
		count += strlen(e.name) >= 3 && e.mode == FS_IFDIR;
	ok(st == SVC_NOT_FOUND && count == 200, "is read");
	hedron_dir_close(&d);
	ok(hedron_dir_open(&d, "/sym") == SVC_NOT_FOUND, "what is not there is not opened");
	ok(hedron_dir_open(&d, "/other") == SVC_NOT_DIR, "nor what is no directory");
}

static void check_map(void)
{
	struct hedron_file f;
	void *window = hedron_window_alloc(8);
	size_t pages;

	ok(!hedron_file_open(&f, "/map", FS_O_CREATE | FS_O_WRITE, 0600), "a file to map");
	ok(!hedron_file_truncate(&f, 200 * 4096 - 5), "of 200 pages");
	ok(!hedron_file_map(&f, 0, 8, FS_MAP_ALLOC, window, &pages) && pages == 200,
	   "more than one message maps it");
	ok(hedron_utcb()->del_window == CRD_NULL, "the window is closed");
	ok(!hedron_file_map(&f, 100, 3, 0, window, &pages) && pages == 8, "a small window");
	ok(hedron_file_map(&f, 200, 3, 0, window, &pages) == SVC_INVALID && !pages, "behind the end");
	(void)!hedron_file_truncate(&f, 210 * 4096);
	ok(!hedron_file_map(&f, 150, 8, 0, window, &pages) && pages == 50, "up to a hole");
	ok(!hedron_file_unmap(&f, 0, 210), "unmap");
	hedron_file_close(&f);
	hedron_window_free(window, 8);
}

static void check_dead(void)
{
	struct hedron_file f, g;
	struct fs_attr attr;
	char c;
	size_t done;

	ok(!hedron_file_open(&f, "/f", FS_O_CREATE, 0600) && lookups == 1, "one lookup for all");
	dead = true;
	ok(hedron_file_read(&f, 0, &c, 1, &done) == SVC_DEAD, "the service dies");
	registered = false;
	ok(hedron_path_stat("/f", 0, &attr) == SVC_DEAD, "and is not there");
	dead = false;
	registered = true;
	ok(!hedron_file_open(&g, "/f", 0, 0), "a new one is found");
	ok(hedron_file_stat(&f, &attr) == SVC_DEAD, "what was open stays dead");
	ok(!hedron_file_stat(&g, &attr), "what is open now is not");
}

int main(void)
{
	struct fs_attr attr;

	ok(hedron_path_stat("/", 0, &attr) == SVC_DEAD, "on plain Linux: DEAD");
	world_begin();
	hosted_start();
	hosted_portal(ROOT, root_portal, 0);
	hosted_portal(PROVIDER, fs_portal, badge_make(1, 0xf));
	check_content();
	check_names();
	check_dir();
	check_map();
	check_dead();
	ok(world_end(), "nothing is left over in the service");
	return done();
}
