# SPDX-License-Identifier: MIT
# personality/: the Linux personality (linux.elf, a native program) and its vDSO.

LINUX_ELF	:= $(O)/personality/linux.elf
VDSO		:= $(O)/personality/vdso/vdso.so

# musl's headers for the pure C functions, Linux's for its own interface; the host's C library
# stays out of it.
LINUX_CFLAGS	= $(NATIVE_CFLAGS) -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include
LINUX_SRCS	:= $(sort $(wildcard personality/linux/*.c))
LINUX_OBJS	:= $(patsubst %,$(O)/%.o,$(LINUX_SRCS) personality/linux/vdso_image.S)

$(eval $(call cc_rules,personality/linux,LINUX_CFLAGS))
$(LINUX_OBJS): runtime/runtime.mk

$(O)/personality/linux/vdso_image.S.o: LINUX_CFLAGS += -DVDSO_IMAGE='"$(VDSO)"'
$(O)/personality/linux/vdso_image.S.o: $(VDSO)

$(LINUX_ELF): $(LINUX_OBJS) $(RTLIB_START) $(RTLIB) $(RTLIB_LIBC)
	$(call say,LD,$@)
	$(Q)$(CC) $(NATIVE_LDFLAGS) -o $@.tmp $(RTLIB_START) $(LINUX_OBJS) \
		-Wl,--start-group $(RTLIB) $(RTLIB_LIBC) -Wl,--end-group -lgcc
	$(Q)mv $@.tmp $@

# ---- the vDSO: code that runs in Linux processes ------------------------------------------------

VDSO_CFLAGS	:= -fPIC -fno-stack-protector -mno-red-zone -fvisibility=default -mgeneral-regs-only
VDSO_OBJS	:= $(O)/personality/vdso/vdso.c.o $(O)/personality/vdso/stubs.S.o

$(eval $(call cc_rules,personality/vdso,VDSO_CFLAGS))

$(VDSO): $(VDSO_OBJS) personality/vdso/vdso.ld
	$(call say,LD,$@)
	$(Q)$(CC) -shared -nostdlib -Wl,-soname,linux-vdso.so.1 -Wl,--hash-style=both \
		-Wl,--build-id=none -Wl,-Bsymbolic -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack \
		-Wl,-T,personality/vdso/vdso.ld -o $@.tmp $(VDSO_OBJS)
	$(Q)mv $@.tmp $@

# ---- docs/linux-calls.md: what of the system calls is served, from their table ------------------

LINUX_CALLS_DOC	:= docs/linux-calls.md
LINUX_CALLS	:= $(O)/personality/docs/linux_calls

$(LINUX_CALLS): personality/docs/linux_calls.c personality/linux/table.c personality/linux/calls.h \
		personality/linux/lx.h
	$(call say,HOST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(COMMON_CFLAGS) -DLX_NO_HANDLERS -o $@ $(filter %.c,$^)

.PHONY: linux-calls check-linux-calls personality
linux-calls: $(LINUX_CALLS) ## write docs/linux-calls.md anew
	$(Q)$< >$(LINUX_CALLS_DOC).tmp && mv $(LINUX_CALLS_DOC).tmp $(LINUX_CALLS_DOC)

check-linux-calls: $(LINUX_CALLS)
	$(Q)$< | cmp - $(LINUX_CALLS_DOC) || { echo "stale: run make linux-calls"; exit 1; }
test: check-linux-calls

personality: $(LINUX_ELF)
