/* SPDX-License-Identifier: MIT */
/*
 * fault.c - pages on demand.
 *
 * mm_page() is the one place where a page comes into being: for a page fault, and for the
 * personality's own accesses to a program's memory. What it makes:
 *
 *	anonymous		a zeroed frame
 *	private file, read	the file's own page, not writable
 *	private file, write	a frame with a copy
 *	shared file		the file's own page, in the writable view if the mapping is writable
 *	private, page shared	a frame with a copy, once somebody writes (frame_refs() > 1)
 *
 * A fault costs two changes of address space, a page in its answer next to nothing. So an answer
 * brings what is likely to be touched next: of a file the pages around (they exist already), of
 * memory that is written the pages behind, twice as many each time a program goes on where the last
 * answer ended.
 */
#include "mm.h"

#include <string.h>

#include <asm/errno.h>
#include <asm/mman.h>
#include <asm/siginfo.h>
#include <asm/signal.h>

#include "file.h"
#include "inode.h"
#include "pages.h"
#include "pdmap.h"
#include "vma.h"

#define WINDOW_MIN	4u		/* pages made ahead at the first write fault */
#define WINDOW_MAX	64u
#define FILE_WINDOW	32u		/* pages of a file mapped around a fault, aligned */

static void *fail(struct mm_fault *why, int signal, int code)
{
	why->signal = signal;
	why->code = code;
	return NULL;
}

static pte_t fail_errno(struct mm_fault *why, long err)
{
	if (err == -ENOMEM)
		fail(why, SIGKILL, SI_KERNEL);
	else
		fail(why, SIGBUS, BUS_ADRERR);
	return 0;
}

/* ---- one page -------------------------------------------------------------------------------- */

static pte_t new_frame(struct mm *mm, const void *content, struct mm_fault *why)
{
	void *frame = frame_alloc(mm->pool);

	if (!frame)
		return fail_errno(why, -ENOMEM);
	if (content)
		memcpy(frame, content, PAGE_SIZE);
	return (pte_t)frame | PTE_FRAME;
}

static bool is_shared_writable(const struct vma *v)
{
	return v->flags & VMA_SHARED && v->prot & PROT_WRITE;
}

/* The page of the file. */
static inline uint64_t index_of(const struct vma *v, uint64_t page)
{
	return v->pgoff + page - v->start / PAGE_SIZE;
}

/* Does the file still reach this page? A program's image keeps what it had when it was loaded. */
static long check_file_end(struct vma *v, uint64_t index)
{
	uint64_t size;
	long err;

	if (v->flags & VMA_IMAGE)
		return 0;
	err = inode_size(v->file->inode, &size);
	return err ? err : index * PAGE_SIZE < size ? 0 : -ENXIO;
}

/* The file's page for `page`. A hole becomes a page of zeros, as in tmpfs: later writes are seen. */
static pte_t file_page(struct mm *mm, struct vma *v, uint64_t page, struct mm_fault *why)
{
	uint64_t index = index_of(v, page);
	unsigned flags = INODE_PAGE_ALLOC | (is_shared_writable(v) ? INODE_PAGE_WRITE : 0);
	void *at;
	long n = check_file_end(v, index);

	if (!n)
		n = inode_pages(v->file->inode, index, 1, flags, &at);
	if (n <= 0)
		return fail_errno(why, n ? n : -EIO);
	if (mm->pool == FRAME_HYBRID)
		v->file->inode->escaped = true;
	return (pte_t)at | (flags & INODE_PAGE_WRITE ? PTE_FILE_WRITE : 0);
}

/* What belongs at a place where nothing is yet. */
static pte_t make_page(struct mm *mm, struct vma *v, uint64_t page, bool write,
		       struct mm_fault *why)
{
	pte_t pte;

	if (!v->file)
		return new_frame(mm, NULL, why);
	pte = file_page(mm, v, page, why);
	if (pte && write && !(v->flags & VMA_SHARED))
		return new_frame(mm, pte_page(pte), why);
	return pte;
}

/* A page that is there but cannot be written: a copy, or the file's writable view. */
static pte_t make_writable(struct mm *mm, struct vma *v, uint64_t page, pte_t old,
			   struct mm_fault *why)
{
	pte_t pte = v->flags & VMA_SHARED ? file_page(mm, v, page, why)
					  : new_frame(mm, pte_page(old), why);

	if (!pte)
		return 0;
	if (old & PTE_MAPPED)
		pd_unmap(mm->pd, page, page + 1);
	if (old & PTE_FRAME)
		frame_put(pte_page(old));
	return pte;
}

/* The entry for `page`, made or changed if need be; 0: *why. */
static pte_t get_page(struct mm *mm, struct vma *v, uint64_t page, bool write, struct mm_fault *why)
{
	pte_t old = pages_get(mm->pages, page), pte;

	if (old && (!write || mm_pte_writable(v, old)))
		return old;
	pte = old ? make_writable(mm, v, page, old, why) : make_page(mm, v, page, write, why);
	if (!pte)
		return 0;
	if (!pages_set(mm->pages, page, pte)) {
		if (pte & PTE_FRAME)
			frame_put(pte_page(pte));
		return fail_errno(why, -ENOMEM);
	}
	if (!old)
		mm->present_pages++;
	return pte;
}

/* ---- one access ------------------------------------------------------------------------------ */

/* A stack grows down to addr, if the limits and what lies below let it. */
static struct vma *grow_stack(struct mm *mm, uint64_t addr)
{
	struct vma *v = vma_find(&mm->vmas, addr), *below;
	uint64_t start = PAGE_DOWN(addr), pages;

	if (!v || !(v->flags & VMA_GROWSDOWN))
		return NULL;
	below = vma_prev(v);
	pages = (v->start - start) / PAGE_SIZE;
	if (v->end - start > *mm->limit_stack || !mm_may_grow(mm, pages, v->prot, v->flags))
		return NULL;
	if (start < LX_MMAP_MIN || (below && below->prot && start < below->end + VMA_STACK_GUARD) ||
	    (below && start < below->end))
		return NULL;
	mm->total_pages += pages;
	if (!(v->flags & VMA_STACK))
		mm->data_pages += pages;
	v->pgoff -= v->file ? pages : 0;
	vma_resize(v, start, v->end);
	return v;
}

/* x86 cannot have memory that is writable or executable but not readable. */
static bool allows(const struct vma *v, uint32_t access)
{
	uint32_t need = access == PROT_READ ? PROT_READ | PROT_WRITE | PROT_EXEC : access;

	return v->prot & need;
}

/* The mapping for an access; NULL: *why. */
static struct vma *access_vma(struct mm *mm, uint64_t addr, uint32_t access, struct mm_fault *why)
{
	struct vma *v;

	if (addr >= LX_TASK_SIZE)
		return fail(why, SIGSEGV, SEGV_MAPERR);
	v = mm_vma(mm, addr);
	if (!v)
		v = grow_stack(mm, addr);
	if (!v)
		return fail(why, SIGSEGV, SEGV_MAPERR);
	return allows(v, access) ? v : fail(why, SIGSEGV, SEGV_ACCERR);
}

void *mm_page(struct mm *mm, uint64_t addr, uint32_t access, struct mm_fault *why)
{
	struct vma *v = access_vma(mm, addr, access, why);
	pte_t pte = v ? get_page(mm, v, addr / PAGE_SIZE, access == PROT_WRITE, why) : 0;

	return pte ? pte_page(pte) : NULL;
}

/* ---- page faults ----------------------------------------------------------------------------- */

struct window {
	uint64_t first, end;		/* page numbers */
};

static struct window clip(const struct vma *v, uint64_t first, uint64_t end)
{
	uint64_t low = v->start / PAGE_SIZE, high = v->end / PAGE_SIZE;

	return (struct window){ first > low ? first : low, end < high ? end : high };
}

/* New pages of anonymous memory, ahead of a program that walks through it. */
static struct window make_ahead(struct mm *mm, struct vma *v, uint64_t page)
{
	uint64_t n = WINDOW_MIN;
	struct window w;
	struct mm_fault ignored;

	if (page == v->fault_next)
		n = v->fault_window < WINDOW_MAX / 2 ? v->fault_window * 2 : WINDOW_MAX;
	w = v->flags & VMA_GROWSDOWN ? clip(v, page - n + 1, page + 1) : clip(v, page, page + n);
	for (uint64_t p = w.first; p < w.end; p++)
		if (p != page && (frames_scarce(mm->pool) || !get_page(mm, v, p, true, &ignored)))
			break;
	v->fault_window = n;
	v->fault_next = v->flags & VMA_GROWSDOWN ? w.first - 1 : w.end;
	return w;
}

/* The window of FILE_WINDOW pages of the file around `page`, as far as mapping and file reach. */
static struct window file_window(struct vma *v, uint64_t page)
{
	uint64_t before = index_of(v, page) % FILE_WINDOW, size, index;
	struct window w = clip(v, page < before ? 0 : page - before, page - before + FILE_WINDOW);

	if (v->flags & VMA_IMAGE)
		return w;
	if (inode_size(v->file->inode, &size))
		return (struct window){ page, page };
	size = PAGE_UP(size) / PAGE_SIZE;
	index = index_of(v, w.first);
	if (size < index + (w.end - w.first))
		w.end = size > index ? w.first + (size - index) : w.first;
	return w;
}

/* Enters pages of the file from `page` on, until `end` or a hole. Returns where it stopped. */
static uint64_t enter_file_pages(struct mm *mm, struct vma *v, uint64_t page, uint64_t end)
{
	unsigned flags = is_shared_writable(v) ? INODE_PAGE_WRITE : 0;
	uint32_t bits = flags & INODE_PAGE_WRITE ? PTE_FILE_WRITE : 0;

	while (page < end) {
		char *at;
		long n = inode_pages(v->file->inode, index_of(v, page), end - page, flags, (void **)&at);

		if (n <= 0)
			break;
		for (; n-- > 0; page++, at += PAGE_SIZE) {
			if (pages_get(mm->pages, page))
				continue;
			if (!pages_set(mm->pages, page, (pte_t)at | bits))
				return page;
			mm->present_pages++;
		}
	}
	return page;
}

/* Pages of a file around a fault, entered as far as they exist. */
static struct window file_around(struct mm *mm, struct vma *v, uint64_t page)
{
	struct window w = file_window(v, page);

	if (enter_file_pages(mm, v, w.first, w.end) < page)
		enter_file_pages(mm, v, page, w.end);
	if (mm->pool == FRAME_HYBRID)
		v->file->inode->escaped = true;
	return w;
}

/* Adds to the batch what is there in the window and not in the PD, or with fewer rights. */
static void map_window(struct mm *mm, struct vma *v, struct window w, struct pd_batch *b)
{
	for (uint64_t p = pages_next(mm->pages, w.first, w.end); p < w.end;
	     p = pages_next(mm->pages, p + 1, w.end)) {
		pte_t pte = pages_get(mm->pages, p);

		if (!(pte & PTE_MAPPED) ||
		    (v->prot & PROT_WRITE && !(pte & PTE_WRITABLE) && mm_pte_writable(v, pte)))
			mm_map_page(mm, v, p, b);
	}
}

static uint32_t access_of(uint32_t error)
{
	if (error & PF_WRITE)
		return PROT_WRITE;
	return error & PF_FETCH ? PROT_EXEC : PROT_READ;
}

/* Do our books say that the access is possible? */
static bool is_mapped(struct mm *mm, uint64_t page, uint32_t access)
{
	pte_t pte = pages_get(mm->pages, page);

	return access == PROT_WRITE ? pte & PTE_WRITABLE : pte & PTE_MAPPED;
}

/* A fault where none should be: the last answer's items had no effect, since kernel memory has run
 * out, or the program has revoked the page. An answer never says so; a hypercall does. */
static bool map_again(struct mm *mm, struct vma *v, uint64_t page, struct mm_fault *why)
{
	struct pd_batch b;

	pd_batch_begin(&b, mm->pd, NULL);
	mm_map_page(mm, v, page, &b);
	pd_batch_end(&b);
	if (b.failed)
		fail_errno(why, -ENOMEM);
	return !b.failed;
}

bool mm_fault(struct mm *mm, uint64_t addr, uint32_t error, struct hedron_utcb *u,
	      struct mm_fault *why)
{
	uint64_t page = addr / PAGE_SIZE;
	uint32_t access = access_of(error);
	struct vma *v = access_vma(mm, addr, access, why);
	bool write = access == PROT_WRITE || (v && !v->file && v->prot & PROT_WRITE);
	struct window around = { page, page + 1 }, ahead = { page, page + 1 };
	struct pd_batch b;

	if (!v)
		return false;
	if (is_mapped(mm, page, access)) {
		u->items = 0;
		return map_again(mm, v, page, why);
	}
	if (v->file)
		around = file_around(mm, v, page);
	if (!get_page(mm, v, page, write, why))
		return false;
	if (write && !v->file)
		ahead = make_ahead(mm, v, page);

	pd_batch_begin(&b, mm->pd, u);
	mm_map_page(mm, v, page, &b);		/* also if it was there: never fault for ever */
	map_window(mm, v, ahead, &b);
	map_window(mm, v, around, &b);
	pd_batch_end(&b);
	u->items = utcb_items(0, b.items);
	return true;
}
