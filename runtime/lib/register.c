/* SPDX-License-Identifier: MIT */
/* register.c - a server offered under a name: ROOT_REGISTER of hedron/root.h. */
#include "runtime.h"

#include <string.h>

/* The items stand for consecutive CPUs: an EC for each, from the first that is online to the last.
 * Limit: CPUs that are offline between them end the list; none such are known. */
enum svc_status hedron_server_register(const struct hedron_server *s, const char *name,
				       unsigned flags)
{
	struct root_register *req;
	unsigned first = 0;

	if (strlen(name) >= SVC_NAME_MAX)
		return SVC_TOO_LONG;
	while (first < HEDRON_NUM_CPU - 1 && !s->local[first])
		first++;

	req = hedron_svc_request(sizeof(*req), ROOT_VERSION, ROOT_REGISTER);
	req->first_cpu = first;
	req->flags = flags;
	req->entry = (uint64_t)local_entry;
	strcpy(req->name, name);
	for (unsigned cpu = first; cpu < HEDRON_NUM_CPU && s->local[cpu]; cpu++)
		hedron_msg_obj(hedron_utcb(), s->local[cpu]->ec, 0, EC_BIND_PT, cpu - first);
	return hedron_svc_call(hedron_caps() + CAPS_ROOT + hedron_cpu(), sizeof(struct svc_reply));
}
