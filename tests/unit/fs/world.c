/* SPDX-License-Identifier: MIT */
/* world.c - a file system from its beginning to its end. */
#include "tests/unit/fs/world.h"

#include <stdlib.h>

#include "runtime/fs/dir.h"
#include "runtime/fs/ops.h"
#include "runtime/fs/path.h"
#include "tests/unit/fs/env_host.h"

/* Remove leaves until nothing is left but the root. */
static void empty_root(void)
{
	while (!dir_is_empty(path_root)) {
		struct inode *dir = path_root;
		struct dir_entry *e = dir_entry_at(dir, DIR_FIRST);

		while (is_dir(e->inode) && !dir_is_empty(e->inode)) {
			dir = e->inode;
			e = dir_entry_at(dir, DIR_FIRST);
		}
		dir_remove(dir, e);
	}
}

void world_begin(void)
{
	if (!fs_init())
		abort();
}

bool world_end(void)
{
	env_fail_at(0);
	for (uint32_t program = 1; program < 10; program++)
		session_end(program);
	empty_root();
	path_root->nlink = 0;
	path_root->dir.parent = NULL;
	inode_release(path_root);
	path_root = NULL;
	return !env_pages && !env_objects && !inode_count();
}
