#!/usr/bin/env bash
# Runs init on applications that other people made: Apicurio Registry, Keycloak and Flowable, with their own schemas (the policies are added, none of them
# comes with any). Shows the files that come out, and checks what has to be in them. Not part of scripts/test.sh: it fetches 40 MB from Maven Central.
# Takes about a minute.
#
# usage: scripts/init-applications.sh [--only apicurioRegistry|keycloak|flowableAsAFatJar]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
test=InitApplicationsTest
while [[ $# -gt 0 ]]; do
  case $1 in
    --only) test=InitApplicationsTest#$2; shift 2 ;;
    *) echo "unknown argument $1: see --help" >&2; exit 2 ;;
  esac
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=$PWD/agent/cli/target/applications
fetch() {
  local name=${1#*:}
  name=${name/:/-}.jar
  [[ -f $folder/$name ]] || ./mvnw -B -q -ntp -N org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "-Dartifact=$1" "-DoutputDirectory=$folder"
}
for artifact in io.apicurio:apicurio-registry-app:2.6.13.Final \
  org.keycloak:keycloak-{model-jpa,services,server-spi,server-spi-private}:26.0.5 \
  org.flowable:flowable-{engine,engine-common,engine-common-api,rest,job-service}:7.1.0; do
  fetch "$artifact"
done
./mvnw -B -q -ntp -Pschemas -Dspotless.check.skip=true -pl agent/cli -am test "-Dtest=$test" \
  -Dsurefire.failIfNoSpecifiedTests=false "-Dinit.applications=$folder"
sed -n '/<system-out>/,/<\/system-out>/p' agent/cli/target/surefire-reports/TEST-*InitApplicationsTest.xml | sed 's/<!\[CDATA\[//; s/\]\]>//; s/<[^>]*>//g'
