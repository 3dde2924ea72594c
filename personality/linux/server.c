/* SPDX-License-Identifier: MIT */
/*
 * server.c - from a message of a Linux thread to the answer.
 *
 * One local EC, the handler, serves everything: system calls, exceptions, starts and recalls of all
 * threads of all processes, and calls from the personality's own few threads (timer, notifications,
 * loader), which come through a portal that only the personality holds. So one thing happens at a
 * time and nothing is locked. The handler waits for services only; a Linux call that must wait
 * parks its thread (wait.c).
 *
 * Whom to believe
 *
 * The thread is told by the portal's id (portals of its own), or by the id and the EC's badge
 * (portals shared by all threads): thread_of_caller(). A program holds these portals in its object
 * space, where the kernel looks for them, but without the right PT_CTRL: it cannot change an id. Nor
 * can a plain program change a badge, since it holds no EC. A hybrid program does, and may make more:
 * so its threads have portals of their own, and nobody looks at their badges.
 *
 * Any program can, however, set NSCT and `call` its portals like others: then the message is whatever
 * it wrote into its UTCB, RSI is what we had there ourselves, and answers go back as words and typed
 * items. Answered like a page fault, such a call would give it pages wherever its window says, behind
 * the back of our books. So:
 *
 *	- An event is told from a call by a word that the kernel leaves alone: for an event it writes
 *	  79 words' worth of state, of which a host EC's event never has `cr0_mon` (ABI reference 5.2).
 *	  Before every answer a random secret goes there; it is never part of an answer. A `call` with
 *	  79 words overwrites it, one with another number is told by the number. That the portal is
 *	  shared changes nothing: the secret is the handler's, not the portal's.
 *	- What is not an event gets an empty answer: no words, no items, no sleep. It changes nothing, and
 *	  nobody asks whose it is. Were it asked, the answer would be nobody: RSI is 0 at each reply of
 *	  ours, and 0 is no thread's badge (runtime/lib/local.S).
 *	- Both receive windows are closed whenever the handler waits for a message: no item comes in.
 *	- An answer to an event has no words; page-fault answers have typed items, which the kernel
 *	  executes at the address that really faulted.
 *	- The dummy portal at the foreign base, where the kernel needs one (ABI reference 8.5 a), answers
 *	  the same empty message.
 *
 * A hybrid program with the right to create ECs can make some that use the event portals of its own
 * threads. Their events are events: served as the thread's own, they do harm to that process only.
 * So no state of a thread may be taken for granted when its message comes.
 */
#include "server.h"

#include <string.h>

#include <cpuid.h>
#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <hedron/mtd.h>
#include <hedron/native.h>

#include "calls.h"
#include "mm.h"
#include "process.h"
#include "random.h"
#include "thread.h"
#include "trace.h"

#define HANDLER_STACK	(256 * 1024)
#define WATCH_STACK	(16 * 1024)
#define WATCH_PRIO	64		/* above the programs: a wake-up must come through */

#define SECRET_WORD	((0x278 - UTCB_OFS_DATA) / 8)	/* cr0_mon: virtual CPUs only */

#define ID_INTERNAL	server_id(0, SERVER_INTERNAL)

_Static_assert(offsetof(struct regs, r15) - offsetof(struct regs, rax) ==
	       offsetof(struct hedron_state, r15) - offsetof(struct hedron_state, rax),
	       "the general registers are copied in one piece");
#define GPR_BYTES	(offsetof(struct regs, r15) + 8)

struct hedron_local *server_handler;

struct thread *server_current;

volatile uint64_t server_messages;

static cap_sel internal_portal;
static uint64_t secret;

static uint8_t xstate[SERVER_XSTATE_MAX] __attribute__((aligned(64)));
static bool has_xsave, has_true_state, xstate_answered;

/* ---- registers ------------------------------------------------------------------------------- */

static void load_event(struct regs *r, const struct hedron_state *s)
{
	memcpy(r, &s->rax, GPR_BYTES);
	r->rip = s->rip;
	r->rflags = s->rflags;
}

/* A foreign call tells the return address in rcx and the stack pointer in r11 (ABI reference 8.3), and
 * the flags only where the state is true. The program is to see there what Linux leaves: the return
 * address and the flags. */
static void load_foreign(struct regs *r, const struct hedron_state *s)
{
	memcpy(r, &s->rax, GPR_BYTES);
	r->rip = s->rcx;
	r->rsp = s->r11;
	r->rflags = r->r11 = has_true_state ? s->rflags : USER_RFLAGS;
	r->fs_base = s->fs_base;
	r->gs_base = s->gs_base;
}

/* An answer without items: those of a service's last answer may still stand in the UTCB. */
static void store(struct hedron_utcb *u, const struct regs *r, uint64_t mtd)
{
	struct hedron_state *s = &u->state;

	u->items = 0;
	memcpy(&s->rax, r, GPR_BYTES);
	s->rip = r->rip;
	s->rflags = r->rflags;
	s->fs_base = r->fs_base;
	s->gs_base = r->gs_base;
	s->mtd = mtd;
}

/* After an event the bases stay as they are: only a foreign message tells them. */
#define MTD_CONTEXT	(MTD_GPR | MTD_RIP | MTD_RFLAGS)
#define MTD_ALL		(MTD_CONTEXT | MTD_FS_GS)

/* ---- answers --------------------------------------------------------------------------------- */

/* For ever asleep. Should the semaphore let it through, it runs into a fault and comes back. */
static cap_sel answer_ended(struct thread *t, struct hedron_utcb *u)
{
	thread_ended(t);
	t->regs.rip = 0;
	store(u, &t->regs, MTD_CONTEXT);
	return thread_semaphore(t);
}

/* To sleep, with the system call instruction to be run again. */
static cap_sel answer_parked(struct thread *t, struct hedron_utcb *u)
{
	t->call.again = true;
	t->regs.rip -= SYSCALL_LENGTH;
	store(u, &t->regs, MTD_RSP | MTD_RIP | MTD_RFLAGS);
	if (t->woken)			/* by what the call itself did */
		return 0;
	t->state = THREAD_PARKED;
	return thread_semaphore(t);
}

/* Back to the program with t->regs, or to a signal handler. */
static cap_sel answer_regs(struct thread *t, struct hedron_utcb *u, uint64_t mtd)
{
	if (signal_pending(t))
		signal_deliver(t);
	if (t->process->ending)
		return answer_ended(t, u);
	store(u, &t->regs, mtd);
	return 0;
}

/* ---- system calls ---------------------------------------------------------------------------- */

static long run_call(struct thread *t, const struct lx_call *call, const uint64_t *args)
{
	bool known = call && call->handler, trace = t->process->trace;
	long result;

	if (trace && known && call->served == LX_NO_RETURN)
		trace_last_call(t, call, args);
	result = known ? call->handler(t, args) : -ENOSYS;
	if (result == LX_PARK && signal_pending(t))
		result = -EINTR;
	if (trace && result != LX_PARK && result != LX_EXIT)
		trace_call(t, call, args, result);
	return result;
}

static cap_sel serve_call(struct thread *t, struct hedron_utcb *u)
{
	uint64_t nr, args[6];
	long result;

	load_foreign(&t->regs, &u->state);
	if (t->process->ending)
		return answer_ended(t, u);
	nr = (uint32_t)t->regs.rax;
	memcpy(args, (uint64_t[]){ t->regs.rdi, t->regs.rsi, t->regs.rdx, t->regs.r10, t->regs.r8,
				   t->regs.r9 }, sizeof(args));

	result = run_call(t, nr < lx_call_count ? &lx_calls[nr] : NULL, args);
	if (t->process->ending)
		return answer_ended(t, u);
	if (result == LX_PARK)
		return answer_parked(t, u);

	t->call = (struct call_state){ 0 };
	if (result != LX_REGS) {
		t->regs.rax = result;
		signal_call_done(t, nr, result);
	}
	if (result == LX_REGS || signal_pending(t))
		return answer_regs(t, u, MTD_ALL);
	store(u, &t->regs, MTD_ACDB | MTD_RSP | MTD_RIP | MTD_RFLAGS | MTD_R8_R15);
	return 0;
}

/* ---- events ---------------------------------------------------------------------------------- */

/* For the frame of a signal handler. */
static void note_trap(struct thread *t, unsigned number, uint64_t error, uint64_t addr)
{
	t->sig.trap_number = number;
	t->sig.trap_error = error;
	t->sig.trap_addr = addr;
}

static cap_sel serve_page_fault(struct thread *t, struct hedron_utcb *u)
{
	uint64_t addr = u->state.qual[1];
	uint32_t error = u->state.qual[0];
	struct mm_fault why;

	if (mm_fault(t->process->mm, addr, error, u, &why)) {
		u->state.mtd = 0;
		return 0;
	}
	note_trap(t, EVENT_PF, error | PF_USER, addr);
	signal_fault(t, why.signal, why.code, addr);
	return answer_regs(t, u, MTD_CONTEXT);
}

/* The signal for an exception (signal(7); exception numbers: Intel SDM vol. 3, 6.3). */
static const struct {
	uint8_t signal, code;
} exceptions[EVENT_COUNT] = {
	[EVENT_DE] = { SIGFPE, FPE_INTDIV },
	[EVENT_DB] = { SIGTRAP, TRAP_TRACE },
	[EVENT_BP] = { SIGTRAP, SI_KERNEL },
	[EVENT_OF] = { SIGSEGV, SI_KERNEL },
	[EVENT_BR] = { SIGSEGV, SI_KERNEL },
	[EVENT_UD] = { SIGILL, ILL_ILLOPN },
	[EVENT_NM] = { SIGSEGV, SI_KERNEL },
	[EVENT_TS] = { SIGSEGV, SI_KERNEL },
	[EVENT_NP] = { SIGBUS, SI_KERNEL },
	[EVENT_SS] = { SIGBUS, SI_KERNEL },
	[EVENT_GP] = { SIGSEGV, SI_KERNEL },
	[EVENT_MF] = { SIGFPE, FPE_FLTINV },
	[EVENT_AC] = { SIGBUS, BUS_ADRALN },
	[EVENT_MC] = { SIGBUS, BUS_MCEERR_AR },
	[EVENT_XM] = { SIGFPE, FPE_FLTINV },
};

static cap_sel serve_exception(struct thread *t, struct hedron_utcb *u, unsigned event)
{
	uint64_t addr = event == EVENT_DE || event == EVENT_UD ? t->regs.rip : 0;

	note_trap(t, event, u->state.qual[0], 0);
	signal_fault(t, exceptions[event].signal, exceptions[event].code, addr);
	return answer_regs(t, u, MTD_CONTEXT);
}

static cap_sel serve_event(struct thread *t, struct hedron_utcb *u, unsigned event)
{
	if (t->process->ending)
		return answer_ended(t, u);
	if (event == EVENT_STARTUP) {
		store(u, &t->regs, MTD_ALL);
		return 0;
	}
	load_event(&t->regs, &u->state);
	if (event == EVENT_PF)
		return serve_page_fault(t, u);
	if (event == EVENT_RECALL)
		return answer_regs(t, u, MTD_CONTEXT);
	return serve_exception(t, u, event);
}

/* ---- the handler ----------------------------------------------------------------------------- */

static bool is_event(const struct hedron_utcb *u)
{
	return u->items == utcb_items(UTCB_EVENT_WORDS, 0) && u->word[SECRET_WORD] == secret;
}

static cap_sel serve_thread(struct thread *t, struct hedron_utcb *u, unsigned event)
{
	server_current = t;
	wait_cancel(t);
	if (t->state != THREAD_ENDED)
		t->state = THREAD_RUNNING;
	t->woken = false;
	return event == SERVER_FOREIGN ? serve_call(t, u) : serve_event(t, u, event);
}

static void serve_internal(struct hedron_utcb *u)
{
	void (*fn)(void *) = (void (*)(void *))u->word[0];

	fn((void *)u->word[1]);
	u->items = 0;
}

bool server_true_state(void)
{
	return has_true_state;
}

bool server_has_xsave(void)
{
	return has_xsave;
}

uint8_t *server_xstate(void)
{
	return xstate;
}

void server_answer_xstate(void)
{
	xstate_answered = true;
}

/* The last thing before the answer: from here on no FPU register of ours may be used. FNOP makes a
 * kernel that switches these registers lazily do it: under QEMU's TCG XRSTOR alone does not. */
static void load_xstate(struct hedron_utcb *u)
{
	u->state.mtd |= MTD_FPU;
	xstate_answered = false;
	if (server_has_xsave())
		__asm__ volatile("fnop\n\txrstor64 %0" : : "m"(xstate), "a"(-1), "d"(-1));
	else
		__asm__ volatile("fxrstor64 %0" : : "m"(xstate));
}

static cap_sel serve(uint64_t id, struct hedron_utcb *u, void *arg)
{
	struct thread *t = NULL;
	cap_sel sleep = 0;

	server_messages++;
	if (id != ID_INTERNAL && is_event(u))
		t = thread_of_caller(id, hedron_local_sender(server_handler));
	if (id == ID_INTERNAL)
		serve_internal(u);
	else if (t)
		sleep = serve_thread(t, u, id & ((1 << SERVER_EVENT_BITS) - 1));
	else
		u->items = 0;

	server_current = NULL;
	u->del_window = CRD_NULL;
	u->xlate_window = CRD_NULL;
	u->word[SECRET_WORD] = secret;
	if (xstate_answered)
		load_xstate(u);
	server_messages++;
	return sleep;
}

/* ---- for the personality's other threads ----------------------------------------------------- */

void server_call(void (*fn)(void *arg), void *arg)
{
	uint64_t message[] = { (uint64_t)fn, (uint64_t)arg };

	hedron_call_words(internal_portal, message, ARRAY_SIZE(message), NULL, NULL);
}

struct watch {
	cap_sel sm;
	void (*fn)(void *arg);
	void *arg;
};

static void watch_thread(void *arg)
{
	const struct watch *w = arg;

	while (hedron_sm_down(w->sm, 0) == HEDRON_SUCCESS)
		server_call(w->fn, w->arg);
}

bool server_watch(cap_sel sm, void (*fn)(void *arg), void *arg)
{
	static struct watch watches[8];
	static unsigned count;
	struct hedron_thread_attr attr = {
		.cpu = hedron_cpu(), .prio = WATCH_PRIO, .stack = WATCH_STACK,
	};
	struct hedron_thread *thread;

	if (count == ARRAY_SIZE(watches))
		return false;
	watches[count] = (struct watch){ .sm = sm, .fn = fn, .arg = arg };
	return hedron_thread_create(&thread, &attr, watch_thread, &watches[count++]) == SVC_OK;
}

uint32_t server_init(void)
{
	enum svc_status status;
	struct hedron_utcb *u;
	unsigned a, b, c = 0, d;

	has_xsave = __get_cpuid(1, &a, &b, &c, &d) && c & bit_OSXSAVE;
	has_true_state = hedron_hip()->features & HIP_FEAT_FOREIGN_STATE;
	secret = random_u64();
	internal_portal = hedron_sel_alloc(0);
	if (internal_portal == HEDRON_NO_SEL)
		return SVC_NO_MEMORY;
	status = hedron_local_create(&server_handler, hedron_cpu(), HANDLER_STACK, serve, NULL);
	if (status != SVC_OK)
		return status;
	u = hedron_local_utcb(server_handler);
	u->word[SECRET_WORD] = secret;
	if (hedron_local_portal(server_handler, internal_portal, ID_INTERNAL, 0) != HEDRON_SUCCESS)
		return SVC_DENIED;
	return SVC_OK;
}
