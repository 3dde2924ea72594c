/* SPDX-License-Identifier: MIT */
/*
 * selftest.c - breaks a rule of protection on purpose, to show that it ends in the panic that names it.
 * `selftest=NAME` on the command line chooses which (tests/kernel/selftest).
 */
#include "bootinfo.h"
#include "cpu.h"
#include "debug.h"
#include "ec.h"
#include "layout.h"
#include "log.h"
#include "panic.h"
#include "pd.h"
#include "sc.h"
#include "space_mem.h"
#include "string.h"
#include "x86.h"


static volatile int one = 1;
static char data_page[4096] __attribute__((aligned(4096)));

static inline void write_to(uint64_t va)	{ *(volatile char *)va = 0xc3; }

/* Executes a RET at `va`, or does not. */
static void execute_at(uint64_t va)		{ ((void (*)(void))va)(); }

static void test_panic(void)			{ panic("selftest"); }
static void test_text(void)			{ write_to((uint64_t)test_panic); }
static void test_text_alias(void)		{ write_to((uint64_t)phys_to_virt(image_to_phys(test_panic))); }
static void test_rodata(void)			{ write_to((uint64_t)image_rodata); }
static void test_null(void)			{ write_to(one - 1); }

static void test_data_exec(void)
{
	data_page[0] = (char)0xc3;
	execute_at((uint64_t)data_page);
}

static void test_stack_exec(void)
{
	volatile char ret = (char)0xc3;

	execute_at((uint64_t)&ret);
}

static void test_physmap_exec(void)		{ execute_at((uint64_t)phys_to_virt(image_to_phys(test_panic))); }

/* The roottask's HIP page can be read by it, its code can be executed. */
static void test_smap(void)
{
	mem_load(root_pd);
	log_print("%u\n", *(volatile unsigned char *)ROOT_HIP_ADDR);
}

static void test_smep(void)
{
	struct cpu *cpu = this_cpu();

	mem_load(root_pd);
	for (unsigned prio = 0; prio <= SC_PRIO_MAX; prio++)
		if (!list_is_empty(&cpu->rq.level[prio]))
			execute_at(list_entry(cpu->rq.level[prio].next, struct sc, link)->ec->frame.rip);
}

static void test_overflow(void)			{ log_print("%d\n", 0x7fffffff + one); }
static void test_shift(void)			{ log_print("%d\n", 1 << (one + 31)); }

static NOINLINE void fill(char *p, size_t len)	{ memset(p, 0x55, len); }

static NOINLINE void test_canary(void)
{
	char array[16];

	fill(array, sizeof(array) + 16 * one);
}

static NOINLINE unsigned recurse(unsigned n)
{
	volatile char some[256];

	if (!one)
		return 0;
	some[0] = n;
	return recurse(n + one) + some[0];
}

/* The boot stack's guard, and that of the stack the kernel has from now on. */
static void test_boot_stack(void)		{ recurse(0); }

static void test_stack(void)
{
	__asm__ volatile("mov %0, %%rsp; call *%1" : :
			 "r"(this_cpu()->kernel_sp), "r"(test_boot_stack) : "memory");
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "panic", test_panic },
	{ "text", test_text },
	{ "text-alias", test_text_alias },
	{ "rodata", test_rodata },
	{ "null", test_null },
	{ "data-exec", test_data_exec },
	{ "stack-exec", test_stack_exec },
	{ "physmap-exec", test_physmap_exec },
	{ "smap", test_smap },
	{ "smep", test_smep },
	{ "overflow", test_overflow },
	{ "shift", test_shift },
	{ "canary", test_canary },
	{ "boot-stack", test_boot_stack },
	{ "stack", test_stack },
};

void selftest(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++)
		if (boot_word("selftest", tests[i].name)) {
			tests[i].run();
			panic("selftest=%s had no consequence", tests[i].name);
		}
}
