/* SPDX-License-Identifier: MIT */
/* sources: runtime/roottask/conf.c */
/* The boot configuration: what is read, what is refused and with which words. */
#include <stdlib.h>
#include <string.h>

#include <hedron/console.h>

#include "runtime/roottask/conf.h"
#include "tests/unit/tap.h"

/* The parser keeps what it made, for ever: not a leak here. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)	{ return "detect_leaks=0"; }

static struct conf conf;
static char error[CONF_ERROR_MAX];

static bool parse(const char *text)
{
	size_t len = strlen(text);
	char *copy = malloc(len ? len : 1);
	bool good;

	memcpy(copy, text, len);
	error[0] = 0;
	good = conf_parse(&conf, copy, len, error);
	free(copy);
	return good;
}

static void refused(const char *text, const char *why)
{
	ok(!parse(text) && !strcmp(error, why), "%s (%s)", why, error);
}

static void test_all(void)
{
	const struct conf_program *p;

	ok(parse("# the machine\n"
		 "control 0xeb\npoweroff 244\nloader linux\n"
		 "program fs\n\tfile fs.elf # a comment\n\targ fs\n\targ a%20b%0A\n\tenv A=%25\n"
		 "\tmemory 40%\n\tpriority 100\n\tports 0x3f8 0x3ff\n\tgsi 4\n\tgsi 191\n\tarchive\n"
		 "\tdevice 0x140000000 8192\n"
		 "\tuse console 0x8\n\tuse *\n\tprovides fs\n\tcreate\n\trestart\n"
		 "program app\nfile /bin/app\nmemory 512K\noffers *\nmain\ntrace\ncwd /tmp\nconsole 7"),
	   "a configuration with everything in it: %s", error);
	ok(conf.has_control && conf.control == 0xeb && conf.has_poweroff && conf.poweroff == 244 &&
	   !strcmp(conf.loader, "linux") && conf.n == 2, "the machine's lines");
	p = &conf.program[0];
	ok(!strcmp(p->name, "fs") && !strcmp(p->file, "fs.elf") && !strcmp(p->cwd, "/"), "names");
	ok(p->arg.n == 2 && !strcmp(p->arg.v[1], "a b\n") && !p->arg.v[2], "arguments, decoded");
	ok(p->env.n == 1 && !strcmp(p->env.v[0], "A=%"), "environment");
	ok(p->memory.percent && conf_pages(&p->memory, 1000) == 400, "memory in percent");
	ok(p->priority == 100 && p->n_ports == 1 && p->ports[0].first == 0x3f8 &&
	   p->ports[0].last == 0x3ff && p->n_gsi == 2 && p->gsi[1] == 191 &&
	   p->device.addr == 0x140000000 && p->device.size == 8192, "devices");
	ok(p->archive && p->create && p->restart && !p->main && !p->trace && !p->offers_any, "flags");
	p = &conf.program[1];
	ok(p->arg.n == 1 && !strcmp(p->arg.v[0], "/bin/app"), "argv[0] is the path if not given");
	ok(conf_pages(&p->memory, 0) == 128 && p->console == 7 && p->main && p->trace && p->offers_any &&
	   !strcmp(p->cwd, "/tmp") && p->priority == 16, "the other program");
	ok(parse("program x\nfile x\narg\n") && conf.program[0].arg.n == 1 &&
	   !*conf.program[0].arg.v[0], "an argument may be empty");
	ok(conf.program[0].console == CONSOLE_GRANT(CONSOLE_LOG) &&
	   conf_pages(&conf.program[0].memory, 0) == 4096, "defaults");
}

static void test_rights(void)
{
	const struct conf_program *a, *b, *c;
	uint32_t grants = 0;

	parse("program a\nfile a\nprovides fs\n"
	      "program b\nfile b\nuse fs 3\nuse * 5\n"
	      "program c\nfile c\noffers *\nuse *\n");
	a = &conf.program[0];
	b = &conf.program[1];
	c = &conf.program[2];
	ok(conf_may_use(&conf, b, "fs", &grants) && grants == 3, "a service by name, with its grants");
	ok(conf_may_use(&conf, b, "echo", &grants) && grants == 5, "any other by `use *`");
	ok(!conf_may_use(&conf, c, "fs", &grants), "`use *` is no service that is provided");
	ok(!conf_may_use(&conf, a, "echo", &grants), "nothing without a line");
	ok(conf_may_offer(&conf, a, "fs") && !conf_may_offer(&conf, a, "echo"), "provides: that name");
	ok(conf_may_offer(&conf, c, "echo") && !conf_may_offer(&conf, c, "fs") &&
	   !conf_may_offer(&conf, c, "*"), "offers *: any that nobody provides");
	ok(!conf_may_offer(&conf, b, "echo"), "no offer without a line");
}

static void test_refused(void)
{
	refused("", "boot.conf:0: no program");
	refused("program a\n\n# x\n", "boot.conf:1: program without a file line");
	refused("file x", "boot.conf:1: must stand behind a program line");
	refused("program a\nfile a\ncontrol 1", "boot.conf:3: must stand before the first program");
	refused("program a\nfile a\nfiel b", "boot.conf:3: no such keyword");
	refused("program a b", "boot.conf:1: wrong number of words");
	refused("program a\nfile a b c d e", "boot.conf:2: too many words");
	refused("program a\nfile a\nfile b", "boot.conf:3: given twice");
	refused("program a\nfile a\nprogram a", "boot.conf:3: a program of that name is already there");
	refused("program a\nfile %00", "boot.conf:2: a zero byte in a word");
	refused("program a\nfile %4", "boot.conf:2: % without two hexadecimal digits");
	refused("control 65536\n", "boot.conf:1: not a port");
	refused("control 12x\n", "boot.conf:1: not a port");
	refused("control -1\n", "boot.conf:1: not a port");
	refused("control 99999999999999999999999\n", "boot.conf:1: not a port");
	refused("program a\nmemory 12\n", "boot.conf:2: size is not a number with K, M, G or %");
	refused("program a\nmemory 0M\n", "boot.conf:2: size is out of range");
	refused("program a\nmemory 101%\n", "boot.conf:2: size is out of range");
	refused("program a\npriority 128\n", "boot.conf:2: priority is not 1..127");
	refused("program a\npriority 0\n", "boot.conf:2: priority is not 1..127");
	refused("program a\nports 9 8\n", "boot.conf:2: not a range of ports");
	refused("program a\ngsi 192\n", "boot.conf:2: not a GSI");
	refused("program a\ndevice 0x1800 0x1000\n", "boot.conf:2: not the address of a page");
	refused("program a\ndevice 0x10000000000000 0x1000\n", "boot.conf:2: not the address of a page");
	refused("program a\ndevice 0x1000 1\n", "boot.conf:2: size is not a number of whole pages");
	refused("program a\ndevice 0x1000 0\n", "boot.conf:2: size is not a number of whole pages");
	refused("program a\ndevice 0xffffffffff000 8192\n",
		"boot.conf:2: size is not a number of whole pages");
	refused("program a\ndevice 0 4096\ndevice 0 4096\n", "boot.conf:3: given twice");
	refused("program a\nenv FOO\n", "boot.conf:2: not K=V");
	refused("program a\nuse x 0x100000000\n", "boot.conf:2: grants are not a number of 32 bits");
	refused("program a\nprovides *\n", "boot.conf:2: not a service's name");
	refused("program a\nprovides x\nprogram b\nprovides x\n", "boot.conf:4: provided twice");
	refused("program a\nmain\nprogram b\nmain\n", "boot.conf:4: there is a main program already");
	refused("program a\noffers x\n", "boot.conf:2: only `offers *`; a single name is `provides`");
	refused("program 01234567890123456789012345678901\n",
		"boot.conf:1: name is empty or longer than 31 bytes");
}

int main(void)
{
	test_all();
	test_rights();
	test_refused();
	return done();
}
