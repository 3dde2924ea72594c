/* SPDX-License-Identifier: MIT */
/*
 * vdso.c - the vDSO as an ELF image: its symbols, found as a program's own loader would find them,
 * and called. "vdso.c calls" asks for the time so often that a trace shows whether calls were needed.
 */
#include "show.h"
#include <elf.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/time.h>
#include <time.h>

struct image {
	uintptr_t bias;
	const Elf64_Sym *symbols;
	const char *strings;
	const uint32_t *hash;
	const uint16_t *versions;
	const Elf64_Verdef *definitions;
};

static void read_dynamic(struct image *im, const Elf64_Dyn *d)
{
	for (; d->d_tag != DT_NULL; d++) {
		const void *at = (const void *)(im->bias + d->d_un.d_ptr);

		switch (d->d_tag) {
		case DT_SYMTAB: im->symbols = at; break;
		case DT_STRTAB: im->strings = at; break;
		case DT_HASH: im->hash = at; break;
		case DT_VERSYM: im->versions = at; break;
		case DT_VERDEF: im->definitions = at; break;
		}
	}
}

static void read_image(struct image *im)
{
	const Elf64_Ehdr *e = (const void *)getauxval(AT_SYSINFO_EHDR);
	const Elf64_Phdr *p = (const void *)((const char *)e + e->e_phoff);
	const Elf64_Dyn *dynamic = NULL;
	unsigned loads = 0;

	SHOW_IF(e->e_type == ET_DYN && e->e_machine == EM_X86_64);
	for (int i = 0; i < e->e_phnum; i++) {
		if (p[i].p_type == PT_LOAD) {
			loads++;
			im->bias = (uintptr_t)e + p[i].p_offset - p[i].p_vaddr;
			SHOW_IF(!(p[i].p_flags & PF_W));
		}
		if (p[i].p_type == PT_DYNAMIC)
			dynamic = (const void *)((const char *)e + p[i].p_offset);
	}
	SHOW(loads);
	read_dynamic(im, dynamic);
}

static const char *version(const struct image *im, unsigned symbol)
{
	const Elf64_Verdef *d = im->definitions;
	unsigned want = im->versions[symbol] & 0x7fff;

	for (;; d = (const void *)((const char *)d + d->vd_next)) {
		if ((d->vd_ndx & 0x7fff) == want)
			return im->strings + ((const Elf64_Verdaux *)((const char *)d + d->vd_aux))->vda_name;
		if (!d->vd_next)
			return "none";
	}
}

static void *find(const struct image *im, const char *name)
{
	for (unsigned i = 0; i < im->hash[1]; i++) {
		const Elf64_Sym *s = &im->symbols[i];

		if (s->st_shndx && !strcmp(im->strings + s->st_name, name)) {
			printf("%s: version %s\n", name, version(im, i));
			return (void *)(im->bias + s->st_value);
		}
	}
	printf("%s: missing\n", name);
	return NULL;
}

static void symbols(void)
{
	struct image im = { 0 };
	int (*gettime)(clockid_t, struct timespec *);
	int (*getday)(struct timeval *, void *);
	int (*getcpu)(unsigned *, unsigned *, void *);
	time_t (*gettime_s)(time_t *);
	struct timespec t, u;
	struct timeval tv;
	unsigned cpu, node;
	time_t s;

	read_image(&im);
	gettime = find(&im, "__vdso_clock_gettime");
	getday = find(&im, "__vdso_gettimeofday");
	gettime_s = find(&im, "__vdso_time");
	getcpu = find(&im, "__vdso_getcpu");
	SHOW(gettime(CLOCK_MONOTONIC, &t));
	SHOW(gettime(CLOCK_MONOTONIC, &u));
	SHOW_IF(u.tv_sec > t.tv_sec || (u.tv_sec == t.tv_sec && u.tv_nsec >= t.tv_nsec));
	SHOW_IF(u.tv_nsec < 1000000000);
	SHOW(getday(&tv, NULL));
	SHOW_IF(tv.tv_usec < 1000000);
	SHOW_IF(gettime_s(&s) == s);
	SHOW_IF(s - tv.tv_sec <= 1);
	SHOW(getcpu(&cpu, &node, NULL));
	SHOW_IF(cpu < 64);
	SHOW_IF(gettime(12345, &t) != 0);
}

/* Never backwards, and always on. */
static void monotonic(void)
{
	struct timespec last = { 0, 0 }, t;
	unsigned backwards = 0, moved = 0;

	for (int i = 0; i < 10000; i++) {
		clock_gettime(CLOCK_MONOTONIC, &t);
		backwards += t.tv_sec < last.tv_sec ||
			     (t.tv_sec == last.tv_sec && t.tv_nsec < last.tv_nsec);
		moved += t.tv_sec != last.tv_sec || t.tv_nsec != last.tv_nsec;
		last = t;
		time(NULL);
		gettimeofday(&(struct timeval){ 0 }, NULL);
	}
	SHOW(backwards);
	SHOW_IF(moved > 1000);
}

int main(void)
{
	symbols();
	monotonic();
	return 0;
}
