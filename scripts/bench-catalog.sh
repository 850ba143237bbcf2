#!/usr/bin/env bash
# Measures reading the catalog (what the agent does at the first connection), reading the facts of the rules and running
# them (what it does afterwards, on a connection of its own), each on a connection that has just been opened.
# Wants a quiet machine and about 2 minutes; the ratio is to a trivial query on the same server. Without arguments the result
# is also written to docs/benchmarks/catalog.md.
#
# usage: scripts/bench-catalog.sh [MAJOR [TABLES...]]     default PostgreSQL 18, 1000 and 10000 tables
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
major=${1:-18}
shift || true
[ $# -gt 0 ] || set -- 1000 10000
./mvnw -B -q -ntp -DskipTests -Dspotless.check.skip=true -pl agent/rls \
  package dependency:build-classpath -Dmdep.outputFile=target/bench-classpath.txt -Dmdep.includeScope=test
page=target/bench/catalog.md
[ "$major $*" != "18 1000 10000" ] || page=docs/benchmarks/catalog.md
mkdir -p target/bench
result=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -cp "agent/rls/target/test-classes:agent/rls/target/classes:$(cat agent/rls/target/bench-classpath.txt)" \
  io.tenantwarden.rls.catalog.CatalogBenchmark "$major" "$@")
cat >"$page" <<PAGE
# What reading the catalog costs

Measured on $(date -u +%F): $(nproc) processors, $(uname -sm), $("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n 2p). Run it again with
\`scripts/bench-catalog.sh\`.

Each on a connection that has just been opened, as an application's first one: the server process has no cache yet. 15 rounds,
variants alternately; the ratio is to the query of the first line. Every table has a policy, a primary key and an index.

- *catalog*: what the agent reads at the first connection of a database, before its first statement.
- *facts*, *all rules*: what \`doctor\` reads besides and does with it; in the agent on a connection and a thread of its own.

\`\`\`
$result
\`\`\`
PAGE
printf '%s\nwritten: %s\n' "$result" "$page"
