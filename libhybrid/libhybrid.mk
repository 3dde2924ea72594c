# SPDX-License-Identifier: MIT
# libhybrid: the library of hybrid programs, without a wish as to which libc it meets: musl's headers
# here, glibc's in a program that is linked with it, and nothing but calls that both have.
#
# $(LIBHYBRID_SRC) is what hyperapps use too: runtime/lib compiles it without HEDRON_HYBRID, and has its
# own platform.h functions in place of linux.c.

LIBHYBRID_SRC	:= $(filter-out linux,$(basename $(notdir $(wildcard libhybrid/src/*.c))))
LIBHYBRID	:= $(O)/libhybrid/libhybrid.a
LIBHYBRID_CFLAGS := -DHEDRON_HYBRID -fPIE -ffunction-sections -fno-stack-protector
LIBHYBRID_OBJS	:= $(LIBHYBRID_SRC:%=$(O)/libhybrid/src/%.c.o) $(O)/libhybrid/src/linux.c.o

$(eval $(call cc_rules,libhybrid/src,LIBHYBRID_CFLAGS))
$(LIBHYBRID_OBJS): CC := musl-gcc

$(LIBHYBRID): $(LIBHYBRID_OBJS)
	$(call say,AR,$@)
	$(Q)rm -f $@.tmp && $(AR) rcsD $@.tmp $^ && mv $@.tmp $@

HEDRON_HEADERS	:= $(wildcard libhybrid/include/hedron/*.h)

.PHONY: libhybrid
libhybrid: $(LIBHYBRID)
all: libhybrid
