# What the benchmark scripts share; sourced by them, from the folder of the project.

fail() {
  printf '%s: %s\n' "$0" "$1" >&2
  exit 1
}

bin=${JAVA_HOME:+$JAVA_HOME/bin/}
command -v "${bin}javac" >/dev/null || fail "a JDK 17 or newer is needed, and there is no ${bin}javac. Set JAVA_HOME."

# the version that the root pom.xml pins
pinned() {
  local version
  version=$(sed -n "s:.*<$1\.version>\(.*\)</$1\.version>.*:\1:p" pom.xml)
  [ -n "$version" ] || fail "pom.xml has no $1.version"
  printf '%s' "$version"
}

# library GROUP ARTIFACT [PROPERTY]: fetches the jar at its pinned version and prints its path
library() {
  local version file
  version=$(pinned "${3:-$2}")
  file=$PWD/target/bench/lib/$2-$version.jar
  if [ ! -f "$file" ]; then
    ./mvnw -q -B -ntp -N dependency:copy -Dartifact="$1:$2:$version" -DoutputDirectory="$PWD/target/bench/lib" >&2 ||
      fail "$1:$2:$version could not be fetched from Maven Central"
  fi
  printf '%s' "$file"
}

# the class path of JMH
jmh() {
  printf '%s:%s:%s:%s' "$(library org.openjdk.jmh jmh-core jmh)" \
    "$(library org.openjdk.jmh jmh-generator-annprocess jmh)" \
    "$(library net.sf.jopt-simple jopt-simple)" "$(library org.apache.commons commons-math3)"
}

# compile FOLDER CLASSPATH SOURCE...: annotation processors run, also from JDK 23 on, where that must be asked for
compile() {
  local folder=$1 path=$2 options=()
  shift 2
  rm -rf "$folder"
  mkdir -p "$folder"
  if [ "$("${bin}javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')" -ge 21 ]; then options=(-proc:full); fi
  "${bin}javac" ${options[@]+"${options[@]}"} -nowarn -cp "$path" -d "$folder" "$@"
}

# builds the agent's jar and the tests; further modules as argument. Sets $tests to the class path of the tests.
build_tests() {
  printf 'Building (log: target/bench/build.log)\n' >&2
  mkdir -p target/bench
  ./mvnw -B -ntp -DskipTests -Dspotless.check.skip=true -pl "agent/dist,agent-tests${1:+,$1}" -am \
    package dependency:build-classpath -Dmdep.outputFile=target/bench-classpath.txt >target/bench/build.log 2>&1 ||
    { tail -n 20 target/bench/build.log >&2; fail "the build failed; all of it is in target/bench/build.log."; }
  tests=$PWD/agent-tests/target/test-classes:$(cat agent-tests/target/bench-classpath.txt)
}
