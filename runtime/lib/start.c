/* SPDX-License-Identifier: MIT */
/*
 * start.c - from the kernel's entry to main(): auxiliary vector, thread block, constructors.
 *
 * Until tls_setup() nothing may be called that uses errno or a stack protector.
 */
#include "runtime.h"

#include <elf.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv, char **envp);

extern void (*const __init_array_start[])(int, char **, char **) __attribute__((weak));
extern void (*const __init_array_end[])(int, char **, char **) __attribute__((weak));

extern char **__environ;		/* musl's */

static const Elf64_auxv_t *auxv;

/* Room for the first thread's block and TLS; more TLS than this needs pages. */
static char first_block[1024] __attribute__((aligned(64)));

uint64_t platform_aux(unsigned long type)
{
	for (const Elf64_auxv_t *a = auxv; a->a_type != AT_NULL; a++)
		if (a->a_type == type)
			return a->a_un.a_val;
	return 0;
}

static inline void write_fs_base(const void *base)
{
	__asm__ volatile("wrfsbase %0" : : "r"(base));
}

/* The first thread's block. Large TLS needs pages, and asking for them a block: it gets a bare one. */
__attribute__((optimize("no-stack-protector")))
static void first_thread(void)
{
	struct tblock *bare = (struct tblock *)first_block;
	void *mem = first_block;
	size_t size = sizeof(first_block);

	bare->self = bare;
	write_fs_base(bare);
	tls_init((const void *)platform_aux(AT_PHDR), platform_aux(AT_PHNUM));
	if (tls_size() > size) {
		size = (tls_size() + HEDRON_PAGE_SIZE - 1) & ~(HEDRON_PAGE_SIZE - 1ull);
		mem = hedron_pages_alloc(size / HEDRON_PAGE_SIZE, 1);
		if (!mem)
			hedron_end(PROGRAM_FAILED, 126);
	}
	write_fs_base(tls_setup(mem, size));
}

__attribute__((optimize("no-stack-protector")))
void start_c(uint64_t *sp)
{
	int argc = sp[0];
	char **argv = (char **)(sp + 1);
	char **p = argv + argc + 1;

	__environ = p;
	while (*p)
		p++;
	auxv = (const Elf64_auxv_t *)(p + 1);

	first_thread();
	for (size_t i = 0; i < (size_t)(__init_array_end - __init_array_start); i++)
		__init_array_start[i](argc, argv, __environ);
	exit(main(argc, argv, __environ));
}

uint32_t hedron_program(void)
{
	return platform_aux(AT_HEDRON_PROGRAM);
}

const void *hedron_archive(size_t *size)
{
	*size = platform_aux(AT_HEDRON_ARCHIVE_SIZE);
	return (const void *)platform_aux(AT_HEDRON_ARCHIVE);
}

void *hedron_device(size_t *size)
{
	*size = platform_aux(AT_HEDRON_DEVICE_SIZE);
	return (void *)platform_aux(AT_HEDRON_DEVICE);
}
