/* SPDX-License-Identifier: MIT */
/* port.h - I/O port instructions (Intel SDM vol. 2, IN, OUT). The caller holds the ports. */
#pragma once
#include <stdint.h>

static inline void port_out8(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t port_in8(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}
