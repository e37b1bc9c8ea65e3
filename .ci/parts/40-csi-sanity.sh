#!/usr/bin/env bash
# The CSI driver against three real datanodes: csi-sanity (built on the official Go stubs, so it also shows that our .proto is
# wire-compatible) for file systems and for raw block, then the controller killed before and after each of its calls. The node
# service works on loop devices here, so this needs root. csi-sanity is built once from Go modules into ~/.cache/xsan-e2e.
set -u
cd "$(dirname "$0")/../.."
fail() {
    echo "   FAILED $1: $2"
    echo "FAILED csi-$1" >>"$RESULTS"
}
[ "$(id -u)" = 0 ] || { fail sanity "needs root, for loop devices and mounts"; exit 0; }

cache=${XSAN_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xsan-e2e}
sanity=$cache/csi-sanity-$(sha256sum e2e/sanity/go.mod | cut -c1-12)
if [ ! -x "$sanity" ]; then
    echo "   building csi-sanity"
    command -v go >/dev/null || { fail sanity "no go, which is needed to build csi-sanity"; exit 0; }
    work=$(mktemp -d)
    mkdir -p "$cache"
    cp e2e/sanity/* "$work"
    (cd "$work" && CGO_ENABLED=0 GOFLAGS="-mod=mod -trimpath -buildvcs=false" nice go build -ldflags '-s -w' \
        -o "$work/csi-sanity" github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity) >"$cache/csi-sanity.log" 2>&1 &&
        mv "$work/csi-sanity" "$sanity"
    rm -rf "$work"
    [ -x "$sanity" ] || { tail -n 5 "$cache/csi-sanity.log"; fail sanity "did not build"; exit 0; }
fi

dir=$(mktemp -d)
demo=$dir/demo
driver=
stop() {
    [ -z "$driver" ] || { kill "$driver"; wait "$driver"; } 2>/dev/null
    ./xsan demo --stop --dir "$demo"
    for mounted in $(awk -v "dir=$dir/" 'index($5, dir) == 1 { print $5 }' /proc/self/mountinfo | tac); do umount -l "$mounted"; done
    losetup -n -O NAME,BACK-FILE | awk -v "dir=$dir/" 'index($2, dir) == 1 { print $1 }' | xargs -r -n 1 losetup -d
    rm -rf "$dir"
}
trap stop EXIT

# Into the directory of the fast profile, as ./xsan does; the tests' classes are part of it.
./mvnw -q -B -ntp -Pfast -pl csi-driver -am package -DskipTests dependency:copy-dependencies -DincludeScope=test \
    -DoutputDirectory=target/fast/lib >"$dir/out" 2>&1 || { tail -n 20 "$dir/out"; fail sanity "the driver did not build"; exit 0; }
./xsan demo --keep --seconds 5 --size 64MiB --dir "$demo" >"$dir/out" 2>&1 || { tail -n 20 "$dir/out"; fail sanity "no cluster"; exit 0; }

. .mvn/jdk.sh
find_jdk25
datanodes=$(grep -E -o '[0-9.]+:[0-9]+' "$demo/client.json" | paste -sd,)
arguments=(controller --endpoint "unix://$dir/csi.sock" --datanodes "$datanodes" --authority "$demo/ca.crt"
    --certificate "$demo/admin.crt" --key "$demo/admin.key" --hosts sanity-node)
java=("$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -XX:+UseSerialGC
    -cp "csi-driver/target/fast/classes:csi-driver/target/fast/test-classes:csi-driver/target/fast/lib/*")

"${java[@]}" io.xsan.csi.SanityDriver "${arguments[@]}" >"$dir/driver.log" 2>&1 &
driver=$!
for _ in $(seq 150); do [ -S "$dir/csi.sock" ] || ! kill -0 $driver && break; sleep 0.2; done
[ -S "$dir/csi.sock" ] || { cat "$dir/driver.log"; fail sanity "the driver does not serve"; exit 0; }

echo 'minReplicas: "1"' >"$dir/mutable.yaml"
for type in mount block; do
    if timeout 300 "$sanity" --csi.endpoint "unix://$dir/csi.sock" --csi.mountdir "$dir/target" --csi.stagingdir "$dir/staging" \
        --csi.testvolumesize 67108864 --csi.testvolumeexpandsize 134217728 --csi.testvolumemutableparameters "$dir/mutable.yaml" \
        --csi.testvolumeaccesstype "$type" -ginkgo.no-color >"$dir/out" 2>&1; then
        echo "   ok sanity-$type: $(grep -E -o '[0-9]+ Passed.*' "$dir/out")"
        echo "ok csi-sanity-$type" >>"$RESULTS"
    else
        tail -n 60 "$dir/out" "$dir/driver.log"
        fail "sanity-$type" "see above"
    fi
done
if timeout 300 "${java[@]}" io.xsan.csi.ControllerKillPoints "${arguments[@]}" >"$dir/out" 2>&1; then
    echo "   ok controller-kill-points: $(tail -n 1 "$dir/out")"
    echo "ok csi-controller-kill-points" >>"$RESULTS"
else
    tail -n 20 "$dir/out"
    fail controller-kill-points "see above"
fi
