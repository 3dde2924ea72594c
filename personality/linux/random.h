/* SPDX-License-Identifier: MIT */
/* random.h - random bytes, for getrandom(2), /dev/urandom, AT_RANDOM and our own secrets. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void random_init(void);
void random_bytes(void *buf, size_t len);
uint64_t random_u64(void);
