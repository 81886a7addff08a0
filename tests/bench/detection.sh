#!/usr/bin/env bash
# How well the programs find what was put into 40 simulated shops, beside the
# flags of the original's detectors on the same days; and how often they find
# something in shops to which nothing happened.  Reads the folder that
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

# name_shop SHOP: records with the name of their shop before them; without the
# header for all but the first.
name_shop() {
    awk -v shop="$1" -v first="$(head -n 1 "$T/shops")" \
        'NR > 1 { print shop "," $0 } NR == 1 && shop == first { print "scenario," $0 }'
}

# sound CUBE CALENDAR [OPTIONS of aee-consensus...]: three models of every
# metric; what aee-detect says stays in days.csv.
sound() {
    local table=$1 calendar=$2
    shift 2
    aee-detect -q --last-day keep --holidays "$calendar" --metrics - -o "$T/days.csv" "$table" |
        aee-zscore -q -c value -g metric -b centred --scale raw --holidays "$calendar" |
        aee-iforest -q --across metric -f z |
        aee-forecast -q -n 0 --judge -c value -g metric --mask "$calendar" |
        aee-consensus -q --across metric --calibrate zscore,forecast --fdr 0.1 "$@"
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
while read -r shop; do
    sound "$T/$shop.csv" "$T/$shop.hol" --prefix models_ | name_shop "$shop" >&3
    name_shop "$shop" <"$T/days.csv" >&4
done <"$T/shops" 3>"$T/sound.csv" 4>"$T/engine.csv"
line "baseline of every metric" zscore_anomaly "$T/sound.csv"
line "forest of every metric" iforest_anomaly "$T/sound.csv"
line "forecast of every metric" forecast_anomaly "$T/sound.csv"
line "these three, cauchy, --fdr 0.1" models_consensus_anomaly "$T/sound.csv"
mlr --csv cut -o -f scenario,date,detect_p,detect_anomaly "$T/engine.csv" >"$T/detect.csv"
aee-consensus -g scenario -c detect_anomaly,iforest_anomaly,forecast_anomaly --fdr 0.05 \
    "$T/detect.csv" "$T/sound.csv" >"$T/together.csv"
line "two of them and aee-detect, --fdr 0.05" consensus_anomaly "$T/together.csv"
detect "aee-detect, all metrics" --holidays @
detect "aee-detect, total and channels" --holidays @ \
    -c "$(columns '(revenue|orders|sessions)(_(Organic|Paid_Search|Paid_Social|Email))?')"
detect "aee-detect, totals" --holidays @ -c revenue,orders,sessions
detect "aee-detect, revenue" --holidays @ -c revenue
detect "aee-detect, no calendar"
detect "aee-detect --online" --holidays @ --online

# A day is in an event if the daily tables label it so; those after a level
# shift count as neither.
# shellcheck disable=SC1010 # of mlr
mlr --csv join -j scenario,date --lp "" -f "$T/together.csv" then filter '$label != 2 && $tier != ""' \
    then stats1 -a count,mean -f label -g tier \
    <(gzip -dc "$R/dev_daily.csv.gz") |
    mlr --icsv --opprint --ofmt %.3lf sort -f tier then rename label_count,days,label_mean,precision

printf '\n%-38s %6s %6s %6s %6s\n' "share of p at or below" 0.1 0.05 0.01 0.001
sed '/^anomalies:/,$d; /^revenue_events:/,$d' config/simulation.yaml >"$T/quiet.yaml"
for seed in $(seq 501 520); do
    # Shops of several sizes, more or less noisy, days more or less alike.
    aee-simulate -q -C "$T/quiet.yaml" -s "$seed" -d "$T/shop" --set inventory.enabled=false \
        --set general.end_date=2026-12-31 --set channels.Organic.base_sessions=$((1000 * (seed % 16 + 1))) \
        --set traffic.session_noise="0.0$((seed % 8 + 2))" --set conversion.noise="0.00$((seed % 3 + 1))" \
        --set traffic.noise_common="0.$((seed % 7))" --set traffic.noise_autocorrelation="0.$((seed % 5))"
    aee-kpi --cube channel,category --products "$T/shop/products.csv" -t "$T/shop/website_traffic.csv" \
        -o "$T/cube.csv" "$T/shop/orders.csv"
    sound "$T/cube.csv" "$T/shop/holidays.csv"
done >"$T/quiet.csv"
for p in zscore_p iforest_p forecast_p consensus_p; do
    awk -F, -v p="$p" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == p) k = i }
        $1 == "date" || $k == "" { next }
        { n++; a += $k <= 0.1; b += $k <= 0.05; c += $k <= 0.01; d += $k <= 0.001 }
        END { printf "%-38s %6.3f %6.3f %6.4f %6.4f\n", p " of " n " days without events", a / n, b / n, c / n, d / n }' "$T/quiet.csv"
done
