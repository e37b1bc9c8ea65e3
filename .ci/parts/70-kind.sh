#!/usr/bin/env bash
# The promises on a real Kubernetes cluster of four nodes (e2e/run.sh), installed by the chart: those that fit into 12 minutes. Where programs
# and node image are not in the cache this is skipped. With XSAN_TEST_KIND set (./xsan test --kind) they are built first, and the promises of
# day two are looked at, too, for 30 minutes at most.
set -u
cd "$(dirname "$0")/../.."
out=$(mktemp)
trap 'rm -f "$out"' EXIT
reports=e2e/target/fast/surefire-reports
rm -rf "$reports"

cached=--cached
minutes=12
export PROMISES=InstallPromisesIT,VolumePromisesIT,FaultPromisesIT
if [ -n "${XSAN_TEST_KIND:-}" ]; then
    cached=
    minutes=30
    unset PROMISES
    e2e/run.sh --build || { echo "FAILED kind-build" >>"$RESULTS"; exit 0; }
fi
timeout -k 60 ${minutes}m e2e/run.sh $cached 2>&1 | tee "$out"
code=${PIPESTATUS[0]}

if [ "$code" = 75 ]; then
    reason=$(sed -n 's/^ *kind cannot run here: //p' "$out" | tail -n 1)
    if [ -n "$cached" ]; then echo "skipped kind: $reason" >>"$RESULTS"; else echo "FAILED kind: $reason" >>"$RESULTS"; fi
    exit 0
fi
# What a run that was ended by force left behind.
e2e/run.sh --clean >/dev/null 2>&1
# A line for each promise.
find "$reports" -name 'TEST-*.xml' -print0 2>/dev/null | xargs -0 -r cat | awk '
    function tell() { if (name != "") print result " kind-" name; name = "" }
    /<testcase / { tell(); match($0, / name="[^"]*"/); name = substr($0, RSTART + 7, RLENGTH - 8); sub(/\(.*\)/, "", name); result = "ok" }
    /<(failure|error)[ >]/ { result = "FAILED" }
    END { tell() }' >"$out"
cat "$out" >>"$RESULTS"
case $code in
    0) grep -q '^ok ' "$out" || echo "FAILED kind: no promise was looked at" >>"$RESULTS" ;;
    124 | 137) echo "FAILED kind: not done within $minutes minutes" >>"$RESULTS" ;;
    *) grep -q '^FAILED ' "$out" || echo "FAILED kind" >>"$RESULTS" ;;
esac
