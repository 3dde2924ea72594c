/* SPDX-License-Identifier: MIT */
/*
 * hostile_insn.c - instructions that a program may not execute, or only so: each ends in the event
 * that the CPU's manual says (Intel SDM vol. 2), or is harmless, and the kernel goes on (ABI 1.3, 7.1).
 */
#include "attempt.h"
#include "env.h"
#include "make.h"

#define GP	MAY(EVENT_GP)
#define UD	MAY(EVENT_UD)
#define PF	MAY(EVENT_PF)
#define OK	MAY(RETURNS)

/* ---- int n ---------------------------------------------------------------------------------- */

static uint8_t *code_page;

static void int_all(void)
{
	for (unsigned n = 0; n < 256; n++) {
		uint64_t allowed = n == 3 || n == 4 ? MAY(n) : GP;
		struct outcome o;

		memcpy(code_page, (uint8_t[]){ 0xcd, n, 0xc3 }, 3);
		o = attempt_must((void (*)(void))code_page, allowed, "int n", n);
		if (o.event != EVENT_GP)
			continue;
		CHECK_EQ(o.state.rip, (uint64_t)code_page);
		CHECK(o.state.qual[0] == n * 8 + 2 || o.state.qual[0] == n * 16 + 2);
	}
}

static void every_int_n(void)
{
	code_page = pool_alloc(0);
	attempts(int_all);
}

CODE(insn_int1, ".byte 0xf1");
CODE(insn_int3, "int3");
CODE(insn_into, ".byte 0xce");

static void one_byte_interrupts_body(void)
{
	attempt_must(insn_int1, MAY(EVENT_DB) | UD, "int1", 0);	/* UD: QEMU TCG */
	attempt_must(insn_int3, MAY(EVENT_BP), "int3", 0);
	attempt_must(insn_into, UD, "into", 0);
}

static void one_byte_interrupts(void)		{ attempts(one_byte_interrupts_body); }

/* ---- privileged ones ------------------------------------------------------------------------ */

/* One byte string each, so that the assembler does not have to know them. */
static const struct insn {
	const char *name;
	uint8_t len, code[15];
	uint64_t allowed;
} insns[] = {
	{ "hlt", 1, { 0xf4 }, GP },
	{ "cli", 1, { 0xfa }, GP },
	{ "sti", 1, { 0xfb }, GP },
	{ "clts", 2, { 0x0f, 0x06 }, GP },
	{ "invd", 2, { 0x0f, 0x08 }, GP },
	{ "wbinvd", 2, { 0x0f, 0x09 }, GP },
	{ "rdmsr", 2, { 0x0f, 0x32 }, GP },
	{ "wrmsr", 2, { 0x0f, 0x30 }, GP },
	{ "rdpmc", 2, { 0x0f, 0x33 }, GP },
	{ "sysexit", 2, { 0x0f, 0x35 }, GP | UD },
	{ "sysexitq", 3, { 0x48, 0x0f, 0x35 }, GP | UD },
	{ "sysenter", 2, { 0x0f, 0x34 }, GP | UD },
	{ "sysretl", 2, { 0x0f, 0x07 }, GP },
	{ "sysretq", 3, { 0x48, 0x0f, 0x07 }, GP },
	{ "swapgs", 3, { 0x0f, 0x01, 0xf8 }, GP },
	{ "xsetbv", 3, { 0x0f, 0x01, 0xd1 }, GP | UD },
	{ "monitor", 3, { 0x0f, 0x01, 0xc8 }, UD | GP },
	{ "mwait", 3, { 0x0f, 0x01, 0xc9 }, UD | GP },
	{ "clac", 3, { 0x0f, 0x01, 0xca }, UD },
	{ "stac", 3, { 0x0f, 0x01, 0xcb }, UD },
	{ "vmcall", 3, { 0x0f, 0x01, 0xc1 }, UD },
	{ "vmlaunch", 3, { 0x0f, 0x01, 0xc2 }, UD },
	{ "vmxoff", 3, { 0x0f, 0x01, 0xc4 }, UD },
	{ "vmrun", 3, { 0x0f, 0x01, 0xd8 }, UD | GP },
	{ "vmmcall", 3, { 0x0f, 0x01, 0xd9 }, UD },
	{ "vmload", 3, { 0x0f, 0x01, 0xda }, UD | GP },
	{ "vmsave", 3, { 0x0f, 0x01, 0xdb }, UD | GP },
	{ "stgi", 3, { 0x0f, 0x01, 0xdc }, UD | GP },
	{ "clgi", 3, { 0x0f, 0x01, 0xdd }, UD | GP },
	{ "skinit", 3, { 0x0f, 0x01, 0xde }, UD | GP },
	{ "invlpga", 3, { 0x0f, 0x01, 0xdf }, UD | GP },
	{ "rsm", 2, { 0x0f, 0xaa }, UD },
	{ "getsec", 2, { 0x0f, 0x37 }, UD | GP },
	{ "lgdt [rsp]", 4, { 0x0f, 0x01, 0x14, 0x24 }, GP },
	{ "lidt [rsp]", 4, { 0x0f, 0x01, 0x1c, 0x24 }, GP },
	{ "invlpg [rsp]", 4, { 0x0f, 0x01, 0x3c, 0x24 }, GP },
	{ "invpcid rax, [rsp]", 6, { 0x66, 0x0f, 0x38, 0x82, 0x04, 0x24 }, GP | UD },
	{ "lldt ax", 3, { 0x0f, 0x00, 0xd0 }, GP },
	{ "ltr ax", 3, { 0x0f, 0x00, 0xd8 }, GP },
	{ "lmsw ax", 3, { 0x0f, 0x01, 0xf0 }, GP },
	{ "smsw ax", 3, { 0x0f, 0x01, 0xe0 }, GP | OK },	/* GP: UMIP */
	{ "str ax", 3, { 0x0f, 0x00, 0xc8 }, GP | OK },
	{ "sldt ax", 3, { 0x0f, 0x00, 0xc0 }, GP | OK },
	{ "mov rax, cr0", 3, { 0x0f, 0x20, 0xc0 }, GP },
	{ "mov rax, cr1", 3, { 0x0f, 0x20, 0xc8 }, GP | UD },
	{ "mov rax, cr2", 3, { 0x0f, 0x20, 0xd0 }, GP },
	{ "mov rax, cr3", 3, { 0x0f, 0x20, 0xd8 }, GP },
	{ "mov rax, cr4", 3, { 0x0f, 0x20, 0xe0 }, GP },
	{ "mov rax, cr8", 4, { 0x44, 0x0f, 0x20, 0xc0 }, GP },
	{ "mov cr0, rax", 3, { 0x0f, 0x22, 0xc0 }, GP },
	{ "mov cr2, rax", 3, { 0x0f, 0x22, 0xd0 }, GP },
	{ "mov cr3, rax", 3, { 0x0f, 0x22, 0xd8 }, GP },
	{ "mov cr4, rax", 3, { 0x0f, 0x22, 0xe0 }, GP },
	{ "mov cr8, rax", 4, { 0x44, 0x0f, 0x22, 0xc0 }, GP },
	{ "mov rax, dr0", 3, { 0x0f, 0x21, 0xc0 }, GP },
	{ "mov rax, dr4", 3, { 0x0f, 0x21, 0xe0 }, GP | UD },
	{ "mov rax, dr6", 3, { 0x0f, 0x21, 0xf0 }, GP },
	{ "mov rax, dr7", 3, { 0x0f, 0x21, 0xf8 }, GP },
	{ "mov dr0, rax", 3, { 0x0f, 0x23, 0xc0 }, GP },
	{ "mov dr4, rax", 3, { 0x0f, 0x23, 0xe0 }, GP | UD },
	{ "mov dr7, rax", 3, { 0x0f, 0x23, 0xf8 }, GP },
	{ "xsaves [rsp]", 4, { 0x0f, 0xc7, 0x2c, 0x24 }, GP | UD },
	{ "xrstors [rsp]", 4, { 0x0f, 0xc7, 0x1c, 0x24 }, GP | UD },
	{ "push es", 1, { 0x06 }, UD },
	{ "pusha", 1, { 0x60 }, UD },
	{ "daa", 1, { 0x27 }, UD },
	{ "salc", 1, { 0xd6 }, UD },
	{ "call far imm", 7, { 0x9a, 0, 0, 0, 0, 8, 0 }, UD },
	{ "jmp far imm", 7, { 0xea, 0, 0, 0, 0, 8, 0 }, UD },
	{ "ud0", 3, { 0x0f, 0xff, 0xc0 }, UD },
	{ "ud1", 3, { 0x0f, 0xb9, 0xc0 }, UD },
	{ "lock nop", 2, { 0xf0, 0x90 }, UD },
	{ "sixteen bytes", 15, { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
				 0x66, 0x66, 0x66, 0x66 }, GP | UD },
};

static void privileged_body(void)
{
	for (unsigned i = 0; i < sizeof(insns) / sizeof(insns[0]); i++) {
		struct outcome o;

		memset(code_page, 0xc3, 32);
		memcpy(code_page, insns[i].code, insns[i].len);
		o = attempt_must((void (*)(void))code_page, insns[i].allowed, insns[i].name, i);
		if (o.event != RETURNS)
			CHECK_EQ(o.state.rip, (uint64_t)code_page);
	}
}

static void privileged(void)
{
	code_page = pool_alloc(0);
	attempts(privileged_body);
}

static void privileged_in_a_child(void)
{
	struct child *c = child_new();

	code_page = pool_alloc(0);
	map_pages(ROOT_SEL_PD, c->pd, page_of(code_page), page_of(code_page), 1, MEM_R | MEM_W | MEM_X, 0);
	attempts_in(c, privileged_body);
}

/* UMIP: where the kernel's tables lie is nobody's business (SDM vol. 3, 2.5). */
CODE(umip_sgdt, "sub $16, %rsp; sgdt (%rsp); add $16, %rsp");
CODE(umip_sidt, "sub $16, %rsp; sidt (%rsp); add $16, %rsp");
CODE(umip_sldt, "sldt %eax");
CODE(umip_str, "str %eax");
CODE(umip_smsw, "smsw %eax");

static void umip_body(void)
{
	attempt_must(umip_sgdt, GP, "sgdt", 0);
	attempt_must(umip_sidt, GP, "sidt", 0);
	attempt_must(umip_sldt, GP, "sldt", 0);
	attempt_must(umip_str, GP, "str", 0);
	attempt_must(umip_smsw, GP, "smsw", 0);
}

static void umip(void)
{
	uint32_t eax = 7, ebx, ecx = 0, edx;

	__asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	if (ecx >> 2 & 1)			/* CPUID.7.0:ECX[2] */
		attempts(umip_body);
}

/* ---- segments ------------------------------------------------------------------------------- */

CODE(load_ds, "mov operand(%rip), %rax; mov %eax, %ds");
CODE(load_es, "mov operand(%rip), %rax; mov %eax, %es");
CODE(load_fs, "mov operand(%rip), %rax; mov %eax, %fs");
CODE(load_gs, "mov operand(%rip), %rax; mov %eax, %gs");
CODE(load_ss, "mov operand(%rip), %rax; mov %eax, %ss");
/* With the segments so loaded into the kernel and back, by SYSCALL and by an exception. */
CODE(hypercall_with_segments,
     "mov operand(%rip), %rax; mov %eax, %ds; mov %eax, %es; mov %eax, %fs; mov %eax, %gs\n"
     "mov $255, %edi; syscall; ud2");

#define SELECTORS	0x80		/* more than any GDT here has */
#define SEL_LDT		4		/* in a selector: of the LDT, which there is not */

/* Null, or one of the user's three segments. */
static bool is_data(unsigned sel)
{
	unsigned gate = sel & ~3u;

	return !gate || gate == (USER_SS & ~3) || gate == (USER_CS_IRET & ~3) ||
	       gate == (USER_CS_SYSRET & ~3);
}

static void load_each(void (*code)(void), const char *what)
{
	for (operand = 0; operand < SELECTORS; operand++)
		if (!(operand & SEL_LDT))
			attempt_must(code, is_data(operand) ? OK : GP, what, operand);
	attempt_must(code, GP, what, operand = 0xfff8);
	attempt_must(code, GP, what, operand = 0xfffb);
}

static void data_segments_body(void)
{
	load_each(load_ds, "mov ds");
	load_each(load_es, "mov es");
	load_each(load_fs, "mov fs");
	load_each(load_gs, "mov gs");
}

static void data_segments(void)			{ attempts(data_segments_body); }

static void stack_segment_body(void)
{
	for (operand = 0; operand < SELECTORS; operand++)
		if (!(operand & SEL_LDT))
			attempt_must(load_ss, operand == USER_SS ? OK : GP, "mov ss", operand);
}

static void stack_segment(void)			{ attempts(stack_segment_body); }

static void ldt_segments_body(void)
{
	static void (*const loads[])(void) = { load_ds, load_es, load_fs, load_gs, load_ss };

	for (operand = SEL_LDT; operand < 0x10000; operand = operand * 2 + SEL_LDT)
		for (unsigned i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
			attempt_must(loads[i], GP, "segment of the LDT", operand);
}

static void ldt_segments(void)			{ attempts(ldt_segments_body); }

static void kernel_with_segments_body(void)
{
	for (operand = 0; operand < SELECTORS; operand++) {
		struct outcome o;

		if (!is_data(operand))
			continue;
		o = attempt_must(hypercall_with_segments, UD, "hypercall, segments", operand);
		CHECK_EQ(o.state.rdi, HEDRON_BAD_HYP);
	}
}

static void kernel_with_segments(void)		{ attempts(kernel_with_segments_body); }

/* ---- far transfers -------------------------------------------------------------------------- */

struct far_pointer {
	uint32_t ofs;
	uint16_t sel;
} __attribute__((packed)) far_target;
uint64_t iret_frame[5];			/* rip, cs, rflags, rsp, ss */
uint64_t iret_rflags;			/* as they were after it */

extern const char iret_landing[];
CODE(landing, "nop");
CODE(far_landing, "lretl");
CODE(jump_far, "ljmpl *far_target(%rip)");
CODE(call_far, "lcalll *far_target(%rip)");
CODE(return_far, "mov operand(%rip), %rax; push %rax; lea landing(%rip), %rcx; push %rcx; lretq");
CODE(return_by_iret,
     "mov %rsp, iret_frame+24(%rip)\n"
     "push iret_frame+32(%rip); push iret_frame+24(%rip); push iret_frame+16(%rip)\n"
     "push iret_frame+8(%rip); push iret_frame(%rip); iretq\n"
     ".globl iret_landing\niret_landing: pushf; pop iret_rflags(%rip)");

static uint64_t or_fault;		/* PF if far_stack_works() says no */

/*
 * QEMU TCG 7.2 reads and writes the stack of a far call or return at user level as if it were the
 * kernel, so SMAP catches it: then it can only be seen that the kernel stays alive.
 */
static bool far_stack_works(void)
{
	struct outcome o;

	operand = USER_CS_IRET;
	o = attempt(return_far);
	return o.event != EVENT_PF || o.state.qual[0] & PF_USER;
}

/* Code of the user's privilege; by JMP and CALL the selector's own is ignored if it is lower. */
static bool is_code(unsigned sel)
{
	unsigned gate = sel & ~3u;

	return gate == (USER_CS_IRET & ~3) || gate == (USER_CS_SYSRET & ~3);
}

static void far_transfers_body(void)
{
	or_fault = far_stack_works() ? 0 : PF;

	for (operand = 0; operand < SELECTORS; operand++) {
		far_target = (struct far_pointer){ (uint64_t)landing, operand };
		attempt_must(jump_far, is_code(operand) ? OK : GP, "ljmp", operand);
		far_target.ofs = (uint64_t)far_landing;
		attempt_must(call_far, (is_code(operand) ? OK : GP) | or_fault, "lcall",
			     operand);
		attempt_must(return_far, (is_code(operand) && (operand & 3) == 3 ? OK : GP) | or_fault,
			     "lret", operand);
	}
}

static void far_transfers(void)			{ attempts(far_transfers_body); }

static struct outcome iret_to(uint64_t rip, uint64_t cs, uint64_t rflags, uint64_t ss,
			      uint64_t allowed)
{
	iret_frame[0] = rip;
	iret_frame[1] = cs;
	iret_frame[2] = rflags;
	iret_frame[4] = ss;
	return attempt_must(return_by_iret, allowed | or_fault, "iretq", cs << 16 | ss);
}

static void iret_body(void)
{
	const uint64_t here = (uint64_t)iret_landing;

	or_fault = far_stack_works() ? 0 : PF;
	for (unsigned cs = 0; cs < SELECTORS; cs++)
		iret_to(here, cs, USER_RFLAGS, USER_SS, is_code(cs) && (cs & 3) == 3 ? OK : GP);
	for (unsigned ss = 0; ss < SELECTORS; ss++)
		iret_to(here, USER_CS_IRET, USER_RFLAGS, ss, ss == USER_SS ? OK : GP);
	iret_to(0x800000000000, USER_CS_IRET, USER_RFLAGS, USER_SS, GP);
	iret_to(0xffffffff80200000, USER_CS_IRET, USER_RFLAGS, USER_SS, PF);
	iret_to(0x7ffffffff000, USER_CS_IRET, USER_RFLAGS, USER_SS, PF);
}

static void iret(void)				{ attempts(iret_body); }

#define RFLAGS_TF	0x100ull
#define RFLAGS_IF	0x200ull
#define RFLAGS_IOPL	0x3000ull
#define RFLAGS_NT	0x4000ull
#define RFLAGS_VM	0x20000ull

CODE(iret_with_nt, "pushq $0x4202; popf; iretq");

static void iret_flags_body(void)
{
	or_fault = 0;
	if (!far_stack_works())
		return;
	iret_to((uint64_t)iret_landing, USER_CS_IRET, 0x3ffeff, USER_SS, OK);
	CHECK_EQ(iret_rflags & (RFLAGS_IF | RFLAGS_IOPL | RFLAGS_VM), RFLAGS_IF);
	iret_to((uint64_t)iret_landing, USER_CS_IRET, 0, USER_SS, OK);
	CHECK_EQ(iret_rflags & (RFLAGS_IF | RFLAGS_IOPL | RFLAGS_VM), RFLAGS_IF);
	iret_to((uint64_t)iret_landing, USER_CS_IRET, USER_RFLAGS | RFLAGS_TF, USER_SS, MAY(EVENT_DB));
	attempt_must(iret_with_nt, GP, "iretq with NT", 0);
}

static void iret_flags(void)			{ attempts(iret_flags_body); }

CODE(popf_all, "push operand(%rip); popf; pushf; pop operand(%rip)");

static void popf_body(void)
{
	operand = ~RFLAGS_TF;
	attempt_must(popf_all, OK, "popf", 1);
	CHECK_EQ(operand & (RFLAGS_IF | RFLAGS_IOPL | RFLAGS_VM), RFLAGS_IF);
	operand = 0;
	attempt_must(popf_all, OK, "popf", 0);
	CHECK_EQ(operand & (RFLAGS_IF | RFLAGS_IOPL | RFLAGS_VM), RFLAGS_IF);
}

static void popf_changes_no_privilege(void)	{ attempts(popf_body); }

/* ---- ports ---------------------------------------------------------------------------------- */

static uint8_t port_buffer[8];
uint64_t port_address;

#define PORT_CODE(name, insn) \
	CODE(name, "mov operand(%rip), %rdx; mov port_address(%rip), %rdi; mov %rdi, %rsi\n" \
		   "mov $2, %ecx; xor %eax, %eax; cld; " insn)
PORT_CODE(port_inb, "in %dx, %al");
PORT_CODE(port_inw, "in %dx, %ax");
PORT_CODE(port_inl, "in %dx, %eax");
PORT_CODE(port_outb, "out %al, %dx");
PORT_CODE(port_outw, "out %ax, %dx");
PORT_CODE(port_outl, "out %eax, %dx");
PORT_CODE(port_insb, "insb");
PORT_CODE(port_insw, "rep insw");
PORT_CODE(port_insl, "insl");
PORT_CODE(port_outsb, "rep outsb");
PORT_CODE(port_outsw, "outsw");
PORT_CODE(port_outsl, "rep outsl");

static void (*const port_codes[])(void) = {
	port_inb, port_outb, port_insb, port_outsb, port_inw, port_outw, port_insw, port_outsw,
	port_inl, port_outl, port_insl, port_outsl,
};
#define PORT_CODES	(sizeof(port_codes) / sizeof(port_codes[0]))

static void ports_forbidden_body(void)
{
	static const uint16_t ports[] = {
		0, 1, 0x20, 0x21, 0x2fd, 0x60, 0x64, 0x70, 0x7fff, 0x8000, 0xcf8, 0xcfc, 0xfff0,
	};

	port_address = (uint64_t)port_buffer;
	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++)
		for (unsigned n = 0; n < PORT_CODES; n++) {
			operand = ports[i];
			attempt_must(port_codes[n], GP, "port without right", ports[i] << 4 | n);
		}
}

static void ports_forbidden(void)		{ attempts(ports_forbidden_body); }

static void port_ffff_body(void)
{
	port_address = (uint64_t)port_buffer;
	for (operand = 0xfff8; operand <= 0xffff; operand++)
		for (unsigned n = 0; n < PORT_CODES; n++)
			attempt_must(port_codes[n], GP, "last ports", operand << 4 | n);
}

static void port_ffff(void)			{ attempts(port_ffff_body); }

#define OWN_PORT	0x3b0		/* q35 has no device there */

/* Wider accesses touch ports that are not ours; a port is asked before memory is. */
static void ports_at_the_border_body(void)
{
	port_address = (uint64_t)port_buffer;
	operand = OWN_PORT;
	for (unsigned n = 0; n < PORT_CODES; n++)
		attempt_must(port_codes[n], n < 4 ? OK : GP, "one port", n);
	port_address = 0x1000;
	attempt_must(port_insb, PF, "insb to nowhere", 0);
	attempt_must(port_outsb, PF, "outsb from nowhere", 0);
	port_address = 0xffffffff80200000;
	attempt_must(port_insb, PF, "insb to the kernel", 0);
	attempt_must(port_outsb, PF, "outsb from the kernel", 0);
}

static void ports_at_the_border(void)
{
	hedron_crd port = crd_pio(OWN_PORT, 0);

	REQUIRE_OK(transfer_own(port, XFER_DELEGATE | XFER_HYPERVISOR, port).status);
	attempts(ports_at_the_border_body);
	CHECK_OK(hedron_revoke(port, 1));
}

static const struct abi_case cases[] = {
	{ "7.1 int n, all of them", every_int_n },
	{ "7.1 INT1 is event 1 (QEMU: 6), INT3 event 3, INTO an invalid opcode", one_byte_interrupts },
	{ "1.3 what is privileged or invalid raises #GP or #UD at the instruction", privileged },
	{ "1.3 the same in another PD", privileged_in_a_child },
	{ "1.3 SGDT, SIDT, SLDT, STR and SMSW raise #GP if the CPU has UMIP", umip, OURS("UMIP is off, 1.3") },
	{ "1.3 DS, ES, FS, GS: only null and the user's segments can be loaded", data_segments },
	{ "1.3 SS: only the user's can be loaded", stack_segment },
	{ "1.3 there is no LDT", ldt_segments, OURS("LDTR is left as it was: the thread dies, 7.2") },
	{ "1.3 the kernel works whatever DS, ES, FS, GS hold", kernel_with_segments },
	{ "1.3 far jumps, calls and returns reach the user's code segments alone", far_transfers,
	  OURS("dies of page faults that QEMU TCG has in these instructions") },
	{ "1.3 IRETQ reaches the user's segments and addresses alone", iret,
	  OURS("dies of page faults that QEMU TCG has in these instructions") },
	{ "1.3 IRETQ cannot change IF, IOPL and VM", iret_flags,
	  OURS("dies of page faults that QEMU TCG has in these instructions") },
	{ "1.3 POPF cannot change IF, IOPL and VM", popf_changes_no_privilege },
	{ "1.3 each width and way of port access needs the right", ports_forbidden },
	{ "1.3 the last ports, and what lies beyond, without a right", port_ffff, OURS("no final byte in the I/O bitmap") },
	{ "1.4 the right to one port does not reach the next, nor memory", ports_at_the_border },
};
SUITE(hostile_insn, cases);
