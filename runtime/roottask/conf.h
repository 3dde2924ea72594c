/* SPDX-License-Identifier: MIT */
/* conf.h - the boot configuration, docs/boot-conf.md, as the roottask keeps it; see conf.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_GSI_MAX	32	/* CAPS_GSI .. CAPS_FREE */
#define CONF_ERROR_MAX	160

struct conf_words {
	char **v;		/* NULL-terminated once n > 0 or not */
	size_t n;
};

struct conf_ports {
	uint16_t first, last;
};

/* Physical memory that is no RAM; whole pages. */
struct conf_device {
	uint64_t addr, size;	/* bytes; size 0: none */
};

struct conf_use {
	char *name;		/* "*": any service without a `provides` line */
	uint32_t grants;
};

struct conf_size {
	uint64_t value;		/* bytes, or percent of the memory free at boot */
	bool percent;
};

struct conf_program {
	unsigned line;		/* where it begins */
	char *name, *file, *cwd;
	struct conf_words arg, env, provides;
	struct conf_size memory;
	unsigned priority;
	struct conf_ports *ports;
	size_t n_ports;
	struct conf_use *use;
	size_t n_use;
	uint16_t gsi[CONF_GSI_MAX];
	size_t n_gsi;
	struct conf_device device;
	uint32_t console;
	bool archive, offers_any, create, restart, main, trace;
};

struct conf {
	bool has_control, has_poweroff;
	uint16_t control, poweroff;
	char *loader;		/* NULL: none */
	struct conf_program *program;
	size_t n;
};

/* False: the text is wrong, `error` says where and why; or memory is out. What was allocated stays:
 * a wrong configuration ends the machine. */
bool conf_parse(struct conf *conf, const char *text, size_t len, char error[CONF_ERROR_MAX]);

/* May it look the service up, and with which grants? May it offer the service? */
bool conf_may_use(const struct conf *conf, const struct conf_program *p, const char *service,
		  uint32_t *grants);
bool conf_may_offer(const struct conf *conf, const struct conf_program *p, const char *service);

/* Does it offer the service by a `provides` line? Such services are the system's own. */
bool conf_provides(const struct conf_program *p, const char *service);

/* Pages of a quota, of so many free when the boot began. */
uint64_t conf_pages(const struct conf_size *size, uint64_t free_pages);
