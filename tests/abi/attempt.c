/* SPDX-License-Identifier: MIT */
/*
 * attempt.c - pieces of code that may end in any exception.
 *
 * One thread makes all attempts of a case. Its reaction to any event is to keep the message and to
 * let the thread go on where attempt_call() left off, with the stack pointer kept there, so a case
 * can try hundreds of things without a thread for each.
 */
#include "attempt.h"
#include "console.h"
#include "env.h"
#include "make.h"
#include "runner.h"

uint64_t operand;
uint64_t attempt_sp;			/* of the attempt in progress */
static struct outcome result;

/* void attempt_call(void (*code)(void)): returns whatever code does. */
void attempt_call(void (*code)(void));
void attempt_recover(void);
__asm__(".pushsection .text\n"
	".globl attempt_call, attempt_recover\n"
	"attempt_call:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
	"	mov %rsp, attempt_sp(%rip)\n"
	"	call *%rdi\n"
	"attempt_recover:\n"
	"	mov attempt_sp(%rip), %rsp\n"
	"	pushq $0x202; popf\n"
	"	mov $0x23, %eax\n"
	"	mov %eax, %ds; mov %eax, %es; mov %eax, %ss\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n"
	".popsection");

static bool react_attempt(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_STARTUP || event == EVENT_RECALL)
		return false;
	result.event = event;
	result.state = u->state;
	u->state.rip = (uint64_t)attempt_recover;
	u->state.rsp = attempt_sp;
	u->state.rflags = USER_RFLAGS;
	u->state.fs_base = u->state.gs_base = 0;
	u->state.mtd = MTD_RSP | MTD_RIP | MTD_RFLAGS | MTD_FS_GS;
	return true;
}

struct outcome attempt(void (*code)(void))
{
	result.event = RETURNS;
	attempt_call(code);
	return result;
}

struct outcome attempt_must(void (*code)(void), uint64_t allowed, const char *what, uint64_t nr)
{
	struct outcome o = attempt(code);

	if (!check_true(allowed >> o.event & 1, what, __FILE__, __LINE__))
		print("#   %lx: event %u, error %lx\n", nr, o.event, o.state.qual[0]);
	return o;
}

static void run_body(void *body)
{
	((void (*)(void))body)();
}

void attempts_in(const struct child *child, void (*body)(void))
{
	struct thread *t = thread_run(&(struct thread_spec){
		.fn = run_body, .arg = body, .child = child, .react = react_attempt,
	});

	CHECK(t->finished);
	check_alive();
}

static cap_sel serve(struct portal *p)
{
	p->handler->utcb->items = 0;
	return 0;
}

void check_alive(void)
{
	cap_sel sm = make_sm(0);

	CHECK_STATUS(hedron_sm_down(sm, deadline_ms(1)), HEDRON_TIMEOUT);
	runner_utcb()->items = 0;
	CHECK_OK(hedron_call(service_new(serve, 0)->sel));
}
