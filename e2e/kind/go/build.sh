#!/bin/bash
# Builds every Go program of the node image and the kind CLI, as static binaries, from a Go module mirror.
# usage: go/build.sh OUT_DIR WORK_DIR      (versions from the environment, see ../versions.env)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=$1 work=$2
mkdir -p "$out" "$work"
export CGO_ENABLED=0 GOFLAGS="-mod=mod -trimpath -buildvcs=false"

# module NAME PATH VERSION: a throw-away main module that requires one module.
module() {
  local dir=$work/$1
  mkdir -p "$dir"
  [ -f "$dir/go.mod" ] || printf 'module xsan.test/%s\n\ngo %s\n\nrequire %s %s\n' \
    "$1" "$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')" "$2" "$3" > "$dir/go.mod"
  cd "$dir"
}

# --- kind, etcd, CoreDNS: each in a module of its own, with its own versions of its dependencies.
module "kind-$KIND_VERSION" sigs.k8s.io/kind "$KIND_VERSION"
go build -ldflags '-s -w' -o "$out/kind" sigs.k8s.io/kind
module "etcd-$ETCD_VERSION" go.etcd.io/etcd/server/v3 "v$ETCD_VERSION"
go build -ldflags '-s -w' -o "$out/etcd" go.etcd.io/etcd/server/v3
module "coredns-$COREDNS_VERSION" github.com/coredns/coredns "$COREDNS_VERSION"
go build -ldflags '-s -w' -o "$out/coredns" github.com/coredns/coredns

# --- Kubernetes: k8s.io/kubernetes requires its own staging modules at v0.0.0; point them at the release.
module "kubernetes-$KUBERNETES_VERSION" k8s.io/kubernetes "$KUBERNETES_VERSION"
if ! grep -q '^replace' go.mod; then
  staging=v0.${KUBERNETES_VERSION#v1.}
  sed -n 's|^[[:space:]]*\(k8s.io/[a-z-]*\) v0.0.0\( .*\)\{0,1\}$|replace \1 => \1 '"$staging"'|p' \
    "$(go mod download -json "k8s.io/kubernetes@$KUBERNETES_VERSION" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p')" >> go.mod
fi
rm -rf podnet pause && cp -r "$here/podnet" "$here/pause" .
minor=${KUBERNETES_VERSION#v1.}; minor=${minor%%.*}
version="-X k8s.io/component-base/version.gitVersion=$KUBERNETES_VERSION -X k8s.io/component-base/version.gitMajor=1
 -X k8s.io/component-base/version.gitMinor=$minor -X k8s.io/client-go/pkg/version.gitVersion=$KUBERNETES_VERSION"
go build -ldflags "-s -w ${version//$'\n'/ }" -o "$out/" ./podnet ./pause \
  k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy,kubelet,kubeadm,kubectl}
