/* SPDX-License-Identifier: MIT */
/*
 * hash.c - keyed hash of names: SipHash-1-3 (Aumasson, Bernstein: "SipHash: a fast short-input PRF").
 *
 * The key is random, so a client cannot choose names that all fall into one bucket of a directory.
 */
#include "hash.h"

#include <string.h>

static uint64_t key[2];

void hash_seed(uint64_t k0, uint64_t k1)
{
	key[0] = k0;
	key[1] = k1;
}

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotl(v[1], 13) ^ v[0];
	v[3] = rotl(v[3], 16) ^ v[2];
	v[0] = rotl(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotl(v[1], 17) ^ v[2];
	v[3] = rotl(v[3], 21) ^ v[0];
	v[2] = rotl(v[2], 32);
}

static void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_round(v);
	v[0] ^= word;
}

uint32_t hash_name(const char *name, size_t len)
{
	uint64_t v[4] = {
		key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
		key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573,
	};
	uint64_t word, last = (uint64_t)len << 56;
	size_t i;

	for (i = 0; i + 8 <= len; i += 8) {
		memcpy(&word, name + i, 8);
		sip_word(v, word);
	}
	for (size_t k = 0; i + k < len; k++)
		last |= (uint64_t)(uint8_t)name[i + k] << 8 * k;
	sip_word(v, last);

	v[2] ^= 0xff;
	for (int r = 0; r < 3; r++)
		sip_round(v);
	return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}
