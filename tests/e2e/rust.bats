#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# rust.bats - a program of Rust's standard library, without threads, linked statically.

load common

@test "rust: a std program with files, collections, time, arguments, environment and a panic runs as here" {
    command -v rustc >/dev/null || skip "no rustc"
    rustc -O -C target-feature=+crt-static -o program "$TOP/tests/e2e/programs/program.rs"
    TEST_ENV=("TEST_A=value")
    printf 'one\ntwo\n' >in
    INPUT=in same_as_host "$PWD/program" alpha "beta gamma"
    [ "$(tail -n 1 there.out)" = done ]
    same_as_host "$PWD/program" panic
    [ "$(<there.status)" -eq 101 ]
}
