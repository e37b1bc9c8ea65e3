#!/usr/bin/env bash
# Every fuzz target for a few seconds; .ci/fuzz.sh runs them for as long as wanted.
exec bash "$(dirname "$0")/../fuzz.sh" 4
