#!/usr/bin/env bash
# Measures reading the catalog (what the agent does at the first connection), reading the facts of the rules and running
# them (what it does afterwards, on a connection of its own), each on a connection that has just been opened.
# Wants a quiet machine and a few minutes; the ratio is to a trivial query on the same server.
#
# usage: scripts/bench-catalog.sh [MAJOR [TABLES...]]     default PostgreSQL 18, 1000 and 10000 tables
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
major=${1:-18}
shift || true
[ $# -gt 0 ] || set -- 1000 10000
./mvnw -B -q -ntp -DskipTests -Dspotless.check.skip=true -pl agent/rls \
  package dependency:build-classpath -Dmdep.outputFile=target/bench-classpath.txt -Dmdep.includeScope=test
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -cp "agent/rls/target/test-classes:agent/rls/target/classes:$(cat agent/rls/target/bench-classpath.txt)" \
  io.tenantwarden.rls.CatalogBenchmark "$major" "$@"
