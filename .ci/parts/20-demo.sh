#!/usr/bin/env bash
# The demo, as a user runs it: three processes, one killed under load, everything read back.
set -u
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
if ./xsan demo --seconds 15 --dir "$dir/demo"; then
    echo "ok demo" >>"$RESULTS"
else
    echo "FAILED demo" >>"$RESULTS"
    tail -n 20 "$dir"/demo/node*/log
fi
