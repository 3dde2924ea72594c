/* SPDX-License-Identifier: MIT */
/*
 * calls.h - the file service called through its protocol, without a kernel: requests are built in a
 * UTCB, served by protocol_serve(), and the answer is looked at. Everything from one program unless
 * call_as() says otherwise.
 */
#pragma once
#include <hedron/fs.h>
#include <stdbool.h>

#define ALL_GRANTS	(FS_GRANT_READ | FS_GRANT_WRITE | FS_GRANT_MAP | FS_GRANT_UNPIN)

extern struct hedron_utcb call_utcb;		/* the last answer */

void call_as(uint32_t program, uint32_t grants);

/* A zeroed request of `size` bytes in call_utcb. */
void *call_begin(uint32_t op, size_t size);
/* Send it, with `len` bytes behind it. */
enum svc_status call_send(size_t size, const void *tail, size_t len);
uint32_t call_value(void);

/* Operations. An id of 0 from call_open() is an error, see call_status. */
extern enum svc_status call_status;
uint32_t call_open(const char *path, uint32_t flags);
enum svc_status call_close(uint32_t id);
enum svc_status call_write(uint32_t id, uint64_t offset, const void *data, uint32_t len);
enum svc_status call_extend(uint32_t id, uint64_t offset, uint32_t len);
enum svc_status call_read(uint32_t id, uint64_t offset, void *to, uint32_t len);
enum svc_status call_truncate(uint32_t id, uint64_t size);
enum svc_status call_map(uint32_t op, uint32_t id, uint32_t flags, uint64_t page, uint64_t pages);
enum svc_status call_name(uint32_t op, const char *path, uint32_t mode, uint32_t flags);
enum svc_status call_names(uint32_t op, const char *path, const char *path2, uint32_t flags);
struct fs_attr call_stat(uint32_t id);
void call_gone(uint32_t program);

/* Page `n` of the last FS_MAP as the client would see it. NULL: not handed out. */
void *call_page(unsigned n);
