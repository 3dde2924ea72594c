#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# sdk.bats - programs are built with the SDK as a user builds them, and run.

load common

hello() {
    cat >hello.c <<'END'
#include <stdio.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		printf("%s\n", argv[i]);
	printf("%s\n", WORD);
	return argc;
}
END
}

# The kind in the executable's note: native, hybrid or plain.
kind() {
    local note
    note=$(readelf -nW "$1" 2>/dev/null | grep -A1 '^  Hedron')
    case $note in
    *"data: 01 00 00 00"*) echo native ;;
    *"data: 02 00 00 00"*) echo hybrid ;;
    *) echo plain ;;
    esac
}

static() {
    [ -z "$(readelf -lW "$1" | grep INTERP)" ]
}

# ---- three commands ------------------------------------------------------------------------------

@test "sdk: three commands from a C file to its exit status" {
    hello
    hedron-gcc -O2 -DWORD='"world"' hello.c -o hello
    run -3 --separate-stderr hedron-run --timeout 120 ./hello one two
    [ "$output" = $'one\ntwo\nworld' ]
    [ -z "$stderr" ]
    static hello
}

@test "sdk: hedron-gcc marks programs hybrid, with --native native; the same file runs on the host" {
    hello
    hedron-gcc -DWORD='"x"' hello.c -o hello
    [ "$(kind hello)" = hybrid ]
    run -1 ./hello
    [ "$output" = x ]
    hedron-gcc --native -DWORD='"x"' hello.c -o hyperapp
    [ "$(kind hyperapp)" = native ]
    run -2 hr ./hyperapp one
    [ "$output" = $'one\nx' ]
}

@test "sdk: libhybrid is linked only as far as it is used" {
    hello
    hedron-gcc -DWORD='""' hello.c -o hello
    run ! grep -c hedron_find <(nm hello)
    hedron-gcc "$TOP/tests/e2e/programs/hybrid-hello.c" -o hybrid
    nm hybrid | grep -q hedron_present
}

@test "sdk: hedron-gcc passes every other argument to the compiler" {
    hello
    hedron-gcc -c -O2 -DWORD='"a b"' hello.c -o hello.o
    hedron-gcc hello.o -o hello
    run -1 ./hello
    [ "$output" = "a b" ]
    run -0 hedron-gcc -E -DWORD=expanded hello.c
    [[ $output == *expanded* ]]
    run -0 hedron-gcc -S -DWORD='""' -o - hello.c
    [[ $output == *main* ]]
    run -0 hedron-gcc -dumpmachine
    run -0 hedron-gcc --version
    run -1 hedron-gcc -DWORD= -Werror hello.c
    [[ $output == *error* ]]
    echo 'int main(void) { return (int)sqrt(16.0) * 0; }' >m.c
    hedron-gcc -include math.h m.c -lm -o m
    run -1 hedron-gcc -shared hello.c
}

@test "sdk: REALGCC names the compiler behind hedron-gcc" {
    hello
    printf '#!/bin/sh\necho called >>"%s"\nexec gcc "$@"\n' "$PWD/calls" >my-gcc
    chmod +x my-gcc
    REALGCC=$PWD/my-gcc hedron-gcc -DWORD='"x"' hello.c -o hello
    [ "$(<calls)" = called ]
    run -1 ./hello
}

@test "sdk: static PIE programs are built and run" {
    hello
    hedron-gcc -static-pie -fPIE -DWORD='"pie"' hello.c -o hello
    [[ $(readelf -hW hello) == *DYN* ]]
    static hello
    run -1 hr ./hello
    [ "$output" = pie ]
}

# ---- existing builds -----------------------------------------------------------------------------

@test "sdk: musl-gcc with the flags of pkg-config makes the same hybrid program" {
    export PKG_CONFIG_PATH=$SDK/lib/pkgconfig
    cp "$TOP/tests/e2e/programs/hybrid-hello.c" app.c
    musl-gcc -static $(pkg-config --cflags hedron-hybrid) app.c $(pkg-config --libs hedron-hybrid) -o app
    [ "$(kind app)" = hybrid ]
    run -1 hr ./app
    [[ $output == *"create: SUCCESS"* ]]
    run -1 ./app
    [ "${lines[1]}" = "native part: not present, ABI 0" ]
}

@test "sdk: gcc with glibc and the flags of pkg-config makes a hybrid program too" {
    export PKG_CONFIG_PATH=$SDK/lib/pkgconfig
    cp "$TOP/tests/e2e/programs/hybrid-hello.c" app.c
    gcc -static $(pkg-config --cflags hedron-hybrid) app.c $(pkg-config --libs hedron-hybrid) -o app
    run -1 hr ./app
    [[ $output == *"create: SUCCESS"* ]]
}

@test "sdk: the .pc files name no absolute path" {
    run ! grep -nE '(^|[= ])/' "$SDK"/lib/pkgconfig/*.pc
}

@test "sdk: musl-gcc -static and gcc -static, which know nothing of us, make programs that run" {
    hello
    for cc in "musl-gcc -static" "gcc -static" "gcc -static -O0 -g" "gcc -static -flto -O3"; do
        $cc -DWORD='"plain"' hello.c -o hello
        echo "-- $cc"
        [ "$(kind hello)" = plain ]
        same_as_host "$PWD/hello" one
    done
}

@test "sdk: hedron-gcc is CC in a plain Makefile with the built-in rules" {
    hello
    echo 'int twice(int x) { return 2 * x; }' >twice.c
    printf 'CFLAGS = -O2 -Wall -DWORD=\\"made\\"\nhello: hello.o twice.o\n' >Makefile
    make CC=hedron-gcc hello
    run -1 hr ./hello
    [ "$output" = made ]
    run -0 make CC=hedron-gcc hello
    [[ $output == *"up to date"* ]]
}

# What autoconf's AC_PROG_CC and its relatives ask of a compiler, in the order in which they do.
@test "sdk: hedron-gcc is CC in a configure script" {
    hello
    cat >configure <<'END'
#!/bin/sh
set -e
CC=${CC-cc}
try() { echo "$1" >conftest.c; shift; $CC $CFLAGS "$@" conftest.c 2>>config.log; }
try 'int main(void) { return 0; }' -o conftest && ./conftest && echo "the C compiler works"
rm -f a.out conftest; try 'int main(void) { return 0; }'; [ -x a.out ] && echo "default output a.out"
try '#ifndef __GNUC__
choke me
#endif
int x;' -c -o conftest.o && echo "GNU C"
CFLAGS="-g -O2"; try 'int x;' -c -o conftest.o && echo "accepts -g"
echo '#include <limits.h>' >conftest.c; $CC -E conftest.c >/dev/null && echo "preprocessor works"
for h in stdio.h unistd.h sys/stat.h hedron/hybrid.h no-such.h; do
	try "#include <$h>" -c -o conftest.o && echo "$h: yes" || echo "$h: no"
done
for f in memcpy strlcpy no_such_function; do
	try "char $f(); int main(void) { return $f(); }" -fno-builtin -o conftest &&
		echo "$f: yes" || echo "$f: no"
done
try 'int main(void) { return sizeof(long) != 8; }' -o conftest && ./conftest && echo "long is 8 bytes"
rm -f conftest*
sed "s,@CC@,$CC,; s,@CFLAGS@,$CFLAGS," Makefile.in >Makefile
END
    chmod +x configure
    printf 'CC = @CC@\nCFLAGS = @CFLAGS@ -DWORD=\\"configured\\"\nhello: hello.o\n' >Makefile.in
    run -0 env CC=hedron-gcc ./configure
    [[ $output == *"the C compiler works"* ]]
    [[ $output == *"default output a.out"* ]]
    [[ $output == *"GNU C"* ]]
    [[ $output == *"preprocessor works"* ]]
    [[ $output == *"hedron/hybrid.h: yes"* ]]
    [[ $output == *"no-such.h: no"* ]]
    [[ $output == *"memcpy: yes"* ]]
    [[ $output == *"no_such_function: no"* ]]
    [[ $output == *"long is 8 bytes"* ]]
    make hello
    run -1 hr ./hello
    [ "$output" = configured ]
}

# ---- the tree ------------------------------------------------------------------------------------

@test "sdk: the tree may be moved to a directory with blanks in its name, away from ours" {
    cp -a "$SDK" "moved sdk"
    hello
    "moved sdk/bin/hedron-gcc" -DWORD='"moved"' hello.c -o hello
    run -1 env -u HEDRON_SDK "moved sdk/bin/hedron-run" --timeout 120 ./hello
    [ "$output" = moved ]
    "moved sdk/bin/hedron-gcc" --native -DWORD='"native"' hello.c -o hyperapp
    run -1 "moved sdk/bin/hedron-run" --timeout 120 ./hyperapp
    [ "$output" = native ]
    run ! grep -rIlF "$O" "moved sdk" --include='*.pc' --include='*.specs' --include='hedron-*'
}

@test "sdk: its commands may be called through symbolic links" {
    ln -s "$SDK/bin/hedron-gcc" my-cc
    ln -s "$SDK/bin/hedron-run" my-run
    hello
    ./my-cc -DWORD='"linked"' hello.c -o hello
    run -1 ./my-run --timeout 120 ./hello
    [ "$output" = linked ]
}

@test "sdk: it holds commands, headers, libraries, .pc files and images" {
    for f in bin/hedron-gcc bin/hedron-run include/hedron/hybrid.h include/hedron/native.h lib/libhybrid.a \
        lib/pkgconfig/hedron-hybrid.pc lib/pkgconfig/hedron-native.pc share/hedron/kernel.elf32; do
        [ -s "$SDK/$f" ] || { echo "missing: $f"; return 1; }
    done
    make -s -C "$TOP" O="$O" sdk
    cmp "$SDK/bin/hedron-run" "$TOP/scripts/run-qemu"
}

@test "sdk: hybrid.h compiles alone, in hybrid programs and hyperapps" {
    echo '#include <hedron/hybrid.h>' >a.c
    hedron-gcc -Wall -Wextra -Werror -c a.c
    hedron-gcc --native -Wall -Wextra -Werror -c a.c
}
