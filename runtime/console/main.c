/* SPDX-License-Identifier: MIT */
/*
 * main.c - the console service: hedron/console.h, operation by operation.
 *
 * One handler a CPU; none ever waits but for the mutexes of input.c, client.c and `out_lock`, which
 * keeps each WRITE in one piece.
 */
#include <stdio.h>
#include <string.h>

#include <hedron/console.h>

#include "args.h"
#include "client.h"
#include "input.h"
#include "runtime/lib/port.h"
#include "uart.h"

static struct console_args args;
static struct hedron_mutex out_lock;

/* ---- output ---------------------------------------------------------------------------------- */

static void device_write(const struct device *d, const void *data, uint32_t len)
{
	const uint8_t *p = data;

	hedron_mutex_lock(&out_lock);
	if (d->kind == DEVICE_DEBUGCON)
		port_out_bytes(d->port, p, len);
	else
		for (uint32_t i = 0; i < len; i++)
			uart_put(d->port, p[i]);
	hedron_mutex_unlock(&out_lock);
}

/* A line of the log; without a device of its own it joins the roottask's. */
static void log_put(const char *line, uint32_t len)
{
	char text[256];

	if (args.out[CONSOLE_LOG].kind == DEVICE_NONE) {
		hedron_log("%.*s", (int)len, line);
		return;
	}
	memcpy(text, line, len);
	text[len] = '\n';
	device_write(&args.out[CONSOLE_LOG], text, len + 1);
}

static enum svc_status on_write(uint64_t badge, struct hedron_utcb *u)
{
	const struct console_write *req = hedron_request(u, sizeof(*req));
	const uint32_t grants = badge_grants(badge);
	uint32_t stream;

	if (!req || req->len > utcb_words(u) * 8 - sizeof(*req) || req->stream == CONSOLE_IN ||
	    req->stream >= CONSOLE_STREAMS)
		return SVC_INVALID;
	stream = req->stream;
	if (!(grants & CONSOLE_GRANT(stream)) || !args.out[stream].kind)
		stream = CONSOLE_LOG;
	if (!(grants & CONSOLE_GRANT(stream)))
		return SVC_DENIED;
	if (stream == CONSOLE_LOG)
		return client_log(badge_program(badge), req->data, req->len, log_put);
	device_write(&args.out[stream], req->data, req->len);
	return SVC_OK;
}

/* ---- input ----------------------------------------------------------------------------------- */

static void do_read(uint64_t badge, struct hedron_utcb *u)
{
	const struct console_read *req = hedron_request(u, sizeof(*req));
	const uint32_t max = CONSOLE_READ_MAX;
	struct console_data *rep;
	uint32_t len = req ? (req->len < max ? req->len : max) : 0;
	uint8_t data[CONSOLE_READ_MAX];
	enum svc_status status = SVC_OK;
	bool end = false;

	if (!req || !len)
		status = SVC_INVALID;
	else if (!(badge_grants(badge) & CONSOLE_GRANT(CONSOLE_IN)))
		status = SVC_DENIED;
	if (status != SVC_OK) {
		hedron_answer(u, sizeof(rep->rep), status, 0);
		return;
	}
	input_want();
	len = input_take(data, len, &end);
	rep = hedron_answer(u, sizeof(rep->rep) + len, len || end ? SVC_OK : SVC_AGAIN, len);
	memcpy(rep->data, data, len);
}

/* The semaphore lies in the window, whose place it keeps; the window moves on. */
static enum svc_status on_notify(uint64_t badge, struct hedron_utcb *u)
{
	const cap_sel came = crd_base(u->del_window), next = hedron_sel_alloc(0);
	enum svc_status status;

	if (!(badge_grants(badge) & CONSOLE_GRANT(CONSOLE_IN)) || next == HEDRON_NO_SEL ||
	    utcb_typed(u) != 1 || !utcb_item(u, 0)->crd) {
		if (next != HEDRON_NO_SEL)
			hedron_sel_free(next, 0);
		return badge_grants(badge) & CONSOLE_GRANT(CONSOLE_IN) ? SVC_INVALID : SVC_DENIED;
	}
	status = client_notify(badge_program(badge), came);
	if (status != SVC_OK) {
		hedron_sel_free(next, 0);
		return status;
	}
	u->del_window = crd_obj(next, 0, SM_UP);
	return SVC_OK;
}

/* ---- information, clients -------------------------------------------------------------------- */

static void do_info(uint64_t badge, struct hedron_utcb *u)
{
	const struct console_info_req *req = hedron_request(u, sizeof(*req));
	struct console_info *info;
	uint32_t stream = req ? req->stream : CONSOLE_STREAMS;
	bool tty;

	if (stream >= CONSOLE_STREAMS) {
		hedron_answer(u, sizeof(info->rep), SVC_INVALID, 0);
		return;
	}
	tty = args.tty[stream] && badge_grants(badge) & CONSOLE_GRANT(stream);
	info = hedron_answer(u, sizeof(*info), SVC_OK, 0);
	info->flags = tty ? CONSOLE_TTY : 0;
	if (stream == CONSOLE_IN && input_is_ready())
		info->flags |= CONSOLE_READY;
	info->rows = tty ? args.rows : 0;
	info->cols = tty ? args.cols : 0;
}

/* Badge 0 is the roottask's. */
static enum svc_status on_gone(uint64_t badge, struct hedron_utcb *u)
{
	const struct svc_client_gone *req = hedron_request(u, sizeof(*req));

	if (badge || !req)
		return SVC_DENIED;
	client_forget(req->program);
	return SVC_OK;
}

/* ---- dispatch -------------------------------------------------------------------------------- */

static void answer(struct hedron_utcb *u, enum svc_status status, uint32_t value)
{
	hedron_answer(u, sizeof(struct svc_reply), status, status == SVC_OK ? value : 0);
}

static void serve(uint64_t badge, struct hedron_utcb *u)
{
	const struct svc_request *req = hedron_request(u, sizeof(*req));
	const uint32_t op = req ? req->op : 0;

	if (req && op == SVC_OP_CLIENT_GONE) {
		answer(u, on_gone(badge, u), 0);
	} else if (!req || req->version != CONSOLE_VERSION) {
		answer(u, req ? SVC_VERSION : SVC_INVALID, 0);
	} else if (op == CONSOLE_WRITE) {
		const uint32_t len = ((const struct console_write *)req)->len;

		answer(u, on_write(badge, u), len);
	} else if (op == CONSOLE_READ) {
		do_read(badge, u);
	} else if (op == CONSOLE_NOTIFY) {
		answer(u, on_notify(badge, u), 0);
	} else if (op == CONSOLE_INFO) {
		do_info(badge, u);
	} else {
		answer(u, SVC_OP, 0);
	}
}

/* What came unwanted lies in the window, or has taken its place: it goes. */
static cap_sel handle(uint64_t badge, struct hedron_utcb *u, void *arg)
{
	const hedron_crd window = u->del_window;
	const bool items = utcb_typed(u) != 0;

	serve(badge, u);
	if (items && u->del_window == window)
		hedron_revoke(crd_obj(crd_base(window), 0, RIGHTS_ALL), 1);
	return 0;
}

/* ---- start ----------------------------------------------------------------------------------- */

static int cannot(const char *what, enum svc_status status)
{
	hedron_log("cannot %s: %s", what, hedron_svc_name(status));
	return 1;
}

static bool open_windows(const struct hedron_server *s)
{
	for (unsigned cpu = 0; cpu < HEDRON_NUM_CPU; cpu++) {
		cap_sel sel;

		if (!s->local[cpu])
			continue;
		sel = hedron_sel_alloc(0);
		if (sel == HEDRON_NO_SEL)
			return false;
		hedron_local_utcb(s->local[cpu])->del_window = crd_obj(sel, 0, SM_UP);
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct hedron_server server;
	enum svc_status status;
	const char *bad;

	if (!args_parse(&args, argc, argv, &bad)) {
		hedron_log("wrong argument: %s", bad);
		return 1;
	}
	if (args.out[CONSOLE_LOG].kind == DEVICE_UART)
		uart_init(args.out[CONSOLE_LOG].port, false);
	status = hedron_mutex_init(&out_lock);
	if (status == SVC_OK)
		status = clients_begin();
	if (status == SVC_OK)
		status = input_begin(&args, clients_wake);
	if (status != SVC_OK)
		return cannot("set up the devices", status);
	status = hedron_server_create(&server, 0, handle, NULL);
	if (status != SVC_OK || !open_windows(&server))
		return cannot("make the server", status);
	status = hedron_server_register(&server, CONSOLE_NAME, ROOT_REG_NOTIFY);
	if (status != SVC_OK)
		return cannot("offer the service", status);
	hedron_park();
}
