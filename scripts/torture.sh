#!/usr/bin/env bash
# The torture test: random programs of several threads over real pools, a model that knows what each statement must see,
# statements cancelled, server processes terminated and connections cut meanwhile. The first divergence is printed with
# its seed and a shrunk program. Ends with a table of what was done. docs/how-it-is-checked.md tells how to read it.
#
# usage: scripts/torture.sh [--seconds N] [--seed S] [--threads N] [--mode inject|enforce] [--strategy pipelined|jdbc]
#                           [--hold transaction|session] [--pgbouncer] [--driver oldest|newest|VERSION] [--postgres 14..18] [--no-faults]
#                           [--role] [--replay 'PROFILE: OPERATION ...'] [--jar FILE]
# --role connects as the owner of the tables, for whom no policy filters, and runs statements with warden.role;
# from PostgreSQL 15 on.
# --pgbouncer needs Debian's package pgbouncer, or another PgBouncer in /usr/sbin, /usr/bin or /usr/local/bin.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
./mvnw -B -q -ntp -DskipTests -Dspotless.check.skip=true -pl agent/dist,agent-tests -am \
  package dependency:build-classpath -Dmdep.outputFile=target/bench-classpath.txt >&2
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dproject.root="$root" -Dpostgres.directory="$root/target/postgres" \
  -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider \
  -Dslf4j.internal.verbosity=WARN -cp "agent-tests/target/test-classes:$(cat agent-tests/target/bench-classpath.txt)" \
  io.tenantwarden.tests.torture.TortureMain "$@"
