/* SPDX-License-Identifier: MIT */
/*
 * stack.c - stacks: an unmapped guard page, the stack, and above it the thread block with its TLS.
 */
#include "runtime.h"

#include <string.h>

enum svc_status stack_new(struct stack *s, size_t size)
{
	size_t bytes = (size ? size : HEDRON_STACK_DEFAULT) + tls_size();
	uint64_t pages = (bytes + HEDRON_PAGE_SIZE - 1) / HEDRON_PAGE_SIZE;
	enum svc_status status;
	uint64_t base;

	s->pages = pages + 1;
	s->addr = va_take(s->pages, 1);
	if (!s->addr)
		return SVC_NO_MEMORY;
	base = s->addr + HEDRON_PAGE_SIZE;
	status = backing_map(base, pages, MEM_R | MEM_W);
	if (status != SVC_OK) {
		va_give(s->addr, s->pages);
		return status;
	}
	s->tp = tls_setup((void *)base, pages * HEDRON_PAGE_SIZE);
	s->top = (base + pages * HEDRON_PAGE_SIZE - tls_size()) & ~63ull;
	return SVC_OK;
}

void stack_free(const struct stack *s)
{
	backing_unmap(s->addr + HEDRON_PAGE_SIZE, s->pages - 1);
	va_give(s->addr, s->pages);
}
