/* SPDX-License-Identifier: MIT */
/* frame.h - page frames of the personality; the story is at the head of frame.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* What a page was used for decides who may use it next: see frame.c. */
enum frame_pool {
	FRAME_PLAIN,
	FRAME_HYBRID,
	FRAME_POOLS,
};

/* A zeroed page with one reference, at an address of the personality. NULL: memory exhausted. */
void *frame_alloc(enum frame_pool pool);
void frame_get(void *page);
void frame_put(void *page);
unsigned frame_refs(const void *page);

/* Only so few are left that none should be taken which are not asked for: pages ahead of a program,
 * MAP_POPULATE. What a program touches may still use them up. */
bool frames_scarce(enum frame_pool pool);

/* How many can be had: without asking anybody, and in all. */
uint64_t frames_idle(enum frame_pool pool);
uint64_t frames_free(enum frame_pool pool);
