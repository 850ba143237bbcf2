#!/usr/bin/env bash
# Measures what the agent costs an application: throughput as a ratio to "no tenant", of variants that run alternately, each
# in a JVM of its own, and the statements that PostgreSQL counts. Results in docs/benchmarks/throughput.md and .json.
# Wants a quiet machine; 2 processors take about 16 minutes. Needs a JDK 17 or newer.
#
# usage: scripts/bench.sh [--rounds 15] [--seconds 0.5] [--only NAME,NAME] [--quick]
#   --rounds N     rounds that count; in each, every variant does every workload once
#   --seconds S    length of one measurement
#   --only NAMES   variants whose name contains one of these; "no tenant" and its control are always there
#   --quick        3 rounds of 0.2 s
# With --only or --quick the results go to target/bench instead of docs/benchmarks, and what has moved by more than the noise
# since the page in docs/benchmarks was made is printed: ratios, bytes, statements, waits, writes.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/bench-common.sh

build_tests
proxy=$(library net.ttddyy datasource-proxy)
spy=$(library p6spy p6spy)
otel=$(library io.opentelemetry.javaagent opentelemetry-javaagent)
compile target/bench/classes "$tests:$proxy" agent-tests/src/bench/java/io/tenantwarden/bench/ProxiedDataSource.java
exec "${bin}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -Dpostgres.preload=pg_stat_statements -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -Dslf4j.internal.verbosity=WARN \
  -Dbench.otel="$otel" -Dbench.p6spy="$spy" -Dbench.datasource-proxy="$PWD/target/bench/classes:$proxy" \
  -cp "$tests" io.tenantwarden.tests.bench.BenchMain "$@"
