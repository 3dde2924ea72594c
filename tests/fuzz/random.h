/* SPDX-License-Identifier: MIT */
/* random.h - numbers that a seed determines: xorshift64* (Vigna, "An experimental exploration of
 * Marsaglia's xorshift generators", 2016). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

static inline uint64_t random64(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * 0x2545f4914f6cdd1d;
}

/* 0..n-1; n below 2^32. The high half: the low bits of a product are the weak ones. */
static inline uint64_t random_below(uint64_t *state, uint32_t n)
{
	return (random64(state) >> 32) * n >> 32;
}

static inline bool random_one_in(uint64_t *state, uint32_t n)
{
	return !random_below(state, n);
}

/* A state from several numbers; never 0, which the generator would keep. */
static inline uint64_t random_seed(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t s = (a * 0x9e3779b97f4a7c15 ^ b) * 0xbf58476d1ce4e5b9 ^ c * 0x94d049bb133111eb;

	s ^= s >> 31;
	return s ? s : 1;
}
