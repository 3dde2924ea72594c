/* SPDX-License-Identifier: MIT */
/*
 * bootinfo.c - Multiboot 0.6.96 and Multiboot 2 information, copied out before anything else runs.
 * What does not fit the fixed tables is dropped; a kernel must boot, not be clever.
 */
#include "bootinfo.h"
#include <hedron/hip.h>
#include "layout.h"
#include "string.h"

#define MB1_LOADER	0x2badb002
#define MB2_LOADER	0x36d76289

#define MB1_HAS_CMDLINE	(1 << 2)
#define MB1_HAS_MODULES	(1 << 3)
#define MB1_HAS_MMAP	(1 << 6)

struct mb1_info {
	uint32_t flags, mem_lower, mem_upper, boot_device, cmdline, mod_count, mods, syms[4];
	uint32_t mmap_len, mmap;
};
_Static_assert(offsetof(struct mb1_info, mmap_len) == 44, "Multiboot 0.6.96, 3.3");

struct mb1_module {
	uint32_t start, end, string, pad;
};

struct mb1_mmap {
	uint32_t size;			/* of what follows */
	uint64_t start, len;
	uint32_t type;
} __attribute__((packed));

#define MB2_TAG_END	0
#define MB2_TAG_CMDLINE	1
#define MB2_TAG_MODULE	3
#define MB2_TAG_MMAP	6
#define MB2_TAG_EFI64	12
#define MB2_TAG_ACPI1	14
#define MB2_TAG_ACPI2	15

struct mb2_tag {
	uint32_t type, len;
	union {
		char string[0];
		struct { uint32_t start, end; char string[]; } module;
		struct { uint32_t entry_len, version; char entries[]; } mmap;
	};
};

struct mb2_mmap {
	uint64_t start, len;
	uint32_t type, reserved;
};

struct boot_info boot;

static void add_range(paddr start, uint64_t len, uint32_t type)
{
	if (boot.range_count < BOOT_MAX_RANGES)
		boot.ranges[boot.range_count++] = (struct boot_range){ start, len, type };
}

static void add_module(paddr start, paddr end, paddr string)
{
	if (boot.module_count < BOOT_MAX_MODULES && end >= start)
		boot.modules[boot.module_count++] = (struct boot_module){ start, end, string };
}

static void parse_mb1(paddr info)
{
	const struct mb1_info *mb = phys_to_virt(info);

	boot.info_end = info + sizeof(*mb);
	if (mb->flags & MB1_HAS_CMDLINE)
		boot.cmdline = phys_to_virt(mb->cmdline);
	for (uint32_t ofs = 0; mb->flags & MB1_HAS_MMAP && ofs < mb->mmap_len;) {
		const struct mb1_mmap *m = phys_to_virt((paddr)mb->mmap + ofs);

		add_range(m->start, m->len, m->type);
		ofs += m->size + sizeof(m->size);
	}
	for (uint32_t i = 0; mb->flags & MB1_HAS_MODULES && i < mb->mod_count; i++) {
		const struct mb1_module *m = phys_to_virt(mb->mods + (paddr)i * sizeof(*m));

		add_module(m->start, m->end, m->string);
	}
}

static void parse_mb2_mmap(const struct mb2_tag *tag)
{
	const char *e = tag->mmap.entries, *end = (const char *)tag + tag->len;

	for (; tag->mmap.entry_len && e + sizeof(struct mb2_mmap) <= end; e += tag->mmap.entry_len) {
		const struct mb2_mmap *m = (const void *)e;

		add_range(m->start, m->len, m->type);
	}
}

static void parse_mb2(paddr info)
{
	const struct mb2_tag *tag = phys_to_virt(info + 8);
	uint32_t len = *(const uint32_t *)phys_to_virt(info);

	boot.info_end = info + len;
	for (; tag->type != MB2_TAG_END && virt_to_phys(tag) < boot.info_end;
	     tag = (const void *)((const char *)tag + ALIGN_UP(tag->len, 8))) {
		switch (tag->type) {
		case MB2_TAG_CMDLINE:
			boot.cmdline = tag->string;
			break;
		case MB2_TAG_MODULE:
			add_module(tag->module.start, tag->module.end,
				   virt_to_phys(tag->module.string));
			break;
		case MB2_TAG_MMAP:
			parse_mb2_mmap(tag);
			break;
		case MB2_TAG_EFI64:
			boot.uefi = true;
			break;
		case MB2_TAG_ACPI1:
			if (!boot.rsdp)
				boot.rsdp = tag->string;
			break;
		case MB2_TAG_ACPI2:
			boot.rsdp = tag->string;
			break;
		}
	}
}

bool boot_parse(uint32_t magic, paddr info)
{
	boot.cmdline = "";
	boot.info = info;
	if (magic == MB1_LOADER)
		parse_mb1(info);
	else if (magic == MB2_LOADER)
		parse_mb2(info);
	else
		return false;
	return true;
}

/* The next token of the command line from *p on; its length, 0 at the end. */
static size_t next_token(const char **p)
{
	size_t len = 0;

	while (**p == ' ')
		++*p;
	while ((*p)[len] && (*p)[len] != ' ')
		len++;
	return len;
}

bool boot_option(const char *name)
{
	const char *p = boot.cmdline;
	size_t len, i;

	for (; (len = next_token(&p)); p += len) {
		for (i = 0; i < len && p[i] == name[i]; i++)
			;
		if (i == len)
			return true;
	}
	return false;
}

static uint64_t parse_size(const char *p, const char *end)
{
	uint64_t val = 0;

	for (; p < end && *p >= '0' && *p <= '9'; p++)
		val = val * 10 + (*p - '0');
	if (p < end && (*p | 0x20) == 'k')
		return val << 10;
	if (p < end && (*p | 0x20) == 'm')
		return val << 20;
	if (p < end && (*p | 0x20) == 'g')
		return val << 30;
	return val;
}

/* What stands behind NAME= on the command line; its length in *len. NULL: it is not there. */
static const char *value_of(const char *name, size_t *len)
{
	const char *p = boot.cmdline;
	size_t n, i;

	for (; (n = next_token(&p)); p += n) {
		for (i = 0; i < n && name[i] && p[i] == name[i]; i++)
			;
		if (!name[i] && i < n && p[i] == '=') {
			*len = n - i - 1;
			return p + i + 1;
		}
	}
	return NULL;
}

bool boot_value(const char *name, uint64_t *val)
{
	size_t len;
	const char *p = value_of(name, &len);

	if (p)
		*val = parse_size(p, p + len);
	return p;
}

bool boot_word(const char *name, const char *word)
{
	size_t len, i;
	const char *p = value_of(name, &len);

	if (!p)
		return false;
	for (i = 0; i < len && word[i] && p[i] == word[i]; i++)
		;
	return i == len && !word[i];
}
