#!/usr/bin/env bash
# A shop's orders and traffic to key figures, three models, their consensus,
# incidents, and a page that tells all of it.
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
                  and a forecast of 90 days
  consensus.json  which days which models confirm
  components.csv  the terms of that forecast
  explain.csv     why revenue of the last week differs from the week before
  incidents.csv   what happened, what it cost, what probably caused it
  backtest.csv    how good forecasts of the past were, by days ahead
  report.html     a page with charts of all of it
  insights.json   the same as findings and alerts, for programs
  summary.txt     the short version, which is printed too
ORDERS may be '-', standard input, and TRAFFIC '-' where there is none.  Where
the days are too few for one of the last three, it is not there, and the page
says so.  Tables beside the file of ORDERS are used where they are there:
products.csv for incidents of categories, holidays.csv for the calendar.
Example, for line items:
  analyze.sh lines.csv - out --value-expr 'Quantity*UnitPrice'
END
}

# shellcheck source=pipelines/arguments.sh
. "$(dirname "$0")/arguments.sh"

aee-kpi "$@" -o "$out/daily.csv" "$orders"
aee-kpi "$@" --summary -o "$out/kpi.json" "$orders"

# The last of a pipe does not know whether the others ended well: pipefail
# does, and only then the files get their names.
aee-zscore "$out/daily.csv" | aee-iforest | aee-forecast -n 90 |
    aee-consensus --summary="$out/json.$$.tmp" -o "$out/csv.$$.tmp"
mv "$out/csv.$$.tmp" "$out/consensus.csv"
mv "$out/json.$$.tmp" "$out/consensus.json"

aee-kpi "$@" -g channel --moments -o "$out/channels.csv" "$orders"
aee-forecast -q -n 90 --components -o "$out/components.csv" "$out/daily.csv"

calendar=()
[ ! -f "$beside/holidays.csv" ] || calendar=(--holidays "$beside/holidays.csv")
# A cube knows more causes, but only sums: distinct orders are in the daily table.
case " $* " in
*" --distinct"*) cube=$out/daily.csv ;;
*)
    cube=$out/cube.$$.tmp
    by=(--cube channel)
    [ ! -f "$beside/products.csv" ] || by=(--cube "channel,category" --products "$beside/products.csv")
    aee-kpi "${by[@]}" "$@" -o "$cube" "$orders"
    ;;
esac

set -- --kpi "$out/kpi.json" --by-channel "$out/channels.csv"
page=("$@" --components "$out/components.csv")

# part NAME WHAT PROGRAM...: a file that takes more days than some shops have;
# without it the report tells the rest.
part() {
    local name=$1 what=$2
    shift 2
    if "$@"; then
        given+=("--$name" "$out/$name.csv")
    else
        rm -f "$out/$name.csv"
        echo "analyze.sh: the report goes without $what" >&2
    fi
}
given=()
part explain "an explanation of the last week" \
    aee-explain -q --scale-missing -o "$out/explain.csv" "$out/channels.csv"
part incidents "incidents" \
    aee-detect -q "${calendar[@]}" --incidents "$out/incidents.csv" -o /dev/null "$cube"
part backtest "a test of its forecast" \
    aee-forecast -q --backtest -o "$out/backtest.csv" "$out/daily.csv"

aee-report "${page[@]}" "${given[@]}" -o "$out/report.html" "$out/consensus.csv"
aee-insights -q "$@" "${given[@]}" -o "$out/insights.json" "$out/consensus.csv"

{
    jq -r '"\(.first_date) to \(.last_date): revenue \(.total_revenue), orders \(.total_orders), conversion rate \(.conversion_rate // "unknown")",
        "largest channel: \(.top_channel)"' "$out/kpi.json"
    jq -r '"confirmed by two or more models: \(.confirmed | if length == 0 then "none" else join(" ") end)",
        "confirmed by all: \(.all | if length == 0 then "none" else join(" ") end)"' "$out/consensus.json"
} >"$out/text.$$.tmp"
mv "$out/text.$$.tmp" "$out/summary.txt"
cat "$out/summary.txt"
