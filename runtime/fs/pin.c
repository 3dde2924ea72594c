/* SPDX-License-Identifier: MIT */
/*
 * pin.c - which session has pinned which pages of which files.
 *
 * A pinned page is mapped by the session's program, and memory once delegated cannot be called back
 * from somebody who does not play by the rules. So its frame may not become anything else before
 * the session gives it back (if its word is trusted) or ends. A session pins a page once, however
 * often it maps it; the frame counts sessions.
 *
 * Limit: a program may have passed pages on to another before it ended. Nobody can tell the service so,
 * and it frees them with the session; give FS_GRANT_MAP to programs that are trusted not to do that
 * with files that others need.
 *
 * struct pins stands for one session and one file, while there is at least one pin; it is in a list
 * of the session and in one of the file. Bits of places: one a page.
 */
#include "pin.h"

#include "file.h"
#include "mem.h"
#include "session.h"

#define WORD_BITS	64
#define WORDS_MAX	(FS_MAP_MAX / WORD_BITS + 1)	/* that a range of FS_MAP_MAX pages touches */

struct pins {
	struct session *session;
	struct inode *inode;
	struct pins *next_of_inode;
	struct pins *next, **link;	/* of the session; link points to what points here */
	struct tree places;		/* page / WORD_BITS -> a bit for each page */
};

static struct pins *pins_find(const struct session *s, const struct inode *i)
{
	struct pins *p = i->file.pins;

	while (p && p->session != s)
		p = p->next_of_inode;
	return p;
}

static struct pins *pins_create(struct session *s, struct inode *i)
{
	struct pins *p = mem_alloc(sizeof(*p));

	if (!p)
		return NULL;
	p->session = s;
	p->inode = i;
	p->next_of_inode = i->file.pins;
	i->file.pins = p;

	p->next = s->pins;
	p->link = &s->pins;
	if (p->next)
		p->next->link = &p->next;
	s->pins = p;
	return p;
}

static void pins_destroy(struct pins *p)
{
	struct pins **link = &p->inode->file.pins;

	while (*link != p)
		link = &(*link)->next_of_inode;
	*link = p->next_of_inode;

	*p->link = p->next;
	if (p->next)
		p->next->link = p->link;
	mem_free(p);
}

static void word_set(struct pins *p, uint64_t word, uint64_t bits)
{
	if (bits)
		tree_set(&p->places, word, bits);	/* has a value: cannot fail */
	else
		tree_clear(&p->places, word);
}

/* Bits of that word which stand for pages in first..last. */
static uint64_t bits_of(uint64_t word, uint64_t first, uint64_t last)
{
	uint64_t bits = ~0ull;

	if (word == first / WORD_BITS)
		bits &= ~0ull << first % WORD_BITS;
	if (word == last / WORD_BITS)
		bits &= ~0ull >> (WORD_BITS - 1 - last % WORD_BITS);
	return bits;
}

bool pin_pages(struct session *s, struct inode *i, uint64_t first, unsigned pages)
{
	uint64_t last = first + pages - 1;
	uint64_t begin = first / WORD_BITS;
	unsigned words = last / WORD_BITS - begin + 1, n;
	uint64_t old[WORDS_MAX + 1];
	struct pins *p = pins_find(s, i);

	if (!p)
		p = pins_create(s, i);
	if (!p)
		return false;

	for (n = 0; n < words; n++) {
		old[n] = tree_get(&p->places, begin + n);
		if (!tree_set(&p->places, begin + n, old[n] | bits_of(begin + n, first, last)))
			goto out;
	}
	for (n = 0; n < words; n++) {
		uint64_t new = bits_of(begin + n, first, last) & ~old[n];

		for (; new; new &= new - 1)
			file_frame(i, (begin + n) * WORD_BITS + __builtin_ctzll(new))->pins++;
	}
	return true;

out:
	while (n--)
		word_set(p, begin + n, old[n]);
	if (!p->places.root)
		pins_destroy(p);
	return false;
}

static uint64_t unpin(struct pins *p, uint64_t first, uint64_t last)
{
	struct inode *i = p->inode;
	uint64_t count = 0, word = first / WORD_BITS, bits;

	for (; (bits = tree_next(&p->places, &word)) && word <= last / WORD_BITS; word++) {
		uint64_t gone = bits & bits_of(word, first, last);

		word_set(p, word, bits & ~gone);
		for (; gone; gone &= gone - 1, count++)
			file_unpin(i, word * WORD_BITS + __builtin_ctzll(gone));
	}
	if (!p->places.root) {
		pins_destroy(p);
		inode_settle(i);
	}
	return count;
}

uint64_t unpin_pages(struct session *s, struct inode *i, uint64_t first, uint64_t last)
{
	struct pins *p = pins_find(s, i);

	return p ? unpin(p, first, last) : 0;
}

void unpin_all(struct session *s)
{
	while (s->pins)
		unpin(s->pins, 0, UINT64_MAX);
}
