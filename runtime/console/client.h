/* SPDX-License-Identifier: MIT */
/* client.h - what the console keeps about a client; see client.c. */
#pragma once
#include <hedron/native.h>

enum svc_status clients_begin(void);

/* The client's semaphore for input, which becomes ours; drops an earlier one. */
enum svc_status client_notify(uint32_t program, cap_sel sm);

/* Bytes for the log; each full line goes to `put`. */
enum svc_status client_log(uint32_t program, const uint8_t *data, uint32_t len,
			   void (*put)(const char *line, uint32_t len));

void client_forget(uint32_t program);
void clients_wake(void);
