#!/usr/bin/env bash
# Measures what the agent costs: throughput of variants run alternately in one JVM, as ratios. Results as Markdown and
# JSON in docs/benchmarks/. Wants a quiet machine and about half an hour.
#
# usage: scripts/bench.sh [ROUNDS [MILLISECONDS]]     default 15 rounds of 1000 ms
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./mvnw -B -q -ntp -DskipTests -Dspotless.check.skip=true -pl agent/dist,agent-tests -am \
  package dependency:build-classpath -Dmdep.outputFile=target/bench-classpath.txt
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -cp "agent-tests/target/test-classes:$(cat agent-tests/target/bench-classpath.txt)" \
  io.tenantwarden.tests.bench.BenchMain "${1:-15}" "${2:-1000}" docs/benchmarks
