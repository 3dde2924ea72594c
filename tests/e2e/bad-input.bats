#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# bad-input.bats - files that are no programs, options that are none: one line, and the right status.

load common

# refused STATUS TEXT COMMAND...: nothing on standard output, one line with TEXT on standard error.
refused() {
    local expected=$1 text=$2 status=0
    shift 2
    "$@" >out 2>err </dev/null || status=$?
    [ $status -eq "$expected" ] || { echo "status $status:"; cat err; return 1; }
    [ ! -s out ]
    one_line err "$text"
}

# poke FILE OFFSET BYTES: overwrites bytes of a file, given as printf escapes.
poke() {
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

@test "bad input: a program that is not there is status 127" {
    refused 127 "not found" hr ./nothing
    refused 127 "not found" hr /nowhere/at/all
}

@test "bad input: a directory, and a file that is not executable, are status 126" {
    refused 126 "" hr /tmp
    cp "$PROGRAMS/linux-argv0" plain
    chmod -x plain
    refused 126 "ermission" hr ./plain
}

@test "bad input: text, an empty file and a script are no ELF files: status 126" {
    echo "hello" >text
    : >empty
    printf '#!/bin/sh\necho hello\n' >script
    chmod +x text empty script
    refused 126 "ELF" hr ./text
    refused 126 "ELF" hr ./empty
    refused 126 "" hr ./script
}

@test "bad input: a program cut off within its headers or its segments is status 126" {
    size=$(stat -c %s "$LINUX/args.musl")
    for n in 4 5 63 64 100 $((size / 4)); do
        head -c $n "$LINUX/args.musl" >cut
        chmod +x cut
        echo "-- $n bytes"
        refused 126 "" hr ./cut
    done
    [[ $(<err) == *truncated* ]]
}

@test "bad input: programs for other machines are status 126" {
    cp "$LINUX/args.musl" arm
    poke arm 18 '\267\0'		# e_machine: EM_AARCH64
    refused 126 "another machine" hr ./arm
    cp "$LINUX/args.musl" small
    poke small 4 '\1'			# EI_CLASS: ELFCLASS32
    refused 126 "another machine" hr ./small
}

@test "bad input: a dynamically linked program is status 126" {
    echo 'int main(void) { return 0; }' >a.c
    gcc a.c -o dynamic
    refused 126 "dynamic" hr ./dynamic
}

@test "bad input: an object file is status 126" {
    echo 'int main(void) { return 0; }' >a.c
    gcc -c a.c -o a.o
    chmod +x a.o
    refused 126 "not a program" hr ./a.o
}

@test "bad input: hybrid and native programs marked for an ABI that is not served are status 126" {
    for kind in hybrid-hello native-stdio; do
        cp "$PROGRAMS/$kind" marked
        offset=$(grep -obUaP 'Hedron\0\0[\1\2]\0\0\0' marked | cut -d: -f1)
        [ -n "$offset" ]
        poke marked $((offset + 12)) '\377\377\0\0'
        echo "-- $kind"
        refused 126 "ABI" hr ./marked
    done
}

# One boot for many: programs started beside, each with its line in the log, and the main one unharmed.
@test "bad input: malformed programs started beside are each refused with a line; the others run" {
    base=$LINUX/args.musl
    mutate() {			# NAME OFFSET BYTES
        cp "$base" "$1"
        poke "$1" "$2" "$3"
        with+=(--with "./$1")
    }
    phoff=64			# of 56 bytes each: type flags offset vaddr paddr filesz memsz align
    with=()
    mutate endian 5 '\2'
    mutate version 6 '\7'
    mutate type 16 '\4'
    mutate eversion 20 '\2'
    mutate phoff-far 32 '\377\377\377\377\377\377\377\177'
    mutate phoff-huge 32 '\377\377\377\377\377\377\377\377'
    mutate phentsize 54 '\1'
    mutate phnum-none 56 '\0\0'
    mutate phnum-huge 56 '\377\377'
    load=
    while read -r number type _; do
        [ "$type" != LOAD ] || { load=$((phoff + 56 * number)); break; }
    done < <(readelf -lW "$base" | awk '/^  [A-Z]/ && $1 != "Type" { print n++, $1 }')
    [ -n "$load" ]
    mutate offset-far $((load + 8)) '\0\0\0\0\0\0\0\100'
    mutate offset-negative $((load + 8)) '\0\360\377\377\377\377\377\377'
    mutate vaddr-kernel $((load + 16)) '\0\0\0\0\0\200\377\377'
    mutate vaddr-noncanonical $((load + 16)) '\0\0\0\0\0\0\0\200'
    mutate vaddr-zero $((load + 16)) '\0\0\0\0\0\0\0\0'
    mutate vaddr-odd $((load + 16)) '\1'
    mutate filesz-huge $((load + 32)) '\377\377\377\377\377\377\377\177'
    mutate memsz-small $((load + 40)) '\1\0\0\0\0\0\0\0'
    mutate memsz-huge $((load + 40)) '\0\0\0\0\0\0\0\100'
    mutate memsz-wrap $((load + 40)) '\377\377\377\377\377\377\377\377'
    hr "${with[@]}" "$LINUX/args.musl" fine >out 2>err
    [ "$(<out)" = $'1 arguments\n"fine"' ]
    [ ! -s err ]
    for ((i = 1; i < ${#with[@]}; i += 2)); do
        name=${with[i]#./}
        echo "-- $name"
        [ "$(grep -c "^\[roottask\] $name: /bin/$name: [a-z]" "$LOG")" -eq 1 ]
    done
}

@test "bad input: an entry point outside the program is SIGSEGV, not a hang" {
    cp "$LINUX/args.musl" astray
    poke astray 24 '\0\0\0\0\0\1\0\0'
    run -139 hr ./astray
}

# ---- options ------------------------------------------------------------------------------------

@test "bad input: options that are wrong are told in one line with status 125" {
    refused 125 "unknown option" hedron-run --frobnicate "$PROGRAMS/linux-argv0"
    refused 125 "no program" hedron-run
    refused 125 "no program" hedron-run --smp 1
    refused 125 "value" hedron-run --timeout
    refused 125 "smp" hedron-run --smp none "$PROGRAMS/linux-argv0"
    refused 125 "smp" hedron-run --smp 0 "$PROGRAMS/linux-argv0"
    refused 125 "memory" hedron-run --memory much "$PROGRAMS/linux-argv0"
    refused 125 "timeout" hedron-run --timeout soon "$PROGRAMS/linux-argv0"
    refused 125 "env" hedron-run --env NOTHING "$PROGRAMS/linux-argv0"
    refused 125 "root" hedron-run --root ./nothing "$PROGRAMS/linux-argv0"
    refused 125 "not found" hedron-run --file ./nothing "$PROGRAMS/linux-argv0"
    refused 125 "log" hedron-run --log /nowhere/log "$PROGRAMS/linux-argv0"
    refused 125 "kernel" hedron-run --kernel ./nothing "$PROGRAMS/linux-argv0"
    refused 127 "not found" hedron-run --with ./nothing "$PROGRAMS/linux-argv0"
}

@test "bad input: --kernel with a file that is no kernel is status 125 at once" {
    echo "no kernel" >kernel
    run -125 --separate-stderr hr --kernel kernel "$PROGRAMS/linux-argv0"
    [ -z "$output" ]
    [[ $stderr == *kernel* ]]
}

@test "bad input: files larger than the file service's memory are told, not hung" {
    status=0
    truncate -s 50M large
    hedron-run --timeout 30 --memory 128M --file large "$PROGRAMS/linux-argv0" >out 2>err || status=$?
    [ $status -eq 125 ]
    [ ! -s out ]
    grep -q 'fs: ended before it offered "fs"' err
    grep -q NO_MEMORY err
}

@test "bad input: a machine with too little memory is told, not hung" {
    status=0
    hedron-run --timeout 30 --log "$LOG" --memory 8M "$PROGRAMS/linux-argv0" >out 2>err || status=$?
    [ $status -eq 125 ] || [ $status -eq 126 ]
    [ ! -s out ]
    [ -s err ]
}

@test "bad input: a tree of --root that changes or cannot be read is one line that names the file" {
    mkdir tree
    ln -s nowhere tree/link
    mkdir -p tree/gone
    mkfifo tree/pipe
    cp "$PROGRAMS/linux-argv0" tree/prog
    run -0 --separate-stderr hr --root tree /prog	# links and pipes are files like others
    [ "$(id -u)" -ne 0 ] || skip "root reads everything"
    chmod 0 tree/prog
    run -125 --separate-stderr hr --root tree /prog
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == *prog* ]]
}
