#!/usr/bin/env bash
# Mode nbd: an agent in a Linux guest whose kernel has nbd, against three real datanodes of this host. File system, growth, and a
# verified load while the owner moves and the agent's worker is killed. Needs root and Debian's package sources, for the guest. With names
# of checks it runs these only; `the_next_agent_takes_over` runs on demand only, it takes another minute.
set -u
export RESULTS=${RESULTS:-/dev/null}
cd "$(dirname "$0")/../.."
cannot() {
    echo "   NOT RUN: $1"
    echo "skipped nbd-guest: $1" >>"$RESULTS"
    exit 0
}
refuse() {
    echo "   FAILED nbd-guest: $1"
    echo "FAILED nbd-guest ($1)" >>"$RESULTS"
    exit 0
}
[ "$(uname -m)" = x86_64 ] || cannot "the guest is for x86_64, this is $(uname -m)"
[ "$(id -u)" = 0 ] || cannot "needs root, to make the guest's file systems"
command -v apt-get >/dev/null || cannot "needs apt: the guest's kernel and programs are packages of Debian"
need=()
for pair in qemu-system-x86_64:qemu-system-x86 mmdebstrap:mmdebstrap mksquashfs:squashfs-tools cpio:cpio zstd:zstd xz:xz-utils \
    depmod:kmod busybox:busybox-static python3:python3 flock:util-linux; do
    command -v "${pair%%:*}" >/dev/null || need+=("${pair##*:}")
done
sources() { apt-get update -qq -o APT::Update::Error-Mode=any >/dev/null 2>&1; }
if [ ${#need[@]} -gt 0 ]; then
    sources || cannot "apt reaches no package source, and these are not installed: ${need[*]}"
    echo "   installing ${need[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null 2>&1 || cannot "apt could not install ${need[*]}"
fi
. .mvn/jdk.sh
find_or_install_jdk25 || cannot "no JDK 25"
begun=$SECONDS
if ! images=$(e2e/guest/images.sh); then
    sources || cannot "apt reaches no package source for the guest"
    refuse "the guest's images could not be made"
fi
[ $((SECONDS - begun)) -lt 5 ] || echo "   images of the guest, $((SECONDS - begun)) s; kept for the next time"

dir=$(mktemp -d /tmp/xsan-guest.XXXXXX)
demo=$dir/demo
guest=$dir/guest
export XSAN_CLUSTER=$demo
mkdir "$guest"
stop() {
    e2e/guest/guest.sh stop "$guest"
    ./xsan demo --stop --dir "$demo"
    rm -rf "$dir"
}
trap stop EXIT

./xsan version >/dev/null || refuse "no program"
program=$(dirname "$(readlink -f .xsan/program-server/classpath)")
mksquashfs "$program" "$guest/app.sqfs" -comp lz4 -noappend -quiet -no-progress || refuse "no image of the program"
./xsan demo --keep --seconds 0 --size 128MiB --dir "$demo" >"$dir/out" 2>&1 || { tail -n 30 "$dir/out"; refuse "the datanodes did not start"; }
sed -i 's/"host"/"attach" : { "modes" : [ "nbd" ] },\n  "host"/' "$demo/agent.json"
e2e/guest/guest.sh start "$guest" "$images" user "$demo"/{agent.json,client.json,ca.crt,agent.crt,agent.key,admin.crt,admin.key} | sed 's/^@@/   guest /'
[ "${PIPESTATUS[0]}" = 0 ] || refuse "the guest did not boot"

# inside COMMANDS: in the guest, with what `prepared` has put there.
inside() { e2e/guest/guest.sh exec "$guest" "[ ! -e /root/helpers ] || . /root/helpers; $1"; }
# The program at its place of this host, since the start-up caches name it; without what they have of machine code: the guest's processor is another one.
prepared="mkdir -p /root/agent '$(dirname "$program")' && cp /run.d/files/* /root/agent/ && ln -s /app '$program' && cat >/usr/local/bin/xsan <<'X'
#!/bin/sh
case \$1 in agent) options='-Xmx256m -XX:AOTCache=/app/datanode.aot' ;; *) options='-Xmx128m -XX:AOTCache=/app/cli.aot' ;; esac
exec java --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:+IgnoreUnrecognizedVMOptions \\
    -XX:+UnlockDiagnosticVMOptions -XX:-AOTAdapterCaching -XX:-AOTStubCaching -XX:ArchiveRelocationMode=0 -Xlog:disable -Xlog:all=error:stderr \\
    \$options -Djava.library.path='$program/native' -cp \"\$(cat /app/classpath)\" io.xsan.server.Main \"\$@\"
X
chmod +x /usr/local/bin/xsan
cat >/root/helpers <<'X'
export XSAN_CLUSTER=/root/agent XSAN_AGENT=/root/agent/agent.sock
log=/root/agent.log
state() { sed -n 's/.*\"pid\" *: *\([0-9]*\).*/\1/p' /root/agent/agent/worker.json; }
await() { local end=\$((SECONDS + 300)); while [ \$SECONDS -lt \$end ]; do eval \"\$1\" && return 0; sleep 0.3; done; echo \"not in five minutes: \$1\"; return 1; }
mib() { df -BM --output=size /mnt/a | tail -n 1 | tr -dc 0-9; }
written() { awk '{ print \$5 }' /sys/block/nbd0/stat; }
# A verified load without an end: every round reads back what it has written. It ends by a file, or by an error.
load() {
    rm -f /tmp/enough /tmp/load.*
    setsid bash -c 'n=0; while [ ! -e /tmp/enough ]; do fio --name=load --filename=/dev/nbd0 --direct=1 --ioengine=libaio --rw=randwrite \
        --bsrange=4k-64k --iodepth=8 --size=8m --randrepeat=0 --verify=crc32c --verify_backlog=32 --verify_fatal=1 >/tmp/load.out 2>&1 || { echo failed >/tmp/load.end; exit; }
        n=\$((n + 1)); done; echo \"\$n rounds\" >/tmp/load.end' </dev/null >/dev/null 2>&1 &
    progress
}
# The load is under way and gets on: another 30 writes have been answered.
progress() { local from; from=\$(written); await \"[ -e /tmp/load.end ] || [ \\\$(written) -ge \$((from + 30)) ]\" && [ ! -e /tmp/load.end ]; }
loaded() {
    touch /tmp/enough
    await '[ -e /tmp/load.end ]'
    grep -q rounds /tmp/load.end || { tail -n 20 /tmp/load.out; return 1; }
    ! dmesg | grep 'I/O error.*nbd0' && echo \"note: \$(cat /tmp/load.end) of 8 MiB written and read back, \$(written) writes\"
}
start_agent() { cd /root/agent && { setsid xsan agent --config agent.json >>\$log 2>&1 </dev/null & echo \$! >/root/agent.pid; } && cd /root && await \"[ \\\$(grep -c agent-ready \$log) = \$1 ]\"; }
X
"

# check NAME SECONDS: runs the function of that name, in at most that time, and writes its result line.
check() {
    begun=$SECONDS
    if timeout "$2" bash -c "set -o pipefail; $1" >"$dir/out" 2>&1; then
        echo "   ok $1, $((SECONDS - begun)) s $(grep '^note:' "$dir/out" | tail -n 1)"
        echo "ok nbd-guest-${1//_/-}" >>"$RESULTS"
    else
        echo "   FAILED $1, $((SECONDS - begun)) s"
        tail -n 30 "$dir/out"
        timeout 60 e2e/guest/guest.sh exec "$guest" -p 2 'tail -n 12 /root/agent.log; dmesg | tail -n 8; cat /sys/block/nbd0/{stat,inflight,pid,backend}; free -m' | cut -c1-300
        echo "FAILED nbd-guest-${1//_/-}" >>"$RESULTS"
    fi
}
owner() { ./xsan volume show "$1" | sed -n 's/^Owner *node \([0-9]\).*/\1/p'; }
export dir demo guest prepared
export -f inside check owner

the_agent_finds_the_kernels_nbd() { inside "$prepared" && inside 'start_agent 1 && cat $log'; }
attach_prints_an_nbd_device_once() {
    ./xsan volume create disk --size 256MiB && inside 'first=$(xsan attach disk --wait 120) && echo "$first" && [ "$first" = /dev/nbd0 ] &&
        [ "$(blockdev --getsize64 $first)" = 268435456 ] && grep -q xsan- /sys/block/nbd0/backend' && ./xsan volume show disk | grep -q guest
}
ext4_keeps_a_tree() {
    inside 'mkfs.ext4 -q -F /dev/nbd0 && mount /dev/nbd0 /mnt/a && cp -a /etc /usr/share/perl5 /usr/sbin /mnt/a/ && cd /mnt/a &&
        find . -type f -print0 | xargs -0 sha256sum >/tmp/sums && cd / && umount /mnt/a && e2fsck -f -n /dev/nbd0 && echo 3 >/proc/sys/vm/drop_caches &&
        mount /dev/nbd0 /mnt/a && cd /mnt/a && sha256sum --quiet -c /tmp/sums && echo "note: $(wc -l </tmp/sums) files, $(du -sm . | cut -f1) MiB"'
}
ext4_grows_while_it_is_mounted() {
    inside 'mib >/tmp/before' && ./xsan volume resize disk --size 320MiB &&
        inside 'await "[ \$(blockdev --getsize64 /dev/nbd0) = 335544320 ]" && resize2fs /dev/nbd0 && [ "$(mib)" -ge $(($(cat /tmp/before) + 50)) ] &&
        cd /mnt/a && sha256sum --quiet -c /tmp/sums && cd / && umount /mnt/a && e2fsck -f -n /dev/nbd0'
}
the_owner_moves_under_load() {
    inside load || return 1
    for _ in 1 2; do
        to=$(($(owner disk) % 3 + 1))
        ./xsan volume move disk --to "$to" && inside progress && [ "$(owner disk)" = "$to" ] || return 1
    done
    inside loaded
}
a_killed_worker_is_replaced_under_load() {
    inside 'load && before=$(state) && kill -KILL "$before" && await "[ \"\$(state)\" != $before ] && [ \"\$(state)\" != 0 ]" && progress && loaded'
}
the_next_agent_takes_over() {
    inside 'load && n=$(grep -c agent-ready $log) && kill $(cat /root/agent.pid) && await "! kill -0 $(cat /root/agent.pid) 2>/dev/null" && progress &&
        start_agent $((n + 1)) && grep -q adopted $log && progress && loaded'
}
detach_leaves_nothing() {
    inside 'xsan detach disk && [ ! -e /sys/block/nbd0/pid ] && [ "$(blockdev --getsize64 /dev/nbd0)" = 0 ] && [ -z "$(ls /root/agent/agent/volumes)" ] &&
        ! grep -q "not-dropped\|FATAL\|ERROR" $log' && ! ./xsan volume show disk | grep -q guest && ./xsan volume delete disk
}

all="ext4_keeps_a_tree ext4_grows_while_it_is_mounted the_owner_moves_under_load a_killed_worker_is_replaced_under_load"
for test in the_agent_finds_the_kernels_nbd attach_prints_an_nbd_device_once ${*:-$all} detach_leaves_nothing; do
    export -f "$test"
    check "$test" 590
done
