#!/usr/bin/env bash
# Runs the behaviour suite on every driver of the matrix against PostgreSQL 14 to 18, and prints the matrix; then every tenant
# source with every library on every JDK, and once more for each part of the agent that it needs, without that part.
#
# usage: scripts/test-matrix.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
matrix=agent-tests/target/driver-matrix.txt
rm -f "$matrix"
status=0
./mvnw -B -ntp -pl agent-tests,agent/dist -am verify -Dmatrix.all=true -Dtest='DriverMatrixTest,LibrarySourcesTest,BrokenSourcesTest' \
  -Dsurefire.failIfNoSpecifiedTests=false || status=$?
[ -f "$matrix" ] || { echo "scripts/test-matrix.sh: no result was written" >&2; exit 1; }
cat "$matrix"
exit "$status"
