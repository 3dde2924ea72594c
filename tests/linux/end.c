/* SPDX-License-Identifier: MIT */
/*
 * end.c - ends in the way that its argument says.
 *
 * Each way writes "before" first, so that output which was written is not lost with the program.
 */
#include "show.h"
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

static void at_exit(void)	{ puts("atexit"); }
static void at_quick(void)	{ puts("at_quick_exit"); fflush(stdout); }

/* Goes on after a signal that is ignored by default. */
static void raise_by_name(const char *name)
{
	static const struct { const char *name; int number; } signals[] = {
		{ "HUP", SIGHUP }, { "INT", SIGINT }, { "QUIT", SIGQUIT }, { "ILL", SIGILL },
		{ "TRAP", SIGTRAP }, { "ABRT", SIGABRT }, { "BUS", SIGBUS }, { "FPE", SIGFPE },
		{ "KILL", SIGKILL }, { "USR1", SIGUSR1 }, { "SEGV", SIGSEGV }, { "USR2", SIGUSR2 },
		{ "PIPE", SIGPIPE }, { "ALRM", SIGALRM }, { "TERM", SIGTERM }, { "CHLD", SIGCHLD },
		{ "CONT", SIGCONT }, { "URG", SIGURG }, { "WINCH", SIGWINCH }, { "SYS", SIGSYS },
		{ "RTMAX", 64 },
	};

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		if (!strcmp(name, signals[i].name))
			show("kill", kill(getpid(), signals[i].number));
}

/* A function's worth of code that may not run: on the stack, which is not executable. */
static void run_data(void)
{
	unsigned char code[] = { 0xc3 };	/* ret */
	void (*volatile f)(void) = (void (*)(void))code;

	f();
}

static void run_garbage(void)
{
	unsigned char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(code, "\x0f\x0b", 2);		/* ud2 */
	((void (*)(void))code)();
}

int main(int argc, char **argv);

static int recurse(int depth)
{
	volatile char frame[4096];

	frame[0] = depth;
	return frame[0] == depth % 256 - 1000 ? 0 : recurse(depth + 1) + frame[0];
}

/* Instructions that only a kernel may execute. */
static void privileged(const char *how)
{
	if (!strcmp(how, "hlt"))
		__asm__ volatile("hlt");
	if (!strcmp(how, "cli"))
		__asm__ volatile("cli");
	if (!strcmp(how, "out"))
		__asm__ volatile("outb %%al, %%dx" :: "a"(0), "d"(0x80));
	if (!strcmp(how, "cr3"))
		__asm__ volatile("mov %%cr3, %%rax" ::: "rax");
	if (!strcmp(how, "rdmsr"))
		__asm__ volatile("rdmsr" :: "c"(0xc0000082) : "rax", "rdx");
	if (!strcmp(how, "int3"))
		__asm__ volatile("int3");
	if (!strcmp(how, "int"))
		__asm__ volatile("int $0x20");
}

/* Faults of memory and arithmetic. */
static void fault(const char *how)
{
	volatile int zero = 0;
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!strcmp(how, "null"))
		*(volatile char *)(uintptr_t)zero = 1;
	if (!strcmp(how, "readonly"))
		*(volatile char *)page = 1;
	if (!strcmp(how, "text"))
		*(volatile char *)(uintptr_t)main = 1;
	if (!strcmp(how, "kernel"))
		*(volatile char *)(uintptr_t)0xffffffff80000000 = 1;
	if (!strcmp(how, "noncanonical"))
		*(volatile char *)(uintptr_t)0x8000000000000000 = 1;
	if (!strcmp(how, "jump"))
		((void (*)(void))(uintptr_t)0x1000)();
	if (!strcmp(how, "divide"))
		__asm__ volatile("idivl %0" :: "r"(zero), "a"(1), "d"(0));
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "return", *value = argc > 2 ? argv[2] : "0";

	atexit(at_exit);
	at_quick_exit(at_quick);
	puts("before");
	if (!strcmp(how, "unflushed"))
		_exit(atoi(value));
	fflush(stdout);
	if (!strcmp(how, "return"))
		return atoi(value);
	if (!strcmp(how, "exit"))
		exit(atoi(value));
	if (!strcmp(how, "quick_exit"))
		quick_exit(atoi(value));
	if (!strcmp(how, "exit_group"))
		syscall(SYS_exit_group, atoi(value));
	if (!strcmp(how, "exit_thread"))
		syscall(SYS_exit, atoi(value));
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "trap"))
		__builtin_trap();
	if (!strcmp(how, "signal"))
		raise_by_name(value);
	if (!strcmp(how, "data"))
		run_data();
	if (!strcmp(how, "garbage"))
		run_garbage();
	if (!strcmp(how, "stack"))
		return recurse(0);
	privileged(how);
	fault(how);
	puts("still here");
	return 0;
}
