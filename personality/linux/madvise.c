/* SPDX-License-Identifier: MIT */
/* madvise.c - system calls about the pages of mappings: madvise, mincore, msync, mlock. */
#include <asm/errno.h>
#include <linux/mman.h>
#include <linux/resource.h>
#include <string.h>

#include "calls.h"
#include "file.h"
#include "mm.h"
#include "pages.h"
#include "process.h"
#include "usermem.h"
#include "vma.h"

#define MINCORE_PIECE	1024		/* pages told about at a time */
#define MINCORE_PIECES	256

/* What to do with each part of a range that lies in one mapping. */
typedef long (*part_fn)(struct mm *mm, struct vma *v, uint64_t start, uint64_t end);

/* Does it for all mappings in the range. -ENOMEM if there are holes, after doing the rest. */
static long each_part(struct mm *mm, uint64_t start, uint64_t end, part_fn fn)
{
	long err = 0, hole = 0;

	while (start < end && !err) {
		struct vma *v = vma_find(&mm->vmas, start);

		if (!v || v->start >= end)
			return -ENOMEM;
		if (v->start > start) {
			hole = -ENOMEM;
			start = v->start;
		}
		err = fn(mm, v, start, v->end < end ? v->end : end);
		start = v->end;
	}
	return err ? err : hole;
}

static long nothing(struct mm *mm, struct vma *v, uint64_t start, uint64_t end)
{
	return 0;
}

/* ---- madvise --------------------------------------------------------------------------------- */

static long dont_need(struct mm *mm, struct vma *v, uint64_t start, uint64_t end)
{
	if (!(v->flags & VMA_SHARED && !v->file))	/* shared memory without a file stays */
		mm_drop_pages(mm, start, end);
	return 0;
}

static long free_pages(struct mm *mm, struct vma *v, uint64_t start, uint64_t end)
{
	if (v->file || v->flags & VMA_SHARED)
		return -EINVAL;
	mm_drop_pages(mm, start, end);
	return 0;
}

static long populate(struct mm *mm, struct vma *v, uint64_t start, uint64_t end, uint32_t access)
{
	struct mm_fault why;

	for (; start < end; start += PAGE_SIZE)
		if (!mm_page(mm, start, access, &why))
			return why.code ? -EFAULT : -ENOMEM;
	return 0;
}

static long populate_read(struct mm *mm, struct vma *v, uint64_t start, uint64_t end)
{
	return populate(mm, v, start, end, PROT_READ);
}

static long populate_write(struct mm *mm, struct vma *v, uint64_t start, uint64_t end)
{
	return populate(mm, v, start, end, PROT_WRITE);
}

static part_fn advice_fn(int advice)
{
	switch (advice) {
	case MADV_NORMAL:
	case MADV_RANDOM:
	case MADV_SEQUENTIAL:
	case MADV_WILLNEED:
	case MADV_COLD:
	case MADV_PAGEOUT:
	case MADV_HUGEPAGE:
	case MADV_NOHUGEPAGE:
	case MADV_DODUMP:
	case MADV_DONTDUMP:
		return nothing;
	case MADV_DONTNEED:
		return dont_need;
	case MADV_FREE:
		return free_pages;
	case MADV_POPULATE_READ:
		return populate_read;
	case MADV_POPULATE_WRITE:
		return populate_write;
	}
	return NULL;
}

/* madvise(2) */
long lx_madvise(struct thread *t, const uint64_t *a)
{
	uint64_t len = PAGE_UP(a[1]);
	part_fn fn = advice_fn(a[2]);

	if (!fn || PAGE_OFFSET(a[0]) || len < a[1] || a[0] + len < a[0])
		return -EINVAL;
	if (a[0] + len > LX_TASK_SIZE)
		return -ENOMEM;
	return each_part(t->process->mm, a[0], a[0] + len, fn);
}

/* ---- mincore, msync, mlock ------------------------------------------------------------------- */

/* What mincore tells of `count` pages, at most MINCORE_PIECE. */
static void look_at_pages(struct mm *mm, uint64_t page, unsigned count, uint8_t *there)
{
	memset(there, 0, count);
	for (uint64_t p = pages_next(mm->pages, page, page + count); p < page + count;
	     p = pages_next(mm->pages, p + 1, page + count))
		there[p - page] = 1;
}

/* mincore(2). The range may be huge: others are served between its pieces. */
long lx_mincore(struct thread *t, const uint64_t *a)
{
	struct mm *mm = t->process->mm;
	uint64_t page = a[0] / PAGE_SIZE, count = PAGE_UP(a[1]) / PAGE_SIZE;
	uint64_t *done = &t->call.done, stop = *done + MINCORE_PIECES * MINCORE_PIECE;
	uint8_t there[MINCORE_PIECE];

	if (PAGE_OFFSET(a[0]))
		return -EINVAL;
	if (a[1] > LX_TASK_SIZE || a[0] > LX_TASK_SIZE - PAGE_UP(a[1]) ||
	    each_part(mm, a[0], a[0] + PAGE_UP(a[1]), nothing))
		return -ENOMEM;
	for (; *done < count; *done += sizeof(there)) {
		unsigned n = count - *done < sizeof(there) ? count - *done : sizeof(there);

		if (*done >= stop)
			return wait_yield(t);
		look_at_pages(mm, page + *done, n, there);
		if (copy_out(mm, a[2] + *done, there, n))
			return -EFAULT;
	}
	return 0;
}

/* msync(2). Mappings of a file are the file's own pages: there is nothing to write back. */
long lx_msync(struct thread *t, const uint64_t *a)
{
	uint64_t len = PAGE_UP(a[1]);
	uint32_t flags = a[2];

	if (PAGE_OFFSET(a[0]) || flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
	    (flags & MS_ASYNC && flags & MS_SYNC))
		return -EINVAL;
	if (len < a[1] || len > LX_TASK_SIZE || a[0] > LX_TASK_SIZE - len)
		return -ENOMEM;
	return each_part(t->process->mm, a[0], a[0] + len, nothing);
}

/* Nothing is ever paged out, so locking means making it present. */
static long lock_range(struct process *p, uint64_t addr, uint64_t size, bool present)
{
	uint64_t start = PAGE_DOWN(addr), end = PAGE_UP(addr + size);

	if (addr + size < addr || end < start)
		return -EINVAL;
	if (end > LX_TASK_SIZE)
		return -ENOMEM;
	return each_part(p->mm, start, end, present ? populate_read : nothing) ? -ENOMEM : 0;
}

/* mlock(2) */
long lx_mlock(struct thread *t, const uint64_t *a)
{
	return lock_range(t->process, a[0], a[1], true);
}

/* mlock(2) */
long lx_mlock2(struct thread *t, const uint64_t *a)
{
	if ((uint32_t)a[2] & ~MLOCK_ONFAULT)
		return -EINVAL;
	return lock_range(t->process, a[0], a[1], !(a[2] & MLOCK_ONFAULT));
}

/* mlock(2) */
long lx_munlock(struct thread *t, const uint64_t *a)
{
	return lock_range(t->process, a[0], a[1], false);
}

/* mlock(2) */
long lx_mlockall(struct thread *t, const uint64_t *a)
{
	uint32_t flags = a[0];

	if (!flags || flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) || flags == MCL_ONFAULT)
		return -EINVAL;
	return 0;
}

/* mlock(2) */
long lx_munlockall(struct thread *t, const uint64_t *a)
{
	return 0;
}
