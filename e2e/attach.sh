#!/usr/bin/env bash
# Volumes as block devices of this host, by a real agent against three real datanodes: file systems, PostgreSQL, and a verified load
# while the agent's worker, the owner and the datanodes come and go. Needs root, /dev/fuse and loop devices. With names of checks
# it runs these only.
set -u
export RESULTS=${RESULTS:-/dev/null}
cd "$(dirname "$0")/.."
refuse() {
    echo "   FAILED attach: $1"
    echo "FAILED attach ($1)" >>"$RESULTS"
    exit 0
}
cannot() {
    echo "   NOT RUN: $1"
    echo "skipped attach: $1" >>"$RESULTS"
    exit 0
}
[ "$(id -u)" = 0 ] || cannot "needs root, for devices and mounts"
[ -e /dev/fuse ] && [ -e /dev/loop-control ] || cannot "needs /dev/fuse and /dev/loop-control of the kernel"

dir=$(mktemp -d /tmp/xsan-attach.XXXXXX)
demo=$dir/demo
started=$dir/started
: >"$started"
export XSAN_CLUSTER=$demo XSAN_AGENT=$demo/agent.sock
state() { sed -n "s/.*\"$1\" *: *\([0-9]*\).*/\1/p" "$demo/agent/worker.json"; }
stop() {
    # In the background: unmounting waits for ever for I/O that nobody answers, until the abort below.
    awk -v "dir=$dir/mnt" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r -n 1 timeout 60 umount -l &
    sleep 2
    for each in ext xfs load; do timeout 60 ./xsan detach "$each" --force --timeout 5 >/dev/null 2>&1; done
    worker=$(state pid)
    for pid in $(cat "$started") $worker; do kill "$pid" 2>/dev/null; done
    ./xsan demo --stop --dir "$demo"
    # What an agent that could not be asked any more has left.
    [ -e /sys/fs/fuse/connections/. ] && ! mountpoint -q /sys/fs/fuse/connections && mount -t fusectl none /sys/fs/fuse/connections
    for each in /sys/fs/fuse/connections/*/abort; do
        grep -q " 0:$(basename "$(dirname "$each")") .* $dir/" /proc/self/mountinfo && echo 1 >"$each"
    done
    losetup -n -O NAME,BACK-FILE | awk -v "dir=$dir/" 'index($2, dir) == 1 { print $1 }' | xargs -r -n 1 losetup -d
    awk -v "dir=$dir/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | tac | xargs -r -n 1 umount -l
    rm -rf "$dir"
}
trap stop EXIT

echo "   three datanodes"
./xsan demo --keep --seconds 5 --size 512MiB --dir "$demo" >"$dir/out" 2>&1 || { tail -n 30 "$dir/out"; refuse "the demo failed"; }
sed -i 's/"host"/"attach" : { "modes" : [ "fuse" ], "io_hold_timeout" : 300000 },\n  "host"/' "$demo/agent.json"
sed 's/"attach"/"attaches"/' "$demo/agent.json" >"$demo/wrong.json"
start_agent() {
    setsid ./xsan agent --config "$demo/agent.json" >>"$dir/agent.log" 2>&1 &
    agent=$!
    echo "$agent" >>"$started"
}
start_agent
for _ in $(seq 120); do [ -S "$XSAN_AGENT" ] && break; sleep 0.5; done
mkdir -p "$dir/mnt/ext" "$dir/mnt/xfs"

# check NAME SECONDS: runs the function of that name, in at most that time, and writes its result line.
check() {
    begun=$SECONDS
    if timeout "$2" bash -c "set -o pipefail; $1" >"$dir/out" 2>&1; then
        echo "   ok $1, $((SECONDS - begun)) s $(grep '^note:' "$dir/out" | tail -n 1)"
        echo "ok attach-${1//_/-}" >>"$RESULTS"
    else
        echo "   FAILED $1"
        tail -n 30 "$dir/out"
        ./xsan attached
        grep -v ' DEBUG ' "$dir/agent.log" | tail -n 8
        for n in 1 2 3; do grep -A 3 ' WARN \| ERROR \| FATAL ' "$demo/node$n/log" | tail -n 12 | sed "s/^/node $n: /"; done
        echo "FAILED attach-${1//_/-}" >>"$RESULTS"
    fi
}
# says TEXT COMMAND...: the command fails, with one line of error that has the text in it.
says() {
    text=$1
    shift
    "$@" 2>"$dir/said" && { echo "'$*' did not fail"; return 1; }
    grep -q -- "$text" "$dir/said" && ! grep -q '^\sat ' "$dir/said" || { echo "'$*' does not say '$text' but:"; cat "$dir/said"; return 1; }
}
device() { timeout 60 ./xsan attach "$@"; }
await() { local end=$((SECONDS + 120)); while [ $SECONDS -lt $end ]; do eval "$1" && return 0; sleep 0.5; done; echo "not in two minutes: $1"; return 1; }
in_sync() { ./xsan volume show "$1" | tee "$dir/show" | grep -c IN_SYNC | grep -q 3; }
owner() { ./xsan volume show "$1" | sed -n 's/^Owner *node \([0-9]\).*/\1/p'; }
export dir demo agent
export -f says device await in_sync owner state

attach_prints_a_device_once() {
    for each in ext xfs load; do ./xsan volume create "$each" --size 512MiB || return 1; done
    first=$(device ext --wait 120) && [ -b "$first" ] && [ "$(device ext)" = "$first" ] &&
        [ "$(blockdev --getsize64 "$first")" = 536870912 ] && ./xsan attached | grep "$first" | grep -q SERVING &&
        ./xsan volume show ext | grep -q "$(uname -n)" && device xfs && device load
}
errors_are_one_clear_line() {
    says 'no-such' device no-such && says 'no agent answers' device ext --agent "$dir/none.sock" &&
        says 'allowed is 0 to 600' device ext --wait 601 && says 'detach it first' device ext --read-only &&
        says 'in mode fuse' device ext --mode nbd && says 'used by another agent' timeout 60 ./xsan agent --config "$demo/agent.json" &&
        says 'not a key' timeout 60 ./xsan agent --config "$demo/wrong.json"
}
ext4_keeps_a_tree() {
    ext=$(device ext) && mkfs.ext4 -q -F "$ext" && mount "$ext" "$dir/mnt/ext" &&
        cp -a docs datanode/*/src "$dir/mnt/ext/" && head -c 40M /dev/urandom >"$dir/mnt/ext/random" || return 1
    (cd "$dir/mnt/ext" && find . -type f -print0 | xargs -0 sha256sum >"$dir/ext.sums") &&
        says 'mounted' ./xsan detach ext && umount "$dir/mnt/ext" && e2fsck -f -n "$ext" && ./xsan detach ext &&
        ! [ -b "/sys/block/${ext##*/}/loop/backing_file" ] && ext=$(device ext) && mount "$ext" "$dir/mnt/ext" &&
        (cd "$dir/mnt/ext" && sha256sum --quiet -c "$dir/ext.sums") && echo "note: $(wc -l <"$dir/ext.sums") files" && umount "$dir/mnt/ext"
}
xfs_keeps_a_tree() {
    xfs=$(device xfs) && mkfs.xfs -q -f "$xfs" && mount "$xfs" "$dir/mnt/xfs" && cp -a docs datanode/*/src "$dir/mnt/xfs/" || return 1
    (cd "$dir/mnt/xfs" && find . -type f -print0 | xargs -0 sha256sum >"$dir/xfs.sums") && umount "$dir/mnt/xfs" && xfs_repair -n "$xfs" &&
        ./xsan detach xfs && xfs=$(device xfs) && mount "$xfs" "$dir/mnt/xfs" && (cd "$dir/mnt/xfs" && sha256sum --quiet -c "$dir/xfs.sums")
}
free_mib() { ./xsan cluster status --output json | tr -d ' \n"' | grep -o 'free_bytes:[0-9]*' | cut -d: -f2 | sort -n | head -n 1 | awk '{ print int($1 / 1048576) }'; }
# settled_mib: what is free once the cleaner has nothing more to give back: the same for four seconds.
settled_mib() {
    local last=-1 free same=0
    for _ in $(seq 60); do
        free=$(free_mib)
        [ "$free" = "$last" ] && same=$((same + 1)) || same=0
        [ "$same" -ge 4 ] && break
        last=$free
        sleep 1
    done
    echo "$free"
}
export -f free_mib settled_mib
# XFS frees the blocks of a deleted file in the background, and sync does not wait for it: one fstrim right after may not see them.
fstrim_gives_space_back() {
    sync
    before=$(settled_mib)
    head -c 160M /dev/urandom >"$dir/mnt/xfs/large" && sync && full=$(settled_mib) && [ "$full" -le $((before - 100)) ] ||
        { echo "free $before MiB, $full after writing 160 MiB"; return 1; }
    rm "$dir/mnt/xfs/large" && sync && await 'fstrim "$dir/mnt/xfs" && [ "$(free_mib)" -ge $(('"$full"' + 100)) ]' &&
        echo "note: free $before MiB, $full after writing 160 MiB, $(free_mib) after fstrim"
}
scrub_compares_all_copies() {
    ./xsan scrub xfs load | tee "$dir/scrub" && grep -q '^xfs: .* read$' "$dir/scrub" && grep -q '^load: .* read$' "$dir/scrub" &&
        ./xsan volume show xfs | grep -q '^Scrub .* read$' && echo "note: $(grep '^xfs: .* read$' "$dir/scrub")"
}
xfs_grows_while_it_is_mounted() {
    xfs=$(device xfs) && ./xsan volume resize xfs --size 1GiB && await "[ \$(blockdev --getsize64 $xfs) = 1073741824 ]" &&
        xfs_growfs "$dir/mnt/xfs" && [ "$(df -BM --output=size "$dir/mnt/xfs" | tail -n 1 | tr -dc 0-9)" -gt 900 ] &&
        head -c 30M /dev/urandom >"$dir/mnt/xfs/after" && sync && (cd "$dir/mnt/xfs" && sha256sum --quiet -c "$dir/xfs.sums")
}

# load SECONDS: a verified load on the device of the volume 'load', behind the script's back.
load() {
    local at
    at=$(device load) || return 1
    fio --name=load --filename="$at" --direct=1 --ioengine=libaio --rw=randwrite --bsrange=4k-128k --iodepth=16 --size=192m \
        --verify=crc32c --verify_backlog=64 --verify_fatal=1 --time_based --runtime="$1" --output-format=json --output="$dir/fio" &
    fio=$!
    sleep 3
}
# loaded: the load has ended without an error.
loaded() {
    wait "$fio" && grep -q '"error" : 0' "$dir/fio" || { grep -v '^ ' "$dir/fio"; grep '"error"\|total_ios' "$dir/fio"; return 1; }
    dmesg 2>/dev/null | tail -n 20 | grep -q "I/O error.*${1:-no-such-device}" && return 1
    python3 - "$dir/fio" <<'END'
import json, sys
job = json.load(open(sys.argv[1]))["jobs"][0]
kinds = [job["write"], job["read"]]
print("note: %d written, %d verified, %.2f s at most" % (*(k["total_ios"] for k in kinds), max(k["clat_ns"]["max"] for k in kinds) / 1e9))
END
}
export -f load loaded
another_worker_takes_over_under_load() {
    load 20
    for _ in 1 2 3; do ./xsan replace-worker && sleep 2; done
    loaded
}
a_killed_worker_is_replaced_under_load() {
    case $(uname -r | awk -F. '{ print ($1 * 100 + $2 >= 609) }') in 1) ;; *) echo "note: not tried, this kernel has no FUSE resend"; return 0 ;; esac
    load 25
    for _ in 1 2 3; do
        before=$(state pid)
        kill -KILL "$before"
        await "[ \"\$(state pid)\" != $before ] && [ \"\$(state pid)\" != 0 ] && ./xsan attached | grep '^load' | grep -q SERVING" || return 1
        sleep 1
    done
    loaded
}
the_next_agent_takes_over_under_load() {
    load 25
    kill -TERM "$(head -n 1 "$dir/started")" && await "! kill -0 $(head -n 1 "$dir/started") 2>/dev/null" || return 1
    setsid ./xsan agent --config "$demo/agent.json" >>"$dir/agent.log" 2>&1 &
    echo $! >>"$dir/started"
    await "./xsan attached | grep '^load' | grep -q SERVING" && loaded
}
the_owner_moves_under_load() {
    load 30
    for _ in 1 2 3; do
        to=$(($(owner load) % 3 + 1))
        ./xsan volume move load --to "$to" && await "[ \"\$(owner load)\" = $to ]" && sleep 3 || return 1
    done
    loaded
}
# node N start|kill: one of the datanodes of the demo.
node() {
    if [ "$2" = kill ]; then
        kill -KILL "$(sed -n "$1p" "$demo/pids")"
    else
        setsid ./xsan datanode --config "$demo/node$1/config.json" >>"$demo/node$1/log" 2>&1 </dev/null &
        sed -i "$1s/.*/$!/" "$demo/pids"
        echo $! >>"$dir/started"
    fi
}
export -f node
a_replica_dies_under_load() {
    load 30
    victim=$(($(owner load) % 3 + 1))
    node $victim kill && sleep 8 && node $victim start && loaded && await 'in_sync load'
}
all_datanodes_restart_under_load() {
    load 45
    for n in 1 2 3; do node $n kill; done
    sleep 2
    for n in 1 2 3; do node $n start; done
    loaded && await 'in_sync load'
}
postgresql_keeps_its_books() {
    bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1) && [ -x "$bin/pgbench" ] || { echo "no PostgreSQL here, package postgresql"; return 1; }
    data=$dir/mnt/xfs/pg
    chmod 755 "$dir" "$dir/mnt" "$dir/mnt/xfs" && mkdir "$data" "$dir/sock" && chown postgres "$data" "$dir/sock" || return 1
    as() { (cd / && setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/ "$@"); }
    as "$bin/initdb" -D "$data" -A trust --no-sync >/dev/null &&
        as "$bin/pg_ctl" -D "$data" -w -t 100 -o "-k $dir/sock -c listen_addresses=''" -l "$dir/sock/log" start || return 1
    as "$bin/pgbench" -h "$dir/sock" -i -q -s 2 postgres || return 1
    as "$bin/pgbench" -h "$dir/sock" -c 4 -T 12 postgres >"$dir/pgbench" 2>&1 &
    bench=$!
    sleep 4
    ./xsan replace-worker
    ./xsan volume move xfs --to $(($(owner xfs) % 3 + 1))
    wait "$bench" && grep -q 'number of failed transactions: 0' "$dir/pgbench" || { cat "$dir/pgbench"; return 1; }
    sums=$(as "$bin/psql" -h "$dir/sock" -At -c 'select (select sum(abalance) from pgbench_accounts) = (select sum(delta) from pgbench_history)
        and (select sum(tbalance) from pgbench_tellers) = (select sum(bbalance) from pgbench_branches)
        and (select sum(abalance) from pgbench_accounts) = (select sum(bbalance) from pgbench_branches)' postgres)
    as "$bin/pg_ctl" -D "$data" -w -m immediate stop && umount "$dir/mnt/xfs" && xfs=$(device xfs) && mount "$xfs" "$dir/mnt/xfs" &&
        as "$bin/pg_ctl" -D "$data" -w -t 100 -o "-k $dir/sock -c listen_addresses=''" -l "$dir/sock/log" start &&
        as "$bin/pg_ctl" -D "$data" -w stop && echo "note: $(grep -o 'tps = [0-9.]*' "$dir/pgbench") beside a move and a new worker" && [ "$sums" = t ]
}
detaching_leaves_nothing() {
    umount "$dir/mnt/xfs" && xfs_repair -n "$(device xfs)" && for each in ext xfs load; do ./xsan detach "$each" || return 1; done
    ./xsan attached | grep -q 'No volumes' && ! losetup -n -O BACK-FILE | grep -q "$dir" && ! grep -q "$dir" /proc/self/mountinfo &&
        ! ./xsan volume show ext | grep -q 'Attached to' && ./xsan volume delete ext
}

export -f attach_prints_a_device_once errors_are_one_clear_line
check attach_prints_a_device_once 200
check errors_are_one_clear_line 120
all="ext4_keeps_a_tree xfs_keeps_a_tree fstrim_gives_space_back scrub_compares_all_copies xfs_grows_while_it_is_mounted another_worker_takes_over_under_load
    a_killed_worker_is_replaced_under_load the_owner_moves_under_load a_replica_dies_under_load all_datanodes_restart_under_load
    the_next_agent_takes_over_under_load postgresql_keeps_its_books detaching_leaves_nothing"
for test in ${*:-$all}; do
    export -f "$test"
    check "$test" 400
done
