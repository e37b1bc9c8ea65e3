#!/usr/bin/env bash
# The end-to-end tests: makes a real Kubernetes cluster of four nodes (kind on podman) and runs the promises of e2e/src/test, the first
# of which puts XSAN on it by its chart. Everything that it needs and no registry has to offer is built here and kept under $XSAN_E2E_CACHE.
#
#   e2e/run.sh            all of it; ends with the cluster deleted
#   e2e/run.sh --cached   the same, but ends with code 75 where programs or node image would have to be built first
#   e2e/run.sh --keep     leaves the cluster for a look: . e2e/kind/env.sh && kubectl get pods -A
#   e2e/run.sh --cluster  makes the cluster with the images of this tree in it, and leaves it for helm install or --promises
#   e2e/run.sh --promises runs the promises on that cluster; where XSAN is on it, it stays as it is
#   e2e/run.sh --build    builds programs, node image and base image only
#   e2e/run.sh --clean    deletes what an interrupted run left
#
# PROMISES=FaultPromisesIT runs that class only (what -Dtest takes). Needs root, Linux on x86_64 or aarch64, Debian 12 or the like, Go, and the
# Debian and Go module mirrors. Exit code 75: this machine cannot run it, the last line says why.
set -euo pipefail
cd "$(dirname "$0")/.."
. .mvn/jdk.sh
find_or_install_jdk25
. e2e/kind/env.sh
cluster=xsan
files=$XSAN_E2E_CACHE/run
start=$SECONDS
step() { echo "   [$((SECONDS - start)) s] $*"; }
cannot() {
    echo "   kind cannot run here: $*"
    exit 75
}

check_machine() {
    [ "$(id -u)" = 0 ] || cannot "needs root"
    command -v go >/dev/null || cannot "no go"
    command -v apt-get >/dev/null || cannot "no apt-get"
    [ -e /dev/fuse ] || cannot "no /dev/fuse"
    [ -e /dev/loop-control ] || cannot "no loop devices"
}

sidecars="csi-provisioner csi-attacher csi-resizer"
has_sidecars() {
    for name in $sidecars; do [ -x "$XSAN_E2E_CACHE/bin/$name" ] || return 1; done
}

check_cache() {
    { e2e/kind/build-node-image.sh --check && has_sidecars && e2e/images/base.sh --check && e2e/helm.sh --cached; } >/dev/null 2>&1 ||
        cannot "programs and node image are not built; e2e/run.sh --build does that, once, in 25 minutes on two cores"
}

# Containers, loop devices over files that are gone, and files of runs that were interrupted.
clean() {
    command -v podman >/dev/null || return 0
    podman ps -aq --filter label=io.x-k8s.kind.cluster=$cluster | xargs -r podman rm -f -v -t 0 >/dev/null 2>&1 || true
    losetup -n -O NAME,BACK-FILE 2>/dev/null | awk '$2 == "/" || $2 == "/volume" { print $1 }' | xargs -r -n 1 losetup -d || true
    rm -rf "$files"
}

build_programs() {
    step "node image"
    nice -n 5 e2e/kind/build-node-image.sh 2>&1 | grep -v -E 'downloading|level=warning' | sed 's/^/   /'
    if ! has_sidecars; then
        step "CSI sidecars"
        nice -n 5 e2e/kind/go/build-csi.sh "$XSAN_E2E_CACHE/bin" "$XSAN_E2E_CACHE/go" sidecars 2>&1 | grep -v downloading | sed 's/^/   /'
    fi
    base=$(e2e/images/base.sh)
    helm=$(e2e/helm.sh)
}

# One static program as an image.
pack_sidecar() {
    mkdir -p "$files/root/tmp" "$files/root/etc"
    cp "$XSAN_E2E_CACHE/bin/$1" "$files/root/$1"
    e2e/kind/image-archive.sh "localhost/$1:e2e" "$files/root" "$files/images/$1.tar" "/$1"
    rm -rf "$files/root"
}

build_images() {
    step "images of this tree"
    mkdir -p "$files/images"
    if ! ./mvnw -q -B -ntp -Pfast -pl csi-driver,datanode/server,operator -am package -Dmaven.test.skip=true jib:buildTar \
        -Dxsan.image.base="tar://$base" -Dxsan.image.tag=e2e \
        -Dxsan.image.architecture="$(case $(uname -m) in aarch64) echo arm64 ;; *) echo amd64 ;; esac)" >"$files/images.log" 2>&1; then
        tail -n 30 "$files/images.log"
        return 1
    fi
    mv csi-driver/target/fast/jib-image.tar "$files/images/xsan-csi-driver.tar"
    mv datanode/server/target/fast/jib-image.tar "$files/images/xsan-datanode.tar"
    mv operator/target/fast/jib-image.tar "$files/images/xsan-operator.tar"
    for name in $sidecars; do pack_sidecar $name; done
}

make_cluster() {
    step "cluster of four nodes"
    # Without the lock: what watches over the containers outlives this run with --keep, and would keep it.
    kind create cluster --config e2e/kind/cluster.yaml --image "$XSAN_NODE_IMAGE" 8>&- >"$files/kind.log" 2>&1 || { tail -n 20 "$files/kind.log"; return 1; }
    for archive in "$files"/images/*.tar; do
        step "loading $(basename "$archive" .tar), $(du -h "$archive" | cut -f1)"
        kind load image-archive --name $cluster "$archive" >>"$files/kind.log" 2>&1 || { tail -n 5 "$files/kind.log"; return 1; }
        rm "$archive"
    done
    kubectl wait --for=condition=Ready node --all --timeout=120s >/dev/null
}

# What helps to understand a failure; printed short, kept long.
diagnose() {
    echo "   --- pods"
    kubectl get pods -A -o wide | sed 's/^/   /' || true
    kubectl get events -A --sort-by=.lastTimestamp 2>/dev/null | grep -v Normal | tail -n 25 | cut -c1-250 | sed 's/^/   /' || true
    mkdir -p e2e/target/cluster-logs
    for pod in $(kubectl -n xsan-system get pods -o name); do
        kubectl -n xsan-system logs "$pod" --all-containers --prefix --tail 500 >"e2e/target/cluster-logs/${pod#pod/}.log" 2>&1 || true
        kubectl -n xsan-system logs "$pod" --all-containers --prefix --previous --tail 500 >"e2e/target/cluster-logs/${pod#pod/}.previous.log" 2>/dev/null || true
    done
    echo "   logs of all parts are in e2e/target/cluster-logs"
}

run_promises() {
    step "promises"
    rm -rf e2e/target/fast/surefire-reports
    ./mvnw -B -ntp -Pfast,e2e -pl e2e -am test -Dtest="${PROMISES:-*PromisesIT}" -Dsurefire.failIfNoSpecifiedTests=false \
        -Dxsan.e2e.kubeconfig="$KUBECONFIG" -Dxsan.e2e.helm="$helm" -Dxsan.e2e.chart="$PWD/charts/xsan" \
        -Dxsan.e2e.values="$PWD/e2e/kind/values.yaml" 2>&1 |
        grep --line-buffered -E '^   |Tests run|ERROR|FAIL|expected|Expecting' | sed -u 's/^\(.\{300\}\).*/\1/'
    return "${PIPESTATUS[0]}"
}

check_machine
mkdir -p "$XSAN_E2E_CACHE"
exec 8>"$XSAN_E2E_CACHE/run.lock"
flock -n 8 || { step "another run is going on; waiting for it"; flock 8; }
case ${1:-} in
    --clean) clean; exit ;;
    --cached) check_cache ;;
    --build) build_programs; exit ;;
    --promises) helm=$(e2e/helm.sh); run_promises || { diagnose; exit 1; }; exit ;;
esac
clean
mkdir -p "$files"
case ${1:-} in --keep | --cluster) ;; *) trap 'clean' EXIT ;; esac
build_programs
build_images
make_cluster
[ "${1:-}" != --cluster ] || { step "done: . e2e/kind/env.sh"; exit; }
result=0
run_promises || { result=1; diagnose; }
step "done"
exit $result
