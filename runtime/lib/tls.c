/* SPDX-License-Identifier: MIT */
/*
 * tls.c - static thread-local storage and the thread block (System V ABI AMD64, TLS variant II):
 * the program's TLS image ends where the block begins, and FS base points at the block.
 */
#include "runtime.h"

#include <elf.h>
#include <string.h>

/* musl's global locale lies in this object, 0x38 into it; every thread starts with it. */
extern char __libc[];
#define LIBC_GLOBAL_LOCALE	0x38

static const void *image;
static size_t image_size;	/* .tdata */
static size_t image_room;	/* with .tbss, rounded up to the segment's own alignment */
static size_t block_align = 64;	/* of thread blocks: at least the segment's */

void tls_init(const void *phdr, size_t phnum)
{
	const Elf64_Phdr *ph = phdr;

	for (size_t i = 0; i < phnum; i++) {
		if (ph[i].p_type != PT_TLS)
			continue;
		image = (const void *)ph[i].p_vaddr;
		image_size = ph[i].p_filesz;
		image_room = ph[i].p_memsz;
		if (ph[i].p_align > 1)
			image_room = (image_room + ph[i].p_align - 1) & -ph[i].p_align;
		if (ph[i].p_align > block_align)
			block_align = ph[i].p_align;
	}
}

size_t tls_size(void)
{
	return image_room + sizeof(struct tblock) + 2 * block_align;
}

static uint64_t new_canary(void)
{
	static uint64_t state;

	/* A multiplicative mix of boot time and count; byte 0 is 0, so no string reads past it. */
	state += __builtin_ia32_rdtsc() | 1;
	return (state * 0x9e3779b97f4a7c15ull) & ~0xffull;
}

__attribute__((optimize("no-stack-protector")))
struct tblock *tls_setup(void *mem, size_t size)
{
	static int last_tid;
	uintptr_t at = ((uintptr_t)mem + size - sizeof(struct tblock)) & -block_align;
	struct tblock *tp = (struct tblock *)at;

	memset(tp, 0, sizeof(*tp));
	memset((char *)at - image_room, 0, image_room);
	memcpy((char *)at - image_room, image, image_size);
	tp->self = tp;
	tp->canary = new_canary();
	tp->tid = __atomic_add_fetch(&last_tid, 1, __ATOMIC_RELAXED);
	tp->locale = __libc + LIBC_GLOBAL_LOCALE;
	return tp;
}
