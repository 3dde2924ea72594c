/* SPDX-License-Identifier: MIT */
/* mremap.c - mremap(2): grow and shrink in place, or move. */
#include <asm/errno.h>
#include <linux/mman.h>

#include "calls.h"
#include "file.h"
#include "mm.h"
#include "process.h"
#include "vma.h"

#define MREMAP_KNOWN	(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)

static bool may_grow(const struct mm *mm, const struct vma *v, uint64_t by)
{
	return mm_may_grow(mm, by / PAGE_SIZE, v->prot, v->flags);
}

/* The whole of [addr, addr + len) becomes one mapping, cut out of what it is part of. */
static struct vma *cut_out(struct mm *mm, uint64_t addr, uint64_t len)
{
	if (mm_split(mm, addr) || mm_split(mm, addr + len)) {
		mm_merge(mm, addr, addr + len);
		return NULL;
	}
	return mm_vma(mm, addr);
}

/* Move [old, old + old_len), which lies in one mapping, to `new`, where nothing is, and grow it. */
static long move(struct mm *mm, uint64_t old, uint64_t old_len, uint64_t new, uint64_t new_len)
{
	struct vma *v = cut_out(mm, old, old_len);
	long err = v ? mm_move(mm, v, new) : -ENOMEM;

	if (err) {
		mm_merge(mm, old, old + old_len);
		return err;
	}
	if (new_len > old_len)
		mm_set_end(mm, mm_vma(mm, new), new + new_len);
	return new;
}

/* Shared, old_len 0: a second mapping of the same pages (mremap(2), BUGS and NOTES). */
static long duplicate(struct mm *mm, const struct vma *v, uint64_t old, uint64_t new, uint64_t len)
{
	long err;

	if (!v->file)
		return -EINVAL;
	err = mm_map(mm, new, len, v->prot, v->flags, v->file,
		     v->pgoff + (old - v->start) / PAGE_SIZE);
	return err ? err : (long)new;
}

/* Leaves an empty mapping where the moved one was. */
static long move_and_keep(struct mm *mm, struct vma *v, uint64_t old, uint64_t len, uint64_t new)
{
	struct vma like = *v;
	struct file *file = like.file ? file_get(like.file) : NULL;
	uint64_t pgoff = like.pgoff + (old - like.start) / PAGE_SIZE;
	long result = -ENOMEM;

	if (mm_may_grow(mm, len / PAGE_SIZE, like.prot, like.flags))
		result = move(mm, old, len, new, len);
	if (result >= 0 && mm_map(mm, old, len, like.prot, like.flags, file, pgoff))
		result = -ENOMEM;
	file_put(file);
	return result;
}

static long place_for(struct mm *mm, uint64_t len)
{
	uint64_t addr = vma_gap(&mm->vmas, len, LX_MMAP_MIN, mm->mmap_top);

	return addr ? (long)addr : -ENOMEM;
}

/* In place: 0 if it could be done. */
static long resize(struct mm *mm, struct vma *v, uint64_t old, uint64_t old_len, uint64_t new_len)
{
	uint64_t end = old + old_len, by = new_len - old_len;

	if (v->end != end || end > LX_TASK_SIZE - by ||
	    vma_gap(&mm->vmas, by, end, end + by) != end)
		return -ENOMEM;
	return mm_set_end(mm, v, end + by);
}

/* With MREMAP_FIXED: may the mapping go to `new`? */
static long check_place(uint64_t old, uint64_t old_len, uint64_t new, uint64_t new_len)
{
	if (PAGE_OFFSET(new) || new > LX_TASK_SIZE - new_len)
		return -EINVAL;
	if (new < old + old_len && old < new + new_len)
		return -EINVAL;
	return new < LX_MMAP_MIN ? -EPERM : 0;
}

static long check(const uint64_t *a, uint64_t old_len, uint64_t new_len)
{
	uint32_t flags = a[3];

	if (flags & ~MREMAP_KNOWN || PAGE_OFFSET(a[0]) || !a[2])
		return -EINVAL;
	if (new_len < a[2] || new_len > LX_TASK_SIZE)
		return -EINVAL;
	if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE))
		return -EINVAL;
	if (flags & MREMAP_DONTUNMAP && old_len != new_len)
		return -EINVAL;
	return flags & MREMAP_FIXED ? check_place(a[0], old_len, a[4], new_len) : 0;
}

/* mremap(2) */
long lx_mremap(struct thread *t, const uint64_t *a)
{
	uint64_t old = a[0], old_len = PAGE_UP(a[1]), new_len = PAGE_UP(a[2]);
	uint32_t flags = a[3];
	struct mm *mm = t->process->mm;
	struct vma *v;
	long new, err = check(a, old_len, new_len);

	if (err)
		return err;
	v = mm_vma(mm, old);
	if (!v || old_len < a[1])
		return -EFAULT;
	if (!old_len && (!(v->flags & VMA_SHARED) || !(flags & MREMAP_MAYMOVE)))
		return -EINVAL;
	if (flags & MREMAP_FIXED) {
		err = mm_unmap(mm, a[4], new_len);
		if (err)
			return err;
	}
	if (old_len > new_len) {
		err = mm_unmap(mm, old + new_len, old_len - new_len);
		if (err)
			return err;
		old_len = new_len;
	}
	if (old_len == new_len && !(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)))
		return old;
	v = mm_vma(mm, old);
	if (!v || old_len > v->end - old)
		return -EFAULT;
	if (new_len > old_len && !may_grow(mm, v, new_len - old_len))
		return -ENOMEM;
	if (old_len && !(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) &&
	    !resize(mm, v, old, old_len, new_len))
		return old;
	if (!(flags & MREMAP_MAYMOVE))
		return -ENOMEM;

	new = flags & MREMAP_FIXED ? (long)a[4] : place_for(mm, new_len);
	if (new < 0)
		return new;
	if (!old_len)
		return duplicate(mm, v, old, new, new_len);
	if (flags & MREMAP_DONTUNMAP)
		return move_and_keep(mm, v, old, old_len, new);
	return move(mm, old, old_len, new, new_len);
}
