# SPDX-License-Identifier: MIT
# The notes that mark programs; the wrapper and its specs are installed as they are (sdk/sdk.mk).

NOTE_hybrid	:= $(O)/toolchain/hybrid-note.o
NOTE_native	:= $(O)/toolchain/native-note.o

$(NOTE_hybrid): NOTE_KIND := HEDRON_PROGRAM_HYBRID
$(NOTE_native): NOTE_KIND := HEDRON_PROGRAM_NATIVE
$(NOTE_hybrid) $(NOTE_native): toolchain/note.c toolchain/toolchain.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(COMMON_CFLAGS) -DPROGRAM_KIND=$(NOTE_KIND) -MMD -MP -MF $(@:.o=.d) -c -o $@ $<

.PHONY: toolchain
toolchain: $(NOTE_hybrid) $(NOTE_native)
all: toolchain
