/* SPDX-License-Identifier: MIT */
/* page.h - protocol of the service "page". */
#pragma once
#include <hedron/service.h>

#define PAGE_VERSION	1
#define PAGE_GET	1	/* answer: one item, the server's page, readable and writable */
#define PAGE_LOOK	2	/* answer: value = first byte of the server's page */
#define PAGE_TAKE	3	/* request: one item, the client's page; the server writes into it */
