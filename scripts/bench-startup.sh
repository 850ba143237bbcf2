#!/usr/bin/env bash
# Measures what the agent adds to the start of an application: the demo's time to its first answered request without agent,
# with Warden, with OpenTelemetry's agent; processor time, heap and metaspace. Results in docs/benchmarks/startup.md and
# .json. Wants a quiet machine; takes about 7 minutes. Needs a JDK 17 or newer.
#
# usage: scripts/bench-startup.sh [--rounds 15] [--quick]
#   --quick   2 rounds, to see that it runs; writes to target/bench instead of docs/benchmarks
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. scripts/bench-common.sh

rounds=15 folder=docs/benchmarks
while [ $# -gt 0 ]; do
  case $1 in
    --rounds) rounds=${2:?--rounds wants a number}; shift 2 ;;
    --quick) rounds=2 folder=target/bench; shift ;;
    *) fail "'$1' is no option. usage: scripts/bench-startup.sh [--rounds N] [--quick]" ;;
  esac
done
build_tests demo
exec "${bin}java" -Dproject.root="$PWD" -Dpostgres.directory="$PWD/target/postgres" \
  -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -Dslf4j.internal.verbosity=WARN -cp "$tests" \
  io.tenantwarden.tests.demo.StartupBench "$rounds" agent/dist/target/tenant-warden.jar \
  "$(library io.opentelemetry.javaagent opentelemetry-javaagent)" demo/target "$folder"
