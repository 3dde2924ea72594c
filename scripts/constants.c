/* SPDX-License-Identifier: MIT */
/*
 * constants.c - prints as shell assignments the numbers that a boot.conf needs, so that they stand
 * in the headers alone. Runs on the host at build time.
 */
#include <hedron/console.h>
#include <hedron/fs.h>
#include <stdio.h>

static void show(const char *name, unsigned value)
{
	printf("%s=%#x\n", name, value);
}

int main(void)
{
	puts("# Made from hedron/console.h and hedron/fs.h by scripts/constants.c.");
	show("CONSOLE_GRANT_IN", CONSOLE_GRANT(CONSOLE_IN));
	show("CONSOLE_GRANT_OUT", CONSOLE_GRANT(CONSOLE_OUT));
	show("CONSOLE_GRANT_ERR", CONSOLE_GRANT(CONSOLE_ERR));
	show("CONSOLE_GRANT_LOG", CONSOLE_GRANT(CONSOLE_LOG));
	show("CONSOLE_GRANT_TRACE", CONSOLE_GRANT(CONSOLE_TRACE));
	show("FS_GRANT_READ", FS_GRANT_READ);
	show("FS_GRANT_WRITE", FS_GRANT_WRITE);
	show("FS_GRANT_MAP", FS_GRANT_MAP);
	show("FS_GRANT_UNPIN", FS_GRANT_UNPIN);
	return 0;
}
