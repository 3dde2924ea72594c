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
#define VMA_IMAGE	(1u << 5)	/* of a program file that the loader mapped */

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
	uint64_t vdso;			/* where its image was mapped */
	uint64_t mmap_top;		/* mappings without an address go below it */
	uint64_t total_pages;		/* of all mappings: RLIMIT_AS */
	uint64_t data_pages;		/* private and writable: RLIMIT_DATA */
	uint64_t present_pages;		/* that exist: the resident set */
	const uint64_t *limit_as;	/* bytes; the process's soft limits, see process.h */
	const uint64_t *limit_data;
	const uint64_t *limit_stack;
	struct vma *last;		/* found last time, or NULL */
};

#define MM_MAPS_MAX	65530u		/* mappings of a process (vm.max_map_count) */

/* mm.c. mm_new: NULL, no memory. mm_free: all threads of the PD must have stopped for good. */
struct mm *mm_new(enum frame_pool pool);
void mm_free(struct mm *mm);

/*
 * mm_map - make a mapping at exactly [addr, addr + len), removing what is there.
 * @file  reference stays the caller's; NULL: anonymous
 * 0, -ENOMEM (limits, memory).
 */
long mm_map(struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot, uint32_t flags,
	    struct file *file, uint64_t pgoff);
long mm_unmap(struct mm *mm, uint64_t addr, uint64_t len);

/* Other rights for the whole mappings and parts in the range. -ENOMEM: memory, or a hole in the
 * range (what is below it has changed); -EACCES. */
long mm_protect(struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot);

/* Move the mapping `v` with its pages to [addr, addr + v's length), where nothing is. */
long mm_move(struct mm *mm, struct vma *v, uint64_t addr);
/* Grow or shrink the end of `v`; nothing is in the way. */
long mm_set_end(struct mm *mm, struct vma *v, uint64_t end);

/* Forget the pages in the range: the next access makes them anew. */
void mm_drop_pages(struct mm *mm, uint64_t start, uint64_t end);

/* A border between mappings at addr. -ENOMEM. And one less, where possible. */
long mm_split(struct mm *mm, uint64_t addr);
void mm_merge(struct mm *mm, uint64_t start, uint64_t end);

/* Would so many more pages keep the limits? */
bool mm_may_grow(const struct mm *mm, uint64_t pages, uint32_t prot, uint32_t flags);

/* May a mapping have these rights? Not both to write and to execute a shared page of a file. */
bool mm_may_have(uint32_t prot, uint32_t flags, const struct file *file);

struct vma *mm_vma(struct mm *mm, uint64_t addr);	/* the mapping at addr, NULL: none */

/* Pages of `inode` from `first_page` on are gone (truncate): later accesses fault and find out. */
void mm_forget_file_pages(struct inode *inode, uint64_t first_page);

/* fault.c. Why an access is not possible. */
struct mm_fault {
	int signal;			/* SIGSEGV, SIGBUS, SIGKILL: out of memory */
	int code;			/* SEGV_*, BUS_* */
};

/*
 * mm_page - the page of a program's address, made or copied as the access needs it.
 * @access  PROT_READ, PROT_WRITE or PROT_EXEC
 * Returns its address in the personality, or NULL and *why.
 */
void *mm_page(struct mm *mm, uint64_t addr, uint32_t access, struct mm_fault *why);

/*
 * mm_fault - answer a page fault: the page and some around it, as typed items of the reply in `u`.
 * @error  PF_*
 * False: *why.
 */
struct hedron_utcb;
bool mm_fault(struct mm *mm, uint64_t addr, uint32_t error, struct hedron_utcb *u,
	      struct mm_fault *why);
