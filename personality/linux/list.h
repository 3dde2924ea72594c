/* SPDX-License-Identifier: MIT */
/* list.h - a doubly linked ring whose head is a member like any other; an empty one points at itself. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define LIST_ITEM(link, type, member)	((type *)((char *)(link) - offsetof(type, member)))
#define LIST_EACH(pos, head)		for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)
/* The same where the body may take `pos` out. */
#define LIST_EACH_SAFE(pos, after, head)					\
	for ((pos) = (head)->next; (after) = (pos)->next, (pos) != (head); (pos) = (after))

static inline void list_init(struct list *l)		{ l->next = l->prev = l; }
static inline bool list_empty(const struct list *l)	{ return l->next == l; }

static inline void list_add_tail(struct list *head, struct list *l)
{
	l->prev = head->prev;
	l->next = head;
	head->prev->next = l;
	head->prev = l;
}

/* Takes `l` out; it may be taken out again without harm. */
static inline void list_remove(struct list *l)
{
	l->prev->next = l->next;
	l->next->prev = l->prev;
	list_init(l);
}
