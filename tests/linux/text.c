/* SPDX-License-Identifier: MIT */
/* text.c - printf, strtod, getopt, regex, qsort, environment: libc where it needs no files. */
#include "show.h"
#include <fnmatch.h>
#include <getopt.h>
#include <locale.h>
#include <math.h>
#include <regex.h>
#include <search.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <wchar.h>

static void numbers(void)
{
	static const double d[] = { 0, -0.0, 1, 0.1, 1e300, 5e-324, 123456.789, 2.5, M_PI, INFINITY };

	for (size_t i = 0; i < sizeof(d) / sizeof(d[0]); i++)
		printf("%f %.0f %e %g %a %+.3f %015.4g|%-12.2f|\n", d[i] < 1e100 ? d[i] : 1, d[i], d[i],
		       d[i], d[i], d[i], d[i], d[i] < 1e100 ? d[i] : 2);
	printf("%.20Lf\n", 1.0L / 3);
	printf("%d %i %u %o %x %X %#x %#o %c %s %.3s %% %5d|%-5d|%05d %+d\n", -1, 2, 3u, 8, 255, 255, 255,
	       8, 'c', "string", "string", 42, 42, 42, 42);
	printf("%lld %llu %hhd %hd %zu %jd %td\n", (long long)INT64_MIN, (unsigned long long)UINT64_MAX, (signed char)300, (short)70000,
	       (size_t)-1, INTMAX_MAX, (ptrdiff_t)-1);
	printf("%.17g %.17g %g\n", strtod("0.1", NULL), strtod("1e-310", NULL), strtod("0x1.8p3", NULL));
	SHOW(strtol("99999999999999999999", NULL, 10) == INT64_MAX && errno == ERANGE);
	SHOW(strtol("-0x7fz", NULL, 16));
	SHOW(strtoul("zz", NULL, 36));
}

static void mathematics(void)
{
	volatile double x = 2, zero = 0;

	printf("%.15g %.15g %.15g %.15g\n", sqrt(x), pow(x, 0.5), fmod(7, x), cbrt(27));
	printf("%.12g %.12g %.12g %.12g %.12g\n", sin(x), cos(x), tan(x), exp(x), log(x));
	printf("%d %d %d\n", !!isnan(x / zero - x / zero), !!isinf(x / zero), (int)lround(2.5));
	printf("%g %g %g %g\n", floor(-2.5), ceil(-2.5), trunc(-2.5), nearbyint(2.5));
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void sorting(void)
{
	static uint32_t n[20000];
	uint32_t x = 1, sorted = 1, key, *found;

	for (size_t i = 0; i < 20000; i++)
		n[i] = x = x * 1664525 + 1013904223;
	key = n[777];
	qsort(n, 20000, sizeof(n[0]), by_number);
	for (size_t i = 1; i < 20000; i++)
		sorted &= n[i - 1] <= n[i];
	SHOW(sorted);
	SHOW(n[0]);
	found = bsearch(&key, n, 20000, sizeof(n[0]), by_number);
	SHOW_IF(found && *found == key);
}

static void patterns(void)
{
	regmatch_t m[3];
	regex_t r;

	SHOW(regcomp(&r, "([a-z]+)[0-9]*=(.*)$", REG_EXTENDED));
	SHOW(regexec(&r, "  key42=a value", 3, m, 0));
	printf("%d-%d %d-%d\n", (int)m[1].rm_so, (int)m[1].rm_eo, (int)m[2].rm_so, (int)m[2].rm_eo);
	SHOW(regexec(&r, "no match", 0, NULL, 0) == REG_NOMATCH);
	regfree(&r);
	SHOW(regcomp(&r, "(", REG_EXTENDED) != 0);
	SHOW(fnmatch("*.[ch]", "file.c", 0));
	SHOW(fnmatch("*.[ch]", "dir/file.c", FNM_PATHNAME) == FNM_NOMATCH);
}

static void options(void)
{
	static const struct option names[] = {
		{ "all", no_argument, NULL, 'a' }, { "file", required_argument, NULL, 'f' }, { 0 },
	};
	char *argv[] = { "prog", "-a", "--file=x", "word", "-fy", "--", "-b", NULL };
	int c;

	opterr = 0;
	while ((c = getopt_long(7, argv, "af:", names, NULL)) != -1)
		printf("option %c %s\n", c, optarg ? optarg : "-");
	printf("rest from %s\n", argv[optind]);
}

static void variables(void)
{
	SHOW(setenv("TEST_ONE", "1", 1));
	SHOW(setenv("TEST_ONE", "2", 0));
	puts(getenv("TEST_ONE"));
	SHOW(putenv("TEST_TWO=two"));
	puts(getenv("TEST_TWO"));
	SHOW(unsetenv("TEST_ONE"));
	SHOW_IF(getenv("TEST_ONE") == NULL);
	SHOW(setenv("A=B", "x", 1));
	SHOW_IF(getenv("PATH") != NULL);
	SHOW_IF(getenv("HOME") != NULL);
	SHOW(clearenv());
	SHOW_IF(getenv("PATH") == NULL);
}

static void characters(void)
{
	wchar_t wide[16];
	char *s = strdup("one,two,,three"), *rest = s, *word;

	SHOW_IF(setlocale(LC_ALL, "C") != NULL);
	while ((word = strsep(&rest, ",")))
		printf("<%s>", word);
	puts("");
	free(s);
	SHOW(mbstowcs(wide, "ascii", 16));
	SHOW(wcslen(wide));
	SHOW(strcoll("a", "b") < 0);
	SHOW(strcasecmp("HeDrOn", "hedron"));
	SHOW(strverscmp("file9", "file10") < 0);
	SHOW(strspn("abcde", "cba"));
	SHOW_IF(strstr("haystack with a needle", "needle") != NULL);
	SHOW_IF(memmem("a\0b\0c", 5, "b\0c", 3) != NULL);
	SHOW(hcreate(10) != 0);
}

int main(void)
{
	numbers();
	mathematics();
	sorting();
	patterns();
	options();
	characters();
	variables();
	return 0;
}
