# SPDX-License-Identifier: MIT
# The note that marks hybrid programs (hyperapps: runtime/lib/start.S has theirs). The wrapper and its
# specs are installed as they are, sdk/sdk.mk.

HYBRID_NOTE := $(O)/toolchain/note.c.o
TOOLCHAIN_CFLAGS := -fno-asynchronous-unwind-tables

$(eval $(call cc_rules,toolchain,TOOLCHAIN_CFLAGS))

.PHONY: toolchain
toolchain: $(HYBRID_NOTE)
all: toolchain
