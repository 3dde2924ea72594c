# SPDX-License-Identifier: MIT
# tests/fuzz: the fuzzing roottask. It is linked with helpers of tests/abi, and booted by its runner.
#
#	make fuzz [SEED=n] [CALLS=n] [SMP=n] [MODE=word] [ROUND=n] [CPU=model] [APPEND=text]
#
# README.md says what the words mean.

FUZZ_ELF	:= $(O)/tests/fuzz/fuzz.elf
FUZZ_FLAGS	= $(ABI_FLAGS) -Itests/abi
FUZZ_ABI	:= entry.S env.c check.c console.c portal.c
FUZZ_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard tests/fuzz/*.c tests/fuzz/*.S)) \
			$(FUZZ_ABI:%=tests/abi/%))

$(eval $(call cc_rules,tests/fuzz,FUZZ_FLAGS))

$(FUZZ_ELF): $(FUZZ_OBJS) tests/abi/abi.ld
	$(call say,LD,$@)
	$(Q)$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
		-T tests/abi/abi.ld -o $@.tmp $(FUZZ_OBJS)
	$(Q)mv $@.tmp $@

# $(call run_fuzz,WORDS): environment SMP, CPU, TIMEOUT, APPEND.
run_fuzz = tests/abi/run $(ABI_KERNEL) $(FUZZ_ELF) $(1)

.PHONY: fuzz-elf fuzz test-fuzz test-fuzz-oom test-fuzz-cycles
fuzz-elf all: $(FUZZ_ELF)

fuzz: export SMP := $(or $(SMP),2)
fuzz: export TIMEOUT := $(or $(TIMEOUT),14400)
fuzz: $(FUZZ_ELF) $(ABI_KERNEL) ## let hostile programs loose on the kernel: SEED=, CALLS=, SMP=, MODE=
	$(Q)$(call run_fuzz,seed=$(or $(SEED),1) calls=$(or $(CALLS),10000000) mode=$(or $(MODE),mix) \
		round=$(or $(ROUND),1))
	$(Q)$(if $(MODE)$(ROUND),:,$(call run_fuzz,mode=cycles calls=100000))

# The same, but short.
test-fuzz: $(FUZZ_ELF) $(ABI_KERNEL)
	$(Q)SMP=2 TIMEOUT=600 tests/tap $(O)/tests/fuzz.tap $(call run_fuzz,calls=50000)

test-fuzz-oom: $(FUZZ_ELF) $(ABI_KERNEL)
	$(Q)SMP=2 APPEND='novga heap=2M' TIMEOUT=600 tests/tap $(O)/tests/fuzz-oom.tap \
		$(call run_fuzz,calls=30000 mode=oom)

test-fuzz-cycles: $(FUZZ_ELF) $(ABI_KERNEL)
	$(Q)SMP=2 TIMEOUT=600 tests/tap $(O)/tests/fuzz-cycles.tap \
		$(call run_fuzz,calls=1000 mode=cycles)
TESTS += fuzz fuzz-oom fuzz-cycles
