/* SPDX-License-Identifier: MIT */
/* sources: runtime/fs/dir.c runtime/fs/file.c runtime/fs/hash.c runtime/fs/inode.c */
/* sources: runtime/fs/names.c runtime/fs/ops.c runtime/fs/path.c runtime/fs/pin.c */
/* sources: runtime/fs/session.c runtime/fs/tree.c runtime/fs/protocol.c */
/* sources: tests/unit/fs/env_host.c tests/unit/fs/mem_host.c tests/unit/fs/world.c */
/* sources: tests/unit/fs/calls.c */
/* flags: -Wno-unused-parameter */
/* test_map.c - pages handed out, and what becomes of them. The "client" holds plain pointers: a frame
 * freed too early is a use after free. */
#include <stdlib.h>
#include <string.h>

#include "tests/unit/fs/calls.h"
#include "tests/unit/fs/env_host.h"
#include "tests/unit/fs/world.h"
#include "tests/unit/tap.h"

#define RW	(FS_O_CREATE | FS_O_WRITE)
#define PAGE	4096

static bool all(const char *p, char c, size_t len)
{
	while (len--)
		if (*p++ != c)
			return false;
	return true;
}

static void fill(uint32_t id, char c, uint64_t size)
{
	char data[4000];

	memset(data, c, sizeof(data));
	for (uint64_t at = 0; at < size; at += sizeof(data))
		call_write(id, at, data, size - at < sizeof(data) ? size - at : sizeof(data));
}

static void check_basics(void)
{
	uint32_t id;
	char *p, byte;

	world_begin();
	id = call_open("/f", RW);
	fill(id, 'x', 10 * PAGE);

	ok(!call_map(FS_MAP, id, 0, 2, 3) && call_value() == 3, "three pages are handed out");
	ok(crd_rights(utcb_item(&call_utcb, 0)->crd) == (MEM_R | MEM_X), "to read and execute");
	p = call_page(2);
	ok(p && *p == 'x' && !call_page(3), "page i at hotspot i");
	call_write(id, 4 * PAGE, "new", 3);
	ok(!memcmp(p, "new", 3), "a write through the service shows in the page");

	ok(!call_map(FS_MAP, id, FS_MAP_WRITE, 0, 1), "for write");
	ok(crd_rights(utcb_item(&call_utcb, 0)->crd) == (MEM_R | MEM_W), "to read and write");
	*(char *)call_page(0) = 'y';
	ok(!call_read(id, 0, &byte, 1) && byte == 'y', "the file has what the client writes");

	ok(call_map(FS_MAP, id, 0, 9, 2) == SVC_INVALID, "not behind the last page");
	ok(call_map(FS_MAP, id, 0, 10, 1) == SVC_INVALID, "nor wholly");
	ok(call_map(FS_MAP, id, 0, ~0ull, 2) == SVC_INVALID, "nor around the end of all numbers");
	ok(call_map(FS_MAP, id, 0, 0, 0) == SVC_INVALID, "no pages: INVALID");
	ok(call_map(FS_MAP, id, 0, 0, FS_MAP_MAX + 1) == SVC_INVALID, "too many: INVALID");
	ok(call_map(FS_MAP, id, 8, 0, 1) == SVC_INVALID, "unknown flag: INVALID");
	ok(call_map(FS_MAP, FS_ROOT, 0, 0, 1) == SVC_TYPE, "a directory: TYPE");
	ok(call_map(FS_MAP, 99, 0, 0, 1) == SVC_BAD_HANDLE, "no such id: BAD_HANDLE");
	id = call_open("/f", 0);
	ok(call_map(FS_MAP, id, FS_MAP_WRITE, 0, 1) == SVC_DENIED, "write needs FS_O_WRITE");
	ok(world_end(), "nothing is left over");
}

static void check_holes(void)
{
	uint32_t id;

	world_begin();
	id = call_open("/f", RW);
	call_truncate(id, 100 * PAGE + 1);
	ok(call_stat(id).blocks == 0, "a hole takes no memory");
	ok(!call_map(FS_MAP, id, 0, 0, 4) && call_value() == 0, "a hole: value 0");
	call_write(id, PAGE, "a", 1);
	call_write(id, 2 * PAGE, "b", 1);
	ok(!call_map(FS_MAP, id, 0, 1, 9) && call_value() == 2, "it ends before the hole");
	ok(!call_map(FS_MAP, id, FS_MAP_ALLOC, 90, 11) && call_value() == 11, "ALLOC fills holes");
	ok(all(call_page(10), 0, PAGE), "with zeros");
	ok(call_stat(id).blocks == 13 * 8, "13 pages are held");
	ok(world_end(), "nothing is left over");
}

static void check_truncate(void)
{
	uint32_t id;
	char *p, *q, got[20];

	world_begin();
	id = call_open("/f", RW);
	fill(id, 'x', 3 * PAGE);
	call_map(FS_MAP, id, FS_MAP_WRITE, 1, 2);
	p = call_page(0);
	q = call_page(1);

	call_truncate(id, PAGE + 10);
	ok(all(p, 'x', 10) && all(p + 10, 0, PAGE - 10), "a page is zero behind the new end");
	ok(all(q, 0, PAGE) && call_stat(id).blocks == 24, "a pinned page is cut but stays");
	memset(p, 'd', PAGE);
	memset(q, 'd', PAGE);
	call_truncate(id, 3 * PAGE);
	ok(all(p, 'd', 10) && all(p + 10, 0, PAGE - 10), "dirt behind the end does not come in");
	ok(all(q, 0, PAGE), "nor that in a whole page");
	q[0] = 'z';
	ok(!call_read(id, 2 * PAGE, got, 1) && got[0] == 'z', "it is the same page as before");

	call_truncate(id, 5);
	ok(call_stat(id).blocks == 24, "cut to the first page");
	memset(p, 'd', PAGE);
	call_write(id, PAGE + 5, "end", 3);
	ok(!call_read(id, PAGE, got, 8) && !memcmp(got, "\0\0\0\0\0end", 8),
	   "a write behind the end leaves zeros between");
	memset(p, 'd', PAGE);
	call_extend(id, PAGE + 8, 2);
	ok(!call_read(id, PAGE + 8, got, 2) && all(got, 0, 2), "as does FS_EXTEND");
	ok(call_stat(id).size == PAGE + 10, "which moves the end");

	ok(!call_map(FS_UNMAP, id, 0, 0, ~0ull) && call_value() == 2, "both are given back");
	ok(call_stat(id).blocks == 16, "the one behind the end is freed");
	ok(!call_map(FS_UNMAP, id, 0, 0, 5) && call_value() == 0, "a second time: nothing");
	ok(call_map(FS_UNMAP, id, 0, 2, ~0ull) == SVC_INVALID, "around the end of all numbers");
	ok(world_end(), "nothing is left over");
}

static void check_unlink(void)
{
	uint32_t id, other;
	uint64_t before;
	char *p;

	world_begin();
	before = env_pages;
	id = call_open("/f", RW);
	fill(id, 'x', 20 * PAGE);
	call_map(FS_MAP, id, 0, 3, 1);
	p = call_page(0);
	call_name(FS_UNLINK, "/f", 0, 0);
	ok(call_stat(id).nlink == 0 && env_pages == before + 20, "content stays while it is open");
	other = call_open("/g", RW);
	call_close(id);
	ok(env_pages == before + 1 && all(p, 'x', PAGE), "then only the pinned page stays");
	ok(call_read(id, 0, &id, 1) == SVC_BAD_HANDLE, "though the id is gone");
	call_close(other);
	call_gone(1);
	ok(env_pages == before, "until the session ends");
	ok(world_end(), "nothing is left over");
}

static void check_trust(void)
{
	uint32_t id;
	uint64_t before;
	char *p;

	world_begin();
	before = env_pages;
	call_as(2, ALL_GRANTS & ~FS_GRANT_UNPIN);
	id = call_open("/f", RW);
	fill(id, 'x', 2 * PAGE);
	call_map(FS_MAP, id, FS_MAP_WRITE, 0, 2);
	p = call_page(1);
	ok(!call_map(FS_UNMAP, id, 0, 0, 2) && call_value() == 0, "an untrusted one frees nothing");
	call_truncate(id, 0);
	p[5] = 'p';
	ok(env_pages == before + 2, "by truncating neither");

	call_as(3, ALL_GRANTS);
	id = call_open("/f", FS_O_WRITE);
	ok(!call_extend(id, 0, 2 * PAGE) && env_pages == before + 2, "another client fills the file");
	ok(!call_map(FS_MAP, id, 0, 0, 2) && p == call_page(1) && all(p, 0, PAGE),
	   "and gets the same pages, zeroed");
	call_truncate(id, 0);
	call_map(FS_UNMAP, id, 0, 0, 2);
	ok(env_pages == before + 2, "one session's pins do not end another's");
	call_gone(2);
	ok(env_pages == before, "the end of the session does");
	ok(call_stat(id).size == 0 && !call_status, "other sessions go on");
	call_as(1, ALL_GRANTS);
	ok(world_end(), "nothing is left over");
}

static void check_grants(void)
{
	uint32_t id;

	world_begin();
	id = call_open("/f", RW);
	fill(id, 'x', PAGE);
	call_as(2, FS_GRANT_READ | FS_GRANT_WRITE);
	id = call_open("/f", FS_O_WRITE);
	ok(call_map(FS_MAP, id, 0, 0, 1) == SVC_DENIED, "FS_MAP needs its grant");
	ok(call_map(FS_UNMAP, id, 0, 0, 1) == SVC_DENIED, "so does FS_UNMAP");
	call_as(3, FS_GRANT_READ | FS_GRANT_MAP);
	id = call_open("/f", 0);
	ok(!call_map(FS_MAP, id, 0, 0, 1), "reading pages needs no more");
	ok(call_map(FS_MAP, id, FS_MAP_ALLOC, 0, 1) == SVC_DENIED, "making pages needs WRITE");
	call_as(1, ALL_GRANTS);
	ok(world_end(), "nothing is left over");
}

/* Frames are found and freed whatever the order in which sessions and files come and go. */
static void check_many(void)
{
	uint32_t id[3][4];
	uint64_t before;
	char path[8];

	world_begin();
	for (unsigned f = 0; f < 4; f++) {
		snprintf(path, sizeof(path), "/%u", f);
		fill(call_open(path, RW), 'a' + f, 100 * PAGE);
	}
	before = env_pages;
	for (unsigned s = 0; s < 3; s++) {
		call_as(2 + s, ALL_GRANTS);
		for (unsigned f = 0; f < 4; f++) {
			snprintf(path, sizeof(path), "/%u", f);
			id[s][f] = call_open(path, FS_O_WRITE);
			call_map(FS_MAP, id[s][f], 0, 0, 100);
		}
	}
	call_truncate(id[2][0], 0);
	ok(env_pages == before, "pages that three sessions hold");
	ok(!call_map(FS_UNMAP, id[2][0], 0, 0, 10) && call_value() == 10, "a part is given back");
	ok(!call_map(FS_UNMAP, id[2][0], 0, 5, 200) && call_value() == 90, "and the rest");
	call_gone(3);
	ok(env_pages == before, "two sessions of three");
	call_as(2, ALL_GRANTS);
	ok(!call_map(FS_UNMAP, id[0][0], 0, 0, 100) && env_pages == before - 100, "the last frees");
	call_map(FS_UNMAP, id[0][2], 0, 0, 100);
	call_map(FS_UNMAP, id[0][1], 0, 0, 100);
	call_gone(2);
	call_truncate(id[0][3], 0);
	call_as(4, ALL_GRANTS);
	call_truncate(id[2][1], 0);
	ok(env_pages == before - 100 && call_stat(id[2][1]).blocks == 800, "one session's are left");
	call_map(FS_UNMAP, id[2][1], 0, 0, 100);
	ok(env_pages == before - 200, "then none");
	call_as(1, ALL_GRANTS);
	ok(world_end(), "nothing is left over");
}

/* Frames that lie one behind the other go out in one item, as far as hotspots are aligned alike. */
static void check_orders(void)
{
	char *arena = aligned_alloc(64 * PAGE, 64 * PAGE);
	uint32_t id;
	bool good = true;

	world_begin();
	id = call_open("/f", RW);
	env_arena(arena, 64);
	call_extend(id, 0, 64 * PAGE);
	call_map(FS_MAP, id, 0, 0, 64);
	ok(utcb_typed(&call_utcb) == 1 && crd_order(utcb_item(&call_utcb, 0)->crd) == 6,
	   "64 pages in one item");
	call_map(FS_MAP, id, 0, 0, 23);
	ok(utcb_typed(&call_utcb) == 4, "23 pages in four");
	call_map(FS_MAP, id, 0, 3, 10);
	for (unsigned n = 0; n < 10; n++)
		good &= call_page(n) == arena + (3 + n) * PAGE;
	ok(good && utcb_typed(&call_utcb) == 10, "one each if they are aligned differently");
	call_map(FS_MAP, id, 0, 2, 40);
	for (unsigned n = 0; n < 40; n++)
		good &= call_page(n) == arena + (2 + n) * PAGE;
	ok(good && utcb_typed(&call_utcb) == 20, "two each if they are aligned by two");
	ok(world_end(), "nothing is left over");
	env_arena(NULL, 0);
	free(arena);
}

static void check_no_memory(void)
{
	uint32_t id;
	uint64_t blocks, n;

	world_begin();
	id = call_open("/f", RW);
	call_truncate(id, 1000 * PAGE);
	call_write(id, 500 * PAGE, "x", 1);
	blocks = call_stat(id).blocks;
	for (n = 1; n < 1000; n++) {
		enum svc_status st;

		env_fail_at(n);
		st = call_map(FS_MAP, id, FS_MAP_ALLOC, 450, 100);
		env_fail_at(0);
		if (st != SVC_NO_MEMORY || call_stat(id).blocks != blocks)
			break;
	}
	ok(n > 200 && call_stat(id).blocks == blocks + 99 * 8,
	   "FS_MAP makes and pins all, or nothing (%d allocations)", (int)n);
	call_map(FS_UNMAP, id, 0, 0, 1000);
	for (n = 1; n < 1000; n++) {
		env_fail_at(n);
		if (call_extend(id, 550 * PAGE - 1, 40 * PAGE) != SVC_NO_MEMORY)
			break;
		if (call_stat(id).blocks != blocks + 99 * 8 || call_stat(id).size != 1000 * PAGE)
			break;
	}
	env_fail_at(0);
	ok(n > 80 && call_stat(id).blocks == blocks + 139 * 8, "so does FS_EXTEND");
	ok(world_end(), "nothing is left over");
}

int main(void)
{
	check_basics();
	check_holes();
	check_truncate();
	check_unlink();
	check_trust();
	check_grants();
	check_many();
	check_orders();
	check_no_memory();
	return done();
}
