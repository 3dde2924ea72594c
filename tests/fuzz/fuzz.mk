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

.PHONY: fuzz-elf fuzz test-fuzz
fuzz-elf all: $(FUZZ_ELF)

fuzz: $(FUZZ_ELF) $(ABI_KERNEL) ## let hostile programs loose on the kernel: SEED=, CALLS=, SMP=, MODE=
	$(Q)SMP=$(or $(SMP),2) TIMEOUT=$(or $(TIMEOUT),14400) tests/abi/run $(ABI_KERNEL) $(FUZZ_ELF) \
		seed=$(or $(SEED),1) calls=$(or $(CALLS),10000000) mode=$(or $(MODE),mix) \
		round=$(or $(ROUND),1)

# The same, but short.
test-fuzz: $(FUZZ_ELF) $(ABI_KERNEL)
	$(Q)SMP=2 TIMEOUT=120 tests/tap $(O)/tests/fuzz.tap \
		tests/abi/run $(ABI_KERNEL) $(FUZZ_ELF) seed=1 calls=60000
TESTS += fuzz
