/* SPDX-License-Identifier: MIT */
/* uart.h - the 16550 UART (National Semiconductor PC16550D data sheet). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* 8N1 at full speed, FIFO on and empty; `interrupts`: when bytes have been received. */
void uart_init(uint16_t port, bool interrupts);

/* A received byte. False: there is none. */
bool uart_get(uint16_t port, uint8_t *byte);

/* Wait for room and send; a UART that never has room is given up. */
void uart_put(uint16_t port, uint8_t byte);
