/* SPDX-License-Identifier: MIT */
/* names.h - what operations on names and on ids share; see names.c. */
#pragma once
#include "ops.h"
#include "path.h"

struct inode *fs_inode(const struct client *c, uint32_t id);	/* NULL: no such id */

/* path_walk() from an id. BAD_HANDLE, TOO_LONG, and what path_walk() says. */
enum svc_status names_walk(const struct client *c, uint32_t id, const char *path, uint32_t len,
			   enum walk how, struct place *place);

/* OK: something is there. Else NOT_FOUND or TOO_LONG. */
enum svc_status names_found(const struct place *place);

/* A new file that is to be entered in `dir`; one hold is the caller's. NULL: no memory. */
struct inode *names_create(const struct inode *dir, const struct node_attr *attr, const char *text,
			   size_t len);

/* Make a file at a place where there is nothing yet. EXISTS, TOO_LONG, NOT_FOUND, NO_MEMORY. */
enum svc_status names_make(const struct place *p, const struct node_attr *attr, const char *text,
			   size_t len);
