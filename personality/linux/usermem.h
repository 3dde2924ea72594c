/* SPDX-License-Identifier: MIT */
/*
 * usermem.h - the only way to a program's memory. The rules are at the head of usermem.c.
 *
 * Every address is the enemy's: the range is walked page by page in the mm's own books, pages that
 * are not there yet are faulted in, and the bytes are reached through the personality's mapping.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mm;

/* 0, or -EFAULT with some part of the range perhaps copied; -ENOMEM is told as -EFAULT too. */
long copy_in(struct mm *mm, void *dst, uint64_t uaddr, size_t len);
long copy_out(struct mm *mm, uint64_t uaddr, const void *src, size_t len);

/* A string with its final 0; `max` is the room at dst. Its length; -EFAULT; -ENAMETOOLONG. */
long copy_in_string(struct mm *mm, char *dst, uint64_t uaddr, size_t max);

/*
 * user_page - where byte `uaddr` of the program lies in the personality's own space.
 * The pointer holds up to the end of its page, until the next call that can change the mm.
 * NULL: the program itself could not read (write) there.
 */
void *user_page(struct mm *mm, uint64_t uaddr, bool write);

/* How many of the `len` bytes from `uaddr` on the program could read (write), from the start. */
size_t user_reach(struct mm *mm, uint64_t uaddr, size_t len, bool write);
