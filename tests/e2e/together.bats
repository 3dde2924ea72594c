#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# together.bats - Linux, hybrid and native programs at the same time, and what they share.

load common

@test "together: a file that a Linux program writes is read by a hyperapp" {
    run -0 --separate-stderr hr --with "$PROGRAMS/linux-file write /tmp/note written-by-linux" \
        "$PROGRAMS/native-file" wait /tmp/note
    [ "$output" = written-by-linux ]
    [ -z "$stderr" ]
}

@test "together: a file that a hyperapp writes is read by a Linux program" {
    run -0 --separate-stderr hr --with "$PROGRAMS/native-file write /tmp/note written-by-hyperapp" \
        "$PROGRAMS/linux-file" wait /tmp/note
    [ "$output" = written-by-hyperapp ]
}

@test "together: eight programs run at once, Linux and native, and each does its work" {
    with=()
    for i in 1 2 3 4; do
        with+=(--with "$PROGRAMS/linux-file write /tmp/l$i text-$i")
        with+=(--with "$PROGRAMS/native-file write /tmp/n$i text-$i")
    done
    run -0 hr "${with[@]}" "$PROGRAMS/linux-gather" /tmp/{l,n}{1,2,3,4}
    [ "${lines[0]}" = "8 files" ]
    [ "$(sort <<<"$output" | sed -n 2,9p | sort -u | wc -l)" -eq 4 ]
}

@test "together: a Linux program that computes for ever does not keep another from its work" {
    run -0 hr --with "$PROGRAMS/linux-wait spin" --with "$PROGRAMS/linux-wait spin" \
        "$PROGRAMS/linux-copy" </dev/null
}

@test "together: programs that sleep beside do not keep the machine from ending" {
    run -3 hr --with "$PROGRAMS/linux-wait sleep" "$PROGRAMS/linux-streams" 3
}

@test "together: each Linux program has its own process id, memory and working directory" {
    run -0 hr --share-output --with "$PROGRAMS/linux-identity a" --with "$PROGRAMS/linux-identity b" \
        "$PROGRAMS/linux-identity" main /tmp/pid-a /tmp/pid-b
    [ "$(grep -o 'pid [0-9]*' <<<"$output" | sort -u | wc -l)" -eq 3 ]
    [ "$(grep -c 'value 1$' <<<"$output")" -eq 3 ]
}

@test "together: a hybrid program has its capabilities, and is told nothing on the host" {
    run -3 hr "$PROGRAMS/hybrid-hello" one two
    [[ ${lines[3]} == "native part: ABI "* ]]
    [ "${lines[4]}" = "create: SUCCESS" ]
    [ "${lines[5]}" = "down: SUCCESS" ]
    [ "${lines[6]}" = "down until a time: TIMEOUT" ]
    [ "${lines[7]}" = "nobody's selector: BAD_CAP" ]
    here=$output
    run -3 "$PROGRAMS/hybrid-hello" one two
    [ "${lines[3]}" = "native part: not present, ABI 0" ]
    [ "${#lines[@]}" -eq 4 ]
    [ "$(head -n 3 <<<"$here")" = "$(head -n 3 <<<"$output")" ]
}

@test "together: a hyperapp has arguments, environment, standard input, output, error and a status" {
    printf 'pear\napple\n' >in
    run -7 --separate-stderr hr --env TEST_A=x "$PROGRAMS/native-stdio" "one word" "" <in
    [ "${lines[0]}" = 'argument 1: "one word"' ]
    [ "${lines[1]}" = 'argument 2: ""' ]
    [ "${lines[2]}" = apple ]
    [ "${lines[3]}" = pear ]
    [ "$stderr" = "2 lines,  2.50, x" ]
}

@test "together: a hyperapp's handler is told the badge of an event's sender, and none for a call" {
    run -0 hr "$PROGRAMS/native-badge"
    [ "$output" = "3 events, 3 badges right; calls told a badge: 0" ]
}

@test "together: exit statuses of a hyperapp are the command's" {
    run -42 hr "$PROGRAMS/native-crash" exit 42
    run -255 hr "$PROGRAMS/native-crash" return 255
}

# ---- the tour -------------------------------------------------------------------------------------

@test "tour: make run shows the three kinds of programs together and ends with status 0" {
    make -s -C "$TOP" O="$O" sdk samples
    run -0 make -s --no-print-directory -C "$TOP" O="$O" run
    grep -q 'hyperapp.*offer the service "tour"' <<<"$output"
    grep -q 'hybrid.*the answer is 42' <<<"$output"
    grep -q 'hyperapp.*from-linux.*greetings from write(2)' <<<"$output"
    grep -q 'linux.*from-hyperapp.*greetings from the native file service' <<<"$output"
    [ "${#lines[@]}" -le 30 ]
}
