/* SPDX-License-Identifier: MIT */
/*
 * hedron/hybrid.h - what a program uses to talk to Hedron: hybrid programs and hyperapps alike.
 *
 * The order of things: hedron_present(), which is false on plain Linux, where nothing else here
 * but the names may be used; hedron_find() a service; build a message in the own UTCB; call the
 * portal; read the answer from the UTCB. The hypercalls themselves are in hedron/hypercall.h.
 *
 * Every thread has its own UTCB, so threads need no lock. A signal handler that sends messages
 * destroys a message that the interrupted code is building: block the signal, or do not.
 * What is said of rights and errors of hypercalls: docs/abi.md, chapter 3 (the "ABI reference").
 */
#pragma once
#include <hedron/abi.h>
#include <hedron/hip.h>
#include <hedron/hypercall.h>
#include <hedron/root.h>
#include <hedron/start.h>
#include <hedron/utcb.h>
#include <stdbool.h>
#include <stddef.h>

#define HEDRON_MUST_USE	__attribute__((warn_unused_result))

/* ---- where we are --------------------------------------------------------------------------- */

/**
 * hedron_present - are there capabilities and hypercalls for this program?
 *
 * Returns true in a hyperapp, and in a program marked hybrid under the Linux personality; false on
 * plain Linux. Never fails, any thread, also from a signal handler.
 */
bool hedron_present(void);

/* API version of the kernel, HEDRON_API_VERSION or later; 0 if hedron_present() is false. */
unsigned hedron_abi(void);

/* First selector of the capabilities that the program started with: + CAPS_* (hedron/start.h). */
cap_sel hedron_caps(void);

/* The hypervisor information page; NULL if hedron_present() is false. */
const struct hip *hedron_hip(void);

/* The calling thread's UTCB. Only if hedron_present(). */
struct hedron_utcb *hedron_utcb(void);

/* The CPU to which the calling thread is bound. Only if hedron_present(). */
unsigned hedron_cpu(void);

/* The TSC value `us` microseconds from now, for hedron_sm_down(). */
uint64_t hedron_deadline(uint64_t us);

/* ---- selectors ------------------------------------------------------------------------------ */

#define HEDRON_NO_SEL		(~0ull)
#define HEDRON_SEL_ORDER_MAX	6
#define HEDRON_SEL_COUNT	16384	/* given out by the allocator; behind them all are free */

/**
 * hedron_sel_alloc - reserve 2^order selectors, the first a multiple of 2^order.
 * @order  0..HEDRON_SEL_ORDER_MAX
 *
 * Returns the first, HEDRON_NO_SEL if there are none left or the order is too large. Nothing is
 * created at them. Any thread, also from a signal handler.
 */
cap_sel hedron_sel_alloc(unsigned order) HEDRON_MUST_USE;

/* Give selectors back. What lies there must have been revoked before. */
void hedron_sel_free(cap_sel sel, unsigned order);

/* ---- messages ------------------------------------------------------------------------------- */

/**
 * hedron_msg_new - begin a message in the calling thread's UTCB.
 *
 * Returns the UTCB, with no words, no items, and both receive windows closed.
 */
struct hedron_utcb *hedron_msg_new(void);

/* The words of the calling thread's UTCB: where a request is built, and the answer is found. */
static inline void *hedron_message(void)
{
	return hedron_utcb()->word;
}

/* Append a word, or `len` bytes filled up with zeros to whole words. False: no room, the message is
 * as before. Words are counted before typed items: both share the UTCB's 4064 bytes. */
bool hedron_msg_word(struct hedron_utcb *u, uint64_t word);
bool hedron_msg_bytes(struct hedron_utcb *u, const void *bytes, size_t len);

/**
 * hedron_msg_obj - append capabilities, to be delegated.
 * @sel, order  which, in the caller's object space
 * @rights      of those that the caller has, as in hedron/crd.h
 * @hotspot     where in the receiver's window, if that is larger
 *
 * False: no room.
 */
bool hedron_msg_obj(struct hedron_utcb *u, cap_sel sel, unsigned order, unsigned rights,
		    uint64_t hotspot);

/**
 * hedron_msg_pages - append 2^order pages from `addr` on, to be delegated.
 * @addr     a multiple of the size
 * @rights   MEM_R, MEM_W, MEM_X
 * @hotspot  page number in the receiver's window, if that is larger
 *
 * A page that is not there yet (untouched, swapped, copy-on-write) makes a hole at the receiver: see
 * hedron_touch(). False: no room.
 */
bool hedron_msg_pages(struct hedron_utcb *u, const void *addr, unsigned order, unsigned rights,
		      uint64_t hotspot);

/* Open the receive window for delegated items: selectors, or pages of hedron_window_alloc(). One
 * window serves all items of the answer; close it (CRD_NULL) when a message must bring nothing. */
void hedron_msg_recv_obj(struct hedron_utcb *u, cap_sel sel, unsigned order);
void hedron_msg_recv_pages(struct hedron_utcb *u, void *addr, unsigned order, unsigned rights);

/**
 * hedron_call_words - call a portal with words and take its answer's words.
 * @in, n_in    the message, at most UTCB_WORDS_MAX
 * @out, n_out  room for the answer; on return *n_out is the number of words that came and fit.
 *              Both may be NULL
 *
 * Returns what hedron_call() returns, or HEDRON_BAD_PAR: n_in too large.
 */
enum hedron_status hedron_call_words(cap_sel pt, const uint64_t *in, unsigned n_in, uint64_t *out,
				     unsigned *n_out);

/* ---- services ------------------------------------------------------------------------------- */

/**
 * hedron_find - a portal to a service, by its name.
 * @flags  ROOT_LOOKUP_WAIT: sleep until somebody registers the name
 * @pt     its selector, of hedron_sel_alloc(); usable on the calling thread's CPU
 *
 * Returns SVC_OK; SVC_NOT_FOUND: no such name, or not granted to this program; SVC_TOO_LONG;
 * SVC_NO_MEMORY: no selector left; SVC_DEAD: not on Hedron, or no root portal.
 */
enum svc_status hedron_find(const char *name, unsigned flags, cap_sel *pt) HEDRON_MUST_USE;

/* Revoke the portal and free its selector. */
void hedron_forget(cap_sel pt);

/**
 * hedron_svc_request - begin a request of a service protocol in the calling thread's UTCB.
 * @size         bytes of the request struct, zeroed here
 * @version, op  of the protocol
 *
 * Returns the struct; further bytes and items may be appended with hedron_msg_*().
 */
void *hedron_svc_request(size_t size, uint32_t version, uint32_t op);

/**
 * hedron_svc_call - send the request and check the answer.
 * @size  bytes that an answer with SVC_OK must have at least; it lies at hedron_message()
 *
 * Returns the answer's status; SVC_DEAD: no answer, or one that is too short.
 */
enum svc_status hedron_svc_call(cap_sel pt, size_t size) HEDRON_MUST_USE;

/* ---- memory --------------------------------------------------------------------------------- */

/**
 * hedron_window_alloc - address space to receive pages in.
 * @order  log2 of pages
 *
 * Returns an address that is a multiple of the size, with nothing mapped; NULL: no address space.
 */
void *hedron_window_alloc(unsigned order) HEDRON_MUST_USE;

/* Drop the pages that came, and the address space. */
void hedron_window_free(void *addr, unsigned order);

/* Read, or write back unchanged, one byte of every page, so that each is there to be delegated
 * (hedron_touch_write: and is the program's own to write). */
void hedron_touch(const void *addr, size_t len);
void hedron_touch_write(void *addr, size_t len);

/* ---- names of numbers, also on plain Linux -------------------------------------------------- */

/* "SUCCESS", "BAD_CAP", ...; "unknown status". */
const char *hedron_status_name(enum hedron_status status);

/* "OK", "NOT_FOUND", ...; "unknown status". */
const char *hedron_svc_name(enum svc_status status);
