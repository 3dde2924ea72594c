# SPDX-License-Identifier: MIT
# The samples, built with the SDK as a user would: each has its own Makefile.

SAMPLES := $(notdir $(patsubst %/Makefile,%,$(wildcard samples/*/Makefile)))

$(O)/samples/%/.built: $(SDK_BUILD)
	$(call say,MAKE,samples/$*)
	$(Q)mkdir -p $(@D)
	$(Q)$(MAKE) -s -B --no-print-directory -C samples/$* O=$(abspath $(@D)) \
		HEDRON_SDK=$(abspath $(SDK)) CFLAGS='$(CFLAGS) -Wall -Wextra' all
	$(Q)touch $@
$(foreach s,$(SAMPLES),$(eval $(O)/samples/$(s)/.built: $(wildcard samples/$(s)/*)))

.PHONY: samples
samples: $(SAMPLES:%=$(O)/samples/%/.built) ## the samples, in $(O)/samples
all: samples
