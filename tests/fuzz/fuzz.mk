# SPDX-License-Identifier: MIT
# tests/fuzz: the fuzzing roottask. It is linked with helpers of tests/abi, and booted by its runner.
#
#	make fuzz [SEED=n] [CALLS=n] [SMP=n] [MODE=mix] [CPU=..] [ROUND=n] [KERNEL=FILE]

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

fuzz: $(FUZZ_ELF) $(ABI_KERNEL)
	$(Q)tests/abi/run $(ABI_KERNEL) $(FUZZ_ELF) seed=$(SEED) calls=$(CALLS)

test-fuzz: $(FUZZ_ELF) $(ABI_KERNEL) ## run a short fuzz
	$(Q)tests/tap $(O)/tests/fuzz.tap tests/abi/run $(ABI_KERNEL) $(FUZZ_ELF) seed=1 calls=40000
