# SPDX-License-Identifier: MIT
# runtime: the native C runtime, the roottask, the services.

RT		:= $(O)/runtime
MUSL_LIBC	?= /usr/lib/x86_64-linux-musl/libc.a
MUSL_INCLUDE	?= /usr/include/x86_64-linux-musl

# Native code: musl's headers and GCC's own, nothing of the host's. A handler that does not touch the
# FPU's registers is entered without their being moved, so ours do not; hyperapps may.
NATIVE_CFLAGS	:= -nostdinc -isystem $(MUSL_INCLUDE) \
		   -isystem $(shell $(CC) -print-file-name=include) \
		   -fno-pic -fno-pie -fno-asynchronous-unwind-tables -fcf-protection=none \
		   -ffunction-sections -fdata-sections -fstack-protector-strong \
		   -mgeneral-regs-only
NATIVE_LDFLAGS	:= -nostdlib -static -no-pie -Wl,--build-id=none -Wl,--gc-sections \
		   -Wl,-z,noexecstack -Wl,-z,max-page-size=4096 -Wl,-z,separate-code

# ---- runtime/lib ------------------------------------------------------------------------------

RTLIB_START	:= $(RT)/lib/start.S.o
RTLIB		:= $(RT)/lib/libhedron-native.a
RTLIB_LIBC	:= $(RT)/lib/libhedron-libc.a
RTLIB_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard runtime/lib/*.c)) \
		     $(filter-out runtime/lib/start.S,$(sort $(wildcard runtime/lib/*.S))))
# The parts of libhybrid that hyperapps use, compiled natively.
RTLIB_HYBRID	:= $(patsubst libhybrid/src/%,$(RT)/libhybrid/%.o, \
		     $(filter-out libhybrid/src/linux.c,$(sort $(wildcard libhybrid/src/*.c))))

$(eval $(call cc_rules,runtime/lib,NATIVE_CFLAGS))

# A compiler that knows malloc() would make calloc() call itself.
$(RT)/lib/heap.c.o $(RT)/lib/heap_names.c.o: NATIVE_CFLAGS += -fno-builtin

# hedron_log() takes what printf() takes: numbers in FPU registers, too.
$(RT)/lib/root.c.o: NATIVE_CFLAGS := $(filter-out -mgeneral-regs-only,$(NATIVE_CFLAGS))

$(RT)/libhybrid/%.c.o: libhybrid/src/%.c Makefile runtime/runtime.mk
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON_CFLAGS) $(NATIVE_CFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

$(RTLIB): $(RTLIB_OBJS) $(RTLIB_HYBRID)
	$(call say,AR,$@)
	$(Q)rm -f $@.tmp && $(AR) rcsD $@.tmp $^ && mv $@.tmp $@

$(RTLIB_LIBC): $(RTLIB) runtime/lib/pure-members runtime/lib/check-musl $(MUSL_LIBC)
	$(call say,AR,$@)
	$(Q)runtime/lib/check-musl $(MUSL_LIBC)
	$(Q)rm -rf $@.d $@.tmp && mkdir -p $@.d
	$(Q)runtime/lib/pure-members $(MUSL_LIBC) $(RTLIB) > $@.list
	$(Q)cd $@.d && xargs $(AR) x $(abspath $(MUSL_LIBC)) < $(abspath $@.list)
	$(Q)$(AR) rcsD $@.tmp $@.d/* && rm -rf $@.d && mv $@.tmp $@

# $(call native_program,NAME,OBJECTS): how $(RT)/NAME.elf is linked.
define native_program
$$(RT)/$(1).elf: $(2) $$(RTLIB_START) $$(RTLIB) $$(RTLIB_LIBC)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(NATIVE_LDFLAGS) -o $$@.tmp $$(RTLIB_START) $(2) \
		-Wl,--start-group $$(RTLIB) $$(RTLIB_LIBC) -Wl,--end-group -lgcc
	$$(Q)mv $$@.tmp $$@
endef

.PHONY: runtime
runtime: $(RTLIB_START) $(RTLIB) $(RTLIB_LIBC)

# The services.
include $(sort $(wildcard runtime/*/*.mk))

# ---- runtime/roottask -------------------------------------------------------------------------

ROOTTASK	:= $(RT)/roottask.elf
ROOTTASK_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard runtime/roottask/*.c)) \
		     runtime/roottask/entry.S)
ROOTTASK_CFLAGS	:= $(NATIVE_CFLAGS) -I.

$(eval $(call cc_rules,runtime/roottask,ROOTTASK_CFLAGS))

# Memory of its own: objects that stand for va.c and root.c come before the archive.
$(ROOTTASK): $(ROOTTASK_OBJS) $(RTLIB) $(RTLIB_LIBC) runtime/roottask/roottask.ld
	$(call say,LD,$@)
	$(Q)$(CC) $(NATIVE_LDFLAGS) -T runtime/roottask/roottask.ld -o $@.tmp $(ROOTTASK_OBJS) \
		-Wl,--start-group $(RTLIB) $(RTLIB_LIBC) -Wl,--end-group -lgcc
	$(Q)mv $@.tmp $@

runtime: $(ROOTTASK)

# ---- runtime/console --------------------------------------------------------------------------

CONSOLE_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard runtime/console/*.c)))
CONSOLE_CFLAGS	:= $(NATIVE_CFLAGS) -I.

$(eval $(call cc_rules,runtime/console,CONSOLE_CFLAGS))
$(eval $(call native_program,console,$(CONSOLE_OBJS)))

runtime: $(RT)/console.elf
