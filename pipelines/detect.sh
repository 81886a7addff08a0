#!/usr/bin/env bash
# A shop's orders and traffic to incidents, with what caused them, and to the
# days that several models confirm.  Every file of OUTDIR appears whole, when
# the step that makes it has ended.
set -euo pipefail

usage() {
    cat <<'END'
usage: detect.sh ORDERS TRAFFIC OUTDIR [options of aee-kpi...]

Writes into OUTDIR:
  cube.csv           sums by day, channel and category; not of distinct orders,
                     of which only the key figures are looked at
  days.csv           what aee-detect says of each day
  incidents.csv      what happened, what it cost, what probably caused it
  metrics.csv        the metrics that it looked at, by day
  models.csv         what three models say of these together, by day
  detect.csv         key figures by day with the flags of all models, their
                     consensus, and how sure one may be
  detect.txt         the incidents in short, which is printed too
  score.txt          how good that is, where the truth is known
ORDERS may be '-', standard input, and TRAFFIC '-' where there is none.  Tables
beside the file of ORDERS are used where they are there: products.csv for the
categories, holidays.csv for the calendar, events.csv for the truth.
END
}

# shellcheck source=pipelines/arguments.sh
. "$(dirname "$0")/arguments.sh"

calendar=()
[ ! -f "$beside/holidays.csv" ] || calendar=(--holidays "$beside/holidays.csv")

daily=$out/daily.$$.tmp
aee-kpi "$@" -o "$daily" "$orders"
# A cube knows more, but only sums: distinct orders are in the daily table.
case " $* " in
*" --distinct"*)
    cube=$daily
    rm -f "$out/cube.csv"
    ;;
*)
    cube=$out/cube.csv
    by=(--cube channel)
    [ ! -f "$beside/products.csv" ] || by=(--cube "channel,category" --products "$beside/products.csv")
    aee-kpi "${by[@]}" "$@" -o "$cube" "$orders"
    ;;
esac
aee-detect "${calendar[@]}" --metrics "$out/metrics.csv" -o "$out/days.csv" "$cube"

# Three models of every metric, side by side.
aee-zscore -q -c value -g metric -b centred --scale raw "${calendar[@]}" \
    -o "$out/zscore.$$.tmp" "$out/metrics.csv" &
zscore=$!
aee-iforest -q --across metric -f z -o "$out/iforest.$$.tmp" "$out/metrics.csv" &
iforest=$!
aee-forecast -q -n 0 --judge -c value -g metric "${calendar[@]/--holidays/--mask}" \
    -o "$out/forecast.$$.tmp" "$out/metrics.csv"
wait "$zscore"
wait "$iforest"
aee-consensus -q --across metric --calibrate zscore,forecast --fdr 0.1 --prefix models_ \
    -o "$out/models.csv" "$out/zscore.$$.tmp" "$out/iforest.$$.tmp" "$out/forecast.$$.tmp"

# The z-score has the baseline of aee-detect, and would only echo it.
aee-consensus -c "detect_anomaly,iforest_anomaly,forecast_anomaly" --fdr 0.05 \
    -o "$out/detect.csv" "$daily" "$out/days.csv" "$out/models.csv"

# An incident is as sure as its surest day.  Once as CSV, once for jq.
incidents=(aee-detect -q "${calendar[@]}" --tiers "$out/detect.csv" -o /dev/null)
"${incidents[@]}" --incidents "$out/incidents.csv" "$cube"
"${incidents[@]}" --ojsonl --incidents "$out/json.$$.tmp" "$cube"
jq -r '"\(.start_date) to \(.end_date): \(.kind) \(.direction), \(.cause), \(.money_at_stake // 0 | round) at stake, \(.tier)",
    "    \(.metrics | split("; ")[:3] | join(", "))"' "$out/json.$$.tmp" >"$out/text.$$.tmp"
mv "$out/text.$$.tmp" "$out/detect.txt"
if [ -f "$beside/events.csv" ]; then
    aee-score -e "$beside/events.csv" -o "$out/score.txt" "$out/detect.csv"
fi
cat "$out/detect.txt"
