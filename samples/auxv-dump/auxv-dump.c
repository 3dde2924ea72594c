/* SPDX-License-Identifier: MIT */
/* auxv-dump - the auxiliary vector: what the system tells a process at its start. */
#include <elf.h>
#include <hedron/start.h>
#include <stdio.h>
#include <string.h>

#ifndef AT_MINSIGSTKSZ
#define AT_MINSIGSTKSZ	51
#endif

static const struct {
	unsigned long type;
	const char *name;
} names[] = {
	{ AT_PHDR, "AT_PHDR" },			{ AT_PHENT, "AT_PHENT" },
	{ AT_PHNUM, "AT_PHNUM" },		{ AT_PAGESZ, "AT_PAGESZ" },
	{ AT_BASE, "AT_BASE" },			{ AT_FLAGS, "AT_FLAGS" },
	{ AT_ENTRY, "AT_ENTRY" },		{ AT_UID, "AT_UID" },
	{ AT_EUID, "AT_EUID" },			{ AT_GID, "AT_GID" },
	{ AT_EGID, "AT_EGID" },			{ AT_PLATFORM, "AT_PLATFORM" },
	{ AT_HWCAP, "AT_HWCAP" },		{ AT_HWCAP2, "AT_HWCAP2" },
	{ AT_CLKTCK, "AT_CLKTCK" },		{ AT_SECURE, "AT_SECURE" },
	{ AT_RANDOM, "AT_RANDOM" },		{ AT_EXECFN, "AT_EXECFN" },
	{ AT_SYSINFO_EHDR, "AT_SYSINFO_EHDR" },	{ AT_MINSIGSTKSZ, "AT_MINSIGSTKSZ" },
	{ AT_HEDRON_ABI, "AT_HEDRON_ABI" },	{ AT_HEDRON_CAPS, "AT_HEDRON_CAPS" },
	{ AT_HEDRON_HIP, "AT_HEDRON_HIP" },	{ AT_HEDRON_PROGRAM, "AT_HEDRON_PROGRAM" },
};

static const char *name_of(unsigned long type)
{
	static char number[32];

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].type == type)
			return names[i].name;
	snprintf(number, sizeof(number), "type %#lx", type);
	return number;
}

/* The vector lies behind the environment's final NULL (System V ABI AMD64, 3.4.1). */
int main(int argc, char **argv, char **envp)
{
	const Elf64_auxv_t *aux;

	(void)argc;
	(void)argv;
	while (*envp)
		envp++;
	for (aux = (const Elf64_auxv_t *)(envp + 1); aux->a_type != AT_NULL; aux++) {
		printf("%-18s %#lx", name_of(aux->a_type), (unsigned long)aux->a_un.a_val);
		if (aux->a_type == AT_EXECFN || aux->a_type == AT_PLATFORM)
			printf("  \"%s\"", (const char *)aux->a_un.a_val);
		putchar('\n');
	}
	return 0;
}
