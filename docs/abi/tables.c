/* SPDX-License-Identifier: MIT */
/*
 * tables.c - a host program that renews the tables of numbers in docs/abi.md: `make abi-tables`.
 *
 * It copies the page from standard input to standard output. Between the lines
 *	<!-- table NAME -->
 *	<!-- end of table -->
 * it writes table NAME anew. Every number comes from the public headers; the words stand here.
 */
#include <hedron/crd.h>
#include <hedron/hip.h>
#include <hedron/mtd.h>
#include <hedron/start.h>
#include <hedron/utcb.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

enum format { DECIMAL, HEX, MIXED, BIT };	/* MIXED: large ones hexadecimal */
#define LARGE	0x1000

struct number {
	const char *name;
	uint64_t value;
	const char *text;
};
#define N(name, text)	{ #name, name, text }

static unsigned bit_of(uint64_t value)
{
	return 63 - __builtin_clzll(value);
}

/* | value | name | meaning | */
static void numbers(const char *head, enum format format, const struct number *n, size_t count)
{
	printf("| %s | name | meaning |\n|---|---|---|\n", head);
	for (; count--; n++) {
		if (format == HEX || (format == MIXED && n->value >= LARGE && n->value % LARGE == 0))
			printf("| `%#llx` ", (unsigned long long)n->value);
		else
			printf("| %llu ", format == BIT ? bit_of(n->value) :
				(unsigned long long)n->value);
		printf("| `%s` | %s |\n", n->name, n->text);
	}
}

#define NUMBERS(table, head, format, ...)					\
static void table(void)								\
{										\
	static const struct number rows[] = { __VA_ARGS__ };			\
										\
	numbers(head, format, rows, COUNT(rows));				\
}

NUMBERS(hypercalls, "nr", DECIMAL,
	N(HC_CALL, "send a message to a portal and wait for the answer (3.2)"),
	N(HC_REPLY, "answer, and wait for the next message (3.3)"),
	N(HC_CREATE_PD, "make a protection domain (3.4)"),
	N(HC_CREATE_EC, "make an execution context: thread or handler (3.5)"),
	N(HC_CREATE_SC, "make a scheduling context: let a thread run (3.6)"),
	N(HC_CREATE_PT, "make a portal (3.7)"),
	N(HC_CREATE_SM, "make a semaphore (3.8)"),
	N(HC_REVOKE, "take away what was delegated (3.9)"),
	N(HC_PD_CTRL, "look up, delegate, MSRs, mediator (3.10)"),
	N(HC_EC_CTRL, "recall, badge (3.11)"),
	N(HC_SC_CTRL, "read consumed time (3.12)"),
	N(HC_PT_CTRL, "set a portal's id (3.13)"),
	N(HC_SM_CTRL, "up, down (3.14)"),
	N(HC_ASSIGN_PCI, "bind a device to a domain's memory (3.15)"),
	N(HC_ASSIGN_GSI, "route an interrupt (3.15)"),
	N(HC_MACHINE_CTRL, "suspend, microcode, kernel memory (3.16)"))

NUMBERS(operations, "ARG1[11:8]", DECIMAL,
	N(PD_CTRL_LOOKUP, "`pd_ctrl`: what stands at a selector or port"),
	N(PD_CTRL_MAP_ACCESS_PAGE, "`pd_ctrl`: for virtual machines"),
	N(PD_CTRL_DELEGATE, "`pd_ctrl`: delegate or translate between any two domains"),
	N(PD_CTRL_MSR_ACCESS, "`pd_ctrl`: read an MSR; with bit 10 (`PD_CTRL_MSR_WRITE`) write it"),
	N(PD_CTRL_MEDIATOR, "`pd_ctrl`: extension `HIP_FEAT_MEDIATOR`, 13.5"),
	N(EC_CTRL_RECALL, "`ec_ctrl`: make the EC send event 31"),
	N(EC_CTRL_BADGE, "`ec_ctrl`: extension `HIP_FEAT_BADGE`, 13.3"),
	N(MACHINE_SUSPEND, "`machine_ctrl`: suspend"),
	N(MACHINE_UPDATE_UCODE, "`machine_ctrl`: load microcode"),
	N(MACHINE_KMEM, "`machine_ctrl`: extension `HIP_FEAT_KMEM`, 13.6"))

#define FLAG(name, text)	{ #name, (uint64_t)(name) << HC_FLAGS_SHIFT, text }
NUMBERS(flags, "ARG1 bit", BIT,
	FLAG(HC_CALL_NONBLOCK, "`call`: TIMEOUT instead of waiting for a busy handler"),
	FLAG(HC_PD_PASSTHROUGH, "`create_pd`: the new PD may use what only the roottask may, if ARG2's PD may"),
	FLAG(HC_EC_GLOBAL, "`create_ec`: a thread; clear: a handler (local EC)"),
	FLAG(HC_EC_VCPU, "`create_ec`: a virtual CPU"),
	FLAG(HC_EC_APIC_ACCESS, "`create_ec`: virtual CPUs only"),
	FLAG(HC_EC_UTCB_IN_CALLER, "`create_ec`: the UTCB is mapped into the caller's PD, not the EC's"),
	FLAG(HC_REVOKE_SELF, "`revoke`: the range itself too, not only what was derived from it"),
	FLAG(HC_REVOKE_REMOTE, "`revoke`: in the space of the PD in ARG3"),
	FLAG(PD_CTRL_MSR_WRITE, "`pd_ctrl` MSR access: write"),
	FLAG(HC_SM_DOWN, "`sm_ctrl`: down; clear: up"),
	FLAG(HC_SM_ZERO, "`sm_ctrl` down: take all counts at once"),
	FLAG(HC_GSI_USE_MODE, "`assign_gsi`: trigger and polarity from ARG3"))

NUMBERS(statuses, "value", DECIMAL,
	N(HEDRON_SUCCESS, "done"),
	N(HEDRON_TIMEOUT, "the deadline passed; the handler is busy (non-blocking call) or dead"),
	N(HEDRON_ABORT, "the handler died while it served this call"),
	N(HEDRON_BAD_HYP, "no such hypercall"),
	N(HEDRON_BAD_CAP, "nothing there, another kind of object, a right missing; or the destination is in use"),
	N(HEDRON_BAD_PAR, "a parameter out of its range"),
	N(HEDRON_BAD_FTR, "the machine lacks the feature"),
	N(HEDRON_BAD_CPU, "no such CPU, or the portal belongs to another one"),
	N(HEDRON_BAD_DEV, "no such device"),
	N(HEDRON_OOM, "kernel memory exhausted: extension `HIP_FEAT_DEATH`, 13.2"))

NUMBERS(crd_types, "CRD[1:0]", DECIMAL,
	N(CRD_NULL, "nothing; a closed window"),
	N(CRD_MEM, "memory: base is a page number"),
	N(CRD_PIO, "I/O ports: base is a port number"),
	N(CRD_OBJ, "objects: base is a selector"))

NUMBERS(rights, "right", HEX,
	N(MEM_R, "memory: read (any right that is not 0 gives it)"),
	N(MEM_W, "memory: write"),
	N(MEM_X, "memory: execute"),
	N(PIO_ACCESS, "ports: `in` and `out`"),
	N(PD_CREATE, "PD: create objects in it or with it; set its mediator"),
	N(EC_CTRL, "EC: recall it, give it a badge"),
	N(EC_BIND_SC, "EC: bind an SC to it"),
	N(EC_BIND_PT, "EC: bind portals to it"),
	N(SC_CTRL, "SC: read its time"),
	N(PT_CTRL, "PT: set its id"),
	N(PT_CALL, "PT: meant for `call`, but no kernel checks it"),
	N(SM_UP, "SM: up"),
	N(SM_DOWN, "SM: down"),
	N(RIGHTS_ALL, "all five bits"))

NUMBERS(xfer, "transfer word", HEX,
	N(XFER_TRANSLATE, "bits 1:0: name what the receiver already has"),
	N(XFER_DELEGATE, "bits 1:0: give"),
	N(XFER_EITHER, "bits 1:0: translate; where that fails, delegate"),
	N(XFER_NOT_HOST, "memory and ports: not for the program itself"),
	N(XFER_DEVICE, "memory: for devices (DMA)"),
	N(XFER_GUEST, "memory and ports: for a guest"),
	N(XFER_HYPERVISOR, "the source is the hypervisor's own space (roottask only)"))

NUMBERS(mtd, "bit", BIT,
	N(MTD_ACDB, "`rax` `rcx` `rdx` `rbx`"),
	N(MTD_BSD, "`rbp` `rsi` `rdi`"),
	N(MTD_RSP, "`rsp`"),
	N(MTD_RIP, "`rip`"),
	N(MTD_RFLAGS, "`rflags`; a reply cannot set VIP VIF VM RF IOPL, and IF stays set"),
	N(MTD_FS_GS, "both bases, FS and GS"),
	N(MTD_QUAL, "`qual[]`: error code, fault address; in messages only"),
	N(MTD_R8_R15, "`r8` to `r15`"),
	N(MTD_FPU, "FPU, SSE and AVX registers, which travel in the processor and not in the UTCB"))

NUMBERS(events, "event", DECIMAL,
	N(EVENT_DE, "divide error"),
	N(EVENT_DB, "debug: single step, breakpoints"),
	N(EVENT_BP, "`int3`"),
	N(EVENT_OF, "overflow (`int 4`)"),
	N(EVENT_BR, "bound range"),
	N(EVENT_UD, "invalid instruction"),
	N(EVENT_NM, "FPU not available: never sent"),
	N(EVENT_TS, "invalid TSS"),
	N(EVENT_NP, "segment not present"),
	N(EVENT_SS, "stack segment"),
	N(EVENT_GP, "general protection"),
	N(EVENT_PF, "page fault"),
	N(EVENT_MF, "x87 error"),
	N(EVENT_AC, "alignment: never sent, it is off"),
	N(EVENT_MC, "machine check"),
	N(EVENT_XM, "SIMD error"),
	N(EVENT_STARTUP, "the EC starts"),
	N(EVENT_RECALL, "somebody recalled the EC"))

NUMBERS(features, "bit", BIT,
	N(HIP_FEAT_IOMMU, "an IOMMU is in use"),
	N(HIP_FEAT_VMX, "virtual CPUs by VMX"),
	N(HIP_FEAT_SVM, "virtual CPUs by SVM"),
	N(HIP_FEAT_UEFI, "booted by UEFI"),
	N(HIP_FEAT_DEATH, "extension 13.2: objects end in any state; exhaustion is a status"),
	N(HIP_FEAT_BADGE, "extension 13.3: badges"),
	N(HIP_FEAT_FOREIGN_STATE, "extension 13.4: true state in foreign messages"),
	N(HIP_FEAT_MEDIATOR, "extension 13.5: mediators"),
	N(HIP_FEAT_KMEM, "extension 13.6: kernel memory can be read"))

NUMBERS(memory_types, "type", HEX,
	N(HIP_MEM_RAM, "RAM. What the kernel and the modules occupy is not cut out"),
	N(HIP_MEM_MODULE, "a boot module, in boot order; aux: physical address of its string, or 0"),
	N(HIP_MEM_KERNEL, "the kernel's own memory; there may be several"))

NUMBERS(limits, "value", MIXED,
	N(HEDRON_API_VERSION, "API version, `hip.api_version`"),
	N(HEDRON_NUM_SEL, "selectors in an object space"),
	N(HEDRON_NUM_CPU, "CPUs at most"),
	N(HEDRON_NUM_GSI, "interrupts (GSIs)"),
	N(EVENT_COUNT, "events of an EC"),
	N(HC_COUNT, "hypercalls"),
	N(SC_PRIO_MIN, "lowest priority"),
	N(SC_PRIO_MAX, "highest priority"),
	N(CRD_ORDER_MAX, "largest order of a CRD"),
	N(UTCB_WORDS_MAX, "untyped words of a message"),
	N(UTCB_TYPED_MAX, "typed items of a message"),
	N(UTCB_EVENT_WORDS, "words that an event message announces"),
	N(HEDRON_PAGE_SIZE, "bytes of a page, and of a UTCB"),
	N(HEDRON_USER_END, "end of user addresses"))

NUMBERS(root_state, "value", MIXED,
	N(ROOT_SEL_PD, "selector: the roottask's PD"),
	N(ROOT_SEL_EC, "selector: its first EC"),
	N(ROOT_SEL_SC, "selector: that EC's SC"),
	N(ROOT_UTCB_ADDR, "address of the first EC's UTCB"),
	N(ROOT_HIP_ADDR, "address of the HIP, and RSP at the entry point"),
	N(HV_SEL_IDLE_SC, "hypervisor's space: idle SC of CPU n at this + n"),
	N(HV_SEL_GSI, "hypervisor's space: interrupt semaphore of GSI n at this + n"))

/* ---- layouts --------------------------------------------------------------------------------- */

struct field {
	const char *name;
	size_t offset, size;
	const char *text;
};

static void layout(const struct field *f, size_t count)
{
	printf("| offset | bytes | field | meaning |\n|---|---|---|---|\n");
	for (; count--; f++)
		printf("| `0x%03zx` | %zu | `%s` | %s |\n", f->offset, f->size, f->name, f->text);
}

#define LAYOUT(table, ...)							\
static void table(void)								\
{										\
	static const struct field rows[] = { __VA_ARGS__ };			\
										\
	layout(rows, COUNT(rows));						\
}
#define F(type, member, text) \
	{ #member, offsetof(struct type, member), sizeof(((struct type *)0)->member), text }

#define U(member, text)		F(hedron_utcb, member, text)
LAYOUT(utcb,
	U(flags, "bit 0: native system call toggle (`UTCB_NSCT`, 8.6)"),
	U(items, "[15:0] untyped words, [31:16] typed items"),
	U(xlate_window, "CRD: where translated capabilities may come from"),
	U(del_window, "CRD: where delegated capabilities may arrive"),
	U(tls, "free for the program; written only with a mediator (13.5)"),
	U(word, "untyped words, upwards; typed items from the end of the page, downwards"))

#define S(member, text) \
	{ #member, offsetof(struct hedron_utcb, state.member), \
	  sizeof(((struct hedron_utcb *)0)->state.member), text }
LAYOUT(state,
	S(mtd, "which of the fields below count"),
	S(rip, "RIP"), S(rflags, "RFLAGS"),
	S(rax, "ACDB"), S(rcx, "ACDB"), S(rdx, "ACDB"), S(rbx, "ACDB"),
	S(rsp, "RSP"), S(rbp, "BSD"), S(rsi, "BSD"), S(rdi, "BSD"),
	S(r8, "R8_R15"), S(r9, "R8_R15"), S(r10, "R8_R15"), S(r11, "R8_R15"),
	S(r12, "R8_R15"), S(r13, "R8_R15"), S(r14, "R8_R15"), S(r15, "R8_R15"),
	S(qual, "QUAL: error code, CR2"),
	S(fs_base, "FS_GS"), S(gs_base, "FS_GS"))

#define H(member, text)		F(hip, member, text)
LAYOUT(hip,
	H(signature, "`HIP_SIGNATURE`, \"NOVA\" in memory"),
	H(checksum, "makes the 16-bit words of 0..length sum to 0"),
	H(length, "bytes up to the end of the last memory descriptor"),
	H(cpu_offset, "of the first CPU descriptor"), H(cpu_size, "of each"),
	H(ioapic_offset, "of the first I/O APIC descriptor"), H(ioapic_size, "of each"),
	H(mem_offset, "of the first memory descriptor"), H(mem_size, "of each"),
	H(features, "`HIP_FEAT_*`"),
	H(api_version, "`HEDRON_API_VERSION`"),
	H(num_sel, "selectors in an object space"),
	H(num_events, "events of an EC"),
	H(num_vcpu_events, "events of a virtual CPU"),
	H(num_gsi, "interrupts"),
	H(page_size, "bytes"), H(utcb_size, "bytes"),
	H(tsc_khz, "frequency of the TSC"),
	H(lapic_khz, "frequency of the local APIC's timer"),
	H(pci_bus_start, "first bus of the configuration region"),
	H(pci_cfg, "its physical address"), H(pci_cfg_size, "its bytes"),
	H(dmar, "physical address of the DMAR table, or 0"),
	H(hpet, "physical address of the HPET, or 0"),
	H(vmx_ctrl2, "VMX capabilities, or 0"),
	H(xsdt, "physical address of the XSDT; without one, of the RSDT"),
	H(pm1a_cnt, "PM1a control block, an ACPI generic address"),
	H(pm1b_cnt, "PM1b control block; all 0: none"),
	H(uart_port, "of the first serial port"),
	H(cpu, "CPU descriptors: the index is the CPU number"),
	H(ioapic, "I/O APIC descriptors; unused ones are 0"),
	H(mem, "memory descriptors: (length - mem_offset) / mem_size of them"))

#define C(member, text)		F(hip_cpu, member, text)
LAYOUT(hip_cpu,
	C(flags, "bit 0: `HIP_CPU_ONLINE`; only such a CPU may be named"),
	C(thread, "in the core"), C(core, "in the package"), C(package, ""),
	C(acpi_id, "ACPI processor id"),
	C(lapic, "copies of local APIC registers: id (APIC id in [31:24]), version, spurious, 0, "
		 "timer, LINT0, LINT1, error, performance, thermal"))

#define I(member, text)		F(hip_ioapic, member, text)
LAYOUT(hip_ioapic, I(id, "register copy"), I(version, "register copy"),
	I(gsi_base, "first GSI"), I(phys, "physical address"))

#define M(member, text)		F(hip_mem, member, text)
LAYOUT(hip_mem, M(addr, "bytes"), M(size, "bytes"), M(type, "see below"), M(aux, "see below"))

LAYOUT(typed, F(hedron_typed, crd, "what is sent; at the receiver: what arrived, 0 if nothing"),
	F(hedron_typed, xfer, "transfer word"))

/* ---- the page -------------------------------------------------------------------------------- */

#define T(name)	{ #name, name }
static const struct {
	const char *name;
	void (*print)(void);
} tables[] = {
	T(hypercalls), T(operations), T(flags), T(statuses), T(crd_types), T(rights), T(xfer),
	T(typed), T(mtd), T(events), T(features), T(memory_types), T(limits), T(root_state), T(utcb),
	T(state), T(hip), T(hip_cpu), T(hip_ioapic), T(hip_mem),
};

static void print_table(const char *name)
{
	for (size_t i = 0; i < COUNT(tables); i++)
		if (!strcmp(tables[i].name, name)) {
			tables[i].print();
			return;
		}
	fprintf(stderr, "docs/abi.md: no table is called %s\n", name);
	exit(1);
}

int main(void)
{
	char line[1024], name[64];
	bool inside = false;

	while (fgets(line, sizeof(line), stdin)) {
		if (!strncmp(line, "<!-- end of table", 17))
			inside = false;
		if (!inside)
			fputs(line, stdout);
		if (sscanf(line, "<!-- table %63s -->", name) == 1) {
			print_table(name);
			inside = true;
		}
	}
	return inside;
}
