#!/usr/bin/env bash
# Every @FuzzTest really fuzzes for a while, one after the other: each needs a process of its own.
# Runs what `mvnw verify` has compiled, and compiles what it has not. .ci/fuzz.sh [SECONDS [PATTERN]]: so long each (default 6), only those whose Class.method has PATTERN.
set -u
cd "$(dirname "$0")/.."
. .mvn/jdk.sh
find_or_install_jdk25 || exit 1
seconds=${1:-6}
pattern=${2:-}
RESULTS=${RESULTS:-/dev/stdout}
root=$PWD
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

mapfile -t files < <(grep -rl --include='*FuzzTest.java' '@FuzzTest' datanode/*/src/test/java | sort)
modules=$(printf '%s\n' "${files[@]}" | cut -d/ -f1-2 | sort -u | paste -sd,)
if ! ./mvnw -q -B -ntp -pl "$modules" -am test-compile dependency:build-classpath \
    -Dmdep.outputFile=target/fuzz-classpath -Dmdep.includeScope=test >"$dir/build" 2>&1; then
    tail -n 20 "$dir/build"
    echo "FAILED fuzz-build" >>"$RESULTS"
    exit 0
fi

# fuzz MODULE CLASS METHOD: the golden files of the module are where it starts from.
fuzz() {
    local module=$1 class=$2 method=$3 name=${2##*.}.$3 golden work seeds=()
    case $name in *"$pattern"*) ;; *) return 0 ;; esac
    work=$dir/$name
    mkdir -p "$work/corpus"
    for golden in "$root/$module"/src/test/resources/golden/v*; do [ -d "$golden" ] && seeds+=("$golden"); done
    (cd "$work" && timeout -k 5 $((seconds + 120)) "$JAVA_HOME/bin/java" -Xmx1g -XX:+EnableDynamicAgentLoading \
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -cp "$root/$module/target/test-classes:$root/$module/target/classes:$(cat "$root/$module/target/fuzz-classpath")" \
        com.code_intelligence.jazzer.Jazzer --target_class="$class" --target_method="$method" --instrumentation_includes='io.xsan.**' \
        -max_total_time="$seconds" -print_final_stats=1 corpus ${seeds[@]+"${seeds[@]}"}) >"$work/log" 2>&1
    local code=$? runs
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
    if [ "$code" = 0 ] && [ "${runs:-0}" -ge 10 ]; then
        echo "   $name: $runs executions"
        echo "ok fuzz-$name" >>"$RESULTS"
    else
        tail -n 60 "$work/log"
        echo "FAILED fuzz-$name (exit code $code, ${runs:-0} executions)" >>"$RESULTS"
    fi
}

for file in "${files[@]}"; do
    module=$(echo "$file" | cut -d/ -f1-2)
    class=$(echo "${file#*/src/test/java/}" | sed 's/\.java$//; s#/#.#g')
    for method in $(grep -A1 '@FuzzTest' "$file" | sed -n -E 's/.* void ([a-zA-Z0-9]+)\(.*/\1/p'); do
        fuzz "$module" "$class" "$method"
    done
done
