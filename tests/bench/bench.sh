#!/usr/bin/env bash
# Runs every measurement of tests/bench and keeps its table in out/bench/: first
# the parts by themselves (bench_*.c), then whole programs beside others (*.sh),
# as Markdown.  B is the build directory.
set -euo pipefail
cd "$(dirname "$0")/../.."

export B=${B:-build}
mkdir -p out/bench

keep() {
    printf '== %s\n' "$1"
    "$2" </dev/null >"out/bench/$1.tmp"
    mv "out/bench/$1.tmp" "out/bench/$1.txt"
    cat "out/bench/$1.txt"
}

for program in "$B"/bench/bench_*; do
    keep "${program##*/}" "$program"
done
for part in tests/bench/*.sh; do
    [[ $part == tests/bench/bench.sh ]] || keep "$(basename "$part" .sh)" "$part"
done
