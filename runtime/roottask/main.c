/* SPDX-License-Identifier: MIT */
/*
 * main.c - the roottask's start: memory, log, configuration, portals; then two threads take over.
 *
 * The kernel starts the first EC at priority 1 (ABI reference 1.3), too low to serve others. It
 * prepares everything while nobody else runs, starts the starter and the reaper at the highest
 * priority, and ends.
 */
#include <cpuid.h>
#include <stdlib.h>
#include <string.h>

#include "books.h"
#include "machine.h"
#include "runtime/lib/cpio.h"
#include "runtime/lib/runtime.h"

#define ROOT_PRIO	SC_PRIO_MAX
#define HANDLER_STACK	(32 * 1024)
#define THREAD_STACK	(64 * 1024)
#define CONF_NAME	"boot.conf"

void root_c(uint64_t cpu) __attribute__((noreturn));

static inline void write_bases(const void *fs, uint64_t gs)
{
	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(fs), "r"(gs));
}

/* Intel SDM vol. 2, CPUID leaf 7: EBX[0]. Every thread finds its UTCB through the GS base. */
static bool has_fsgsbase(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_FSGSBASE;
}

/* The first thread's block; no TLS variables in the roottask. */
__attribute__((optimize("no-stack-protector")))
static void first_thread(void)
{
	static char block[1024] __attribute__((aligned(64)));

	write_bases(tls_setup(block, sizeof(block)), ROOT_UTCB_ADDR);
}

/* ABI reference 4.7: a selector looked at in a page of 512 where nothing was ever created makes the
 * next object created there invisible for a while. One semaphore in each page prevents that. */
static void populate_selectors(void)
{
	static cap_sel block[HEDRON_SEL_COUNT / 64];
	unsigned n = 0;

	while (n < HEDRON_SEL_COUNT / 64 && (block[n] = hedron_sel_alloc(6)) != HEDRON_NO_SEL)
		n++;
	while (n--) {
		if (block[n] % 512) {
			hedron_sel_free(block[n], 6);
			continue;
		}
		hedron_create_sm(block[n], ROOT_SEL_PD, 0);
		for (unsigned order = 0; order < 6; order++)	/* the other 63 */
			hedron_sel_free(block[n] + (1u << order), order);
	}
}

/* Boot module 1. It is mapped with the rights to read, nothing else. */
static void map_archive(const struct hip *hip)
{
	unsigned modules = 0;

	for (unsigned i = 0; i < hip_mem_count(hip); i++) {
		const struct hip_mem *m = &hip->mem[i];

		if (m->type != HIP_MEM_MODULE || modules++ != 1)
			continue;
		if (m->addr & (HEDRON_PAGE_SIZE - 1) || !m->size)
			break;
		books.archive_frame = m->addr >> HEDRON_PAGE_SHIFT;
		books.archive_size = m->size;
		books.archive = phys_ptr(books.archive_frame);
		if (!mem_map_phys(ROOT_SEL_PD, books.archive_frame, (uint64_t)books.archive,
				  (m->size + HEDRON_PAGE_SIZE - 1) >> HEDRON_PAGE_SHIFT, MEM_R))
			machine_fail(126, "roottask: the kernel has no memory for page tables");
		return;
	}
	machine_fail(126, "roottask: no boot archive: the second boot module must be one (cpio newc)");
}

static void read_conf(void)
{
	char error[CONF_ERROR_MAX];
	struct cpio_entry e;

	if (!cpio_find(books.archive, books.archive_size, CONF_NAME, &e))
		machine_fail(126, "roottask: no " CONF_NAME " in the boot archive");
	if (!conf_parse(&books.conf, (const char *)e.data, e.size, error)) {
		machine_configure(&books.conf);
		machine_fail(126, "%s", error);
	}
	machine_configure(&books.conf);
}

/* Handlers of root and event portals on one CPU. */
static void make_cpu(unsigned cpu)
{
	struct root_cpu *c = calloc(1, sizeof(*c));

	if (!c)
		machine_fail(126, "roottask: out of memory");
	c->cpu = cpu;
	c->window = hedron_sel_alloc(6);
	c->wait = hedron_sm_new(0);
	if (c->window == HEDRON_NO_SEL || c->wait == HEDRON_NO_SEL ||
	    hedron_local_create(&c->root, cpu, HANDLER_STACK, root_handle, c) != SVC_OK ||
	    hedron_local_create(&c->event, cpu, HANDLER_STACK, event_handle, c) != SVC_OK)
		machine_fail(126, "roottask: cannot make the portal handlers of CPU %u", cpu);
	hedron_local_utcb(c->root)->del_window = crd_obj(c->window, 6, RIGHTS_ALL);
	books.cpu[cpu] = c;
}

static void make_thread(void (*fn)(void *arg))
{
	const struct hedron_thread_attr attr = {
		.cpu = books.boot_cpu, .prio = ROOT_PRIO, .stack = THREAD_STACK,
	};
	struct hedron_thread *t;

	if (hedron_thread_create(&t, &attr, fn, NULL) != SVC_OK)
		machine_fail(126, "roottask: cannot make its threads");
}

__attribute__((optimize("no-stack-protector")))
void root_c(uint64_t cpu)
{
	const struct hip *hip = (const struct hip *)ROOT_HIP_ADDR;

	if (!has_fsgsbase())
		machine_refuse("[roottask] the machine halts: fail 126 roottask: the CPU lacks FSGSBASE");
	first_thread();
	books.boot_cpu = cpu;
	populate_selectors();
	machine_init();
	mem_init(hip);
	if (locks_begin() != SVC_OK || hedron_mutex_init(&books.lock) != SVC_OK)
		machine_fail(126, "roottask: cannot make its locks");
	books.reap = hedron_sm_new(0);
	books.start = hedron_sm_new(0);
	map_archive(hip);
	read_conf();
	log_root("%lu MiB of memory, %u.%03u GHz", mem_total() >> 8, hip->tsc_khz / 1000000,
		 hip->tsc_khz / 1000 % 1000);
	for (unsigned i = 0; i < HEDRON_NUM_CPU; i++)
		if (hip->cpu[i].flags & HIP_CPU_ONLINE)
			make_cpu(i);
	make_thread(reaper_main);
	make_thread(starter_main);
	hedron_reply(0);
}
