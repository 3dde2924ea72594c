/* SPDX-License-Identifier: MIT */
/* session.h - clients and their file ids; the rules of use are at the head of session.c. */
#pragma once
#include "inode.h"

struct session {
	uint32_t program;		/* the client, from its badge */
	struct tree ids;		/* id - 1 -> struct file_id */
	struct pins *pins;		/* of all files, see pin.c */
};

struct file_id {
	struct inode *inode;		/* held */
	uint32_t flags;			/* FS_O_WRITE, FS_O_PATH */
};

struct session *session_find(uint32_t program);		/* NULL: the client holds nothing */
struct session *session_get(uint32_t program);		/* made if need be; NULL: no memory */
void session_put(struct session *s);			/* forget it if it is empty; NULL is allowed */
void session_end(uint32_t program);			/* close and unpin everything */

/* Hold a file under the smallest free id; 0: no memory. */
uint32_t id_open(struct session *s, struct inode *i, uint32_t flags);
struct file_id *id_find(const struct session *s, uint32_t id);	/* NULL: none; s may be NULL */
void id_close(struct session *s, uint32_t id);			/* of an id that exists */
