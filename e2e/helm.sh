#!/usr/bin/env bash
# Prints the path of helm: one that is installed, else one that is built once from its Go module into $XSAN_E2E_CACHE. With --cached
# nothing is built. Ends with code 1 and the reason on stderr where there is none.
set -u
cache=${XSAN_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xsan-e2e}
version=v3.19.0
helm=$(command -v helm || echo "$cache/bin/helm")
[ -x "$helm" ] && { echo "$helm"; exit; }
[ "${1:-}" != --cached ] || { echo "no helm" >&2; exit 1; }
command -v go >/dev/null || { echo "neither helm nor go, which builds it" >&2; exit 1; }
echo "   building helm $version" >&2
mkdir -p "$cache/bin"
if ! CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOBIN=$cache/bin timeout 200 nice go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$version" >"$cache/helm.log" 2>&1; then
    tail -n 3 "$cache/helm.log" | sed 's/^/   /' >&2
    echo "helm did not build within 200 s; the next run goes on where this one ended, or the Go module proxy is out of reach" >&2
    exit 1
fi
echo "$helm"
