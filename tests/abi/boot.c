/* SPDX-License-Identifier: MIT */
/*
 * boot.c - the state in which the roottask starts (ABI reference 1.2 to 1.4).
 */
#include "boot.h"
#include "check.h"
#include "env.h"
#include "regs.h"

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
};
SUITE(boot, cases);
