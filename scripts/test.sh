#!/usr/bin/env bash
# Builds everything and runs every test: unit tests, and real JVMs with the packaged jar against real PostgreSQL servers
# (oldest and newest), on every JDK from 17 on that is installed. Needs a JDK 17 or newer and nothing else.
#
# usage: scripts/test.sh [Maven options, for instance -Dtest=IsolationTest -Dsurefire.failIfNoSpecifiedTests=false]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec ./mvnw -B -ntp verify "$@"
