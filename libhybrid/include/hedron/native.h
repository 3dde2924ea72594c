/* SPDX-License-Identifier: MIT */
/*
 * hedron/native.h - the native C runtime: what hyperapps and services have beyond hedron/hybrid.h.
 *
 * A hyperapp is a C program with main(argc, argv), <string.h>, <stdlib.h>, <ctype.h>, <stdio.h> on
 * the console's three streams, and the functions below. It needs the line `use console GRANTS` in
 * the boot configuration for its streams (without it they go to the log), and `create` for whatever
 * makes kernel objects: threads, servers, semaphores.
 *
 * All functions here may be called from any thread and from a server's handler, unless said
 * otherwise. They put the calling thread's UTCB back as it was, so a message that is being read or
 * built there stays; but not hedron_server_register(). Nor do the functions of hedron/hybrid.h.
 */
#pragma once
#include <hedron/hybrid.h>

/* ---- addresses of a native program ----------------------------------------------------------- */

/* The image is linked at 0x400000. Address space from NATIVE_VA_BASE on is given out by
 * hedron_window_alloc(), hedron_pages_alloc(), malloc() and for stacks and UTCBs. */
#define NATIVE_IMAGE_BASE	0x400000ull
#define NATIVE_VA_BASE		0x100000000000ull
#define NATIVE_VA_END		0x600000000000ull
#define NATIVE_ARCHIVE		0x600000000000ull	/* the boot archive, if granted */
#define NATIVE_DEVICE		0x610000000000ull	/* memory of the `device` line, if there is one */

/* ---- the root portal ------------------------------------------------------------------------- */

/* One line for the log, as printf() has it; longer than 480 bytes: cut. */
void hedron_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Quota, memory of the machine, clock: hedron/root.h. SVC_DEAD: no answer. */
enum svc_status hedron_info(struct root_info *info) HEDRON_MUST_USE;

/* End the program at once, all its threads, without atexit() handlers. `value` as enum program_end
 * says: exit status or signal number. */
void hedron_end(enum program_end how, unsigned value) __attribute__((noreturn));

/* This program's number: what services see in their badges. */
uint32_t hedron_program(void);

/* The boot archive (cpio newc), read-only; NULL if it was not granted. */
const void *hedron_archive(size_t *size);

/* The device memory of the boot configuration's `device` line; NULL if there is none. */
void *hedron_device(size_t *size);

/* ---- memory ---------------------------------------------------------------------------------- */

/**
 * hedron_pages_alloc - zeroed memory from the program's quota.
 * @pages  how many; ask in large pieces, each call is a message to the roottask
 * @align  of the address in pages, a power of two: 1, or 512 for large pages
 *
 * Returns its address, readable and writable; NULL: quota, machine or address space exhausted.
 */
void *hedron_pages_alloc(size_t pages, size_t align) HEDRON_MUST_USE;

/* Give back exactly what one hedron_pages_alloc() gave. Whoever holds the pages by delegation keeps
 * them mapped: revoke or end the sharing first. */
void hedron_pages_free(void *addr, size_t pages);

/* ---- mutexes --------------------------------------------------------------------------------- */

/* Not recursive; taken in the order of arrival. Free: one atomic instruction, no hypercall. */
struct hedron_mutex {
	int users;		/* holder and waiters */
	cap_sel sm;		/* waiters sleep here */
};

/* SVC_NO_MEMORY: no selector; SVC_DENIED: the program has no `create`. */
enum svc_status hedron_mutex_init(struct hedron_mutex *m) HEDRON_MUST_USE;
void hedron_mutex_lock(struct hedron_mutex *m);
void hedron_mutex_unlock(struct hedron_mutex *m);

/* ---- kernel objects at new selectors --------------------------------------------------------- */

/* A semaphore; HEDRON_NO_SEL: no selector, or no right. */
cap_sel hedron_sm_new(uint64_t count) HEDRON_MUST_USE;

/* Revoke the object and free its selector. */
void hedron_obj_drop(cap_sel sel);

/* ---- threads --------------------------------------------------------------------------------- */

#define HEDRON_STACK_DEFAULT	(64 * 1024)

struct hedron_thread;

struct hedron_thread_attr {
	unsigned cpu;		/* where it runs, for ever */
	unsigned prio;		/* SC_PRIO_MIN..SC_PRIO_MAX; 0: 16 */
	uint32_t quantum_us;	/* 0: 10000 */
	size_t stack;		/* bytes; 0: HEDRON_STACK_DEFAULT */
};

/**
 * hedron_thread_create - start a thread: a global EC with its SC, stack, UTCB and thread block.
 * @attr  NULL: on the caller's CPU, defaults
 *
 * The thread runs fn(arg) and ends when that returns. SVC_NO_MEMORY; SVC_DENIED: no `create`;
 * SVC_INVALID: no such CPU or priority.
 */
enum svc_status hedron_thread_create(struct hedron_thread **t, const struct hedron_thread_attr *attr,
				     void (*fn)(void *arg), void *arg) HEDRON_MUST_USE;

/* Wait for its end and free it: once, by anybody but itself. */
void hedron_thread_join(struct hedron_thread *t);

/* Its EC, with right EC_CTRL: for hedron_recall(). */
cap_sel hedron_thread_ec(const struct hedron_thread *t);

/* ---- servers --------------------------------------------------------------------------------- */

/*
 * A handler serves one message at a time on its CPU. `id` is the portal's: a badge for services.
 * The message is in `utcb`, the answer goes there too (items, words, mtd). It returns 0, or a
 * semaphore on which the caller is put to sleep (ABI reference 3.3.1). Its receive window is the
 * one it left in utcb->del_window at its last return; closed at first.
 */
typedef cap_sel (*hedron_handler)(uint64_t id, struct hedron_utcb *utcb, void *arg);

/* One handler thread: a local EC with stack, UTCB and thread block. */
struct hedron_local;

/**
 * hedron_local_create - make a local EC on `cpu` that runs `handler` for every message.
 * @stack  bytes; 0: HEDRON_STACK_DEFAULT
 *
 * Errors as hedron_thread_create().
 */
enum svc_status hedron_local_create(struct hedron_local **l, unsigned cpu, size_t stack,
				    hedron_handler handler, void *arg) HEDRON_MUST_USE;

cap_sel hedron_local_ec(const struct hedron_local *l);
struct hedron_utcb *hedron_local_utcb(const struct hedron_local *l);

/* For its handler: the badge of the EC whose event or foreign call is being served (HIP_FEAT_BADGE,
 * docs/abi.md 13.3); 0 for a native call, and on a kernel without badges. */
uint64_t hedron_local_sender(const struct hedron_local *l);

/* Make a portal to it at `sel`. `mtd` counts for events only. */
enum hedron_status hedron_local_portal(const struct hedron_local *l, cap_sel sel, uint64_t id,
				       uint64_t mtd) HEDRON_MUST_USE;

/* A server: a local EC with the same handler on every online CPU, offered under a name. The handler
 * then runs on several CPUs at once; what it shares is its own to guard. */
struct hedron_server {
	struct hedron_local *local[HEDRON_NUM_CPU];	/* NULL: CPU offline */
};

enum svc_status hedron_server_create(struct hedron_server *s, size_t stack, hedron_handler handler,
				     void *arg) HEDRON_MUST_USE;

/* Offer it (ROOT_REGISTER). EXISTS; DENIED: not in the boot configuration. `flags`: ROOT_REG_*. */
enum svc_status hedron_server_register(const struct hedron_server *s, const char *name,
				       unsigned flags) HEDRON_MUST_USE;

/* Sleep for ever: the rest of a server's main(), whose return would end the program. */
void hedron_park(void) __attribute__((noreturn));

/* Put an answer's head into the UTCB: status and value, `size` bytes in all (zeroed behind the
 * head), no typed items. Returns where the struct lies. */
void *hedron_answer(struct hedron_utcb *utcb, size_t size, enum svc_status status, uint32_t value);

/* The request, if the message has at least `size` bytes; else NULL. */
const void *hedron_request(const struct hedron_utcb *utcb, size_t size);
