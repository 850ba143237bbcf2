#!/usr/bin/env bash
# Exports, erases and copies back one tenant of schemas that other people made: the process engines Operaton and Flowable, the identity server Keycloak
# (all from Maven Central, made by their own scripts), and pagila from a file. Each table gets rows of two tenants, and everything but the rows of the one
# that goes has to be the same afterwards. Not part of scripts/test.sh: it fetches the libraries. Takes about a minute.
#
# usage: scripts/offboarding-schemas.sh [--pagila pagila-schema.sql] [--only operaton|flowable|keycloak|pagila]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
pagila= test=SchemasOfOthersTest
while [[ $# -gt 0 ]]; do
  case $1 in
    --pagila) pagila=$(realpath "$2"); shift 2 ;;
    --only) test=SchemasOfOthersTest#$2; shift 2 ;;
    *) echo "unknown argument $1: see --help" >&2; exit 2 ;;
  esac
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./mvnw -B -q -ntp -Pschemas -Dspotless.check.skip=true -pl agent/cli -am test "-Dtest=$test" \
  -Dsurefire.failIfNoSpecifiedTests=false "-Dpagila.schema=$pagila"
sed -n 's/^.*\(\[schemas\] .*\)$/\1/p' agent/cli/target/surefire-reports/TEST-*SchemasOfOthersTest.xml | sort -u
