/* SPDX-License-Identifier: MIT */
/* matrix - multiplies two n x n matrices and prints a checksum of the product. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void fill(double *m, size_t n, unsigned seed)
{
	for (size_t i = 0; i < n * n; i++) {
		seed = seed * 1103515245 + 12345;
		m[i] = (double)(seed >> 16 & 0xff) / 16;
	}
}

/* Row by row, so that the inner loop runs through memory in order. */
static void multiply(const double *a, const double *b, double *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			for (size_t j = 0; j < n; j++)
				c[i * n + j] += a[i * n + k] * b[k * n + j];
}

int main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 64;
	double *m, sum = 0;
	struct timespec t0, t1;

	if (n == 0 || n > 4096) {
		fprintf(stderr, "matrix: size 1 to 4096\n");
		return 2;
	}
	m = calloc(3 * n * n, sizeof(*m));
	if (!m) {
		perror("matrix");
		return 1;
	}
	fill(m, n, 1);
	fill(m + n * n, n, 2);

	clock_gettime(CLOCK_MONOTONIC, &t0);
	multiply(m, m + n * n, m + 2 * n * n, n);
	clock_gettime(CLOCK_MONOTONIC, &t1);

	for (size_t i = 2 * n * n; i < 3 * n * n; i++)
		sum += m[i];
	printf("%zu x %zu: checksum %.4f\n", n, n, sum);
	fprintf(stderr, "%.1f ms\n", (t1.tv_sec - t0.tv_sec) * 1e3 + (t1.tv_nsec - t0.tv_nsec) / 1e6);
	free(m);
	return 0;
}
