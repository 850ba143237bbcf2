#!/usr/bin/env bash
# Makes what a release consists of, in a local folder: the jar, its sources and documentation, the POM, the bill of materials
# (CycloneDX), licences, SHA-256 sums; beside them the manual page and the completion script of the command line. Builds twice, from two copies in folders of different names, and refuses what is not
# the same byte by byte. Uploads nothing. Needs a JDK 17 or newer, and git.
#
# usage: scripts/release.sh --dry-run [--out FOLDER]     # of the sources as they are, unsigned
#        scripts/release.sh --sign KEY [--out FOLDER]    # of the commit with the tag v<version>; signs with gpg
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root"

fail() {
  printf 'scripts/release.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

dry=
key=
out="$root/target/release"
while [ $# -gt 0 ]; do
  case $1 in
    --dry-run) dry=yes ;;
    --sign)
      [ $# -gt 1 ] || fail "--sign needs the id of a key" 2
      key=$2
      shift
      ;;
    --out)
      [ $# -gt 1 ] || fail "--out needs a folder" 2
      case $2 in /*) out=$2 ;; *) out=$PWD/$2 ;; esac
      shift
      ;;
    *) fail "unknown option $1; see --help" 2 ;;
  esac
  shift
done
[ -n "$dry" ] || [ -n "$key" ] || fail "say --dry-run or --sign KEY" 2

version=$(sed -n 's:.*<revision>\(.*\)</revision>.*:\1:p' pom.xml)
version=${version%-SNAPSHOT}
[ -n "$version" ] || fail "pom.xml has no <revision>"
if [ -z "$dry" ]; then
  [ -z "$(git status --porcelain)" ] || fail "there are uncommitted changes"
  [ "$(git rev-parse HEAD)" = "$(git rev-parse -q --verify "v$version^{commit}" || true)" ] ||
    fail "the commit has no tag v$version"
  grep -q '<scm>' pom.xml && grep -q '<developers>' pom.xml && grep -q '<url>.*</url>' <(sed '/<licenses>/,/<\/licenses>/d' pom.xml) ||
    fail "pom.xml says no <url>, <scm> and <developers>, which repositories demand: add those of the public project"
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# what git knows, as it is now: uncommitted changes count in a dry run, leftovers of earlier builds do not
git ls-files -z --cached --others --exclude-standard | xargs -0 tar -cf "$work/sources.tar" --ignore-failed-read

# a release says its commit; copies of the sources have no git to ask
commit=$(git describe --always --dirty --abbrev=12 --exclude='*')

build() {
  local copy="$work/$1"
  mkdir "$copy"
  tar -xf "$work/sources.tar" -C "$copy"
  echo "building $version in a folder named $1" >&2
  (cd "$copy" && ./mvnw -q -B -ntp -Prelease -Drevision="$version" -Dcommit="$commit" -pl agent/dist -am -DskipTests package)
  collect "$copy/agent/dist/target" "$work/$1-release"
}

collect() {
  local from=$1 to=$2/io/tenantwarden/tenant-warden/$version
  mkdir -p "$to"
  cp "$from/tenant-warden.jar" "$to/tenant-warden-$version.jar"
  cp "$from/tenant-warden-sources.jar" "$to/tenant-warden-$version-sources.jar"
  cp "$from/tenant-warden-javadoc.jar" "$to/tenant-warden-$version-javadoc.jar"
  cp "$from/published-pom.xml" "$to/tenant-warden-$version.pom"
  cp "$from/classes/META-INF/sbom/tenant-warden.cdx.json" "$to/tenant-warden-$version-cyclonedx.json"
  mkdir "$to/licenses"
  cp -r "$from/classes/META-INF/licenses/." "$to/licenses"
  cp "$from/classes/META-INF/LICENSE" "$from/classes/META-INF/THIRD-PARTY.txt" "$to/licenses"
  mkdir -p "$2/command-line"
  java -jar "$from/tenant-warden.jar" man >"$2/command-line/tenant-warden.1"
  java -jar "$from/tenant-warden.jar" completion >"$2/command-line/tenant-warden.bash"
  (cd "$to" && find . -type f ! -name SHA256SUMS | LC_ALL=C sort | sed 's:^\./::' | xargs sha256sum >SHA256SUMS)
}

build first
# archives keep times to two seconds
sleep 3
build another-folder
if ! diff -rq "$work/first-release" "$work/another-folder-release" >&2; then
  fail "two builds of the same sources differ: nothing is written to $out"
fi

rm -rf "$out"
mkdir -p "$(dirname "$out")"
cp -r "$work/first-release" "$out"
cd "$out/io/tenantwarden/tenant-warden/$version"
if [ -n "$key" ]; then
  for file in *.jar *.pom *.json SHA256SUMS; do
    gpg --batch --armor --local-user "$key" --detach-sign "$file"
  done
else
  echo "not signed: a dry run" >&2
fi
cat SHA256SUMS
echo "$version, twice the same bytes: $out" >&2
