# SPDX-License-Identifier: MIT
# runtime/fs: the file service, fs.elf.

FS_OBJS	:= $(patsubst %,$(O)/%.o,$(sort $(wildcard runtime/fs/*.c)))

$(eval $(call cc_rules,runtime/fs,NATIVE_CFLAGS))
$(eval $(call native_program,fs,$(FS_OBJS)))

runtime: $(RT)/fs.elf
