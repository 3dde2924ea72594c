/* SPDX-License-Identifier: MIT */
/*
 * mm.h - the memory of a process: its mappings (struct vma, vma.c), the pages that exist so far
 * (pages.c), the calls that change them (mmap.c) and page faults (fault.c).
 */
#pragma once
#include "frame.h"
#include "lx.h"

struct file;
struct inode;
struct mm;

/* A mapping: [start, end), page aligned. Neighbours that could be one mapping are one. */
struct vma {
	uint64_t start, end;
	uint32_t prot;			/* PROT_* */
	uint32_t flags;			/* VMA_* */
	struct file *file;		/* NULL: anonymous; holds a reference */
	uint64_t pgoff;			/* page of the file at `start` */
	uint64_t fault_next;		/* where a sequential reader would fault next ... */
	uint32_t fault_window;		/* ... and how many pages it was given last time */

	/* The tree (vma.c). */
	struct vma *left, *right, *parent;
	int height;
	uint64_t gap;			/* free bytes between the mapping below and start */
	uint64_t max_gap;		/* largest gap in this subtree */
};

#define VMA_SHARED	(1u << 0)	/* MAP_SHARED: writes go to the file, or to all who map it */
#define VMA_GROWSDOWN	(1u << 1)	/* a stack: grows at a fault below it */
#define VMA_MAYWRITE	(1u << 2)	/* mprotect may set PROT_WRITE */
#define VMA_STACK	(1u << 3)	/* the main thread's stack: RLIMIT_STACK */
#define VMA_HEAP	(1u << 4)	/* moved by brk */

struct vma_tree {
	struct vma *root;
	unsigned count;
};

struct mm {
	struct vma_tree vmas;
	struct page_dir *pages;		/* what is there: pages.c */
	enum frame_pool pool;		/* where its frames come from */
	uint64_t pd;			/* selector of the PD into which pages are delegated; 0: none */
	uint64_t brk_start, brk;	/* end of data: first and now */
	uint64_t mmap_top;		/* mappings without an address go below it */
	uint64_t total_pages;		/* of all mappings: RLIMIT_AS */
	uint64_t data_pages;		/* private and writable: RLIMIT_DATA */
	uint64_t present_pages;		/* that exist: the resident set */
	const uint64_t *limit_as;	/* bytes; the process's limits, see process.h */
	const uint64_t *limit_data;
	const uint64_t *limit_stack;
};

/* mm.c. mm_new: NULL, no memory. mm_free: all threads of the PD must have stopped for good. */
struct mm *mm_new(enum frame_pool pool);
void mm_free(struct mm *mm);

/*
 * mm_map - make a mapping at exactly [addr, addr + len), removing what is there.
 * @file  reference stays the caller's; NULL: anonymous
 * 0, -ENOMEM (limits, memory), -EINVAL.
 */
long mm_map(struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot, uint32_t flags,
	    struct file *file, uint64_t pgoff);
long mm_unmap(struct mm *mm, uint64_t addr, uint64_t len);

/* Pages of `inode` from `first_page` on are gone (truncate): later accesses fault and find out. */
void mm_forget_file_pages(struct inode *inode, uint64_t first_page);

/*
 * mm_page - the page of a program's address, made or copied as the access needs it.
 * Returns its address in the personality, or NULL and *signal: SIGSEGV with *code, SIGBUS, SIGKILL
 * (out of memory).
 */
struct mm_fault {
	int signal;			/* 0: none */
	int code;			/* SEGV_*, BUS_* */
};
void *mm_page(struct mm *mm, uint64_t addr, uint32_t prot, struct mm_fault *why);
