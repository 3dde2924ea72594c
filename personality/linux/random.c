/* SPDX-License-Identifier: MIT */
/*
 * random.c - random bytes: ChaCha20 (RFC 8439) with a key that is replaced after every use.
 *
 * The first key mixes RDSEED or RDRAND, where the processor has them, with the jitter of the TSC.
 * Each request takes its bytes from the key stream and ends by taking the next key from it ("fast
 * key erasure"), so that what was given out cannot be found from what is in memory later.
 */
#include "random.h"

#include <string.h>

#include <cpuid.h>

#define KEY_WORDS	8
#define BLOCK_WORDS	16
#define JITTER_ROUNDS	4096

static uint32_t key[KEY_WORDS];

static inline uint32_t rotl(uint32_t x, int n)	{ return x << n | x >> (32 - n); }

static void quarter(uint32_t *s, int a, int b, int c, int d)
{
	s[a] += s[b]; s[d] = rotl(s[d] ^ s[a], 16);
	s[c] += s[d]; s[b] = rotl(s[b] ^ s[c], 12);
	s[a] += s[b]; s[d] = rotl(s[d] ^ s[a], 8);
	s[c] += s[d]; s[b] = rotl(s[b] ^ s[c], 7);
}

/* One block of the key stream (RFC 8439, 2.3), nonce 0: every key is used once. */
static void block(uint32_t out[BLOCK_WORDS], uint64_t counter)
{
	uint32_t s[BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };

	memcpy(s + 4, key, sizeof(key));
	s[12] = counter;
	s[13] = counter >> 32;
	memcpy(out, s, sizeof(s));
	for (int i = 0; i < 10; i++) {
		quarter(out, 0, 4, 8, 12);
		quarter(out, 1, 5, 9, 13);
		quarter(out, 2, 6, 10, 14);
		quarter(out, 3, 7, 11, 15);
		quarter(out, 0, 5, 10, 15);
		quarter(out, 1, 6, 11, 12);
		quarter(out, 2, 7, 8, 13);
		quarter(out, 3, 4, 9, 14);
	}
	for (int i = 0; i < BLOCK_WORDS; i++)
		out[i] += s[i];
}

void random_bytes(void *buf, size_t len)
{
	uint32_t out[BLOCK_WORDS];
	uint64_t counter = 1;		/* block 0 becomes the next key */
	char *to = buf;

	while (len) {
		size_t n = len < sizeof(out) ? len : sizeof(out);

		block(out, counter++);
		memcpy(to, out, n);
		to += n;
		len -= n;
	}
	block(out, 0);
	memcpy(key, out, sizeof(key));
	memset(out, 0, sizeof(out));
	__asm__ volatile("" : : "r"(out) : "memory");	/* the wiping stays */
}

uint64_t random_u64(void)
{
	uint64_t x;

	random_bytes(&x, sizeof(x));
	return x;
}

static inline uint64_t read_tsc(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

/* From the processor's generator; `x` itself if it has none. */
static uint64_t cpu_random(uint64_t x)
{
	unsigned a, b, c, d;
	uint64_t r;
	unsigned char ok = 0;

	if (__get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_RDSEED)
		for (int i = 0; i < 10 && !ok; i++)
			__asm__ volatile("rdseed %0; setc %1" : "=r"(r), "=qm"(ok) : : "cc");
	if (!ok && __get_cpuid(1, &a, &b, &c, &d) && c & bit_RDRND)
		for (int i = 0; i < 10 && !ok; i++)
			__asm__ volatile("rdrand %0; setc %1" : "=r"(r), "=qm"(ok) : : "cc");
	return ok ? r : x;
}

void random_init(void)
{
	uint64_t x = read_tsc();

	for (unsigned i = 0; i < JITTER_ROUNDS; i++) {
		x = (x ^ read_tsc()) * 0x9e3779b97f4a7c15ull;
		x ^= x >> 29;
		key[i % KEY_WORDS] ^= x >> 16;
	}
	for (unsigned i = 0; i < KEY_WORDS; i += 2) {
		x ^= cpu_random(x);
		key[i] ^= x;
		key[i + 1] ^= x >> 32;
	}
	random_u64();
}
