/* SPDX-License-Identifier: MIT */
/*
 * mtd.c - each bit of the message transfer descriptor by itself (ABI reference 5.2, 6).
 *
 * In the message: the portal's MTD has one bit; of the handler's UTCB, filled with a pattern before,
 * just the words of that bit may change. In the reply: every field is filled with a mark and the mtd
 * word has one bit; of the thread's registers just those of that bit may change. The instruction is
 * INT3, behind which the thread goes on without help.
 */
#include "check.h"
#include "child.h"
#include "env.h"
#include "regs.h"
#include "thread.h"

#define PATTERN		0x5a5a5a5a5a5a5a5aull
#define UNUSED_BITS	(1ull << 25 | 1ull << 29)

static struct cpu_regs body_regs;
static struct hedron_utcb message;
static struct hedron_state answer;

static void do_int3(void *arg)
{
	raw_int3(&body_regs);
}

/* ---- messages ------------------------------------------------------------------------------- */

#define WORD(field)	(offsetof(struct hedron_state, field) / 8)

static bool react_fill(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event == EVENT_BP) {
		message = *u;
		return true;
	}
	if (event != EVENT_STARTUP)
		return false;
	memset(u->word, 0x5a, sizeof(u->word));
	u->state.rip = (uint64_t)raw_int3;
	u->state.rsp = (uint64_t)t->stack_top - 8;
	*((uint64_t *)t->stack_top - 1) = 0;		/* returns to 0: #PF, the end */
	u->state.rdi = (uint64_t)&body_regs;
	u->state.mtd = MTD_RIP | MTD_RSP | MTD_BSD;
	return true;
}

/* The message of a thread's INT3 with this MTD; t->log[0] has what thread.c saw. */
static void message_with(uint64_t mtd)
{
	struct thread *t;

	memset(&message, 0, sizeof(message));
	regs_mark(&body_regs, 0x1000);
	t = thread_new(&(struct thread_spec){ .fn = do_int3, .react = react_fill, .mtd = mtd });
	thread_start(t, PRIO_HIGH);
	CHECK(thread_wait(t));
	CHECK_EQ(t->log[0].event, EVENT_BP);
	CHECK_EQ(t->log[0].state.mtd, mtd);
}

/* All words of the message but `n` from `first` are as they were; mtd itself and what the startup reply
 * needed do not count. */
static void only_these_changed(const uint64_t *first, unsigned n)
{
	const uint64_t *word = message.word;

	for (unsigned i = 1; i < UTCB_WORDS_MAX; i++) {
		const uint64_t *field = (const uint64_t *)&message.state + i;
		bool startup = i == WORD(rip) || i == WORD(rsp) || i == WORD(rdi);

		if ((field >= first && field < first + n) || startup)
			continue;
		if (!CHECK_EQ(word[i], PATTERN))
			return;
	}
}

static void acdb(void)
{
	message_with(MTD_ACDB);
	regs_mark(&body_regs, 0x1000);
	CHECK_EQ(message.state.rax, body_regs.rax);
	CHECK_EQ(message.state.rcx, body_regs.rcx);
	CHECK_EQ(message.state.rdx, body_regs.rdx);
	CHECK_EQ(message.state.rbx, body_regs.rbx);
	only_these_changed(&message.state.rax, 4);
}

static void bsd(void)
{
	message_with(MTD_BSD);
	regs_mark(&body_regs, 0x1000);
	CHECK_EQ(message.state.rbp, body_regs.rbp);
	CHECK_EQ(message.state.rsi, body_regs.rsi);
	CHECK_EQ(message.state.rdi, body_regs.rdi);
	only_these_changed(&message.state.rbp, 3);
}

static void rsp(void)
{
	message_with(MTD_RSP);
	CHECK_EQ(message.state.rsp, body_regs.rsp);
	only_these_changed(&message.state.rsp, 1);
}

static void rip(void)
{
	message_with(MTD_RIP);
	CHECK_EQ(message.state.rip, body_regs.rip);
	CHECK_EQ(message.state.inst_len, PATTERN);
	only_these_changed(&message.state.rip, 1);
}

static void rflags(void)
{
	message_with(MTD_RFLAGS);
	CHECK_EQ(message.state.rflags & 0xad7, body_regs.rflags & 0xad7);
	only_these_changed(&message.state.rflags, 1);
}

static void fs_gs(void)
{
	message_with(MTD_FS_GS);
	CHECK_EQ(message.state.fs_base, 0);
	CHECK_EQ(message.state.gs_base, 0);
	message.state.gs_base = PATTERN;
	only_these_changed(&message.state.fs_base, 1);
}

static void qual(void)
{
	message_with(MTD_QUAL);
	CHECK_EQ(message.state.qual[0], 0);
	only_these_changed(&message.state.qual[0], 2);
}

static void r8_r15(void)
{
	message_with(MTD_R8_R15);
	regs_mark(&body_regs, 0x1000);
	CHECK(!memcmp(&message.state.r8, &body_regs.r8, 8 * 8));
	only_these_changed(&message.state.r8, 8);
}

static void unused_bits(void)
{
	message_with(UNUSED_BITS);
	only_these_changed(&message.state.r8, 0);
}

/* 5 DS_ES, 7 CS_SS, 8..14, 16..21, 23, 24, 26..28, 30: for vCPUs. */
#define VCPU_BITS	(1ull << 5 | 1ull << 7 | 0x7full << 8 | 0x3full << 16 | 1ull << 23 | \
			 1ull << 24 | 7ull << 26 | 1ull << 30)

static void vcpu_bits(void)
{
	message_with(VCPU_BITS);
	only_these_changed(&message.state.r8, 0);
}

static void high_bits(void)
{
	message_with(~0ull << 32);
	only_these_changed(&message.state.r8, 0);
}

/* ---- replies -------------------------------------------------------------------------------- */

#define MARK(i)		(0xa0a0000000000000ull + (i))

static bool react_answer(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	uint64_t here = u->state.rip, sp = u->state.rsp;

	if (event != EVENT_BP)
		return false;
	memset(&u->state, 0x5a, sizeof(u->state));
	u->state.rax = MARK(0);
	u->state.rcx = MARK(1);
	u->state.rdx = MARK(2);
	u->state.rbx = MARK(3);
	u->state.rbp = MARK(5);
	u->state.rsi = MARK(6);
	u->state.rdi = MARK(7);
	for (unsigned i = 0; i < 8; i++)
		(&u->state.r8)[i] = MARK(8 + i);
	u->state.rip = answer.rip ? answer.rip : here;
	u->state.rsp = sp - answer.rsp;
	u->state.rflags = answer.rflags;
	u->state.fs_base = answer.fs_base;
	u->state.gs_base = answer.gs_base;
	memcpy((void *)u->state.rsp, (void *)sp, 96);	/* raw_int3's frame */
	u->state.mtd = answer.mtd;
	return true;
}

/* Registers of the thread behind an INT3 that was answered with these bits. */
static struct cpu_regs after_reply_with(uint64_t mtd)
{
	struct thread *t;

	answer.mtd = mtd;
	regs_mark(&body_regs, 0x2000);
	t = thread_run(&(struct thread_spec){ .fn = do_int3, .react = react_answer });
	CHECK(t->finished);
	memset(&answer, 0, sizeof(answer));
	return body_regs;
}

/* All general registers but those in `mask` (order of struct cpu_regs) are as they were. */
static void others_are_kept(const struct cpu_regs *got, unsigned mask)
{
	struct cpu_regs was;

	regs_mark(&was, 0x2000);
	for (unsigned i = 0; i < 16; i++)
		if (i != 4 && !(mask >> i & 1))		/* rsp is told by the case about it */
			CHECK_EQ((&got->rax)[i], (&was.rax)[i]);
}

static void these_are_set(const struct cpu_regs *got, unsigned mask)
{
	for (unsigned i = 0; i < 16; i++)
		if (mask >> i & 1)
			CHECK_EQ((&got->rax)[i], MARK(i));
}

static void reply_registers(uint64_t mtd, unsigned mask)
{
	struct cpu_regs r = after_reply_with(mtd);
	struct cpu_regs was;

	regs_mark(&was, 0x2000);
	these_are_set(&r, mask);
	others_are_kept(&r, mask);
	CHECK_EQ(r.rflags, was.rflags);
}

static void reply_acdb(void)	{ reply_registers(MTD_ACDB, 0x000f); }
static void reply_bsd(void)	{ reply_registers(MTD_BSD, 0x00e0); }
static void reply_r8_r15(void)	{ reply_registers(MTD_R8_R15, 0xff00); }
static void reply_nothing(void)	{ reply_registers(0, 0); }
static void reply_qual(void)	{ reply_registers(MTD_QUAL, 0); }
static void reply_vcpu(void)	{ reply_registers(VCPU_BITS, 0); }
static void reply_high(void)	{ reply_registers(~0ull << 32 | UNUSED_BITS, 0); }

static void reply_rsp(void)
{
	struct cpu_regs before = after_reply_with(0), r;

	answer.rsp = 256;
	r = after_reply_with(MTD_RSP);
	CHECK_EQ(r.rip, before.rip);
	others_are_kept(&r, 0);
	CHECK(r.rsp != before.rsp);		/* another thread's stack, 256 lower */
	CHECK_EQ(r.rsp % STACK_SIZE, (before.rsp - 256) % STACK_SIZE);
}

static void reply_rip(void)
{
	struct cpu_regs r;

	answer.rip = 0;
	r = after_reply_with(MTD_RIP);
	others_are_kept(&r, 0);
}

static bool redirected;

static void elsewhere(void)
{
	redirected = true;
	__asm__ volatile("ud2");
}

static void reply_rip_elsewhere(void)
{
	struct thread *t;

	redirected = false;
	answer = (struct hedron_state){ .mtd = MTD_RIP, .rip = (uint64_t)elsewhere };
	t = thread_run(&(struct thread_spec){ .fn = do_int3, .react = react_answer });
	memset(&answer, 0, sizeof(answer));
	CHECK(redirected);
	CHECK_EQ(t->count, 2);
	CHECK_EQ(t->log[1].event, EVENT_UD);
}

static void reply_rflags(void)
{
	struct cpu_regs r;

	answer.rflags = 0x1;			/* CF; IF comes by itself */
	r = after_reply_with(MTD_RFLAGS);
	CHECK_EQ(r.rflags, USER_RFLAGS | 0x1);
	others_are_kept(&r, 0);
}

/* Each flag that a reply can set, and each that it cannot. */
static void reply_each_flag(void)
{
	static const unsigned settable[] = { 0, 2, 4, 6, 7, 11, 14, 18, 21 };
	static const unsigned cleared[] = { 12, 13, 16, 17, 19, 20 };

	for (unsigned i = 0; i < sizeof(settable) / sizeof(settable[0]); i++) {
		answer.rflags = 1ull << settable[i];
		CHECK_EQ(after_reply_with(MTD_RFLAGS).rflags, USER_RFLAGS | 1ull << settable[i]);
	}
	for (unsigned i = 0; i < sizeof(cleared) / sizeof(cleared[0]); i++) {
		answer.rflags = 1ull << cleared[i];
		CHECK_EQ(after_reply_with(MTD_RFLAGS).rflags, USER_RFLAGS);
	}
}

static uint64_t fs_after, gs_after;

static void do_bases(void *arg)
{
	__asm__ volatile("wrfsbase %0; wrgsbase %1" : : "r"(0xf000ull), "r"(0x6000ull));
	raw_int3(&body_regs);
	__asm__ volatile("rdfsbase %0; rdgsbase %1" : "=r"(fs_after), "=r"(gs_after));
}

static void bases_after(uint64_t mtd)
{
	answer.mtd = mtd;
	answer.fs_base = 0x111000;
	answer.gs_base = 0x222000;
	regs_mark(&body_regs, 0x2000);
	CHECK(thread_run(&(struct thread_spec){ .fn = do_bases, .react = react_answer })->finished);
	memset(&answer, 0, sizeof(answer));
}

static void reply_fs_gs(void)
{
	bases_after(MTD_FS_GS);
	CHECK_EQ(fs_after, 0x111000);
	CHECK_EQ(gs_after, 0x222000);
	others_are_kept(&body_regs, 0);
	bases_after(MTD_GPR & ~MTD_RSP & ~MTD_BSD);
	CHECK_EQ(fs_after, 0xf000);
	CHECK_EQ(gs_after, 0x6000);
}

/* ---- items word of the reply ---------------------------------------------------------------- */

static uint32_t reply_items;

static bool react_items(struct thread *t, unsigned event, struct hedron_utcb *u)
{
	if (event != EVENT_BP)
		return false;
	u->state.rax = MARK(0);
	u->state.mtd = MTD_ACDB;
	u->items = reply_items;
	return true;
}

static void items_do_not_matter(void)
{
	static const unsigned words[] = { 0, 1, UTCB_EVENT_WORDS, UTCB_WORDS_MAX, 0xffff };

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		reply_items = utcb_items(words[i], 0);
		regs_mark(&body_regs, 0x2000);
		REQUIRE(thread_run(&(struct thread_spec){ .fn = do_int3, .react = react_items })
				->finished);
		CHECK_EQ(body_regs.rax, MARK(0));
	}
}

static const struct abi_case cases[] = {
	{ "6 ACDB in the message: RAX RCX RDX RBX and no other field", acdb },
	{ "6 BSD in the message: RBP RSI RDI and no other field", bsd },
	{ "6 RSP in the message: RSP and no other field", rsp },
	{ "6 RIP_LEN in the message: RIP, the length is not written", rip },
	{ "6 RFLAGS in the message: RFLAGS and no other field", rflags },
	{ "6 FS_GS in the message: the two bases, no selectors", fs_gs },
	{ "6 QUAL in the message: error code, CR2 and no other field", qual },
	{ "6 R8_R15 in the message: R8 to R15 and no other field", r8_r15 },
	{ "6 unused bits put nothing into the message", unused_bits },
	{ "6 the vCPU's bits put nothing into a host EC's message", vcpu_bits },
	{ "6 bits 32..63 put nothing into the message", high_bits },
	{ "6 ACDB in the reply sets RAX RCX RDX RBX alone", reply_acdb },
	{ "6 BSD in the reply sets RBP RSI RDI alone", reply_bsd },
	{ "6 R8_R15 in the reply sets R8 to R15 alone", reply_r8_r15 },
	{ "6 RSP in the reply sets RSP alone", reply_rsp },
	{ "6 RIP_LEN in the reply sets RIP alone", reply_rip },
	{ "6 RIP_LEN in the reply continues elsewhere", reply_rip_elsewhere },
	{ "6 RFLAGS in the reply sets RFLAGS alone", reply_rflags },
	{ "6 RFLAGS in the reply: each flag that is settable, each that is cleared",
	  reply_each_flag },
	{ "6 FS_GS in the reply sets the bases alone, without it they are kept", reply_fs_gs,
	  CASE_FSGSBASE },
	{ "7.4 mtd 0 in the reply changes nothing", reply_nothing },
	{ "6 QUAL in the reply is ignored", reply_qual },
	{ "6 the vCPU's bits in the reply are ignored", reply_vcpu },
	{ "6 bits 32..63 and unused ones in the reply are ignored", reply_high },
	{ "6 the number of untyped words in the reply does not matter", items_do_not_matter },
};
SUITE(mtd, cases);
