/* SPDX-License-Identifier: MIT */
/*
 * pages.c - which page stands at which address of a process: a radix tree of four levels.
 *
 * The tree is what the personality knows of the process's memory. The PD's page tables, which only
 * the kernel sees, hold a part of it. A node is one frame of 512 entries. In an inner node an entry
 * is the child's address with the number of the child's entries in its low bits, so an empty child
 * is seen and freed at once, and huge empty ranges are passed in a few steps.
 */
#include "pages.h"
#include "frame.h"

#define LEVEL_BITS	9
#define LEVEL_SIZE	PAGES_LEAF
#define LEVELS		4
#define PAGE_NUMBERS	(1ull << (LEVELS * LEVEL_BITS))

struct page_dir {
	uint64_t entry[LEVEL_SIZE];
};
_Static_assert(sizeof(struct page_dir) == HEDRON_PAGE_SIZE, "a node is a frame");
_Static_assert(LEVEL_SIZE == 1u << LEVEL_BITS, "an entry for each value of the bits");
_Static_assert(LX_TASK_SIZE / HEDRON_PAGE_SIZE <= PAGE_NUMBERS, "all page numbers fit");

static inline struct page_dir *child_of(uint64_t entry)
{
	return (struct page_dir *)(entry & PAGE_MASK);
}

static inline unsigned index_at(uint64_t page, int level)
{
	return page >> (level * LEVEL_BITS) & (LEVEL_SIZE - 1);
}

struct page_dir *pages_new(void)
{
	return frame_alloc(FRAME_PLAIN);
}

static void free_node(struct page_dir *node, int level)
{
	for (unsigned i = 0; level > 0 && i < LEVEL_SIZE; i++)
		if (node->entry[i])
			free_node(child_of(node->entry[i]), level - 1);
	frame_put(node);
}

void pages_free(struct page_dir *dir)
{
	if (dir)
		free_node(dir, LEVELS - 1);
}

pte_t pages_get(const struct page_dir *dir, uint64_t page)
{
	for (int level = LEVELS - 1; level > 0; level--) {
		dir = child_of(dir->entry[index_at(page, level)]);
		if (!dir)
			return 0;
	}
	return dir->entry[index_at(page, 0)];
}

pte_t *pages_leaf(struct page_dir *dir, uint64_t page)
{
	for (int level = LEVELS - 1; level > 0; level--) {
		dir = child_of(dir->entry[index_at(page, level)]);
		if (!dir)
			return NULL;
	}
	return dir->entry;
}

/* Takes `count` entries away below `node` and frees the nodes that this empties: from the leaf up,
 * while the node above loses an entry by it. Returns how many entries `node` lost. */
static unsigned take_away(struct page_dir *node, int level, uint64_t page, unsigned count)
{
	uint64_t *entry = &node->entry[index_at(page, level)];

	if (level == 0)
		return count;
	*entry -= take_away(child_of(*entry), level - 1, page, count);
	if (PAGE_OFFSET(*entry))
		return 0;
	frame_put(child_of(*entry));
	*entry = 0;
	return 1;
}

void pages_clear(struct page_dir *dir, uint64_t page, uint64_t end)
{
	pte_t *leaf = pages_leaf(dir, page);
	unsigned count = 0;

	if (!leaf)
		return;
	for (uint64_t p = page; p < end; p++) {
		count += leaf[index_at(p, 0)] != 0;
		leaf[index_at(p, 0)] = 0;
	}
	if (count)
		take_away(dir, LEVELS - 1, page, count);
}

/* The nodes on the way to `page`, made where they are missing. */
static bool make_path(struct page_dir *dir, uint64_t page, uint64_t **path)
{
	for (int level = LEVELS - 1; level > 0; level--) {
		uint64_t *entry = &dir->entry[index_at(page, level)];

		if (!*entry) {
			*entry = (uint64_t)frame_alloc(FRAME_PLAIN);
			if (!*entry)
				return false;
			if (level < LEVELS - 1)
				++*path[level + 1];
		}
		path[level] = entry;
		dir = child_of(*entry);
	}
	path[0] = &dir->entry[index_at(page, 0)];
	return true;
}

/* Frees the nodes that make_path() made before memory ran out: those without an entry. */
static void trim(struct page_dir *dir, uint64_t page)
{
	uint64_t *path[LEVELS] = { NULL };
	int level;

	for (level = LEVELS - 1; level > 0; level--) {
		path[level] = &dir->entry[index_at(page, level)];
		if (!*path[level])
			break;
		dir = child_of(*path[level]);
	}
	for (level++; level < LEVELS && !PAGE_OFFSET(*path[level]); level++) {
		frame_put(child_of(*path[level]));
		*path[level] = 0;
		if (level + 1 < LEVELS)
			--*path[level + 1];
	}
}

bool pages_set(struct page_dir *dir, uint64_t page, pte_t pte)
{
	uint64_t *path[LEVELS];

	if (!pte) {
		pages_clear(dir, page, page + 1);
		return true;
	}
	if (!make_path(dir, page, path)) {
		trim(dir, page);
		return false;
	}
	if (!*path[0])
		++*path[1];
	*path[0] = pte;
	return true;
}

static uint64_t next_in(const struct page_dir *node, int level, uint64_t page, uint64_t end)
{
	uint64_t step = 1ull << (level * LEVEL_BITS);

	for (unsigned i = index_at(page, level); i < LEVEL_SIZE && page < end; i++) {
		if (node->entry[i]) {
			uint64_t found = level ? next_in(child_of(node->entry[i]), level - 1, page, end)
					       : page;
			if (found < end && (level == 0 || found < (page & -step) + step))
				return found;
		}
		page = (page & -step) + step;
	}
	return page < end ? page : end;
}

uint64_t pages_next(const struct page_dir *dir, uint64_t page, uint64_t end)
{
	uint64_t found = page < end ? next_in(dir, LEVELS - 1, page, end) : end;

	return found < end ? found : end;
}
