#!/usr/bin/env bash
# Installs what the tests need and runs all of them: the build with its Java tests, then each part of
# .ci/parts in order of name. Parts print their progress and write "ok NAME" or "FAILED NAME" lines
# or "skipped NAME: REASON" lines to the file $RESULTS. Tells what was skipped and why, and ends with the line "N passed, N failed".
# With --kind the tests on a Kubernetes cluster are not skipped where what they need has to be built first.
set -u
cd "$(dirname "$0")/.."
case ${1:-} in
    '') ;;
    --kind) export XSAN_TEST_KIND=1 ;;
    *) echo "xsan test: '$1' is not known, allowed is --kind or nothing" >&2; exit 2 ;;
esac
. .mvn/jdk.sh
find_or_install_jdk25 || exit 1
export RESULTS
RESULTS=$(mktemp)
trap 'rm -f "$RESULTS"' EXIT

need=()
for pair in etcd:etcd-server fio:fio nbdinfo:libnbd-bin nbdsh:python3-libnbd qemu-img:qemu-utils mkfs.xfs:xfsprogs mkfs.ext4:e2fsprogs pg_createcluster:postgresql; do
    command -v "${pair%%:*}" >/dev/null || need+=("${pair##*:}")
done
if [ ${#need[@]} -gt 0 ] && [ "$(id -u)" = 0 ]; then
    echo "== installing ${need[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${need[@]}"; } >/dev/null 2>&1 ||
        echo "   could not install all of: ${need[*]}"
fi

find . -path '*/target/*-reports/TEST-*.xml' -delete
echo "== build and Java tests"
start=$SECONDS
./mvnw -B -ntp -fae verify 2>&1 | grep --line-buffered -E 'Tests run|ERROR|WARN.*xsan|Building |BUILD|FAIL' | sed -u -E 's/^\[INFO\] //'
built=${PIPESTATUS[0]}
echo "== build and Java tests took $((SECONDS - start)) s"

for part in .ci/parts/*.sh; do
    [ -e "$part" ] || continue
    name=$(basename "$part" .sh)
    if [ "$built" != 0 ]; then
        echo "skipped $name: the build or its tests failed" >>"$RESULTS"
        continue
    fi
    echo "== $name"
    start=$SECONDS
    bash "$part" || echo "FAILED $name" >>"$RESULTS"
    echo "== $name took $((SECONDS - start)) s"
done

sum() { find . -path '*/target/surefire-reports/TEST-*.xml' -print0 | xargs -0 -r sed -n -E "s/^<testsuite .* $1=\"([0-9]+)\".*/\1/p" | awk '{ s += $1 } END { print s + 0 }'; }
tests=$(sum tests)
failed=$(($(sum failures) + $(sum errors)))
skipped=$(sum skipped)
parts_ok=$(grep -c '^ok ' "$RESULTS")
parts_failed=$(grep -c '^FAILED ' "$RESULTS")
grep '^FAILED ' "$RESULTS"

# skipped_tests: Class.method: reason, a line for each Java test that did not run.
skipped_tests() {
    find . -path '*/target/surefire-reports/TEST-*.xml' -print0 | xargs -0 -r awk '
        function attribute(name, text) {
            if (!match(text, " " name "=\"[^\"]*\"")) return ""
            return substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
        }
        /<testcase / { test = attribute("classname", $0) "." attribute("name", $0); sub(/.*\.[a-z]+\./, "", test) }
        /<skipped/ { reason = attribute("message", $0); print "   " test ": " (reason == "" ? "no reason given" : reason) }' | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&apos;/'"'"'/g; s/&amp;/\&/g' | sort
}
not_run=$(grep -c '^skipped ' "$RESULTS")
if [ $((skipped + not_run)) -gt 0 ]; then
    echo "== not run: $skipped tests, $not_run parts or their steps"
    skipped_tests
    sed -n 's/^skipped /   /p' "$RESULTS"
fi
if [ "$built" != 0 ] && [ "$failed" = 0 ]; then
    echo "FAILED build"
    failed=1
fi
echo "$((tests - failed - skipped + parts_ok)) passed, $((failed + parts_failed)) failed"
[ $((failed + parts_failed)) = 0 ]
