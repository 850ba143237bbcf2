#!/usr/bin/env bash
# Measures what carrying the scope to another thread costs for each task: time and bytes, without and with the agent.
# Needs the agent's jar (./mvnw -pl agent/dist -am package -DskipTests) and a JDK 17 or newer; JMH comes from Maven Central.
#
# usage: scripts/bench-propagation.sh [JMH options, such as: -f 1 execute]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'scripts/bench-propagation.sh: %s\n' "$1" >&2
  exit 1
}

jar=agent/dist/target/tenant-warden.jar
[ -f "$jar" ] || fail "$jar is not built. Run ./mvnw -pl agent/dist -am package -DskipTests"
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
command -v "${bin}javac" >/dev/null || fail "a JDK 17 or newer is needed, and there is no ${bin}javac. Set JAVA_HOME."

out=target/bench-propagation
rm -rf "$out/classes"
mkdir -p "$out/lib" "$out/classes"
for artifact in org.openjdk.jmh:jmh-core:1.37 org.openjdk.jmh:jmh-generator-annprocess:1.37 \
  net.sf.jopt-simple:jopt-simple:5.0.4 org.apache.commons:commons-math3:3.6.1; do
  name=${artifact#*:}
  [ -f "$out/lib/${name/:/-}.jar" ] || ./mvnw -q -B -N dependency:copy -Dartifact="$artifact" -DoutputDirectory="$PWD/$out/lib"
done
"${bin}javac" -proc:full -cp "$out/lib/*" -d "$out/classes" agent-tests/src/bench/java/io/tenantwarden/bench/TaskCost.java 2>/dev/null ||
  "${bin}javac" -cp "$out/lib/*" -d "$out/classes" agent-tests/src/bench/java/io/tenantwarden/bench/TaskCost.java

run() {
  printf '\n== %s\n' "$1"
  shift
  "${bin}java" -cp "$out/classes:$out/lib/*" org.openjdk.jmh.Main -prof gc -jvmArgsAppend "$1" "${@:2}" 'TaskCost' |
    grep -E '^(Benchmark|TaskCost\.[a-z]+(:gc.alloc.rate.norm|:·gc.alloc.rate.norm)? )'
}

agent="-javaagent:$PWD/$jar=tenant=method:io.tenantwarden.bench.TaskCost\$Tenant#current;log=none"
run "without the agent" "-Dnone=1" "$@"
run "with the agent" "$agent" "$@"
run "with the agent, warden.propagate=false" "$agent;propagate=false" "$@"
