/* SPDX-License-Identifier: MIT */
/* argblock.c - builds the top of a new program's stack in one piece; nothing but arithmetic. */
#include "argblock.h"

#include <stdlib.h>
#include <string.h>

static size_t string_bytes(const struct conf_words *w)
{
	size_t sum = 0;

	for (size_t i = 0; i < w->n; i++)
		sum += strlen(w->v[i]) + 1;
	return sum;
}

/* Copy the strings behind *at and note their addresses; a zero word ends the list. */
static uint64_t *put_strings(uint64_t *word, const struct conf_words *w, char *block, size_t *at,
			     uint64_t base)
{
	for (size_t i = 0; i < w->n; i++) {
		size_t len = strlen(w->v[i]) + 1;

		memcpy(block + *at, w->v[i], len);
		*word++ = base + *at;
		*at += len;
	}
	*word++ = 0;
	return word;
}

void *argblock_build(uint64_t top, const struct conf_words *arg, const struct conf_words *env,
		     const struct aux *aux, size_t *out_len)
{
	size_t n_aux = 1, words, len, at;
	uint64_t *word;
	char *block;

	for (const struct aux *a = aux; a->type; a++)
		n_aux++;
	words = 1 + arg->n + 1 + env->n + 1 + 2 * n_aux;
	len = (words * 8 + string_bytes(arg) + string_bytes(env) + 15) & ~15ul;
	block = len <= ARGBLOCK_MAX ? calloc(1, len) : NULL;
	if (!block)
		return NULL;

	word = (uint64_t *)block;
	at = words * 8;
	*word++ = arg->n;
	word = put_strings(word, arg, block, &at, top - len);
	word = put_strings(word, env, block, &at, top - len);
	memcpy(word, aux, n_aux * sizeof(*aux));
	*out_len = len;
	return block;
}
