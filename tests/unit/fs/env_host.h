/* SPDX-License-Identifier: MIT */
/* env_host.h - the file system's surroundings in a unit test, under the test's control. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

extern uint64_t env_pages;	/* page frames that are in use */
extern uint64_t env_objects;	/* objects that are in use; with mem_host.c only */
extern uint64_t env_limit;	/* page frames that may be in use */

/* Take the next `pages` page frames from here, one behind the other. The memory stays the caller's. */
void env_arena(void *memory, uint64_t pages);

extern int64_t env_time;	/* what time_now() says; each call adds 1 */

/* Let the `n`th allocation from now on fail, and all behind it; 0: none. */
void env_fail_at(uint64_t n);
bool env_failed(void);		/* whether one has failed since */
bool env_may_alloc(void);	/* asked by each allocation */
