#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# run.bats - hedron-run keeps its contract: streams, input, status, arguments, signals, time.

load common

# ---- streams ----------------------------------------------------------------------------------

@test "run: standard output and standard error are the program's own, separate, and hold nothing else" {
    run -0 --separate-stderr hedron-run --timeout 120 "$PROGRAMS/linux-streams"
    [ "$output" = $'out 0\nout 1\nout 2' ]
    [ "$stderr" = $'err 0\nerr 1\nerr 2' ]
}

@test "run: all 256 byte values pass through standard input and output unchanged" {
    for i in {0..255}; do printf "\\x$(printf %02x "$i")"; done >all
    cat all all >in
    INPUT=in same_as_host "$PROGRAMS/linux-copy"
    cmp in there.out
}

@test "run: 1 MiB of random bytes passes from standard input to standard output" {
    head -c 1048576 /dev/urandom >in
    INPUT=in same_as_host "$PROGRAMS/linux-copy"
    cmp in there.out
}

@test "run: input larger than the window comes whole, from a file and through a pipe" {
    head -c 5000001 /dev/urandom >in
    sum=$(md5sum <in)
    [ "$(hr "$(command -v busybox)" md5sum <in)" = "$sum" ]
    [ "$(cat in | hr "$(command -v busybox)" md5sum)" = "$sum" ]
}

@test "run: nothing that reads the caller's input outlives the run" {
    mkfifo pipe
    exec 5<>pipe
    run -124 hedron-run --timeout 2 "$PROGRAMS/linux-copy" <&5
    echo mine >&5
    read -r -t 5 line <&5
    [ "$line" = mine ]
}

@test "run: input through a pipe ends where the writer closes it" {
    { echo one; sleep 1; printf two; } | hr "$PROGRAMS/linux-copy" >out 2>err
    printf 'one\ntwo' | cmp - out
    [ "$(<err)" = "7 bytes" ]
}

@test "run: empty standard input is at its end at once" {
    hr "$PROGRAMS/linux-copy" </dev/null >out 2>err
    [ ! -s out ]
    [ "$(<err)" = "0 bytes" ]
}

@test "run: a closed standard input is at its end at once" {
    hr "$PROGRAMS/linux-copy" <&- >out 2>err
    [ ! -s out ]
    [ "$(<err)" = "0 bytes" ]
}

@test "run: a program that reads one byte of an endless input ends all the same" {
    status=0
    yes | hr "$PROGRAMS/linux-wait" first >out || status=$?
    [ "$(<out)" = begun ]
    [ $status -eq 121 ]		# 'y'
}

@test "run: a program that does not read leaves the caller's input alone" {
    printf 'one\ntwo\n' >in
    { hr "$PROGRAMS/linux-streams" >out 2>err; cat; } <in >rest
    cmp in rest
}

@test "run: output whose reader has gone ends the run" {
    hr "$PROGRAMS/linux-wait" write 2>err | head -n 2 >out
    [ "$(<out)" = $'begun\nmore' ]
}

@test "run: output that cannot be written ends the run with status 125" {
    [ -w /dev/full ] || skip "no /dev/full"
    status=0
    hr "$PROGRAMS/linux-wait" write >/dev/full 2>err || status=$?
    [ $status -eq 125 ]
}

# ---- status -----------------------------------------------------------------------------------

@test "run: exit statuses 1, 42 and 255 are the command's" {
    for code in 1 42 255; do
        run -$code --separate-stderr hr "$PROGRAMS/linux-streams" $code
        [ "${#lines[@]}" -eq 3 ]
    done
}

@test "run: the ways to exit give the host's status and flush what it flushes" {
    for how in "return 3" "exit 300" "unflushed 2" "quick_exit 4" "exit_group 5" "exit_thread 6"; do
        echo "-- $how"
        same_as_host "$LINUX/end.musl" $how
    done
}

@test "run: abort is status 134" {
    same_as_host "$LINUX/end.glibc" abort
    [ "$(<there.status)" -eq 134 ]
}

@test "run: a program that kills itself ends with 128 + the signal" {
    for signal in HUP KILL TERM USR1 ALRM SYS RTMAX; do
        echo "-- $signal"
        same_as_host "$LINUX/end.musl" signal $signal
        [ "$(<there.status)" -gt 128 ]
    done
}

@test "run: signals that are ignored by default change nothing" {
    for signal in CHLD CONT URG WINCH; do
        echo "-- $signal"
        same_as_host "$LINUX/end.musl" signal $signal
        [ "$(<there.status)" -eq 0 ]
    done
}

@test "run: a wild store is status 139, whatever address it goes to" {
    for how in null readonly text kernel noncanonical; do
        echo "-- $how"
        same_as_host "$LINUX/end.musl" $how
        [ "$(<there.status)" -eq 139 ]
    done
}

@test "run: executing what is no code is SIGSEGV or SIGILL, as on the host" {
    for how in data jump garbage trap; do
        echo "-- $how"
        same_as_host "$LINUX/end.glibc" $how
    done
}

@test "run: instructions that only a kernel may execute are SIGSEGV" {
    for how in hlt cli out cr3 rdmsr int; do
        echo "-- $how"
        same_as_host "$LINUX/end.musl" $how
        [ "$(<there.status)" -eq 139 ]
    done
}

@test "run: division by zero is status 136, a breakpoint 133" {
    same_as_host "$LINUX/end.musl" divide
    [ "$(<there.status)" -eq 136 ]
    same_as_host "$LINUX/end.musl" int3
    [ "$(<there.status)" -eq 133 ]
}

@test "run: a stack that overflows is status 139" {
    same_as_host "$LINUX/end.musl" stack
    [ "$(<there.status)" -eq 139 ]
}

# ---- arguments and environment ----------------------------------------------------------------

@test "run: arguments arrive as they are: blanks, newlines, UTF-8, quotes, empty, any byte" {
    bytes=$(for i in {1..255}; do printf "\\x$(printf %02x "$i")"; done; echo x)
    same_as_host "$LINUX/args.musl" "two words" "" $'line\nbreak' 'Grüße, 世界' "\"'\\\$(x)%41" "#" \
        "${bytes%x}" --help -- '*'
    [ "$(head -n 1 there.out)" = "10 arguments" ]
}

@test "run: a thousand arguments and one of 100 KB arrive" {
    long=$(head -c 100000 /dev/zero | tr '\0' a)
    same_as_host "$LINUX/args.glibc" {1..1000} "$long"
    [ "$(head -n 1 there.out)" = "1001 arguments" ]
}

@test "run: argv[0] is the program as it was typed" {
    cp "$PROGRAMS/linux-argv0" mine
    run -0 hr ./mine
    [ "$output" = ./mine ]
}

@test "run: --env gives variables, repeatedly, with any value; the caller's own stay out" {
    export TEST_LEAK=leaked
    TEST_ENV=("TEST_A=1" "TEST_B=two words" "TEST_EMPTY=" "TEST_EQ=a=b" $'TEST_LINE=x\ny' "TEST_Ü=ß")
    same_as_host "$LINUX/args.musl"
    [ "$(wc -l <there.out)" -eq 7 ]
    run ! grep LEAK there.out
}

# ---- time -------------------------------------------------------------------------------------

@test "run: a program that computes for ever is ended at --timeout with status 124, its output kept" {
    run -124 --separate-stderr hedron-run --log "$LOG" --timeout 4 "$PROGRAMS/linux-wait" spin
    [ "$output" = begun ]
    [[ $stderr == *"4 s"* ]]
}

@test "run: a program that sleeps for ever is ended at --timeout with status 124" {
    run -124 --separate-stderr hedron-run --log "$LOG" --timeout 4 "$PROGRAMS/linux-wait" sleep
    [ "$output" = begun ]
}

# ---- nothing stays behind ---------------------------------------------------------------------

@test "run: no file stays behind, however the run ends" {
    mkdir tmp
    export TMPDIR=$PWD/tmp
    hr "$PROGRAMS/linux-streams" >/dev/null 2>&1
    run -139 hr "$LINUX/end.musl" null
    run -124 hedron-run --log "$LOG" --timeout 3 "$PROGRAMS/linux-wait" sleep
    [ -z "$(ls -A tmp)" ]
}

@test "run: SIGTERM to hedron-run ends the machine too, with status 143" {
    mkdir tmp
    export TMPDIR=$PWD/tmp
    hedron-run --timeout 120 --log "$LOG" "$PROGRAMS/linux-wait" sleep >out 3>&- &
    pid=$!
    for _ in {1..300}; do
        [ ! -s out ] || break
        sleep 0.1
    done
    [ "$(<out)" = begun ]
    kill -TERM $pid
    status=0
    wait $pid || status=$?
    [ $status -eq 143 ]
    [ -z "$(ls -A tmp)" ]
}
