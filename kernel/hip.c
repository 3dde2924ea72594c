/* SPDX-License-Identifier: MIT */
/* hip.c - fills the page that tells the roottask what machine this is (ABI reference 2). */
#include "hip.h"
#include "acpi.h"
#include "bootinfo.h"
#include "cpu.h"
#include "ioapic.h"
#include "lapic.h"
#include "layout.h"
#include "log.h"
#include "pages.h"
#include "timer.h"
#include "x86.h"

#define TOPOLOGY_LEAF	0xb

static union {
	struct hip hip;
	char page[PAGE_SIZE];
} hip_whole __attribute__((aligned(PAGE_SIZE)));
extern struct hip hip_page __attribute__((alias("hip_whole")));

/* Thread, core and package number out of the APIC id (SDM vol. 3, 8.9.4). */
static void describe_topology(struct hip_cpu *d, uint32_t apic_id)
{
	unsigned thread_bits, core_bits;

	d->package = apic_id;
	if (cpuid(0, 0).eax < TOPOLOGY_LEAF || !cpuid(TOPOLOGY_LEAF, 0).ebx)
		return;
	thread_bits = cpuid(TOPOLOGY_LEAF, 0).eax & 31;
	core_bits = cpuid(TOPOLOGY_LEAF, 1).eax & 31;
	d->thread = apic_id & low_mask(thread_bits);
	d->core = (apic_id & low_mask(core_bits)) >> thread_bits;
	d->package = apic_id >> core_bits;
}

void hip_add_cpu(unsigned id)
{
	struct hip_cpu *d = &hip_whole.hip.cpu[id];

	d->acpi_id = acpi.cpus[id].acpi_id;
	describe_topology(d, cpus[id].apic_id);
	lapic_describe(d);
}

static void describe_ioapics(struct hip *hip)
{
	for (unsigned i = 0; i < ioapic_count; i++)
		hip->ioapic[i] = (struct hip_ioapic){
			ioapics[i].id, ioapics[i].version, ioapics[i].gsi_base, ioapics[i].phys,
		};
}

static void add_mem(struct hip *hip, unsigned *n, struct hip_mem m)
{
	if (*n < ARRAY_SIZE(hip->mem))
		hip->mem[(*n)++] = m;
}

/* The loader's map, the modules, the kernel. The map gives way if there is no room. */
static unsigned describe_memory(struct hip *hip, paddr heap, uint64_t heap_len)
{
	unsigned n = 0, room = ARRAY_SIZE(hip->mem) - 2 - boot.module_count;

	for (unsigned i = 0; i < boot.range_count && n < room; i++)
		add_mem(hip, &n, (struct hip_mem){
			boot.ranges[i].start, boot.ranges[i].len, boot.ranges[i].type, 0,
		});
	for (unsigned i = 0; i < boot.module_count; i++) {
		const struct boot_module *m = &boot.modules[i];

		add_mem(hip, &n, (struct hip_mem){
			m->start, m->end - m->start, HIP_MEM_MODULE, m->string,
		});
	}
	add_mem(hip, &n, (struct hip_mem){
		KERNEL_PHYS, image_to_phys(image_end) - KERNEL_PHYS, HIP_MEM_KERNEL, 0,
	});
	add_mem(hip, &n, (struct hip_mem){ heap, heap_len, HIP_MEM_KERNEL, 0 });
	return n;
}
_Static_assert(BOOT_MAX_MODULES + 2 < 30, "struct hip has room for all modules");

static uint16_t checksum(const struct hip *hip)
{
	const uint16_t *w = (const uint16_t *)hip;
	uint16_t sum = 0;

	for (unsigned i = 0; i < hip->length / 2u; i++)
		sum += w[i];
	return -sum;
}

void hip_init(paddr heap, uint64_t heap_len)
{
	struct hip *hip = &hip_whole.hip;

	*hip = (struct hip){
		.signature = HIP_SIGNATURE,
		.cpu_offset = offsetof(struct hip, cpu),
		.cpu_size = sizeof(struct hip_cpu),
		.ioapic_offset = offsetof(struct hip, ioapic),
		.ioapic_size = sizeof(struct hip_ioapic),
		.mem_offset = offsetof(struct hip, mem),
		.mem_size = sizeof(struct hip_mem),
		.features = HIP_FEAT_DEATH | HIP_FEAT_BADGE | HIP_FEAT_FOREIGN_STATE | HIP_FEAT_MEDIATOR |
			    HIP_FEAT_KMEM | (boot.uefi ? HIP_FEAT_UEFI : 0),
		.api_version = HEDRON_API_VERSION,
		.num_sel = HEDRON_NUM_SEL,
		.num_events = EVENT_COUNT,
		.num_vcpu_events = 256,
		.num_gsi = HEDRON_NUM_GSI,
		.page_size = HEDRON_PAGE_SIZE,
		.utcb_size = HEDRON_PAGE_SIZE,
		.tsc_khz = timer_tsc_khz,
		.lapic_khz = timer_lapic_khz,
		.pci_bus_start = acpi.pci_bus_start,
		.pci_cfg = acpi.pci_cfg,
		.pci_cfg_size = acpi.pci_cfg_size,
		.dmar = acpi.dmar,
		.hpet = acpi.hpet,
		.xsdt = acpi.xsdt,
		.pm1a_cnt = acpi.pm1a_cnt,
		.pm1b_cnt = acpi.pm1b_cnt,
		.uart_port = log_uart_port(),
	};
	describe_ioapics(hip);
	hip->length = offsetof(struct hip, mem) +
		      describe_memory(hip, heap, heap_len) * sizeof(struct hip_mem);
}

/* A CPU that did not come up in time is as if it were not there. */
void hip_seal(void)
{
	struct hip *hip = &hip_whole.hip;

	for (unsigned i = 0; i < HEDRON_NUM_CPU; i++) {
		if (cpu_is_online(i))
			hip->cpu[i].flags = HIP_CPU_ONLINE;
		else
			hip->cpu[i] = (struct hip_cpu){ 0 };
	}
	hip->checksum = checksum(hip);
}
