#!/usr/bin/env bash
# How well the programs find what was put into 40 simulated shops, beside the
# flags of the original's detectors on the same days.  Reads the folder that
# AEE_REFERENCE names.
# usage: tests/bench/detection.sh; B is the build directory
set -euo pipefail
: "${AEE_REFERENCE:?names the folder of the reference data}"
B=${B:-build}
PATH=$(cd "$B" && pwd)/bin:$PATH
R=$AEE_REFERENCE/detection
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT

# A table of sums and a calendar for each shop.
gzip -dc "$R/dev_daily.csv.gz" | awk -F, -v dir="$T" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "holiday") h = i
        header = $0; next }
    $1 != shop { shop = $1; day = dir "/" shop ".csv"; calendar = dir "/" shop ".hol"
        print header >day; print "holiday,date" >calendar; print shop >(dir "/shops") }
    { print >day; if ($h != "") print $h "," $2 >calendar }'
gzip -dc "$R/dev_reference_outputs.csv.gz" >"$T/original.csv"

# columns WORD...: the columns of the daily tables that are these sums, in total
# or of members.
columns() {
    head -n 1 "$T/dev00.csv" | tr , '\n' | grep -E "^($1)$" | paste -sd ,
}

# shops COMMAND...: its output for every shop, one after the other; @ stands for
# the calendar of the shop.
shops() {
    local shop header=1
    while read -r shop; do
        "${@//@/$T/$shop.hol}" <"$T/$shop.csv" | sed -n "${header},\$p"
        header=2
    done <"$T/shops"
}

# line NAME COLUMN FILE
line() {
    aee-score -e "$R/dev_events.csv" -m kind=event_kind,start_date=start,end_date=end -g scenario \
        --ignore-after level_shift=21 --bootstrap 0 -F json -c "$2" "$3" |
        jq -r --arg name "$1" '.[] | [$name, .event_recall, .precision, .recall, .f1, .false_alarms_per_year, .median_delay] | @tsv' |
        awk -F'\t' '{ printf "%-38s %6.3f %6.3f %6.3f %6.3f %6.2f %5.1f\n", $1, $2, $3, $4, $5, $6, $7 }'
}

# detect NAME OPTIONS...
detect() {
    local name=$1
    shift
    shops aee-detect -q "$@" >"$T/flags.csv"
    line "$name" detect_anomaly "$T/flags.csv"
}

analyze() {
    aee-zscore | aee-iforest -f revenue,orders,sessions,aov,conversion_rate |
        aee-forecast -n 0 | aee-consensus -c zscore_anomaly,iforest_anomaly,forecast_anomaly -k 3
}

printf '%-38s %6s %6s %6s %6s %6s %5s\n' "" event "" "" "" false "" \
    "through the programs, 40 shops" recall prec. recall F1 /year delay
line "original: rolling z" orig_z_flag "$T/original.csv"
line "original: isolation forest" orig_iforest_flag "$T/original.csv"
line "original: Prophet" orig_prophet_flag "$T/original.csv"
shops analyze >"$T/models.csv"
line "aee-zscore" zscore_anomaly "$T/models.csv"
line "aee-iforest" iforest_anomaly "$T/models.csv"
line "aee-forecast" forecast_anomaly "$T/models.csv"
line "aee-consensus -k 3" consensus_anomaly "$T/models.csv"
detect "aee-detect, all metrics" --holidays @
detect "aee-detect, total and channels" --holidays @ \
    -c "$(columns '(revenue|orders|sessions)(_(Organic|Paid_Search|Paid_Social|Email))?')"
detect "aee-detect, totals" --holidays @ -c revenue,orders,sessions
detect "aee-detect, revenue" --holidays @ -c revenue
detect "aee-detect, no calendar"
detect "aee-detect --online" --holidays @ --online
