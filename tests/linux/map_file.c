/* SPDX-License-Identifier: MIT */
/* map_file.c - mmap(2) of files: what the file, its mappings, and read and write see of each other. */
#include "files.h"
#include <sys/mman.h>

#define PAGE	4096l

static char *map(int fd, size_t len, int prot, int flags, off_t offset)
{
	char *p = mmap(NULL, len, prot, flags, fd, offset);

	if (p == MAP_FAILED) {
		printf("mmap: %s\n", errno_name(errno));
		return NULL;
	}
	return p;
}

static void shared(void)
{
	int fd = open("s", O_RDWR | O_CREAT, 0600);
	char *p, *q, buf[16] = "";

	SHOW(ftruncate(fd, 3 * PAGE + 100));
	p = map(fd, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	q = map(fd, PAGE, PROT_READ, MAP_SHARED, 2 * PAGE);
	SHOW(pwrite(fd, "written", 7, 2 * PAGE + 5));
	printf("[%.7s] [%.7s]\n", p + 2 * PAGE + 5, q + 5);
	memcpy(p + 2 * PAGE + 5, "MAPPED!", 7);
	SHOW(pread(fd, buf, 7, 2 * PAGE + 5));
	printf("[%s] [%.7s]\n", buf, q + 5);
	SHOW(msync(p, 4 * PAGE, MS_SYNC));
	memcpy(p + 3 * PAGE + 98, "abcd", 4);	/* two of them lie behind the end */
	SHOW(munmap(p, 4 * PAGE));
	SHOW(pread(fd, buf, 16, 3 * PAGE + 98));
	printf("[%.2s]\n", buf);
	SHOW(ftruncate(fd, 3 * PAGE + 110));
	SHOW(pread(fd, buf, 12, 3 * PAGE + 98));
	SHOW(buf[0] == 'a' && buf[1] == 'b');
	SHOW(munmap(q, PAGE));
	close(fd);
}

static void private(void)
{
	int fd = open("p", O_RDWR | O_CREAT, 0600);
	char *p, *q, buf[16] = "";

	SHOW(write(fd, "original text", 13));
	p = map(fd, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	q = map(fd, PAGE, PROT_READ, MAP_PRIVATE, 0);
	close(fd);
	printf("[%s] [%s]\n", p, q);
	memcpy(p, "COPIED", 6);
	fd = open("p", O_RDWR);
	SHOW(read(fd, buf, 13));
	printf("[%s] [%.13s] [%.13s]\n", buf, p, q);
	SHOW(pwrite(fd, "file", 4, 9));
	SHOW(p[12] == 't' || p[12] == 'e');
	SHOW(p[13] == 0 && p[PAGE - 1] == 0);
	close(fd);
	SHOW(unlink("p"));
	printf("[%.8s]\n", p);
	munmap(p, PAGE);
	munmap(q, PAGE);
}

/* Programs that edit files write from and read into mappings of the same file. */
static void own_buffer(void)
{
	int fd = open("own", O_RDWR | O_CREAT, 0600), bad = 0;
	char *p;

	SHOW(ftruncate(fd, 64 * PAGE));
	p = map(fd, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	fill(p, 32 * PAGE, 7);
	SHOW(pwrite(fd, p, 32 * PAGE, 32 * PAGE));
	SHOW(memcmp(p, p + 32 * PAGE, 32 * PAGE));
	SHOW(pread(fd, p + 5, 1000, 40 * PAGE));
	SHOW(memcmp(p + 5, p + 40 * PAGE, 1000));
	SHOW(pwrite(fd, p, PAGE, 64 * PAGE));
	for (int i = 0; i < 64; i++)
		bad += p[i * PAGE] != p[(i ^ 32) * PAGE] && i % 32 != 0;
	SHOW(bad);
	close(fd);
	munmap(p, 64 * PAGE);
}

static void holes(void)
{
	int fd = open("h", O_RDWR | O_CREAT, 0600), bad = 0;
	char *p, c;

	SHOW(pwrite(fd, "x", 1, 300 * PAGE));
	p = map(fd, 301 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	for (int i = 0; i < 300; i++)
		bad += p[i * PAGE + i];
	SHOW(bad);
	SHOW(p[300 * PAGE]);
	p[100 * PAGE] = 'm';
	SHOW(pread(fd, &c, 1, 100 * PAGE));
	SHOW(c);
	SHOW(pwrite(fd, "w", 1, 200 * PAGE));
	SHOW(p[200 * PAGE]);
	munmap(p, 301 * PAGE);
	close(fd);
}

/* zero(4): mapped, it is memory like any other. */
static void zeros(void)
{
	int fd = open("/dev/zero", O_RDWR);
	char *p = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	char *q = map(fd, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);

	close(fd);
	p[PAGE] = 'p';
	q[PAGE] = 'q';
	printf("%d %c %d %c\n", p[0], p[PAGE], q[0], q[PAGE]);
	munmap(p, 2 * PAGE);
	munmap(q, 2 * PAGE);
	fd = open("/dev/zero", O_WRONLY);
	map(fd, PAGE, PROT_READ, MAP_PRIVATE, 0);
	close(fd);
}

static void refused(void)
{
	int r = open("s", O_RDONLY), w = open("s", O_WRONLY), d = open(".", O_RDONLY);
	int path = open("s", O_PATH), null = open("/dev/null", O_RDWR);

	map(r, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);
	char *p = map(r, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, 0);
	SHOW(p != NULL);
	p = map(r, PAGE, PROT_READ, MAP_SHARED, 0);
	SHOW(mprotect(p, PAGE, PROT_READ | PROT_WRITE));
	map(w, PAGE, PROT_READ, MAP_SHARED, 0);
	map(w, PAGE, PROT_WRITE, MAP_SHARED, 0);
	map(d, PAGE, PROT_READ, MAP_SHARED, 0);
	map(path, PAGE, PROT_READ, MAP_PRIVATE, 0);
	map(null, PAGE, PROT_READ, MAP_SHARED, 0);
	map(99, PAGE, PROT_READ, MAP_PRIVATE, 0);
	map(r, PAGE, PROT_READ, MAP_PRIVATE, 1);
	map(r, 0, PROT_READ, MAP_PRIVATE, 0);
	map(r, PAGE, PROT_READ, 0, 0);
	close(r), close(w), close(d), close(path), close(null);
}

static void behind_the_end(void)
{
	int fd = open("s", O_RDWR);
	char *p = map(fd, 20 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, 0);

	printf("last page ends in %d\n", p[4 * PAGE - 1]);
	SHOW(write(fd, p + 10 * PAGE, 1));	/* EFAULT, as the program would get SIGBUS */
	close(fd);
	munmap(p, 20 * PAGE);
}

int main(void)
{
	start();
	shared();
	private();
	own_buffer();
	holes();
	zeros();
	refused();
	behind_the_end();
	return 0;
}
