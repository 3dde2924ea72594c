/* SPDX-License-Identifier: MIT */
/* tty.h - the terminal; the story is at the head of tty.c. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct file;
struct thread;

extern const struct file_ops tty_ops;

void tty_init(uint16_t rows, uint16_t cols);
bool tty_by_line(void);			/* ICANON */
