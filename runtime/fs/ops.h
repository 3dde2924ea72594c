/* SPDX-License-Identifier: MIT */
/* ops.h - the operations of hedron/fs.h; the rules of use are at the head of ops.c. */
#pragma once
#include "session.h"

/* Who asks. */
struct client {
	uint32_t program;
	uint32_t grants;		/* FS_GRANT_* */
};

bool fs_init(void);			/* an empty root directory; false: no memory */

/* Requests are private copies of the fixed parts of the messages; texts are passed beside them. Of
 * an answer, everything but the status is filled in; it was zero before. */
enum svc_status fs_open(const struct client *c, const struct fs_open *q, const char *path,
			struct fs_opened *a);
enum svc_status fs_close(const struct client *c, uint32_t id);
enum svc_status fs_read(const struct client *c, const struct fs_io *q, void *to, uint32_t *count);
enum svc_status fs_readdir(const struct client *c, const struct fs_io *q, void *to,
			   uint32_t *count);
enum svc_status fs_readlink(const struct client *c, uint32_t id, void *to, uint32_t *count);
enum svc_status fs_getpath(const struct client *c, uint32_t id, void *to, uint32_t *count);
enum svc_status fs_write(const struct client *c, const struct fs_write *q, const void *from,
			 struct fs_written *a);
enum svc_status fs_extend(const struct client *c, const struct fs_write *q, struct fs_written *a);
enum svc_status fs_map(const struct client *c, const struct fs_map *q, void *page[FS_MAP_MAX],
		       uint32_t *count);
enum svc_status fs_unmap(const struct client *c, const struct fs_map *q, uint32_t *count);
enum svc_status fs_truncate(const struct client *c, const struct fs_truncate *q);
enum svc_status fs_stat(const struct client *c, uint32_t id, struct fs_attr *a);
enum svc_status fs_setattr(const struct client *c, const struct fs_setattr *q);
enum svc_status fs_statfs(struct fs_statfs *a);

/* Both paths lie behind each other at `paths`. */
enum svc_status fs_mkdir(const struct client *c, const struct fs_names *q, const char *paths);
enum svc_status fs_mknod(const struct client *c, const struct fs_names *q, const char *paths);
enum svc_status fs_symlink(const struct client *c, const struct fs_names *q, const char *paths);
enum svc_status fs_unlink(const struct client *c, const struct fs_names *q, const char *paths);
enum svc_status fs_link(const struct client *c, const struct fs_names *q, const char *paths);
enum svc_status fs_rename(const struct client *c, const struct fs_names *q, const char *paths);
