/* SPDX-License-Identifier: MIT */
/*
 * boot.c - the state in which the roottask starts (ABI reference 1.2 to 1.4).
 */
#include "boot.h"
#include "check.h"
#include "child.h"
#include "env.h"
#include "regs.h"
#include "thread.h"

#define BOOT_SELS	1024		/* looked at before anything was created */

/* What boot_capture() saw. */
static hedron_crd boot_sel[BOOT_SELS];
static unsigned boot_ports;		/* sample ports that were there */
static bool utcb_clear;
static uint64_t in_file[512] = { 1 };	/* in .data */
static uint64_t not_in_file[512];	/* in .bss */
static bool bss_clear;

static bool all_zero(const void *p, uint64_t n)
{
	const char *c = p;

	while (n && !*c)
		c++, n--;
	return !n;
}

void boot_capture(void)
{
	static const uint16_t sample[] = { 0, 0x20, 0x80, 0xf4, 0x3f8, 0xcf8, 0x8000, 0xffff };

	for (cap_sel sel = 0; sel < BOOT_SELS; sel++)
		boot_sel[sel] = obj_at(sel);
	for (unsigned i = 0; i < sizeof(sample) / sizeof(sample[0]); i++)
		boot_ports += hedron_lookup(crd_pio(sample[i], 0)) != 0;
	utcb_clear = all_zero((const void *)ROOT_UTCB_ADDR, UTCB_SIZE);
	bss_clear = all_zero(not_in_file, sizeof(not_in_file));
}

/* ---- registers ------------------------------------------------------------------------------ */

static void rip_is_in_rcx(void)
{
	CHECK_EQ(boot_regs.rcx, boot_regs.rip);
}

static void rsp_is_the_hip(void)
{
	CHECK_EQ(boot_regs.rsp, ROOT_HIP_ADDR);
}

static void rdi_is_an_online_cpu(void)
{
	REQUIRE(boot_regs.rdi < HEDRON_NUM_CPU);
	CHECK(env.hip->cpu[boot_regs.rdi].flags & HIP_CPU_ONLINE);
}

static void r11_and_rflags(void)
{
	CHECK_EQ(boot_regs.r11, 0x200);
	CHECK_EQ(boot_regs.rflags, USER_RFLAGS);
}

static void other_registers_are_zero(void)
{
	const struct cpu_regs *r = &boot_regs;

	CHECK_EQ(r->rax | r->rbx | r->rdx | r->rsi | r->rbp, 0);
	CHECK_EQ(r->r8 | r->r9 | r->r10 | r->r12 | r->r13 | r->r14 | r->r15, 0);
}

static void segments(void)
{
	CHECK_EQ(boot_regs.cs, USER_CS_SYSRET);
	CHECK_EQ(boot_regs.ss, USER_SS);
	CHECK_EQ(boot_regs.ds, USER_SS);
	CHECK_EQ(boot_regs.es, USER_SS);
	CHECK_EQ(boot_regs.fs, USER_SS);
	CHECK_EQ(boot_regs.gs, USER_SS);
	CHECK_EQ(boot_regs.fs_base, 0);
	CHECK_EQ(boot_regs.gs_base, 0);
}

static void fpu_control(void)
{
	CHECK_EQ(boot_fx.mxcsr, FPU_MXCSR_INIT);
	CHECK_EQ(boot_fx.fcw, FPU_FCW_INIT);
}

static void fpu_registers(void)
{
	CHECK_EQ(boot_fx.fsw, 0);
	CHECK_EQ(boot_fx.ftw, 0);
	CHECK(all_zero(boot_fx.st, sizeof(boot_fx.st)));
	CHECK(all_zero(boot_fx.xmm, sizeof(boot_fx.xmm)));
}

static void xcr0_enables_x87_and_sse(void)
{
	uint32_t lo, hi;

	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	CHECK_EQ(lo & 3, 3);
}

/* ---- spaces --------------------------------------------------------------------------------- */

static void object_space_has_three(void)
{
	for (cap_sel sel = 0; sel < BOOT_SELS; sel++)
		if (sel < ROOT_SEL_PD || sel > ROOT_SEL_SC)
			CHECK_EQ(boot_sel[sel], 0);
	CHECK_EQ(boot_sel[ROOT_SEL_PD], crd_obj(ROOT_SEL_PD, 0, PD_CREATE));
	CHECK_EQ(boot_sel[ROOT_SEL_EC], crd_obj(ROOT_SEL_EC, 0, EC_CTRL | EC_BIND_SC | EC_BIND_PT));
	CHECK_EQ(boot_sel[ROOT_SEL_SC], crd_obj(ROOT_SEL_SC, 0, SC_CTRL));
}

static void port_space_is_empty(void)
{
	CHECK_EQ(boot_ports, 0);
}

static void utcb_is_clear(void)
{
	CHECK(utcb_clear);
}

static void data_comes_from_the_file(void)
{
	CHECK_EQ(in_file[0], 1);
	CHECK(bss_clear);
}

/* ---- address space -------------------------------------------------------------------------- */

static void text_rights(void)
{
	CHECK_EQ(probe_read(image_text), 0);
	CHECK_EQ(probe_write(image_text) & PROBE_FAULT, PROBE_FAULT);
}

static void rodata_rights(void)
{
	CHECK_EQ(probe_read(image_rodata), 0);
	CHECK_EQ(probe_write(image_rodata),
		 PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_WRITE | PF_PRESENT);
	CHECK_EQ(probe_exec(image_rodata),
		 PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_FETCH | PF_PRESENT);
}

static void data_rights(void)
{
	static unsigned char ret = 0xc3;

	CHECK_EQ(probe_write(&ret), 0);
	CHECK_EQ(probe_exec(&ret),
		 PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_FETCH | PF_PRESENT);
}

static void utcb_rights(void)
{
	CHECK_EQ(probe_write((void *)ROOT_UTCB_ADDR), 0);
	CHECK_EQ(probe_exec((void *)ROOT_UTCB_ADDR),
		 PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_FETCH | PF_PRESENT);
}

static void hip_rights(void)
{
	CHECK_EQ(probe_read((void *)ROOT_HIP_ADDR), 0);
	CHECK_EQ(probe_write((void *)ROOT_HIP_ADDR),
		 PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_WRITE | PF_PRESENT);
	CHECK_EQ(probe_exec((void *)ROOT_HIP_ADDR),
		 PROBE_FAULT | EVENT_PF << 8 | PF_USER | PF_FETCH | PF_PRESENT);
}

static void rest_is_unmapped(void)
{
	const uint64_t absent = PROBE_FAULT | EVENT_PF << 8 | PF_USER;

	CHECK_EQ(probe_read((void *)0), absent);
	CHECK_EQ(probe_read((void *)((uint64_t)image_text - 1)), absent);
	CHECK_EQ(probe_read(image_end), absent);
	CHECK_EQ(probe_read((void *)(ROOT_UTCB_ADDR - 1)), absent);
	CHECK_EQ(probe_read((void *)HEDRON_USER_END), absent);
}

static void kernel_half_is_inaccessible(void)
{
	const uint64_t kernel[] = { 0xffffffff88000000, 0xffffffffc0000000, 0xffffffffe0000000,
				    0xfffffffffffff000, 0xffff800000000000 };

	for (unsigned i = 0; i < sizeof(kernel) / sizeof(kernel[0]); i++) {
		uint64_t got = probe_read((void *)kernel[i]);

		CHECK_EQ(got & ~(uint64_t)PF_PRESENT, PROBE_FAULT | EVENT_PF << 8 | PF_USER);
	}
}

static void non_canonical_address_is_gp(void)
{
	CHECK_EQ(probe_read((void *)0x800000000000), PROBE_FAULT | EVENT_GP << 8);
	CHECK_EQ(probe_read((void *)0x8000000000000000), PROBE_FAULT | EVENT_GP << 8);
}

/* ---- what the hypervisor's space gives ------------------------------------------------------ */

static void memory_pull_maps_ram(void)
{
	volatile uint64_t *p = pool_alloc(0);

	REQUIRE(p);
	*p = 0x1122334455667788;
	CHECK_EQ(*p, 0x1122334455667788);
	CHECK_EQ(*(const volatile uint64_t *)phys_map(pool_page((void *)p) << 12, 8), *p);
}

static void kernel_memory_cannot_be_pulled(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		if (m->type != HIP_MEM_KERNEL)
			continue;
		CHECK(probe_read(phys_map(m->addr, 1)) & PROBE_FAULT);
		CHECK(probe_read(phys_map(m->addr + m->size / 2, 1)) & PROBE_FAULT);
		CHECK(probe_read(phys_map(m->addr + m->size - 1, 1)) & PROBE_FAULT);
	}
}

static void module_can_be_pulled(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		if (m->type != HIP_MEM_MODULE)
			continue;
		CHECK_EQ(*(const uint32_t *)phys_map(m->addr, 4), 0x464c457f);
		return;
	}
	CHECK(!"no module in the HIP");
}

static void idle_sc_can_be_pulled(void)
{
	cap_sel sel = sel_alloc();
	uint64_t us = 0;

	REQUIRE_OK(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(env.cpu, 0, RIGHTS_ALL),
				   XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)));
	CHECK_EQ(obj_at(sel), crd_obj(sel, 0, SC_CTRL));
	CHECK_OK(hedron_sc_time(sel, &us));
}

static void gsi_sm_can_be_pulled(void)
{
	static const unsigned gsi[] = { 0, 2, 191 };

	for (unsigned i = 0; i < 3; i++) {
		cap_sel sel = sel_alloc();

		REQUIRE_OK(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD,
					   crd_obj(HV_SEL_GSI + gsi[i], 0, RIGHTS_ALL),
					   XFER_DELEGATE | XFER_HYPERVISOR,
					   crd_obj(sel, 0, RIGHTS_ALL)));
		CHECK_EQ(obj_at(sel), crd_obj(sel, 0, SM_UP | SM_DOWN));
	}
}

/* ---- instructions --------------------------------------------------------------------------- */

#define CPUID_UMIP	(1u << 2)	/* leaf 7, ECX */

static volatile uint64_t table[2];
static bool went_through;

static void do_sgdt(void *arg)	{ __asm__ volatile("sgdt %0" : "=m"(table)); went_through = true; }
static void do_sidt(void *arg)	{ __asm__ volatile("sidt %0" : "=m"(table)); went_through = true; }
static void do_str(void *arg)	{ __asm__ volatile("str %0" : "=m"(table)); went_through = true; }
static void do_smsw(void *arg)	{ __asm__ volatile("smsw %0" : "=m"(table)); went_through = true; }

/* Either they work in user mode, or UMIP is on, which the CPU must have. */
static void descriptor_table_stores(void)
{
	void (*const fn[])(void *) = { do_sgdt, do_sidt, do_str, do_smsw };
	uint32_t eax = 7, ebx, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	for (unsigned i = 0; i < 4; i++) {
		struct thread *t;

		went_through = false;
		t = thread_run_fn(fn[i]);
		if (!went_through) {
			CHECK(ecx & CPUID_UMIP);
			CHECK_EQ(t->log[0].event, EVENT_GP);
		}
	}
}

static void time_stamps_and_cpuid(void)
{
	uint32_t eax = 0, ebx, ecx = 0, edx;
	uint64_t before = rdtsc();

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	CHECK(eax >= 1);
	CHECK(rdtsc() > before);
}

static void xcr0_has_what_the_cpu_offers(void)
{
	uint32_t eax = 0xd, ebx, ecx = 0, edx, lo, hi;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	__asm__ volatile("xgetbv" : "=a"(lo), "=d"(hi) : "c"(0));
	CHECK_EQ(lo & 0xe7, eax & 0xe7);	/* x87, SSE, AVX, AVX-512 */
	CHECK_EQ(lo & ~0xe7u, 0);
	CHECK_EQ(hi, 0);
}

static void code_segment_after_an_event(void)
{
	uint16_t cs;

	hedron_sm_up(sel_alloc());
	__asm__ volatile("mov %%cs, %0" : "=r"(cs));
	CHECK_EQ(cs, USER_CS_SYSRET);
}

static volatile uint16_t thread_cs, thread_ss;

static void read_segments(void *arg)
{
	uint16_t cs, ss;

	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(cs), "=r"(ss));
	thread_cs = cs;
	thread_ss = ss;
}

static void code_segment_after_a_startup(void)
{
	CHECK(thread_run_fn(read_segments)->finished);
	CHECK_EQ(thread_cs, USER_CS_IRET);
	CHECK_EQ(thread_ss, USER_SS);
}

/* ---- the module in place -------------------------------------------------------------------- */

struct elf_header {			/* ELF64 gABI */
	char ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, phoff, shoff;
	uint32_t flags;
	uint16_t ehsize, phentsize, phnum, rest[3];
};

struct program_header {			/* ELF64 gABI */
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

static const struct hip_mem *module(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++)
		if (env.hip->mem[i].type == HIP_MEM_MODULE)
			return &env.hip->mem[i];
	return 0;
}

static volatile uint64_t in_place = 0x1ace;	/* in .data */

/* Nothing is copied: what the program writes stands in the module. */
static void segments_are_the_module(void)
{
	const struct hip_mem *m = module();
	const struct elf_header *eh;
	const struct program_header *ph;

	REQUIRE(m);
	eh = phys_map(m->addr, HEDRON_PAGE_SIZE);
	CHECK_EQ(eh->entry, boot_regs.rcx);
	ph = (const void *)((const char *)eh + eh->phoff);
	for (unsigned i = 0; i < eh->phnum; i++) {
		uint64_t ofs = (uint64_t)&in_place - ph[i].vaddr;
		const volatile uint64_t *there;

		if (ph[i].type != 1 || ofs >= ph[i].filesz)
			continue;
		there = phys_map(m->addr + ph[i].offset + ofs, 8);
		CHECK_EQ(*there, 0x1ace);
		in_place = 0xacce;
		CHECK_EQ(*there, 0xacce);
		in_place = 0x1ace;
		return;
	}
	CHECK(!"no segment holds the variable");
}

static void idle_scs_of_cpus_that_are_not(void)
{
	cap_sel sel = sel_alloc();

	REQUIRE_OK(hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(HEDRON_NUM_CPU - 1, 0, RIGHTS_ALL),
				   XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL)));
	CHECK_EQ(obj_at(sel), 0);
}

static void all_gsis_can_be_pulled(void)
{
	cap_sel sels = sels_alloc(8);

	for (unsigned gsi = 0; gsi < HEDRON_NUM_GSI; gsi++) {
		hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD, crd_obj(HV_SEL_GSI + gsi, 0, RIGHTS_ALL),
				XFER_DELEGATE | XFER_HYPERVISOR,
				crd_obj(sels + gsi, 0, RIGHTS_ALL));
		if (!CHECK_EQ(obj_rights(sels + gsi), SM_UP | SM_DOWN))
			return;
	}
}

static void nothing_behind_the_last_gsi(void)
{
	cap_sel sel = sel_alloc();

	for (unsigned i = 0; i < 3; i++)
		hedron_delegate(ROOT_SEL_PD, ROOT_SEL_PD,
				crd_obj(HV_SEL_GSI + HEDRON_NUM_GSI + i, 0, RIGHTS_ALL),
				XFER_DELEGATE | XFER_HYPERVISOR, crd_obj(sel, 0, RIGHTS_ALL));
	CHECK_EQ(obj_at(sel), 0);
}

static void pulled_ram_is_one_frame(void)
{
	uint64_t *page = pool_alloc(0);
	volatile uint64_t *a = (void *)va_alloc(0), *b = (void *)va_alloc(0);

	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, pool_page(page), page_of(a), 1, MEM_R | MEM_W,
		  XFER_HYPERVISOR);
	map_pages(ROOT_SEL_PD, ROOT_SEL_PD, pool_page(page), page_of(b), 1, MEM_R, XFER_HYPERVISOR);
	*a = 0x77;
	CHECK_EQ(*b, 0x77);
	CHECK_EQ(*page, 0x77);
}

static void pulled_into_a_child(void)
{
	const struct child *c = child_new();
	uint64_t *page = pool_alloc(0);
	uint64_t there = va_alloc(0), back = va_alloc(0);

	*page = 0x5ca1;
	map_pages(ROOT_SEL_PD, c->pd, pool_page(page), there >> HEDRON_PAGE_SHIFT, 1, MEM_R,
		  XFER_HYPERVISOR);
	map_pages(c->pd, ROOT_SEL_PD, there >> HEDRON_PAGE_SHIFT, back >> HEDRON_PAGE_SHIFT, 1, MEM_R,
		  0);
	CHECK_EQ(*(volatile uint64_t *)back, 0x5ca1);
}

static const struct abi_case cases[] = {
	{ "1.3 entry: RCX holds e_entry", rip_is_in_rcx, CASE_EARLY },
	{ "1.3 entry: RSP is the address of the HIP", rsp_is_the_hip, CASE_EARLY },
	{ "1.3 entry: RDI is the number of an online CPU", rdi_is_an_online_cpu, CASE_EARLY },
	{ "1.3 entry: R11 is 0x200, RFLAGS 0x202", r11_and_rflags, CASE_EARLY },
	{ "1.3 entry: all other general registers are 0", other_registers_are_zero, CASE_EARLY },
	{ "1.3 entry: CS 0x2b, all others 0x23, FS and GS base 0", segments, CASE_EARLY },
	{ "1.3 entry: MXCSR 0x1f80 and x87 control word 0x37f", fpu_control, CASE_EARLY },
	{ "1.3 entry: x87 and XMM registers are in reset state", fpu_registers, CASE_EARLY },
	{ "1.3 object space: PD, EC and SC at 32..34 with their rights, nothing else",
	  object_space_has_three, CASE_EARLY },
	{ "1.3 port space is empty", port_space_is_empty, CASE_EARLY },
	{ "1.3 the first UTCB is all zero", utcb_is_clear, CASE_EARLY },
	{ "1.2 data and .bss are as in the file", data_comes_from_the_file, CASE_EARLY },
	{ "1.3 XCR0 enables x87 and SSE, XGETBV works", xcr0_enables_x87_and_sse, CASE_XSAVE },
	{ "1.2 a segment with flags RX is not writable", text_rights },
	{ "1.2 a segment with flag R is neither writable nor executable", rodata_rights },
	{ "1.2 a segment with flags RW is not executable", data_rights },
	{ "1.3 the first UTCB is RW, not executable", utcb_rights },
	{ "1.3 the HIP is read-only, not executable", hip_rights },
	{ "1.3 everything else is unmapped", rest_is_unmapped },
	{ "1.3 the kernel half is not accessible", kernel_half_is_inaccessible },
	{ "1.3 a non-canonical address raises #GP", non_canonical_address_is_gp },
	{ "1.4 RAM can be pulled by physical page number", memory_pull_maps_ram },
	{ "1.4 the kernel's own memory cannot be pulled", kernel_memory_cannot_be_pulled },
	{ "1.4 boot modules can be pulled, the first is the roottask's ELF", module_can_be_pulled },
	{ "1.4 the idle SC of a CPU can be pulled", idle_sc_can_be_pulled },
	{ "1.4 interrupt semaphores can be pulled", gsi_sm_can_be_pulled },
	{ "1.3 SGDT, SIDT, STR, SMSW work or UMIP refuses them", descriptor_table_stores },
	{ "1.3 RDTSC and CPUID work", time_stamps_and_cpuid },
	{ "1.3 XCR0 has what the CPU offers, no more", xcr0_has_what_the_cpu_offers, CASE_XSAVE },
	{ "1.3 CS is 0x2b behind a hypercall", code_segment_after_an_event },
	{ "1.3 CS is 0x1b behind an event reply", code_segment_after_a_startup },
	{ "1.2 segments are the module's memory, not a copy", segments_are_the_module },
	{ "1.4 there is no idle SC of a CPU that is not there", idle_scs_of_cpus_that_are_not },
	{ "1.4 each of the 192 interrupt semaphores can be pulled", all_gsis_can_be_pulled },
	{ "1.4 there is nothing behind the last interrupt semaphore", nothing_behind_the_last_gsi },
	{ "1.4 RAM that is pulled twice is one frame", pulled_ram_is_one_frame },
	{ "1.4 RAM can be pulled into a child", pulled_into_a_child },
};
SUITE(boot, cases);
