/* SPDX-License-Identifier: MIT */
/* file_vec.c - readv(2), writev(2), preadv(2), pwritev(2), preadv2(2), pwritev2(2). */
#include "files.h"
#include <limits.h>
#include <sys/mman.h>
#include <sys/uio.h>

static long readv_raw(int fd, const void *iov, long n)	{ return syscall(SYS_readv, fd, iov, n); }
static long writev_raw(int fd, const void *iov, long n)	{ return syscall(SYS_writev, fd, iov, n); }

static void plain(int fd)
{
	char a[4] = "", b[8] = "", c[16] = "";
	struct iovec out[] = {
		{ "one", 3 }, { NULL, 0 }, { " two", 4 }, { " three", 6 }, { (void *)1, 0 },
	};
	struct iovec in[] = { { a, 3 }, { (void *)1, 0 }, { b, 4 }, { c, 15 } };

	SHOW(writev(fd, out, 5));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(readv(fd, in, 4));
	printf("[%s][%s][%s]\n", a, b, c);
	SHOW(readv(fd, in, 4));
	SHOW(preadv(fd, in, 4, 1));
	printf("[%.3s][%.4s][%s]\n", a, b, c);
	SHOW(pwritev(fd, out, 5, 20));
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(lseek(fd, 0, SEEK_END));
	SHOW(preadv(fd, in, 4, -1));
	SHOW(pwritev(fd, out, 5, -1));
	SHOW(readv(fd, in, 0));
	SHOW(writev(fd, out, 0));
}

static void second(int fd)
{
	char a[8] = "";
	struct iovec v[] = { { a, 4 } };

	SHOW(lseek(fd, 4, SEEK_SET));
	SHOW(syscall(SYS_preadv2, fd, v, 1, -1, -1, 0));
	printf("[%s]\n", a);
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(syscall(SYS_preadv2, fd, v, 1, 0, 0, 0));
	printf("[%s]\n", a);
	SHOW(lseek(fd, 0, SEEK_CUR));
	SHOW(syscall(SYS_pwritev2, fd, v, 1, 2, 0, 0x2 /* RWF_DSYNC */));
	SHOW(syscall(SYS_preadv2, fd, v, 1, 0, 0, 0x40000000));
}

static void bad(int fd)
{
	char buf[8192], *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
				     -1, 0);
	struct iovec *many = calloc(IOV_MAX + 1, sizeof(*many));

	munmap(edge + 4096, 4096);
	memset(buf, 'b', sizeof(buf));
	for (int i = 0; i <= IOV_MAX; i++)
		many[i] = (struct iovec){ buf + i, 1 };

	SHOW(ftruncate(fd, 0));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(writev_raw(fd, many, IOV_MAX));
	SHOW(writev_raw(fd, many, IOV_MAX + 1));
	SHOW(writev_raw(fd, many, -1));
	SHOW(readv_raw(fd, (void *)8, 2));
	SHOW(readv_raw(fd, edge + 4096 - 8, 2));
	SHOW(readv_raw(77, many, 1));

	struct iovec v[] = { { buf, 100 }, { (void *)8, 100 }, { buf, 100 } };
	SHOW(pwritev(fd, v, 3, 0));
	SHOW(lseek(fd, 0, SEEK_SET));
	SHOW(readv(fd, v, 3));
	SHOW(lseek(fd, 0, SEEK_CUR));
	v[0].iov_base = (void *)8;
	SHOW(writev(fd, v, 3));
	v[0] = (struct iovec){ buf, (size_t)-1 };
	SHOW(writev(fd, v, 1));
	SHOW(readv(fd, v, 1));
	v[0] = (struct iovec){ (void *)0xffff800000000000, 1 };
	SHOW(writev(fd, v, 1));
	free(many);
}

int main(void)
{
	int fd;

	start();
	fd = open("vec", O_RDWR | O_CREAT, 0600);
	plain(fd);
	second(fd);
	bad(fd);
	return 0;
}
