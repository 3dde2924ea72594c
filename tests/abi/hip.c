/* SPDX-License-Identifier: MIT */
/*
 * hip.c - the hypervisor information page (ABI reference 2).
 */
#include "check.h"
#include "env.h"
#include "regs.h"

static uint16_t word_sum(const struct hip *hip)
{
	const uint16_t *word = (const uint16_t *)hip;
	uint16_t sum = 0;

	for (unsigned i = 0; i < hip->length / 2u; i++)
		sum = (uint16_t)(sum + word[i]);
	return sum;
}

static void signature(void)
{
	CHECK_EQ(env.hip->signature, HIP_SIGNATURE);
}

static void checksum(void)
{
	CHECK(env.hip->length <= HEDRON_PAGE_SIZE);
	CHECK_EQ(word_sum(env.hip), 0);
}

static void offsets_and_sizes(void)
{
	const struct hip *hip = env.hip;

	CHECK_EQ(hip->cpu_offset, 0x90);
	CHECK_EQ(hip->cpu_size, 0x30);
	CHECK_EQ(hip->ioapic_offset, 0xc90);
	CHECK_EQ(hip->ioapic_size, 0x10);
	CHECK_EQ(hip->mem_offset, 0xd20);
	CHECK_EQ(hip->mem_size, 0x18);
	CHECK_EQ((hip->length - 0xd20) % 24, 0);
}

static void api_version(void)
{
	CHECK_EQ(env.hip->api_version, HEDRON_API_VERSION);
}

static void numbers(void)
{
	const struct hip *hip = env.hip;

	CHECK_EQ(hip->num_sel, HEDRON_NUM_SEL);
	CHECK_EQ(hip->num_events, EVENT_COUNT);
	CHECK_EQ(hip->num_vcpu_events, 256);
	CHECK_EQ(hip->num_gsi, HEDRON_NUM_GSI);
	CHECK_EQ(hip->page_size, HEDRON_PAGE_SIZE);
	CHECK_EQ(hip->utcb_size, UTCB_SIZE);
}

static void frequencies(void)
{
	CHECK(env.hip->tsc_khz > 100000);
	CHECK(env.hip->tsc_khz < 20000000);
	CHECK(env.hip->lapic_khz > 1000);
	CHECK(env.hip->lapic_khz < 20000000);
}

static void rest_is_zero(void)
{
	const char *page = (const char *)env.hip;

	for (unsigned i = env.hip->length; i < HEDRON_PAGE_SIZE; i++)
		REQUIRE(!page[i]);
}

static void cpu_descriptors(void)
{
	const struct hip_cpu *cpu = &env.hip->cpu[env.cpu];
	uint32_t ebx, eax = 1, ecx = 0, edx;

	__asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
	CHECK_EQ(cpu->flags, HIP_CPU_ONLINE);
	CHECK_EQ(cpu->lapic[0] >> 24, ebx >> 24);
	CHECK_EQ(cpu->lapic[3], 0);
	CHECK_EQ(cpu->pad[0] | cpu->pad[1] | cpu->pad[2], 0);
}

static void cpus_are_numbered_from_zero(void)
{
	bool online = true;

	for (unsigned i = 0; i < HEDRON_NUM_CPU; i++) {
		bool now = env.hip->cpu[i].flags & HIP_CPU_ONLINE;

		CHECK(online || !now);
		online = now;
	}
	CHECK(env.hip->cpu[0].flags & HIP_CPU_ONLINE);
}

static void ioapics(void)
{
	CHECK_EQ(env.hip->ioapic[0].phys, 0xfec00000);
	CHECK_EQ(env.hip->ioapic[0].gsi_base, 0);
	CHECK((env.hip->ioapic[0].version >> 16 & 0xff) >= 23);
	for (unsigned i = 1; i < 9; i++)
		CHECK(env.hip->ioapic[i].phys || !env.hip->ioapic[i].version);
}

static unsigned count_mem(uint32_t type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < hip_mem_count(env.hip); i++)
		n += env.hip->mem[i].type == type;
	return n;
}

static void memory_types(void)
{
	CHECK(count_mem(HIP_MEM_RAM) >= 1);
	CHECK_EQ(count_mem(HIP_MEM_MODULE), 1);
	CHECK(count_mem(HIP_MEM_KERNEL) >= 1);
}

static void kernel_entry_is_last(void)
{
	CHECK_EQ(env.hip->mem[hip_mem_count(env.hip) - 1].type, HIP_MEM_KERNEL);
}

/* Is the range inside one RAM descriptor? */
static bool inside_ram(uint64_t addr, uint64_t size)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		if (m->type == HIP_MEM_RAM && m->addr <= addr && addr + size <= m->addr + m->size)
			return true;
	}
	return false;
}

static void ram_is_not_clipped(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		if (m->type == HIP_MEM_KERNEL || m->type == HIP_MEM_MODULE)
			CHECK(inside_ram(m->addr, m->size));
	}
}

static const struct hip_mem *first_module(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++)
		if (env.hip->mem[i].type == HIP_MEM_MODULE)
			return &env.hip->mem[i];
	return 0;
}

static void module_is_page_aligned(void)
{
	REQUIRE(first_module());
	CHECK_EQ(first_module()->addr % HEDRON_PAGE_SIZE, 0);
	CHECK(first_module()->size >= (uint64_t)(image_end - image_text));
}

static void module_string(void)
{
	const char *s;
	unsigned n = 0;

	REQUIRE(first_module());
	REQUIRE(first_module()->aux);
	s = phys_map(first_module()->aux, 0x1000);
	while (n < 0x800 && s[n] >= ' ' && s[n] <= '~')
		n++;
	CHECK(n > 0);
	CHECK_EQ(s[n], 0);
}

static void memory_aux(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++)
		if (env.hip->mem[i].type != HIP_MEM_MODULE)
			CHECK_EQ(env.hip->mem[i].aux, 0);
}

static void uart_port(void)
{
	CHECK_EQ(env.hip->uart_port, 0x3f8);
}

static void not_booted_by_uefi(void)
{
	CHECK_EQ(env.hip->features & (HIP_FEAT_UEFI | HIP_FEAT_IOMMU), 0);
}

static void acpi_root(void)
{
	const char *table;

	REQUIRE(env.hip->xsdt);
	table = phys_map(env.hip->xsdt, 36);
	CHECK(!memcmp(table, "XSDT", 4) || !memcmp(table, "RSDT", 4));
}

static void q35_devices(void)
{
	const struct hip *hip = env.hip;

	CHECK_EQ(hip->pci_bus_start, 0);
	CHECK_EQ(hip->pci_cfg, 0xb0000000);
	CHECK_EQ(hip->pci_cfg_size, 0x10000000);
	CHECK_EQ(hip->hpet, 0xfed00000);
	CHECK_EQ(hip->dmar, 0);
	CHECK_EQ(hip->pm1a_cnt.space, 1);
	CHECK_EQ(hip->pm1a_cnt.width, 16);
	CHECK_EQ(hip->pm1a_cnt.addr_lo, 0x604);
	CHECK_EQ(hip->pm1a_cnt.addr_hi, 0);
	CHECK_EQ(hip->pm1b_cnt.addr_lo, 0);
}

/* ---- the tables behind the figures ---------------------------------------------------------- */

/* ACPI 6.4, 5.2.6: signature, length; checksum over all bytes is 0. */
struct acpi_header {
	char signature[4];
	uint32_t length;
	char rest[28];
};

static const struct acpi_header *table_at(uint64_t phys)
{
	const struct acpi_header *h = phys_map(phys, sizeof(*h));

	return phys_map(phys, h->length);
}

static const struct acpi_header *acpi_table(const char *signature)
{
	const struct acpi_header *root = table_at(env.hip->xsdt);
	unsigned width = memcmp(root->signature, "XSDT", 4) ? 4 : 8;
	const char *entries = (const char *)(root + 1);

	for (unsigned i = 0; i < (root->length - sizeof(*root)) / width; i++) {
		uint64_t phys = 0;
		const struct acpi_header *h;

		memcpy(&phys, entries + i * width, width);
		h = table_at(phys);
		if (!memcmp(h->signature, signature, 4))
			return h;
	}
	return 0;
}

static void root_table_checksum(void)
{
	const struct acpi_header *root = table_at(env.hip->xsdt);
	uint8_t sum = 0;

	for (unsigned i = 0; i < root->length; i++)
		sum = (uint8_t)(sum + ((const uint8_t *)root)[i]);
	CHECK_EQ(sum, 0);
}

static void config_space_is_the_mcfgs(void)
{
	const char *mcfg = (const char *)acpi_table("MCFG");
	uint64_t base;

	REQUIRE(mcfg);
	memcpy(&base, mcfg + 44, 8);		/* PCI Firmware 3.0, 4.1.2: allocation 0 */
	CHECK_EQ(env.hip->pci_cfg, base);
	CHECK_EQ(env.hip->pci_bus_start, (uint8_t)mcfg[44 + 10]);
	CHECK_EQ(env.hip->pci_cfg_size,
		 ((uint64_t)(uint8_t)mcfg[44 + 11] - (uint8_t)mcfg[44 + 10] + 1) << 20);
}

static void hpet_is_the_tables(void)
{
	const char *hpet = (const char *)acpi_table("HPET");
	uint64_t base;

	REQUIRE(hpet);
	memcpy(&base, hpet + 44, 8);		/* IA-PC HPET 1.0a, 3.2.4 */
	CHECK_EQ(env.hip->hpet, base);
}

static void config_space_can_be_mapped(void)
{
	const uint16_t *id = phys_map(env.hip->pci_cfg, HEDRON_PAGE_SIZE);

	CHECK_EQ(id[0], 0x8086);		/* 00:00.0 of q35: Intel 82G33 */
	CHECK_EQ(id[1], 0x29c0);
}

static void hpet_can_be_mapped(void)
{
	const uint32_t *hpet = phys_map(env.hip->hpet, HEDRON_PAGE_SIZE);

	CHECK_EQ(hpet[0] >> 16, 0x8086);	/* capabilities: vendor */
	CHECK(hpet[1] > 0);			/* period */
}

/* The MADT (ACPI 6.4, 5.2.12) names what CPUs and I/O APICs there are. */
static void cpus_are_the_madts(void)
{
	const struct acpi_header *madt = acpi_table("APIC");
	const uint8_t *p, *end;
	unsigned cpu = 0;

	REQUIRE(madt);
	p = (const uint8_t *)madt + 44;
	end = (const uint8_t *)madt + madt->length;
	for (; p < end; p += p[1]) {
		if (p[0] != 0 || !(p[4] & 1))	/* local APIC, enabled */
			continue;
		CHECK_EQ(env.hip->cpu[cpu].flags, HIP_CPU_ONLINE);
		CHECK_EQ(env.hip->cpu[cpu].acpi_id, p[2]);
		CHECK_EQ(env.hip->cpu[cpu].lapic[0] >> 24, p[3]);
		cpu++;
	}
	CHECK_EQ(env.hip->cpu[cpu].flags, 0);
}

static void ioapics_are_the_madts(void)
{
	const struct acpi_header *madt = acpi_table("APIC");
	const uint8_t *p = (const uint8_t *)madt + 44, *end = (const uint8_t *)madt + madt->length;
	unsigned n = 0;

	for (; p < end; p += p[1]) {
		uint32_t phys, gsi;

		if (p[0] != 1)
			continue;
		memcpy(&phys, p + 4, 4);
		memcpy(&gsi, p + 8, 4);
		CHECK_EQ(env.hip->ioapic[n].phys, phys);
		CHECK_EQ(env.hip->ioapic[n].gsi_base, gsi);
		n++;
	}
	CHECK(n > 0);
	for (; n < 9; n++)
		CHECK_EQ(env.hip->ioapic[n].id | env.hip->ioapic[n].version |
			 env.hip->ioapic[n].gsi_base | env.hip->ioapic[n].phys, 0);
}

static void lapic_registers(void)
{
	const struct hip_cpu *cpu = &env.hip->cpu[env.cpu];

	CHECK((cpu->lapic[1] & 0xff) >= 0x10);		/* version: integrated APIC */
	CHECK((cpu->lapic[1] >> 16 & 0xff) >= 3);	/* LVT entries - 1 */
}

static void unused_feature_bits_are_0(void)
{
	const uint32_t known = HIP_FEAT_IOMMU | HIP_FEAT_VMX | HIP_FEAT_SVM | HIP_FEAT_UEFI |
			       HIP_FEAT_DEATH | HIP_FEAT_BADGE | HIP_FEAT_FOREIGN_STATE |
			       HIP_FEAT_MEDIATOR | HIP_FEAT_KMEM;

	CHECK_EQ(env.hip->features & ~known, 0);
}

static void memory_entries_are_plausible(void)
{
	for (unsigned i = 0; i < hip_mem_count(env.hip); i++) {
		const struct hip_mem *m = &env.hip->mem[i];

		CHECK(m->size > 0);
		CHECK(m->addr + m->size > m->addr);
		CHECK(m->type != 0);
	}
}

static void pm_block_b_is_absent(void)
{
	static const struct hip_gas none;

	CHECK(!memcmp(&env.hip->pm1b_cnt, &none, sizeof(none)));
	CHECK_EQ(env.hip->pm1a_cnt.offset, 0);
}

/* Taken when the first case runs; compared when all but the early ones still come. */
static struct hip copy;

static void take_copy(void)
{
	copy = *env.hip;
	CHECK(!memcmp(&copy, env.hip, sizeof(copy)));
}

static void never_changes(void)
{
	CHECK(!memcmp(&copy, env.hip, sizeof(copy)));
}

static const struct abi_case cases[] = {
	{ "2 the HIP can be copied as it is", take_copy, CASE_EARLY },
	{ "2 signature", signature, CASE_EARLY },
	{ "2 the 16-bit words up to length sum to 0", checksum, CASE_EARLY },
	{ "2 offsets and sizes of the descriptor tables", offsets_and_sizes, CASE_EARLY },
	{ "2 API version 5004", api_version, CASE_EARLY },
	{ "2 numbers of selectors, events, GSIs; page and UTCB size", numbers, CASE_EARLY },
	{ "2 frequencies are plausible", frequencies, CASE_EARLY },
	{ "2 bytes behind length are 0", rest_is_zero, CASE_EARLY },
	{ "2 the boot CPU's descriptor: online, its APIC id", cpu_descriptors, CASE_EARLY },
	{ "2 online CPUs are numbered from 0 without gaps", cpus_are_numbered_from_zero,
	  CASE_EARLY },
	{ "2 I/O APIC descriptors: address, first GSI, version", ioapics, CASE_EARLY },
	{ "2 memory: RAM, one module, kernel memory", memory_types, CASE_EARLY },
	{ "2 memory: kernel memory is listed last", kernel_entry_is_last, CASE_EARLY },
	{ "2 memory: RAM is not clipped, it contains kernel and module", ram_is_not_clipped,
	  CASE_EARLY },
	{ "2 memory: the module is page-aligned and holds the image", module_is_page_aligned,
	  CASE_EARLY },
	{ "2 memory: aux of a module is its string", module_string, CASE_EARLY },
	{ "2 memory: aux of all others is 0", memory_aux, CASE_EARLY },
	{ "2 UART base port", uart_port, CASE_EARLY },
	{ "2 feature flags: not booted by UEFI, no IOMMU in use", not_booted_by_uefi, CASE_EARLY },
	{ "2 XSDT or RSDT is where the HIP says", acpi_root, CASE_EARLY },
	{ "2 PCI config space, HPET and PM1 blocks of q35", q35_devices, CASE_EARLY },
	{ "2 the ACPI root table's checksum is right", root_table_checksum, CASE_EARLY },
	{ "2 PCI config space: base, first bus and size are the MCFG's", config_space_is_the_mcfgs,
	  CASE_EARLY },
	{ "2 the HPET's base is its table's", hpet_is_the_tables, CASE_EARLY },
	{ "1.4 PCI config space can be mapped", config_space_can_be_mapped, CASE_EARLY },
	{ "1.4 the HPET can be mapped", hpet_can_be_mapped, CASE_EARLY },
	{ "1.5 CPUs are numbered as the MADT lists them", cpus_are_the_madts, CASE_EARLY },
	{ "2 I/O APICs are the MADT's, unused entries 0", ioapics_are_the_madts, CASE_EARLY },
	{ "2 the boot CPU's LAPIC version", lapic_registers, CASE_EARLY },
	{ "2 no feature bit that nobody knows", unused_feature_bits_are_0, CASE_EARLY },
	{ "2 memory: each entry has a type and a size", memory_entries_are_plausible, CASE_EARLY },
	{ "2 PM1b is all 0 where there is none", pm_block_b_is_absent, CASE_EARLY },
	{ "2 the HIP does not change", never_changes },
};
SUITE(hip, cases);
