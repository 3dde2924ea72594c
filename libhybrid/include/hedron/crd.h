/* SPDX-License-Identifier: MIT */
/*
 * hedron/crd.h - capability range descriptors, rights, typed items.
 * Source: ABI reference 4.1 to 4.3.
 */
#pragma once
#include <hedron/abi.h>

/* CRD: base[63:12] order[11:7] rights[6:2] type[1:0]. */
#define CRD_NULL	0
#define CRD_MEM		1	/* base: page number */
#define CRD_PIO		2	/* base: port number */
#define CRD_OBJ		3	/* base: selector */

#define CRD_ORDER_MAX	31

/* Rights (ABI reference 4.2). */
#define MEM_R		1
#define MEM_W		2
#define MEM_X		4
#define PIO_ACCESS	1
#define PD_CREATE	0x01
#define EC_CTRL		0x01
#define EC_BIND_SC	0x04
#define EC_BIND_PT	0x08
#define SC_CTRL		0x01
#define PT_CTRL		0x01
#define PT_CALL		0x02	/* not enforced by the published kernel */
#define SM_UP		0x01
#define SM_DOWN		0x02
#define RIGHTS_ALL	0x1f

/* Transfer word: kind[1:0] flags[11:8] hotspot[63:12] (ABI reference 4.3). */
#define XFER_TRANSLATE		0
#define XFER_DELEGATE		1
#define XFER_EITHER		2	/* translate; if that fails, delegate */
#define XFER_KIND_MASK		3
#define XFER_NOT_HOST		(1ull << 8)
#define XFER_DEVICE		(1ull << 9)
#define XFER_GUEST		(1ull << 10)
#define XFER_HYPERVISOR		(1ull << 11)	/* source: the hypervisor's space; roottask only */
#define XFER_HOTSPOT_SHIFT	12

#ifndef __ASSEMBLER__
#include <stdint.h>

typedef uint64_t hedron_crd;

static inline hedron_crd crd_make(unsigned type, uint64_t base, unsigned order, unsigned rights)
{
	return base << 12 | (uint64_t)(order & 31) << 7 | (uint64_t)(rights & 31) << 2 | (type & 3);
}

static inline hedron_crd crd_mem(uint64_t page, unsigned order, unsigned rights)
{
	return crd_make(CRD_MEM, page, order, rights);
}

static inline hedron_crd crd_pio(uint64_t port, unsigned order)
{
	return crd_make(CRD_PIO, port, order, PIO_ACCESS);
}

static inline hedron_crd crd_obj(cap_sel sel, unsigned order, unsigned rights)
{
	return crd_make(CRD_OBJ, sel, order, rights);
}

static inline unsigned crd_type(hedron_crd crd)		{ return crd & 3; }
static inline unsigned crd_rights(hedron_crd crd)	{ return crd >> 2 & 31; }
static inline unsigned crd_order(hedron_crd crd)	{ return crd >> 7 & 31; }
static inline uint64_t crd_base(hedron_crd crd)		{ return crd >> 12; }

static inline uint64_t xfer_make(unsigned kind_flags, uint64_t hotspot)
{
	return hotspot << XFER_HOTSPOT_SHIFT | kind_flags;
}

static inline uint64_t xfer_hotspot(uint64_t xfer)	{ return xfer >> XFER_HOTSPOT_SHIFT; }

/* Typed item of a message (ABI reference 4.3, 5.1). */
struct hedron_typed {
	uint64_t crd;		/* 0x00  what is sent; in the receiver: what arrived, 0 if nothing */
	uint64_t xfer;		/* 0x08  transfer word */
};
_Static_assert(sizeof(struct hedron_typed) == 16, "ABI reference 4.3");
#endif
