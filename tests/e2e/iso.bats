#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# iso.bats - the disk image of `make iso`, in a machine with nothing but a serial port.

load common

# boot QEMU-OPTIONS: boots the image and waits until the machine halts; what came by the serial port
# is in $LOG.
boot() {
    local qemu tries
    : >"$LOG"
    qemu-system-x86_64 -machine q35 -cpu max -smp 2 -m 256M -nodefaults -no-user-config -display none \
        -no-reboot -serial file:"$LOG" "$@" </dev/null >/dev/null 2>&1 3>&- &
    qemu=$!
    for ((tries = 1200; tries; tries--)); do
        sleep 0.1
        ! grep -aqE 'machine halts|^kernel panic: |^hedron: ' "$LOG" || break
    done
    kill $qemu
    wait $qemu || true
}

# The three programs of the tour have met.
tour_was_given() {
    grep -aq 'the answer is 42' "$LOG"
    grep -aq 'says of /tmp/from-linux: "greetings from write(2)"' "$LOG"
    grep -aq 'gives: "greetings from the native file service"' "$LOG"
    grep -aq 'the machine halts: exit 0' "$LOG"
}

@test "iso: boots by BIOS" {
    boot -cdrom "$O/hedron.iso"
    grep -aqE 'Hedron Hybrid kernel: .* 2 CPUs, .* BIOS,' "$LOG"
    tour_was_given
}

@test "iso: boots by UEFI" {
    [ -r /usr/share/ovmf/OVMF.fd ] || skip "no ovmf"
    boot -cdrom "$O/hedron.iso" -bios /usr/share/ovmf/OVMF.fd
    grep -aqE 'Hedron Hybrid kernel: .* 2 CPUs, .* UEFI,' "$LOG"
    tour_was_given
}

@test "iso: boots from a disk, by its MBR" {
    boot -drive "file=$O/hedron.iso,format=raw,readonly=on,if=virtio"
    tour_was_given
}

@test "iso: the same files give the same image" {
    sleep 1		# into another second
    "$TOP/scripts/make-iso" again.iso "$SDK/share/hedron" "$O"/samples/tour/tour-{hyperapp,linux,hybrid}
    cmp again.iso "$O/hedron.iso"
}
