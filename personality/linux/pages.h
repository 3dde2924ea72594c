/* SPDX-License-Identifier: MIT */
/* pages.h - which page stands at which address of a process; the story is at the head of pages.c. */
#pragma once
#include "lx.h"

struct page_dir;

/*
 * An entry: the page's address in the personality, and PTE_* in the low bits; 0 is no page.
 * PTE_MAPPED and PTE_WRITABLE are what the process's PD was given; without them a page is only in
 * the books, and a fault will map it.
 */
typedef uint64_t pte_t;

#define PTE_FRAME	(1u << 0)	/* a frame of ours, with a reference; else a page of a file */
#define PTE_MAPPED	(1u << 1)
#define PTE_WRITABLE	(1u << 2)	/* mapped writable */
#define PTE_FILE_WRITE	(1u << 3)	/* address is in the file's writable view */

static inline void *pte_page(pte_t pte)	{ return (void *)(pte & PAGE_MASK); }

struct page_dir *pages_new(void);		/* NULL: no memory */
void pages_free(struct page_dir *dir);		/* the table only; entries are dropped unseen */

/* `page` is a page number of the process, below LX_TASK_SIZE. */
pte_t pages_get(const struct page_dir *dir, uint64_t page);
/* False: no memory for the table, nothing changed. Changing or clearing an entry never fails. */
bool pages_set(struct page_dir *dir, uint64_t page, pte_t pte);

/* The entries of the leaf that `page` stands in, PAGES_LEAF of them, by page % PAGES_LEAF; NULL: it
 * has none. Those that are there may be changed in place, not made and not cleared. */
#define PAGES_LEAF	512u
pte_t *pages_leaf(struct page_dir *dir, uint64_t page);

/* Clear [page, end), which lies in one leaf. */
void pages_clear(struct page_dir *dir, uint64_t page, uint64_t end);

/* The first page in [page, end) with an entry; `end` if there is none. */
uint64_t pages_next(const struct page_dir *dir, uint64_t page, uint64_t end);

/* ---- mm.c, for fault.c ------------------------------------------------------------------------ */

struct mm;
struct pd_batch;
struct vma;

/* May the process write into this page as it is, without a copy or another view of the file? */
bool mm_pte_writable(const struct vma *v, pte_t pte);

/* Adds a page that is there to the batch, with all rights it may have. False: none, or no room. */
bool mm_map_page(struct mm *mm, struct vma *v, uint64_t page, struct pd_batch *b);
