/* SPDX-License-Identifier: MIT */
/* mem.h - the machine's memory, given out to programs under quota; see mem.c. */
#pragma once
#include <stdbool.h>

#include <hedron/hip.h>
#include <hedron/service.h>

#include "frames.h"

/* All usable memory is mapped here, readable and writable, at PHYS_MAP + physical address. */
#define PHYS_MAP	0x600000000000ull

static inline void *phys_ptr(uint64_t frame)
{
	return (void *)(PHYS_MAP + (frame << HEDRON_PAGE_SHIFT));
}

static inline uint64_t phys_frame(const void *p)
{
	return ((uint64_t)p - PHYS_MAP) >> HEDRON_PAGE_SHIFT;
}

#define GRANT_LISTS	256

/* What a program holds. Guarded by the books' lock. */
struct account {
	uint64_t quota, used;	/* pages */
	bool trusted;		/* frames that it gives back may go to anybody: mem_ungrant() */
	struct grant *grants[GRANT_LISTS];	/* by the address, modulo */
	struct range_set mapped;	/* pages of the grants */
	struct range_set pool;		/* given back by a program that is not trusted: for itself only */
};

void mem_init(const struct hip *hip);
void own_init(uint64_t frame, uint64_t count);		/* own.c */

uint64_t mem_total(void);
uint64_t mem_free_pages(void);

/* Zeroed frames for [addr, addr + pages), not yet mapped. NO_MEMORY; INVALID: overlaps another
 * grant, or is no user memory. */
enum svc_status mem_grant(struct account *a, uint64_t addr, uint64_t pages, struct grant **g);

/* Map [first, first + pages) of a grant's pages, counted from its start, into PD `pd`. False: kernel
 * memory is exhausted; a part may be mapped. */
bool mem_map(cap_sel pd, const struct grant *g, uint64_t first, uint64_t pages, unsigned rights);

/* Map physical memory that is nobody's (the boot archive, a device). False: as above. */
bool mem_map_phys(cap_sel pd, uint64_t frame, uint64_t addr, uint64_t pages, unsigned rights);

/* Unmap what one grant gave and take it back. NOT_FOUND: no such grant. */
enum svc_status mem_ungrant(struct account *a, cap_sel pd, uint64_t addr, uint64_t pages);

/* Unmap all user memory of a PD. */
void mem_unmap_all(cap_sel pd);

/* All frames of an account that nobody can reach any more go back to the machine. */
void mem_release(struct account *a);

/* A grant's bytes, through PHYS_MAP. */
void mem_write(const struct grant *g, uint64_t offset, const void *data, uint64_t len);
