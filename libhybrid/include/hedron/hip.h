/* SPDX-License-Identifier: MIT */
/*
 * hedron/hip.h - the hypervisor information page. Read-only, never changes after the roottask
 * started.  Source: ABI reference 2.
 */
#pragma once
#include <hedron/abi.h>
#include <stddef.h>

#define HIP_SIGNATURE		0x41564f4eu	/* "NOVA" in memory */

/* Feature flags (`features`). */
#define HIP_FEAT_IOMMU		(1u << 0)
#define HIP_FEAT_VMX		(1u << 1)
#define HIP_FEAT_SVM		(1u << 2)
#define HIP_FEAT_UEFI		(1u << 3)
/* Beyond the reference: a kernel that does not set the bit does not have it. docs/abi.md, 13. */
#define HIP_FEAT_DEATH		(1u << 16)	/* PDs and ECs can be destroyed in any state; all memory
						 * comes back; exhaustion answers HEDRON_OOM */
#define HIP_FEAT_BADGE		(1u << 17)	/* ec_ctrl: EC_CTRL_BADGE; RSI of event messages */
#define HIP_FEAT_FOREIGN_STATE	(1u << 18)	/* foreign messages: true RIP, RSP, RFLAGS; no early
						 * store (no dummy portal needed); FPU state kept */
#define HIP_FEAT_MEDIATOR	(1u << 19)	/* pd_ctrl: PD_CTRL_MEDIATOR */
#define HIP_FEAT_KMEM		(1u << 20)	/* machine_ctrl: MACHINE_KMEM */

#define HIP_CPU_ONLINE		1		/* hip_cpu.flags */

/* Memory descriptor types; other values are those of the loader's memory map. */
#define HIP_MEM_RAM		1u
#define HIP_MEM_MODULE		0xfffffffeu	/* aux: physical address of the string, or 0 */
#define HIP_MEM_KERNEL		0xffffffffu

struct hip_cpu {
	uint8_t flags;		/* 0x00  HIP_CPU_ONLINE */
	uint8_t thread;		/* 0x01 */
	uint8_t core;		/* 0x02 */
	uint8_t package;	/* 0x03 */
	uint8_t acpi_id;	/* 0x04 */
	uint8_t pad[3];		/* 0x05 */
	uint32_t lapic[10];	/* 0x08  id, version, spurious, 0, timer, lint0, lint1, error,
				 *       performance, thermal */
};

struct hip_ioapic {
	uint32_t id;		/* 0x00  register copy */
	uint32_t version;	/* 0x04  register copy */
	uint32_t gsi_base;	/* 0x08 */
	uint32_t phys;		/* 0x0c  physical base address */
};

struct hip_mem {
	uint64_t addr;		/* 0x00  bytes */
	uint64_t size;		/* 0x08  bytes */
	uint32_t type;		/* 0x10 */
	uint32_t aux;		/* 0x14 */
};

/* ACPI generic address structure (ACPI 6.4, 5.2.3.2). */
struct hip_gas {
	uint8_t space, width, offset, access;
	uint32_t addr_lo, addr_hi;
};

struct hip {
	uint32_t signature;		/* 0x000 */
	uint16_t checksum;		/* 0x004  16-bit words of 0..length sum to 0 */
	uint16_t length;		/* 0x006  up to the end of the last memory descriptor */
	uint16_t cpu_offset;		/* 0x008 */
	uint16_t cpu_size;		/* 0x00a */
	uint16_t ioapic_offset;		/* 0x00c */
	uint16_t ioapic_size;		/* 0x00e */
	uint16_t mem_offset;		/* 0x010 */
	uint16_t mem_size;		/* 0x012 */
	uint32_t features;		/* 0x014  HIP_FEAT_* */
	uint32_t api_version;		/* 0x018 */
	uint32_t num_sel;		/* 0x01c */
	uint32_t num_events;		/* 0x020  per host EC */
	uint32_t num_vcpu_events;	/* 0x024 */
	uint32_t num_gsi;		/* 0x028 */
	uint32_t page_size;		/* 0x02c */
	uint32_t utcb_size;		/* 0x030 */
	uint32_t tsc_khz;		/* 0x034 */
	uint32_t lapic_khz;		/* 0x038 */
	uint32_t pci_bus_start;		/* 0x03c */
	uint64_t pci_cfg;		/* 0x040  physical, MCFG */
	uint64_t pci_cfg_size;		/* 0x048  bytes */
	uint64_t dmar;			/* 0x050  physical or 0 */
	uint64_t hpet;			/* 0x058  physical or 0 */
	uint64_t vmx_ctrl2;		/* 0x060 */
	uint64_t xsdt;			/* 0x068  physical; RSDT if there is no XSDT */
	struct hip_gas pm1a_cnt;	/* 0x070 */
	struct hip_gas pm1b_cnt;	/* 0x07c */
	uint64_t uart_port;		/* 0x088 */
	struct hip_cpu cpu[HEDRON_NUM_CPU];	/* 0x090 */
	struct hip_ioapic ioapic[9];	/* 0xc90 */
	struct hip_mem mem[30];		/* 0xd20  (length - 0xd20) / 24 are valid */
};
_Static_assert(sizeof(struct hip_cpu) == 0x30, "ABI reference 2");
_Static_assert(sizeof(struct hip_ioapic) == 0x10, "ABI reference 2");
_Static_assert(sizeof(struct hip_mem) == 0x18, "ABI reference 2");
_Static_assert(offsetof(struct hip, features) == 0x014, "ABI reference 2");
_Static_assert(offsetof(struct hip, tsc_khz) == 0x034, "ABI reference 2");
_Static_assert(offsetof(struct hip, pci_cfg) == 0x040, "ABI reference 2");
_Static_assert(offsetof(struct hip, pm1a_cnt) == 0x070, "ABI reference 2");
_Static_assert(offsetof(struct hip, uart_port) == 0x088, "ABI reference 2");
_Static_assert(offsetof(struct hip, cpu) == 0x090, "ABI reference 2");
_Static_assert(offsetof(struct hip, ioapic) == 0xc90, "ABI reference 2");
_Static_assert(offsetof(struct hip, mem) == 0xd20, "ABI reference 2");
_Static_assert(sizeof(struct hip) <= HEDRON_PAGE_SIZE, "ABI reference 2");

static inline unsigned hip_mem_count(const struct hip *hip)
{
	return (hip->length - hip->mem_offset) / hip->mem_size;
}
