#!/usr/bin/env bash
# Exports and erases a tenant of a million rows in 20 tables (a circle of foreign keys, partitions, children without a tenant column) with a heap of 64 MB:
# the speed beside psql's \copy, each phase killed (kill -9) at random and taken up again, the other tenant's checksum before and after. Takes about ten
# minutes in all, and each part can be run alone. psql has to be installed.
#
# usage: scripts/offboarding-large.sh [--part export|batches|once] [--customers 166000] [--kills 10] [--seed 1]
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/help.sh"
part=all customers=166000 kills=10 seed=1
while [[ $# -gt 0 ]]; do
  case $1 in
    --part) part=$2 ;;
    --customers) customers=$2 ;;
    --kills) kills=$2 ;;
    --seed) seed=$2 ;;
    *) echo "unknown argument $1: see --help" >&2; exit 2 ;;
  esac
  shift 2
done
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/test-one.sh OffboardingKilledTest#whoeverIsKilledCanBeTakenUpAgain "-Doffboarding.part=$part" "-Doffboarding.customers=$customers" \
  "-Doffboarding.kills=$kills" "-Doffboarding.seed=$seed"
sed -n 's/^.*\(\[offboarding\] .*\)$/\1/p' agent/cli/target/surefire-reports/*OffboardingKilledTest*.xml | sort -u
