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

/* OUTS with REP: all bytes in one instruction. */
static inline void port_out_bytes(uint16_t port, const void *data, uint64_t len)
{
	__asm__ volatile("rep outsb" : "+S"(data), "+c"(len) : "d"(port) : "memory");
}

/* INS with REP. */
static inline void port_in_bytes(uint16_t port, void *data, uint64_t len)
{
	__asm__ volatile("rep insb" : "+D"(data), "+c"(len) : "d"(port) : "memory");
}
