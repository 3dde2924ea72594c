/* SPDX-License-Identifier: MIT */
/*
 * client.c - the console's clients: who wants to hear of input, and unfinished lines of the log.
 *
 * A client is made when it first needs something kept, and forgotten when the roottask says that it
 * is gone. `lock` guards the list and all in it; interrupt threads and handlers take it.
 */
#include "client.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX	240

struct client {
	struct client *next;
	uint32_t program;
	cap_sel notify;			/* HEDRON_NO_SEL: none */
	uint32_t len;			/* of the unfinished line */
	char line[LINE_MAX];
};

static struct hedron_mutex lock;
static struct client *clients;

enum svc_status clients_begin(void)
{
	return hedron_mutex_init(&lock);
}

/* With the lock held. NULL: no memory. */
static struct client *get(uint32_t program)
{
	struct client *c = clients;

	while (c && c->program != program)
		c = c->next;
	if (!c && (c = calloc(1, sizeof(*c)))) {
		c->program = program;
		c->notify = HEDRON_NO_SEL;
		c->next = clients;
		clients = c;
	}
	return c;
}

enum svc_status client_notify(uint32_t program, cap_sel sm)
{
	struct client *c;

	hedron_mutex_lock(&lock);
	c = get(program);
	if (c) {
		if (c->notify != HEDRON_NO_SEL)
			hedron_obj_drop(c->notify);
		c->notify = sm;
	}
	hedron_mutex_unlock(&lock);
	return c ? SVC_OK : SVC_NO_MEMORY;
}

enum svc_status client_log(uint32_t program, const uint8_t *data, uint32_t len,
			   void (*put)(const char *line, uint32_t len))
{
	struct client *c;

	hedron_mutex_lock(&lock);
	c = get(program);
	for (uint32_t i = 0; c && i < len; i++) {
		if (data[i] != '\n')
			c->line[c->len++] = data[i];
		if (data[i] == '\n' || c->len == LINE_MAX) {
			put(c->line, c->len);
			c->len = 0;
		}
	}
	hedron_mutex_unlock(&lock);
	return c ? SVC_OK : SVC_NO_MEMORY;
}

void client_forget(uint32_t program)
{
	struct client **at = &clients, *c;

	hedron_mutex_lock(&lock);
	while (*at && (*at)->program != program)
		at = &(*at)->next;
	c = *at;
	if (c) {
		*at = c->next;
		if (c->notify != HEDRON_NO_SEL)
			hedron_obj_drop(c->notify);
		free(c);
	}
	hedron_mutex_unlock(&lock);
}

void clients_wake(void)
{
	hedron_mutex_lock(&lock);
	for (struct client *c = clients; c; c = c->next)
		if (c->notify != HEDRON_NO_SEL)
			hedron_sm_up(c->notify);
	hedron_mutex_unlock(&lock);
}
