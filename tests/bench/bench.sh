#!/usr/bin/env bash
# Runs every measurement of tests/bench and keeps its table in out/bench/.
# B is the build directory.
set -euo pipefail
cd "$(dirname "$0")/../.."

B=${B:-build}
mkdir -p out/bench
for program in "$B"/bench/bench_*; do
    name=${program##*/bench_}
    printf '== %s\n' "$name"
    "$program" >"out/bench/$name.tmp"
    mv "out/bench/$name.tmp" "out/bench/$name.txt"
    cat "out/bench/$name.txt"
done
