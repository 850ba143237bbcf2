#!/usr/bin/env bash
# Measures what one statement costs on the client, in nanoseconds and bytes, by tenant source, against the same without
# agent. Results in docs/benchmarks/client.md and .json. Wants a quiet machine; takes about 25 minutes. Needs a JDK 17 or newer.
#
# usage: scripts/bench-client.sh [--quick] [--rounds 7] [--only NAME,NAME] [JMH options, such as: -prof stack -p situation=FIRST]
#   --only NAMES   of: method:, "method: hold=session", field:, mdc:, value:, "scope method"; "no agent" is always there
#   --quick        one short round, to see that it runs
#   --rounds N     rounds; in each, every configuration has a JVM of its own
#   With any option the results go to target/bench instead of docs/benchmarks.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/bench-common.sh

build_tests
jmh=$(jmh)
compile target/bench/jmh-classes "$jmh:$tests" agent-tests/src/bench/java/io/tenantwarden/bench/{ReplaySocketFactory,StatementCost,ClientBench}.java
# the tests have two SLF4J providers; the forked JVMs, which inherit these options, need one with an MDC, and silence
logback=$PWD/target/bench/logback.xml
printf '<configuration><root level="OFF"/></configuration>\n' >"$logback"
exec "${bin}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -Dslf4j.provider=ch.qos.logback.classic.spi.LogbackServiceProvider -Dslf4j.internal.verbosity=WARN \
  -Dlogback.configurationFile="$logback" \
  -cp "target/bench/jmh-classes:$tests:$jmh" io.tenantwarden.bench.ClientBench "$@"
