/* SPDX-License-Identifier: MIT */
/*
 * hvspace.c - the spaces of the hypervisor: all ports; idle SCs and interrupt semaphores; all of
 * physical memory at its own address, but for what is reserved: the kernel and its devices.
 */
#include "hvspace.h"
#include "cpu.h"
#include "panic.h"
#include "space_obj.h"
#include "space_pio.h"

#define PORT_RIGHTS	7		/* only PIO_ACCESS means something; a lookup shows all (ABI 3.10) */

struct pd hv_pd;

static struct range {
	paddr start, end;
	unsigned rights;
} reserved[24];				/* I after boot; disjoint, ascending */
static unsigned reserved_count;

void hv_init(void)
{
	struct obj_room room = { 0 };

	kobj_init(&hv_pd.obj, KOBJ_PD, this_cpu()->id);
	spin_lock(&mdb_lock);
	if (!obj_room_add_cap(&room) || !pio_insert_room(&room, &hv_pd, 0, 16, NULL, PORT_RIGHTS))
		panic("no memory for the first capability");
	spin_unlock(&mdb_lock);
}

void hv_add(cap_sel sel, struct kobj *obj, unsigned rights)
{
	if (obj_insert(&hv_pd, sel, obj, rights) != HEDRON_SUCCESS)
		panic("no memory for the hypervisor's objects");
}

void hv_reserve(paddr start, paddr end, unsigned rights)
{
	unsigned i = reserved_count++;

	if (i == ARRAY_SIZE(reserved))
		panic("too many reserved ranges");
	for (; i && reserved[i - 1].start > start; i--)
		reserved[i] = reserved[i - 1];
	reserved[i] = (struct range){ start, end, rights };
}

struct extent hv_extent(paddr p)
{
	paddr end = 1ull << cpu_has.phys_bits;

	if (p >= end)
		return (struct extent){ .len = UINT64_MAX - p };
	for (unsigned i = 0; i < reserved_count; i++) {
		const struct range *r = &reserved[i];

		if (p >= r->end)
			continue;
		if (p >= r->start)
			return (struct extent){ p, r->end - p, r->rights, 0 };
		end = r->start;
		break;
	}
	return (struct extent){ p, end - p, MEM_R | MEM_W | MEM_X, 0 };
}
