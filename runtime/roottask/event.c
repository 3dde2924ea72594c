/* SPDX-License-Identifier: MIT */
/*
 * event.c - events of native programs' ECs: start, recall, crashes; and of the roottask's own.
 *
 * A program's event portals lead to one local EC a CPU; their ids name program and event. Startup
 * comes only from a program's first EC. A crash is reported with the EC's registers, the EC is put
 * to sleep, and the program is handed to the reaper; other ECs of it that fault meanwhile only
 * sleep.
 *
 * The roottask's own ECs have their own portals: there a crash ends the machine.
 */
#include <signal.h>

#include <hedron/mtd.h>

#include "books.h"
#include "machine.h"
#include "runtime/lib/runtime.h"

static const struct {
	const char *name;
	int signal;
} faults[EVENT_COUNT] = {
	[EVENT_DE] = { "divide error", SIGFPE },
	[EVENT_DB] = { "debug exception", SIGTRAP },
	[EVENT_BP] = { "breakpoint", SIGTRAP },
	[EVENT_OF] = { "overflow", SIGSEGV },
	[EVENT_BR] = { "bound range exceeded", SIGSEGV },
	[EVENT_UD] = { "invalid opcode", SIGILL },
	[EVENT_NM] = { "device not available", SIGFPE },
	[EVENT_TS] = { "invalid TSS", SIGSEGV },
	[EVENT_NP] = { "segment not present", SIGBUS },
	[EVENT_SS] = { "stack fault", SIGBUS },
	[EVENT_GP] = { "general protection fault", SIGSEGV },
	[EVENT_PF] = { "page fault", SIGSEGV },
	[EVENT_MF] = { "x87 floating point error", SIGFPE },
	[EVENT_AC] = { "alignment check", SIGBUS },
	[EVENT_MC] = { "machine check", SIGBUS },
	[EVENT_XM] = { "SIMD floating point error", SIGFPE },
};

/* ---- report ---------------------------------------------------------------------------------- */

static void report(const char *who, unsigned event, const struct hedron_state *s)
{
	const char *name = faults[event].name ? faults[event].name : "unknown event";
	const uint64_t err = s->qual[0];

	if (event == EVENT_PF)
		log_root("%s: page fault: %s at 0x%lx, %s", who,
			 err & PF_FETCH ? "execution" : err & PF_WRITE ? "write" : "read", s->qual[1],
			 err & PF_PRESENT ? "not allowed" : "nothing mapped");
	else
		log_root("%s: %s (event %u)", who, name, event);
	log_root("  rip %016lx  rsp %016lx  rflags %08lx  error %lx", s->rip, s->rsp, s->rflags, err);
	log_root("  rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx", s->rax, s->rbx, s->rcx, s->rdx);
	log_root("  rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx", s->rsi, s->rdi, s->rbp, s->r8);
	log_root("  r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx", s->r9, s->r10, s->r11, s->r12);
	log_root("  r13 %016lx  r14 %016lx  r15 %016lx  cr2 %016lx", s->r13, s->r14, s->r15,
		 s->qual[1]);
	log_root("  fs  %016lx  gs  %016lx", s->fs_base, s->gs_base);
}

/* ---- programs -------------------------------------------------------------------------------- */

static void start(const struct program *p, struct hedron_state *st)
{
	st->rip = p->entry;
	st->rflags = USER_RFLAGS;
	st->fs_base = 0;
	st->gs_base = NATIVE_UTCB_ADDR;
	st->mtd = MTD_RIP | MTD_RFLAGS | MTD_FS_GS;
}

cap_sel event_handle(uint64_t id, struct hedron_utcb *utcb, void *arg)
{
	const unsigned event = id % EVENT_COUNT;
	cap_sel sleep = 0;
	struct program *p;

	books_lock();
	p = program_find(id / EVENT_COUNT);
	utcb->items = 0;
	if (p && event == EVENT_STARTUP)
		start(p, &utcb->state);
	else
		utcb->state.mtd = 0;
	if (event != EVENT_STARTUP && event != EVENT_RECALL) {
		if (p) {
			report(program_name(p), event, &utcb->state);
			program_ended(p, PROGRAM_KILLED,
				      faults[event].signal ? faults[event].signal : SIGSEGV);
		}
		sleep = program_bury(id / EVENT_COUNT);
	}
	books_unlock();
	return sleep;
}

/* ---- the roottask itself --------------------------------------------------------------------- */

static cap_sel own_crash(uint64_t event, struct hedron_utcb *utcb, void *arg)
{
	report("roottask", event, &utcb->state);
	machine_fail(126, "the roottask has crashed");
}

/* Event portals for the roottask's own ECs on `cpu`, 32 selectors from *base on. The first EC's are
 * at 0. The EC that serves them gets the same ones: should it crash, the kernel kills it. */
enum svc_status events_for(unsigned cpu, uint32_t *base)
{
	static uint32_t made[HEDRON_NUM_CPU];		/* 0: not yet; else base + 1 */
	const uint64_t all = MTD_GPR | MTD_RIP | MTD_RFLAGS | MTD_FS_GS | MTD_QUAL;
	struct hedron_local *l;
	enum svc_status status;

	if (!made[cpu]) {
		cap_sel first = cpu == books.boot_cpu ? 0 : hedron_sel_alloc(5);

		if (first == HEDRON_NO_SEL)
			return SVC_NO_MEMORY;
		made[cpu] = first + 1;
		status = hedron_local_create(&l, cpu, 8192, own_crash, NULL);
		if (status != SVC_OK)
			return status;
		for (unsigned i = 0; i < EVENT_COUNT; i++)
			if (i != EVENT_STARTUP &&
			    hedron_local_portal(l, first + i, i, all) != HEDRON_SUCCESS)
				return SVC_NO_MEMORY;
	}
	*base = made[cpu] - 1;
	return SVC_OK;
}
