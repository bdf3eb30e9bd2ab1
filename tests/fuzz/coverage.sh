#!/usr/bin/env bash
# coverage.sh TARGET FOLDER…: which lines of the folders the inputs of a target reach; see README.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build/fuzz-coverage
target=$1

cd "$root"
PRESET=fuzz-coverage tests/fuzz/run.sh "$target" 0 -runs=0 2>"$build/$target.log"
llvm-profdata-19 merge -sparse "$build/$target.profraw" -o "$build/$target.profdata"
llvm-cov-19 report "$build/tests/fuzz/fuzz_$target" -instr-profile="$build/$target.profdata" \
  -show-region-summary=false -show-branch-summary=false "${@:2}"
