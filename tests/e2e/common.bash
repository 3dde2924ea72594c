# SPDX-License-Identifier: MIT
# common.bash - what all cases share: where things are, and a program here and there compared.
#
# A case runs in a directory of its own that Bats removes. The log of the last run is shown when the
# case fails.

bats_require_minimum_version 1.5.0

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
O=${O:-build}
[[ $O == /* ]] || O=$TOP/$O
SDK=$O/sdk
PROGRAMS=$O/tests/e2e
LINUX=$O/tests/linux
PATH=$SDK/bin:$PATH

setup() {
    export -n O		# the samples have an O of their own
    LOG=$BATS_TEST_TMPDIR/log
    mkdir "$BATS_TEST_TMPDIR/work"
    cd "$BATS_TEST_TMPDIR/work" || return
    [ -x "$SDK/bin/hedron-run" ] || { echo "not built: make e2e-programs O=$O"; return 1; }
}

teardown() {
    if [ -z "${BATS_TEST_COMPLETED-}" ] && [ -s "$LOG" ]; then
        echo "--- log"
        tail -n 60 "$LOG" | tr -d '\r'
    fi
}

# hr [OPTIONS] [--] PROGRAM [ARGS]: hedron-run with a time limit that only catches hangs.
hr() {
    hedron-run --timeout 120 --log "$LOG" "$@"
}

# here COMMAND: runs it on this machine in an empty directory, with the environment that hedron-run
# gives (and TEST_ENV), and no signal ignored. Standard input is the caller's. Leaves here.out,
# here.err, here.status.
here() {
    local dir status=0
    dir=$(mktemp -d "$BATS_TEST_TMPDIR/here.XXXXXX")
    (cd "$dir" && exec env --default-signal -i PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/ \
        ${TEST_ENV[@]+"${TEST_ENV[@]}"} "$@") >here.out 2>here.err || status=$?
    echo $status >here.status
    rm -rf "$dir"
}

# there [OPTIONS] PROGRAM [ARGS]: the same on Hedron. Leaves there.out, there.err, there.status.
there() {
    local e status=0 options=()
    for e in ${TEST_ENV[@]+"${TEST_ENV[@]}"}; do options+=(--env "$e"); done
    hr --cwd /tmp ${options[@]+"${options[@]}"} "$@" >there.out 2>there.err || status=$?
    echo $status >there.status
}

# Was it the same, byte for byte?
same() {
    if ! cmp here.out there.out; then
        diff -u here.out there.out | head -n 40
        cat there.err
        return 1
    fi
    diff -u here.err there.err || return 1
    diff -u here.status there.status || return 1
}

# same_as_host PROGRAM [ARGS]: output, errors and status on Hedron are what they are here. Standard
# input, for both, is the file INPUT (default: empty).
same_as_host() {
    here "$@" <"${INPUT:-/dev/null}"
    there -- "$@" <"${INPUT:-/dev/null}"
    same
}

# one_line FILE TEXT: FILE has one line, and TEXT (a pattern of bash) is in it.
one_line() {
    [ "$(wc -l <"$1")" -eq 1 ] || { echo "not one line:"; cat "$1"; return 1; }
    [[ $(<"$1") == *$2* ]] || { echo "no \"$2\" in: $(<"$1")"; return 1; }
}
