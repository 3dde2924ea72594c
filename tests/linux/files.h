/* SPDX-License-Identifier: MIT */
/* files.h - what the programs about files share, beside show.h. */
#pragma once
#include "show.h"
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The programs pass bad buffers and lengths on purpose. */
#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Wstringop-overflow"
#pragma GCC diagnostic ignored "-Wstringop-overread"
#pragma GCC diagnostic ignored "-Wnonnull"

/* First of all: close what a shell or a test harness left open, so that descriptors begin at 3. */
static inline void start(void)
{
	syscall(SYS_close_range, 3, ~0u, 0);
	umask(022);
}

/* A file with that text. */
static inline void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || close(fd))
		printf("put %s: %s\n", path, errno_name(errno));
}

/* The first bytes of a file, as text. */
static inline const char *get(const char *path)
{
	static char buf[256];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof(buf) - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return errno_name(errno);
	buf[n] = '\0';
	return buf;
}

static inline long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) ? -1 : st.st_size;
}

/* A number that depends on all bytes. */
static inline uint32_t sum(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint32_t s = 1;

	while (n--)
		s = s * 31 + *b++;
	return s;
}

/* Bytes that look random. */
static inline void fill(void *p, size_t n, uint32_t seed)
{
	uint8_t *b = p;

	for (size_t i = 0; i < n; i++) {
		seed = seed * 1664525 + 1013904223;
		b[i] = seed >> 24;
	}
}
