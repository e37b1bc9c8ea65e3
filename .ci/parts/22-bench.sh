#!/usr/bin/env bash
# The bench, as a user runs it, for a moment: what it prints and keeps must be whole. How fast anything was is no part of it.
set -u
cd "$(dirname "$0")/../.."
if ! command -v fio >/dev/null || ! command -v qemu-nbd >/dev/null; then
    echo "   fio or qemu-nbd is missing: the bench cannot run"
    echo "FAILED bench" >>"$RESULTS"
    exit 0
fi
dir=$(mktemp -d)
bench=
cleanup() {
    [ -n "$bench" ] && kill -TERM "$bench" 2>/dev/null && wait "$bench"
    rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

check() {
    python3 - "$1" <<'PY'
import json, sys
kept = json.load(open(sys.argv[1]))
assert kept["about"]["rounds"] == 1, kept["about"]
assert len(kept["results"]) == 6, list(kept["results"])
for work, targets in kept["results"].items():
    assert len(targets) == 3, (work, list(targets))
    for name, rounds in targets.items():
        for one in rounds:
            assert one["iops"] > 0 and one["p50_us"] > 0 and one["cpu_s_per_100k"] >= 0, (work, name, one)
            if "write" in work and name.startswith("XSAN"):
                assert one["device_bytes_per_byte"] > 0.9 and one["syncs_per_write"] > 0, (work, name, one)
PY
}

./xsan bench --quick --rounds 1 --seconds 0.3 --size 64MiB --dir "$dir/bench" --json "$dir/bench.json" >"$dir/log" 2>&1 &
bench=$!
wait "$bench"
code=$?
bench=
if [ $code = 0 ] && check "$dir/bench.json" && [ "$(grep -c '^| .*XSAN, 3 replicas' "$dir/log")" = 6 ] && [ ! -e "$dir/bench" ]; then
    echo "ok bench" >>"$RESULTS"
else
    echo "FAILED bench" >>"$RESULTS"
    tail -n 30 "$dir/log"
fi

mkdir "$dir/mine"
touch "$dir/mine/file"
if ! ./xsan bench --dir "$dir/mine" >"$dir/log" 2>&1 && grep -q 'allowed is a directory that is empty' "$dir/log" && [ -e "$dir/mine/file" ]; then
    echo "ok bench-keeps-what-is-not-its-own" >>"$RESULTS"
else
    echo "FAILED bench-keeps-what-is-not-its-own" >>"$RESULTS"
fi
