#!/usr/bin/env bash
# Shows that the torture test has teeth: copies the agent's jar, breaks one promise in each copy, and runs the torture test
# against it. Prints after how many seconds each was caught, and by what. Exit 0: all were caught. Progress and the
# shrunk programs go to stderr.
#
# usage: scripts/mutants.sh [--seed S] [--seconds N] [MUTANT ...]     default: all mutants, seed 1, at most 60 s for each
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"
seed=1
seconds=60
names=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seed) seed="${2:?--seed needs a value}" && shift 2 ;;
    --seconds) seconds="${2:?--seconds needs a value}" && shift 2 ;;
    -*) echo "scripts/mutants.sh: unknown option $1" >&2 && exit 2 ;;
    *) names+=("$1") && shift ;;
  esac
done
./mvnw -B -q -ntp -DskipTests -Dspotless.check.skip=true -pl agent/dist,agent-tests -am \
  package dependency:build-classpath -Dmdep.outputFile=target/bench-classpath.txt >&2
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Dproject.root="$root" -Dpostgres.directory="$root/target/postgres" \
  -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider \
  -Dslf4j.internal.verbosity=WARN -cp "agent-tests/target/test-classes:$(cat agent-tests/target/bench-classpath.txt)" \
  io.tenantwarden.tests.torture.MutantsMain "$seed" "$seconds" ${names[@]+"${names[@]}"}
