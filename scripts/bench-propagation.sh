#!/usr/bin/env bash
# Measures what carrying the scope to another thread costs for each task: time and bytes, without and with the agent.
# Needs the agent's jar (./mvnw -pl agent/dist -am package -DskipTests) and a JDK 17 or newer; JMH comes from Maven Central.
#
# usage: scripts/bench-propagation.sh [JMH options, such as: -f 1 execute]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"

cd "$(dirname "${BASH_SOURCE[0]}")/.."

. scripts/bench-common.sh

jar=agent/dist/target/tenant-warden.jar
[ -f "$jar" ] || fail "$jar is not built. Run ./mvnw -pl agent/dist -am package -DskipTests"
jmh=$(jmh)
out=target/bench/task-classes
compile "$out" "$jmh" agent-tests/src/bench/java/io/tenantwarden/bench/TaskCost.java

run() {
  printf '\n== %s\n' "$1"
  shift
  "${bin}java" -cp "$out:$jmh" org.openjdk.jmh.Main -prof gc -jvmArgsAppend "$1" "${@:2}" 'TaskCost' |
    grep -E '^(Benchmark|TaskCost\.[a-z]+(:gc.alloc.rate.norm|:·gc.alloc.rate.norm)? )'
}

agent="-javaagent:$PWD/$jar=tenant=method:io.tenantwarden.bench.TaskCost\$Tenant#current;log=none"
run "without the agent" "-Dnone=1" "$@"
run "with the agent" "$agent" "$@"
run "with the agent, warden.propagate=false" "$agent;propagate=false" "$@"
