#!/usr/bin/env bash
# The chart: helm lint, values that are refused, and templates that are those in charts/xsan/golden (after a change of the chart write
# them anew with WRITE_GOLDEN=1).
set -u
cd "$(dirname "$0")/../.."
helm=$(e2e/helm.sh) || { echo "   not run: see above"; exit 0; }
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
