# SPDX-License-Identifier: MIT
# The microkernel, in three flavours: $(O)/kernel, $(O)/kernel-debug with what finds our own bugs, and
# $(O)/kernel-irqsoff, which measures how long interrupts are off. Each has kernel.elf64 with symbols, and
# kernel.elf32, the same image as Multiboot loaders and QEMU's -kernel want it. $(KERNEL_ELF) is the one that this make was asked for: `make DEBUG=1`.

KERNEL_CFLAGS := -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mgeneral-regs-only -mno-red-zone \
		 -fno-stack-protector -fno-omit-frame-pointer -momit-leaf-frame-pointer -fno-asynchronous-unwind-tables \
		 -fcf-protection=none
# One canary for all CPUs, set at each boot (kernel/debug/canary.c): GS need not be loaded yet. Calls
# stay calls, so that a call chain shows them.
KERNEL_DEBUG_CFLAGS := $(KERNEL_CFLAGS) -DDEBUG -fsanitize=undefined -fsanitize-undefined-trap-on-error \
		 -fstack-protector-strong -mstack-protector-guard=global \
		 -fno-optimize-sibling-calls

KERNEL_IRQSOFF_CFLAGS := $(KERNEL_CFLAGS) -DIRQSOFF

KERNEL_SRCS := $(sort $(wildcard kernel/*.c kernel/*.S))
KERNEL_DEBUG_SRCS := $(KERNEL_SRCS) $(sort $(wildcard kernel/debug/*.c))
KERNEL_IRQSOFF_SRCS := $(KERNEL_SRCS) kernel/measure/irqsoff.c
KERNEL_HDRS := $(patsubst %,$(O)/%.ok,$(sort $(wildcard kernel/*.h)))
KERNEL_ELF := $(O)/kernel.elf32

.PHONY: kernel FORCE
kernel: $(KERNEL_ELF) $(KERNEL_HDRS) ## build the microkernel; DEBUG=1: with checks
all: kernel

# Changes when the flavour that was asked for does.
$(KERNEL_ELF): $(O)/kernel$(if $(DEBUG),-debug)/kernel.elf32 FORCE
	$(Q)cmp -s $< $@ || { cp $< $@.tmp && mv $@.tmp $@; }

$(O)/kernel.lds: kernel/kernel.lds kernel/layout.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -E -P -x c -D__ASSEMBLER__ -o $@ $<

# $(eval $(call kernel_rules,DIR,SOURCES,FLAGS-VARIABLE)): the flavour in $(O)/DIR.
define kernel_rules
$$(O)/$(1)/%.c.o: kernel/%.c Makefile kernel/kernel.mk
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(COMMON_CFLAGS) -Ikernel $$($(3)) $$(CFLAGS) -MMD -MP -c -o $$@ $$<
$$(O)/$(1)/%.S.o: kernel/%.S Makefile kernel/kernel.mk
	$$(call say,AS,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(COMMON_CFLAGS) -Ikernel $$($(3)) $$(CFLAGS) -D__ASSEMBLER__ -MMD -MP -c -o $$@ $$<

# Twice: the table of functions comes from the kernel linked with an empty one, and moves no function.
$$(O)/$(1)/kernel.elf64: $$(patsubst kernel/%,$$(O)/$(1)/%.o,$(2)) $$(O)/kernel.lds kernel/symbols.awk
	$$(call say,LD,$$@)
	$$(Q)awk -f kernel/symbols.awk </dev/null >$$@.0.S
	$$(Q)$$(CC) $$(KERNEL_LDFLAGS) -o $$@.0 $$(filter %.o,$$^) $$@.0.S
	$$(Q)nm -n $$@.0 | awk -f kernel/symbols.awk >$$@.1.S
	$$(Q)$$(CC) $$(KERNEL_LDFLAGS) -o $$@.tmp $$(filter %.o,$$^) $$@.1.S
	$$(Q)mv $$@.tmp $$@

$$(O)/$(1)/kernel.elf32: $$(O)/$(1)/kernel.elf64
	$$(call say,WRAP,$$@)
	$$(Q)objcopy --strip-debug -O elf32-i386 $$< $$@.tmp
	$$(Q)mv $$@.tmp $$@
endef
KERNEL_LDFLAGS := -static -nostdlib -no-pie -Wl,-T,$(O)/kernel.lds -Wl,--build-id=none \
		  -Wl,-z,max-page-size=0x1000 -Wl,-z,noexecstack
$(eval $(call kernel_rules,kernel,$(KERNEL_SRCS),KERNEL_CFLAGS))
$(eval $(call kernel_rules,kernel-debug,$(KERNEL_DEBUG_SRCS),KERNEL_DEBUG_CFLAGS))
$(eval $(call kernel_rules,kernel-irqsoff,$(KERNEL_IRQSOFF_SRCS),KERNEL_IRQSOFF_CFLAGS))

# On the way of every hypercall, and at the end of every call chain.
$(O)/kernel/hypercall.c.o: KERNEL_CFLAGS += -fomit-frame-pointer

# Every header compiles alone.
$(O)/kernel/%.h.ok: kernel/%.h $(wildcard kernel/*.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON_CFLAGS) $(KERNEL_CFLAGS) -fsyntax-only -include $< -x c /dev/null && touch $@
