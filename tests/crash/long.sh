#!/bin/sh
# Every crash test at length. Usage: tests/crash/long.sh [BUILD_FOLDER]; exits 1 when one fails.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$root/build/release}
export PULTER="$build/tools/pulter/pulter" PULTERD="$build/tools/pulterd/pulterd"
export PULTER_TEST_KILLS="${PULTER_TEST_KILLS:-1000}" PULTER_TEST_STEP="${PULTER_TEST_STEP:-1}"
export PULTER_TEST_CUTS="${PULTER_TEST_CUTS:-100}" PULTER_TEST_PAGES="${PULTER_TEST_PAGES:-60}"
failed=0
for test in "$root"/tests/crash/test_*.py; do
  python3 "$test" || { [ $? -eq 77 ] || { echo "FAILED: $test"; failed=1; }; }
done
exit $failed
