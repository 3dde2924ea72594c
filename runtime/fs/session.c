/* SPDX-License-Identifier: MIT */
/*
 * session.c - what each client holds: ids and pins.
 *
 * A session is told by the program number in the client's badge, which the roottask never gives
 * twice. It exists as long as it holds something; the roottask's message that the program is gone
 * (SVC_OP_CLIENT_GONE) takes all of it away.
 */
#include "session.h"

#include "mem.h"
#include "pin.h"

static struct tree sessions;		/* program -> struct session */

struct session *session_find(uint32_t program)
{
	return (struct session *)tree_get(&sessions, program);
}

struct session *session_get(uint32_t program)
{
	struct session *s = session_find(program);

	if (s)
		return s;
	s = mem_alloc(sizeof(*s));
	if (!s)
		return NULL;
	s->program = program;
	if (!tree_set(&sessions, program, (uintptr_t)s)) {
		mem_free(s);
		return NULL;
	}
	return s;
}

void session_put(struct session *s)
{
	if (!s || s->ids.root || s->pins)
		return;
	tree_clear(&sessions, s->program);
	mem_free(s);
}

void session_end(uint32_t program)
{
	struct session *s = session_find(program);

	if (!s)
		return;
	for (uint64_t key = 0; tree_next(&s->ids, &key); key++)
		id_close(s, key + 1);
	unpin_all(s);
	session_put(s);
}

uint32_t id_open(struct session *s, struct inode *i, uint32_t flags)
{
	uint64_t id = tree_free_key(&s->ids) + 1;
	struct file_id *f;

	if (id > UINT32_MAX)
		return 0;
	f = mem_alloc(sizeof(*f));
	if (!f)
		return 0;
	if (!tree_set(&s->ids, id - 1, (uintptr_t)f)) {
		mem_free(f);
		return 0;
	}
	f->inode = i;
	f->flags = flags;
	inode_hold(i);
	return id;
}

struct file_id *id_find(const struct session *s, uint32_t id)
{
	return s && id ? (struct file_id *)tree_get(&s->ids, id - 1) : NULL;
}

void id_close(struct session *s, uint32_t id)
{
	struct file_id *f = (struct file_id *)tree_clear(&s->ids, id - 1);

	inode_release(f->inode);
	mem_free(f);
}
