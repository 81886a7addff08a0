#!/usr/bin/env bash
# Runs the measurements of tests/bench and keeps the table of each in out/bench/:
# first the parts by themselves (bench_*.c), then whole programs beside others
# (*.sh), as Markdown.  One whose means are missing says so, and the others run.
# usage: tests/bench/bench.sh [NAME...]; all without one, records being that of
# records.sh.  B is the build directory.
set -euo pipefail
cd "$(dirname "$0")/../.."

export B=${B:-build}
mkdir -p out/bench
failed=()

keep() {
    printf '== %s\n' "$1"
    if "$2" </dev/null >"out/bench/$1.tmp"; then
        mv "out/bench/$1.tmp" "out/bench/$1.txt"
        cat "out/bench/$1.txt"
    else
        rm "out/bench/$1.tmp"
        failed+=("$1")
    fi
}

if [[ $# -eq 0 ]]; then
    for program in "$B"/bench/bench_*; do
        case ${program##*/} in
        bench_libcsv | bench_pass) ;; # of the scripts
        *) keep "${program##*/}" "$program" ;;
        esac
    done
    for part in tests/bench/*.sh; do
        name=$(basename "$part" .sh)
        if [[ $name != bench && $name != readme ]]; then set -- "$@" "$name"; fi
    done
fi
for name in "$@"; do keep "$name" "tests/bench/$name.sh"; done
if [[ ${#failed[@]} -gt 0 ]]; then
    echo "not measured: ${failed[*]}" >&2
    exit 1
fi
