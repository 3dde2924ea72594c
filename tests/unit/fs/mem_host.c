/* SPDX-License-Identifier: MIT */
/* mem_host.c - instead of runtime/fs/mem.c: each object from the host's heap. */
#include <stdlib.h>

#include "runtime/fs/mem.h"
#include "tests/unit/fs/env_host.h"

void *mem_alloc(size_t size)
{
	if (size > MEM_MAX || !env_may_alloc())
		return NULL;
	env_objects++;
	return calloc(1, size);
}

void mem_free(void *object)
{
	if (!object)
		return;
	env_objects--;
	free(object);
}
