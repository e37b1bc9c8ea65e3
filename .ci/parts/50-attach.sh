#!/usr/bin/env bash
# Volumes as block devices of this host: e2e/attach.sh, all of it.
exec bash "$(dirname "$0")/../../e2e/attach.sh"
