#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# busybox.bats - the file programs of a busybox, with a tree of --root, as on the host.

load common

setup_file() {
    BUSYBOX=$(command -v busybox)
    [ -n "$BUSYBOX" ] || skip "no busybox"
    export BUSYBOX
}

# Dates that do not depend on when the tree was copied, and names, contents, links of several kinds.
make_tree() {
    mkdir -p "$1"/{bin,etc,tmp,data/deep/er,empty}
    cp "$BUSYBOX" "$1/bin/busybox"
    printf 'root:x:0:0:root:/:/bin/sh\n' >"$1/etc/passwd"
    printf 'root:x:0:\n' >"$1/etc/group"
    for i in {1..40}; do echo "line $i $((i * 7919 % 101))"; done >"$1/data/lines"
    head -c 100000 /dev/zero | tr '\0' z >"$1/data/deep/zeros"
    printf 'binary\0\1\2\377' >"$1/data/deep/er/bytes"
    ln -s deep/zeros "$1/data/link"
    ln "$1/data/lines" "$1/data/hard"
    chmod 751 "$1/data/deep"
    chmod 4640 "$1/data/lines"
    find "$1" -exec touch -h -d '2024-02-29 12:34:56 UTC' {} +
}

# both ARGS: busybox ARGS in the tree here (by chroot) and there.
both() {
    [ "$(id -u)" -eq 0 ] || skip "chroot needs root"
    [ -d tree ] || make_tree tree
    rm -rf copy && cp -a tree copy
    local status=0
    echo "-- busybox $*"
    env -i PATH=/bin:/usr/bin:/sbin:/usr/sbin HOME=/ chroot copy /bin/busybox "$@" \
        <"${INPUT:-/dev/null}" >here.out 2>here.err || status=$?
    echo $status >here.status
    status=0
    hr --root tree /bin/busybox "$@" <"${INPUT:-/dev/null}" >there.out 2>there.err || status=$?
    echo $status >there.status
    [ -z "${same_lines-}" ] || { sort -o here.out here.out; sort -o there.out there.out; }
    same
}

# The same lines in any order: directories need not be read in the host's.
both_sorted() {
    local same_lines=sort
    both "$@"
}

@test "busybox: ls shows names, kinds, modes, owners, links, sizes and times" {
    both ls -lan /data/lines /data/hard /data/link /data/deep/zeros
    both ls -aR /data
}

@test "busybox: find walks the tree and tests what it finds" {
    both_sorted find /data /etc /empty
    both_sorted find /data -links +1 -type f
    both_sorted find /data /etc -type f -size +1k -mtime +10
}

@test "busybox: cat, head, tail, wc, sort, cut, tr, grep and sed work on files" {
    both cat /data/lines /data/link
    both tail -n 3 /data/lines
    both wc /data/lines /data/deep/zeros
    both sort -k3n /data/lines
    both grep -n 7 /data/lines
    both sed -e 's/line/LINE/;5,$d' /data/lines
}

@test "busybox: digests of files and of standard input are right" {
    both md5sum /data/lines /data/deep/zeros /data/deep/er/bytes
    head -c 300000 /dev/urandom >in
    INPUT=in both sha256sum
}

@test "busybox: stat tells modes, links and sizes" {
    both stat -c '%n %a %h %s %F %Y' /data/lines /data/link
    both stat -c '%n %a %h %F %Y' /data/deep /data /empty
    both stat -L -c '%s' /data/link
}

@test "busybox: cp, dd, ln, mkdir, mv and rm say what is wrong in the same words" {
    both mkdir /data
    both rmdir /data
    both rm /empty
    both cp /nothing /tmp/x
    both mv /data /data/deep
    both ln /data /tmp/hard
    both ln -s x /data/link
    both dd if=/data/lines of=/tmp/copy bs=100 count=3
}

@test "busybox: od, hexdump and strings show bytes" {
    both od -c /data/deep/er/bytes
    both hexdump -C /data/deep/er/bytes
}

@test "busybox: tar and gzip make the same archive" {
    both tar -cf - /data/lines /data/link /data/deep/er
    both gzip -n -c /data/deep/zeros
}

@test "busybox: awk, expr, seq, printf, basename and date compute" {
    both awk '{ s += $3 } END { print s, NR, 1/3 }' /data/lines
    both seq 1 3 20
    both printf '%05d|%s|%x\n' 42 text 255
    both date -u -d @1700000000
}

@test "busybox: an applet that does not exist, and wrong usage, have the same status" {
    both nosuchapplet
    both head -n
}

@test "busybox: a shell without children: built-in commands, redirections, loops, tests" {
    cat >script <<'END'
cd /tmp
for i in 1 2 3; do echo "round $i" >>file; done
while read -r a b; do echo "$b: $a"; done <file
[ -f file ] && echo there
[ -d /data ] && echo dir
x=$((7 * 6)); echo $x ${x%2}
: >empty; [ -s empty ] || echo empty
f() { echo "in f: $1 $#"; }; f a b
cd /data/deep && pwd
umask
echo to-stderr >&2
exit 5
END
    mkdir -p tree && make_tree tree
    cp script tree/script
    both sh /script
    [ "$(<there.status)" -eq 5 ]
}
