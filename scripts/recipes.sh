#!/usr/bin/env bash
# Runs the applications of docs/recipes.md with their real libraries (Operaton, Quartz, Spring Batch, Hibernate on Tomcat), each in a JVM of its
# own with the packaged jar, in enforce, configured with what the document says. Not part of scripts/test.sh: it fetches the libraries. Takes about a
# minute.
#
# usage: scripts/recipes.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
cd "$(dirname "${BASH_SOURCE[0]}")/.."
./mvnw -B -q -ntp -Precipes -Dspotless.check.skip=true -pl agent-tests -am verify -Dtest=RecipesTest \
  -Dsurefire.failIfNoSpecifiedTests=false
echo "recipes: all of docs/recipes.md ran"
