#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# robust.bats - programs that do harm, to themselves only.

load common

# A file that only a program which still works can write and read, after `with` has done its worst.
others_run_on() {
    run -0 hr "$@" --with "$PROGRAMS/native-file write /tmp/native fine" "$PROGRAMS/linux-late" \
        /tmp/native
    [ "${lines[0]}" = fine ]
    [ "${lines[1]}" = "still well" ]
}

@test "robust: bad pointers, descriptors, lengths and numbers give each call's own error" {
    same_as_host "$LINUX/hostile.musl"
    [ "$(tail -n 1 there.out)" = alive ]
    same_as_host "$LINUX/hostile.glibc"
}

@test "robust: a panic of the kernel ends the run, with its words and the functions that led to it" {
    run -125 --separate-stderr hr --kernel "$O/kernel-debug/kernel.elf32" --append "serial selftest=panic" \
        "$LINUX/args.musl"
    [ "${stderr_lines[0]}" = "hedron-run: kernel panic: selftest" ]
    grep -q '^    test_panic+0x' "$LOG"
    grep -q '^    kernel_main+0x' "$LOG"
}

@test "robust: 64 MiB of memory are enough, and one for the kernel" {
    run -0 hr --memory 64M --smp 1 --append "serial heap=1M" "$LINUX/args.musl" one two
    [[ $output == *two* ]]
}

@test "robust: thousands of random file calls harm nobody" {
    # The program refuses to run without this file, for it wrecks the machine that it runs on.
    hr --file /etc/hostname:/may-be-wrecked --cwd /tmp -- "$PROGRAMS/linux-fuzzfiles" 7 20000 >out
    grep -aq '20000 calls, .* 0 bytes spoiled' out
}

@test "robust: Linux programs that crash beside leave the others alone, and a line in the log" {
    others_run_on --with "$LINUX/end.musl null" --with "$LINUX/end.musl stack" \
        --with "$LINUX/end.glibc abort" --with "$LINUX/end.glibc garbage" --with "$LINUX/end.musl hlt"
    grep -qi 'segv\|signal 11' "$LOG"
}

# ---- hypercalls from a plain Linux program -------------------------------------------------------

@test "robust: a plain Linux program that sets the NSCT flag gets BAD_CAP for all that it tries" {
    run -0 hr "$PROGRAMS/linux-nsct" status
    [ "${lines[-1]}" = alive ]
    for line in "${lines[@]:0:${#lines[@]}-1}"; do
        case $line in
        number*) [ "${line##*: }" -eq 3 ] ;;		# BAD_HYP
        *) [ "${line##*: }" -eq 4 ] || { echo "$line"; return 1; } ;;	# BAD_CAP
        esac
    done
}

@test "robust: no selector lets a plain Linux program create objects" {
    run -0 hr "$PROGRAMS/linux-nsct" create
    [ "${lines[0]}" = "made: 0" ]
}

@test "robust: a plain Linux program that calls all its selectors with garbage harms nobody" {
    others_run_on --with "$PROGRAMS/linux-nsct portals"
}

@test "robust: messages forged to look like events are answered with nothing" {
    run -0 hr "$PROGRAMS/linux-forge"
    [ "${lines[-1]}" = alive ]
    for line in "${lines[@]:0:${#lines[@]}-1}"; do
        [[ $line == *": nothing came" ]] || { echo "$line"; return 1; }
    done
    [ "${#lines[@]}" -gt 20 ]
}

@test "robust: a hybrid program that takes other threads' badges stays itself, and harms nobody" {
    others_run_on --with "$PROGRAMS/hybrid-badge forever"
    run -0 hr "$PROGRAMS/hybrid-badge"
    [ "$output" = "always itself: yes" ]
}

@test "robust: a plain Linux program that revokes all it has, or replies, harms nobody" {
    others_run_on --with "$PROGRAMS/linux-nsct revoke" --with "$PROGRAMS/linux-nsct reply"
}

@test "robust: a plain Linux program that ends itself by a hypercall counts as killed" {
    for how in reply revoke; do
        run -137 --separate-stderr hedron-run --timeout 60 --log "$LOG" "$PROGRAMS/linux-nsct" $how
        grep -q 'linux-nsct.*ended itself by a hypercall' "$LOG"
    done
}

@test "robust: SIGKILL ends a process that computes, sleeps, or sleeps natively" {
    run -0 hr --with "$PROGRAMS/hybrid-sleep /tmp/pid" "$PROGRAMS/linux-kill" /tmp/pid
    [ "${lines[1]}" = gone ]
    grep -q 'hybrid-sleep.*killed by SIGKILL' "$LOG"
    for how in spin sleep; do
        run -0 hr --with "$PROGRAMS/linux-wait $how /tmp/pid" "$PROGRAMS/linux-kill" /tmp/pid
        [ "${lines[1]}" = gone ]
    done
}

@test "robust: a signal between setting NSCT and the hypercall is harmless" {
    run -0 --separate-stderr hr "$PROGRAMS/hybrid-signal"
    [ "${lines[0]}" = "in the handler: NSCT 0, a Linux call works: yes" ]
    [ "${lines[1]}" = "hypercall behind it: BAD_CAP" ]
    [ "${lines[2]}" = "register and red zone kept: yes" ]
    run -0 "$PROGRAMS/hybrid-signal"
    [ "$output" = "not on Hedron" ]
}

@test "robust: tens of thousands of random system calls leave the program and the others alive" {
    for seed in 1 2 3; do
        run -0 --separate-stderr hr "$PROGRAMS/linux-fuzz" $seed 30000
        [[ ${lines[-1]} == "alive after 30000 calls, some refused and some not" ]]
    done
    others_run_on --with "$PROGRAMS/linux-fuzz 4 30000"
}

# ---- hyperapps ------------------------------------------------------------------------------------

@test "robust: a hyperapp that faults is reported with its registers, and the others run on" {
    others_run_on --with "$PROGRAMS/native-crash write"
    grep -q 'native-crash.*page fault.*write.*0xbad000' "$LOG"
    grep -q 'rip [0-9a-f]\{16\}' "$LOG"
    grep -q 'r13 [0-9a-f]\{16\}' "$LOG"
}

@test "robust: hyperapps may fault in any way, several at once" {
    with=()
    for how in write text jump trap divide stack hlt abort thread; do
        with+=(--with "$PROGRAMS/native-crash $how")
    done
    others_run_on "${with[@]}"
    [ "$(grep -c 'rip [0-9a-f]\{16\}' "$LOG")" -ge 8 ]
}

@test "robust: a hyperapp's fault is its status, as a signal would be" {
    run -139 hr "$PROGRAMS/native-crash" write
    [ "${lines[0]}" = before ]
    run -132 hr "$PROGRAMS/native-crash" trap
    run -136 hr "$PROGRAMS/native-crash" divide
    run -139 hr "$PROGRAMS/native-crash" stack
    run -134 hr "$PROGRAMS/native-crash" abort
}

@test "robust: random messages to the roottask and the services harm nobody" {
    hr --with "$PROGRAMS/native-services 1" --with "$PROGRAMS/native-services 2" \
        "$PROGRAMS/native-services" 3 >out
    grep -aq 'served some: yes, without an answer: 0$' out	# behind random bytes
    others_run_on --with "$PROGRAMS/native-services 4 1000000"
}

# ---- memory ---------------------------------------------------------------------------------------

@test "robust: a Linux program that takes all memory gets ENOMEM, and may go on" {
    run -0 hr "$PROGRAMS/linux-hog"
    [ "${lines[0]}" = "ENOMEM after more than 16 MiB: yes" ]
    [ "${lines[1]}" = "and then again: yes" ]
}

@test "robust: a hyperapp that takes all of its quota gets an error, and may go on" {
    run -0 hr "$PROGRAMS/native-hog"
    [ "${lines[0]}" = "the end came: yes" ]
    [ "${lines[2]}" = "and then again: served" ]
    [ "${lines[3]}" = "pages in use are within the quota: yes" ]
}

@test "robust: memory hogs beside leave the others alone" {
    others_run_on --with "$PROGRAMS/native-hog" --with "$PROGRAMS/linux-hog"
}

@test "robust: a file system that is full is ENOSPC, for data and for names, until files are removed" {
    for what in data names; do
        [ $what = names ] && memory=64M || memory=128M		# names take longer
        run -0 hr --memory $memory --cwd /tmp "$PROGRAMS/linux-fill" $what
        [[ ${lines[0]} == "ENOSPC after more than "*": yes" ]]
        [ "${lines[-1]}" = "and then again: yes" ]
    done
}

@test "robust: a full file system leaves the others alone" {
    run -0 hr --memory 256M --with "$PROGRAMS/linux-fill data" --with "$PROGRAMS/linux-fill names" \
        "$PROGRAMS/linux-hog"
    [ "${lines[1]}" = "and then again: yes" ]
}

@test "robust: kernel memory that ends is an error for who makes objects, and all of it comes back" {
    run -0 hr "$PROGRAMS/native-objects"
    for line in "${lines[@]}"; do
        [[ $line == *"as many as at first" ]]
        [[ $line != *SUCCESS* ]]
    done
    [ "${#lines[@]}" -eq 3 ]
}

@test "robust: a Linux program that needs kernel memory where there is none is killed, not hung" {
    run -137 hr --timeout 40 --with "$PROGRAMS/native-objects hold" "$PROGRAMS/linux-touch" spread
    [ -z "$output" ]
    run -0 hr "$PROGRAMS/linux-touch" spread
}

@test "robust: without kernel memory the services get no memory, and live on" {
    run -0 hr --timeout 40 --with "$PROGRAMS/native-objects hold" "$PROGRAMS/linux-touch" populate
    ! grep 'was killed\|has died' "$LOG" || false
}

@test "robust: a shared page of a file may be written or executed, and never faults for ever" {
    run -0 hr --timeout 40 "$PROGRAMS/linux-touch" shared-code
    [ "$output" = $'mmap: Permission denied\nboth: Permission denied\none: done\nruns: 43' ]
}

@test "robust: forty programs beside, half of which crash at once, and all that work do" {
    with=()
    for i in {1..10}; do
        with+=(--with "$PROGRAMS/native-crash write" --with "$LINUX/end.musl null")
        with+=(--with "$PROGRAMS/linux-file write /tmp/f$i text-$i")
        with+=(--with "$PROGRAMS/native-file write /tmp/g$i text-$i")
    done
    run -0 hr "${with[@]}" "$PROGRAMS/linux-gather" /tmp/{f,g}{1,2,3,4,5,6,7,8,9,10}
    [ "${lines[0]}" = "20 files" ]
    [ "$(tail -n +2 <<<"$output" | sort -u | wc -l)" -eq 10 ]
}
