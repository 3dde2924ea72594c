/* SPDX-License-Identifier: MIT */
/*
 * svc.c - services: finding them through the root portal (hedron/root.h), and one round of a service
 * protocol (hedron/service.h).
 */
#include <string.h>

#include <hedron/hybrid.h>

void *hedron_svc_request(size_t size, uint32_t version, uint32_t op)
{
	struct hedron_utcb *u = hedron_msg_new();
	struct svc_request *req = (struct svc_request *)u->word;
	unsigned words = (size + 7) / 8;

	memset(u->word, 0, words * 8);
	u->items = utcb_items(words, 0);
	req->version = version;
	req->op = op;
	return req;
}

enum svc_status hedron_svc_call(cap_sel pt, size_t size)
{
	struct hedron_utcb *u = hedron_utcb();
	const struct svc_reply *rep = (const struct svc_reply *)u->word;
	size_t got;

	if (hedron_call(pt) != HEDRON_SUCCESS)
		return SVC_DEAD;

	got = utcb_words(u) * 8ul;
	if (got < sizeof(*rep) || (rep->status == SVC_OK && got < size))
		return SVC_DEAD;
	return rep->status;
}

/* Ask for the portal; it arrives at `sel`. */
static enum svc_status lookup(const char *name, size_t len, unsigned flags, cap_sel sel)
{
	struct root_lookup *req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_LOOKUP);
	struct hedron_utcb *u = hedron_utcb();
	unsigned cpu = hedron_cpu();
	enum svc_status status;

	req->cpu = cpu;
	req->flags = flags;
	memcpy(req->name, name, len);
	hedron_msg_recv_obj(u, sel, 0);
	status = hedron_svc_call(hedron_caps() + CAPS_ROOT + cpu, sizeof(struct svc_reply));
	u->del_window = CRD_NULL;	/* nobody else's answer may put anything there */
	if (status == SVC_OK && (utcb_typed(u) == 0 || utcb_item(u, 0)->crd == CRD_NULL))
		return SVC_DEAD;
	return status;
}

enum svc_status hedron_find(const char *name, unsigned flags, cap_sel *pt)
{
	size_t len = strlen(name);
	enum svc_status status;
	cap_sel sel;

	if (!hedron_present())
		return SVC_DEAD;
	if (len >= SVC_NAME_MAX)
		return SVC_TOO_LONG;
	sel = hedron_sel_alloc(0);
	if (sel == HEDRON_NO_SEL)
		return SVC_NO_MEMORY;

	status = lookup(name, len, flags, sel);
	if (status == SVC_OK)
		*pt = sel;
	else
		hedron_sel_free(sel, 0);
	return status;
}

void hedron_forget(cap_sel pt)
{
	hedron_revoke(crd_obj(pt, 0, RIGHTS_ALL), 1);
	hedron_sel_free(pt, 0);
}
