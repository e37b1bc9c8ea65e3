#!/usr/bin/env bash
# Datanodes under a verified load while processes, disks and, as root, links are hurt: ./xsan chaos, for a short while.
set -u
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
if ./xsan chaos --minutes 2 --seed 11 --dir "$dir/chaos" >"$dir/out" 2>&1; then
    sed 's/^/   /' "$dir/out"
    echo "ok chaos" >>"$RESULTS"
else
    sed 's/^/   /' "$dir/out"
    grep -h -A 12 ' FATAL ' "$dir"/chaos/node*/log | head -n 40
    for n in 1 2 3 4 5; do grep -v ' DEBUG ' "$dir/chaos/node$n/log" | tail -n 25 | cut -c1-200 | sed "s/^/   node $n: /"; done
    echo "FAILED chaos" >>"$RESULTS"
fi
