# SPDX-License-Identifier: MIT
# Hedron Hybrid. `make help` lists the targets. All output lies below $(O).
#
# Each room has a fragment, ROOM/ROOM.mk, that says what it builds from what; the rules that all
# share stand here.

O	?= build
Q	:= $(if $(V),,@)
HOSTCC	?= gcc

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules

# What every room's C is compiled with; a room adds its own, a user may add CFLAGS.
CFLAGS		?= -O2 -g
COMMON_CFLAGS	:= -std=gnu11 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
		   -Wno-unused-parameter -fno-common -fno-strict-aliasing -Ilibhybrid/include

# $(call say,WORD,FILE): one line of progress.
say = @printf '  %-5s %s\n' '$(1)' '$(2)'

# $(call fragments,DIR): the fragments that say how DIR is built, its room's and its own.
fragments = $(wildcard $(firstword $(subst /, ,$(1)))/*.mk $(1)/*.mk)

# $(eval $(call cc_rules,DIR,FLAGS-VARIABLE)): how objects below $(O)/DIR come from DIR/*.c and *.S.
define cc_rules
$$(O)/$(1)/%.c.o: $(1)/%.c Makefile $(call fragments,$(1))
	$$(call say,CC,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(COMMON_CFLAGS) $$($(2)) $$(CFLAGS) -MMD -MP -c -o $$@ $$<
$$(O)/$(1)/%.S.o: $(1)/%.S Makefile $(call fragments,$(1))
	$$(call say,AS,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(COMMON_CFLAGS) $$($(2)) $$(CFLAGS) -D__ASSEMBLER__ -MMD -MP -c -o $$@ $$<
endef

.PHONY: all
all:

# What is missing on a fresh machine is installed before anything is built; 20 ms if nothing is. Goals
# that build nothing need nothing.
GOALS := $(or $(MAKECMDGOALS),all)
NEEDS := $(if $(filter-out setup clean help,$(GOALS)),build run) $(if $(filter test test-%,$(GOALS)),test iso) \
	 $(if $(filter iso $(O)/hedron.iso,$(GOALS)),iso)
ifneq ($(strip $(NEEDS)),)
$(shell scripts/setup $(NEEDS) >&2)
ifneq ($(.SHELLSTATUS),0)
$(error scripts/setup has not found or installed all that is needed)
endif
endif

ROOMS := kernel runtime libhybrid personality toolchain sdk samples tests docs
include $(wildcard $(foreach r,$(ROOMS),$(r)/$(r).mk))

# ---- targets ---------------------------------------------------------------------------------

.PHONY: setup run iso test clean help
all: ## build everything: the SDK in $(O)/sdk, the samples, the test programs

setup: ## install the Debian packages that are missing (root or sudo)
	$(Q)scripts/setup

run: sdk samples ## the tour: a hyperapp, a Linux program and a hybrid program side by side
	$(Q)$(MAKE) -s --no-print-directory -C samples/tour O=$(abspath $(O))/samples/tour \
		HEDRON_SDK=$(abspath $(O))/sdk run

iso: $(O)/hedron.iso ## a disk image of the tour that boots by BIOS and by UEFI; output on the serial port

TOUR := $(addprefix $(O)/samples/tour/tour-,hyperapp linux hybrid)
$(TOUR): $(O)/samples/tour/.built ;
$(O)/hedron.iso: scripts/make-iso $(TOUR) $(filter $(SDK)/share/hedron/%,$(SDK_FILES))
	$(call say,ISO,$@)
	$(Q)scripts/make-iso $@ $(SDK)/share/hedron $(TOUR)

test: ## build, and run all tests

clean: ## remove $(O)
	$(Q)rm -rf $(O)

help: ## this list
	@sed -n 's/^\([a-z][a-z0-9-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

-include $(shell find $(O) -name '*.d' 2>/dev/null)
