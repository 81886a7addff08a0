#!/usr/bin/env bats
# aee-forecast of rows with times of the day.
bats_require_minimum_version 1.5.0

setup() {
    # shellcheck source=tests/columns.bash
    . "$BATS_TEST_DIRNAME/columns.bash"
    cd "$BATS_TEST_TMPDIR" || exit 1
    data=$BATS_TEST_DIRNAME/data
    prophet=$data/prophet
    hourly=$prophet/input/hourly_3weeks.csv
}

# $1 rows, $2 seconds apart, from $3 on, their times as date(1) writes them in the
# zone $5 by $4: a wave of a day of these clocks, higher on Saturday and Sunday,
# with some noise that repeats after 11 rows.
series() {
    local start
    start=$(TZ=${5:-UTC} date -d "$3" +%s)
    echo date,revenue
    seq 0 $(($1 - 1)) | awk -v start="$start" -v step="$2" '{ print "@" start + $1 * step }' |
        TZ=${5:-UTC} date -f - "+$4,%H,%M,%u" | awk -F, -v OFS=, '{ i = NR - 1
            print $1, 100 + 10 * sin(($2 + $3 / 60) / 24 * 6.2831853) + 5 * ($4 > 5) + (i * i % 11) / 3 }'
}

# The dates of the rows to come.
to_come() {
    columns date revenue | sed -n 's/,$//p'
}

# ---- the reference -------------------------------------------------------------

@test "aee-forecast: the reference's hourly series, with weekly and daily terms found by the rules" {
    # The range of y is 128.
    aee-forecast -c y -n 72 --components "$hourly" >out 2>err
    [ ! -s err ]
    gzip -dc "$prophet/expected/hourly.csv.gz" >expected
    columns date yhat_exact lower_exact upper_exact trend_exact <expected >theirs
    columns date yhat yhat_lower yhat_upper trend <out >ours
    [ "$(wc -l <ours)" -eq 576 ]
    near ours theirs 1.2e-4
    # Stan stopped short of the optimum.
    columns date weekly daily <expected >theirs
    columns date weekly daily <out >ours
    near ours theirs 0.05
    [ "$(columns date yearly <out | cut -d, -f2 | sort -u)" = "" ]
}

@test "aee-forecast: a saved model of hours has the reference's density and predicts the same" {
    aee-forecast -c y -n 72 --save model.json "$hourly" >fitted
    run jq -er --slurpfile exact "$prophet/params/hourly.json" '.series[0] |
        (.log_posterior - $exact[0].exact.log_posterior) as $d |
        if $d > -1e-9 and $d < 1e-6 then [.start, .last_date, .period, (.hours | length)] else $d end | @csv' model.json
    [ "$output" = '"2024-02-01 00:00:00","2024-02-21 23:00:00","1h",24' ]
    { head -n 1 "$hourly"; tail -n 2 "$hourly"; } | aee-forecast -c y -n 72 --model model.json >predicted
    diff <(tail -n 72 fitted) <(tail -n 72 predicted)
    # Where the rows go on after the history, so does the forecast.
    aee-forecast -c y -n 2 --model model.json <<<$'date,y\n2024-02-22T00:00,\n2024-02-22T01:00,90' >later
    diff <(columns date <later) <(printf '2024-02-22T0%d:00\n' 0 1 2 3)
    diff <(columns yhat <later) <(tail -n 72 fitted | head -n 4 | cut -d, -f3)
}

@test "aee-forecast: a saved model of hours has its uncertainty and its last residual" {
    aee-forecast -c y -n 24 --ar1 --parameter-uncertainty --components --save model.json "$hourly" | cut -d, -f1-5,10- >fitted
    aee-forecast -c y -n 24 --components --model model.json "$hourly" | cut -d, -f1-5,10- >predicted
    diff fitted predicted
    [ "$(head -n 1 fitted)" = date,y,yhat,yhat_lower,yhat_upper,trend,yearly,weekly,daily ]
}

@test "aee-forecast: hours 28 years later, or a thousand times the values, the same forecast" {
    aee-forecast -c y -n 24 --ar1 "$hourly" | columns date yhat yhat_lower yhat_upper >out
    sed 's/^2024/2052/' "$hourly" | aee-forecast -c y -n 24 --ar1 | columns date yhat yhat_lower yhat_upper | sed 's/^2052/2024/' >later
    near out later 1e-6
    awk -F, -v OFS=, 'NR > 1 { $2 *= 1000 } 1' "$hourly" | aee-forecast -c y -n 24 --ar1 | columns date yhat yhat_lower yhat_upper |
        awk -F, -v OFS=, '{ print $1, $2 / 1000, $3 / 1000, $4 / 1000 }' OFMT=%.12g >thousand
    near out thousand 1e-6
}

# ---- dates in, dates out ------------------------------------------------------------

@test "aee-forecast: rows to come have the form that the rows have" {
    for form in '%F %H:%M' '%F %T' '%FT%H:%M' '%FT%T' '%FT%TZ' '%FT%T.000Z' '%FT%T%:z' '%F %H:%M%z' '%FT%H:%M+00'; do
        series 60 3600 2025-01-01 "$form" | aee-forecast -n 2 | to_come >ours
        diff ours <(printf '@%s\n' 1735905600 1735909200 | date -u -f - "+$form")
    done
    # That of the last row which has one; a date is its midnight.
    series 60 3600 2025-01-01 %FT%H:%M | sed '2s/T00:00//; 26s/T00:00//; 50s/T00:00//' >mixed
    [ "$(grep -c T mixed)" -eq 57 ]
    aee-forecast -n 2 mixed >out
    diff <(to_come <out) <(printf '2025-01-03T%s:00\n' 12 13)
    diff <(columns yhat <out) <(series 60 3600 2025-01-01 %FT%H:%M | aee-forecast -n 2 | columns yhat)
    # In NDJSON, and as strptime(3) reads it.
    [ "$(sed 's/\(.*\),\(.*\)/{"date":"\1","y":\2}/; 1d' "$hourly" | aee-forecast -c y -n 1 | tail -n 1 |
        jq -r .date)" = "2024-02-22 00:00:00" ]
    sed 's/-\(..\)-\(..\) \(.*\):00,/.\1.\2 \3h,/' "$hourly" |
        aee-forecast -c y -n 1 --date-format '%Y.%m.%d %H:%Mh' >out
    [[ "$(tail -n 1 out)" == "2024-02-22 00:00:00,,95.5116304265,"* ]]
}

@test "aee-forecast: timestamps of midnight are days, and are written as days" {
    {
        echo date,revenue
        seq 1 60 | sed 's/.*/2025-01-01 + & days/' | date -u -f - +%F | awk '{ print $1 "," 100 + (NR * NR % 11) + (NR % 7 == 5) }'
    } >days
    aee-forecast -n 3 --components days >expected
    for form in T00:00 ' 00:00:00' T00:00:00Z T00:00+02:00 T00:00:00.000; do
        sed "2,\$s/,/$form,/" days | aee-forecast -n 3 --components | sed "s/$form//" >out
        diff expected out
    done
    # Midnight in the zone.
    sed '2,$s/,/T18:30:00Z,/' days | aee-forecast -n 3 --tz +05:30 | to_come >out
    diff out <(printf '2025-03-%02d\n' 4 5 6)
}

@test "aee-forecast: the step is found in the rows, or given" {
    check() { # seconds, form, time of the first row to come after 200
        series 200 "$1" 2025-01-01 "$2" | aee-forecast -q -n 2 | to_come >ours
        diff ours <(printf '%s\n' "${@:3}")
    }
    check 900 '%F %H:%M' '2025-01-03 02:00' '2025-01-03 02:15'
    check 21600 '%F %H:%M' '2025-02-20 00:00' '2025-02-20 06:00'
    check 30 '%F %T' '2025-01-01 01:40:00' '2025-01-01 01:40:30'
    check 129600 '%F %H:%M' '2025-10-28 00:00' '2025-10-29 12:00'
    series 60 86400 '2025-01-01 09:30' '%F %H:%M' | aee-forecast -q -n 1 | to_come >ours
    series 60 604800 '2025-01-01 09:30' '%F %H:%M' | aee-forecast -q -n 1 | to_come >>ours
    seq 1 12 | sed 's/.*/2025-&-28 09:30/' | date -u -f - '+%F %H:%M' |
        { echo date,revenue; awk '{ print $0 "," NR % 5 }'; } | aee-forecast -q -n 1 | to_come >>ours
    diff ours <(printf '%s 09:30\n' 2025-03-02 2026-02-25 2026-01-28)

    # Gaps do not matter, nor does disorder.
    awk -F'[ :,]' 'NR == 1 || ($2 >= 8 && $2 < 20)' "$hourly" >open
    aee-forecast -q -c y -n 1 open | tail -n 1 | grep -q '^2024-02-21 20:00:00,'
    { head -n 1 open; sed 1d open | shuf --random-source=open; } >disorder
    diff <(sort disorder | cut -d, -f1) <(sort open | cut -d, -f1)
    diff <(aee-forecast -q -c y open | sort) <(aee-forecast -q -c y disorder | sort)

    # Odd times: the usual step that is nearest below.
    series 200 300 2025-01-01 %FT%H:%M | awk -F, 'NR > 1 { $1 = $1 sprintf(":%02d", NR * 7 % 5) } 1' OFS=, >odd
    aee-forecast -n 2 odd | to_come >ours
    diff ours <(printf '2025-01-01T16:%s:02\n' 40 45)

    for p in hour=00:00:00 1h=00:00:00 90min=00:30:00 7200s=01:00:00; do
        aee-forecast -c y -n 1 --period "${p%=*}" "$hourly" | tail -n 1 | grep -q "^2024-02-22 ${p#*=},"
    done
    for p in day=2024-02-22 week=2024-02-28 month=2024-03-21 24h=2024-02-22; do
        aee-forecast -c y -n 1 --period "${p%=*}" "$hourly" | tail -n 1 | grep -q "^${p#*=} 23:00:00,"
    done
    echo 'period: 30min' >c.yaml
    aee-forecast -c y -n 1 -C c.yaml "$hourly" | tail -n 1 | grep -q '^2024-02-21 23:30:00,'
    for p in 0h 1d 8785h -1h h 5 1.5h ''; do
        run -2 aee-forecast -c y --period "$p" "$hourly"
    done
}

@test "aee-forecast: days have no hours to come" {
    printf 'date,revenue\n2025-01-%02d,%d\n' 1 5 | head -n 1 >days
    seq 1 20 | awk '{ printf "2025-01-%02d,%d\n", $1, $1 * $1 % 7 }' >>days
    run -1 --separate-stderr aee-forecast -q --period 6h days
    [ "$stderr" = "aee-forecast: column 'revenue': the rows are days, and --period is a part of one" ]
    [ -z "$output" ]
    aee-forecast -q --period 48h -n 2 days | to_come >out
    diff out <(printf '2025-01-%d\n' 22 24)
    # Nor does a model of days know hours.
    aee-forecast -q -n 0 --save model.json days >/dev/null
    run -1 --separate-stderr aee-forecast --model model.json <<<$'date,revenue\n2025-01-21 06:00,4'
    [ "$stderr" = "aee-forecast: column 'revenue': the rows have times of the day, and the model is of days" ]
}

@test "aee-forecast: a bad time is named with its line" {
    for bad in '2024-02-01 25:00' 2024-02-01T10 '2024-02-01 10:60' 2024-02-30T10:00 '2024-02-01 10:00 PM'; do
        run -1 --separate-stderr aee-forecast -c y < <(head -n 3 "$hourly"; echo "$bad,5")
        [ "$stderr" = "aee-forecast: stdin:4: column 'date': '$bad' is not a date" ]
        [ -z "$output" ]
    done
    { cat "$hourly"; echo '2024-02-22 24:00,5'; } | aee-forecast -q -c y --bad-rows skip >out
    diff out <(aee-forecast -c y "$hourly")
}

# ---- zones --------------------------------------------------------------------------

@test "aee-forecast: with --tz the day has the hours that its clocks show" {
    series 1440 3600 2025-10-01 %FT%T%:z Europe/Berlin >local
    grep -q '^2025-10-26T02:00:00+02:00,' local
    grep -q '^2025-10-26T02:00:00+01:00,' local
    series 1440 3600 2025-10-01 %s Europe/Berlin | awk -F, -v OFS=, '
        NR > 1 { $1 = strftime("%Y-%m-%dT%H:%M:%SZ", $1, 1) } 1' >utc
    # An hour that comes twice is two rows, and no mistake.
    aee-forecast --tz Europe/Berlin -n 24 local >out 2>err
    aee-forecast --tz Europe/Berlin -n 24 utc >out-utc 2>>err
    [ ! -s err ]
    diff <(cut -d, -f2- out) <(cut -d, -f2- out-utc)
    diff <(to_come <out | head -n 1) <(echo 2025-11-29T23:00:00+01:00)
    diff <(to_come <out-utc | head -n 1) <(echo 2025-11-29T22:00:00Z)
    # Both have the wave of a day of these clocks; as UTC has it, it is an hour off after the change.
    aee-forecast -n 24 utc >out-as-written
    deviation() { columns residual | awk '$1 != "" { s += $1 * $1; n++ } END { print sqrt(s / n) }'; }
    awk -v a="$(deviation <out)" -v b="$(deviation <out-as-written)" 'BEGIN { exit !(a < 0.9 * b) }'
    # Without offsets nobody knows which of the two it is.
    run --separate-stderr aee-forecast -n 0 < <(sed 's/+0[12]:00//' local)
    [ "$stderr" = "aee-forecast: column 'revenue': times stand more than once; is a sum or -g missing?" ]
}

@test "aee-forecast: hours to come go through the change of the clocks" {
    series 599 3600 2025-10-01 %FT%T%:z Europe/Berlin | aee-forecast -q --tz Europe/Berlin -n 5 | to_come >out
    diff out <(printf '2025-10-%s:00:00+0%d:00\n' 25T23 2 26T00 2 26T01 2 26T02 2 26T02 1)
    series 480 3600 '2025-03-10 01:00' %FT%H:%MZ | aee-forecast -q --tz Europe/Berlin -n 0 --save model.json >/dev/null
    jq -er '.series[0].last_date' model.json | grep -qx 2025-03-30T01:00+01:00
    aee-forecast -q --tz Europe/Berlin -n 2 --model model.json <<<$'date,revenue\n2025-03-30T00:00Z,' | to_come >out
    diff out <(printf '2025-03-30T%s:00Z\n' 00 01 02)
    aee-forecast -q --tz Europe/Berlin -n 2 --model model.json <<<$'date,revenue\n2025-03-30T00:00+00:00,' | to_come >out
    diff out <(printf '2025-03-30T%s\n' 00:00+00:00 03:00+02:00 04:00+02:00)
    # Days at nine o'clock stay at nine o'clock, be it summer or winter.
    series 60 86400 '2025-08-27 09:00' %FT%H:%M%:z Europe/Berlin | aee-forecast -q --tz Europe/Berlin -n 2 | to_come >out
    diff out <(printf '2025-10-%s\n' 26T09:00+01:00 27T09:00+01:00)
}

# ---- terms --------------------------------------------------------------------------

@test "aee-forecast: hours that the history does not have are warned of" {
    awk -F'[ :,]' 'NR == 1 || ($2 >= 8 && $2 < 20)' "$hourly" >open
    note="aee-forecast: column 'y': some rows are of hours of the day that the history does not have; the daily curve may go astray there"
    run -0 --separate-stderr aee-forecast -c y -n 2 open
    [ "$stderr" = "$note" ]
    # Not without rows there, nor without a daily curve.
    for o in '-n 0' '--period day' '--daily off' '--backtest -n 12'; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr aee-forecast -c y $o open
        [[ "$stderr" != *"go astray"* ]]
    done
    # A row without a value is one to come, and a model that was saved knows its hours.
    run -0 --separate-stderr aee-forecast -c y -n 0 < <(cat open; echo '2024-02-21 22:00:00,')
    [ "$stderr" = "$note" ]
    aee-forecast -c y -n 0 --save model.json open >/dev/null
    [ "$(jq -c '.series[0].hours' model.json)" = '[8,9,10,11,12,13,14,15,16,17,18,19]' ]
    run -0 --separate-stderr aee-forecast -c y -n 0 --model model.json <<<$'date,y\n2024-02-22 07:00,90'
    [ "$stderr" = "$note" ]
    run -0 --separate-stderr aee-forecast -c y -n 0 --model model.json <<<$'date,y\n2024-02-22 08:00,90'
    [ -z "$stderr" ]
}

@test "aee-forecast: the daily term is on by itself where rows are less than a day apart" {
    terms() { jq -c '[.series[0].seasonalities[].name]' model.json; }
    head -n 49 "$hourly" | aee-forecast -q -c y -n 0 --save model.json >/dev/null
    [ "$(terms)" = '[]' ] # 47 hours
    head -n 50 "$hourly" | aee-forecast -q -c y -n 0 --save model.json >/dev/null
    [ "$(terms)" = '["daily"]' ]
    series 60 86400 '2025-01-01 17:07:13' %FT%T | aee-forecast -q -n 0 --save model.json >/dev/null
    [ "$(terms)" = '["weekly"]' ]
    # A day apart, though the clocks went forward and back in between.
    series 60 86400 '2025-09-20 09:00' %FT%TZ | aee-forecast -q --tz Europe/Berlin -n 2 --save model.json >out
    [ "$(terms)" = '["weekly"]' ]
    diff <(to_come <out) <(printf '2025-11-%sT09:00:00Z\n' 19 20)
    aee-forecast -q -c y -n 0 --daily off --save model.json "$hourly" >/dev/null
    [ "$(terms)" = '["weekly"]' ]
    aee-forecast -q -c y -n 0 --seasonality daily:1:2 --save model.json "$hourly" >/dev/null
    [ "$(terms)" = '["daily","weekly"]' ]
}

@test "aee-forecast: a holiday is all hours of its day" {
    echo $'holiday,date,lower_window,upper_window\nsale,2024-02-10,0,1\nsale,2024-02-24,0,0' >holidays.csv
    awk -F, -v OFS=, '/^2024-02-10/ { $2 += 300 } 1' "$hourly" |
        aee-forecast -c y -n 96 --holidays holidays.csv --components >out
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "holidays") at = i; next }
        { day = substr($1, 1, 10)
          print day, (day == "2024-02-10" || day == "2024-02-24" ? $at > 250 : day == "2024-02-11" ? $at != 0 : $at == 0) }' out |
        sort | uniq -c >days
    [ "$(awk '$1 != 24 || $3 != 1' days)" = "" ]
    [ "$(wc -l <days)" -eq 25 ]
    # So are dates that weigh less.
    awk -F, -v OFS=, '/^2024-02-10/ { $2 = "" } 1' "$hourly" | aee-forecast -c y -n 0 | columns yhat >without
    diff without <(aee-forecast -c y -n 0 --weight-dates 2024-02-10=0 "$hourly" | columns yhat)
}

# ---- what is learned from the past ------------------------------------------------------

@test "aee-forecast: a backtest of hours is cut at hours" {
    aee-forecast -c y --backtest=rows -n 24 "$hourly" >rows
    # The last cut is a day before the last row, the others half a day before the next, as long as a week is left.
    seq $((26 * 12 - 12)) -12 0 | awk -v last="$(date -u -d '2024-02-20 23:00' +%s)" '{ print "@" last - $1 * 3600 }' |
        date -u -f - '+%F %T' >cutoffs
    [ "$(head -n 1 cutoffs)" = '2024-02-08 11:00:00' ]
    diff <(columns cutoff <rows | uniq) cutoffs
    [ "$(columns cutoff <rows | uniq -c | awk '$1 != 24')" = "" ]
    # Horizons are hours, each once a cutoff; the naive forecast is of the week before.
    diff <(columns horizon <rows | sort | uniq -c | awk '{ print $1 }' | sort -u) <(wc -l <cutoffs)
    awk -F, 'NR == FNR { y[$1] = $2; next } { print $2, $4, $8, y[$2] }' "$hourly" <(sed 1d rows) | awk '$3 != $5' >other
    [ ! -s other ]
    columns date naive <rows | head -n 1 | grep -qx "2024-02-08 12:00:00,$(grep '^2024-02-01 12' "$hourly" | cut -d, -f2)"
    # As if the rows after the cut were not there, but for the terms.
    awk -F, '$1 <= "2024-02-16 11:00:00"' "$hourly" |
        { echo date,y; cat; } | aee-forecast -c y -n 24 --weekly on | tail -n 24 | cut -d, -f1,3-5 >expected
    grep '^2024-02-16 11' rows | cut -d, -f2,5-7 | diff - expected
    aee-forecast -c y --backtest --rolling-window 0 -n 24 "$hourly" | columns horizon | awk '{ print $1 * 24 }' | diff - <(seq 24)
    aee-forecast -c y --backtest=rows -n 24 --cutoffs '2024-02-15 12:00,2024-02-10' "$hourly" | columns cutoff | uniq |
        diff - <(printf '2024-02-%s:00:00\n' '10 00' '15 12')
}

@test "aee-forecast: hours are tuned, and have intervals of the errors in the past" {
    run -0 --separate-stderr aee-forecast -c y --tune -n 24 "$hourly"
    [[ "$stderr" == "aee-forecast: column 'y': "*"mean absolute error"* ]]
    aee-forecast -q -c y --conformal -n 24 "$hourly" | tail -n 24 | awk -F, '
        { print ($5 - $4) / 2 - ($5 - $3) }' | awk '$1 > 1e-9 || $1 < -1e-9 { exit 1 }'
    [ "$(aee-forecast -q -c y --backtest --conformal -n 24 "$hourly" | columns conformal_coverage | sort -u |
        awk '{ print ($1 > 0.77 && $1 < 0.83) }')" = 1 ]
}

@test "aee-forecast: changes of the trend have their time" {
    aee-forecast -c y --changepoints --changepoint-prior-scale 5 "$hourly" | columns date >dates
    [ -s dates ]
    jq -r '.changepoints[]' "$prophet/params/hourly.json" | sed 's/^.\{10\}$/& 00:00:00/' >places
    [ "$(grep -vxFf places dates)" = "" ]
    aee-forecast -c y --changepoints --changepoint-prior-scale 5 --changepoint-dates 2024-02-10,2024-02-05T12:30 "$hourly" |
        columns date | diff - <(printf '2024-02-%s:00\n' '05 12:30' '10 00:00')
}

@test "aee-forecast: a target of hours counts those of its last day" {
    aee-forecast -c y -n 49 "$hourly" | tail -n 49 | head -n 48 | awk -F, '{ s += $3 } END { printf "%.6f\n", s }' >sum
    run -0 --separate-stderr aee-forecast -c y --target 5000 --by 2024-02-23 "$hourly"
    printf '%.6f\n' "$(cut -d, -f4 <<<"${lines[1]}")" | diff - sum
    awk -F, '$1 >= "2024-02-20" && NR > 1 { s += $2 } END { printf "%.9g\n", s }' "$hourly" >so_far
    aee-forecast -c y --target 5000 --by 2024-02-23 --since 2024-02-20 "$hourly" | columns so_far | diff - so_far
    run -1 --separate-stderr aee-forecast -c y --target 5 --by 9999-01-01 "$hourly"
    [ "$stderr" = "aee-forecast: column 'y': too many rows up to the day of --by" ]
    aee-forecast -c y --save m.json "$hourly" >all
    run -1 --separate-stderr aee-forecast -c y --model m.json --target 5 --by 9999-01-01 "$hourly"
    [ "$stderr" = "aee-forecast: column 'y': too many rows up to the day of --by" ]
    run -1 --separate-stderr aee-forecast -c y <<<$'date,y\n9999-12-31 20:00,1\n9999-12-31 21:00,2\n9999-12-31 22:00,4'
    [ "$stderr" = "aee-forecast: column 'y': the horizon goes past the year 9999" ]
}

@test "aee-forecast: groups of hours and of days, in any number of threads" {
    {
        echo g,date,y
        sed '1d; s/^/a,/' "$hourly"
        sed '1d; s/^/b,/' "$hourly" | awk 'NR % 2'
        seq 1 20 | awk '{ printf "c,2024-02-%02d,%d\n", $1, $1 * $1 % 7 }'
    } >groups
    aee-forecast -q -c y -g g -n 2 --components groups >out
    for o in '-j 2' --contiguous '--contiguous -j 3'; do
        # shellcheck disable=SC2086
        aee-forecast -q -c y -g g -n 2 --components $o groups | diff out -
    done
    columns g date y <out | sed -n 's/,$//p' |
        diff - <(printf '%s\n' 'a,2024-02-22 00:00:00' 'a,2024-02-22 01:00:00' 'b,2024-02-22 00:00:00' \
            'b,2024-02-22 02:00:00' c,2024-02-21 c,2024-02-22)
    # A group is forecast as it is alone.
    sed '1d; s/^/a,/' "$hourly" | { echo g,date,y; cat; } | aee-forecast -n 2 -c y -g g --components >alone
    diff alone <(grep -e ^g, -e ^a, out)
    aee-forecast -q -c y -g g -n 2 --save model.json groups >fitted
    aee-forecast -q -c y -g g -n 2 --model model.json groups | cut -d, -f1-6 | diff - <(cut -d, -f1-6 fitted)
}
