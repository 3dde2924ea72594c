/* SPDX-License-Identifier: MIT */
/*
 * main.c - boot, in order: what the loader said, what the CPU can do, memory, the kernel's address
 * space, this CPU, the machine's tables and controllers, time, the HIP, the other CPUs, the
 * hypervisor's spaces, the roottask. Then the kernel is left for the first time.
 */
#include "acpi.h"
#include "bootinfo.h"
#include "bootmem.h"
#include "cpu.h"
#include "debug.h"
#include "gsi.h"
#include "hip.h"
#include "hvspace.h"
#include "ioapic.h"
#include "kmap.h"
#include "lapic.h"
#include "layout.h"
#include "log.h"
#include "pages.h"
#include "panic.h"
#include "roottask.h"
#include "sc.h"
#include "smp.h"
#include "timer.h"
#include "x86.h"

NORETURN void kernel_main(uint32_t magic, paddr info);
NORETURN void entry_leave(void);	/* entry.S */

static struct boot_heap heap_init(void)
{
	uint64_t wanted = 0;
	struct boot_heap heap;

	boot_value("heap", &wanted);
	heap = bootmem_choose(wanted);
	if (!heap.len)
		refuse("no RAM for the kernel");
	pages_init(phys_to_virt(heap.start), heap.len);
	return heap;
}

/* This CPU's number is its place in the MADT; without one it is the only CPU. */
static unsigned own_number(void)
{
	for (unsigned i = 0; i < acpi.cpu_count; i++)
		if (acpi.cpus[i].apic_id == lapic_id())
			return i;
	acpi.cpus[0].apic_id = lapic_id();
	return 0;
}

static void reserve_kernel(struct boot_heap heap)
{
	paddr hip = image_to_phys(&hip_page);

	hv_reserve(KERNEL_PHYS, hip, 0);
	hv_reserve(hip, hip + PAGE_SIZE, MEM_R);
	hv_reserve(hip + PAGE_SIZE, image_to_phys(image_end), 0);
	hv_reserve(heap.start, heap.start + heap.len, 0);
	hv_reserve(acpi.lapic, acpi.lapic + PAGE_SIZE, 0);
	for (unsigned i = 0; i < ioapic_count; i++)
		hv_reserve(ALIGN_DOWN(ioapics[i].phys, PAGE_SIZE),
			   ALIGN_DOWN(ioapics[i].phys, PAGE_SIZE) + PAGE_SIZE, 0);
}

static void idle_init(struct cpu *cpu)
{
	cpu->idle_sc = sc_create_idle(cpu->id);
	if (!cpu->idle_sc)
		panic("no memory for an idle SC");
	hv_add(HV_SEL_IDLE_SC + cpu->id, &cpu->idle_sc->obj, SC_CTRL);
}

void kernel_main(uint32_t magic, paddr info)
{
	ticks start = rdtsc();
	struct boot_heap heap;
	struct cpu *cpu;
	unsigned cpu_count = 0;

	canary_init();
	if (!boot_parse(magic, info))
		refuse("not started by a Multiboot loader");
	log_init();
	cpu_detect();
	heap = heap_init();
	kmap_init(bootmem_ram_end());
	acpi_init(boot.rsdp);
	if (!acpi.lapic)
		refuse("no ACPI MADT");
	lapic_map(acpi.lapic);

	cpu = &cpus[own_number()];
	if (!cpu_prepare(cpu, lapic_id()))
		refuse("no memory for the kernel's stacks");
	cpu_init(cpu);
	pic_disable();
	lapic_init();
	smp_reset();
	for (unsigned i = 0; i < acpi.ioapic_count; i++)
		ioapic_add(acpi.ioapics[i].phys, acpi.ioapics[i].gsi_base);
	timer_init();
	timer_cpu_init();
	hip_init(heap.start, heap.len);
	hip_add_cpu(cpu->id);
	smp_start();
	hip_seal();

	hv_init();
	gsi_init();
	for (unsigned i = 0; i < HEDRON_NUM_CPU; i++) {
		if (!cpu_is_online(i))
			continue;
		idle_init(&cpus[i]);
		cpu_count++;
	}
	reserve_kernel(heap);
	roottask_start();
	log_print("Hedron Hybrid kernel: API %u, %u CPUs, TSC %u kHz, LAPIC timer %u kHz, "
		  "memory %lu MiB, %s, boot %lu us\n", HEDRON_API_VERSION,
		  cpu_count, timer_tsc_khz, timer_lapic_khz,
		  heap.len >> 20, boot.uefi ? "UEFI" : "BIOS", timer_ticks_to_us(rdtsc() - start));
	protection_check_tables();
	protection_check_cpu();
	selftest();
	entry_leave();
}
