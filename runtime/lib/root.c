/* SPDX-License-Identifier: MIT */
/*
 * root.c - what a native program asks of the roottask (hedron/root.h), but for the lookup of names,
 * which is libhybrid's.
 *
 * Memory and the log are asked for in the middle of other work (malloc() in a server's handler), so
 * these requests put the caller's UTCB back as it was.
 */
#include "runtime.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "keep.h"

static cap_sel root_pt(void)
{
	return hedron_caps() + CAPS_ROOT + hedron_cpu();
}

static enum svc_status mem_request(enum root_op op, uint64_t addr, uint64_t pages, unsigned rights)
{
	struct kept_utcb kept;
	struct root_mem *req;
	enum svc_status status;

	utcb_keep(&kept);
	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, op);
	req->addr = addr;
	req->pages = pages;
	req->rights = rights;
	status = hedron_svc_call(root_pt(), sizeof(struct svc_reply));
	utcb_put_back(&kept);
	return status;
}

enum svc_status backing_map(uint64_t addr, uint64_t pages, unsigned rights)
{
	return mem_request(ROOT_MEM_ALLOC, addr, pages, rights);
}

enum svc_status backing_unmap(uint64_t addr, uint64_t pages)
{
	return mem_request(ROOT_MEM_FREE, addr, pages, 0);
}

/* The portals are asked for once a CPU. */
static enum svc_status ask_events(unsigned cpu, cap_sel sel)
{
	struct kept_utcb kept;
	struct root_events *req;
	enum svc_status status;

	utcb_keep(&kept);
	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_EVENTS);
	req->cpu = cpu;
	hedron_msg_recv_obj(hedron_utcb(), sel, 5);
	status = hedron_svc_call(root_pt(), sizeof(struct svc_reply));
	utcb_put_back(&kept);
	return status;
}

enum svc_status events_for(unsigned cpu, uint32_t *base)
{
	static uint32_t known[HEDRON_NUM_CPU];	/* lock_events; 0: not yet asked */
	enum svc_status status = SVC_OK;

	if (cpu >= HEDRON_NUM_CPU)
		return SVC_INVALID;
	hedron_mutex_lock(&lock_events);
	if (!known[cpu]) {
		cap_sel sel = hedron_sel_alloc(5);

		status = sel == HEDRON_NO_SEL ? SVC_NO_MEMORY : ask_events(cpu, sel);
		if (status == SVC_OK)
			known[cpu] = sel;
		else if (sel != HEDRON_NO_SEL)
			hedron_sel_free(sel, 5);
	}
	*base = known[cpu];
	hedron_mutex_unlock(&lock_events);
	return status;
}

void root_log(const char *text, size_t len)
{
	struct kept_utcb kept;
	struct root_log *req;

	utcb_keep(&kept);
	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_LOG);
	req->len = len;
	if (hedron_msg_bytes(hedron_utcb(), text, len))
		(void)!hedron_svc_call(root_pt(), sizeof(struct svc_reply));
	utcb_put_back(&kept);
}

void hedron_log(const char *format, ...)
{
	char line[481];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (n < 0)
		return;
	root_log(line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
}

enum svc_status hedron_info(struct root_info *info)
{
	struct kept_utcb kept;
	enum svc_status status;

	utcb_keep(&kept);
	hedron_svc_request(sizeof(struct svc_request), ROOT_VERSION, ROOT_INFO);
	status = hedron_svc_call(root_pt(), sizeof(*info));
	if (status == SVC_OK)
		memcpy(info, hedron_utcb()->word, sizeof(*info));
	utcb_put_back(&kept);
	return status;
}

void hedron_end(enum program_end how, unsigned value)
{
	struct root_ended *req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_EXIT);

	req->how = how;
	req->value = value;
	hedron_call(root_pt());
	__builtin_trap();		/* no roottask: the fault ends us */
}
