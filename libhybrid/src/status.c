/* SPDX-License-Identifier: MIT */
/* status.c - the statuses of hypercalls and services as words. */
#include <hedron/hybrid.h>

static const char *const status_names[] = {
	[HEDRON_SUCCESS] = "SUCCESS",
	[HEDRON_TIMEOUT] = "TIMEOUT",
	[HEDRON_ABORT] = "ABORT",
	[HEDRON_BAD_HYP] = "BAD_HYP",
	[HEDRON_BAD_CAP] = "BAD_CAP",
	[HEDRON_BAD_PAR] = "BAD_PAR",
	[HEDRON_BAD_FTR] = "BAD_FTR",
	[HEDRON_BAD_CPU] = "BAD_CPU",
	[HEDRON_BAD_DEV] = "BAD_DEV",
	[HEDRON_OOM] = "OOM",
};

static const char *const svc_names[] = {
	[SVC_OK] = "OK",
	[SVC_VERSION] = "VERSION",
	[SVC_OP] = "OP",
	[SVC_INVALID] = "INVALID",
	[SVC_DENIED] = "DENIED",
	[SVC_NOT_FOUND] = "NOT_FOUND",
	[SVC_EXISTS] = "EXISTS",
	[SVC_NO_MEMORY] = "NO_MEMORY",
	[SVC_AGAIN] = "AGAIN",
	[SVC_BAD_HANDLE] = "BAD_HANDLE",
	[SVC_NOT_DIR] = "NOT_DIR",
	[SVC_IS_DIR] = "IS_DIR",
	[SVC_NOT_EMPTY] = "NOT_EMPTY",
	[SVC_TOO_LONG] = "TOO_LONG",
	[SVC_LOOP] = "LOOP",
	[SVC_TOO_BIG] = "TOO_BIG",
	[SVC_BUSY] = "BUSY",
	[SVC_TYPE] = "TYPE",
	[SVC_DEAD] = "DEAD",
	[SVC_FORMAT] = "FORMAT",
};

#define NAME_OF(names, i) \
	((size_t)(i) < sizeof(names) / sizeof(*(names)) ? (names)[i] : "unknown status")

const char *hedron_status_name(enum hedron_status status)
{
	return NAME_OF(status_names, status);
}

const char *hedron_svc_name(enum svc_status status)
{
	return NAME_OF(svc_names, status);
}
