#!/usr/bin/env bash
# Every @FuzzTest really fuzzes for a while, as many at once as there are processors: each needs a process of its own.
# Runs what `mvnw verify` has compiled, and compiles what it has not. .ci/fuzz.sh [SECONDS [PATTERN]]: so long each (default 6), only those whose Class.method has PATTERN.
# Each starts from the golden files of its module and from src/test/resources/fuzz/Class.method.hex, an input a line. Inputs that fail are kept in .xsan/fuzz.
set -u
cd "$(dirname "$0")/.."
. .mvn/jdk.sh
find_or_install_jdk25 || exit 1
seconds=${1:-6}
pattern=${2:-}
RESULTS=${RESULTS:-/dev/stdout}
root=$PWD
kept=$root/.xsan/fuzz
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

# fuzz MODULE CLASS METHOD: prints what came of it and writes its result line.
fuzz() {
    local module=$1 class=$2 method=$3 name=${2##*.}.$3 from line n=0 work seeds=() code runs input
    work=$dir/$name
    mkdir -p "$work/corpus"
    for from in "$root/$module"/src/test/resources/golden/v*; do [ -d "$from" ] && seeds+=("$from"); done
    for from in "$root/$module"/src/test/resources/golden/v*/*.hex "$root/$module/src/test/resources/fuzz/$name.hex"; do
        [ -f "$from" ] && while read -r line; do printf '%b' "$(sed 's/../\\x&/g' <<<"$line")" >"$work/corpus/seed-$((++n))"; done <"$from"
    done
    (cd "$work" && timeout -k 5 $((seconds + 120)) "$JAVA_HOME/bin/java" -Xmx1g -XX:+EnableDynamicAgentLoading \
        --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -cp "$root/$module/target/test-classes:$root/$module/target/classes:$(cat "$root/$module/target/fuzz-classpath")" \
        com.code_intelligence.jazzer.Jazzer --target_class="$class" --target_method="$method" --instrumentation_includes='io.xsan.**' \
        -max_total_time="$seconds" -print_final_stats=1 corpus ${seeds[@]+"${seeds[@]}"}) >"$work/log" 2>&1
    code=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log" | tail -n 1)
    if [ "$code" = 0 ] && [ "${runs:-0}" -ge 10 ]; then
        echo "   $name: $runs executions"
        echo "ok fuzz-$name" >>"$RESULTS"
    else
        tail -n 60 "$work/log"
        for input in "$work"/{crash,timeout,oom,slow-unit}-*; do
            [ -e "$input" ] || continue
            mkdir -p "$kept/$name" && cp "$input" "$kept/$name/" && echo "   $name: the input is in .xsan/fuzz/$name/${input##*/}"
        done
        echo "FAILED fuzz-$name (exit code $code, ${runs:-0} executions)" >>"$RESULTS"
    fi
}

for file in "${files[@]}"; do
    module=$(echo "$file" | cut -d/ -f1-2)
    class=$(echo "${file#*/src/test/java/}" | sed 's/\.java$//; s#/#.#g')
    for method in $(grep -A1 '@FuzzTest' "$file" | sed -n -E 's/.* void ([a-zA-Z0-9]+)\(.*/\1/p'); do
        case ${class##*.}.$method in *"$pattern"*) ;; *) continue ;; esac
        [ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n
        fuzz "$module" "$class" "$method" >"$dir/said.${class##*.}.$method" 2>&1 &
    done
done
wait
cat "$dir"/said.*
