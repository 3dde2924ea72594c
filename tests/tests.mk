# SPDX-License-Identifier: MIT
# tests/: host unit tests, the conformance roottask, end-to-end tests.
#
# A kind of tests adds its name to TESTS and has a target test-KIND that runs it, prints TAP, leaves
# the same in $(O)/tests/KIND.tap (tests/tap does both), and fails if a test did. `make test` runs
# them all, whatever fails, and ends with the line "N passed, M failed".

TESTS :=

# ---- unit: host programs under ASan and UBSan -------------------------------------------------
#
# Each tests/unit/**/test_*.c is a program. Two comments at its top are read here:
#	/* sources: kernel/crd.c kernel/mdb.c */	what it is linked with, or: none
#	/* flags: -Ikernel */				more flags, optional

UNIT_TESTS	:= $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
UNIT_BINS	:= $(UNIT_TESTS:%.c=$(O)/%)
UNIT_FLAGS	:= -std=gnu11 -g -O1 -Wall -Wextra -fsanitize=address,undefined \
		   -fno-sanitize-recover=all -Ilibhybrid/include -I.

# $(call unit_word,FILE,WORD): what stands behind WORD: in a comment of the file's first lines.
unit_word = $(filter-out none,$(shell sed -n '1,20s,^/\* $(2): \(.*\) \*/.*,\1,p' $(1)))

define unit_rules
$$(O)/$(1:.c=): $(1) $(call unit_word,$(1),sources) tests/tests.mk
	$$(call say,HOSTCC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(HOSTCC) $$(UNIT_FLAGS) $(call unit_word,$(1),flags) -MMD -MP -MT $$@ \
		-o $$@ $(1) $(call unit_word,$(1),sources)
endef
$(foreach t,$(UNIT_TESTS),$(eval $(call unit_rules,$(t))))

.PHONY: test-unit
test-unit: $(UNIT_BINS) ## run the host unit tests
	$(Q)tests/tap $(O)/tests/unit.tap tests/unit/run $(UNIT_BINS)
TESTS += unit

# ---- headers: each public header compiles alone -----------------------------------------------
#
# As C11, in a hyperapp and in a hybrid program, and as C++ where there is a compiler for it.

PUBLIC_HEADERS	:= $(sort $(wildcard libhybrid/include/hedron/*.h libhybrid/include/hedron/*/*.h))
HEADER_FLAGS	:= -Wall -Wextra -Werror -Ilibhybrid/include -fsyntax-only
HEADER_CXX	:= $(shell command -v $(CXX))

$(O)/tests/headers/%.ok: % $(PUBLIC_HEADERS) tests/tests.mk
	$(call say,CHECK,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=c11 $(HEADER_FLAGS) -include $< -x c /dev/null
	$(Q)$(CC) -std=c11 $(HEADER_FLAGS) -DHEDRON_HYBRID -include $< -x c /dev/null
	$(Q)$(if $(HEADER_CXX),$(CXX) -std=c++17 $(HEADER_FLAGS) -include $< -x c++ /dev/null)
	$(Q)touch $@

.PHONY: check-headers
check-headers: $(PUBLIC_HEADERS:%=$(O)/tests/headers/%.ok) ## compile each public header alone

# ---- abi: the conformance roottask ------------------------------------------------------------
#
# `make test-abi` asks our kernel, and that it lacks the known defects of others; `make test-abi
# KERNEL=FILE` asks another one. CPU=, SMP=, TIMEOUT=, APPEND=: tests/abi/run.

ABI_ELF		:= $(O)/tests/abi/abi.elf
ABI_FLAGS	:= -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only \
		   -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
		   -Wno-missing-field-initializers
ABI_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard tests/abi/*.c)) tests/abi/entry.S)
ABI_KERNEL	:= $(or $(KERNEL),$(KERNEL_ELF))
ABI_WORDS	?= $(if $(KERNEL),,ours)

$(eval $(call cc_rules,tests/abi,ABI_FLAGS))

$(ABI_ELF): $(ABI_OBJS) tests/abi/abi.ld
	$(call say,LD,$@)
	$(Q)$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
		-T tests/abi/abi.ld -o $@.tmp $(ABI_OBJS)
	$(Q)mv $@.tmp $@

.PHONY: abi test-abi test-abi-debug test-abi-small test-abi-qemu64
abi all: $(ABI_ELF)
test-abi: $(ABI_ELF) $(ABI_KERNEL) ## run the conformance roottask on our kernel, or on KERNEL=FILE
	$(Q)tests/tap $(O)/tests/abi.tap tests/abi/run $(ABI_KERNEL) $(ABI_ELF) $(ABI_WORDS)
TESTS += abi

# The same on several CPUs; how the kernel takes bad boot modules; that no section and no error of the
# reference is without a case.
.PHONY: test-abi-smp2 test-abi-smp4 test-abi-loader test-abi-coverage
test-abi-smp2 test-abi-smp4: test-abi-smp%: $(ABI_ELF) $(ABI_KERNEL)
	$(Q)SMP=$* tests/tap $(O)/tests/abi-smp$*.tap \
		tests/abi/run $(ABI_KERNEL) $(ABI_ELF) $(ABI_WORDS)
test-abi-loader: $(ABI_ELF) $(ABI_KERNEL)
	$(Q)tests/tap $(O)/tests/abi-loader.tap tests/abi/loader $(ABI_KERNEL) $(ABI_ELF)
test-abi-coverage: ## check that no section and no error of the ABI lacks a case
	$(Q)tests/tap $(O)/tests/abi-coverage.tap tests/abi/coverage check
TESTS += abi-smp2 abi-smp4 abi-loader abi-coverage

# The same on the kernel with checks of its own.
test-abi-debug: $(ABI_ELF) $(O)/kernel-debug/kernel.elf32
	$(Q)tests/tap $(O)/tests/abi-debug.tap \
		tests/abi/run $(O)/kernel-debug/kernel.elf32 $(ABI_ELF) $(ABI_WORDS)
TESTS += $(if $(KERNEL),,abi-debug)

# The same on a small machine, whose kernel memory is bound to 8 MiB. The cases need 3 MiB at once, and the
# roottask keeps 4 MiB of capability tables.
test-abi-small: $(ABI_ELF) $(ABI_KERNEL)
	$(Q)MEMORY=64M APPEND='novga heap=8M' tests/tap $(O)/tests/abi-small.tap \
		tests/abi/run $(ABI_KERNEL) $(ABI_ELF) $(ABI_WORDS)
TESTS += $(if $(KERNEL),,abi-small)

# The same on a CPU without XSAVE, FSGSBASE, SMEP and SMAP, which not every kernel boots on.
test-abi-qemu64: $(ABI_ELF) $(ABI_KERNEL)
	$(Q)CPU=qemu64 tests/tap $(O)/tests/abi-qemu64.tap \
		tests/abi/run $(ABI_KERNEL) $(ABI_ELF) $(ABI_WORDS)
TESTS += $(if $(KERNEL),,abi-qemu64)

# ---- kernel: how the debug kernel ends when a rule of its protection is broken ------------------

.PHONY: test-kernel
test-kernel: $(O)/kernel-debug/kernel.elf32 $(ABI_ELF) ## break the kernel's own rules, and see its panics
	$(Q)tests/tap $(O)/tests/kernel.tap tests/kernel/selftest $^
TESTS += kernel

# ---- fuzz: hostile programs, tests/fuzz/fuzz.mk ------------------------------------------------

-include $(wildcard tests/fuzz/fuzz.mk)

# ---- e2e: end-to-end tests, tests/e2e/e2e.mk --------------------------------------------------

-include $(wildcard tests/e2e/e2e.mk)

# ---- bench: figures of the kernel, tests/bench/bench.mk ----------------------------------------

-include $(wildcard tests/bench/bench.mk)

# ---- all --------------------------------------------------------------------------------------

test: all check-headers
	$(Q)rm -f $(TESTS:%=$(O)/tests/%.tap)
	$(Q)for kind in $(TESTS); do $(MAKE) --no-print-directory test-$$kind || :; done
	$(Q)tests/tap-sum $(TESTS:%=$(O)/tests/%.tap)
