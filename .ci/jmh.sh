#!/usr/bin/env bash
# Runs the JMH benchmarks (codec, engine, store; on memory, one thread) with the GC profiler, whose line
# gc.alloc.rate.norm is the bytes allocated for each operation: .ci/jmh.sh [PATTERN] [further options of JMH]
set -eu
cd "$(dirname "$0")/.."
. .mvn/jdk.sh
find_or_install_jdk25
pattern=${1:-Bench}
[ $# = 0 ] || shift
./mvnw -q -B -ntp -Pfast -pl datanode/engine,datanode/store,datanode/protocol -am test-compile \
    dependency:build-classpath -Dmdep.outputFile=target/jmh-classpath -Dmdep.includeScope=test
for module in protocol store engine; do
    [ -s "datanode/$module/target/fast/test-classes/META-INF/BenchmarkList" ] || continue
    grep -qi "$pattern" "datanode/$module/target/fast/test-classes/META-INF/BenchmarkList" || continue
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -cp "datanode/$module/target/fast/test-classes:datanode/$module/target/fast/classes:$(cat "datanode/$module/target/jmh-classpath")" \
        org.openjdk.jmh.Main -prof gc -jvmArgsAppend "--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow" "$pattern" "$@"
done
