/* SPDX-License-Identifier: MIT */
/*
 * hedron/file.h - files of the native file service, for hyperapps and hybrid programs.
 *
 * The service is found by its name at the first call; the boot configuration must let the program
 * use it (`use fs GRANTS`). Paths begin at the root of the file system, whether with `/` or not, and
 * have at most FS_PATH_MAX bytes. All functions may be called from any thread; they use the calling
 * thread's UTCB, so a message being built there is lost. There is no buffering and no file position.
 *
 * Every function returns an svc_status: SVC_OK, what hedron/fs.h says for the operation, what
 * hedron_find() says, or SVC_DEAD: not on Hedron, or the service has died. Then files that are open
 * stay dead; a service that was started anew is found by the next call with a path.
 */
#pragma once
#include <hedron/fs.h>
#include <hedron/hybrid.h>

/* An open file. Copies are the same file; close one of them. */
struct hedron_file {
	uint32_t id;		/* in this program's session */
	uint32_t era;		/* which life of the service; not the caller's business */
};

/**
 * hedron_file_open - open or create a file.
 * @flags  FS_O_*
 * @mode   permission bits of a file that is created
 */
enum svc_status hedron_file_open(struct hedron_file *f, const char *path, uint32_t flags,
				 uint32_t mode) HEDRON_MUST_USE;
enum svc_status hedron_file_close(const struct hedron_file *f);

/**
 * hedron_file_read - read from a place in the file.
 * @done  bytes read, also on failure; fewer than `len` with SVC_OK: the end of the file
 */
enum svc_status hedron_file_read(const struct hedron_file *f, uint64_t offset, void *buf, size_t len,
				 size_t *done) HEDRON_MUST_USE;

/**
 * hedron_file_write - write to a place in the file.
 * @offset  FS_APPEND: at the end, whatever others append; pieces of FS_WRITE_MAX bytes stay whole
 * @done    bytes written, also on failure; may be NULL
 */
enum svc_status hedron_file_write(const struct hedron_file *f, uint64_t offset, const void *buf,
				  size_t len, size_t *done) HEDRON_MUST_USE;

enum svc_status hedron_file_truncate(const struct hedron_file *f, uint64_t size) HEDRON_MUST_USE;
enum svc_status hedron_file_stat(const struct hedron_file *f, struct fs_attr *attr) HEDRON_MUST_USE;

/* Of what the path names. FS_O_NOFOLLOW in `flags`: of a symbolic link itself; else 0. */
enum svc_status hedron_path_stat(const char *path, uint32_t flags,
				 struct fs_attr *attr) HEDRON_MUST_USE;

/* Names: mkdir(2), unlink(2), rmdir(2), rename(2), link(2), symlink(2). */
enum svc_status hedron_file_mkdir(const char *path, uint32_t mode) HEDRON_MUST_USE;
enum svc_status hedron_file_unlink(const char *path) HEDRON_MUST_USE;
enum svc_status hedron_file_rmdir(const char *path) HEDRON_MUST_USE;
enum svc_status hedron_file_rename(const char *from, const char *to,
				   uint32_t flags) HEDRON_MUST_USE;	/* FS_RENAME_* */
enum svc_status hedron_file_link(const char *path, const char *name) HEDRON_MUST_USE;
enum svc_status hedron_file_symlink(const char *text, const char *name) HEDRON_MUST_USE;

/* The text of a symbolic link, 0-terminated; TOO_LONG: it has `size` bytes or more. */
enum svc_status hedron_file_readlink(const char *path, char *text, size_t size) HEDRON_MUST_USE;

/* Reading a directory. */
struct hedron_dirent {
	uint64_t ino;
	uint32_t mode;			/* type bits: FS_IF* */
	char name[FS_NAME_MAX + 1];	/* 0-terminated */
};

struct hedron_dir {
	struct hedron_file file;
	uint64_t cookie;		/* behind what is in the buffer */
	uint32_t at, len;		/* bytes of the buffer: taken, filled */
	uint64_t buffer[128];		/* struct fs_dirent records */
};

enum svc_status hedron_dir_open(struct hedron_dir *d, const char *path) HEDRON_MUST_USE;

/* The next entry, `.` and `..` too; NOT_FOUND: no more, or the directory has been removed. */
enum svc_status hedron_dir_read(struct hedron_dir *d, struct hedron_dirent *e) HEDRON_MUST_USE;
enum svc_status hedron_dir_close(const struct hedron_dir *d);

/**
 * hedron_file_map - map pages of a file.
 * @first   page of the file that comes to the start of the window
 * @order   log2 of the window's pages, as given to hedron_window_alloc()
 * @flags   FS_MAP_WRITE: readable and writable, else readable and executable; FS_MAP_ALLOC: make
 *          pages where the file has holes
 * @pages   how many were mapped, also on failure: up to the window's end, the end of the file, or
 *          without FS_MAP_ALLOC a hole
 *
 * The pages stay those of the file whatever becomes of it, see hedron/fs.h. INVALID: the file ends
 * before `first`.
 */
enum svc_status hedron_file_map(const struct hedron_file *f, uint64_t first, unsigned order,
				uint32_t flags, void *window, size_t *pages) HEDRON_MUST_USE;

/* Say that `pages` pages are mapped nowhere any more (hedron_window_free() is the caller's). Does
 * something only with FS_GRANT_UNPIN. */
enum svc_status hedron_file_unmap(const struct hedron_file *f, uint64_t first, uint64_t pages);
