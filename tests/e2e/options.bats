#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# options.bats - what each option of hedron-run does.

load common

@test "options: --help names every option on standard output, status 0" {
    run -0 --separate-stderr hedron-run --help
    [ -z "$stderr" ]
    for option in smp memory timeout env file root with kernel trace log gdb; do
        [[ $output == *--$option* ]]
    done
}

@test "options: an option may be written --name=value or --name value" {
    run -0 hedron-run --timeout=120 --log="$LOG" --env=TEST_A=x=y "$LINUX/args.musl"
    [ "${lines[1]}" = '"TEST_A=x=y"' ]
}

@test "options: what follows the program, or --, is the program's" {
    run -0 hr -- "$LINUX/args.musl" --help -x --timeout 1
    [ "${lines[0]}" = "4 arguments" ]
    [ "${lines[1]}" = '"--help"' ]
}

# ---- files --------------------------------------------------------------------------------------

@test "options: --file puts a file at its name, or where one says, with its mode" {
    echo text >a.txt
    chmod 640 a.txt
    run -0 hr --file a.txt "$PROGRAMS/linux-file" read /a.txt
    [ "${lines[0]}" = text ]
    run -0 hr --file a.txt:/deep/in/the/tree.txt "$PROGRAMS/linux-file" read /deep/in/the/tree.txt
    [ "${lines[0]}" = text ]
    run -0 hr --file a.txt "$(command -v busybox)" stat -c %a /a.txt
    [ "$output" = 640 ]
}

@test "options: --file takes a directory with all that is in it" {
    mkdir -p tree/sub
    echo one >tree/one
    echo two >tree/sub/two
    ln -s sub/two tree/link
    run -0 hr --file tree:/data "$PROGRAMS/linux-file" read /data/sub/two
    [ "${lines[0]}" = two ]
    run -0 hr --file tree:/data "$PROGRAMS/linux-file" read /data/link
    [ "${lines[0]}" = two ]
}

@test "options: --root makes a directory the root; its programs are named by their paths" {
    mkdir -p root/opt/bin root/etc
    cp "$PROGRAMS/linux-file" root/opt/bin/show
    echo "in the root" >root/etc/note
    run -0 hr --root root /opt/bin/show read /etc/note
    [ "${lines[0]}" = "in the root" ]
    run -0 hr --root root "$PROGRAMS/linux-file" read /etc/note
    [ "${lines[0]}" = "in the root" ]
}

@test "options: what a program writes below --root is not written to the host" {
    mkdir root
    echo before >root/file
    run -0 hr --root root "$PROGRAMS/linux-file" write /file after
    [ "$(<root/file)" = before ]
}

@test "options: --cwd is where the program begins" {
    mkdir -p root/there
    echo found >root/there/it
    run -0 hr --root root --cwd /there "$PROGRAMS/linux-file" read it
    [ "${lines[0]}" = found ]
}

@test "options: a file of 20 MB arrives whole" {
    head -c 20000000 /dev/urandom >big
    run -0 hr --file big "$(command -v busybox)" md5sum /big
    [ "${output%% *}" = "$(md5sum <big | cut -d' ' -f1)" ]
}

# ---- the machine --------------------------------------------------------------------------------

@test "options: --memory sets the machine's memory" {
    small=$(hr --memory 256M "$PROGRAMS/linux-memory")
    large=$(hr --memory 1G "$PROGRAMS/linux-memory")
    [ "$small" -gt 100 ]
    [ "$large" -gt $((3 * small)) ]
    [ "$large" -le 1024 ]
}

@test "options: --smp gives more processors, and programs run" {
    run -0 --separate-stderr hr --smp 2 "$PROGRAMS/linux-streams"
    [ "$output" = $'out 0\nout 1\nout 2' ]
}

@test "options: --gdb waits for a debugger before the first instruction, and says how to attach one" {
    run -124 --separate-stderr hedron-run --gdb --timeout 3 --log "$LOG" "$PROGRAMS/linux-argv0"
    [ -z "$output" ]
    [[ $stderr == *"target remote"* ]]
    [ ! -s "$LOG" ]
}

@test "options: the processors of several servers, and a plain one with FSGSBASE, run programs" {
    for cpu in Haswell-noTSX EPYC qemu64,+fsgsbase; do
        echo "-- $cpu"
        HEDRON_CPU=$cpu run -0 --separate-stderr hr "$PROGRAMS/linux-streams"
        [ "$output" = $'out 0\nout 1\nout 2' ]
    done
}

@test "options: without XSAVE signal handlers keep the FPU state of what they interrupt" {
    export HEDRON_CPU=qemu64,+fsgsbase
    same_as_host "$LINUX/handler.musl"
}

@test "options: a processor that lacks something needed is refused at once, and that is named" {
    HEDRON_CPU=qemu64 run ! --separate-stderr hr "$PROGRAMS/linux-argv0"
    [ -z "$output" ]
    [[ $stderr == *FSGSBASE* ]]
    HEDRON_CPU=qemu32 run ! --separate-stderr hr "$PROGRAMS/linux-argv0"
    [ -z "$output" ]
    [[ $stderr == *64* ]] || [[ $stderr == *"long mode"* ]]
}

@test "options: --log FILE has the lines of kernel and services; standard error has none of them" {
    run -0 --separate-stderr hedron-run --timeout 120 --log my.log "$PROGRAMS/linux-argv0"
    [ -z "$stderr" ]
    grep -q '^\[roottask\]' my.log
}

@test "options: without --log the log is not shown when all is well" {
    run -0 --separate-stderr hedron-run --timeout 120 "$PROGRAMS/linux-argv0"
    [ -z "$stderr" ]
}

@test "options: without --log the log is shown when the run fails" {
    run -124 --separate-stderr hedron-run --timeout 4 "$PROGRAMS/linux-wait" sleep
    [[ $stderr == *"[roottask]"* ]]
}

# ---- beside, trace ------------------------------------------------------------------------------

@test "options: --with starts programs beside, whose output goes to the log" {
    run -0 --separate-stderr hr --with "$PROGRAMS/linux-file write /tmp/a from-a" \
        --with "$PROGRAMS/native-file write /tmp/b from-b" --with "$PROGRAMS/linux-streams" \
        "$PROGRAMS/linux-late" /tmp/b
    [ "${lines[0]}" = from-b ]
    [ -z "$stderr" ]
    grep -q 'out 2' "$LOG"
}

@test "options: --trace prints calls as strace does, on standard error" {
    run -1 --separate-stderr hr --trace "$PROGRAMS/linux-file" read /nothing/there
    [[ $stderr == *'open'*'"/nothing/there"'*'= -1 ENOENT'* ]]
    [[ $stderr == *'exit_group(1)'* ]]
}

@test "options: --trace and the program may share a file as standard error, and neither loses a byte" {
    for trace in --trace --trace=calls; do
        status=0
        hr $trace "$PROGRAMS/linux-file" read /nothing/there 2>"err$trace" || status=$?
        [ $status -eq 1 ]
    done
    [ "$(wc -c <err--trace)" -eq "$(cat calls err--trace=calls | wc -c)" ]
    grep -q 'exit_group(1)' err--trace
}

@test "options: --trace=FILE leaves standard error to the program" {
    run -0 --separate-stderr hr --trace=calls "$PROGRAMS/linux-streams"
    [ "$stderr" = $'err 0\nerr 1\nerr 2' ]
    grep -q '^linux-streams\[[0-9]*\] write.*(1, .*) = 6' calls
    grep -q 'exit_group(0)' calls
}

@test "options: a call that is not served is ENOSYS and one line of the trace" {
    run -0 hr --trace=calls "$PROGRAMS/linux-unknown"
    [ "$output" = "ENOSYS" ]
    [ "$(grep -c ENOSYS calls)" -eq 1 ]
}

@test "options: asking for the time needs no system call" {
    run -0 hr --trace=calls "$LINUX/vdso.musl"
    grep -q 'exit_group(0)' calls
    [ "$(grep -cE '\] (clock_gettime|gettimeofday|time)\(' calls)" -lt 20 ]
    run -0 hr --trace=calls "$LINUX/vdso.glibc"
    [ "$(grep -cE '\] (clock_gettime|gettimeofday|time)\(' calls)" -lt 20 ]
}
