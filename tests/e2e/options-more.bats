#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# options-more.bats - rights by --conf, the corners of --file, --log and --env, terminals, machines
# that are refused.

load common

busybox=$(command -v busybox)

# ---- --conf -------------------------------------------------------------------------------------

app_conf() {
    printf '%s\n' "program app" "file /bin/app" "console 7" "$@" main >app.conf
}

@test "--conf: a hybrid program without create cannot make objects" {
    app_conf
    run -1 hr --conf app.conf --file "$O/samples/create-pd/create-pd:/bin/app"
    [ "${lines[0]##* }" = BAD_CAP ]
    app_conf create
    run -0 hr --conf app.conf --file "$O/samples/create-pd/create-pd:/bin/app"
    [ "${lines[0]##* }" = SUCCESS ]
}

@test "--conf: a service that the program may not use is NOT_FOUND" {
    echo '#include <hedron/hybrid.h>
    #include <stdio.h>
    int main(void) { cap_sel pt; return puts(hedron_svc_name(hedron_find("fs", 0, &pt))) < 0; }' >find.c
    hedron-gcc find.c -o find
    app_conf
    run -0 hr --conf app.conf --file ./find:/bin/app
    [ "$output" = NOT_FOUND ]
    app_conf "use fs 1"
    run -0 hr --conf app.conf --file ./find:/bin/app
    [ "$output" = OK ]
}

@test "--conf: a wrong line is told with its number; a program besides is refused" {
    app_conf "nonsense 1"
    run ! --separate-stderr hr --conf app.conf
    [[ $stderr == *"boot.conf:"*"no such keyword"* ]]
    run -125 hr --conf app.conf "$busybox"
    [[ $output == *"one too many"* ]]
}

@test "--conf: a device where there is memory is refused" {
    printf '%s\n' "program app" "file /bin/app" "device 0x200000 0x1000" main >app.conf
    run -126 --separate-stderr hr --conf app.conf --file "$PROGRAMS/native-stdio:/bin/app"
    [[ $stderr == *"device of its configuration lies where there is memory"* ]]
}

# ---- files, environment, log ----------------------------------------------------------------------

@test "--file: symbolic links in a directory stay links, also broken and absolute ones" {
    mkdir d
    ln -s /nowhere d/broken
    ln -s /etc/passwd d/absolute
    run -0 hr --file d:/data "$busybox" readlink /data/broken
    [ "$output" = /nowhere ]
    run ! hr --file d:/data "$busybox" cat /data/absolute
}

@test "--env: replaces what hedron-run gives" {
    run -0 hr --env PATH=/mine --env HOME=/here "$busybox" env
    [ "$(sort <<<"$output")" = $'HOME=/here\nPATH=/mine' ]
}

@test "--with: a program whose file name a service has, and two with one name" {
    mkdir a b
    cp "$PROGRAMS/linux-file" a/linux
    cp "$PROGRAMS/linux-file" b/linux
    run -0 hr --with "a/linux write /tmp/a text-a" --with "b/linux write /tmp/b text-b" \
        "$PROGRAMS/linux-gather" /tmp/a /tmp/b
    [ "${lines[0]}" = "2 files" ]
}

@test "--log: to a stream instead of a file, and not to a directory" {
    run -0 hedron-run --timeout 120 --log /dev/stderr "$PROGRAMS/linux-argv0"
    [[ $output == *"[roottask]"* ]]
    mkdir d
    run -125 hedron-run --log d "$PROGRAMS/linux-argv0"
}

@test "--keep: leaves the boot configuration behind and says where" {
    mkdir tmp
    run -0 --separate-stderr env TMPDIR="$PWD/tmp" hedron-run --timeout 120 --keep "$PROGRAMS/linux-argv0"
    [[ $stderr == *"kept in $PWD/tmp/"* ]]
    grep -q '^program console' tmp/*/stage/boot.conf
}

# ---- terminals ------------------------------------------------------------------------------------

@test "terminal: the program sees one, with its size, and reads lines from it" {
    script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "no script(1), or no pseudo-terminals"
    (sleep 3; echo line; sleep 1) | script -qec "stty rows 33 cols 99
        hedron-run --timeout 60 '$busybox' stty size
        hedron-run --timeout 60 '$busybox' head -n 1" /dev/null >out
    grep -q '^33 99' out
    [ "$(grep -c '^line' out)" -eq 2 ]		# the terminal's echo, and head
}

@test "terminal: one that does not know its size is no reason to hang" {
    script -qec true /dev/null </dev/null >/dev/null 2>&1 || skip "no script(1), or no pseudo-terminals"
    run -0 script -qec "stty rows 0 cols 0; hedron-run --timeout 60 '$PROGRAMS/linux-argv0'" /dev/null </dev/null
}

# ---- machines -------------------------------------------------------------------------------------

@test "machine: a CPU that lacks what is needed is refused in one line, status 125" {
    run -125 --separate-stderr env HEDRON_CPU=max,-fsgsbase hedron-run --timeout 60 "$PROGRAMS/linux-argv0"
    [[ ${stderr_lines[0]} == *FSGSBASE* ]]
    run -125 --separate-stderr env HEDRON_CPU=max,-lm hedron-run --timeout 60 "$PROGRAMS/linux-argv0"
    [[ ${stderr_lines[0]} == *"long mode"* ]]
}

@test "machine: a QEMU that is not there is told in one line, status 125" {
    run -125 --separate-stderr env HEDRON_QEMU=/no/such/qemu hedron-run "$PROGRAMS/linux-argv0"
    [ "${#stderr_lines[@]}" -eq 1 ]
}
