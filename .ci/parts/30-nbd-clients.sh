#!/usr/bin/env bash
# The NBD clients that people have, against a volume with three replicas.
set -u
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
demo=$dir/demo
stop() {
    ./xsan demo --stop --dir "$demo"
    rm -rf "$dir"
}
trap stop EXIT

./xsan demo --keep --seconds 5 --size 256MiB --dir "$demo" >"$dir/out" 2>&1 || { cat "$dir/out"; echo "FAILED nbd-cluster" >>"$RESULTS"; exit 0; }
uri=$(./xsan export demo --cluster "$demo" | head -n 1)
[ -n "$uri" ] || { echo "FAILED nbd-export" >>"$RESULTS"; exit 0; }

# check NAME COMMAND...: runs a command, in at most two minutes, and writes its result line.
check() {
    name=$1
    shift
    if timeout 120 "$@" >"$dir/out" 2>&1; then
        echo "   ok $name"
        echo "ok nbd-$name" >>"$RESULTS"
    else
        echo "   FAILED $name"
        tail -n 20 "$dir/out"
        echo "FAILED nbd-$name" >>"$RESULTS"
    fi
}

head -c 64M /dev/urandom >"$dir/data"
truncate -s 256M "$dir/data"

nbdinfo_shows_the_export() {
    nbdinfo "$uri" | tee "$dir/info" && grep -q 'export-size: 268435456' "$dir/info" &&
        grep -q 'can_multi_conn: true' "$dir/info" && nbdinfo --list "$uri" | grep -q 'export="demo"'
}
nbdcopy_both_ways() {
    nbdcopy "$dir/data" "$uri" && nbdcopy "$uri" "$dir/back" && cmp "$dir/data" "$dir/back"
}
qemu_img_convert_and_compare() {
    qemu-img convert -n -f raw -O raw "$dir/data" "$uri" &&
        qemu-img compare -f raw -F raw "$dir/data" "$uri" &&
        qemu-img convert -f raw -O qcow2 "$uri" "$dir/copy.qcow2" &&
        qemu-img compare -f qcow2 -F raw "$dir/copy.qcow2" "$uri"
}
qemu_img_map_shows_holes() {
    qemu-img map -f raw --output=json "$uri" | tee "$dir/map" && grep -q '"zero": true' "$dir/map" && grep -q '"zero": false' "$dir/map"
}
qemu_io_patterns() {
    qemu-io -f raw -c 'write -P 0x5a 4096 65536' -c 'read -P 0x5a 4096 65536' -c 'write -P 7 8192 512' -c 'flush' \
        -c 'read -P 7 8192 512' -c 'read -P 0x5a 8704 3584' -c 'write -z 4096 4096' -c 'read -P 0 4096 4096' \
        -c 'discard 65536 4096' "$uri" | tee "$dir/io" && ! grep -qi 'fail' "$dir/io"
}
nbdsh_trim_zero_block_status() {
    PATH=/usr/bin:$PATH timeout 100 nbdsh --base-allocation -u "$uri" -c '
h.pwrite(b"x" * 1048576, 100 << 20)
h.flush()
h.trim(524288, 100 << 20)
h.zero(4096, (100 << 20) + 524288)
assert h.pread(524288 + 4096, 100 << 20) == bytes(524288 + 4096), "trimmed and zeroed bytes are zeros"
assert h.pread(4096, (100 << 20) + 528384) == b"x" * 4096, "what stands behind is as before"
found = []
h.block_status(1048576, 100 << 20, lambda context, offset, entries, error: found.extend(entries) or 0)
assert len(found) >= 4 and found[1] == 3 and found[0] >= 524288, found
assert 0 in found[1::2], found
'
}
fio_verifies() {
    fio --name=verify --ioengine=nbd --uri="$uri" --rw=randrw --bs=4k-64k --iodepth=16 --size=64m --verify=crc32c --verify_fatal=1 --output="$dir/fio" || { cat "$dir/fio"; return 1; }
    grep -q 'err= 0' "$dir/fio"
}
export uri dir
export -f nbdinfo_shows_the_export nbdcopy_both_ways qemu_img_convert_and_compare qemu_img_map_shows_holes qemu_io_patterns \
    nbdsh_trim_zero_block_status fio_verifies

for test in nbdinfo_shows_the_export nbdcopy_both_ways qemu_img_convert_and_compare qemu_img_map_shows_holes qemu_io_patterns \
    nbdsh_trim_zero_block_status fio_verifies; do
    check "$(echo "$test" | tr _ -)" bash -c "set -o pipefail; $test"
done
