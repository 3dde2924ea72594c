# SPDX-License-Identifier: MIT
# tests/bench: a native roottask that measures the kernel, and the table of its figures.
#
# It is linked with those parts of the conformance roottask that make threads, handlers and PDs.

BENCH_ELF	:= $(O)/tests/bench/bench.elf
BENCH_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard tests/bench/*.c)) tests/bench/handlers.S \
		     $(patsubst %,tests/abi/%,entry.S check.c child.c console.c env.c portal.c thread.c))

$(eval $(call cc_rules,tests/bench,ABI_FLAGS))

$(BENCH_ELF): $(BENCH_OBJS) tests/abi/abi.ld
	$(call say,LD,$@)
	$(Q)$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
		-T tests/abi/abi.ld -o $@.tmp $(BENCH_OBJS)
	$(Q)mv $@.tmp $@

all: $(BENCH_ELF)

# `make bench KERNEL=FILE` puts another kernel's figures beside ours.
# bench-worst: the longest operations, a minute a kernel.
.PHONY: bench bench-worst test-bench
bench: $(BENCH_ELF) $(KERNEL_ELF) ## measure the kernel, and KERNEL=FILE beside it
	$(Q)tests/bench/table $(BENCH_ELF) $(KERNEL_ELF) $(KERNEL)
bench-worst: $(BENCH_ELF) $(KERNEL_ELF)
	$(Q)tests/bench/table --worst $(BENCH_ELF) $(KERNEL_ELF) $(KERNEL)

# No row of bounds.tsv may need more instructions than stands there.
test-bench: $(BENCH_ELF) $(KERNEL_ELF) ## compare the kernel's figures with their bounds
	$(Q)tests/tap $(O)/tests/bench.tap tests/bench/check tests/bench/bounds.tsv \
		$(KERNEL_ELF) $(BENCH_ELF)
TESTS += bench

# The longest stretches with interrupts off, and that none is longer than they are now: 85,000, where an EC
# with 511 SCs ends, since what waits for an EC is woken in one go (kernel/README.md); all else 25,000.
IRQSOFF_FILES	:= $(O)/kernel-irqsoff/kernel.elf32 $(BENCH_ELF) $(ABI_ELF)
IRQSOFF_MAX	:= 100000

.PHONY: irqsoff test-irqsoff
irqsoff: $(IRQSOFF_FILES) ## list the longest stretches with interrupts off
	$(Q)tests/bench/irqsoff $(IRQSOFF_FILES)
test-irqsoff: $(IRQSOFF_FILES)
	$(Q)tests/tap $(O)/tests/irqsoff.tap tests/bench/irqsoff --at-most $(IRQSOFF_MAX) $(IRQSOFF_FILES)
TESTS += irqsoff
