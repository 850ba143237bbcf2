#!/usr/bin/env bash
# The coverage-guided fuzzer (Jazzer) on the reader of SQL, for as long as wanted. What it finds is printed with the input, which is kept in
# target/fuzz/crash-*; the inputs that reach new code stay in target/fuzz/corpus and are gone on with the next time.
#
# usage: scripts/fuzz.sh [--seconds N] [--seed S]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
seconds=3600
seed=0
while [[ $# -gt 0 ]]; do
  case $1 in
    --seconds) seconds=$2; shift 2 ;;
    --seed) seed=$2; shift 2 ;;
    *) echo "unknown option: $1; usage: scripts/fuzz.sh [--seconds N] [--seed S]" >&2; exit 2 ;;
  esac
done
./mvnw -q -B -ntp -DskipTests -Dspotless.check.skip -pl agent/rls -am test-compile \
  dependency:build-classpath -Dmdep.outputFile=target/fuzz-classpath.txt >&2
mkdir -p target/fuzz/corpus
root=$PWD
cd target/fuzz
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" \
  -cp "$root/agent/rls/target/classes:$root/agent/rls/target/test-classes:$(cat "$root/agent/rls/target/fuzz-classpath.txt")" \
  com.code_intelligence.jazzer.Jazzer --target_class=io.tenantwarden.rls.sql.SqlFuzz \
  --instrumentation_includes='io.tenantwarden.**' --reproducer_path="$PWD" \
  -max_total_time="$seconds" -seed="$seed" -max_len=2000 -print_final_stats=1 corpus
