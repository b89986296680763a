#!/bin/sh
# Fuzzes each target for a while, one after the other, and prints what each did.
# Usage: tests/fuzz/run.sh [SECONDS [TARGET...]]   with the programs of the `fuzz` preset (PULTER_FUZZ_BUILD).
#
# What a run learns stays in the build folder (corpus/NAME); an input that breaks a promise lies in artifacts/.
set -eu
seconds=${1:-600}
[ $# -gt 0 ] && shift
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${PULTER_FUZZ_BUILD:-$root/build/fuzz}
all="config encoding gzip http_response csv_differential json_roundtrip url_policy control_request sim_faults"
broken=0
for target in ${*:-$all}; do
  learned=$build/corpus/$target
  mkdir -p "$learned" "$build/artifacts"
  dictionary=
  [ -f "$root/tests/fuzz/dictionaries/$target.dict" ] && dictionary=-dict=$root/tests/fuzz/dictionaries/$target.dict
  log=$build/artifacts/$target.log
  # shellcheck disable=SC2086  # an empty dictionary must vanish
  if nice -n 10 "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=120 -max_len=4096 -print_final_stats=1 \
    -verbosity=1 $dictionary -artifact_prefix="$build/artifacts/$target-" "$learned" "$root/tests/fuzz/corpus/$target" \
    >"$log" 2>&1; then
    echo "$target: $(grep -a 'stat::number_of_executed_units' "$log" | awk '{print $2}') inputs," \
      "$(grep -a -E '^#[0-9]+' "$log" | tail -n 1 | sed -E 's/.*cov: ([0-9]+) .*corp: ([0-9]+).*/\1 edges, \2 inputs kept/')"
  else
    echo "$target: BROKEN: $(grep -a -m 1 -E '^broken:|ERROR: |runtime error' "$log" | cut -c 1-160); see $log"
    broken=1
  fi
done
exit $broken
