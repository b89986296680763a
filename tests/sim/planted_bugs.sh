#!/bin/sh
# Builds the simulator once with each planted bug (codec/base/planted.h) and shows that each is caught: by a run that
# names its seed and what was wrong in it. A program that does not start, or dies without a word, has caught nothing.
# Usage: tests/sim/planted_bugs.sh [BUILD_FOLDER [SEEDS]]; exits 1 when one gets through.
set -eu
build=${1:-build/release}
seeds=${2:-10000}
root=$(dirname "$0")/../..
missed=0
for bug in $(sed -n 's/^pulter_planted(\([a-z_]*\) .*/\1/p' "$root/tests/sim/CMakeLists.txt"); do
  cmake --build "$build" --target "simulate_$bug" >/dev/null
  log=$(mktemp)
  status=0
  "$build/tests/sim/simulate_$bug" --seeds "$seeds" >"$log" 2>&1 || status=$?
  finding=$(grep -m 1 '^seed [1-9][0-9]*: ' "$log" | cut -c 1-140 || true)
  if [ "$status" -eq 0 ]; then
    echo "$bug: NOT CAUGHT in $seeds seeds"
    missed=$((missed + 1))
  elif [ -z "$finding" ]; then
    echo "$bug: NOT CAUGHT: the program ended with status $status and found nothing: $(tail -n 1 "$log")"
    missed=$((missed + 1))
  else
    echo "$bug: $finding"
  fi
  rm -f "$log"
done
[ "$missed" -eq 0 ]
