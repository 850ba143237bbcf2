#!/usr/bin/env bash
# Measures what an agent adds to the start of an application: the demo's time to its first answered request without agent,
# with one that does nothing, with Warden, with OpenTelemetry's; processor time, heap and metaspace; from the jar, and from a
# dynamic archive of its classes (CDS); on every JDK from 17 on that is found (JAVA_HOME, /usr/lib/jvm). Says where the time
# goes. Results in docs/benchmarks/startup.md and .json. Wants a quiet machine; takes about 8 minutes for each JDK.
#
# usage: scripts/bench-startup.sh [--rounds 7] [--jdks 17,25] [--quick]
#   --jdks    feature versions, instead of all that are found
#   --quick   2 rounds, to see that it runs; writes to target/bench instead of docs/benchmarks
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/bench-common.sh

rounds=7 jdks=all folder=docs/benchmarks
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds wants a number}; shift 2 ;;
    --jdks) jdks=${2:?--jdks wants versions, as 17,25}; shift 2 ;;
    --quick) rounds=2 folder=target/bench; shift ;;
    *) fail "'$1' is no option. usage: scripts/bench-startup.sh [--rounds N] [--jdks 17,25] [--quick]" ;;
  esac
done
build_tests demo
exec "${bin}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -Dslf4j.internal.verbosity=WARN -cp "$tests" \
  io.tenantwarden.tests.demo.StartupBench "$rounds" agent/dist/target/tenant-warden.jar \
  "$(library io.opentelemetry.javaagent opentelemetry-javaagent)" demo/target "$folder" "$jdks"
