/* SPDX-License-Identifier: MIT */
/* uart.h - the 16550 UART (National Semiconductor PC16550D data sheet). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* 8N1 at full speed, FIFO on and empty; `interrupts`: when bytes have been received. */
void uart_init(uint16_t port, bool interrupts);

/* Bytes that a full receive FIFO holds, as far as its interrupt tells. */
#define UART_BURST	14

/* Take received bytes, up to UART_BURST. Returns how many. */
unsigned uart_get(uint16_t port, uint8_t data[UART_BURST]);

/* Wait for room and send; a UART that never has room is given up. */
void uart_put(uint16_t port, uint8_t byte);
