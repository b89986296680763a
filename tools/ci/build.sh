# shellcheck shell=bash
# Sourced by tools/run and tools/test: configures and builds build/release.
#
#   build_release                 everything
#   build_release pulterd pulter  these targets only

build_release() {
  local launcher=() targets=() log=build/release.log
  if command -v ccache >/dev/null; then launcher=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
  if [ $# -gt 0 ]; then targets=(--target "$@"); fi
  mkdir -p build
  echo "Building into build/release (the first time takes some minutes)."
  if cmake --preset release -Wno-dev "${launcher[@]}" >"$log" 2>&1; then
    # On a terminal ninja's one line tells how far it is; elsewhere only a failure is worth reading.
    if [ -t 1 ]; then
      cmake --build --preset release "${targets[@]}" && return 0
      return 1
    fi
    if cmake --build --preset release "${targets[@]}" >>"$log" 2>&1; then return 0; fi
  fi
  tail -n 60 "$log" >&2
  echo "The build failed; its last lines are above, all of them in $log." >&2
  return 1
}
