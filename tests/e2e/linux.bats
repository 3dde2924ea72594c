#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# linux.bats - each program of tests/linux prints on Hedron what it prints here, with both C libraries.

load common

both() {
    for libc in musl glibc; do
        echo "-- $libc"
        same_as_host "$LINUX/$1.$libc"
    done
}

@test "linux: stack, arguments and auxiliary vector are as Linux makes them" { both auxv; }

@test "linux: so they are for static PIE programs" {
    gcc -static-pie -O2 "$TOP/tests/linux/auxv.c" -o auxv-pie
    same_as_host "$PWD/auxv-pie"
}

# ---- memory ---------------------------------------------------------------------------------------

@test "linux: mmap and munmap: places, holes, lengths, what they refuse" { both mmap; }

@test "linux: mprotect, madvise, mincore and msync" { both mprotect; }

@test "linux: mremap grows, shrinks and moves; brk does too" { both mremap; }

@test "linux: malloc under stress, deep stacks, thread-local data, longjmp" { both heap; }

# ---- processes ------------------------------------------------------------------------------------

@test "linux: a system call keeps the flags and all registers but RAX, RCX and R11" { both flags; }

@test "linux: ids, limits, names, scheduling, random numbers" { both process; }

@test "linux: signal actions, masks, pending signals, alternate stacks" { both signal; }

@test "linux: signal handlers, what they are told and may change, what survives them" { both handler; }

@test "linux: clocks agree and go forward; sleeps last as long as asked" { both time; }

@test "linux: the vDSO is an ELF image whose functions answer" { both vdso; }

@test "linux: futex waits end by time, wakes wake nobody, errors are told" { both futex; }

# ---- files ----------------------------------------------------------------------------------------

@test "linux: poll, ppoll and select on files, on an ended input, on nothing" { both poll; }

@test "linux: open and its flags; close; what a descriptor is" { both file_open; }

@test "linux: read, write, seek, holes, bad buffers" { both file_rw; }

@test "linux: readv, writev and their relatives" { both file_vec; }

@test "linux: truncate, allocation, sizes" { both file_size; }

@test "linux: stat, statx, modes, owners, times" { both file_stat; }

@test "linux: directories are made, listed, removed" { both dir; }

@test "linux: rename and what it refuses" { both rename; }

@test "linux: hard and symbolic links" { both link; }

@test "linux: paths: dots, slashes, links, lengths, working directories" { both path; }

@test "linux: fcntl: duplicates, flags, locks" { both fcntl; }

@test "linux: copies within the kernel" { both copy; }

@test "linux: files mapped into memory, private and shared" { both map_file; }

@test "linux: mappings after thousands of random changes hold what they should" { both map_random; }

@test "linux: /dev: null, zero, full, random, terminals" { both device; }

@test "linux: standard streams" { both stream; }

@test "linux: buffered files, temporary files, memory streams" { both stdio; }

# ---- the C library --------------------------------------------------------------------------------

@test "linux: printf, strtod, sorting, regular expressions, options, environment" { both text; }

# ---- this list ------------------------------------------------------------------------------------

@test "linux: every program of tests/linux has a case" {
    for f in "$TOP"/tests/linux/*.c; do
        name=$(basename "$f" .c)
        echo "-- $name"
        grep -qE "both $name\b|LINUX/$name\." "$TOP"/tests/e2e/*.bats
    done
}
