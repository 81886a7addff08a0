#!/usr/bin/env bash
# A shop's orders and traffic to key figures, three models, their consensus, and
# a page that tells all of it.
# Every file of OUTDIR appears whole, when the step that makes it has ended.
set -euo pipefail

usage() {
    cat <<'END'
usage: analyze.sh ORDERS TRAFFIC OUTDIR [options of aee-kpi...]

Writes into OUTDIR:
  daily.csv       key figures by day
  channels.csv    key figures by day and channel
  kpi.json        totals, by channel and by month
  consensus.csv   daily.csv with the scores, flags and votes of three models,
                  and a forecast of 30 days
  consensus.json  which days which models confirm
  explain.csv     why revenue of the last week differs from the week before;
                  not there where that cannot be told
  backtest.csv    how far such forecasts were off; the same
  components.csv  the terms of the forecast
  report.html     a page with charts of all of it
  insights.json   the same as findings and alerts, for programs
  summary.txt     the short version, which is printed too
TRAFFIC may be '-' where there is none.  Example, for line items:
  analyze.sh lines.csv - out --value-expr 'Quantity*UnitPrice'
END
}

case ${1-} in
-h | --help) usage; exit 0 ;;
esac
if [ $# -lt 3 ]; then
    usage >&2
    exit 2
fi
orders=$1 traffic=$2 out=$3
shift 3
[ "$traffic" = - ] || set -- -t "$traffic" "$@"
mkdir -p "$out"
trap 'rm -f "$out"/*.$$.tmp' EXIT

aee-kpi "$@" -o "$out/daily.csv" "$orders"
aee-kpi "$@" --summary -o "$out/kpi.json" "$orders"

# The last of a pipe does not know whether the others ended well: pipefail
# does, and only then the files get their names.
aee-zscore "$out/daily.csv" | aee-iforest | aee-forecast |
    aee-consensus --summary="$out/json.$$.tmp" -o "$out/csv.$$.tmp"
mv "$out/csv.$$.tmp" "$out/consensus.csv"
mv "$out/json.$$.tmp" "$out/consensus.json"

# Each of these needs some weeks; without them the report tells the rest.
aee-kpi "$@" -g channel --moments -o "$out/channels.csv" "$orders"
set -- --kpi "$out/kpi.json" --by-channel "$out/channels.csv"
if aee-explain -q --scale-missing -o "$out/explain.csv" "$out/channels.csv"; then
    set -- "$@" --explain "$out/explain.csv"
else
    rm -f "$out/explain.csv"
    echo "analyze.sh: the report goes without an explanation of the last week" >&2
fi
if aee-forecast -q --backtest -o "$out/backtest.csv" "$out/daily.csv"; then
    set -- "$@" --backtest "$out/backtest.csv"
else
    rm -f "$out/backtest.csv"
    echo "analyze.sh: the report goes without a backtest of the forecast" >&2
fi
aee-forecast -q --components -o "$out/components.csv" "$out/daily.csv"
aee-report "$@" --components "$out/components.csv" -o "$out/report.html" "$out/consensus.csv"
aee-insights -q "$@" -o "$out/insights.json" "$out/consensus.csv"

{
    jq -r '"\(.first_date) to \(.last_date): revenue \(.total_revenue), orders \(.total_orders), conversion rate \(.conversion_rate // "unknown")",
        "largest channel: \(.top_channel)"' "$out/kpi.json"
    jq -r '"confirmed by two or more models: \(.confirmed | if length == 0 then "none" else join(" ") end)",
        "confirmed by all: \(.all | if length == 0 then "none" else join(" ") end)"' "$out/consensus.json"
} >"$out/text.$$.tmp"
mv "$out/text.$$.tmp" "$out/summary.txt"
cat "$out/summary.txt"
