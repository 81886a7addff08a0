#!/usr/bin/env bash
# Runs every fuzz target for a number of seconds, two at a time, from its
# committed corpus; new inputs go to $B/fuzz/work/NAME, findings stay in $B/fuzz
# as NAME-crash-*, -leak-*, -oom-*, -timeout-*.  Fails while there is a finding.
# usage: tests/fuzz/fuzz.sh SECONDS; B is the build directory.
set -euo pipefail
cd "$(dirname "$0")/../.."
shopt -s nullglob

export B=${B:-build}
export LIMIT=${1:?usage: tests/fuzz/fuzz.sh SECONDS}

target() {
    shopt -s nullglob
    name=$(basename "$1") name=${name#fuzz_}
    log=$B/fuzz/$name.log
    work=$B/fuzz/work/$name
    mkdir -p "$work"
    corpus=()
    if [[ -d tests/fuzz/corpus/$name ]]; then corpus=(tests/fuzz/corpus/"$name"); fi
    status=0
    "$1" -max_total_time="$LIMIT" -timeout=20 -rss_limit_mb=2048 \
        -print_final_stats=1 -artifact_prefix="$B/fuzz/$name-" \
        "$work" "${corpus[@]}" >"$log" 2>&1 || status=$?
    # The final statistics are missing after some findings: then the last
    # number of a progress line.
    runs=$(awk '/^stat::number_of_executed_units/ { n = $2; exit }
        /^#[0-9]/ { n = substr($1, 2) } END { print n + 0 }' "$log")
    took=$(awk '/^Done [0-9]+ runs in/ { print $5 }' "$log")
    found=("$B/fuzz/$name"-{crash,leak,oom,timeout}-*)
    printf '%s: %d executions, %s seconds, %d findings\n' \
        "$name" "$runs" "${took:-less than $LIMIT}" "${#found[@]}"
    for path in "${found[@]}"; do echo "    $path"; done
    if [[ $status -ne 0 && ${#found[@]} -eq 0 ]]; then
        echo "$name: ended with status $status, see $log"
    fi
    [[ $status -eq 0 && ${#found[@]} -eq 0 ]]
}
export -f target

targets=()
for path in "$B"/fuzz/fuzz_*; do
    if [[ -x $path && -f $path ]]; then targets+=("$path"); fi
done
if [[ ${#targets[@]} -eq 0 ]]; then
    echo "no fuzz target in $B/fuzz" >&2
    exit 1
fi
printf '%s\0' "${targets[@]}" | xargs -0 -P 2 -n 1 bash -c 'target "$1"' target || exit 1
