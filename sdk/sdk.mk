# SPDX-License-Identifier: MIT
# The SDK: a tree that can be moved, $(O)/sdk, and its tarball. This file says what is shipped where;
# what is shipped is made by the other rooms.

SDK		:= $(O)/sdk
VERSION		:= 0.1.0

# Images: name in share/hedron <- file.
SDK_KERNEL	:= $(KERNEL_ELF)
SDK_ROOTTASK	:= $(O)/runtime/roottask.elf
# What the boot archive always holds; hedron-run adds boot.conf and the tree.
SDK_SYSTEM	:= $(O)/runtime/console.elf $(O)/runtime/fs.elf $(O)/personality/linux.elf

OBJCOPY		?= objcopy

SDK_FILES	:=

# $(eval $(call sdk_file,DEST,SOURCE,MODE))
define sdk_file
SDK_FILES += $(SDK)/$(1)
$(SDK)/$(1): $(2)
	$$(Q)mkdir -p $$(@D)
	$$(Q)install -m $(3) $$< $$@.tmp && mv $$@.tmp $$@
endef

$(eval $(call sdk_file,bin/hedron-gcc,toolchain/hedron-gcc,755))
$(eval $(call sdk_file,bin/hedron-run,scripts/run-qemu,755))
$(foreach h,$(notdir $(wildcard libhybrid/include/hedron/*.h)),\
	$(eval $(call sdk_file,include/hedron/$(h),libhybrid/include/hedron/$(h),644)))
$(eval $(call sdk_file,lib/libhybrid.a,$(LIBHYBRID),644))
$(eval $(call sdk_file,lib/hybrid-note.o,$(HYBRID_NOTE),644))
$(eval $(call sdk_file,lib/libhedron-native.a,$(RTLIB),644))
$(eval $(call sdk_file,lib/libhedron-libc.a,$(RTLIB_LIBC),644))
$(eval $(call sdk_file,lib/hedron-start.o,$(RTLIB_START),644))
$(eval $(call sdk_file,lib/native.specs,toolchain/native.specs,644))
$(eval $(call sdk_file,lib/hybrid.specs,toolchain/hybrid.specs,644))
$(eval $(call sdk_file,share/hedron/hedron.cmake,toolchain/hedron.cmake,644))
$(eval $(call sdk_file,share/hedron/hedron.meson,toolchain/hedron.meson,644))
$(eval $(call sdk_file,share/hedron/kernel.elf32,$(SDK_KERNEL),644))

$(foreach d,abi abi-notes boot-conf linux-calls sdk,\
	$(eval $(call sdk_file,share/doc/hedron/$(d).md,docs/$(d).md,644)))

# Debug information stays in $(O): what is not there need not be loaded.
SDK_FILES += $(SDK)/share/hedron/roottask.elf
$(SDK)/share/hedron/roottask.elf: $(SDK_ROOTTASK)
	$(Q)mkdir -p $(@D)
	$(Q)$(OBJCOPY) --strip-debug $< $@.tmp && mv $@.tmp $@

# Files with @VERSION@ in them.
define sdk_text
SDK_FILES += $(SDK)/$(1)
$(SDK)/$(1): $(2) sdk/sdk.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)sed 's/@VERSION@/$$(VERSION)/g' $$< >$$@.tmp && mv $$@.tmp $$@
endef
$(eval $(call sdk_text,lib/pkgconfig/hedron-hybrid.pc,sdk/hedron-hybrid.pc.in))
$(eval $(call sdk_text,lib/pkgconfig/hedron-native.pc,sdk/hedron-native.pc.in))
$(eval $(call sdk_text,share/man/man1/hedron-gcc.1,sdk/man/hedron-gcc.1))
$(eval $(call sdk_text,share/man/man1/hedron-run.1,sdk/man/hedron-run.1))
$(eval $(call sdk_text,README.md,sdk/README.md))

# Samples, which there find the SDK above them.
define sdk_sample
SDK_FILES += $(SDK)/share/hedron/$(1)
$(SDK)/share/hedron/$(1): $(1) sdk/sdk.mk
	$$(Q)mkdir -p $$(@D)
	$$(Q)sed 's,\.\./\.\./build/sdk,../../../..,' $$< >$$@.tmp && mv $$@.tmp $$@
endef
$(foreach f,$(filter-out %.mk,$(wildcard samples/*/*.[ch] samples/*/Makefile samples/*/README.md)),\
	$(eval $(call sdk_sample,$(f))))

# The numbers that hedron-run writes into boot.conf.
$(O)/scripts/constants: scripts/constants.c $(HEDRON_HEADERS)
	$(call say,HOST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(COMMON_CFLAGS) -o $@ $<
SDK_FILES += $(SDK)/share/hedron/constants.sh
$(SDK)/share/hedron/constants.sh: $(O)/scripts/constants
	$(Q)mkdir -p $(@D)
	$(Q)$< >$@.tmp && mv $@.tmp $@

# cpio has no way to rename, so the files are brought together first.
SDK_FILES += $(SDK)/share/hedron/system.cpio
$(SDK)/share/hedron/system.cpio: $(SDK_SYSTEM)
	$(call say,CPIO,$@)
	$(Q)rm -rf $(O)/scripts/system && mkdir -p $(O)/scripts/system $(@D)
	$(Q)for f in $^; do $(OBJCOPY) --strip-debug $$f $(O)/scripts/system/$${f##*/} || exit 1; done
	$(Q)cd $(O)/scripts/system && ls | cpio --quiet -o -H newc -R 0:0 >archive
	$(Q)mv $(O)/scripts/system/archive $@

# What it takes to build a program; the rest is what it takes to run one.
SDK_BUILD := $(filter $(SDK)/bin/% $(SDK)/include/% $(SDK)/lib/%,$(SDK_FILES))

.PHONY: sdk dist
sdk: $(SDK_FILES) ## the SDK alone, in $(O)/sdk
all: sdk

dist: $(O)/hedron-sdk-$(VERSION).tar.xz ## the SDK as a tarball
$(O)/hedron-sdk-$(VERSION).tar.xz: $(SDK_FILES)
	$(call say,TAR,$@)
	$(Q)tar -C $(O) --sort=name --owner=0 --group=0 --numeric-owner \
		--transform 's,^sdk,hedron-sdk-$(VERSION),' -cJf $@.tmp sdk && mv $@.tmp $@
