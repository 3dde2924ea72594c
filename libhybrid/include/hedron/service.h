/* SPDX-License-Identifier: MIT */
/*
 * hedron/service.h - what all service protocols share.
 *
 * A request lies in the untyped words of the UTCB and begins with struct svc_request; an answer
 * begins with struct svc_reply. Data that fits travels in the message, bulk data in delegated pages.
 * A service learns who calls from the portal's id, the badge: the roottask makes a portal for each
 * pair of client and service, so the badge cannot be forged.
 */
#pragma once
#include <hedron/utcb.h>

#define SVC_NAME_MAX	32	/* bytes of a service's name, with the final 0 */

struct svc_request {
	uint32_t version;	/* 0x00  of the protocol */
	uint32_t op;		/* 0x04 */
};

struct svc_reply {
	uint32_t status;	/* 0x00  enum svc_status */
	uint32_t value;		/* 0x04  as the operation says, else 0 */
};

/* Bytes of a message that lie behind a request or reply struct of `size` bytes. */
#define SVC_INLINE_MAX(size)	(UTCB_WORDS_MAX * 8 - (size))

enum svc_status {
	SVC_OK		= 0,
	SVC_VERSION	= 1,	/* protocol version not served */
	SVC_OP		= 2,	/* no such operation */
	SVC_INVALID	= 3,	/* a parameter is out of range, or the message too short */
	SVC_DENIED	= 4,	/* the client has no right to this */
	SVC_NOT_FOUND	= 5,
	SVC_EXISTS	= 6,
	SVC_NO_MEMORY	= 7,	/* quota or machine exhausted */
	SVC_AGAIN	= 8,	/* nothing there now */
	SVC_BAD_HANDLE	= 9,	/* no such file id in this session */
	SVC_NOT_DIR	= 10,
	SVC_IS_DIR	= 11,
	SVC_NOT_EMPTY	= 12,
	SVC_TOO_LONG	= 13,	/* name or path */
	SVC_LOOP	= 14,	/* too many symbolic links */
	SVC_TOO_BIG	= 15,	/* size or offset */
	SVC_BUSY	= 16,
	SVC_TYPE	= 17,	/* not possible for this type of file */
	SVC_DEAD	= 18,	/* the service died; set by client code, never sent */
	SVC_FORMAT	= 19,	/* a program file that cannot be run */
};

/* Badge: grants[63:32] program[31:0]. The grants come from the boot configuration and mean what the
 * service says; program is the caller's number, never 0 and never used twice. */
static inline uint64_t badge_make(uint32_t program, uint32_t grants)
{
	return (uint64_t)grants << 32 | program;
}

static inline uint32_t badge_program(uint64_t badge)	{ return (uint32_t)badge; }
static inline uint32_t badge_grants(uint64_t badge)	{ return badge >> 32; }

/* Operation that the roottask sends to a service that asked for it (ROOT_REG_NOTIFY), with badge 0:
 * the program has ended and its portal is gone; forget it. One op number for all protocols. */
#define SVC_OP_CLIENT_GONE	0xffffffffu

struct svc_client_gone {
	struct svc_request req;	/* 0x00 */
	uint32_t program;	/* 0x08 */
	uint32_t pad;		/* 0x0c */
};
_Static_assert(sizeof(struct svc_client_gone) == 0x10, "service protocol");
