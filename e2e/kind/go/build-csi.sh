#!/bin/bash
# Builds the CSI sidecars and Kubernetes' e2e test binary, as static binaries, from a Go module mirror. About 10 minutes the first
# time on 2 cores for the sidecars.
# usage: go/build-csi.sh OUT_DIR WORK_DIR [sidecars] [e2e]       (default: both)
# node-driver-registrar and livenessprobe are not published as modules: a node plugin does both jobs itself.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../versions.env"
mkdir -p "$1" "$2"
out=$(cd "$1" && pwd) work=$(cd "$2" && pwd)
shift 2
wanted=" ${*:-sidecars e2e} "
export CGO_ENABLED=0 GOFLAGS="-mod=mod -trimpath -buildvcs=false"

# programs NAME MODULE VERSION PACKAGE...: builds main packages of a module whose go.mod has replace lines (which only
# count in a main module) in a throw-away main module that repeats those lines and its checksums.
programs() {
  local name=$1 module=$2 version=$3 dir=$work/$1-$3 source
  shift 3
  source=$(go mod download -json "$module@$version" | jq -r .Dir)
  mkdir -p "$dir" && cd "$dir"
  if [ ! -f go.mod ]; then
    { printf 'module xsan.test/%s\n\ngo 1.26.0\n\nrequire %s %s\n' "$name" "$module" "$version"
      grep '=>' "$source/go.mod" | grep -v '=> \./' || true; } > go.mod
    install -m 644 "$source/go.sum" go.sum
    { echo 'package tools'; printf 'import _ "%s"\n' "$@"; } > tools.go
  fi
  go build -ldflags '-s -w' -o "$out/" "$@"
}

csi=github.com/kubernetes-csi
if [[ $wanted == *' sidecars '* ]]; then
  programs provisioner $csi/external-provisioner/v6 v6.3.0 $csi/external-provisioner/v6/cmd/csi-provisioner
  programs attacher $csi/external-attacher/v4 v4.13.0 $csi/external-attacher/v4/cmd/csi-attacher
  programs resizer $csi/external-resizer/v2 v2.3.0 $csi/external-resizer/v2/cmd/csi-resizer
fi
if [[ $wanted == *' e2e '* ]]; then   # in the module that build.sh made for Kubernetes itself
  cd "$work/kubernetes-$KUBERNETES_VERSION"
  go test -c -ldflags '-s -w' -o "$out/e2e.test" k8s.io/kubernetes/test/e2e
fi
ls -l "$out" | awk 'NR > 1 {print $5, $9}'
