#!/usr/bin/env bash
# The chart: helm lint, values that are refused, and templates that are those in charts/xsan/golden (after a change of the chart write
# them anew with WRITE_GOLDEN=1). helm is built once from its Go module into ~/.cache/xsan-e2e, where none is installed.
set -u
cd "$(dirname "$0")/../.."
cache=${XSAN_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/xsan-e2e}
version=v3.19.0
helm=$(command -v helm || echo "$cache/bin/helm")
if ! [ -x "$helm" ]; then
    command -v go >/dev/null || { echo "   not run: neither helm nor go, which builds it"; exit 0; }
    echo "   building helm $version"
    mkdir -p "$cache/bin"
    if ! CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOBIN=$cache/bin timeout 200 nice go install -trimpath -ldflags '-s -w' "helm.sh/helm/v3/cmd/helm@$version" >"$cache/helm.log" 2>&1; then
        tail -n 3 "$cache/helm.log" | sed 's/^/   /'
        echo "   not run: helm did not build within 200 s; the next run goes on where this one ended, or the Go module proxy is out of reach"
        exit 0
    fi
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
report() {
    if [ "$2" = 0 ]; then echo "   ok $1" && echo "ok chart-$1" >>"$RESULTS"; else echo "   FAILED $1" && sed 's/^/   /' "$tmp/out" && echo "FAILED chart-$1" >>"$RESULTS"; fi
}
template() { "$helm" template xsan charts/xsan --namespace xsan-system --kube-version 1.34.4 "$@"; }

"$helm" lint --strict charts/xsan >"$tmp/out" 2>&1
report lint $?

for values in charts/xsan/golden/*.values.yaml; do
    name=$(basename "$values" .values.yaml)
    golden=charts/xsan/golden/$name.yaml
    template -f "$values" >"$tmp/$name.yaml" 2>"$tmp/out"
    [ -z "${WRITE_GOLDEN:-}" ] || cp "$tmp/$name.yaml" "$golden"
    diff -u "$golden" "$tmp/$name.yaml" >>"$tmp/out"
    report "golden-$name" $?
done

# refused NAME MESSAGE OPTION...: the schema says what is wrong.
refused() {
    ! template "${@:3}" >"$tmp/out" 2>&1 && grep -q -- "$2" "$tmp/out"
    report "refused-$1" $?
}
refused cluster-without-storage "missing property 'storage'" --set cluster.create=true
refused unknown-value "additional properties 'imagez' not allowed" --set imagez.operator=x
refused unknown-parameter "additional properties 'copies' not allowed" --set-json 'storageClasses=[{"name":"a","parameters":{"copies":"3"}}]'
