/* SPDX-License-Identifier: MIT */
/*
 * locks.c - mutexes: an atomic count of users, and a semaphore that is touched only by waiters.
 *
 * The runtime's own, in their order: lock_starter, lock_events, lock_heap, lock_va; lock_stdio is
 * taken with none of them held. They have no semaphore while the program has one thread, because
 * a program without the right to create objects has no use for one.
 */
#include "runtime.h"

struct hedron_mutex lock_starter, lock_events, lock_heap, lock_va, lock_stdio;

enum svc_status hedron_mutex_init(struct hedron_mutex *m)
{
	m->users = 0;
	m->sm = hedron_sm_new(0);
	return m->sm == HEDRON_NO_SEL ? SVC_DENIED : SVC_OK;
}

/* acquire: pairs with the release in unlock, or with the semaphore's own order. */
void hedron_mutex_lock(struct hedron_mutex *m)
{
	if (__atomic_fetch_add(&m->users, 1, __ATOMIC_ACQUIRE) > 0)
		hedron_sm_down(m->sm, 0);
}

void hedron_mutex_unlock(struct hedron_mutex *m)
{
	if (__atomic_fetch_sub(&m->users, 1, __ATOMIC_RELEASE) > 1)
		hedron_sm_up(m->sm);
}

/* Called by a program's only thread; nothing the second time. */
enum svc_status locks_begin(void)
{
	static struct hedron_mutex *const all[] = { &lock_starter, &lock_events, &lock_heap,
						    &lock_va, &lock_stdio };
	static int begun;
	enum svc_status status = SVC_OK;

	if (begun)
		return SVC_OK;
	for (int i = 0; i < 5 && status == SVC_OK; i++)
		status = hedron_mutex_init(all[i]);
	if (status == SVC_OK)
		status = stdio_locks_begin();
	begun = status == SVC_OK;
	return status;
}

enum svc_status status_of(enum hedron_status st)
{
	switch (st) {
	case HEDRON_SUCCESS:	return SVC_OK;
	case HEDRON_BAD_CAP:	return SVC_DENIED;
	case HEDRON_OOM:	return SVC_NO_MEMORY;
	default:		return SVC_INVALID;
	}
}

cap_sel hedron_sm_new(uint64_t count)
{
	cap_sel sel = hedron_sel_alloc(0);

	if (sel == HEDRON_NO_SEL)
		return sel;
	if (hedron_create_sm(sel, hedron_caps() + CAPS_PD, count) == HEDRON_SUCCESS)
		return sel;
	hedron_sel_free(sel, 0);
	return HEDRON_NO_SEL;
}

void hedron_obj_drop(cap_sel sel)
{
	hedron_revoke(crd_obj(sel, 0, RIGHTS_ALL), 1);
	hedron_sel_free(sel, 0);
}
