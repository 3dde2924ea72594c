#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# smp.bats - the same on machines with 2 and 4 processors.

load common

# on N COMMAND...: with N processors, also for commands that call hedron-run themselves.
on() {
    HEDRON_SMP=$1 "${@:2}"
}

@test "smp: a hyperapp has all CPUs: services, handlers, semaphores, mutexes and recall on each" {
    for n in 2 4; do
        run -0 --separate-stderr on $n hr "$PROGRAMS/native-smp"
        [ "${lines[0]}" = "$n CPUs, the roottask says $n" ]
        for ((cpu = 0; cpu < n; cpu++)); do
            [ "${lines[1 + cpu]}" = \
                "CPU $cpu: runs on $cpu, file OK same, near SUCCESS, far BAD_CPU" ]
        done
        [ "${lines[-1]}" = "sums: right" ]
    done
}

@test "smp: --smp beats HEDRON_SMP" {
    run -0 on 2 hr --smp 4 "$PROGRAMS/native-smp"
    [ "${lines[0]}" = "4 CPUs, the roottask says 4" ]
}

@test "smp: a Linux program sees the CPUs that it can run on, whatever it asks" {
    gcc -O2 -static "$TOP/tests/e2e/programs/linux-cpus.c" -o cpus-glibc
    for n in 1 2 4; do
        for program in "$PROGRAMS/linux-cpus" ./cpus-glibc; do
            run -0 on $n hr "$program"
            [ "${lines[0]}" = "1 CPUs" ]
            [ "${lines[1]}" = \
                "online same, configured as many, running on one of them yes, moved to others 0" ]
        done
    done
}

@test "smp: streams and exit status are those of one CPU" {
    for n in 2 4; do
        run -3 --separate-stderr on $n hr "$PROGRAMS/linux-streams" 3
        [ "${lines[0]}" = "out 0" ]
        head -c 300000 /dev/urandom >in
        on $n hr "$(command -v busybox)" cat <in >out
        cmp in out
    done
}

@test "smp: Linux and native programs beside each other on 2 and 4 CPUs" {
    for n in 2 4; do
        with=()
        for i in 1 2 3 4; do
            with+=(--with "$PROGRAMS/linux-file write /tmp/l$i text-$i")
            with+=(--with "$PROGRAMS/native-file write /tmp/n$i text-$i")
        done
        run -0 on $n hr "${with[@]}" --with "$PROGRAMS/native-smp" \
            "$PROGRAMS/linux-gather" /tmp/{l,n}{1,2,3,4}
        [ "${lines[0]}" = "8 files" ]
    done
}

@test "smp: programs that crash or do harm on a machine with 4 CPUs leave the others alone" {
    run -0 on 4 hr --with "$LINUX/end.musl null" --with "$PROGRAMS/linux-nsct portals" \
        --with "$PROGRAMS/linux-nsct revoke" --with "$PROGRAMS/hybrid-badge forever" \
        --with "$PROGRAMS/native-crash write" --with "$PROGRAMS/native-file write /tmp/native fine" \
        "$PROGRAMS/linux-late" /tmp/native
    [ "${lines[0]}" = fine ]
    [ "${lines[1]}" = "still well" ]
}

@test "smp: hybrid programs and the services they call" {
    for n in 2 4; do
        run -3 on $n hr "$PROGRAMS/hybrid-hello" one two
        [ "${lines[5]}" = "down: SUCCESS" ]
    done
}

@test "smp: the samples and the tour run on 2 and 4 CPUs" {
    for n in 2 4; do
        for sample in hello hello-hybrid create-pd portal-echo shared-page file-ops tour; do
            echo "-- $sample, $n CPUs"
            run -0 on $n make -s --no-print-directory -C "$TOP/samples/$sample" \
                O="$O/samples/$sample" HEDRON_SDK="$SDK" run
        done
    done
}
