#!/bin/sh
# Builds the simulator once with each planted bug (codec/base/planted.h) and shows that each is caught.
# Usage: tests/sim/planted_bugs.sh [BUILD_FOLDER [SEEDS]]; exits 1 when one gets through.
set -eu
build=${1:-build/release}
seeds=${2:-10000}
root=$(dirname "$0")/../..
missed=0
for bug in $(sed -n 's/^pulter_planted(\([a-z_]*\) .*/\1/p' "$root/tests/sim/CMakeLists.txt"); do
  cmake --build "$build" --target "simulate_$bug" >/dev/null
  log=$(mktemp)
  if "$build/tests/sim/simulate_$bug" --seeds "$seeds" >"$log" 2>&1; then
    echo "$bug: NOT CAUGHT in $seeds seeds"
    missed=$((missed + 1))
  else
    echo "$bug: $(grep -m 1 '^seed ' "$log" | cut -c 1-140)"
  fi
  rm -f "$log"
done
[ "$missed" -eq 0 ]
