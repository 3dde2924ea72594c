/* SPDX-License-Identifier: MIT */
/* tour.h - what the three programs of the tour agree on. */
#pragma once

#define FROM_LINUX	"/tmp/from-linux"	/* written by the Linux program */
#define FROM_HYPERAPP	"/tmp/from-hyperapp"	/* written by the hyperapp */
#define LINUX_DONE	"/tmp/linux-done"	/* made by the Linux program at its end */

/* Service "tour", protocol version 1. */
#define TOUR_VERSION	1
#define TOUR_ADD	1	/* request: two words behind svc_request; answer: value = sum */
#define TOUR_READ	2	/* read FROM_LINUX through the file service, and say what is in it */
#define TOUR_WRITE	3	/* write FROM_HYPERAPP through the file service */
