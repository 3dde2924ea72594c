# SPDX-License-Identifier: MIT
# docs/: the parts of docs/abi.md that are made from the headers, and the check that they are current.

ABI_DOC		:= docs/abi.md
ABI_TABLES	:= $(O)/docs/abi/tables

$(ABI_TABLES): docs/abi/tables.c $(wildcard libhybrid/include/hedron/*.h)
	$(call say,HOST,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(HOSTCC) $(COMMON_CFLAGS) -o $@ $<

.PHONY: abi-tables test-docs
abi-tables: $(ABI_TABLES) ## write the tables of docs/abi.md anew
	$(Q)$< <$(ABI_DOC) >$(ABI_DOC).tmp && mv $(ABI_DOC).tmp $(ABI_DOC)

test-docs: $(ABI_TABLES) ## check the tables of docs/abi.md and compile its examples
	$(Q)tests/tap $(O)/tests/docs.tap docs/abi/check $(ABI_DOC) $(ABI_TABLES)
TESTS += docs
