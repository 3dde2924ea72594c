/* SPDX-License-Identifier: MIT */
/* types.h - the few types and macros that every kernel file uses. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr;		/* physical address */
typedef uint64_t uaddr;		/* virtual address of user space */
typedef uint64_t ticks;		/* of the time stamp counter */

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define MUST_USE		__attribute__((warn_unused_result))
/* On the way of a call: kept together, since each page of code costs a TLB entry after a switch. */
#define HOT			__attribute__((hot))
/* On the way of all other IPC: semaphores, switches of threads, page faults. Next to each other, too. */
#define WARM			__attribute__((section(".text.warm")))
/* Data that kmap_init() makes read-only; boot.S maps all of the image writable. */
#define RO_AFTER_BOOT		__attribute__((section(".ro_after_boot")))
#define ALWAYS_INLINE		inline __attribute__((always_inline))
#define NOINLINE		__attribute__((noinline, noclone))
#define NORETURN		__attribute__((noreturn))
#define container_of(p, type, member) ((type *)((char *)(p) - offsetof(type, member)))

/* One read of memory that others may write at any time. */
#define READ_ONCE(x)		(*(const volatile __typeof__(x) *)&(x))

#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN_UP(x, a)		ALIGN_DOWN((x) + (a) - 1, a)

static inline uint64_t min_u64(uint64_t a, uint64_t b)	{ return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b)	{ return a > b ? a : b; }

/* The low `bits` bits set; `bits` at most 63. */
static inline uint64_t low_mask(unsigned bits)		{ return (1ull << bits) - 1; }
