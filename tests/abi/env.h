/* SPDX-License-Identifier: MIT */
/*
 * env.h - what a case works with: selectors, addresses, memory, and facts about the machine.
 *
 * Selectors, addresses and pool pages taken during a case are given back by env_reset() after it:
 * a case does not free. Selectors and addresses are never used twice in a run, so that nothing a
 * case left behind (deferred destruction, ABI reference 11.2) can reach the next one.
 */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <hedron/hip.h>
#include <hedron/hypercall.h>
#include "regs.h"

struct env {
	const struct hip *hip;
	unsigned cpu;			/* the boot CPU */
	unsigned cpu2;			/* another online CPU, valid if `smp` */
	bool smp;
	bool fsgsbase;			/* the CPU has RDFSBASE and its sisters */
	bool xsave;			/* XGETBV can be used, CPUID.1:ECX[27] */
	bool ours;			/* "ours" stands in the module's command line */
};
extern struct env env;

void env_init(const struct hip *hip);
bool module_has_word(const char *word);	/* in the roottask's module string, behind the file */
void env_reset(void);

/* 32 selectors that stay empty: the event base of ECs that have to die of their exceptions. */
#define EVENTS_NONE	480

/* Fresh selectors; the 512-slot pages they lie in hold an object already (ABI reference 4.7). */
cap_sel sel_alloc(void);
cap_sel sels_alloc(unsigned order);	/* 2^order of them, aligned */
cap_sel sel_permanent(unsigned order);	/* not given back */

/* Fresh, unmapped addresses of this and every other PD, aligned to the size. */
uint64_t va_alloc(unsigned page_order);

/* Memory of the machine's RAM pool, mapped RWX in the roottask, at least 2^page_order pages,
 * aligned; zeroed. */
void *pool_alloc(unsigned page_order);
uint64_t pool_page(const void *va);	/* physical page number */

void *stack_alloc(void);		/* top of a stack in .bss; used again some 150 later */
void *stack_permanent(void);

/* Delegate pages, split into aligned pieces. */
void map_pages(cap_sel src, cap_sel dst, uint64_t from_page, uint64_t to_page, uint64_t pages,
	       unsigned rights, uint64_t xfer_flags);

const char *env_module_string(void);	/* of the roottask: "file words", 0-terminated */

/* Map physical memory somewhere in the roottask; for short looks at firmware tables. */
const void *phys_map(uint64_t phys, uint64_t size);

/* What stands at an object or port selector of the roottask. */
static inline hedron_crd obj_at(cap_sel sel)	{ return hedron_lookup(crd_obj(sel, 0, RIGHTS_ALL)); }
static inline unsigned obj_rights(cap_sel sel)	{ return crd_rights(obj_at(sel)); }

uint64_t deadline_ms(unsigned ms);	/* absolute TSC value */
void sleep_ms(unsigned ms);

/* Wait for what happens after a grace period: at most 10 s, with many short sleeps, because grace
 * periods may advance with timer interrupts only, of idle CPUs once a second (ABI reference 11.2). */
#define EVENTUALLY(cond)						\
	({								\
		uint64_t until_ = deadline_ms(10000);			\
		bool held_;						\
		while (!(held_ = (cond)) && rdtsc() < until_)		\
			sleep_ms(5);					\
		held_;							\
	})

void *memset(void *dst, int c, uint64_t n);
void *memcpy(void *dst, const void *src, uint64_t n);
int memcmp(const void *a, const void *b, uint64_t n);

static inline uint64_t page_of(const volatile void *va)	{ return (uint64_t)va >> HEDRON_PAGE_SHIFT; }
static inline void *page_va(uint64_t page)	{ return (void *)(page << HEDRON_PAGE_SHIFT); }

/* Image of the roottask; abi.ld. */
extern char image_text[], image_rodata[], image_data[], image_end[];
extern char root_stack[];
