/* SPDX-License-Identifier: MIT */
/*
 * conf.c - parser of the boot configuration.
 *
 * One table of keywords, each with how many words it takes, where it may stand, and a function that
 * stores it. Words are decoded (%XX) into strings of their own before anything looks at them.
 */
#include "conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hedron/console.h>

#define WORDS_MAX	4

struct parser {
	struct conf *conf;
	struct conf_program *p;		/* the last one begun; NULL: still the machine's lines */
	unsigned line;
	char *word[WORDS_MAX];		/* decoded; word[0] the keyword */
	size_t n;
	const char *why;		/* static text, when something is wrong */
};

/* ---- numbers and lists ----------------------------------------------------------------------- */

static bool fail(struct parser *c, const char *why)
{
	c->why = why;
	return false;
}

/* A decimal number, or hexadecimal with 0x; nothing else around it. */
static bool number(const char *s, uint64_t max, uint64_t *out)
{
	char *end;
	const bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');

	if (s[0] < '0' || s[0] > '9')
		return false;
	*out = strtoull(s, &end, hex ? 16 : 10);
	return !*end && strlen(s) <= 18 && *out <= max;
}

/* One element more in an array; NULL: no memory. */
static void *append(struct parser *c, void **array, size_t *n, size_t size)
{
	char *more = realloc(*array, (*n + 1) * size);

	if (!more) {
		c->why = "out of memory";
		return NULL;
	}
	*array = more;
	memset(more + *n * size, 0, size);
	return more + (*n)++ * size;
}

/* Move a word to a list, which stays NULL-terminated. */
static bool push(struct parser *c, struct conf_words *list, char **word)
{
	char **more = realloc(list->v, (list->n + 2) * sizeof(*more));

	if (!more)
		return fail(c, "out of memory");
	list->v = more;
	more[list->n++] = *word;
	more[list->n] = NULL;
	*word = NULL;
	return true;
}

static bool take(struct parser *c, char **slot, size_t i)
{
	if (*slot)
		return fail(c, "given twice");
	*slot = c->word[i];
	c->word[i] = NULL;
	return true;
}

static bool is_service(const char *name)
{
	return *name && strlen(name) < SVC_NAME_MAX;
}

/* ---- lines about the machine ----------------------------------------------------------------- */

static bool set_port(struct parser *c, bool *has, uint16_t *port)
{
	uint64_t v;

	if (!number(c->word[1], 0xffff, &v))
		return fail(c, "not a port");
	if (*has)
		return fail(c, "given twice");
	*has = true;
	*port = v;
	return true;
}

static bool on_control(struct parser *c)
{
	return set_port(c, &c->conf->has_control, &c->conf->control);
}

static bool on_poweroff(struct parser *c)
{
	return set_port(c, &c->conf->has_poweroff, &c->conf->poweroff);
}

static bool on_loader(struct parser *c)
{
	if (!is_service(c->word[1]))
		return fail(c, "not a service's name");
	return take(c, &c->conf->loader, 1);
}

/* ---- lines about a program ------------------------------------------------------------------- */

static bool on_program(struct parser *c)
{
	struct conf *conf = c->conf;

	if (!is_service(c->word[1]))
		return fail(c, "name is empty or longer than 31 bytes");
	for (size_t i = 0; i < conf->n; i++)
		if (!strcmp(conf->program[i].name, c->word[1]))
			return fail(c, "a program of that name is already there");
	c->p = append(c, (void **)&conf->program, &conf->n, sizeof(*c->p));
	if (!c->p)
		return false;
	c->p->line = c->line;
	c->p->memory.value = 16 << 20;
	c->p->priority = 16;
	c->p->console = CONSOLE_GRANT(CONSOLE_LOG);
	return take(c, &c->p->name, 1);
}

static bool on_file(struct parser *c)
{
	return *c->word[1] ? take(c, &c->p->file, 1) : fail(c, "path is empty");
}

static bool on_cwd(struct parser *c)	{ return take(c, &c->p->cwd, 1); }

/* Without a word: the empty argument. */
static bool on_arg(struct parser *c)
{
	if (c->n == 1)
		c->word[1] = strdup("");
	return c->word[1] ? push(c, &c->p->arg, &c->word[1]) : fail(c, "out of memory");
}

static bool on_env(struct parser *c)
{
	return strchr(c->word[1], '=') ? push(c, &c->p->env, &c->word[1]) : fail(c, "not K=V");
}

/* 512K, 16M, 1G, 40% */
static bool on_memory(struct parser *c)
{
	static const char units[] = "KMG";
	char *s = c->word[1];
	size_t len = strlen(s);
	const char *unit = len ? strchr(units, s[len - 1]) : NULL;
	struct conf_size *m = &c->p->memory;

	m->percent = len && s[len - 1] == '%';
	if (!unit && !m->percent)
		return fail(c, "size is not a number with K, M, G or %");
	s[len - 1] = 0;
	if (!number(s, m->percent ? 100 : 1ull << 32, &m->value) || !m->value)
		return fail(c, "size is out of range");
	if (unit)
		m->value <<= 10 * (unit - units + 1);
	return true;
}

static bool on_priority(struct parser *c)
{
	uint64_t v;

	if (!number(c->word[1], 127, &v) || !v)
		return fail(c, "priority is not 1..127");
	c->p->priority = v;
	return true;
}

static bool on_ports(struct parser *c)
{
	uint64_t first, last;
	struct conf_ports *r;

	if (!number(c->word[1], 0xffff, &first) || !number(c->word[2], 0xffff, &last) || first > last)
		return fail(c, "not a range of ports");
	r = append(c, (void **)&c->p->ports, &c->p->n_ports, sizeof(*r));
	if (!r)
		return false;
	*r = (struct conf_ports){ first, last };
	return true;
}

static bool on_gsi(struct parser *c)
{
	uint64_t v;

	if (!number(c->word[1], 191, &v))
		return fail(c, "not a GSI");
	if (c->p->n_gsi == CONF_GSI_MAX)
		return fail(c, "more than 32 gsi lines");
	c->p->gsi[c->p->n_gsi++] = v;
	return true;
}

static bool on_device(struct parser *c)
{
	const uint64_t end = 1ull << 52, page = HEDRON_PAGE_SIZE;	/* of physical addresses */
	struct conf_device d;

	if (!number(c->word[1], end - page, &d.addr) || d.addr % page)
		return fail(c, "not the address of a page");
	if (!number(c->word[2], end - d.addr, &d.size) || !d.size || d.size % page)
		return fail(c, "size is not a number of whole pages");
	if (c->p->device.size)
		return fail(c, "given twice");
	c->p->device = d;
	return true;
}

static bool on_use(struct parser *c)
{
	uint64_t grants = 0;
	struct conf_use *u;

	if (!is_service(c->word[1]))
		return fail(c, "not a service's name");
	if (c->n == 3 && !number(c->word[2], 0xffffffff, &grants))
		return fail(c, "grants are not a number of 32 bits");
	u = append(c, (void **)&c->p->use, &c->p->n_use, sizeof(*u));
	if (!u)
		return false;
	u->grants = grants;
	return take(c, &u->name, 1);
}

static bool on_provides(struct parser *c)
{
	if (!is_service(c->word[1]) || !strcmp(c->word[1], "*"))
		return fail(c, "not a service's name");
	for (size_t i = 0; i < c->conf->n; i++)
		if (conf_provides(&c->conf->program[i], c->word[1]))
			return fail(c, "provided twice");
	return push(c, &c->p->provides, &c->word[1]);
}

static bool on_offers(struct parser *c)
{
	if (strcmp(c->word[1], "*"))
		return fail(c, "only `offers *`; a single name is `provides`");
	c->p->offers_any = true;
	return true;
}

static bool on_console(struct parser *c)
{
	uint64_t v;

	if (!number(c->word[1], 0xffffffff, &v))
		return fail(c, "grants are not a number of 32 bits");
	c->p->console = v;
	return true;
}

static bool on_main(struct parser *c)
{
	for (size_t i = 0; i < c->conf->n; i++)
		if (c->conf->program[i].main)
			return fail(c, "there is a main program already");
	c->p->main = true;
	return true;
}

static bool on_archive(struct parser *c)	{ return c->p->archive = true; }
static bool on_create(struct parser *c)		{ return c->p->create = true; }
static bool on_restart(struct parser *c)	{ return c->p->restart = true; }
static bool on_trace(struct parser *c)		{ return c->p->trace = true; }

enum place { MACHINE, PROGRAM, ANYWHERE };

static const struct keyword {
	const char *name;
	enum place place;
	size_t min, max;		/* words, with the keyword */
	bool (*on)(struct parser *c);
} keywords[] = {
	{ "control",	MACHINE,  2, 2, on_control },
	{ "poweroff",	MACHINE,  2, 2, on_poweroff },
	{ "loader",	MACHINE,  2, 2, on_loader },
	{ "program",	ANYWHERE, 2, 2, on_program },
	{ "file",	PROGRAM,  2, 2, on_file },
	{ "arg",	PROGRAM,  1, 2, on_arg },
	{ "env",	PROGRAM,  2, 2, on_env },
	{ "cwd",	PROGRAM,  2, 2, on_cwd },
	{ "memory",	PROGRAM,  2, 2, on_memory },
	{ "priority",	PROGRAM,  2, 2, on_priority },
	{ "ports",	PROGRAM,  3, 3, on_ports },
	{ "gsi",	PROGRAM,  2, 2, on_gsi },
	{ "device",	PROGRAM,  3, 3, on_device },
	{ "archive",	PROGRAM,  1, 1, on_archive },
	{ "use",	PROGRAM,  2, 3, on_use },
	{ "provides",	PROGRAM,  2, 2, on_provides },
	{ "offers",	PROGRAM,  2, 2, on_offers },
	{ "create",	PROGRAM,  1, 1, on_create },
	{ "restart",	PROGRAM,  1, 1, on_restart },
	{ "main",	PROGRAM,  1, 1, on_main },
	{ "console",	PROGRAM,  2, 2, on_console },
	{ "trace",	PROGRAM,  1, 1, on_trace },
};

/* ---- lines and words ------------------------------------------------------------------------- */

static int hex(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

/* The word at s[0..len), decoded, in memory of its own. */
static char *decode(struct parser *c, const char *s, size_t len)
{
	char *out = malloc(len + 1), *o = out;

	if (!out) {
		c->why = "out of memory";
		return NULL;
	}
	for (size_t i = 0; i < len; i++) {
		char ch = s[i];

		if (ch == '%' && len - i > 2 && hex(s[i + 1]) >= 0 && hex(s[i + 2]) >= 0) {
			ch = hex(s[i + 1]) << 4 | hex(s[i + 2]);
			i += 2;
		} else if (ch == '%' && i + 1 < len) {
			c->why = "% without two hexadecimal digits";
		}			/* a % at the end is the unit of a size */
		if (!ch)
			c->why = "a zero byte in a word";
		*o++ = ch;
	}
	*o = 0;
	if (!c->why)
		return out;
	free(out);
	return NULL;
}

static bool is_blank(char ch)
{
	return ch == ' ' || ch == '\t' || ch == '\r';
}

/* Split a line into c->word; a word that begins with # ends it. */
static bool split(struct parser *c, const char *s, const char *end)
{
	c->n = 0;
	for (;;) {
		const char *start;

		while (s < end && is_blank(*s))
			s++;
		if (s == end || *s == '#')
			return true;
		if (c->n == WORDS_MAX)
			return fail(c, "too many words");
		for (start = s; s < end && !is_blank(*s); s++)
			;
		c->word[c->n] = decode(c, start, s - start);
		if (!c->word[c->n])
			return false;
		c->n++;
	}
}

static bool run_line(struct parser *c)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(*keywords); i++) {
		const struct keyword *k = &keywords[i];

		if (strcmp(k->name, c->word[0]))
			continue;
		if (k->place == MACHINE && c->p)
			return fail(c, "must stand before the first program");
		if (k->place == PROGRAM && !c->p)
			return fail(c, "must stand behind a program line");
		if (c->n < k->min || c->n > k->max)
			return fail(c, "wrong number of words");
		return k->on(c);
	}
	return fail(c, "no such keyword");
}

static bool one_line(struct parser *c, const char *s, const char *end)
{
	bool ok = split(c, s, end) && (!c->n || run_line(c));

	for (size_t i = 0; i < WORDS_MAX; i++) {
		free(c->word[i]);	/* what was not taken */
		c->word[i] = NULL;
	}
	return ok;
}

/* What a program must have; argv[0] is the path if nothing was said. */
static bool complete(struct parser *c, struct conf_program *p)
{
	char *path, *root;

	c->line = p->line;
	if (!p->file)
		return fail(c, "program without a file line");
	if (!p->arg.n) {
		path = strdup(p->file);
		if (!path || !push(c, &p->arg, &path))
			return fail(c, "out of memory");
	}
	if (!p->cwd) {
		root = strdup("/");
		if (!root)
			return fail(c, "out of memory");
		p->cwd = root;
	}
	return true;
}

bool conf_parse(struct conf *conf, const char *text, size_t len, char error[CONF_ERROR_MAX])
{
	struct parser c = { .conf = conf };
	const char *end = text + len;
	bool ok = true;

	memset(conf, 0, sizeof(*conf));
	while (ok && text < end) {
		const char *nl = memchr(text, '\n', end - text);

		c.line++;
		ok = one_line(&c, text, nl ? nl : end);
		text = nl ? nl + 1 : end;
	}
	for (size_t i = 0; ok && i < conf->n; i++)
		ok = complete(&c, &conf->program[i]);
	if (ok && !conf->n)
		ok = fail(&c, "no program");
	if (!ok)
		snprintf(error, CONF_ERROR_MAX, "boot.conf:%u: %s", c.line, c.why);
	return ok;
}

/* ---- questions ------------------------------------------------------------------------------- */

bool conf_provides(const struct conf_program *p, const char *service)
{
	for (size_t i = 0; i < p->provides.n; i++)
		if (!strcmp(p->provides.v[i], service))
			return true;
	return false;
}

static bool is_provided(const struct conf *conf, const char *service)
{
	for (size_t i = 0; i < conf->n; i++)
		if (conf_provides(&conf->program[i], service))
			return true;
	return false;
}

bool conf_may_use(const struct conf *conf, const struct conf_program *p, const char *service,
		  uint32_t *grants)
{
	const struct conf_use *any = NULL;

	for (size_t i = 0; i < p->n_use; i++) {
		if (!strcmp(p->use[i].name, service)) {
			*grants = p->use[i].grants;
			return true;
		}
		if (!strcmp(p->use[i].name, "*"))
			any = &p->use[i];
	}
	if (!any || is_provided(conf, service))
		return false;
	*grants = any->grants;
	return true;
}

bool conf_may_offer(const struct conf *conf, const struct conf_program *p, const char *service)
{
	if (conf_provides(p, service))
		return true;
	return p->offers_any && strcmp(service, "*") && !is_provided(conf, service);
}

uint64_t conf_pages(const struct conf_size *size, uint64_t free_pages)
{
	return size->percent ? free_pages * size->value / 100 : size->value >> HEDRON_PAGE_SHIFT;
}
