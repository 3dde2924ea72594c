/* SPDX-License-Identifier: MIT */
/* auxv.c - the start of a process: stack, arguments, environment, auxiliary vector. */
#include "show.h"
#include <cpuid.h>
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

extern char **environ;

static const Elf64_auxv_t *vector(void)
{
	char **p = environ;

	while (*p)
		p++;
	return (const Elf64_auxv_t *)(p + 1);
}

static unsigned times_in_vector(uint64_t type)
{
	unsigned n = 0;

	for (const Elf64_auxv_t *a = vector(); a->a_type != AT_NULL; a++)
		n += a->a_type == type;
	return n;
}

static void presence(void)
{
	static const struct { uint64_t type; const char *name; } types[] = {
#define TYPE(t) { t, #t }
		TYPE(AT_PHDR), TYPE(AT_PHENT), TYPE(AT_PHNUM), TYPE(AT_PAGESZ), TYPE(AT_BASE),
		TYPE(AT_FLAGS), TYPE(AT_ENTRY), TYPE(AT_UID), TYPE(AT_EUID), TYPE(AT_GID),
		TYPE(AT_EGID), TYPE(AT_PLATFORM), TYPE(AT_HWCAP), TYPE(AT_CLKTCK), TYPE(AT_SECURE),
		TYPE(AT_RANDOM), TYPE(AT_HWCAP2), TYPE(AT_EXECFN), TYPE(AT_SYSINFO_EHDR),
		TYPE(AT_MINSIGSTKSZ), { 0x48450000, "AT_HEDRON_ABI" }, { 0x48450001, "AT_HEDRON_CAPS" },
#undef TYPE
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		printf("%s: %u times\n", types[i].name, times_in_vector(types[i].type));
}

static void values(void)
{
	const Elf64_Phdr *ph = (const void *)getauxval(AT_PHDR);
	const unsigned char *vdso = (const void *)getauxval(AT_SYSINFO_EHDR);
	uint64_t random[2], entry = getauxval(AT_ENTRY), bias = 0;
	unsigned a, b, c, d, in_text = 0;

	SHOW(getauxval(AT_PAGESZ));
	SHOW(getauxval(AT_PHENT));
	SHOW(getauxval(AT_CLKTCK));
	SHOW(getauxval(AT_BASE));
	SHOW(getauxval(AT_FLAGS));
	SHOW(getauxval(AT_SECURE));
	SHOW_IF(getauxval(AT_UID) == getuid());
	SHOW_IF(getauxval(AT_EUID) == geteuid());
	SHOW_IF(getauxval(AT_GID) == getgid());
	SHOW_IF(getauxval(AT_EGID) == getegid());
	printf("AT_PLATFORM: %s\n", (const char *)getauxval(AT_PLATFORM));
	SHOW_IF(getauxval(AT_MINSIGSTKSZ) >= 1024);
	SHOW_IF(getauxval(AT_MINSIGSTKSZ) < 65536);

	__cpuid(1, a, b, c, d);
	SHOW_IF(getauxval(AT_HWCAP) == d);
	SHOW_IF(!memcmp(vdso, ELFMAG, SELFMAG));

	memcpy(random, (const void *)getauxval(AT_RANDOM), sizeof(random));
	SHOW_IF(random[0] != random[1]);

	for (unsigned i = 0; i < getauxval(AT_PHNUM); i++)
		if (ph[i].p_type == PT_PHDR)
			bias = (uint64_t)ph - ph[i].p_vaddr;
	for (unsigned i = 0; i < getauxval(AT_PHNUM); i++)
		if (ph[i].p_type == PT_LOAD && (ph[i].p_flags & PF_X))
			in_text += entry - bias - ph[i].p_vaddr < ph[i].p_memsz;
	SHOW_IF(in_text == 1);
}

static void strings(int argc, char **argv)
{
	const char *file = strrchr((const char *)getauxval(AT_EXECFN), '/');
	const char *name = strrchr(argv[0], '/');

	SHOW_IF(file && name && !strcmp(file, name));
	SHOW_IF(argv[argc] == NULL);
	SHOW_IF((void *)environ == (void *)(argv + argc + 1));
	SHOW_IF(argv[0] + strlen(argv[0]) + 1 == environ[0]);
	SHOW_IF(((uintptr_t)(argv - 1) & 15) == 0);
	SHOW_IF(getenv("LINUX_UNDER_HEDRON") == NULL);
}

int main(int argc, char **argv)
{
	presence();
	values();
	strings(argc, argv);
	return 0;
}
