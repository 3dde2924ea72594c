/* SPDX-License-Identifier: MIT */
/* runtime.h - what the files of the native C runtime tell each other; nothing here is public. */
#pragma once
#include <hedron/native.h>

#include "layout.h"

/* start.c: what the auxiliary vector said. Constant once main() runs. */
void start_c(uint64_t *sp) __attribute__((noreturn));
uint64_t platform_aux(unsigned long type);

/* tls.c: static TLS. tls_init() first; tls_size() bytes are needed below and for a thread block.
 * tls_setup() builds one at the end of the `size` bytes at `mem` and returns the block. */
void tls_init(const void *phdr, size_t phnum);
size_t tls_size(void);
struct tblock *tls_setup(void *mem, size_t size);

/* root.c, in the roottask its own: pages behind addresses. `rights`: MEM_*. */
enum svc_status backing_map(uint64_t addr, uint64_t pages, unsigned rights);
enum svc_status backing_unmap(uint64_t addr, uint64_t pages);

/* root.c, in the roottask its own: where the event portals for ECs on `cpu` begin. */
enum svc_status events_for(unsigned cpu, uint32_t *base);

/* va.c: address space. 0: none left. */
uint64_t va_take(uint64_t pages, uint64_t align);
void va_give(uint64_t addr, uint64_t pages);

/* stack.c: memory with a guard page below and a thread block at the top. */
struct stack {
	uint64_t addr;		/* of the guard page */
	uint64_t pages;		/* with it */
	struct tblock *tp;	/* behind the usable stack; 64-byte aligned */
	uint64_t top;		/* below the TLS image */
};
enum svc_status stack_new(struct stack *s, size_t size);
void stack_free(const struct stack *s);

/* locks.c: the runtime's own mutexes work without a semaphore while there is one thread. Called
 * before the second one, or a handler, is made. */
extern struct hedron_mutex lock_starter, lock_events, lock_heap, lock_va, lock_stdio;
enum svc_status locks_begin(void);
enum svc_status stdio_locks_begin(void);	/* stdio.c */

/* From a kernel status to what the functions of native.h answer. */
enum svc_status status_of(enum hedron_status st);

void local_entry(void);		/* local.S */

/* root.c: text for the log, at most 480 bytes. */
void root_log(const char *text, size_t len);
