/* SPDX-License-Identifier: MIT */
/*
 * exec.c - a program file into a process that has no memory yet.
 *
 * The file's pages are not copied: segments become private mappings of the file, and what the
 * program touches is brought by page faults. Only the page in which .bss begins is copied here.
 */
#include "exec.h"

#include <stdlib.h>
#include <string.h>

#include <asm/errno.h>
#include <asm/hwcap2.h>
#include <asm/mman.h>
#include <cpuid.h>
#include <linux/auxvec.h>
#include <linux/elf.h>
#include <linux/fcntl.h>
#include <linux/resource.h>
#include <hedron/start.h>

#include "elf.h"
#include "file.h"
#include "inode.h"
#include "mm.h"
#include "process.h"
#include "random.h"
#include "stack.h"
#include "usermem.h"
#include "vdso.h"
#include "vma.h"

#define MMAP_GAP_MIN	(128ull << 20)		/* kept free below the stack, at least ... */
#define MMAP_GAP_MAX	(LX_TASK_SIZE / 6 * 5)	/* ... and at most */
#define ARGS_MAX_PART	4			/* arguments fill at most a quarter of the stack's limit */
#define STACK_FIRST	(128ull << 10)		/* mapped below them at the start */
#define CLOCK_TICKS	100			/* AT_CLKTCK: USER_HZ */
#define HYBRID_ENV	"LINUX_UNDER_HEDRON=1"

/* ---- the file -------------------------------------------------------------------------------- */

static long check_file(struct file *file, uint64_t *size, const char **why)
{
	struct fs_attr attr;
	long err;

	if (!file->inode || inode_type(file->inode) != FS_IFREG) {
		*why = "not a regular file";
		return -EACCES;
	}
	err = inode_stat(file->inode, &attr);
	if (err)
		return err;
	if (!(attr.mode & 0111)) {
		*why = "not executable";
		return -EACCES;
	}
	*size = attr.size;
	return 0;
}

static long read_notes(struct elf_image *im, struct inode *inode, const char **why)
{
	char *buf = malloc(ELF_NOTES_MAX);

	if (!buf)
		return -ENOMEM;
	for (unsigned i = 0; !*why && i < im->note_count; i++) {
		size_t len = im->notes[i].size < ELF_NOTES_MAX ? im->notes[i].size : ELF_NOTES_MAX;
		long n = inode_read(inode, im->notes[i].offset, buf, len);

		if (n == (long)len)
			*why = elf_note(im, buf, len, im->notes[i].align);
	}
	free(buf);
	return *why ? -ENOEXEC : 0;
}

static long read_image(struct elf_image *im, struct file *file, const char **why)
{
	uint64_t size;
	long err = check_file(file, &size, why), n;
	char *head;

	if (err)
		return err;
	head = malloc(ELF_HEAD_MAX);
	if (!head)
		return -ENOMEM;
	n = inode_read(file->inode, 0, head, ELF_HEAD_MAX);
	if (n >= 0)
		*why = elf_parse(im, head, n, size);
	free(head);
	if (n < 0)
		return n;
	return *why ? -ENOEXEC : read_notes(im, file->inode, why);
}

/* ---- segments -------------------------------------------------------------------------------- */

static uint32_t prot_of(const struct elf_segment *s)
{
	return (s->read ? PROT_READ : 0) | (s->write ? PROT_WRITE : 0) | (s->exec ? PROT_EXEC : 0);
}

/* The rest of the last page of the file's part belongs to .bss. */
static long clear_tail(struct mm *mm, uint64_t addr)
{
	uint64_t len = PAGE_UP(addr) - addr;
	char *at = len ? user_page(mm, addr, true) : NULL;

	if (len && !at)
		return -ENOMEM;
	if (len)
		memset(at, 0, len);
	return 0;
}

static long map_segment(struct mm *mm, const struct elf_segment *s, uint64_t base, struct file *file)
{
	uint64_t start = PAGE_DOWN(base + s->addr), file_end = base + s->addr + s->file_size;
	uint64_t end = PAGE_UP(base + s->addr + s->mem_size), middle = PAGE_UP(file_end);
	long err = 0;

	if (s->file_size)
		err = mm_map(mm, start, middle - start, prot_of(s), VMA_MAYWRITE | VMA_IMAGE, file,
			     s->offset / PAGE_SIZE);
	else
		middle = start;
	if (!err && s->file_size && s->mem_size > s->file_size && s->write)
		err = clear_tail(mm, file_end);
	if (!err && end > middle)
		err = mm_map(mm, middle, end - middle, prot_of(s), VMA_MAYWRITE, NULL, 0);
	return err;
}

static long map_image(struct process *p, const struct elf_image *im, struct file *file, uint64_t *base)
{
	struct mm *mm = p->mm;
	uint64_t gap = p->rlimit[RLIMIT_STACK].soft + VMA_STACK_GUARD;
	long err = 0;

	*base = im->pie ? (LX_PIE_BASE + im->align - 1) / im->align * im->align - im->low : 0;
	if (im->pie && LX_PIE_BASE + im->align + (im->high - im->low) > LX_TASK_SIZE)
		return -ENOMEM;
	for (unsigned i = 0; !err && i < im->count; i++)
		err = map_segment(mm, &im->segment[i], *base, file);
	mm->brk_start = mm->brk = *base + im->high;
	gap = gap < MMAP_GAP_MIN ? MMAP_GAP_MIN : gap > MMAP_GAP_MAX ? MMAP_GAP_MAX : gap;
	mm->mmap_top = PAGE_DOWN(LX_TASK_SIZE - gap);
	return err;
}

/* ---- stack ----------------------------------------------------------------------------------- */

/* Bytes that a signal frame needs at most: the saved processor state and what stands around it. */
static uint64_t min_signal_stack(void)
{
	unsigned a, b = 512, c, d;

	__get_cpuid_count(0xd, 0, &a, &b, &c, &d);
	return 1024 + b;
}

static uint64_t hwcap(void)
{
	unsigned a, b, c, d = 0;

	__get_cpuid(1, &a, &b, &c, &d);
	return d;
}

/* Environment strings with ours in front. */
static long hybrid_environment(const struct exec_request *req, struct stack_plan *plan, char **copy)
{
	const char *end = req->envs;
	size_t len;

	for (unsigned i = 0; i < req->envc; i++)
		end += strlen(end) + 1;
	len = end - req->envs;
	*copy = malloc(sizeof(HYBRID_ENV) + len);
	if (!*copy)
		return -ENOMEM;
	memcpy(*copy, HYBRID_ENV, sizeof(HYBRID_ENV));
	memcpy(*copy + sizeof(HYBRID_ENV), req->envs, len);
	plan->envs = *copy;
	plan->envc++;
	return 0;
}

static long put_stack(struct process *p, const struct stack_plan *plan, uint32_t prot)
{
	struct thread *t = process_thread(p);
	uint64_t size, top = LX_TASK_SIZE, limit = p->rlimit[RLIMIT_STACK].soft;
	char *bytes;
	long err = stack_build(plan, top, limit / ARGS_MAX_PART, &t->regs.rsp, &bytes);

	if (err)
		return err;
	size = PAGE_UP(top - t->regs.rsp) + STACK_FIRST;
	err = mm_map(p->mm, top - size, size, prot,
		     VMA_MAYWRITE | VMA_GROWSDOWN | VMA_STACK, NULL, 0);
	if (!err && copy_out(p->mm, t->regs.rsp, bytes, top - t->regs.rsp))
		err = -ENOMEM;
	free(bytes);
	return err;
}

static long make_stack(struct process *p, const struct exec_request *req, const struct elf_image *im,
		       uint64_t base)
{
	struct aux aux[] = {
		{ AT_SYSINFO_EHDR, p->mm->vdso },
		{ AT_HWCAP, hwcap() },
		{ AT_PAGESZ, PAGE_SIZE },
		{ AT_CLKTCK, CLOCK_TICKS },
		{ AT_PHDR, im->phdr ? base + im->phdr : 0 },
		{ AT_PHENT, sizeof(Elf64_Phdr) },
		{ AT_PHNUM, im->phnum },
		{ AT_BASE, 0 },
		{ AT_FLAGS, 0 },
		{ AT_ENTRY, base + im->entry },
		{ AT_UID, p->uid },
		{ AT_EUID, p->euid },
		{ AT_GID, p->gid },
		{ AT_EGID, p->egid },
		{ AT_SECURE, 0 },
		{ AT_HWCAP2, HWCAP2_FSGSBASE },
		{ AT_MINSIGSTKSZ, min_signal_stack() },
		/* Only for a program that knows us: */
		{ AT_HEDRON_ABI, HEDRON_API_VERSION },
		{ AT_HEDRON_CAPS, LX_PROGRAM_CAPS },
		{ AT_HEDRON_HIP, LX_HIP_ADDR },
		{ AT_HEDRON_PROGRAM, p->program },
	};
	struct stack_plan plan = {
		.path = req->path, .argc = req->argc, .args = req->args, .envc = req->envc,
		.envs = req->envs, .aux = aux, .aux_count = ARRAY_SIZE(aux) - (p->hybrid ? 0 : 4),
	};
	char *environment = NULL;
	long err = 0;

	random_bytes(plan.random, sizeof(plan.random));
	if (p->hybrid)
		err = hybrid_environment(req, &plan, &environment);
	if (!err)
		err = put_stack(p, &plan, PROT_READ | PROT_WRITE |
					  (im->wants_exec_stack ? PROT_EXEC : 0));
	free(environment);
	return err;
}

/* ---- all together ---------------------------------------------------------------------------- */

static long build(struct process *p, const struct exec_request *req, const struct elf_image *im,
		  struct file *file)
{
	uint64_t base;
	long err;

	p->hybrid = im->hybrid && req->allow_hybrid;
	p->mm = mm_new(p->hybrid ? FRAME_HYBRID : FRAME_PLAIN);
	if (!p->mm)
		return -ENOMEM;
	p->mm->limit_as = &p->rlimit[RLIMIT_AS].soft;
	p->mm->limit_data = &p->rlimit[RLIMIT_DATA].soft;
	p->mm->limit_stack = &p->rlimit[RLIMIT_STACK].soft;
	err = map_image(p, im, file, &base);
	if (!err)
		err = vdso_map(p->mm);
	if (!err)
		err = make_stack(p, req, im, base);
	/* The kernel wants a canonical address; one that nobody can map faults as well. */
	process_thread(p)->regs.rip = base + im->entry < LX_TASK_SIZE ? base + im->entry : LX_TASK_SIZE;
	return err;
}

long exec_load(struct process *p, const struct exec_request *req, const char **why)
{
	struct elf_image *im = malloc(sizeof(*im));
	struct file *file;
	long err;

	*why = NULL;
	if (!im)
		return -ENOMEM;
	err = file_open_path(p, req->path, O_RDONLY, &file);
	if (!err) {
		err = read_image(im, file, why);
		if (!err)
			err = build(p, req, im, file);
		file_put(file);
	}
	free(im);
	return err;
}
