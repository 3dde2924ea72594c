#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# samples.bats - each sample builds from its own folder with the SDK alone, and does what it says.

load common

# build NAME: copies the sample out of the tree, builds it there, and goes there.
build() {
    cp -r "$TOP/samples/$1" "$1"
    cd "$1" || return
    make HEDRON_SDK="$SDK" CFLAGS="-O2 -Wall -Wextra -Werror" all
    [ -s README.md ]
}

@test "samples: hello prints on Hedron what it prints here" {
    build hello
    same_as_host "$PWD/hello" one two
}

@test "samples: hello-hybrid uses Hedron where it is, and says where it is not" {
    build hello-hybrid
    run -0 hr ./hello-hybrid
    [[ $output == *"Hello from Hedron"* ]]
    run -0 ./hello-hybrid
    [[ $output == *"not present"* ]]
}

@test "samples: portal-echo: a hybrid program calls a hyperapp's portal" {
    build portal-echo
    run -0 --separate-stderr hr --with ./echo-server ./echo-client
    [[ $output == "call: SUCCESS, 4 words, as sent"* ]]
    run -0 ./echo-client
    [[ $output == *"not present"* ]]
}

@test "samples: shared-page: a hyperapp and a hybrid program share memory" {
    build shared-page
    run -0 hr --with ./page-server ./page-client
    [[ $output == *"written by the hyperapp into its own page"* ]]
    [[ $output == *"written by the hyperapp into the page of the hybrid program"* ]]
    run -0 ./page-client
    [[ $output == *"not present"* ]]
}

@test "samples: matrix computes on Hedron what it computes here" {
    build matrix
    run -0 --separate-stderr ./matrix
    here=$output
    run -0 --separate-stderr hr ./matrix
    [ "$output" = "$here" ]
}

@test "samples: file-ops prints on Hedron what it prints here" {
    build file-ops
    same_as_host "$PWD/file-ops"
    [ "$(<there.status)" -eq 0 ]
}

@test "samples: create-pd makes a protection domain from a Linux process" {
    build create-pd
    run -0 hr ./create-pd
    grep -q 'create a PD.*SUCCESS' <<<"$output"
    grep -q 'that is gone.*BAD_CAP' <<<"$output"
    run -0 ./create-pd
    [[ $output == *"not present"* ]]
}

@test "samples: auxv-dump lists the auxiliary vector, on Hedron with Hedron's entries" {
    build auxv-dump
    run -0 hr ./auxv-dump
    [[ $output == *HEDRON* ]]
    run -0 ./auxv-dump
    [[ $output != *HEDRON_ABI* ]]
}

@test "samples: every sample has a Makefile, a README and a case" {
    for d in "$TOP"/samples/*/; do
        name=$(basename "$d")
        [ -s "$d/Makefile" ]
        [ -s "$d/README.md" ]
        grep -qE "build $name\b" "$TOP/tests/e2e/samples.bats" || [ "$name" = tour ] ||
            { echo "no case: $name"; return 1; }
    done
}
