#!/usr/bin/env bash
# Mode nbd of the agent, in a Linux guest: e2e/guest/nbd.sh, all that does not run on demand only.
exec bash "$(dirname "$0")/../../e2e/guest/nbd.sh"
