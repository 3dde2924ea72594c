/* SPDX-License-Identifier: MIT */
/*
 * acpi.c - RSDP, XSDT or RSDT, MADT, FADT, MCFG, HPET, DMAR (ACPI 6.4, 5.2). The tables are the
 * firmware's, so lengths are checked before anything is believed; a broken table counts as absent.
 */
#include "acpi.h"
#include "layout.h"
#include "string.h"

#define BDA_EBDA_SEGMENT	0x40e
#define BIOS_START		0xe0000
#define BIOS_END		0x100000
#define TABLE_MAX		0x100000	/* longer ones are broken */

struct rsdp {
	char sig[8];
	uint8_t sum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt;
	uint32_t len;			/* from revision 2 on */
	uint64_t xsdt;
} __attribute__((packed));

struct table {
	char sig[4];
	uint32_t len;
	uint8_t revision, sum;
	char oem[26];
} __attribute__((packed));
_Static_assert(sizeof(struct table) == 36, "ACPI 6.4, 5.2.6");

struct madt {
	struct table head;
	uint32_t lapic, flags;
	uint8_t entry[];
} __attribute__((packed));

struct madt_lapic {
	uint8_t type, len, acpi_id, apic_id;
	uint32_t flags;
} __attribute__((packed));

struct madt_ioapic {
	uint8_t type, len, id, reserved;
	uint32_t phys, gsi_base;
} __attribute__((packed));

struct madt_override {
	uint8_t type, len, bus, irq;
	uint32_t gsi;
	uint16_t flags;
} __attribute__((packed));

struct fadt {
	struct table head;
	uint8_t pad0[28];
	uint32_t pm1a_cnt, pm1b_cnt;	/* 64 */
	uint8_t pad1[4];
	uint32_t pm_timer;		/* 76 */
	uint8_t pad2[9];
	uint8_t pm1_cnt_len;		/* 89 */
	uint8_t pad3[82];
	struct hip_gas x_pm1a_cnt, x_pm1b_cnt;	/* 172 */
} __attribute__((packed));
_Static_assert(offsetof(struct fadt, pm_timer) == 76, "ACPI 6.4, 5.2.9");
_Static_assert(offsetof(struct fadt, x_pm1a_cnt) == 172, "ACPI 6.4, 5.2.9");

struct mcfg {
	struct table head;
	uint64_t reserved;
	struct {
		uint64_t base;
		uint16_t segment;
		uint8_t bus_start, bus_end;
		uint32_t reserved;
	} __attribute__((packed)) entry[];
} __attribute__((packed));

struct hpet {
	struct table head;
	uint32_t id;
	struct hip_gas base;
} __attribute__((packed));

struct acpi acpi;

static bool sums_to_zero(const void *p, size_t len)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (len--)
		sum += *b++;
	return !sum;
}

static const struct rsdp *search(paddr from, paddr to)
{
	for (paddr p = from; p < to; p += 16) {
		const struct rsdp *r = phys_to_virt(p);

		if (!memcmp(r->sig, "RSD PTR ", 8) && sums_to_zero(r, 20))
			return r;
	}
	return NULL;
}

/* Where a BIOS leaves it; UEFI tells the loader instead, and the loader us. */
static const struct rsdp *find_rsdp(void)
{
	paddr ebda = (paddr)*(const uint16_t *)phys_to_virt(BDA_EBDA_SEGMENT) << 4;
	const struct rsdp *r = ebda >= 0x400 ? search(ebda, ebda + 0x400) : NULL;

	return r ? r : search(BIOS_START, BIOS_END);
}

/* A table, if it lies where the kernel can see it and is whole. */
static const struct table *table_at(paddr p)
{
	const struct table *t = phys_to_virt(p);

	if (!p || p >= BOOT_MAPPED - TABLE_MAX)
		return NULL;
	if (t->len < sizeof(*t) || t->len > TABLE_MAX || !sums_to_zero(t, t->len))
		return NULL;
	return t;
}

static void madt_entry(const uint8_t *e, unsigned len)
{
	const struct madt_lapic *cpu = (const void *)e;
	const struct madt_ioapic *io = (const void *)e;
	const struct madt_override *o = (const void *)e;

	if (e[0] == 0 && len >= sizeof(*cpu) && cpu->flags & 1 &&
	    acpi.cpu_count < ARRAY_SIZE(acpi.cpus))
		acpi.cpus[acpi.cpu_count++] = (struct acpi_cpu){ cpu->acpi_id, cpu->apic_id };
	if (e[0] == 1 && len >= sizeof(*io) && acpi.ioapic_count < ARRAY_SIZE(acpi.ioapics))
		acpi.ioapics[acpi.ioapic_count++] = (struct acpi_ioapic){ io->phys, io->gsi_base };
	if (e[0] == 2 && len >= sizeof(*o) && o->gsi < HEDRON_NUM_GSI &&
	    acpi.override_count < ACPI_MAX_OVERRIDES)
		acpi.overrides[acpi.override_count++] = (struct acpi_override){
			.gsi = o->gsi,
			.low = (o->flags & 3) == 3,
			.level = (o->flags >> 2 & 3) == 3,
		};
}

static void parse_madt(const struct madt *m)
{
	uint32_t ofs = sizeof(*m);

	acpi.lapic = m->lapic;
	while (ofs + 2 <= m->head.len) {
		const uint8_t *e = (const uint8_t *)m + ofs;

		if (e[1] < 2 || ofs + e[1] > m->head.len)
			return;
		madt_entry(e, e[1]);
		ofs += e[1];
	}
}

static struct hip_gas gas_of_port(uint32_t port, uint8_t len)
{
	struct hip_gas g = { .space = 1, .width = len * 8, .addr_lo = port };

	return port ? g : (struct hip_gas){ 0 };
}

static void parse_fadt(const struct fadt *f)
{
	bool extended = f->head.len >= sizeof(*f);

	if (f->head.len < offsetof(struct fadt, pad3))
		return;
	acpi.pm_timer = f->pm_timer;
	acpi.pm1a_cnt = gas_of_port(f->pm1a_cnt, f->pm1_cnt_len);
	acpi.pm1b_cnt = gas_of_port(f->pm1b_cnt, f->pm1_cnt_len);
	if (extended && f->x_pm1a_cnt.addr_lo)
		acpi.pm1a_cnt = f->x_pm1a_cnt;
	if (extended && f->x_pm1b_cnt.addr_lo)
		acpi.pm1b_cnt = f->x_pm1b_cnt;
}

static void parse_mcfg(const struct mcfg *m)
{
	unsigned n = (m->head.len - min_u64(m->head.len, sizeof(*m))) / sizeof(m->entry[0]);

	for (unsigned i = 0; i < n; i++) {
		if (m->entry[i].segment)
			continue;
		acpi.pci_cfg = m->entry[i].base;
		acpi.pci_bus_start = m->entry[i].bus_start;
		acpi.pci_cfg_size = (m->entry[i].bus_end - m->entry[i].bus_start + 1ull) << 20;
		return;
	}
}

static void parse_table(const struct table *t)
{
	if (!memcmp(t->sig, "APIC", 4) && t->len >= sizeof(struct madt))
		parse_madt((const void *)t);
	else if (!memcmp(t->sig, "FACP", 4))
		parse_fadt((const void *)t);
	else if (!memcmp(t->sig, "MCFG", 4))
		parse_mcfg((const void *)t);
	else if (!memcmp(t->sig, "HPET", 4) && t->len >= sizeof(struct hpet))
		acpi.hpet = ((const struct hpet *)t)->base.addr_lo;
	else if (!memcmp(t->sig, "DMAR", 4))
		acpi.dmar = virt_to_phys(t);
}

void acpi_init(const void *rsdp)
{
	const struct rsdp *r = rsdp ? rsdp : find_rsdp();
	const struct table *root;
	unsigned width = 4;

	if (!r)
		return;
	acpi.xsdt = r->rsdt;
	if (r->revision >= 2 && r->xsdt) {
		acpi.xsdt = r->xsdt;
		width = 8;
	}
	root = table_at(acpi.xsdt);
	for (uint32_t ofs = sizeof(*root); root && ofs + width <= root->len; ofs += width) {
		uint64_t p = 0;
		const struct table *t;

		memcpy(&p, (const char *)root + ofs, width);
		t = table_at(p);
		if (t)
			parse_table(t);
	}
}
