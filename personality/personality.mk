# SPDX-License-Identifier: MIT
# personality/: the Linux personality (linux.elf, a native program) and its vDSO.

LINUX_ELF	:= $(O)/personality/linux.elf

# musl's headers for the pure C functions, Linux's for its own interface; glibc's stay out of it.
LINUX_CFLAGS	= $(NATIVE_CFLAGS) -Iruntime/lib -idirafter /usr/include/x86_64-linux-gnu \
		  -idirafter /usr/include
LINUX_SRCS	:= $(sort $(wildcard personality/linux/*.c))
LINUX_OBJS	:= $(patsubst %,$(O)/%.o,$(LINUX_SRCS) $(sort $(wildcard personality/linux/*.S)))

$(eval $(call cc_rules,personality/linux,LINUX_CFLAGS))

.PHONY: personality
personality: $(LINUX_ELF)
