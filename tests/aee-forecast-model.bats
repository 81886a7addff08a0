#!/usr/bin/env bats
# The model of aee-forecast beyond its defaults: options, configuration, files.
bats_require_minimum_version 1.5.0

setup() {
    # shellcheck source=tests/columns.bash
    . "$BATS_TEST_DIRNAME/columns.bash"
    cd "$BATS_TEST_TMPDIR" || exit 1
    top=$BATS_TEST_DIRNAME/..
    prophet=$BATS_TEST_DIRNAME/data/prophet
}

# $1 rows from 2024-01-01 on, of an awk expression in i = 0, 1, ...
series() {
    echo date,revenue
    seq 0 $(($1 - 1)) | sed 's/.*/2024-01-01 + & days/' | date -u -f - +%F |
        awk -v OFS=, -v CONVFMT=%.12g "{ i = NR - 1; print \$1, ${2-100 + i / 2 + 7 * (i % 7 == 5) + (i * i % 11) / 3} }"
}

# ---- the reference -------------------------------------------------------------

expected() {
    cat "$reference/expected/$1.csv" 2>/dev/null || gzip -dc "$reference/expected/$1.csv.gz"
}

# NAME LIMIT INPUT [options]: yhat_exact and its bounds, on the rows that the
# reference has, within LIMIT; input on standard input if INPUT is '-'.
same_as_reference() {
    local name=$1 limit=$2 input=$3
    shift 3
    expected "$name" | columns date yhat_exact lower_exact upper_exact | sort >theirs
    aee-forecast -q -c y "$@" "$input" | columns date yhat yhat_lower yhat_upper | sort |
        join -t, -j1 - <(cut -d, -f1 theirs) >ours
    near ours theirs "$limit"
}

@test "aee-forecast: the reference's multiplicative seasonality" {
    reference=$prophet
    same_as_reference daily_revenue_mult 18 "$prophet/input/daily_revenue.csv" --yearly on --mode multiplicative
}

@test "aee-forecast: the reference's regressor, with its values to come" {
    reference=$prophet
    { cat "$prophet/input/daily_revenue.csv"; expected regressor | cut -d, -f1 | sed -n 's/^2026.*/&,/p'; } |
        awk -F, -v OFS=, 'NR == 1 { print $0, "dayofmonth"; next } { print $0, substr($1, 9) + 0 }' >in
    same_as_reference regressor 1.8 in --yearly 3 --regressor dayofmonth:0.5
}

# The reference's series that are not ours to keep.
others() {
    [ -n "${AEE_REFERENCE-}" ] || skip "AEE_REFERENCE is not set"
    reference=$AEE_REFERENCE/prophet
}

@test "aee-forecast: the reference's page views" {
    others
    same_as_reference peyton 7e-6 "$reference/input/peyton_manning.csv" -n 365
}

@test "aee-forecast: holidays of one group hold for all, with a warning" {
    { echo date,revenue,shop; for shop in a b; do
        seq 0 59 | sed 's/.*/2024-01-01 + & days/' | date -u -f - +%F | sed "s/\$/,5,$shop/; s/^\(2024-01-2.\),5/\1,6/"
    done; } >in
    printf 'holiday,date,shop\nsale,2024-01-20,a\n' >holidays
    run -0 --separate-stderr aee-forecast -n 1 -g shop --holidays holidays in
    [[ $stderr == "aee-forecast: --holidays: those of one group hold for all groups"* ]]
    sed -i 's/,shop//; s/,a$//' holidays
    aee-forecast -q -n 1 -g shop --holidays holidays in | diff -u - <(printf '%s\n' "$output")
}

@test "aee-forecast: the reference's holidays with windows" {
    others
    jq -r '"holiday,date,lower_window,upper_window", (.holidays[] | .holiday as $h | .lower_window as $l | .upper_window as $u
        | .dates[] | "\($h),\(.),\($l),\($u)")' "$reference/settings/peyton_holidays.json" >holidays
    same_as_reference peyton_holidays 7e-6 "$reference/input/peyton_manning.csv" -n 365 --holidays holidays
}

@test "aee-forecast: the reference's conditional seasonalities" {
    others
    { cat "$reference/input/peyton_manning.csv"; expected peyton_conditional | cut -d, -f1 | tail -60 | sed 's/$/,/'; } |
        awk -F, -v OFS=, 'NR == 1 { print $0, "on_season", "off_season", "nfl_sunday"; next }
            { y = substr($1, 1, 4); m = substr($1, 6, 2) + 0; d = substr($1, 9, 2) + 0
              on = m >= 9 || m == 1; a = int((14 - m) / 12); Y = y - a; M = m + 12 * a - 2
              sunday = (d + Y + int(Y / 4) - int(Y / 100) + int(Y / 400) + int(31 * M / 12)) % 7 == 0
              print $0, on, !on, on && sunday }' >in
    same_as_reference peyton_conditional 7e-6 in --weekly off --regressor nfl_sunday \
        --seasonality weekly_on_season:7:3:if=on_season --seasonality weekly_off_season:7:3:if=off_season
}

@test "aee-forecast: the reference's logistic growth" {
    others
    # Its bounds are those of simulated paths; yhat has limit 1e-5 of the range.
    same_yhat() {
        expected "$1" | columns date yhat_exact | sort >theirs
        aee-forecast -q -c y --growth logistic "${@:2}" "$reference/input/wp_log_R.csv" | columns date yhat | sort |
            join -t, -j1 - <(cut -d, -f1 theirs) >ours
        near ours theirs 5e-5
    }
    same_yhat logistic_cap --cap 8.5 -n 365
    same_yhat logistic_floor --cap 9.5 --floor 4 --yearly 4 -n 60
}

@test "aee-forecast: the reference's monthly series" {
    others
    same_as_reference air_additive 5e-4 "$reference/input/air_passengers.csv" --yearly 10 -n 24
    same_as_reference air_multiplicative 5e-3 "$reference/input/air_passengers.csv" --yearly 10 -n 24 --mode multiplicative
    same_as_reference retail_sales 0.5 "$reference/input/retail_sales.csv" --yearly 10 -n 24
}

# ---- configuration ---------------------------------------------------------------

@test "aee-forecast: a configuration has the keys that the options have" {
    series 60 | sed 's/revenue/y/' >in
    cat >c.yaml <<'END'
column: y
horizon: 5
weekly: 2
yearly: off
n_changepoints: 4
changepoint_prior_scale: 0.1
seasonality:
  - monthly:30.5:2
  - tenth:10:1:0.5
components: true
END
    aee-forecast -c y -n 5 --weekly 2 --yearly off --n-changepoints 4 --changepoint-prior-scale 0.1 \
        --seasonality monthly:30.5:2 --seasonality tenth:10:1:0.5 --components in >want
    aee-forecast -C c.yaml in | diff want -
    aee-forecast --set 'column=y' --set horizon=5 --set weekly=2 --set yearly=off --set n_changepoints=4 \
        --set changepoint_prior_scale=0.1 --set 'seasonality=["monthly:30.5:2", "tenth:10:1:0.5"]' --set components=true in |
        diff want -
}

@test "aee-forecast: an option goes before the key" {
    series 60 >in
    echo 'horizon: 5' >c.yaml
    [ "$(aee-forecast -C c.yaml in | wc -l)" -eq 66 ]
    [ "$(aee-forecast -C c.yaml -n 2 in | wc -l)" -eq 63 ]
    [ "$(aee-forecast -C c.yaml --set horizon=3 in | wc -l)" -eq 64 ]
}

@test "aee-forecast: what is wrong in a configuration is named with its place" {
    said() {
        printf '%b' "$1" >c.yaml
        run -1 --separate-stderr aee-forecast -C c.yaml </dev/null
        [ "$stderr" = "aee-forecast: $2" ]
    }
    said 'horizon: 5\nhorizont: 3\n' "c.yaml:2:1: unknown key 'horizont', did you mean 'horizon'?"
    said 'horizon: -1\n' "c.yaml:1:10: key 'horizon': '-1' is less than 0"
    said 'growth: cubic\n' "c.yaml:1:9: key 'growth': 'cubic' is not one of linear, flat, logistic"
    said 'yearly: maybe\n' "c.yaml:1:9: key 'yearly': 'maybe' is not auto, on, off or an order up to 100"
    said 'seasonality: [a:7:3, b:7]\n' "c.yaml:1:22: key 'seasonality.1': 'b:7' is not name:period:order"
    said 'country: XX\n' "c.yaml:1:10: key 'country': 'XX' is no country whose holidays are known (see --help)"
    run -2 --separate-stderr aee-forecast --set horizon=x </dev/null
    [[ "$stderr" = "aee-forecast: --set 'horizon=x': "* ]]
    run -1 --separate-stderr aee-forecast -C nowhere.yaml </dev/null
    [ "$stderr" = "aee-forecast: nowhere.yaml: No such file or directory" ]
}

@test "aee-forecast: a seasonality with a name that is taken is an error of the file" {
    series 60 >in
    printf 'seasonality:\n  - trend:7:3\n' >c.yaml
    run -1 --separate-stderr aee-forecast -C c.yaml in
    [ "$stderr" = "aee-forecast: c.yaml:2:5: key 'seasonality.0': 'trend:7:3' has the name of another component" ]
}

@test "aee-forecast: the configuration that comes along has the defaults" {
    series 60 >in
    aee-forecast -C "$top/config/forecast.yaml" in | diff - <(aee-forecast in)
}

@test "aee-forecast: every option that is a key, and every key that comes along, is in the manual" {
    keys() {
        aee-forecast -h | grep -oE -- '--[a-z0-9-]+' | sed 's/^--//; s/-/_/g'
        sed -n 's/^#* *\([a-z_0-9]*\): .*/\1/p' "$top/config/forecast.yaml"
    }
    for key in $(keys | sort -u); do
        # What is no setting of the model is no key.
        aee-forecast --set "$key=[1]" /dev/null 2>&1 | grep -q 'unknown key' && continue
        sed -n '/^.Sh THE MODEL/,/^.Sh FILES/p' "$top/man/aee-config.5" | grep -qE "^\.It Va (.* )?$key( |$)" ||
            { echo "no $key in aee-config(5)"; false; }
    done
    [ "$(keys | sort -u | wc -l)" -gt 40 ]
}

@test "aee-forecast: standard input is read once" {
    series 60 >in
    for options in '-C -' '--holidays -' '--model -' '--holidays - in -' '-C - --holidays - in'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-forecast $options </dev/null
        [ "$stderr" = "aee-forecast: standard input can be only one of the records, the holidays, the mask, the model and the configuration" ]
    done
    echo 'horizon: 1' | aee-forecast -C - in | diff - <(aee-forecast -n 1 in)
    printf 'holiday,date\na,2024-02-03\n' | aee-forecast --holidays - in | diff - <(aee-forecast --holidays <(printf 'holiday,date\na,2024-02-03\n') in)
    aee-forecast --save m.json in >want
    aee-forecast --model - in <m.json | diff - want
}

# ---- holidays -------------------------------------------------------------------

# A flat series with a jump of 50 on the 10th of each month, and of 20 on the 11th.
jumps() {
    series "$1" '100 + (i * i % 11) / 3' | awk -F, -v OFS=, 'NR > 1 { $2 += 50 * ($1 ~ /-10$/) + 20 * ($1 ~ /-11$/) } 1'
}

@test "aee-forecast: a holiday has an effect on its days, and a window on those beside" {
    jumps 150 >in
    printf 'holiday,date,lower_window,upper_window\n' >h
    printf 'payday,2024-%02d-10,0,1\n' 1 2 3 4 5 6 >>h
    aee-forecast --growth flat --weekly off --holidays h --components -n 30 in >out
    # The tenth and the eleventh of the sixth month are to come.
    columns date holidays <out | awk -F, '
        $1 == "2024-06-10" && ($2 > 47 && $2 < 53) || $1 == "2024-06-11" && ($2 > 17 && $2 < 23) { n++; next }
        $1 !~ /-1[01]$/ && $2 != 0 { exit bad = 1 }
        END { exit bad || n != 2 }'
    # Without the window, the eleventh is as other days.
    sed 's/,0,1$/,,/' h >short
    aee-forecast --growth flat --weekly off --holidays short --components -n 30 in | columns date holidays |
        grep -x '2024-06-11,0'
    # The model says them too.
    aee-forecast --growth flat --weekly off --holidays h --save m.json in >/dev/null
    jq -e '[.series[0].holidays[] | .offset, .effect] | .[0] == 0 and .[1] > 47 and .[1] < 53 and .[2] == 1 and .[3] > 17 and
        .[3] < 23' m.json
}

@test "aee-forecast: yhat is the sum of its components" {
    jumps 150 >in
    printf 'holiday,date\npayday,2024-02-10\npayday,2024-03-10\npayday,2024-06-10\nother,2024-04-11\n' >h
    aee-forecast --holidays h --components --seasonality monthly:30.5:3 -n 40 in >out
    columns date yhat trend weekly monthly holidays <out |
        awk -F, '{ d = $2 - $3 - $4 - $5 - $6; if (d * d > 1e-14) { print; exit 1 } }'
    aee-forecast --mode multiplicative --holidays h --components -n 40 in >out
    columns date yhat trend weekly holidays <out |
        awk -F, '{ d = $2 - $3 * (1 + $4 + $5); if (d * d > 1e-14) { print; exit 1 } }'
    aee-forecast --mode multiplicative --holidays-mode additive --holidays h --components -n 40 in >out
    columns date yhat trend weekly holidays <out |
        awk -F, '{ d = $2 - $3 * (1 + $4) - $5; if (d * d > 1e-14) { print; exit 1 } }'
}

@test "aee-forecast: the holidays that aee-simulate writes are read as they are" {
    aee-simulate --set 'holidays={diwali: {dates: [2025-10-20], lower_window: -3, upper_window: 1, traffic: 3}}' -d .
    [ "$(cat holidays.csv)" = $'holiday,date,lower_window,upper_window,prior_scale\ndiwali,2025-10-20,-3,1,' ]
    aee-kpi orders.csv | aee-forecast --holidays holidays.csv --components -n 0 | columns date holidays |
        sed -n 's/,[^0].*//p' >days
    diff days <(printf '2025-10-%s\n' 17 18 19 20 21)
}

@test "aee-forecast: its components are no features of a detector behind it" {
    series 100 | awk -F, -v OFS=, '{ print $1, NR == 1 ? "trend" : NR * NR % 13, $2 }' >in
    aee-forecast -n 0 --prefix f_ --components --country US in | aee-iforest | columns date iforest_score >ours
    aee-iforest in | columns date iforest_score | diff - ours
    # A column of that name is the user's own.
    aee-iforest -x trend in | columns date iforest_score >without
    run -1 diff -q without ours
}

@test "aee-forecast: a holiday that is only to come has no effect, and a warning" {
    series 60 >in
    printf 'holiday,date\nnew,2024-03-05\nlong ago,1999-01-01\n' >h
    run -0 --separate-stderr aee-forecast --holidays h in
    [ "$stderr" = "aee-forecast: column 'revenue': a holiday to come has no date in the history; it has no effect" ]
    diff <(printf '%s\n' "${lines[@]}") <(aee-forecast in)
}

@test "aee-forecast: what is wrong in a holiday file is named with its line" {
    series 30 >in
    said() {
        printf '%b' "$1" >h
        run -1 --separate-stderr aee-forecast --holidays h in
        [ "$stderr" = "aee-forecast: h:$2" ]
        [ -z "$output" ]
    }
    said 'holiday,date,lower_window\na,2024-01-05,1\n' "2: column 'lower_window': '1' is not a whole number from -366 to 0"
    said 'holiday,date,upper_window\na,2024-01-05,-1\n' "2: column 'upper_window': '-1' is not a whole number from 0 to 366"
    said 'holiday,date,upper_window\na,2024-01-05,1.5\n' "2: column 'upper_window': '1.5' is not a whole number from 0 to 366"
    said 'holiday,date,prior_scale\na,2024-01-05,-2\n' "2: column 'prior_scale': '-2' is not from 1e-9 to 1e9"
    said 'holiday,date,prior_scale\na,2024-01-05,1\na,2024-02-05,\na,2024-01-06,2\n' \
        "4: column 'prior_scale': '2' is not the prior scale that its holiday has"
    said 'holiday,date\na,2024-02-30\n' "2: column 'date': '2024-02-30' is not a date"
    said 'holiday,date\n,2024-02-03\n' "2: column 'holiday': '' is no name"
    printf 'name,date\n' >h
    run -1 --separate-stderr aee-forecast --holidays h in
    [[ "$stderr" = "aee-forecast: h: no column 'holiday'"* ]]
    run -2 --separate-stderr aee-forecast --country XX in
    [ "$stderr" = "aee-forecast: --country: 'XX' is no country whose holidays are known (see --help)" ]
}

@test "aee-forecast: public holidays of thirty countries, moving feasts among them" {
    series 60 >in
    for file in "$top"/config/holidays/??.csv; do
        country=$(basename "$file" .csv)
        aee-forecast -q --country "$country" -n 1 in >out
        head -1 "$file" | grep -qx holiday,date
        # From 1995 to 2045, each row once, by date.
        tail -n +2 "$file" | sed 's/.*,//' | sort -c
        [ -z "$(tail -n +2 "$file" | sort | uniq -d)" ]
        [ "$(sed 's/.*,//; s/-.*//' "$file" | sort -u | wc -l)" -eq 52 ]
    done
    [ "$(find "$top"/config/holidays -name '??.csv' | wc -l)" -eq 30 ]
    cd "$top"/config/holidays
    grep -qx 'Thanksgiving Day,2024-11-28' US.csv
    grep -qx 'Easter Monday,2038-04-26' DE.csv
    grep -qx 'Ascension Day,2008-05-01' FR.csv
    grep -qx 'Independence Day,2025-08-15' IN.csv
    grep -qx 'Spring Festival,2025-01-29' CN.csv
    grep -q 'CC BY-SA 3.0' LICENSE.txt
}

@test "aee-forecast: a program that was moved with its share folder finds its holidays" {
    series 400 >in
    aee-forecast --country DE in >want
    mkdir -p p/bin p/share/aee
    cp "$(command -v aee-forecast)" p/bin
    run -1 --separate-stderr p/bin/aee-forecast --country DE in
    [[ "$stderr" = *"/share/aee/holidays/DE.csv: No such file or directory" ]]
    cp -r "$top/config/holidays" p/share/aee
    p/bin/aee-forecast --country DE in | diff want -
    # Options about the input are not about the tables that come along.
    sed 's/^date,/Day,/; s/^2024-\(..\)-\(..\),/\2.\1.2024,/; s/^2025-\(..\)-\(..\),/\2.\1.2025,/' in |
        tr , '\t' | p/bin/aee-forecast --itsv -m date=Day --date-format %d.%m.%Y --country DE --ocsv -n 0 |
        cut -d, -f2- | diff - <(aee-forecast --country DE -n 0 in | cut -d, -f2-)
}

# ---- regressors and conditions ---------------------------------------------------

# A line, and 3 times a column x; x is known for 10 rows after the last value.
regressed() {
    series 70 'i < 60 ? 100 + i / 2 + 3 * (i * 7 % 5) + (i * i % 11) / 30 : ""' |
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "x" : ((NR - 2) * 7) % 5 }'
}

@test "aee-forecast: a regressor's effect, in rows to come that bring its values" {
    regressed >in
    aee-forecast --weekly off --regressor x --components --save m.json in >out
    [ "$(wc -l <out)" -eq 71 ]
    # x goes from 0 to 4: 12 between the least and the largest effect.
    columns regressors <out | sort -g | sed -n '1p;$p' | paste -sd' ' |
        awk '{ d = $2 - $1 - 12; exit !(d * d < 0.01) }'
    tail -1 out | grep -q '^2024-03-10,,3,'
    # 3 for each unit more, or so much of the trend.
    jq -e '.series[0].regressors[0].effect | . > 2.97 and . < 3.03' m.json
    awk -F, -v OFS=, 'NR > 1 { $2 = 100 + 3 * $3 + NR % 3 / 10 } 1' in |
        aee-forecast --weekly off --growth flat --regressor x:multiplicative --save m.json >/dev/null
    jq -e '.series[0] | .regressors[0].effect * .m * .y_scale | . > 2.9 and . < 3.1' m.json
}

@test "aee-forecast: a regressor's sign can be held" {
    regressed >in
    aee-forecast --weekly off --regressor x:- --components in | columns regressors | sort -u | grep -qx 0
    near <(aee-forecast --weekly off --regressor x:+ in | columns date yhat) \
        <(aee-forecast --weekly off --regressor x in | columns date yhat) 1e-8
}

@test "aee-forecast: a missing value of a regressor is an error, to come or not" {
    regressed | sed '68s/,[^,]*$/,/' >in
    run -1 --separate-stderr aee-forecast --regressor x in
    [ "$stderr" = "aee-forecast: in:68: column 'x': '' is missing, and the model needs it" ]
    run -2 --separate-stderr aee-forecast --regressor x -n 3 in
    [[ "$stderr" = "aee-forecast: --horizon: regressors, conditions, caps and floors of rows to come are known to the input alone"* ]]
    run -1 --separate-stderr aee-forecast --regressor z in
    [[ "$stderr" = "aee-forecast: in: no column 'z'"* ]]
}

@test "aee-forecast: a condition switches a seasonality, and is 0 or 1" {
    series 80 '100 + (i < 40) * 9 * (i % 7 == 2) + (i * i % 11) / 30' |
        awk -F, -v OFS=, '{ print $0, NR == 1 ? "early" : NR - 2 < 40 }' >in
    aee-forecast --weekly off --seasonality week:7:3:if=early --components in >out
    columns week <out | sed -n '41,80p' | sort -u | grep -qx 0
    columns week <out | sed -n '1,40p' | awk '$1 > 6 { n++ } END { exit n != 6 }'
    sed -i '5s/1$/2/' in
    run -1 --separate-stderr aee-forecast --seasonality week:7:3:if=early in
    [ "$stderr" = "aee-forecast: in:5: column 'early': '2' is not 0 or 1" ]
}

@test "aee-forecast: a seasonality of one's own takes the place of the one built in" {
    series 60 >in
    aee-forecast --seasonality weekly:7:2 in | diff - <(aee-forecast --weekly 2 in)
    for bad in a:7 :7:3 a:0:3 a:7:0 a:7:101 a:7:3:-1 a:7:3:1e-320 a:7:3:1e10 a:1e-7:3 a:1e10:3 a:7:3:if= a:7:3:some trend:7:3; do
        run -2 --separate-stderr aee-forecast --seasonality "$bad" in
        [[ "$stderr" = "aee-forecast: --seasonality: '$bad' "* ]]
    done
    run -2 --separate-stderr aee-forecast --seasonality a:7:3 --seasonality a:30:3 in
    [ "$stderr" = "aee-forecast: --seasonality: 'a:30:3' has a name that another one has" ]
}

# ---- growth ---------------------------------------------------------------------

@test "aee-forecast: logistic growth stays below its cap and above its floor" {
    series 120 '10 + 80 / (1 + exp(-(i - 60) / 15)) + (i * i % 11) / 30' >in
    aee-forecast --growth logistic --cap 90 --floor 10 --weekly off --components -n 200 in >out
    columns trend <out | awk '{ if ($1 >= 90 || $1 <= 10) exit bad = 1; last = $1 } END { exit bad || last < 89 }'
    # A column of the same numbers says the same.
    awk -F, -v OFS=, '{ print $0, NR == 1 ? "top" : 90 }' in |
        aee-forecast --growth logistic --cap top --floor 10 --weekly off --components | cut -d, -f1,2,4- |
        diff - <(aee-forecast --growth logistic --cap 90 --floor 10 --weekly off --components -n 0 in)
}

@test "aee-forecast: a curve rises though the first value is above the last" {
    deviation() { aee-forecast -q -c y -n 0 --save m.json "$@" "$prophet/input/daily_revenue.csv" >/dev/null; jq '.series[0].residual_sd' m.json; }
    line=$(deviation)
    for cap in 6e6 1e7 1e8; do
        awk "BEGIN { exit !($(deviation --growth logistic --cap $cap) < 1.07 * $line) }"
        jq -e '.series[0].k > 0' m.json
    done
}

@test "aee-forecast: a cap far above the values is warned of" {
    series 60 >in
    run -0 --separate-stderr aee-forecast --growth logistic --cap 1e8 in
    [ -z "$stderr" ]
    run -0 --separate-stderr aee-forecast --growth logistic --cap 1e9 in
    [ "$stderr" = "aee-forecast: column 'revenue': the cap is more than a million times the values, so that the priors of the curve decide; is its unit right?" ]
    aee-forecast -q --growth logistic --cap 1e100 --floor -1e99 in >/dev/null
}

@test "aee-forecast: caps and floors that do not go together are errors" {
    series 60 >in
    run -2 --separate-stderr aee-forecast --growth logistic in
    [ "$stderr" = "aee-forecast: --growth logistic needs --cap" ]
    run -2 --separate-stderr aee-forecast --growth logistic --cap 5 --floor 6 in
    [ "$stderr" = "aee-forecast: --cap: 5 is not above the floor, 6" ]
    run -2 --separate-stderr aee-forecast --cap 5 in
    [ "$stderr" = "aee-forecast: --cap and --floor go with --growth logistic" ]
    awk -F, -v OFS=, '{ print $0, NR == 1 ? "top" : NR == 9 ? 3 : 900 }' in >capped
    run -1 --separate-stderr aee-forecast --growth logistic --cap top --floor 10 capped
    [[ "$stderr" = "aee-forecast: column 'revenue', 2024-01-08: "* ]]
}

@test "aee-forecast: a cap that is wrong is refused where a saved model reads it" {
    series 60 | awk -F, -v OFS=, '{ print $0, NR == 1 ? "top" : 900 }' >in
    aee-forecast --growth logistic --cap top --floor 10 --save m.json in >want
    aee-forecast --model m.json in | diff want -
    sed '9s/900$/3/' in >low
    run -1 --separate-stderr aee-forecast --model m.json low
    [ "$stderr" = "aee-forecast: column 'revenue', 2024-01-08: the cap is not above the floor" ]
    [ -z "$output" ]
}

@test "aee-forecast: changepoints can be given" {
    series 100 'i < 50 ? i : 50 + 3 * (i - 50)' >in
    aee-forecast -q --weekly off --changepoint-dates 2024-02-20 --changepoint-prior-scale 10 --changepoints in >out
    awk -F, 'NR == 2 && $1 == "2024-02-20" && $2 > 0.99 && $2 < 1.01 && $3 > 1.98 && $3 < 2.02 && $4 > 2.98 && $4 < 3.02 { ok = 1 }
        END { exit !(ok && NR == 2) }' out
    run -1 --separate-stderr aee-forecast --changepoint-dates 2023-01-01 in
    [ "$stderr" = "aee-forecast: column 'revenue': a changepoint lies outside the history" ]
    run -2 --separate-stderr aee-forecast --changepoint-dates 2024-02-30 in
    [ "$stderr" = "aee-forecast: --changepoint-dates: '2024-02-30' is not a date, or several with commas" ]
}

@test "aee-forecast: the changes of the trend are records of their own" {
    series 100 'i < 50 ? i : 50 + 3 * (i - 50)' >one
    { sed '1s/^/g,/; 2,$s/^/a,/' one; sed '1d; s/^/b,/' one; } >in
    aee-forecast -q -g g --changepoints in >out
    [ "$(head -1 out)" = g,date,rate_before,rate_change,rate_after ]
    # Each begins where the one before ends.
    awk -F, 'NR > 1 { if (g == $1) { d = $3 - last; if (d * d > 1e-16) exit bad = 1 } d = $3 + $4 - $5
        if (d * d > 1e-16 || $4 == 0) exit bad = 1; g = $1; last = $5; n++ } END { exit bad || n < 4 }' out
    aee-forecast -q --changepoints one | diff - <(sed -n 's/^a,//p; 1s/^g,//p' out)
}

@test "aee-forecast: scaling by the range forecasts what lies high as what lies low" {
    series 60 >low
    awk -F, -v OFS=, -v CONVFMT=%.12g 'NR > 1 { $2 += 1e6 } 1' low >high
    aee-forecast --scaling minmax low | columns date yhat >a
    aee-forecast --scaling minmax --precision 17 high | columns date yhat | awk -F, -v OFS=, -v CONVFMT=%.17g '{ $2 -= 1e6 } 1' >b
    near a b 1e-6
}

# ---- weights --------------------------------------------------------------------

@test "aee-forecast: a row of weight 0 is as one without a value" {
    series 60 | sed '31s/,.*/,900/' >in
    sed '31s/,.*/,/' in | aee-forecast | columns date yhat yhat_lower >want
    awk -F, -v OFS=, '{ print $0, NR == 1 ? "w" : NR != 31 }' in | aee-forecast --weights w | columns date yhat yhat_lower >ours
    near ours want 1e-7
    aee-forecast --weight-dates 2024-01-30=0 in | columns date yhat yhat_lower >ours
    near ours want 1e-7
    # It still has a residual, and now stands out.
    aee-forecast --weight-dates 2024-01-29..2024-01-31=0 in | columns date forecast_anomaly | grep -x 2024-01-30,1
}

@test "aee-forecast: what is wrong with weights" {
    series 30 | awk -F, -v OFS=, '{ print $0, NR == 1 ? "w" : NR == 7 ? -1 : 1 }' >in
    run -1 --separate-stderr aee-forecast --weights w in
    [ "$stderr" = "aee-forecast: in:7: column 'w': '-1' is not 0 or more, as a weight is" ]
    for bad in 2024-01-01 2024-01-01=x 2024-01-01=-1 2024-01-05..2024-01-04=1 =1; do
        run -2 --separate-stderr aee-forecast --weight-dates "$bad" in
        [[ "$stderr" = "aee-forecast: --weight-dates: '$bad' "* ]]
    done
}

@test "aee-forecast: with a half-life, the last rows say most" {
    series 200 'i < 100 ? 100 + (i * i % 11) : 200 + (i * i % 11)' >in
    last() { aee-forecast --growth flat --weekly off -n 1 "$@" in | tail -1 | cut -d, -f3; }
    awk "BEGIN { exit !($(last) < 160 && $(last --half-life 10) > 200) }"
}

@test "aee-forecast: weights that leave too few rows are warned of" {
    # A trend and a week have 8 terms; a half-life of h days leaves about 2.9 h rows, one of 5 days 14.4.
    series 200 '100 + (i * i % 11)' >in
    run -0 --separate-stderr aee-forecast --half-life 6 in
    [ -z "$stderr" ]
    for h in 5 1 0.001; do
        run -0 --separate-stderr aee-forecast --half-life "$h" in
        [[ "$stderr" = *"aee-forecast: column 'revenue': almost all weight is on a few rows, fewer than the terms need; the forecast is unsure"* ]]
    done
    awk -F, -v OFS=, '{ print $0, NR == 1 ? "w" : NR % 20 == 0 ? 1000 : 1 }' in >weighted
    run -0 --separate-stderr aee-forecast --weights w weighted
    [[ "$stderr" = *"almost all weight is on a few rows"* ]]
    run -0 --separate-stderr aee-forecast --weights w < <(sed 's/,1000$/,2/' weighted)
    [ -z "$stderr" ]
}

@test "aee-forecast: a robust fit is not moved by what lies far off" {
    series 60 '100 + (i * i % 11) / 3' >in
    sed '20s/,.*/,900/; 41s/,.*/,-900/; 42s/,.*/,-900/' in >spiked
    mean() { aee-forecast --growth flat --weekly off -n 1 "$@" | tail -1 | cut -d, -f3; }
    awk "BEGIN { a = $(mean in); b = $(mean spiked); c = $(mean --robust spiked)
        exit !((b - a) ^ 2 > 100 && (c - a) ^ 2 < 1) }"
}

# ---- intervals and what goes with them -----------------------------------------------

@test "aee-forecast: the uncertainty of parameters widens the interval, most at the ends" {
    series 60 >in
    paste -d, <(aee-forecast in | columns date yhat yhat_upper) <(aee-forecast --parameter-uncertainty in | columns yhat yhat_upper) |
        awk -F, '{ d = $2 - $4; if (d * d > 1e-16 || $5 <= $3) exit bad = 1; w[NR] = $5 - $3 } END { exit bad || w[90] < 2 * w[30] }'
}

@test "aee-forecast: the last residual fades out" {
    series 100 '100 + 20 * sin(i / 5)' >in
    paste -d, <(aee-forecast --growth flat --weekly off in | columns date yhat) <(aee-forecast --growth flat --weekly off --ar1 in | columns yhat) |
        awk -F, 'NR > 100 { d[NR - 100] = ($3 - $2) ^ 2 } NR <= 100 && ($3 - $2) ^ 2 > 1e-16 { exit bad = 1 }
            END { exit bad || d[1] < 1 || d[2] >= d[1] || d[30] > d[1] / 4 }'
}

@test "aee-forecast: nothing is forecast below 0 if nothing can be" {
    series 60 '60 - i' >in
    aee-forecast -q in | tail -1 | awk -F, '{ exit !($3 < 0) }'
    aee-forecast -q --non-negative in | columns yhat yhat_lower | awk -F, '$1 < 0 || $2 < 0 { exit 1 }'
    aee-forecast -q --non-negative in | tail -1 | awk -F, '{ exit !($3 == 0 && $4 == 0) }'
}

# ---- targets ----------------------------------------------------------------------

@test "aee-forecast: how likely a sum is reached" {
    series 60 '100 + (i * i % 11) - 5' >in
    aee-forecast --growth flat --weekly off -n 10 in >rows
    # Noise alone: the sum of ten days is normal around ten times yhat.
    sum=$(tail -1 rows | awk -F, '{ print 10 * $3 }')
    sd=$(tail -1 rows | awk -F, '{ print ($5 - $3) / 1.2815515655446 * sqrt(10) }')
    reach() { aee-forecast --growth flat --weekly off --by 2024-03-10 --target "$@" in | columns so_far expected probability; }
    reach "$sum" | awk -F, -v s="$sum" '{ exit !($1 == 0 && ($2 - s) ^ 2 < 1e-4 && ($3 - 0.5) ^ 2 < 1e-6) }'
    reach "$(awk "BEGIN { print $sum + 1.2815515655446 * $sd }")" | awk -F, '{ exit !(($3 - 0.1) ^ 2 < 1e-7) }'
    # What the days before have is known.
    reach "$sum" --since 2024-02-27 | awk -F, -v s="$sum" '{ exit !($1 > 270 && $1 < 330 && $3 > 0.999) }'
    reach 1000 --since 2024-01-01 | grep -q ',1$'
}

@test "aee-forecast: targets are records of their own, one a group" {
    { series 60 | sed '1s/^/g,/; 2,$s/^/a,/'; series 60 | sed '1d; s/^/b,/'; echo c,2024-01-01,3; } >in
    run -0 --separate-stderr aee-forecast -g g --target 4000 --by 2024-03-31 in
    [ "${lines[0]}" = g,target,by,so_far,expected,probability ]
    [[ "${lines[1]}" = a,4000,2024-03-31,0,* ]]
    [ "${lines[3]}" = c,4000,2024-03-31,,, ]
    [ "${lines[1]#a}" = "${lines[2]#b}" ]
    for bad in '--target 5' '--by 2024-03-31' '--target 5 --by x' '--target 5 --by 2024-03-31 --since 2024-04-01' \
        '--target 5 --by 2024-03-31 -n 3' '--target 5 --by 2024-03-31 --changepoints'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-forecast $bad in
        [ -n "$stderr" ]
    done
}

# ---- forecasts of the past --------------------------------------------------------

@test "aee-forecast: a backtest's rows are those of the reference" {
    aee-forecast -c y --backtest=rows --cutoff-initial 180 --cutoff-period 30 "$prophet/input/daily_revenue.csv" >out
    [ "$(head -1 out)" = cutoff,date,horizon,y,yhat,yhat_lower,yhat_upper,naive ]
    paste -d, <(columns cutoff date <out | tr , _) <(columns y yhat yhat_lower yhat_upper <out) >ours
    cv=$prophet/cv/daily_revenue_points.csv
    paste -d, <(columns cutoff date <"$cv" | tr , _) <(columns y yhat_exact lower_exact upper_exact <"$cv") >theirs
    [ "$(wc -l <ours)" -eq 180 ]
    near ours theirs 1.8
    # The naive forecast is the value of the same weekday of the last week known.
    columns cutoff date naive <out | head -8 | tail -1 | while IFS=, read -r cutoff date naive; do
        [ "$cutoff,$date" = 2025-07-04,2025-07-12 ]
        grep -qx "2025-06-28,$naive" "$prophet/input/daily_revenue.csv"
    done
}

@test "aee-forecast: a backtest's summary follows from its rows" {
    aee-forecast -c y --backtest=rows --cutoff-initial 180 --cutoff-period 30 "$prophet/input/daily_revenue.csv" >rows
    aee-forecast -c y --backtest --rolling-window 0 --cutoff-initial 180 --cutoff-period 30 "$prophet/input/daily_revenue.csv" >summary
    [ "$(head -1 summary)" = horizon,mse,rmse,mae,mape,mdape,smape,coverage,mase,naive_mae ]
    columns horizon y yhat yhat_lower yhat_upper naive <rows | awk -F, -v OFS=, '
        { n[$1]++; e = $2 - $3; a = e < 0 ? -e : e; q[$1] += e * e; m[$1] += a; p[$1] += a / $2
          s[$1] += 2 * a / ($2 + $3); c[$1] += $2 >= $4 && $2 <= $5; d = $2 - $6; v[$1] += d < 0 ? -d : d }
        END { for (h = 1; h <= 30; h++) printf "%d,%.12g,%.12g,%.12g,%.12g,%.12g,%.12g\n", h,
            sqrt(q[h] / n[h]), m[h] / n[h], p[h] / n[h], s[h] / n[h], c[h] / n[h], v[h] / n[h] }' >want
    columns horizon rmse mae mape smape coverage naive_mae <summary >ours
    near ours want 1e-4
    [ "$(aee-forecast -c y --backtest --rolling-window 1 "$prophet/input/daily_revenue.csv" | wc -l)" -eq 2 ]
}

@test "aee-forecast: a backtest says when the value of a season before is better" {
    # A weekday for which the model has no term.
    series 200 '100 + 50 * (i % 7 == 3) + 20 * (i % 7 == 5)' >in
    run -0 --separate-stderr aee-forecast --backtest --weekly off -n 14 in
    [[ "$stderr" = "aee-forecast: column 'revenue': the value of a season before is a better forecast: mean absolute error 0, not "* ]]
    run -0 --separate-stderr aee-forecast --backtest -n 14 <(series 200)
    [ -z "$stderr" ]
}

@test "aee-forecast: a history too short for a backtest is an error, in a group a warning" {
    series 40 >in
    run -1 --separate-stderr aee-forecast --backtest in
    [ "$stderr" = "aee-forecast: column 'revenue': the history is too short for the initial span and a horizon" ]
    run -1 --separate-stderr aee-forecast --backtest -n 50 in
    [ "$stderr" = "aee-forecast: column 'revenue': the horizon is longer than the history" ]
    run -1 --separate-stderr aee-forecast --backtest --cutoffs 2024-02-08 -n 5 in
    [ "$stderr" = "aee-forecast: column 'revenue': a cutoff is less than a horizon before the last row" ]
    { sed '1s/^/g,/; 2,$s/^/a,/' in; series 100 | sed '1d; s/^/b,/'; } >two
    run -0 --separate-stderr aee-forecast -g g --backtest -n 12 two
    [ "$stderr" = "aee-forecast: g=a: the history is too short for the initial span and a horizon; nothing is learned from the past" ]
    [ "$(printf '%s\n' "${lines[@]}" | cut -d, -f1 | uniq)" = $'g\nb' ]
}

@test "aee-forecast: a backtest begins where two rows that count are known" {
    series 200 >in
    # Nothing counts before July; the first rows are of no use to a gap either.
    for off in 2024-01-01..2024-06-30 2024-01-02..2024-06-30; do
        aee-forecast -q --backtest=rows -n 7 --weight-dates $off=0 in >out
        [ "$(columns cutoff <out | head -1)" '>' 2024-06-30 ]
        aee-forecast -q --tune --conformal -n 7 --weight-dates $off=0 in >out
        [ "$(wc -l <out)" -eq 208 ]
    done
    run -1 --separate-stderr aee-forecast --backtest -n 7 --weight-dates 2024-01-01..2024-07-16=0 in
    [ "$stderr" = "aee-forecast: column 'revenue': the history is too short for the initial span and a horizon" ]
    run -1 --separate-stderr aee-forecast --backtest -n 7 --cutoffs 2024-05-01 --weight-dates 2024-01-01..2024-06-30=0 in
    [ "$stderr" = "aee-forecast: column 'revenue': fewer than 2 rows before the first cutoff" ]
    { sed -n '1,2p' in; tail -60 in; } | aee-forecast -q --backtest=rows --cutoff-initial 50 -n 10 >out
    [ "$(columns cutoff <out | head -1)" '>' 2024-05-20 ]
}

@test "aee-forecast: the cutoffs can be given" {
    series 100 >in
    aee-forecast --backtest=rows --cutoffs 2024-03-01,2024-02-10 -n 7 in >out
    [ "$(columns cutoff <out | uniq -c | awk '{ print $1, $2 }' | paste -sd,)" = "7 2024-02-10,7 2024-03-01" ]
}

@test "aee-forecast: tuned settings are those of the least error in the past" {
    series 200 '(100 + i) * (1 + (i % 7 == 5) * 0.5) + (i * i % 11) / 3' >in
    run -0 --separate-stderr aee-forecast --tune -n 14 in
    [[ "$stderr" = "aee-forecast: column 'revenue': tuned to changepoint prior scale "*", multiplicative: mean absolute error "* ]]
    words=${stderr#*changepoint prior scale }
    tau=${words%%,*}
    words=${words#*seasonality prior scale }
    scale=${words%%,*}
    diff <(printf '%s\n' "${lines[@]}") <(aee-forecast --mode multiplicative --changepoint-prior-scale "$tau" \
        --seasonality-prior-scale "$scale" -n 14 in)
    mae() { aee-forecast -q --backtest --rolling-window 1 -n 14 "$@" in | columns mae; }
    awk "BEGIN { exit !($(mae --tune) < $(mae)) }"
}

@test "aee-forecast: intervals without a distribution cover as many of the past's errors" {
    # Errors of 0 but for one in five.
    series 200 '100 + (i * 7 % 5 == 0) * 60' >in
    aee-forecast --growth flat --weekly off --conformal -n 10 in >out
    aee-forecast --growth flat --weekly off -n 10 in >plain
    diff <(columns date yhat <out) <(columns date yhat <plain)
    diff <(head -201 out) <(head -201 plain)
    # 4 of 5 lie at 100, 12 below the mean.
    columns yhat yhat_upper <out | tail -10 | awk -F, '{ if ($2 - $1 < 11 || $2 - $1 > 49) exit 1 }'
    aee-forecast --growth flat --weekly off --conformal --backtest -n 10 in | columns conformal_coverage | sort -u |
        awk '{ if ($1 < 0.7 || $1 > 1) exit bad = 1; n++ } END { exit bad || n != 1 }'
    run -0 --separate-stderr aee-forecast --conformal -n 150 in
    [[ "$stderr" = *"; nothing is learned from the past" ]]
}

@test "aee-forecast: time does not begin in 1970" {
    series 200 >in
    # 28 years hold whole weeks and as many leap days as any 28 years but those
    # with 1900 or 2100.
    sed 's/^2024-/1968-/' in >before
    for options in '' '--backtest -n 10' '--conformal' '--tune' '--target 3000 --by 1968-08-01' '--ar1'; do
        # shellcheck disable=SC2086
        aee-forecast $options before 2>said | sed 's/^1968-/2024-/; s/,1968-/,2024-/g' >ours
        # shellcheck disable=SC2086
        aee-forecast ${options/1968/2024} in 2>want | diff ours -
        diff said want
    done
}

@test "aee-forecast: dates 28 years later, the same forecast" {
    series 400 >in
    sed 's/^20/x/; s/^x24-/2052-/; s/^x25-/2053-/' in >later
    aee-forecast --yearly on in | columns date yhat yhat_lower | sed 's/^2024/2052/; s/^2025/2053/' >want
    aee-forecast --yearly on later | columns date yhat yhat_lower >ours
    near ours want 1e-6
}

# ---- bad input -------------------------------------------------------------------

@test "aee-forecast: what cannot be forecast is one line, its status, and no file" {
    # refused STATUS LINE [options]
    refused() {
        echo before >out
        run "-$1" --separate-stderr aee-forecast -o out "${@:3}"
        [ "$stderr" = "aee-forecast: $2" ]
        [ "$(cat out)" = before ]
        [ -z "$output" ]
    }
    series 400 >in
    awk -F, -v OFS=, '{ print $0, NR == 1 ? "x" : NR % 7, NR == 1 ? "top" : NR == 9 ? 3 : 900 }' in >wider
    { cat wider; echo 2025-02-04,,,900; } >ahead
    head -2 in >one
    awk -F, -v OFS=, 'NR > 1 { $1 = "2024-01-01" } 1' in >same
    printf 'holiday,date,lower_window\na,2024-03-01,-400\n' >lower
    printf 'holiday,date,upper_window\na,2024-03-01,-1\n' >upper
    refused 1 "column 'revenue': fewer than 2 rows with a value" one
    refused 1 "column 'revenue': all rows with a value have the same time" same
    for x in inf -inf Infinity nan 1e999; do
        sed "5s/,.*/,$x/" in >infinite
        refused 1 "infinite:5: column 'revenue': '$x' is not a number" infinite
    done
    sed '5s/,.*/,1e101/' in >infinite
    refused 1 "column 'revenue', 2024-01-04: value is out of range" infinite
    refused 1 "ahead:402: column 'x': '' is missing, and the model needs it" --regressor x ahead
    refused 1 "column 'revenue', 2024-01-08: the cap is not above the floor" --growth logistic --cap top --floor 10 wider
    refused 2 "--cap: 9 is not above the floor, 10" --growth logistic --cap 9 --floor 10 in
    refused 1 "column 'revenue', 2024-01-01: the cap is missing or out of range" --growth logistic --cap 1e101 in
    refused 1 "lower:2: column 'lower_window': '-400' is not a whole number from -366 to 0" --holidays lower in
    refused 1 "upper:2: column 'upper_window': '-1' is not a whole number from 0 to 366" --holidays upper in
    refused 2 "--country: 'XX' is no country whose holidays are known (see --help)" --country XX in
    refused 2 "--country: '' has no country" --country '' in
    refused 2 "--changepoint-dates: ',' is not a date, or several with commas" --changepoint-dates , in
    refused 1 "column 'revenue': fewer than 2 rows with a value and a weight above 0" --weight-dates 2020-01-01..2030-01-01=0 in
    refused 2 "--country: 'IN,in' is no country whose holidays are known (see --help)" --country IN,in in
    refused 2 "--horizon: '-1' is not a whole number from 0 to 100000" -n -1 in
    refused 2 "--horizon: '100001' is not a whole number from 0 to 100000" -n 100001 in
    for scale in changepoint seasonality holidays; do
        refused 2 "--$scale-prior-scale: '-1' is not a number from 1e-09 to 1e+09" "--$scale-prior-scale" -1 in
        refused 2 "--set '${scale}_prior_scale=-1': key '${scale}_prior_scale': '-1' is less than 1e-09" \
            --set "${scale}_prior_scale=-1" in
    done
    refused 2 "--seasonality: 'a:9:3:-1' has a part that is no prior scale from 1e-9 to 1e9, mode or if=column" --seasonality a:9:3:-1 in
    refused 2 "--regressor: 'x:-1' has a part that is no prior scale from 1e-9 to 1e9, mode, scaled, raw, + or -" --regressor x:-1 wider
    refused 2 "--backtest tests models of the past, and has none for --save" --backtest --save m.json in
    [ ! -e m.json ]
}

@test "aee-forecast: horizons from 0 to 100000, in the past and in groups" {
    { series 40 | sed '1s/^/g,/; 2,$s/^/a,/'; echo b,2024-01-01,5; } >in
    [ "$(aee-forecast -q -g g -n 0 in | wc -l)" -eq 42 ]
    [ "$(aee-forecast -q -g g -n 100000 in | wc -l)" -eq 100042 ]
    series 400 >in
    [ "$(aee-forecast -n 100000 in | tail -1 | cut -d, -f1)" = 2298-11-19 ]
    run -1 --separate-stderr aee-forecast --backtest -n 100000 in
    [ "$stderr" = "aee-forecast: column 'revenue': the horizon is longer than the history" ]
    run -0 --separate-stderr aee-forecast --backtest -n 0 in
    # Without a horizon, that of the program.
    diff <(printf '%s\n' "${lines[@]}") <(aee-forecast --backtest in)
}

# ---- models in files -----------------------------------------------------------------

@test "aee-forecast: a model that was saved predicts as it did when it was fitted" {
    jumps 150 | awk -F, -v OFS=, '{ print $0, NR == 1 ? "x" : (NR * 7) % 5, NR == 1 ? "on" : NR % 3 == 0 }' >in
    printf 'holiday,date,upper_window\npayday,2024-02-10,1\npayday,2024-03-10,\npayday,2024-06-10,\n' >h
    aee-forecast --holidays h --regressor x:0.5 --regressor on:multiplicative:raw --seasonality month:30.5:3:if=on --components \
        --parameter-uncertainty --ar1 --save m.json in >want
    aee-forecast --model m.json --components in | diff want -
    jq -e '.aee_forecast_model == 1 and .column == "revenue" and (.series | length) == 1
        and (.series[0].seasonalities | map(.name)) == ["month", "weekly"]' m.json
    series 60 >in
    for options in '' '--growth flat' '--mode multiplicative' '--growth logistic --cap 500' '--growth logistic --cap 500 --floor 1' \
        '--scaling minmax' '--non-negative' '--changepoint-dates 2024-01-20' '--robust' '--n-changepoints 0'; do
        # shellcheck disable=SC2086
        aee-forecast -q $options --save m.json in >want
        aee-forecast --model m.json in | diff want -
    done
    aee-forecast --model m.json --interval 0.95 -n 2 in | diff - <(aee-forecast --n-changepoints 0 --interval 0.95 -n 2 in)
}

@test "aee-forecast: a saved model scores days that it has not seen" {
    series 60 >in
    head -41 in | aee-forecast --save m.json >past
    { head -1 in; tail -20 in; } | sed '8s/,.*/,900/' >new
    aee-forecast --model m.json -n 3 new >out
    [ "$(wc -l <out)" -eq 24 ]
    diff <(columns date yhat yhat_lower <out | head -20) <(columns date yhat yhat_lower <past | sed -n '41,60p')
    [ "$(columns date forecast_anomaly <out | sed -n 's/,1$//p')" = 2024-02-16 ]
    # Rows to come begin after what the model or the input knows last.
    tail -1 out | grep -q ^2024-03-03,
    head -11 in | aee-forecast --model m.json -n 1 | tail -1 | grep -q ^2024-02-10,
}

@test "aee-forecast: keys of a configuration about the model have no effect where one is read" {
    series 60 >in
    aee-forecast --save m.json in >want
    for key in judge=true tune=true conformal=true robust=true ar1=true backtest=rows growth=logistic cap=9 scale=log \
        mask=none.csv holidays=none.csv weights=none 'seasonality=[x:5:2]' regressor=none yearly=on; do
        run -0 --separate-stderr aee-forecast --model m.json --set "$key" in
        diff want - <<<"$output"
        [ -z "$stderr" ]
        aee-forecast --set model=m.json --set "$key" in | diff want -
    done
    # Those about what is done with it have theirs.
    [ "$(aee-forecast --model m.json --set horizon=2 --set components=true in | wc -l)" -eq 63 ]
}

@test "aee-forecast: models of groups find their groups" {
    { series 60 | sed '1s/^/g,/; 2,$s/^/a,/'; series 50 | awk -F, -v OFS=, 'NR > 1 { print "b", $1, 1000 - $2 }'; } >in
    aee-forecast -g g --save m.json in >want
    aee-forecast -g g --model m.json in | diff want -
    { head -1 in; tail -50 in; sed '1d; 62,$d; s/^a/c/' in; } >other
    run -0 --separate-stderr aee-forecast -g g --model m.json other
    [ "$stderr" = "aee-forecast: g=c: has no model in the file; no forecast" ]
    diff <(printf '%s\n' "${lines[@]}" | grep ^b) <(grep ^b want)
    run -1 --separate-stderr aee-forecast --model m.json in
    [ "$stderr" = "aee-forecast: m.json: the models have other groups (-g)" ]
    [ "$(jq -c '.series | map(.group)' m.json)" = '[["a"],["b"]]' ]
}

@test "aee-forecast: a file that is no model of ours is an error" {
    series 60 >in
    aee-forecast --save m.json in >/dev/null
    said() {
        run -1 --separate-stderr aee-forecast --model bad.json in
        [ "$stderr" = "aee-forecast: bad.json$1" ]
        [ -z "$output" ]
    }
    cp in bad.json && said ':1: is not JSON'
    head -20 m.json >bad.json && said ':21: is not JSON'
    echo '[]' >bad.json && said ': is no model of aee-forecast'
    jq '.aee_forecast_model = 7' m.json >bad.json && said ': is of version 7, and only 1 is known'
    jq 'del(.series[0].k)' m.json >bad.json && said ": 'k' is missing or wrong"
    jq '.series[0].delta[3] = "x"' m.json >bad.json && said ": 'delta' is missing or wrong"
    jq '.series[0].delta |= .[1:]' m.json >bad.json && said ": 'delta' is missing or wrong"
    jq '.series[0].seasonalities[0].order = 4' m.json >bad.json && said ": 'beta' is missing or wrong"
    jq '.series[0].last_date = "2024-02-30"' m.json >bad.json && said ": 'last_date' is missing or wrong"
    jq '.series += .series' m.json >bad.json && said ": 'group' is missing or wrong"
    run -1 --separate-stderr aee-forecast --model nowhere.json in
    [ "$stderr" = "aee-forecast: nowhere.json: No such file or directory" ]
    run -2 --separate-stderr aee-forecast --model m.json --yearly on in
    [ "$stderr" = "aee-forecast: --yearly: the model of --model has that decided" ]
    run -2 --separate-stderr aee-forecast --model m.json --save n.json in
    [ "$stderr" = "aee-forecast: --save: a model that was read needs no saving" ]
}

@test "aee-forecast: --save writes a file whole or not at all" {
    series 60 >in
    echo before >m.json
    { cat in; echo 2024-03-01,x; } >bad
    run -1 aee-forecast --save m.json bad
    [ "$(cat m.json)" = before ]
    run -1 --separate-stderr bash -c 'aee-forecast --save m.json in >/dev/full'
    [ "$(cat m.json)" = before ]
    run -1 --separate-stderr aee-forecast --save /dev/full in
    [[ "$stderr" = *"aee-forecast: /dev/full: No space left on device" ]]
    run -1 --separate-stderr aee-forecast --save nowhere/m.json in
    [ "$stderr" = "aee-forecast: nowhere/m.json: No such file or directory" ]
}

# ---- many series ---------------------------------------------------------------------

many() {
    for g in 1 2 3 4 5 6 7 8 9; do
        series $((20 * g)) | awk -F, -v OFS=, -v g=$g 'NR > 1 { print g, $1, $2 * g + (NR * g) % 7 }'
    done | sed '1ig,date,revenue'
}

@test "aee-forecast: any number of threads writes the same bytes" {
    many >in
    aee-forecast -q -g g --country DE --components --save one.json in >want
    for jobs in 2 3 16; do
        aee-forecast -q -g g --country DE --components -j $jobs --save many.json in | diff want -
        diff one.json many.json
    done
    run -2 aee-forecast -j 0 in
}

@test "aee-forecast: with --contiguous the same bytes, and a group that returns is an error" {
    many >in
    aee-forecast -q -g g in >want
    aee-forecast -q -g g --contiguous in | diff want -
    aee-forecast -q -g g --contiguous -j 2 in | diff want -
    { cat in; sed -n 2p in; } >back
    run -1 --separate-stderr aee-forecast -q -g g --contiguous -o out back
    [ "$stderr" = "aee-forecast: back:$(wc -l <back): a group returns, and --contiguous wants its rows together" ]
    [ ! -e out ]
}

@test "aee-forecast: with --contiguous memory is that of one group" {
    awk 'BEGIN { print "g,date,revenue"; for (g = 0; g < 2000; g++) for (i = 1; i <= 28; i++)
        printf "%d,2024-02-%02d,%d\n", g, i, (i * i * (g + 3)) % 97 }' >in
    (ulimit -v 20000 && aee-forecast -V) || skip "an instrumented program needs more to start"
    (ulimit -v 20000 && aee-forecast -q -g g --contiguous -n 100 in >out)
    [ "$(wc -l <out)" -eq 256001 ]
}
