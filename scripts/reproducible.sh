#!/usr/bin/env bash
# Builds the agent's jar twice, from two copies of the sources in folders of different names, and compares the bytes.
# Exit 0: the same. Needs a JDK 17 or newer.
#
# usage: scripts/reproducible.sh [Maven options]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

build() {
  local copy="$work/$1"
  shift
  mkdir "$copy"
  # what git knows, as it is now: uncommitted changes count, leftovers of earlier builds do not
  (cd "$root" && git ls-files -z --cached --others --exclude-standard) |
    (cd "$root" && xargs -0 tar -cf - --ignore-failed-read) | tar -xf - -C "$copy"
  (cd "$copy" && ./mvnw -q -B -ntp -pl agent/dist -am -DskipTests package "$@")
}

build first "$@"
# the archive keeps times to two seconds
sleep 3
build another-folder "$@"

cd "$work"
sha256sum first/agent/dist/target/tenant-warden.jar another-folder/agent/dist/target/tenant-warden.jar
if cmp -s first/agent/dist/target/tenant-warden.jar another-folder/agent/dist/target/tenant-warden.jar; then
  echo "the same"
  exit 0
fi
echo "DIFFERENT:"
for copy in first another-folder; do
  mkdir "unpacked-$copy"
  (cd "unpacked-$copy" && jar -xf "../$copy/agent/dist/target/tenant-warden.jar")
  jar -tf "$copy/agent/dist/target/tenant-warden.jar" >"entries-$copy"
done
diff entries-first entries-another-folder || true
diff -rq unpacked-first unpacked-another-folder || true
exit 1
