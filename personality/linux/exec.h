/* SPDX-License-Identifier: MIT */
/* exec.h - a program file into a process that has no memory yet; exec.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct process;

struct exec_request {
	const char *path;
	unsigned argc, envc;
	const char *args, *envs;	/* so many strings, one behind the other */
	bool allow_hybrid;		/* a program that is marked so gets its capabilities */
};

/*
 * exec_load - p->mm from the program file, and the registers of its first thread.
 * 0; or -errno as execve(2), and *why in words (NULL: the errno says enough).
 */
long exec_load(struct process *p, const struct exec_request *req, const char **why);
