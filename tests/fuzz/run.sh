#!/usr/bin/env bash
# run.sh TARGET [SECONDS] [LIBFUZZER OPTIONS]: fuzzes one target; see README.md.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
preset=${PRESET-fuzz}
build=$root/build/$preset
target=$1
seconds=${2-600}

cd "$root"
cmake --preset "$preset" >"$root/build/$preset.log"
cmake --build --preset "$preset" --target fuzz_seeds "fuzz_$target"
"$build/tests/fuzz/fuzz_seeds" "$build/seeds"
corpus=("$build/seeds/$target")
case $target in
  trace | replay | reduction) corpus+=(traces/corpus) ;;
  disk) corpus+=(traces/corpus/storage) ;;
esac
mkdir -p "$build/found/$target"
export LLVM_PROFILE_FILE=$build/$target.profraw
exec "$build/tests/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=60 -print_final_stats=1 \
  -artifact_prefix="$build/found/$target/" "${@:3}" "${corpus[@]}"
