/* SPDX-License-Identifier: MIT */
/*
 * mm.c - the mappings of a process and how they change.
 *
 * Three layers, each ahead of the next: the tree of mappings says what may be where (vma.c), the
 * page table what is there (pages.c), the PD what the processor sees (pdmap.c). So what is not in a
 * mapping has no page, and what is no page is not in the PD. Changes go the other way round: out of
 * the PD, out of the page table, out of the tree.
 *
 * An operation that can run out of memory does so before it changes anything that shows.
 */
#include "mm.h"

#include <stdlib.h>
#include <string.h>

#include <asm/errno.h>
#include <asm/mman.h>

#include "file.h"
#include "pages.h"
#include "pdmap.h"
#include "process.h"
#include "vma.h"

static inline uint64_t vma_pages(const struct vma *v)	{ return (v->end - v->start) / PAGE_SIZE; }

struct mm *mm_new(enum frame_pool pool)
{
	struct mm *mm = calloc(1, sizeof(*mm));

	if (!mm)
		return NULL;
	mm->pages = pages_new();
	if (!mm->pages) {
		free(mm);
		return NULL;
	}
	mm->pool = pool;
	return mm;
}

/* ---- accounts -------------------------------------------------------------------------------- */

static bool is_data(uint32_t prot, uint32_t flags)
{
	return (prot & PROT_WRITE) && !(flags & (VMA_SHARED | VMA_STACK));
}

bool mm_may_grow(const struct mm *mm, uint64_t pages, uint32_t prot, uint32_t flags)
{
	if (mm->total_pages + pages > *mm->limit_as / PAGE_SIZE)
		return false;
	return !is_data(prot, flags) || mm->data_pages + pages <= *mm->limit_data / PAGE_SIZE;
}

/* The file service gives out a page's writable view and its executable one apart. */
bool mm_may_have(uint32_t prot, uint32_t flags, const struct file *file)
{
	return !file || !(flags & VMA_SHARED) || !(prot & PROT_WRITE) || !(prot & PROT_EXEC);
}

static void account(struct mm *mm, const struct vma *v, uint64_t pages, bool add)
{
	uint64_t delta = add ? pages : -pages;

	mm->total_pages += delta;
	if (is_data(v->prot, v->flags))
		mm->data_pages += delta;
}

/* ---- pages ----------------------------------------------------------------------------------- */

static unsigned rights_of(const struct vma *v, pte_t pte)
{
	unsigned rights = MEM_R;

	if (!(v->prot & (PROT_READ | PROT_WRITE | PROT_EXEC)))
		return 0;
	if (v->prot & PROT_EXEC && !(pte & PTE_FILE_WRITE))
		rights |= MEM_X;
	if (v->prot & PROT_WRITE && mm_pte_writable(v, pte))
		rights |= MEM_W;
	return rights;
}

bool mm_pte_writable(const struct vma *v, pte_t pte)
{
	if (pte & PTE_FRAME)
		return v->flags & VMA_SHARED || frame_refs(pte_page(pte)) == 1;
	return pte & PTE_FILE_WRITE;
}

bool mm_map_page(struct mm *mm, struct vma *v, uint64_t page, struct pd_batch *b)
{
	pte_t pte = pages_get(mm->pages, page);
	unsigned rights = rights_of(v, pte);

	if (!rights || !pd_batch_add(b, page, pte_page(pte), rights))
		return false;
	pte &= ~(uint64_t)PTE_WRITABLE;
	pages_set(mm->pages, page, pte | PTE_MAPPED | (rights & MEM_W ? PTE_WRITABLE : 0));
	return true;
}

/* Out of the PD: the pages of [page, end), which lie in one leaf. */
static void unmap_leaf(struct mm *mm, uint64_t page, uint64_t end)
{
	pte_t *leaf = pages_leaf(mm->pages, page);
	uint64_t first = end, last = 0;

	for (uint64_t p = page; leaf && p < end; p++) {
		pte_t *pte = &leaf[p % PAGES_LEAF];

		if (!(*pte & PTE_MAPPED))
			continue;
		*pte &= ~(uint64_t)(PTE_MAPPED | PTE_WRITABLE);
		first = first < end ? first : p;
		last = p;
	}
	if (first < end && mm->pd)
		pd_unmap(mm->pd, first, last + 1);
}

static void put_page(struct mm *mm, pte_t pte)
{
	if (pte & PTE_FRAME)
		frame_put(pte_page(pte));
	mm->present_pages--;
}

/* Next part of [page, end) that has pages and lies in one leaf: *leaf_end. `end`: none. */
static uint64_t next_leaf(struct mm *mm, uint64_t page, uint64_t end, uint64_t *leaf_end)
{
	page = pages_next(mm->pages, page, end);
	*leaf_end = (page | (PAGES_LEAF - 1)) + 1;
	if (*leaf_end > end)
		*leaf_end = end;
	return page;
}

void mm_drop_pages(struct mm *mm, uint64_t start, uint64_t end)
{
	uint64_t leaf_end, last = end / PAGE_SIZE;
	uint64_t page = next_leaf(mm, start / PAGE_SIZE, last, &leaf_end);

	while (page < last) {
		pte_t *leaf = pages_leaf(mm->pages, page);

		unmap_leaf(mm, page, leaf_end);
		for (uint64_t p = page; p < leaf_end; p++)
			if (leaf[p % PAGES_LEAF])
				put_page(mm, leaf[p % PAGES_LEAF]);
		pages_clear(mm->pages, page, leaf_end);
		page = next_leaf(mm, leaf_end, last, &leaf_end);
	}
}

/* The pages in the PD get the rights that their mapping has now. */
static void remap_pages(struct mm *mm, struct vma *v)
{
	uint64_t page = v->start / PAGE_SIZE, end = v->end / PAGE_SIZE;
	struct pd_batch b;

	if (!(v->prot & (PROT_READ | PROT_WRITE | PROT_EXEC))) {
		uint64_t leaf_end;

		for (page = next_leaf(mm, page, end, &leaf_end); page < end;
		     page = next_leaf(mm, leaf_end, end, &leaf_end))
			unmap_leaf(mm, page, leaf_end);
		return;
	}
	pd_batch_begin(&b, mm->pd, NULL);
	for (page = pages_next(mm->pages, page, end); page < end;
	     page = pages_next(mm->pages, page + 1, end))
		if (pages_get(mm->pages, page) & PTE_MAPPED)
			mm_map_page(mm, v, page, &b);
	pd_batch_end(&b);
}

/* ---- mappings -------------------------------------------------------------------------------- */

struct vma *mm_vma(struct mm *mm, uint64_t addr)
{
	if (!mm->last || addr < mm->last->start || addr >= mm->last->end)
		mm->last = vma_at(&mm->vmas, addr);
	return mm->last;
}

static void vma_free(struct mm *mm, struct vma *v)
{
	vma_remove(&mm->vmas, v);
	if (mm->last == v)
		mm->last = NULL;
	file_put(v->file);
	free(v);
}

void mm_free(struct mm *mm)
{
	struct vma *v;

	if (!mm)
		return;
	mm->pd = 0;			/* nothing runs there any more: no need to unmap */
	mm_drop_pages(mm, 0, LX_TASK_SIZE);
	pages_free(mm->pages);
	while ((v = mm->vmas.root))
		vma_free(mm, v);
	free(mm);
}

long mm_split(struct mm *mm, uint64_t addr)
{
	struct vma *v = mm_vma(mm, addr), *upper;

	if (!v || v->start == addr)
		return 0;
	upper = malloc(sizeof(*upper));
	if (!upper)
		return -ENOMEM;
	*upper = *v;
	upper->start = addr;
	upper->fault_next = 0;
	if (v->file) {
		upper->pgoff += (addr - v->start) / PAGE_SIZE;
		file_get(v->file);
	}
	vma_resize(v, v->start, addr);
	vma_insert(&mm->vmas, upper);
	return 0;
}

void mm_merge(struct mm *mm, uint64_t start, uint64_t end)
{
	struct vma *v = vma_find(&mm->vmas, start ? start - 1 : 0), *above;

	while (v && v->start <= end) {
		above = vma_next(v);
		if (above && vma_can_merge(v, above)) {
			uint64_t new_end = above->end;

			vma_free(mm, above);
			vma_resize(v, v->start, new_end);
		} else {
			v = above;
		}
	}
}

long mm_unmap(struct mm *mm, uint64_t addr, uint64_t len)
{
	uint64_t end = addr + len;
	struct vma *v, *above;
	bool cuts_hole;

	v = vma_at(&mm->vmas, addr);
	cuts_hole = v && v->start < addr && v->end > end;
	if (cuts_hole && mm->vmas.count >= MM_MAPS_MAX)
		return -ENOMEM;
	if (mm_split(mm, addr) || mm_split(mm, end)) {
		mm_merge(mm, addr, end);
		return -ENOMEM;
	}
	mm_drop_pages(mm, addr, end);
	for (v = vma_find(&mm->vmas, addr); v && v->start < end; v = above) {
		above = vma_next(v);
		account(mm, v, vma_pages(v), false);
		vma_free(mm, v);
	}
	return 0;
}

/* Pages of mappings that a new one would replace. */
static uint64_t covered_pages(struct mm *mm, uint64_t addr, uint64_t end)
{
	uint64_t pages = 0;

	for (struct vma *v = vma_find(&mm->vmas, addr); v && v->start < end; v = vma_next(v)) {
		uint64_t from = v->start > addr ? v->start : addr, to = v->end < end ? v->end : end;

		pages += (to - from) / PAGE_SIZE;
	}
	return pages;
}

long mm_map(struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot, uint32_t flags,
	    struct file *file, uint64_t pgoff)
{
	uint64_t pages = len / PAGE_SIZE;
	struct vma *v;
	long err;

	if (mm->vmas.count >= MM_MAPS_MAX)
		return -ENOMEM;
	if (!mm_may_grow(mm, pages, prot, flags) &&
	    !mm_may_grow(mm, pages - covered_pages(mm, addr, addr + len), prot, flags))
		return -ENOMEM;
	v = calloc(1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	err = mm_unmap(mm, addr, len);
	if (err) {
		free(v);
		return err;
	}
	v->start = addr;
	v->end = addr + len;
	v->prot = prot;
	v->flags = flags;
	v->file = file ? file_get(file) : NULL;
	v->pgoff = pgoff;
	vma_insert(&mm->vmas, v);
	account(mm, v, pages, true);
	mm_merge(mm, addr, addr + len);
	return 0;
}

static void protect_vma(struct mm *mm, struct vma *v, uint32_t prot)
{
	if (v->prot == prot)
		return;
	account(mm, v, vma_pages(v), false);
	v->prot = prot;
	account(mm, v, vma_pages(v), true);
	if (v->file && v->flags & VMA_SHARED)
		mm_drop_pages(mm, v->start, v->end);	/* they come back in the right view */
	else
		remap_pages(mm, v);
}

long mm_protect(struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot)
{
	uint64_t end = addr + len, at = addr;
	struct vma *v;
	long err = 0;

	if (mm_split(mm, addr) || mm_split(mm, end) || mm->vmas.count > MM_MAPS_MAX)
		err = -ENOMEM;
	for (; !err && at < end; at = v->end) {
		v = mm_vma(mm, at);
		if (!v) {
			err = -ENOMEM;
			break;
		}
		if (prot & PROT_WRITE && !(v->flags & VMA_MAYWRITE))
			err = -EACCES;
		else if (!mm_may_have(prot, v->flags, v->file))
			err = -EACCES;
		else if (!is_data(v->prot, v->flags) && is_data(prot, v->flags) &&
			 mm->data_pages + vma_pages(v) > *mm->limit_data / PAGE_SIZE)
			err = -ENOMEM;
		else
			protect_vma(mm, v, prot);
	}
	mm_merge(mm, addr, end);
	return err;
}

long mm_set_end(struct mm *mm, struct vma *v, uint64_t end)
{
	if (end < v->end)
		return mm_unmap(mm, end, v->end - end);
	account(mm, v, (end - v->end) / PAGE_SIZE, true);
	vma_resize(v, v->start, end);
	mm_merge(mm, v->start, end);
	return 0;
}

/* Enters the pages of [from, from + count) at `to` as well, not in the PD. */
static bool copy_entries(struct mm *mm, uint64_t from, uint64_t to, uint64_t count)
{
	uint64_t end = from + count;

	for (uint64_t p = pages_next(mm->pages, from, end); p < end;
	     p = pages_next(mm->pages, p + 1, end)) {
		pte_t pte = pages_get(mm->pages, p) & ~(uint64_t)(PTE_MAPPED | PTE_WRITABLE);

		if (!pages_set(mm->pages, p - from + to, pte)) {
			for (uint64_t q = from; q < p; q++)
				pages_set(mm->pages, q - from + to, 0);
			return false;
		}
	}
	return true;
}

long mm_move(struct mm *mm, struct vma *v, uint64_t addr)
{
	uint64_t from = v->start / PAGE_SIZE, count = vma_pages(v), leaf_end;

	if (!copy_entries(mm, from, addr / PAGE_SIZE, count))
		return -ENOMEM;
	for (uint64_t p = next_leaf(mm, from, from + count, &leaf_end); p < from + count;
	     p = next_leaf(mm, leaf_end, from + count, &leaf_end)) {
		unmap_leaf(mm, p, leaf_end);
		pages_clear(mm->pages, p, leaf_end);
	}
	vma_remove(&mm->vmas, v);
	if (mm->last == v)
		mm->last = NULL;
	v->start = addr;
	v->end = addr + count * PAGE_SIZE;
	v->fault_next = 0;
	vma_insert(&mm->vmas, v);
	mm_merge(mm, v->start, v->end);
	return 0;
}

void mm_forget_file_pages(struct inode *inode, uint64_t first_page)
{
	struct list *pos;

	LIST_EACH(pos, &processes) {
		struct mm *mm = LIST_ITEM(pos, struct process, all)->mm;

		for (struct vma *v = mm ? vma_first(&mm->vmas) : NULL; v; v = vma_next(v)) {
			uint64_t gone = v->start;

			if (!v->file || v->file->inode != inode)
				continue;
			if (first_page >= v->pgoff + vma_pages(v))
				continue;
			if (first_page > v->pgoff)
				gone += (first_page - v->pgoff) * PAGE_SIZE;
			mm_drop_pages(mm, gone, v->end);
		}
	}
}
