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
./xsan volume create sectors --size 64MiB --sector-size 512 --cluster "$demo" >"$dir/out" 2>&1 || { cat "$dir/out"; echo "FAILED nbd-cluster" >>"$RESULTS"; exit 0; }
mkdir "$dir/tls" "$dir/nobody"
cp "$demo/ca.crt" "$dir/tls/ca-cert.pem"
cp "$demo/ca.crt" "$dir/nobody/ca-cert.pem"
cp "$demo/admin.crt" "$dir/tls/client-cert.pem"
cp "$demo/admin.key" "$dir/tls/client-key.pem"

# locate: where the volumes are: at their owners, which may change; that is nothing to an agent, but an end to these clients. The same volume
# by TCP, by TLS, and by the socket of its owner, whose directory bears its address.
locate() {
    uri=$(./xsan export demo --cluster "$demo" | tail -n 1)
    sectors=$(./xsan export sectors --cluster "$demo" | tail -n 1)
    authority=${uri#nbd://}
    tls_uri="nbds://$authority?tls-certificates=$dir/tls"
    owner=$(grep -l "\"bind_ip\" *: *\"${authority%%:*}\"" "$demo"/*/config.json)
    unix_uri="nbd+unix:///demo?socket=${owner%/config.json}/data/nbd.sock"
}
export dir demo uri sectors authority tls_uri unix_uri
locate
case $uri-$sectors in nbd://*/demo-nbd://*/sectors) ;; *) echo "   FAILED export: $uri $sectors"; echo "FAILED nbd-export" >>"$RESULTS"; exit 0 ;; esac

# check NAME COMMAND...: runs a command, in at most two minutes, and writes its result line. It runs again, once, where an owner changed beside it.
check() {
    name=$1
    shift
    locate
    was=$uri-$sectors
    timeout 120 "$@" >"$dir/out" 2>&1
    rc=$?
    locate
    if [ $rc != 0 ] && [ "$uri-$sectors" != "$was" ]; then
        echo "   an owner changed: $was, now $uri-$sectors"
        timeout 120 "$@" >"$dir/out" 2>&1
        rc=$?
    fi
    if [ $rc = 0 ]; then
        echo "   ok $name"
        echo "ok nbd-$name" >>"$RESULTS"
    else
        echo "   FAILED $name"
        tail -n 20 "$dir/out"
        ./xsan volume show demo --cluster "$demo"
        for n in 1 2 3; do tail -n 12 "$demo/node$n/log" | sed "s/^/node $n: /"; done
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
fio_verifies_sectors_of_512_bytes() {
    [ "$(nbdinfo --json "$sectors" | sed -n 's/.*"export-size": *\([0-9]*\).*/\1/p')" = 67108864 ] &&
        fio --name=sectors --ioengine=nbd --uri="$sectors" --rw=randrw --bsrange=512-8k --blockalign=512 --iodepth=8 --size=4m --verify=crc32c \
            --verify_fatal=1 --output="$dir/fio" && grep -q 'err= 0' "$dir/fio"
}
qemu_img_bench_writes_and_reads() {
    qemu-img bench -f raw -c 400 -d 16 -s 4096 -w --pattern=90 "$uri" && qemu-img bench -f raw -c 400 -d 16 -s 65536 "$uri" &&
        qemu-io -f raw -r -c 'read -P 90 0 1638400' "$uri" | tee "$dir/io" && ! grep -qi 'fail' "$dir/io"
}
clients_by_the_unix_socket() {
    nbdcopy "$unix_uri" "$dir/back" && qemu-img compare -f raw -F raw "$dir/back" "$uri" && nbdinfo --can multi-conn "$unix_uri"
}
clients_by_tls() {
    nbdinfo "$tls_uri" | tee "$dir/info" && grep -q 'protocol: newstyle-fixed with TLS' "$dir/info" && nbdcopy "$tls_uri" "$dir/back" &&
        qemu-img compare -f raw -F raw "$dir/back" "$uri" && ! nbdinfo "nbds://$authority?tls-certificates=$dir/nobody"
}
checks="nbdinfo_shows_the_export nbdcopy_both_ways qemu_img_convert_and_compare qemu_img_map_shows_holes qemu_io_patterns
    nbdsh_trim_zero_block_status fio_verifies fio_verifies_sectors_of_512_bytes qemu_img_bench_writes_and_reads clients_by_the_unix_socket
    clients_by_tls"
for test in $checks; do
    export -f "$test"
    check "$(echo "$test" | tr _ -)" bash -c "set -o pipefail; $test"
done
