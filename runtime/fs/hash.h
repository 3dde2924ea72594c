/* SPDX-License-Identifier: MIT */
/* hash.h - hash of names, see hash.c. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void hash_seed(uint64_t k0, uint64_t k1);
uint32_t hash_name(const char *name, size_t len);
