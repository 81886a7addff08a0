#!/usr/bin/env bash
# What the programs of a stream cost a row, with and without groups, beside cat,
# mawk and Miller, and how much memory they take.  Commands take turns.  Writes
# Markdown.
# usage: tests/bench/streams.sh; STREAM_ROWS (1 million), ROUNDS (5), DATA (a directory
# for the files) and B (the build directory) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/measure.bash
. tests/bench/measure.bash
ROWS=${STREAM_ROWS:-1000000}
bin=$B/bin
S=$DATA/series.$ROWS
J=$DATA/series-jsonl.$ROWS
features=revenue,orders,sessions,conversion_rate

made "series.$ROWS" "$awk" -v rows="$ROWS" -f tests/bench/days.awk -f tests/bench/series.awk
made "series-jsonl.$ROWS" "$awk" -F, '
    NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; n = NF; next }
    { for (i = 1; i <= n; i++)
        printf "%s\"%s\":%s", i == 1 ? "{" : ",", name[i], i <= 2 ? "\"" $i "\"" : $i
      print "}" }' "$S"
make -s "$B/bench/bench_pass" >&2
"$bin/aee-iforest" -f "$features" --fit-only --save "$results/forest" "$S"

# stream ID NAME COMMAND [FILE]: a row of the table.
declare -A title=()
stream() {
    title[$1]=$2
    job "$1" "@ $3 <${4:-$S}"
}

stream cat "\`cat\`" cat
stream pass "records, read and written" "$B/bench/bench_pass"
stream zscore "**aee-zscore**" "$bin/aee-zscore"
stream robust "aee-zscore --robust" "$bin/aee-zscore --robust"
stream grouped "aee-zscore -g shop" "$bin/aee-zscore -g shop"
stream trailing "aee-zscore -b trailing -g shop" "$bin/aee-zscore -b trailing -g shop"
stream weekday "aee-zscore -b weekday -g shop" "$bin/aee-zscore -b weekday -g shop"
stream iforest "**aee-iforest --model**, 4 features" "$bin/aee-iforest -q --model $results/forest"
stream consensus "**aee-consensus**, 3 flags" "$bin/aee-consensus"
stream voted "aee-consensus -g shop" "$bin/aee-consensus -g shop"
stream forecast "aee-forecast -g shop -n 0, fits and all" "$bin/aee-forecast -q -g shop -n 0"
stream pass_json "NDJSON: records, read and written" "$B/bench/bench_pass" "$J"
stream zscore_json "NDJSON: aee-zscore" "$bin/aee-zscore" "$J"
stream iforest_json "NDJSON: aee-iforest --model" "$bin/aee-iforest -q --model $results/forest" "$J"
stream consensus_json "NDJSON: aee-consensus" "$bin/aee-consensus" "$J"
if command -v mawk >/dev/null; then
    stream mawk "mawk, which adds a column" "mawk -F, -v OFS=, '{ print \$0, \$3 + 0 }'"
    stream mean "mawk, a rolling mean" "mawk -F, -v OFS=, '{ s += \$3 - x[NR % 14]; x[NR % 14] = \$3; print \$0, s / 14 }'"
fi
if command -v mlr >/dev/null; then
    stream mlr "Miller, which adds a column" "mlr --icsv --ocsv put '\$v = \$revenue + 0'"
    stream mlr_mean "Miller, a rolling mean" "mlr --icsv --ocsv step -a slwin_13_0 -f revenue"
fi
measure

versions
echo
echo "Days of $(((ROWS + 1095) / 1096)) shops, $ROWS rows, $(wc -c <"$S") bytes; processor time a row:"
echo
echo "| what | ns a row | x \`cat\` | peak MiB |"
echo "| --- | --- | --- | --- |"
for id in "${jobs[@]}"; do
    printf '| %s | %s | %s | %s |\n' "${title[$id]}" \
        "$("$awk" -v s="$(of cpu "$id")" -v rows="$ROWS" 'BEGIN { printf "%.0f", s * 1e9 / rows }')" \
        "$(ratio "$(of cpu "$id")" "$(of cpu cat)")" "$(peak "$id")"
done
