/* SPDX-License-Identifier: MIT */
/*
 * layout.h - structs that C and assembly, or we and musl's compiled members, both know.
 *
 * musl's pure functions reach the thread through %fs:0 and, inlined in them, know where errno, the
 * locale and the stack protector's canary lie. Those offsets belong to musl 1.2 on x86-64;
 * check-musl asks the installed libc.a for them at each build.
 */
#pragma once

/* struct hedron_local, for local.S. */
#define LOCAL_TP	0
#define LOCAL_UTCB	8
#define LOCAL_HANDLER	16
#define LOCAL_ARG	24
#define LOCAL_SENDER	48

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

#include <hedron/native.h>

/* The thread block: FS base points at it. Static TLS lies below it (System V ABI, TLS variant II). */
struct tblock {
	struct tblock *self;		/* 0x00  as the TLS ABI demands */
	void *musl0[4];			/* 0x08 */
	uintptr_t canary;		/* 0x28  GCC's -fstack-protector reads it */
	int tid;			/* 0x30  of the lock on a FILE; not 0, unique */
	int error;			/* 0x34  errno */
	char musl1[0x70];		/* 0x38 */
	void *locale;			/* 0xa8 */
	char musl2[0x40];		/* 0xb0 */
	uint64_t apic_id;		/* 0xf0  ours: of the thread's CPU, plus 1; 0: not yet asked */
	uint64_t pad;			/* 0xf8 */
};
_Static_assert(offsetof(struct tblock, canary) == 0x28, "System V ABI");
_Static_assert(offsetof(struct tblock, tid) == 0x30, "musl 1.2");
_Static_assert(offsetof(struct tblock, error) == 0x34, "musl 1.2");
_Static_assert(offsetof(struct tblock, locale) == 0xa8, "musl 1.2");
_Static_assert(sizeof(struct tblock) == 0x100, "keeps the stack below aligned");

/* At the top of its stack: RSP points here whenever the EC waits. */
struct hedron_local {
	struct tblock *tp;		/* 0x00 */
	struct hedron_utcb *utcb;	/* 0x08 */
	hedron_handler handler;		/* 0x10 */
	void *arg;			/* 0x18 */
	cap_sel ec;			/* 0x20 */
	uint64_t cpu;			/* 0x28 */
	uint64_t sender;		/* 0x30  RSI at the last entry */
	uint64_t pad;			/* 0x38 */
};
_Static_assert(offsetof(struct hedron_local, tp) == LOCAL_TP, "local.S");
_Static_assert(offsetof(struct hedron_local, utcb) == LOCAL_UTCB, "local.S");
_Static_assert(offsetof(struct hedron_local, handler) == LOCAL_HANDLER, "local.S");
_Static_assert(offsetof(struct hedron_local, arg) == LOCAL_ARG, "local.S");
_Static_assert(offsetof(struct hedron_local, sender) == LOCAL_SENDER, "local.S");
_Static_assert(sizeof(struct hedron_local) % 16 == 0, "local.S: stack alignment at the call");
#endif
