#!/usr/bin/env bash
# Runs one test class, one test, or one scenario: what is needed of the other modules is built, nothing else is tested.
#
# usage: scripts/test-one.sh SqlStatementTest              a test class of any module
#        scripts/test-one.sh InjectorTest#aName            one test of it
#        scripts/test-one.sh IsolationScenario             a scenario, in every JVM in which some test runs it
#        scripts/test-one.sh IsolationScenario#aName       one test of it
# Further arguments go to Maven.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ $# -eq 0 ]]; then
  sed -n '2,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
class=${1%%#*}
method=
[[ $1 == *#* ]] && method=${1#*#}
shift

mapfile -t files < <(git ls-files --cached --others --exclude-standard "*/src/test/java/*/$class.java")
if [[ ${#files[@]} -ne 1 ]]; then
  echo "${#files[@]} test classes are called $class; name one as its file is named, without .java" >&2
  exit 2
fi
module=${files[0]%%/src/test/*}
options=()
if [[ ${files[0]} == */scenarios/* ]]; then
  tests=$(git grep --untracked -lwE "$class" -- "$module/src/test/java/*Test.java" | sed 's|.*/||; s|\.java$||' | paste -sd,)
  if [[ -z $tests ]]; then
    echo "no test runs $class" >&2
    exit 2
  fi
  options+=("-Dtest=$tests" "-Dscenario=$class")
  [[ -n $method ]] && options+=("-Dscenario.method=$method")
else
  options+=("-Dtest=$class${method:+#$method}")
fi
reports=$module/target/surefire-reports
rm -f "$reports"/TEST-*.xml
start=$SECONDS
./mvnw -q -B -ntp -pl "$module" -am verify -Dsurefire.failIfNoSpecifiedTests=false -Dspotless.check.skip "${options[@]}" "$@"
count=$(grep -ho '<testcase ' "$reports"/TEST-*.xml 2>/dev/null | wc -l)
if [[ $count -eq 0 ]]; then
  echo "no test ran: is the name right?" >&2
  exit 1
fi
echo "passed: $count tests in $((SECONDS - start)) s"
