/* SPDX-License-Identifier: MIT */
/* pin.h - pages that sessions have mapped; the rules of use are at the head of pin.c. */
#pragma once
#include "inode.h"

struct session;

/* Pin pages that exist, at most FS_MAP_MAX; all (true) or none (false: no memory). */
bool pin_pages(struct session *s, struct inode *i, uint64_t first, unsigned pages);

/* Give pages back, first..last; those that are not pinned do not matter. How many were. The last pin
 * of an unlinked file frees it. */
uint64_t unpin_pages(struct session *s, struct inode *i, uint64_t first, uint64_t last);
void unpin_all(struct session *s);
