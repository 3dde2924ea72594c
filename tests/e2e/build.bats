#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# build.bats - the build itself: nothing to do twice, help, clean, verbosity, another directory.

load common

mk() {
    make -C "$TOP" --no-print-directory O="$O" "$@"
}

@test "build: a second make does nothing" {
    mk all
    run -0 mk all
    [ -z "$output" ] || [[ $output == *"Nothing to be done"* ]]
}

@test "build: make help lists the targets with a word on each" {
    run -0 mk help
    for target in all run test clean help sdk; do
        grep -qE "^$target +[a-z]" <<<"$output"
    done
}

@test "build: V=1 shows commands, and without it there is one short line a file" {
    run -0 make -C "$TOP" --no-print-directory O="$PWD/out" V=1 "$PWD/out/libhybrid/libhybrid.a"
    [[ $output == *"gcc "*"-c "* ]] || [[ $output == *"cc "*"-c "* ]]
    run -0 make -C "$TOP" --no-print-directory O="$PWD/out2" "$PWD/out2/libhybrid/libhybrid.a"
    [[ $output != *"-c -o"* ]]
    [ -s out2/libhybrid/libhybrid.a ]
}

@test "build: make clean removes the build directory and nothing else" {
    make -C "$TOP" --no-print-directory O="$PWD/out" "$PWD/out/libhybrid/libhybrid.a" >/dev/null
    [ -d out ]
    touch kept
    make -C "$TOP" --no-print-directory O="$PWD/out" clean
    [ ! -e out ]
    [ -e kept ]
}

@test "build: nothing generated lies in the source tree" {
    command -v git >/dev/null || skip "no git"
    git -C "$TOP" rev-parse --git-dir >/dev/null 2>&1 || skip "not a git tree"
    run -0 git -C "$TOP" ls-files -o --exclude-standard --directory -- '*.o' '*.a' '*.d' '*.elf' '*.cpio'
    [ -z "$output" ]
}

@test "build: docs/linux-calls.md is what the table of system calls says now" {
    run -0 mk check-linux-calls
}

@test "build: the kernel's foreign layer stays below 30 source lines" {
    lines=$(sed -e 's,//.*,,' "$TOP/kernel/foreign.c" |
        awk '/\/\*/ { if (!/\*\//) skip = 1; sub(/\/\*.*/, "") }
             skip { if (/\*\//) skip = 0; next }
             NF' | wc -l)
    [ "$lines" -lt 30 ]
}
