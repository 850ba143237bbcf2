#!/usr/bin/env bash
# Measures what warden.rows.check costs on the client for a result of 1 and of 1,000 rows, by type of the tenant column. Results in
# docs/benchmarks/rows.md. Wants a quiet machine; takes about 15 minutes. Needs a JDK 17 or newer.
#
# usage: scripts/bench-rows.sh [--quick]
#   --quick   short, about 2 minutes; the results go to target/bench instead of docs/benchmarks
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/bench-common.sh

build_tests
jmh=$(jmh)
compile target/bench/jmh-classes "$jmh:$tests" agent-tests/src/bench/java/io/tenantwarden/bench/{ReplaySocketFactory,RowCost,RowBench}.java
exec "${bin}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -Dslf4j.internal.verbosity=WARN \
  -cp "target/bench/jmh-classes:$tests:$jmh" io.tenantwarden.bench.RowBench "$@"
