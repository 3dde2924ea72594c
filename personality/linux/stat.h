/* SPDX-License-Identifier: MIT */
/* stat.h - attributes as Linux tells them. */
#pragma once
#include <stdint.h>

struct file;
struct fs_attr;

/* Device numbers as stat(2) has them in 64 bits. */
static inline uint64_t dev_make(uint32_t major, uint32_t minor)
{
	return (minor & 0xffull) | (major & 0xfffull) << 8 | (minor & 0xfff00ull) << 12;
}

static inline uint32_t dev_major(uint64_t dev)	{ return dev >> 8 & 0xfff; }
static inline uint32_t dev_minor(uint64_t dev)	{ return (dev & 0xff) | (dev >> 12 & 0xfff00); }

/* st_dev: the file service's tree, the console's streams. */
#define DEV_FS		dev_make(0, 21)
#define DEV_CONSOLE	dev_make(0, 12)

/* Attributes of an open file, and the device it is on. 0, -errno. */
long file_stat(struct file *file, struct fs_attr *attr, uint64_t *dev);
