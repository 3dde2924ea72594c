/* SPDX-License-Identifier: MIT */
/*
 * starter.c - the thread that starts programs: all of the boot configuration in their order, then
 * those that are to be restarted.
 *
 * A program that dies again and again is started after ever longer waits, up to RESTART_MAX_US; one
 * that has run for longer than that begins anew.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "books.h"
#include "elf.h"
#include "machine.h"
#include "runtime/lib/cpio.h"

#define RESTART_MIN_US	50000
#define RESTART_MAX_US	10000000
#define PATH_ROOM	4096

/* By the configuration's number; under the books' lock. */
static struct restart {
	uint64_t started;	/* TSC of the last start */
	uint64_t wait_us;	/* before the next one */
	uint64_t due;		/* TSC; 0: not to be started */
} *restarts;

static struct restart *restart_of(const struct conf_program *conf)
{
	return &restarts[conf - books.conf.program];
}

void starter_again(const struct conf_program *conf)
{
	struct restart *r = restart_of(conf);

	books_lock();
	if (__builtin_ia32_rdtsc() - r->started > hedron_hip()->tsc_khz * (RESTART_MAX_US / 1000ull))
		r->wait_us = 0;
	r->wait_us = r->wait_us ? r->wait_us * 2 : RESTART_MIN_US;
	if (r->wait_us > RESTART_MAX_US)
		r->wait_us = RESTART_MAX_US;
	r->due = hedron_deadline(r->wait_us);
	log_root("%s will be started again in %lu ms", conf->name, r->wait_us / 1000);
	books_unlock();
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The program's file in the archive: below root/ for a path of the file system's tree. A symbolic
 * link or something else there is for the loader to follow. */
static bool find_file(const char *path, struct cpio_entry *e)
{
	char name[PATH_ROOM];

	if (path[0] == '/')
		snprintf(name, sizeof(name), "root%s", path);
	else
		snprintf(name, sizeof(name), "%s", path);
	return cpio_find(books.archive, books.archive_size, name, e) && S_ISREG(e->mode);
}

static unsigned start_file(struct program *p, char text[TEXT_MAX])
{
	struct cpio_entry e;
	const bool found = find_file(p->conf->file, &e);

	if (found && elf_is_native(e.data, e.size))
		return native_start(p, e.data, e.size, text);
	if (p->conf->file[0] == '/' && books.conf.loader)
		return loader_start(p, text);
	snprintf(text, TEXT_MAX, found ? "not a native program" : "not found");
	return found ? 126 : 127;
}

/* ---- programs -------------------------------------------------------------------------------- */

static void failed(const struct conf_program *conf, struct program *p, unsigned status,
		   const char *text)
{
	if (conf->main)
		machine_fail(status, "%s: %s", conf->file, text);
	log_root("%s: %s: %s", conf->name, conf->file, text);
	if (!p)
		return;
	books_lock();
	program_ended(p, PROGRAM_FAILED, status);
	books_unlock();
}

static void start(const struct conf_program *conf, uint64_t boot_pages)
{
	char text[TEXT_MAX];
	struct program *p;
	unsigned status;

	books_lock();
	p = program_new(conf);
	if (p)
		p->mem.quota = conf_pages(&conf->memory, boot_pages);
	restart_of(conf)->started = __builtin_ia32_rdtsc();
	books_unlock();
	if (!p) {
		failed(conf, NULL, 126, "too many programs");
		return;
	}
	log_root("starting %s (program %u): %s", conf->name, p->number, conf->file);
	status = start_file(p, text);
	if (status)
		failed(conf, p, status, text);
}

/* One program whose time has come; else the TSC when the next is due, 0 for never. */
static const struct conf_program *next_due(uint64_t *due)
{
	const struct conf_program *conf = NULL;

	*due = 0;
	books_lock();
	for (size_t i = 0; i < books.conf.n && !conf; i++) {
		struct restart *r = &restarts[i];

		if (r->due && (int64_t)(__builtin_ia32_rdtsc() - r->due) >= 0) {
			r->due = 0;
			conf = &books.conf.program[i];
		} else if (r->due && (!*due || r->due < *due)) {
			*due = r->due;
		}
	}
	books_unlock();
	return conf;
}

void starter_main(void *arg)
{
	const uint64_t boot_pages = mem_free_pages();
	uint64_t due;

	restarts = calloc(books.conf.n, sizeof(*restarts));
	if (!restarts)
		machine_fail(126, "roottask: out of memory");
	for (size_t i = 0; i < books.conf.n; i++)
		start(&books.conf.program[i], boot_pages);
	for (;;) {
		const struct conf_program *conf = next_due(&due);

		if (conf)
			start(conf, boot_pages);
		else
			hedron_sm_down_zero(books.start, due);
	}
}
