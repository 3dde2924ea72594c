/* SPDX-License-Identifier: MIT */
/*
 * mmap.c - system calls that make and change mappings: mmap, munmap, mprotect, brk.
 *
 * Arguments are checked here, in the order of the manual pages; mm.c does the work.
 */
#include <asm/errno.h>
#include <linux/mman.h>
#include <linux/resource.h>
#include <linux/signal.h>

#include "calls.h"
#include "fdtable.h"
#include "file.h"
#include "mm.h"
#include "process.h"
#include "vma.h"

#define LOW_2G_START	0x40000000ull	/* MAP_32BIT: where x86-64 looks */
#define LOW_2G_END	0x80000000ull

#define PROT_KNOWN	(PROT_READ | PROT_WRITE | PROT_EXEC)
#define MAP_IGNORED	(MAP_NORESERVE | MAP_DENYWRITE | MAP_EXECUTABLE | MAP_LOCKED | MAP_NONBLOCK | \
			 MAP_STACK | MAP_POPULATE | MAP_UNINITIALIZED)
#define MAP_KNOWN	(MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_32BIT | MAP_GROWSDOWN | \
			 MAP_FIXED_NOREPLACE | MAP_HUGETLB | MAP_HUGE_MASK << MAP_HUGE_SHIFT | MAP_IGNORED)

/* ---- where ----------------------------------------------------------------------------------- */

static bool is_free(struct mm *mm, uint64_t addr, uint64_t len)
{
	return addr >= LX_MMAP_MIN && len <= LX_TASK_SIZE && addr <= LX_TASK_SIZE - len &&
	       vma_gap(&mm->vmas, len, addr, addr + len) == addr;
}

/* A place for `len` bytes, at the hint if that is free; 0: none. */
static uint64_t find_place(struct mm *mm, uint64_t hint, uint64_t len, uint32_t flags)
{
	uint64_t addr = 0;

	if (hint && is_free(mm, PAGE_UP(hint), len))
		return PAGE_UP(hint);
	if (flags & MAP_32BIT)
		return vma_gap(&mm->vmas, len, LOW_2G_START, LOW_2G_END);
	addr = vma_gap(&mm->vmas, len, LX_MMAP_MIN, mm->mmap_top);
	return addr ? addr : vma_gap(&mm->vmas, len, mm->mmap_top, LX_TASK_SIZE);
}

/* The address for a new mapping, or -errno. */
static long choose_address(struct mm *mm, uint64_t hint, uint64_t len, uint32_t flags)
{
	uint64_t addr;

	if (!(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))) {
		addr = find_place(mm, hint, len, flags);
		return addr ? (long)addr : -ENOMEM;
	}
	if (PAGE_OFFSET(hint))
		return -EINVAL;
	if (hint > LX_TASK_SIZE - len)
		return -ENOMEM;
	if (hint < LX_MMAP_MIN)
		return -EPERM;
	if (flags & MAP_FIXED_NOREPLACE) {
		struct vma *v = vma_find(&mm->vmas, hint);

		if (v && v->start < hint + len)
			return -EEXIST;
	}
	return hint;
}

/* ---- mmap ------------------------------------------------------------------------------------ */

static long check_type(uint32_t flags)
{
	switch (flags & MAP_TYPE) {
	case MAP_PRIVATE:
	case MAP_SHARED:
		return 0;
	case MAP_SHARED_VALIDATE:
		return flags & ~MAP_KNOWN || flags & MAP_SYNC ? -EOPNOTSUPP : 0;
	default:
		return -EINVAL;
	}
}

/* The file behind a mapping; NULL for an anonymous one. */
static long get_file(struct process *p, int fd, uint32_t prot, uint32_t flags, struct file **file)
{
	struct fd_slot *slot;
	long err;

	*file = NULL;
	if (flags & MAP_ANONYMOUS)
		return 0;
	slot = fdtable_slot(p->fds, (uint32_t)fd);
	if (!slot)
		return -EBADF;
	*file = slot->file;
	err = file_mmap_check(*file, prot, flags);
	if (!err && (*file)->ops->anonymous)
		*file = NULL;
	return err;
}

/*
 * Memory is given when it is touched, and a program that touches more than there is must end. To make
 * that rare, more than is there now is not promised in one piece (vm.overcommit_memory: heuristic).
 */
static bool is_too_much(struct mm *mm, uint64_t pages, uint32_t prot, uint32_t flags)
{
	if (!(prot & PROT_WRITE) || flags & MAP_NORESERVE || pages <= frames_idle(mm->pool))
		return false;
	return pages > frames_free(mm->pool);
}

/* MAP_POPULATE: all of it, or nothing is mapped. Files that end early and the like do not count. */
static long populate(struct mm *mm, uint64_t addr, uint64_t len, uint32_t prot)
{
	uint32_t access = prot & PROT_WRITE ? PROT_WRITE : PROT_READ;
	struct mm_fault why = { 0 };

	for (uint64_t at = addr; at < addr + len; at += PAGE_SIZE) {
		if (!frames_scarce(mm->pool) && mm_page(mm, at, access, &why))
			continue;
		if (why.signal && why.signal != SIGKILL)
			return 0;
		mm_unmap(mm, addr, len);
		return -ENOMEM;
	}
	return 0;
}

/* mmap(2) */
long lx_mmap(struct thread *t, const uint64_t *a)
{
	uint64_t len = PAGE_UP(a[1]), offset = a[5];
	uint32_t prot = a[2] & PROT_KNOWN, flags = a[3], vm = VMA_MAYWRITE;
	struct process *p = t->process;
	struct file *file;
	long addr, err = get_file(p, a[4], prot, flags, &file);

	if (PAGE_OFFSET(offset))
		return -EINVAL;
	if (err == -EBADF)
		return err;
	if (!a[1])
		return -EINVAL;
	if (len < a[1] || len > LX_TASK_SIZE)
		return -ENOMEM;
	if (offset + len < offset)
		return -EOVERFLOW;
	if (check_type(flags))
		return check_type(flags);
	if (err)
		return err;
	if (flags & MAP_HUGETLB)
		return -ENOMEM;			/* no huge pages have been set aside */
	addr = choose_address(p->mm, a[0], len, flags);
	if (addr < 0)
		return addr;
	if (is_too_much(p->mm, len / PAGE_SIZE, (flags & MAP_TYPE) == MAP_PRIVATE || !file ? prot : 0,
			flags))
		return -ENOMEM;

	if ((flags & MAP_TYPE) != MAP_PRIVATE) {
		vm |= VMA_SHARED;
		if (file && !file_writable(file))
			vm &= ~VMA_MAYWRITE;
	}
	if (!mm_may_have(prot, vm, file))
		return -EACCES;
	if (flags & MAP_GROWSDOWN)
		vm |= VMA_GROWSDOWN;
	err = mm_map(p->mm, addr, len, prot, vm, file, file ? offset / PAGE_SIZE : 0);
	if (err)
		return err;
	if (flags & (MAP_POPULATE | MAP_LOCKED))
		err = populate(p->mm, addr, len, prot);
	return err ? err : addr;
}

/* munmap(2) */
long lx_munmap(struct thread *t, const uint64_t *a)
{
	uint64_t len = PAGE_UP(a[1]);

	if (PAGE_OFFSET(a[0]) || !len || len > LX_TASK_SIZE || a[0] > LX_TASK_SIZE - len)
		return -EINVAL;
	return mm_unmap(t->process->mm, a[0], len);
}

/* mprotect(2). PROT_GROWSDOWN and PROT_GROWSUP reach from the start or to the end of a mapping. */
long lx_mprotect(struct thread *t, const uint64_t *a)
{
	uint64_t addr = a[0], len = PAGE_UP(a[1]);
	uint32_t prot = a[2], grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
	struct mm *mm = t->process->mm;
	struct vma *v;

	if (PAGE_OFFSET(addr) || grows == (PROT_GROWSDOWN | PROT_GROWSUP))
		return -EINVAL;
	if (!a[1])
		return 0;
	if (len < a[1] || len > LX_TASK_SIZE || addr > LX_TASK_SIZE - len)
		return -ENOMEM;
	if (prot & ~(PROT_KNOWN | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP) || grows & PROT_GROWSUP)
		return -EINVAL;
	if (grows) {
		v = vma_find(&mm->vmas, addr);
		if (!v || v->start >= addr + len)
			return -ENOMEM;
		if (!(v->flags & VMA_GROWSDOWN))
			return -EINVAL;
		len += addr - v->start;
		addr = v->start;
	}
	return mm_protect(mm, addr, len, prot & PROT_KNOWN);
}

/* ---- brk ------------------------------------------------------------------------------------- */

/* Could the heap end at `end`? It must hit nothing, and keep the limits. */
static bool brk_possible(struct process *p, uint64_t end)
{
	struct mm *mm = p->mm;
	uint64_t from = PAGE_UP(mm->brk), to = PAGE_UP(end);

	if (end < mm->brk_start || end > LX_TASK_SIZE)
		return false;
	if (end - mm->brk_start > process_limit(p, RLIMIT_DATA))
		return false;
	return to <= from || (is_free(mm, from, to - from) &&
			      !is_too_much(mm, (to - from) / PAGE_SIZE, PROT_WRITE, 0));
}

/* brk(2), the system call: the new end, or the old one if it cannot be moved. */
long lx_brk(struct thread *t, const uint64_t *a)
{
	struct mm *mm = t->process->mm;
	uint64_t from = PAGE_UP(mm->brk), to = PAGE_UP(a[0]);
	long err = 0;

	if (!brk_possible(t->process, a[0]))
		return mm->brk;
	if (to > from)
		err = mm_map(mm, from, to - from, PROT_READ | PROT_WRITE, VMA_MAYWRITE | VMA_HEAP,
			     NULL, 0);
	else if (to < from)
		err = mm_unmap(mm, to, from - to);
	if (!err)
		mm->brk = a[0];
	return mm->brk;
}
