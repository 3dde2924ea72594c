/* SPDX-License-Identifier: MIT */
/* flags - what a system call leaves in the flags, RCX, R11 and the other registers. */
#include "show.h"

#include <stdint.h>
#include <sys/syscall.h>

#define CF	0x1u
#define PF	0x4u
#define AF	0x10u
#define ZF	0x40u
#define SF	0x80u
#define IF	0x200u
#define DF	0x400u
#define OF	0x800u
#define AC	0x40000u
#define ID	0x200000u

struct after {
	uint64_t flags, rcx, r11, rsp_moved, kept;
};

/* getppid(2) with these flags set at the instruction. */
static struct after call(uint64_t flags)
{
	struct after a = { 0 };
	uint64_t before, rsp;
	register uint64_t r8 __asm__("r8") = 8, r9 __asm__("r9") = 9, r10 __asm__("r10") = 10;
	register uint64_t r12 __asm__("r12") = flags, r13 __asm__("r13") = 0;
	long nr = SYS_getppid;

	__asm__ volatile("sub $128, %%rsp\n\t"
			 "mov %%rsp, %[before]\n\t"
			 "push %%r12\n\t"
			 "popfq\n\t"
			 "syscall\n\t"
			 "mov %%r11, %%r13\n\t"
			 "pushfq\n\t"
			 "pop %%r12\n\t"
			 "cld\n\t"
			 "mov %%rsp, %[rsp]\n\t"
			 "push $0x202\n\t"
			 "popfq\n\t"
			 "add $128, %%rsp"
			 : "+a"(nr), "=&c"(a.rcx), "+r"(r12), "+r"(r13), "+r"(r8), "+r"(r9), "+r"(r10),
			   [before] "=&b"(before), [rsp] "=&d"(rsp)
			 : : "r11", "memory", "cc");
	a.flags = r12;
	a.r11 = r13;
	a.rsp_moved = rsp != before;
	a.kept = r8 == 8 && r9 == 9 && r10 == 10;
	return a;
}

int main(void)
{
	static const struct {
		const char *name;
		uint64_t flags;
	} sets[] = {
		{ "none", 0 }, { "carry", CF }, { "overflow", OF }, { "zero, sign", ZF | SF },
		{ "parity, adjust", PF | AF }, { "direction", DF }, { "alignment", AC }, { "id", ID },
		{ "all", CF | PF | AF | ZF | SF | DF | OF | AC | ID },
	};

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		uint64_t want = sets[i].flags | IF | 2;
		struct after a = call(want);

		printf("%s: flags %s, r11 %s, rcx %s, stack %s, others %s\n", sets[i].name,
		       a.flags == want ? "kept" : "changed", a.r11 == want ? "flags" : "not",
		       a.rcx ? "an address" : "0", a.rsp_moved ? "moved" : "kept",
		       a.kept ? "kept" : "changed");
	}
	return 0;
}
