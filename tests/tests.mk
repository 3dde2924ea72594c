# SPDX-License-Identifier: MIT
# tests/: host unit tests, the conformance roottask, end-to-end tests.
#
# Each kind of test is a target test-KIND that prints TAP and ends with the line "N passed, M
# failed"; it adds itself to TESTS, and `make test` runs them all and prints the sum.

TESTS :=

# ---- abi: the conformance roottask ------------------------------------------------------------

ABI_ELF		:= $(O)/tests/abi/abi.elf
ABI_FLAGS	:= -ffreestanding -fno-pic -fno-pie -mno-red-zone -mgeneral-regs-only \
		   -fno-stack-protector -fno-asynchronous-unwind-tables -fcf-protection=none \
		   -Wno-missing-field-initializers
ABI_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard tests/abi/*.c)) tests/abi/entry.S)

$(eval $(call cc_rules,tests/abi,ABI_FLAGS))

$(ABI_ELF): $(ABI_OBJS) tests/abi/abi.ld
	$(call say,LD,$@)
	$(Q)$(CC) -nostdlib -static -no-pie -Wl,--build-id=none -Wl,-z,max-page-size=4096 \
		-T tests/abi/abi.ld -o $@.tmp $(ABI_OBJS)
	$(Q)mv $@.tmp $@

.PHONY: abi
abi: $(ABI_ELF)
