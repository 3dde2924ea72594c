/* SPDX-License-Identifier: MIT */
/*
 * native-services - a hostile hyperapp: random messages, with random items, to the root portal and to
 * every service that it can find. "native-services SEED ROUNDS".
 */
#include <hedron/console.h>
#include <hedron/fs.h>
#include <hedron/native.h>
#include <hedron/root.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW		0x180000000000ull	/* where nothing is */

typedef uint32_t __attribute__((may_alias)) half;

static uint64_t state;

static uint64_t rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * 0x2545f4914f6cdd1dull;
}

static uint64_t below(uint64_t n)
{
	return rnd() % n;
}

/* A value at which something might end, or nearly so. */
static uint64_t value(void)
{
	static const uint64_t edge[] = {
		0, 1, 2, 3, 7, 8, 63, 64, 127, 128, 129, 255, 256, 4000, 4040, 4047, 4048, 4056, 4064, 4095,
		4096, 4097, 65535, 1ull << 31, (1ull << 32) - 1, 1ull << 32, 1ull << 47,
		HEDRON_USER_END, HEDRON_USER_END - 4096, 1ull << 52, 1ull << 62, 1ull << 63, ~0ull, ~4095ull,
		-4096ull, WINDOW, NATIVE_UTCB_ADDR, NATIVE_UTCB_ADDR - 4096, FS_SIZE_MAX, FS_SIZE_MAX - 1,
	};

	switch (below(4)) {
	case 0:
		return rnd();
	case 1:
		return edge[below(sizeof(edge) / sizeof(edge[0]))];
	case 2:
		return edge[below(sizeof(edge) / sizeof(edge[0]))] |
		       edge[below(sizeof(edge) / sizeof(edge[0]))] << 32;
	default:
		return below(8) | below(8) << 32;
	}
}

static hedron_crd crd(void)
{
	unsigned type = below(4);
	uint64_t base = type == CRD_MEM ? (below(2) ? WINDOW >> 12 : (uint64_t)&state >> 12) :
			type == CRD_OBJ ? (below(2) ? NATIVE_CAPS + below(64) : value()) : value();

	return crd_make(type, base, below(4) ? below(7) : below(32), below(32));
}

static void texts(struct hedron_utcb *u, unsigned from)
{
	static const char *const text[] = {
		"/", "/x", "/tmp/a", "..", "/fuzz/../fuzz/b", "fs", "console", "linux", "//", "/tmp/l",
		"./.", "tmp/a/b/c",
	};
	const char *t = text[below(sizeof(text) / sizeof(text[0]))];

	memcpy((char *)u->word + from, t, strlen(t) + 1);
}

static void message(unsigned port)
{
	static const uint8_t ops[] = { 12, 22, 6, 4 };	/* one more than there are, and 0 */
	struct hedron_utcb *u = hedron_utcb();
	unsigned words = below(8) ? below(24) + 1 : below(2) ? below(508) : below(65536);
	unsigned typed = below(4) ? 0 : below(8) ? below(4) : below(300);
	uint32_t op = below(30) ? below(ops[port]) : value();

	for (unsigned i = 0; i < UTCB_WORDS_MAX; i++)
		u->word[i] = i < 16 ? value() : rnd();
	if (below(2))
		texts(u, below(2) ? (port == 1 ? 0x20 : 0x10) : 8 * below(10));
	if (below(2) && port == 1) {			/* likely to pass the first checks */
		half *f = (half *)u->word;

		f[2] = below(6);
		f[3] = below(128);
		f[7] = below(24);
		f[10] = below(24);
		f[11] = below(24);
	}
	for (unsigned i = 0; i < typed && i < UTCB_TYPED_MAX; i++)
		*utcb_item(u, i) = (struct hedron_typed){ crd(), value() << 12 | below(4096) };
	u->del_window = below(2) ? crd_mem(WINDOW >> 12, 7, 7) : crd_obj(5000, below(6), 31);
	u->xlate_window = crd();
	u->items = utcb_items(words, typed);
	((half *)u->word)[0] = below(30) ? 1 : value();
	((half *)u->word)[1] = op;
	if (port == 0 && op == ROOT_EXIT)
		((half *)u->word)[1] = ROOT_INFO;
	if (port == 0 && op == ROOT_LOOKUP)
		((half *)u->word)[3] &= ~ROOT_LOOKUP_WAIT;
	if (port == 0 && (op == ROOT_MEM_ALLOC || op == ROOT_MEM_FREE) && below(2)) {
		u->word[1] = WINDOW + (1ull << 40) + below(64) * 4096;
		u->word[2] = below(5);
		u->word[3] = 3;
	}
	/* its own memory is not to go */
	if (port == 0 && op == ROOT_MEM_FREE && u->word[1] < WINDOW)
		u->word[1] |= WINDOW;
}

int main(int argc, char **argv)
{
	static const char *const names[] = { "root", "fs", "console", "linux" };
	unsigned long rounds = argc > 2 ? strtoul(argv[2], NULL, 0) : 20000, served = 0, died = 0;
	cap_sel portal[4] = { NATIVE_CAPS + CAPS_ROOT + hedron_cpu() };

	state = (argc > 1 ? strtoul(argv[1], NULL, 0) : 1) * 0x9e3779b97f4a7c15ull | 1;
	for (unsigned i = 1; i < 4; i++)
		if (hedron_find(names[i], 0, &portal[i]) != SVC_OK)
			portal[i] = 0;
	for (unsigned long n = 0; n < rounds; n++) {
		unsigned port = below(4);

		if (!portal[port])
			continue;
		message(port);
		if (hedron_call(portal[port]) != HEDRON_SUCCESS)
			died++;
		else if (*(half *)hedron_utcb()->word == SVC_OK)
			served++;
	}
	printf("served some: %s, without an answer: %lu\n", served > rounds / 200 ? "yes" : "no", died);
	return 0;
}
