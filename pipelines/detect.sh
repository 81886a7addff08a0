#!/usr/bin/env bash
# A shop's orders and traffic to incidents, with what caused them, and to the
# days that several models confirm.  Every file of OUTDIR appears whole, when
# the step that makes it has ended.
set -euo pipefail

usage() {
    cat <<'END'
usage: detect.sh ORDERS TRAFFIC OUTDIR [options of aee-kpi...]

Writes into OUTDIR:
  cube.csv           sums by day, channel and category
  days.csv           what aee-detect says of each day
  incidents.csv      what happened, what it cost, what probably caused it
  detect.csv         key figures by day with the flags of all models and their
                     consensus
  detect.txt         the incidents in short, which is printed too
  score.txt          how good that is, where the truth is known
TRAFFIC may be '-' where there is none.  Tables beside ORDERS are used where
they are there: products.csv for the categories, holidays.csv for the calendar,
events.csv for the truth.
END
}

# shellcheck source=pipelines/arguments.sh
. "$(dirname "$0")/arguments.sh"

cube=(--cube channel)
[ ! -f "$beside/products.csv" ] || cube=(--cube "channel,category" --products "$beside/products.csv")
calendar=()
[ ! -f "$beside/holidays.csv" ] || calendar=(--holidays "$beside/holidays.csv")

aee-kpi "${cube[@]}" "$@" -o "$out/cube.csv" "$orders"
aee-detect "${calendar[@]}" --incidents "$out/incidents.csv" -o "$out/days.csv" "$out/cube.csv"

# The last of a pipe does not know whether the others ended well: pipefail
# does, and only then the file gets its name.
aee-kpi "$@" "$orders" | aee-zscore | aee-iforest | aee-forecast -n 0 >"$out/models.$$.tmp"
aee-consensus -o "$out/detect.csv" "$out/models.$$.tmp" "$out/days.csv"

# Once more, as records for jq.
aee-detect -q "${calendar[@]}" --ojsonl --incidents "$out/json.$$.tmp" -o /dev/null "$out/cube.csv"
jq -r '"\(.start_date) to \(.end_date): \(.kind) \(.direction), \(.cause), \(.money_at_stake // 0 | round) at stake",
    "    \(.metrics | split("; ")[:3] | join(", "))"' "$out/json.$$.tmp" >"$out/text.$$.tmp"
mv "$out/text.$$.tmp" "$out/detect.txt"
if [ -f "$beside/events.csv" ]; then
    aee-score -e "$beside/events.csv" -o "$out/score.txt" "$out/detect.csv"
fi
cat "$out/detect.txt"
