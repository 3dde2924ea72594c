/* SPDX-License-Identifier: MIT */
/* sigframe.h - a signal handler's frame on the program's stack; sigframe.c. */
#pragma once
#include "sig.h"

struct regs;

/* Push a frame and turn t->regs to the handler. False: the stack cannot take it. */
bool sigframe_push(struct thread *t, int sig, const struct sig_info *info,
		   const struct sig_action *action, sig_set mask);

/* Take back what the frame below t->regs.rsp holds. False: it is none. */
bool sigframe_pop(struct thread *t);
