# SPDX-License-Identifier: MIT
# tests/e2e: Bats cases that use the SDK as a user would, and the programs that they run.
#
# tests/linux/NAME.c is plain Linux C, built with both C libraries: NAME.musl and NAME.glibc.
# tests/e2e/programs/KIND-NAME.c is built into KIND-NAME: KIND linux with musl-gcc, which knows
# nothing of Hedron; hybrid and native with the SDK's hedron-gcc.

E2E_OUT		:= $(O)/tests/e2e
LINUX_OUT	:= $(O)/tests/linux
E2E_NAMES	:= $(notdir $(basename $(wildcard tests/e2e/programs/*.c)))
LINUX_NAMES	:= $(notdir $(basename $(wildcard tests/linux/*.c)))
E2E_FLAGS	:= -O2 -g -Wall -Wextra -Wno-unused-parameter -Wno-unused-result
# The kernel's headers, behind musl's own. Bad pointers and lengths are passed on purpose.
LINUX_FLAGS	:= $(E2E_FLAGS) -static -Wno-stringop-overflow -Wno-nonnull \
		   -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu

$(LINUX_OUT)/%.musl: tests/linux/%.c tests/e2e/e2e.mk
	$(call say,MUSL,$<)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc $(LINUX_FLAGS) -MMD -MP -MF $@.d -o $@ $< -lm
$(LINUX_OUT)/%.glibc: tests/linux/%.c tests/e2e/e2e.mk
	$(call say,GLIBC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(LINUX_FLAGS) -MMD -MP -MF $@.d -o $@ $< -lm

$(E2E_OUT)/linux-%: tests/e2e/programs/linux-%.c tests/e2e/e2e.mk
	$(call say,MUSL,$<)
	$(Q)mkdir -p $(@D)
	$(Q)musl-gcc $(LINUX_FLAGS) -MMD -MP -MF $@.d -o $@ $<
$(E2E_OUT)/hybrid-%: tests/e2e/programs/hybrid-%.c $(SDK_BUILD) tests/e2e/e2e.mk
	$(call say,HYBRID,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(SDK)/bin/hedron-gcc $(E2E_FLAGS) -o $@ $<
$(E2E_OUT)/native-%: tests/e2e/programs/native-%.c $(SDK_BUILD) tests/e2e/e2e.mk
	$(call say,NATIVE,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(SDK)/bin/hedron-gcc --native $(E2E_FLAGS) -o $@ $<

E2E_PROGRAMS := $(LINUX_NAMES:%=$(LINUX_OUT)/%.musl) $(LINUX_NAMES:%=$(LINUX_OUT)/%.glibc) \
		$(E2E_NAMES:%=$(E2E_OUT)/%)

.PHONY: e2e-programs test-e2e
e2e-programs: $(E2E_PROGRAMS) sdk samples iso $(O)/kernel-debug/kernel.elf32 ## what the end-to-end tests run
test-e2e: e2e-programs ## run the end-to-end tests (FILES=...: only these)
	$(Q)tests/tap $(O)/tests/e2e.tap env O=$(abspath $(O)) tests/e2e/run $(FILES)
TESTS += e2e
