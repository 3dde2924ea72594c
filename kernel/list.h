/* SPDX-License-Identifier: MIT */
/* list.h - circular doubly linked list, the links inside the elements. An element that is in no
 * list is linked to itself, so that it can be tested for and removed without knowing the list. */
#pragma once
#include "types.h"

struct list {
	struct list *next, *prev;
};

#define list_entry(l, type, member) container_of(l, type, member)

static inline void list_init(struct list *l)		{ l->next = l->prev = l; }
static inline bool list_is_empty(const struct list *l)	{ return l->next == l; }

static inline void list_add(struct list *prev, struct list *l)
{
	l->prev = prev;
	l->next = prev->next;
	prev->next->prev = l;
	prev->next = l;
}

static inline void list_add_head(struct list *head, struct list *l)	{ list_add(head, l); }
static inline void list_add_tail(struct list *head, struct list *l)	{ list_add(head->prev, l); }

static inline void list_del(struct list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}

/* Removes and returns the first element, NULL if there is none. */
static inline struct list *list_pop(struct list *head)
{
	struct list *l = head->next;

	if (l == head)
		return NULL;
	list_del(l);
	return l;
}

/* Appends all elements of `from` to `to`; `from` is empty afterwards. */
static inline void list_move_all(struct list *to, struct list *from)
{
	if (list_is_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}
