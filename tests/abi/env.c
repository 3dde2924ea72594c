/* SPDX-License-Identifier: MIT */
/*
 * env.c - selectors, addresses, memory; the rules of use are in env.h.
 *
 * Used by one thread at a time: the runner, or a thread while the runner waits for it.
 */
#include "env.h"
#include "check.h"
#include "layout.h"
#include "regs.h"

#define SEL_PAGE	512		/* selectors of one page of an object space */
#define SEL_PERMANENT	64		/* 64..479 */
#define SEL_CASES	0x200

#define VA_FIRST	0x400000000000	/* addresses handed out by va_alloc() */
#define POOL_VA		0x200000000
#define POOL_PAGES_MAX	0x2000		/* 32 MiB */
#define POOL_PAGES_MIN	0x400
#define STACKS		160		/* handed out in turn */
#define STACKS_PERMANENT 16

struct env env;

char root_stack[STACK_SIZE] __attribute__((aligned(16)));
static char stacks[STACKS + STACKS_PERMANENT][STACK_SIZE] __attribute__((aligned(16)));
static unsigned next_stack, next_permanent_stack = STACKS;

static cap_sel next_permanent = SEL_PERMANENT;
static cap_sel next_sel = SEL_CASES, first_sel = SEL_CASES, installed = SEL_CASES;
static uint64_t next_va = VA_FIRST >> HEDRON_PAGE_SHIFT;
static uint64_t pool_base;		/* physical page number, 0 = none found */
static uint64_t pool_pages;		/* a power of two */
static uint64_t pool_used;

/* ---- selectors ------------------------------------------------------------------------------ */

/* Put one object into each selector page up to `end`; it stays. */
static void install_pages(cap_sel end)
{
	for (; installed < end; installed += SEL_PAGE)
		MUST(hedron_create_sm(installed, ROOT_SEL_PD, 0));
}

cap_sel sels_alloc(unsigned order)
{
	uint64_t n = 1ull << order;
	cap_sel sel = (next_sel + n - 1) & ~(n - 1);

	if (order < 9 && !(sel % SEL_PAGE))
		sel += n;		/* slot 0 of each page is taken by install_pages() */
	next_sel = sel + n;
	install_pages(next_sel);
	return sel;
}

cap_sel sel_alloc(void)
{
	return sels_alloc(0);
}

cap_sel sel_permanent(unsigned order)
{
	uint64_t n = 1ull << order;
	cap_sel sel = (next_permanent + n - 1) & ~(n - 1);

	next_permanent = sel + n;
	return sel;
}

static void sels_reset(void)
{
	for (cap_sel sel = first_sel; sel < next_sel; sel++) {
		if (!(sel % SEL_PAGE) || !obj_at(sel))
			continue;
		hedron_revoke(crd_obj(sel, 0, RIGHTS_ALL), 1);
		CHECK_EQ(obj_at(sel), 0);
	}
	first_sel = next_sel;
}

/* ---- addresses and memory ------------------------------------------------------------------- */

uint64_t va_alloc(unsigned page_order)
{
	uint64_t n = 1ull << page_order;
	uint64_t page = (next_va + n - 1) & ~(n - 1);

	next_va = page + n;
	return page << HEDRON_PAGE_SHIFT;
}

void *stack_alloc(void)
{
	return stacks[next_stack++ % STACKS] + STACK_SIZE;
}

void *stack_permanent(void)
{
	return stacks[next_permanent_stack++] + STACK_SIZE;
}

/* Largest order that fits the alignment of both pages and the length. */
static unsigned piece_order(uint64_t from, uint64_t to, uint64_t pages)
{
	unsigned order = 0;

	while (order < 18 && !((from | to) >> order & 1) && 2ull << order <= pages)
		order++;
	return order;
}

void map_pages(cap_sel src, cap_sel dst, uint64_t from, uint64_t to, uint64_t pages,
	       unsigned rights, uint64_t xfer_flags)
{
	while (pages) {
		unsigned order = piece_order(from, to, pages);

		MUST(hedron_delegate(src, dst, crd_mem(from, order, rights),
				     xfer_make(XFER_DELEGATE, 0) | xfer_flags,
				     crd_mem(to, order, rights)));
		from += 1ull << order;
		to += 1ull << order;
		pages -= 1ull << order;
	}
}

const void *phys_map(uint64_t phys, uint64_t size)
{
	uint64_t first = phys >> HEDRON_PAGE_SHIFT;
	uint64_t pages = ((phys + size - 1) >> HEDRON_PAGE_SHIFT) - first + 1;
	unsigned order = 0;
	uint64_t va;

	while (1ull << order < pages)
		order++;
	va = va_alloc(order);
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, first, va >> HEDRON_PAGE_SHIFT, pages, MEM_R,
		  XFER_HYPERVISOR);
	return (const char *)va + phys % HEDRON_PAGE_SIZE;
}

static void pool_map(uint64_t pages)
{
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, pool_base, POOL_VA >> HEDRON_PAGE_SHIFT, pages,
		  MEM_R | MEM_W | MEM_X, XFER_HYPERVISOR);
}

void *pool_alloc(unsigned page_order)
{
	uint64_t n = 1ull << page_order;
	uint64_t page = (pool_used + n - 1) & ~(n - 1);
	void *va = (char *)POOL_VA + (page << HEDRON_PAGE_SHIFT);

	if (!CHECK(pool_base && page + n <= pool_pages))
		return 0;
	pool_used = page + n;
	memset(va, 0, n << HEDRON_PAGE_SHIFT);
	return va;
}

uint64_t pool_page(const void *va)
{
	return pool_base + (((uint64_t)va - POOL_VA) >> HEDRON_PAGE_SHIFT);
}

/* Is any byte of the range something other than free RAM?  (ABI reference 1.4) */
static bool range_taken(uint64_t base, uint64_t size)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		if (m->type != HIP_MEM_RAM && base < m->addr + m->size && m->addr < base + size)
			return true;
		if (m->type == HIP_MEM_MODULE && m->aux + 0x1000ull > base && m->aux < base + size)
			return true;
	}
	return false;
}

/* The highest free block of that size in RAM below 4 GiB, aligned to its size. */
static void pool_find_of(uint64_t pages)
{
	uint64_t size = pages << HEDRON_PAGE_SHIFT;

	pool_pages = pages;

	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];
		uint64_t base = ((m->addr + m->size) & ~(size - 1)) - size;

		if (m->type != HIP_MEM_RAM || m->addr + m->size < 2 * size || base >> 32)
			continue;
		while (base >= m->addr && base >= size && range_taken(base, size))
			base -= size;
		if (base >= m->addr && base >= size)
			pool_base = base >> HEDRON_PAGE_SHIFT;
	}
}

/* On a small machine a small one. */
static void pool_find(void)
{
	for (uint64_t pages = POOL_PAGES_MAX; pages >= POOL_PAGES_MIN && !pool_base; pages /= 2)
		pool_find_of(pages);
}

/* ---- start and end of a case ---------------------------------------------------------------- */

static unsigned length(const char *s)
{
	unsigned n = 0;

	while (s[n])
		n++;
	return n;
}

/* Does `s` begin with the word? */
static bool is_word(const char *s, const char *word)
{
	unsigned len = length(word);

	return !memcmp(s, word, len) && (!s[len] || s[len] == ' ');
}

/* The first module is the roottask. */
const char *env_module_string(void)
{
	static const char *string;

	for (unsigned i = 0; !string && i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		if (m->type == HIP_MEM_MODULE)
			string = m->aux ? phys_map(m->aux, HEDRON_PAGE_SIZE) : "";
	}
	return string ? string : "";
}

bool module_has_word(const char *word)
{
	for (const char *s = env_module_string(); *s; s++)
		if (*s == ' ' && is_word(s + 1, word))
			return true;
	return false;
}

static void look_at_cpu(void)
{
	uint32_t eax = 7, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	env.fsgsbase = ebx & 1;
	eax = 1;
	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	env.xsave = ecx >> 27 & 1;
}

void env_init(const struct hip *hip)
{
	env.hip = hip;
	env.cpu = (unsigned)boot_regs.rdi;
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		if (cpu != env.cpu && hip->cpu[cpu].flags & HIP_CPU_ONLINE) {
			env.smp = true;
			env.cpu2 = cpu;
		}
	}
	look_at_cpu();
	env.ours = module_has_word("ours");
	pool_find();
	if (pool_base)
		pool_map(pool_pages);
}

void env_reset(void)
{
	sels_reset();
	if (pool_used)
		pool_map(pool_used);
	pool_used = 0;
}

/* ---- time and bytes ------------------------------------------------------------------------- */

uint64_t deadline_ms(unsigned ms)
{
	return rdtsc() + (uint64_t)ms * env.hip->tsc_khz;
}

void sleep_ms(unsigned ms)
{
	cap_sel sm = sel_alloc();

	MUST(hedron_create_sm(sm, ROOT_SEL_PD, 0));
	hedron_sm_down(sm, deadline_ms(ms));
}

void *memset(void *dst, int c, uint64_t n)
{
	void *ret = dst;

	__asm__ volatile("rep stosb" : "+D"(dst), "+c"(n) : "a"(c) : "memory");
	return ret;
}

void *memcpy(void *dst, const void *src, uint64_t n)
{
	void *ret = dst;

	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(n) : : "memory");
	return ret;
}

int memcmp(const void *a, const void *b, uint64_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}
