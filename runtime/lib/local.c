/* SPDX-License-Identifier: MIT */
/*
 * local.c - servers: local ECs that run a C function for each message, one on every CPU.
 *
 * The EC's first words, struct hedron_local, lie at the top of its stack, and RSP points at them
 * whenever it waits: local.S.
 */
#include "runtime.h"

#include <string.h>

enum svc_status hedron_local_create(struct hedron_local **out, unsigned cpu, size_t stack,
				    hedron_handler handler, void *arg)
{
	struct hedron_local *l;
	struct stack s;
	uint32_t events;
	uint64_t utcb;
	enum svc_status status = locks_begin();
	cap_sel ec = hedron_sel_alloc(0);

	if (status == SVC_OK)
		status = events_for(cpu, &events);
	if (status != SVC_OK)
		goto out_sel;
	status = SVC_NO_MEMORY;
	utcb = va_take(1, 1);
	if (ec == HEDRON_NO_SEL || !utcb)
		goto out_utcb;
	status = stack_new(&s, stack);
	if (status != SVC_OK)
		goto out_utcb;

	l = (struct hedron_local *)s.top - 1;
	*l = (struct hedron_local){
		.tp = s.tp, .utcb = (struct hedron_utcb *)utcb, .handler = handler, .arg = arg,
		.ec = ec, .cpu = cpu,
	};
	status = status_of(hedron_create_ec(ec, hedron_caps() + CAPS_PD, 0, cpu, utcb, (uint64_t)l,
					    events));
	if (status != SVC_OK)
		goto out_stack;
	*out = l;
	return SVC_OK;

out_stack:
	stack_free(&s);
out_utcb:
	if (utcb)
		va_give(utcb, 1);
out_sel:
	if (ec != HEDRON_NO_SEL)
		hedron_sel_free(ec, 0);
	return status;
}

cap_sel hedron_local_ec(const struct hedron_local *l)
{
	return l->ec;
}

struct hedron_utcb *hedron_local_utcb(const struct hedron_local *l)
{
	return l->utcb;
}

uint64_t hedron_local_sender(const struct hedron_local *l)
{
	return l->sender;
}

enum hedron_status hedron_local_portal(const struct hedron_local *l, cap_sel sel, uint64_t id,
				       uint64_t mtd)
{
	enum hedron_status st;

	st = hedron_create_pt(sel, hedron_caps() + CAPS_PD, l->ec, mtd, (uint64_t)local_entry);
	if (st != HEDRON_SUCCESS || !id)
		return st;
	return hedron_pt_set_id(sel, id);
}

enum svc_status hedron_server_create(struct hedron_server *s, size_t stack, hedron_handler handler,
				     void *arg)
{
	const struct hip *hip = hedron_hip();

	memset(s, 0, sizeof(*s));
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		enum svc_status status;

		if (!(hip->cpu[cpu].flags & HIP_CPU_ONLINE))
			continue;
		status = hedron_local_create(&s->local[cpu], cpu, stack, handler, arg);
		if (status != SVC_OK)
			return status;
	}
	return SVC_OK;
}

void hedron_park(void)
{
	for (;;)
		hedron_sm_down(hedron_caps() + CAPS_SM, 0);
}

void *hedron_answer(struct hedron_utcb *utcb, size_t size, enum svc_status status, uint32_t value)
{
	struct svc_reply *rep = (struct svc_reply *)utcb->word;
	size_t words = (size + 7) / 8;

	memset(utcb->word, 0, words * 8);
	utcb->items = utcb_items(words, 0);
	rep->status = status;
	rep->value = value;
	return rep;
}

const void *hedron_request(const struct hedron_utcb *utcb, size_t size)
{
	return utcb_words(utcb) * 8ul >= size && utcb_words(utcb) <= UTCB_WORDS_MAX ? utcb->word : NULL;
}
