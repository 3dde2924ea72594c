# SPDX-License-Identifier: MIT
# The microkernel: kernel.elf64 with symbols, and kernel.elf32, the same image as Multiboot loaders
# and QEMU's -kernel want it.

KERNEL_CFLAGS := -ffreestanding -fno-pic -fno-pie -mcmodel=kernel -mgeneral-regs-only -mno-red-zone \
		 -fno-stack-protector -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
		 -fcf-protection=none

KERNEL_OBJS := $(patsubst %,$(O)/%.o,$(sort $(wildcard kernel/*.c kernel/*.S)))
KERNEL_HDRS := $(patsubst %,$(O)/%.ok,$(sort $(wildcard kernel/*.h)))

$(eval $(call cc_rules,kernel,KERNEL_CFLAGS))

.PHONY: kernel
kernel: $(O)/kernel/kernel.elf32 $(KERNEL_HDRS) ## build the microkernel
all: kernel

$(O)/kernel/kernel.lds: kernel/kernel.lds kernel/layout.h
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -E -P -x c -D__ASSEMBLER__ -o $@ $<

$(O)/kernel/kernel.elf64: $(KERNEL_OBJS) $(O)/kernel/kernel.lds
	$(call say,LD,$@)
	$(Q)$(CC) -static -nostdlib -no-pie -Wl,-T,$(O)/kernel/kernel.lds -Wl,--build-id=none \
		-Wl,-z,max-page-size=0x1000 -Wl,-z,noexecstack -o $@.tmp $(KERNEL_OBJS)
	$(Q)mv $@.tmp $@

$(O)/kernel/kernel.elf32: $(O)/kernel/kernel.elf64
	$(call say,WRAP,$@)
	$(Q)objcopy --strip-debug -O elf32-i386 $< $@.tmp
	$(Q)mv $@.tmp $@

# Every header compiles alone.
$(O)/kernel/%.h.ok: kernel/%.h $(wildcard kernel/*.h)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON_CFLAGS) $(KERNEL_CFLAGS) -fsyntax-only -include $< -x c /dev/null && touch $@
