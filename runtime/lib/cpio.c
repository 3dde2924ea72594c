/* SPDX-License-Identifier: MIT */
/*
 * cpio.c - reader of cpio archives, format newc (cpio(5), "New ASCII Format"), also with checksums
 * (070702), which are not verified.
 *
 * Several archives may lie behind each other with zeros between them, as in a Linux initramfs; the
 * iterator goes through all. Use:
 *
 *	cpio_start(&it, base, size);
 *	while ((r = cpio_next(&it, &e)) == CPIO_ENTRY)
 *		...
 *	if (r == CPIO_CORRUPT) ...
 *
 * The archive is hostile: no field is believed before it is checked against the size, and nothing
 * outside of base..base+size is read. Names are 0-terminated inside of it. No state but the
 * iterator, nothing is allocated.
 */
#include "cpio.h"

#include <string.h>

#define HEADER_SIZE	110	/* magic and 13 fields of 8 hexadecimal digits */
#define FIELDS		13
#define TRAILER		"TRAILER!!!"

/* Order of the fields behind the magic. */
enum field {
	F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_SIZE, F_DEV_MAJOR, F_DEV_MINOR,
	F_RDEV_MAJOR, F_RDEV_MINOR, F_NAMESIZE, F_CHECK,
};

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

static int parse_fields(const uint8_t *p, uint32_t field[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		field[i] = 0;
		for (int k = 0; k < 8; k++) {
			int d = hex_digit(*p++);

			if (d < 0)
				return 0;
			field[i] = field[i] << 4 | (uint32_t)d;
		}
	}
	return 1;
}

static int is_header(const uint8_t *p)
{
	return !memcmp(p, "070701", 6) || !memcmp(p, "070702", 6);
}

/* Round pos up to 4 bytes, counted from the start of its archive; padding at the end may be cut. */
static size_t align4(const struct cpio_iter *it, size_t pos)
{
	pos += -(pos - it->start) & 3;
	return pos < it->size ? pos : it->size;
}

void cpio_start(struct cpio_iter *it, const void *base, size_t size)
{
	*it = (struct cpio_iter){ .base = base, .size = size };
}

/* Read the member at it->pos. All sizes are below 2^32 and it->size is checked step by step, so no
 * sum wraps. */
static enum cpio_result read_entry(struct cpio_iter *it, struct cpio_entry *e)
{
	uint32_t f[FIELDS];
	size_t name, data;

	if (it->size - it->pos < HEADER_SIZE || !is_header(it->base + it->pos))
		return CPIO_CORRUPT;
	if (!parse_fields(it->base + it->pos + 6, f))
		return CPIO_CORRUPT;

	name = it->pos + HEADER_SIZE;
	if (!f[F_NAMESIZE] || f[F_NAMESIZE] > it->size - name)
		return CPIO_CORRUPT;
	if (memchr(it->base + name, 0, f[F_NAMESIZE]) != it->base + name + f[F_NAMESIZE] - 1)
		return CPIO_CORRUPT;

	data = align4(it, name + f[F_NAMESIZE]);
	if (f[F_SIZE] > it->size - data)
		return CPIO_CORRUPT;

	*e = (struct cpio_entry){
		.name = (const char *)it->base + name,
		.data = it->base + data,
		.size = f[F_SIZE],
		.archive = it->start,
		.mode = f[F_MODE],
		.uid = f[F_UID],
		.gid = f[F_GID],
		.mtime = f[F_MTIME],
		.nlink = f[F_NLINK],
		.ino = f[F_INO],
		.dev_major = f[F_DEV_MAJOR],
		.dev_minor = f[F_DEV_MINOR],
		.rdev_major = f[F_RDEV_MAJOR],
		.rdev_minor = f[F_RDEV_MINOR],
	};
	it->pos = align4(it, data + f[F_SIZE]);
	return CPIO_ENTRY;
}

/* The next member. Behind a trailer only zeros and another archive may follow. */
enum cpio_result cpio_next(struct cpio_iter *it, struct cpio_entry *e)
{
	for (;;) {
		enum cpio_result r;

		if (it->pos == it->start) {	/* between archives */
			while (it->pos < it->size && !it->base[it->pos])
				it->pos++;
			it->start = it->pos;
			if (it->pos == it->size)
				return CPIO_END;
		}
		r = read_entry(it, e);
		if (r != CPIO_ENTRY || strcmp(e->name, TRAILER))
			return r;
		it->start = it->pos;
	}
}

const char *cpio_path(const struct cpio_entry *e)
{
	const char *p = e->name;

	for (;;) {
		if (p[0] == '/')
			p++;
		else if (p[0] == '.' && p[1] == '/')
			p += 2;
		else if (p[0] == '.' && !p[1])
			p++;
		else
			return p;
	}
}

void cpio_resolve_link(const void *base, size_t size, struct cpio_entry *e)
{
	struct cpio_iter it;
	struct cpio_entry other;

	if (e->size || e->nlink < 2)
		return;
	cpio_start(&it, base, size);
	while (cpio_next(&it, &other) == CPIO_ENTRY) {
		if (other.archive != e->archive || other.ino != e->ino || !other.size ||
		    other.dev_major != e->dev_major || other.dev_minor != e->dev_minor)
			continue;
		e->data = other.data;
		e->size = other.size;
		return;
	}
}

int cpio_find(const void *base, size_t size, const char *path, struct cpio_entry *e)
{
	struct cpio_iter it;
	struct cpio_entry now;
	int found = 0;

	cpio_start(&it, base, size);
	while (cpio_next(&it, &now) == CPIO_ENTRY) {
		if (strcmp(cpio_path(&now), path))
			continue;
		*e = now;
		found = 1;
	}
	if (found)
		cpio_resolve_link(base, size, e);
	return found;
}
