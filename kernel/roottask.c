/* SPDX-License-Identifier: MIT */
/*
 * roottask.c - the first program: boot module 0, an ELF mapped in place (ABI reference 1.2, 1.3). It
 * gets its segments, a UTCB, the HIP, and capabilities for its PD, EC and SC; nothing else.
 */
#include "roottask.h"
#include <elf.h>
#include "bootinfo.h"
#include "cpu.h"
#include "ec.h"
#include "frame.h"
#include "hip.h"
#include "layout.h"
#include "pages.h"
#include "panic.h"
#include "pd.h"
#include "sc.h"
#include "sched.h"
#include "space_mem.h"
#include "space_obj.h"
#include "string.h"
#include "timer.h"
#include "x86.h"

#define ROOT_PRIO	1
#define ROOT_QUANTUM_US	10000

static void must(enum hedron_status status)
{
	if (status != HEDRON_SUCCESS)
		panic("no memory for the roottask");
}

static void map(struct pd *pd, uaddr va, paddr phys, uint64_t len, unsigned rights)
{
	struct span s = { va, phys, len };
	struct tlb_gone gone;

	tlb_gone_init(&gone);
	while (s.len) {
		struct work w = WORK_INIT;

		spin_lock(&pd->mem_lock);
		must(mem_map_locked(pd, &s, rights, &w, &gone));
		spin_unlock(&pd->mem_lock);
	}
	tlb_flush(pd, &gone);
}

static unsigned rights_of(uint32_t flags)
{
	return (flags & PF_R ? MEM_R : 0) | (flags & PF_W ? MEM_W : 0) | (flags & PF_X ? MEM_X : 0);
}

/* What is wrong with a segment that cannot be mapped in place; NULL: nothing. */
static const char *segment_fault(const Elf64_Phdr *ph, uint64_t module_len)
{
	if (ph->p_filesz != ph->p_memsz)
		return "p_filesz is not p_memsz (.bss must be stored)";
	if ((ph->p_vaddr ^ ph->p_offset) & (PAGE_SIZE - 1))
		return "p_vaddr and p_offset differ in the page offset";
	if (ph->p_offset > module_len || ph->p_filesz > module_len - ph->p_offset)
		return "a segment is not in the file";
	if (ph->p_vaddr >= HEDRON_USER_END || ph->p_filesz > HEDRON_USER_END - ph->p_vaddr)
		return "a segment is not in user space";
	return NULL;
}

static void map_segments(struct pd *pd, const Elf64_Ehdr *eh, const struct boot_module *m)
{
	const Elf64_Phdr *ph = (const void *)((const char *)eh + eh->e_phoff);

	for (unsigned i = 0; i < eh->e_phnum; i++, ph++) {
		const char *fault;

		if (ph->p_type != PT_LOAD || !ph->p_filesz)
			continue;
		fault = segment_fault(ph, m->end - m->start);
		if (fault)
			refuse("Bad ELF: %s", fault);
		if (rights_of(ph->p_flags))
			map(pd, ALIGN_DOWN(ph->p_vaddr, PAGE_SIZE),
			    ALIGN_DOWN(m->start + ph->p_offset, PAGE_SIZE),
			    ALIGN_UP(ph->p_filesz, PAGE_SIZE), rights_of(ph->p_flags));
	}
}

static const Elf64_Ehdr *elf_header(const struct boot_module *m)
{
	const Elf64_Ehdr *eh = phys_to_virt(m->start);
	uint64_t len = m->end - m->start;

	if (len < sizeof(*eh) || memcmp(eh->e_ident, ELFMAG, SELFMAG))
		refuse("No ELF: the first boot module is not an ELF file");
	if (eh->e_ident[EI_CLASS] != ELFCLASS64 || eh->e_ident[EI_DATA] != ELFDATA2LSB ||
	    eh->e_type != ET_EXEC || eh->e_machine != EM_X86_64)
		refuse("Bad ELF: not a static x86-64 executable");
	if (eh->e_phentsize != sizeof(Elf64_Phdr) || eh->e_phoff > len ||
	    eh->e_phnum > (len - eh->e_phoff) / sizeof(Elf64_Phdr) || !is_canonical(eh->e_entry))
		refuse("Bad ELF: program headers");
	return eh;
}

static struct ec *first_ec(struct pd *pd, uint64_t entry)
{
	struct cpu *cpu = this_cpu();
	struct ec *ec = ec_create(pd, cpu->id, true, 0, ROOT_HIP_ADDR);

	if (!ec || !ec_map_utcb(ec, pd, ROOT_UTCB_ADDR))
		must(HEDRON_OOM);
	ec->state = EC_READY;
	ec->frame.rip = entry;
	ec->frame.rdi = cpu->id;
	ec->frame.vector = VEC_SYSCALL;
	return ec;
}

void roottask_start(void)
{
	const Elf64_Ehdr *eh;
	struct ec *ec;
	struct sc *sc;

	if (!boot.module_count)
		refuse("No ELF: there is no boot module");
	eh = elf_header(&boot.modules[0]);
	root_pd = pd_create();
	if (!root_pd)
		must(HEDRON_OOM);
	root_pd->passthrough = true;
	map_segments(root_pd, eh, &boot.modules[0]);
	map(root_pd, ROOT_HIP_ADDR, image_to_phys(&hip_page), PAGE_SIZE, MEM_R);

	ec = first_ec(root_pd, eh->e_entry);
	sc = sc_create(ec, ROOT_PRIO, timer_us_to_ticks(ROOT_QUANTUM_US));
	if (!sc)
		must(HEDRON_OOM);
	must(obj_insert(root_pd, ROOT_SEL_PD, &root_pd->obj, PD_CREATE));
	must(obj_insert(root_pd, ROOT_SEL_EC, &ec->obj, EC_CTRL | EC_BIND_SC | EC_BIND_PT));
	must(obj_insert(root_pd, ROOT_SEL_SC, &sc->obj, SC_CTRL));
	sc_bind(sc, ec);
}
