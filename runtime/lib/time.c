/* SPDX-License-Identifier: MIT */
/* time.c - the C library's clocks and sleeps, natively. */
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "runtime.h"

/* CLOCK_REALTIME, from the roottask's reading of the clock and the TSC since; CLOCK_MONOTONIC:
 * since the TSC was 0, when the machine started. Frequency as the HIP says. */
int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static struct root_info boot;		/* constant once read; two threads read the same */
	const uint64_t khz = hedron_hip()->tsc_khz;
	uint64_t tsc = __builtin_ia32_rdtsc(), ns = 0;

	if (clock == CLOCK_REALTIME) {
		if (!boot.tsc_khz && hedron_info(&boot) != SVC_OK) {
			errno = EIO;
			return -1;
		}
		tsc -= boot.epoch_tsc;
		ns = boot.epoch_ns;
	} else if (clock != CLOCK_MONOTONIC) {
		errno = EINVAL;
		return -1;
	}
	ns += (unsigned __int128)tsc * 1000000 / khz;
	ts->tv_sec = ns / 1000000000;
	ts->tv_nsec = ns % 1000000000;
	return 0;
}

time_t time(time_t *out)
{
	struct timespec ts = { -1, 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	if (out)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

/* Sleeps on the program's own semaphore, which nobody ups but for console input, see console.c. */
int nanosleep(const struct timespec *want, struct timespec *left)
{
	uint64_t until;

	if (want->tv_sec < 0 || want->tv_nsec < 0 || want->tv_nsec >= 1000000000) {
		errno = EINVAL;
		return -1;
	}
	until = hedron_deadline(want->tv_sec * 1000000ull + (want->tv_nsec + 999) / 1000);
	while ((int64_t)(until - __builtin_ia32_rdtsc()) > 0)
		if (hedron_sm_down(hedron_caps() + CAPS_SM, until) == HEDRON_BAD_CAP)
			break;
	return 0;
}

unsigned sleep(unsigned seconds)
{
	nanosleep(&(struct timespec){ .tv_sec = seconds }, NULL);
	return 0;
}

int usleep(unsigned us)
{
	return nanosleep(&(struct timespec){ us / 1000000, us % 1000000 * 1000 }, NULL);
}

/* musl's time zones look for files through these two: there are none, so local time is UTC. */
const unsigned char *__map_file(const char *path, size_t *size);
int __munmap(void *addr, size_t size);

const unsigned char *__map_file(const char *path, size_t *size)
{
	return NULL;
}

int __munmap(void *addr, size_t size)
{
	return 0;
}
