#!/usr/bin/env bash
# Plays the demo: an ordinary application on a real PostgreSQL, without and with the agent, in four acts.
# Builds what it needs first. Needs a JDK 17 or newer and nothing else; with --docker also a Docker engine, which then runs
# PostgreSQL: the official image, or the one that is named ({major} in its name stands for the version).
#
# usage: scripts/demo.sh [--docker[=IMAGE]] [--acts 1,2,3,4]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"

cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  printf 'scripts/demo.sh: %s\n' "$1" >&2
  exit 1
}

postgres=(-Dpostgres=embedded)
rest=()
for argument in "$@"; do
  case $argument in
    --docker) postgres=(-Dpostgres=docker) ;;
    --docker=?*) postgres=(-Dpostgres=docker "-Dpostgres.image=${argument#--docker=}") ;;
    *) rest+=("$argument") ;;
  esac
done
set -- ${rest[@]+"${rest[@]}"}

if [ -n "${JAVA_HOME:-}" ]; then
  javac=$JAVA_HOME/bin/javac
  [ -x "$javac" ] || fail "a JDK 17 or newer is needed, and JAVA_HOME=$JAVA_HOME has no bin/javac."
else
  javac=$(command -v javac) || fail "a JDK 17 or newer is needed, and there is no javac on the PATH. Install one or set JAVA_HOME."
fi
version=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9][0-9]*\).*/\1/p')
[ "${version:-0}" -ge 17 ] || fail "a JDK 17 or newer is needed, and $javac is version ${version:-unknown}. Set JAVA_HOME."

mkdir -p target
log=target/demo-build.log
terminal=no
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then terminal=yes; fi

# A job in the background does not get the Ctrl-C of the terminal.
build=
trap '[ -z "$build" ] || kill "$build" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "Building the agent and the demo application (the first time takes some minutes: Maven downloads; log: $log)"
./mvnw -B -DskipTests -Dspotless.check.skip=true -pl agent/dist,demo,agent-tests -am \
  package dependency:build-classpath -Dmdep.outputFile=target/demo-classpath.txt >"$log" 2>&1 </dev/null &
build=$!
if [ "$terminal" = yes ]; then
  start=$SECONDS
  while kill -0 "$build" 2>/dev/null; do
    last=$(tail -n 1 "$log" 2>/dev/null | tr -cd '[:print:]' | sed -e 's/^\[INFO\] *//' -e 's#https*://[^ ]*/##' | cut -c 1-60)
    printf '\r\033[K%4d s  %s' "$((SECONDS - start))" "${last:-starting Maven}"
    sleep 1
  done
  printf '\r\033[K'
fi
if ! wait "$build"; then
  build=
  grep -m 12 '^\[ERROR\]' "$log" >&2 || tail -n 20 "$log" >&2
  fail "the build failed; all of it is in $log."
fi
build=

arguments=()
if [ "$terminal" = yes ] && [ -z "${NO_COLOR:-}" ]; then arguments+=(--colour); fi
exec "$(dirname "$javac")/java" \
  "${postgres[@]}" -Dslf4j.provider=org.slf4j.nop.NOPServiceProvider -Dslf4j.internal.verbosity=WARN \
  -cp "agent-tests/target/test-classes:$(cat agent-tests/target/demo-classpath.txt)" \
  io.tenantwarden.tests.demo.DemoPlayer ${arguments[@]+"${arguments[@]}"} "$@"
