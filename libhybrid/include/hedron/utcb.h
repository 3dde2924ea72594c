/* SPDX-License-Identifier: MIT */
/*
 * hedron/utcb.h - the user thread control block: one page an EC, through which messages travel.
 *
 * Source: ABI reference 5.1 (header and data), 5.2 (state of an event). The fields that are used
 * for virtual CPUs only are padding here.
 */
#pragma once
#include <hedron/crd.h>

#define UTCB_SIZE		0x1000
#define UTCB_WORDS_MAX		508	/* untyped words */
#define UTCB_TYPED_MAX		254	/* typed items */
#define UTCB_EVENT_WORDS	79	/* what `items` says in an event message */

/* Flags word. */
#define UTCB_NSCT		1	/* native system call toggle (ABI reference 8.6) */

/* For assembly and for GS-relative access. */
#define UTCB_OFS_FLAGS		0x000
#define UTCB_OFS_TLS		0x018
#define UTCB_OFS_DATA		0x020

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* State of a host EC in an event message and its reply; which fields count is said by `mtd`. */
struct hedron_state {
	uint64_t mtd;			/* 0x020 */
	uint64_t inst_len;		/* 0x028  unused */
	uint64_t rip;			/* 0x030 */
	uint64_t rflags;		/* 0x038 */
	uint64_t pad0[3];		/* 0x040 */
	uint64_t rax, rcx, rdx, rbx;	/* 0x058 */
	uint64_t rsp, rbp, rsi, rdi;	/* 0x078 */
	uint64_t r8, r9, r10, r11;	/* 0x098 */
	uint64_t r12, r13, r14, r15;	/* 0x0b8 */
	uint64_t qual[2];		/* 0x0d8  error code, CR2 */
	uint64_t pad1[30];		/* 0x0e8 */
	uint64_t fs_base;		/* 0x1d8 */
	uint64_t pad2;			/* 0x1e0 */
	uint64_t gs_base;		/* 0x1e8 */
};

/* A message is words to one and a struct to the other: both may be used in one function. */
typedef uint64_t __attribute__((may_alias)) utcb_word;

struct hedron_utcb {
	uint32_t flags;			/* 0x000  UTCB_NSCT */
	uint32_t items;			/* 0x004  untyped words [15:0], typed items [31:16] */
	uint64_t xlate_window;		/* 0x008  CRD for translated items */
	uint64_t del_window;		/* 0x010  CRD for delegated items */
	uint64_t tls;			/* 0x018  free for the user */
	union {				/* 0x020 */
		utcb_word word[UTCB_WORDS_MAX];
		struct hedron_state state;
	};
};
_Static_assert(sizeof(struct hedron_utcb) == UTCB_SIZE, "ABI reference 5.1");
_Static_assert(offsetof(struct hedron_utcb, tls) == UTCB_OFS_TLS, "ABI reference 5.1");
_Static_assert(offsetof(struct hedron_utcb, word) == UTCB_OFS_DATA, "ABI reference 5.1");
_Static_assert(offsetof(struct hedron_utcb, state.rip) == 0x030, "ABI reference 5.2");
_Static_assert(offsetof(struct hedron_utcb, state.rax) == 0x058, "ABI reference 5.2");
_Static_assert(offsetof(struct hedron_utcb, state.rsp) == 0x078, "ABI reference 5.2");
_Static_assert(offsetof(struct hedron_utcb, state.r8) == 0x098, "ABI reference 5.2");
_Static_assert(offsetof(struct hedron_utcb, state.qual) == 0x0d8, "ABI reference 5.2");
_Static_assert(offsetof(struct hedron_utcb, state.fs_base) == 0x1d8, "ABI reference 5.2");
_Static_assert(offsetof(struct hedron_utcb, state.gs_base) == 0x1e8, "ABI reference 5.2");

static inline uint32_t utcb_items(unsigned words, unsigned typed)
{
	return words | typed << 16;
}

static inline unsigned utcb_words(const struct hedron_utcb *u)	{ return u->items & 0xffff; }
static inline unsigned utcb_typed(const struct hedron_utcb *u)	{ return u->items >> 16; }

/* Typed item i; i below UTCB_TYPED_MAX. */
static inline struct hedron_typed *utcb_item(struct hedron_utcb *u, unsigned i)
{
	return (struct hedron_typed *)((char *)u + UTCB_SIZE) - (i + 1);
}
#endif
