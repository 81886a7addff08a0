#!/usr/bin/env bats
# bats sets stderr and stderr_lines.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup() {
    # shellcheck source=tests/columns.bash
    . "$BATS_TEST_DIRNAME/columns.bash"
    cd "$BATS_TEST_TMPDIR" || exit 1
    data=$BATS_TEST_DIRNAME/data
    prophet=$data/prophet
    appended=yhat,yhat_lower,yhat_upper,residual,residual_z,forecast_p,forecast_anomaly
}

# The file of a reference case, which may be compressed.
expected() {
    cat "$prophet/expected/$1.csv" 2>/dev/null || gzip -dc "$prophet/expected/$1.csv.gz"
}

# $1 rows from 2024-01-01 on: a rising line with a weekly wave and some noise
# that repeats after 11 rows.
series() {
    echo date,revenue
    seq 0 $(($1 - 1)) | sed 's/.*/2024-01-01 + & days/' | date -u -f - +%F |
        awk -v OFS=, '{ i = NR - 1; print $1, 100 + i / 2 + 7 * (i % 7 == 5) + (i * i % 11) / 3 }'
}

# ---- the reference -------------------------------------------------------------

@test "aee-forecast: the residual days of the original" {
    gzip -dc "$data/original-orders.csv.gz" | aee-kpi |
        aee-forecast --yearly on --weekly on --daily off -n 0 >out
    [ "$(wc -l <out)" -eq 366 ]
    columns date forecast_anomaly <out | sed -n 's/,1$//p' >flagged
    diff flagged <(printf '%s\n' 2025-03-15 2025-03-16 2025-09-11)
    diff flagged <(jq -r '.prophet_residual_flagged[]' "$data/original-expected.json")
}

@test "aee-forecast: yhat and interval of the history and 30 days are the exact optimum's" {
    # The range of y is 1.86e6; the reference has 8 digits.
    aee-forecast -c y --yearly on --weekly on --daily off "$prophet/input/daily_revenue.csv" |
        columns date yhat yhat_lower yhat_upper >ours
    expected daily_revenue_yearly | columns date yhat_exact lower_exact upper_exact >theirs
    [ "$(wc -l <ours)" -eq 395 ]
    near ours theirs 1.8
}

# NAME RANGE [options]: yhat_exact and its bounds within 1e-6 of the range of y.
same_as_reference() {
    local name=$1 range=$2 input=$1 n
    shift 2
    case $name in daily_revenue | flat) input=daily_revenue ;; edge_nochangepoints) input=edge_nan ;; esac
    expected "$name" | columns date yhat_exact lower_exact upper_exact | sort >theirs
    n=$(($(wc -l <theirs) - $(sed 1d "$prophet/input/$input.csv" | cut -d, -f1 | sort -u | grep -c .)))
    aee-forecast -q -c y -n "$n" "$@" "$prophet/input/$input.csv" |
        columns date yhat yhat_lower yhat_upper | sort -u >ours
    near ours theirs "$(awk "BEGIN { print 1e-6 * $range }")"
}

@test "aee-forecast: the reference's daily series with weekly terms found by the rules" {
    same_as_reference daily_revenue 1.8e6
}

@test "aee-forecast: the reference's flat trend" {
    same_as_reference flat 1.8e6 --growth flat
}

@test "aee-forecast: the reference's short, negative, gappy, disordered and sparse series" {
    same_as_reference edge_ten_rows 8
    same_as_reference edge_twenty_rows 9
    same_as_reference edge_five_rows 6
    same_as_reference edge_all_negative 10
    same_as_reference edge_nan 15
    same_as_reference edge_unsorted 15
    same_as_reference edge_duplicates 25
    same_as_reference edge_intermittent 8
}

@test "aee-forecast: the reference's weekly series goes on in weeks" {
    same_as_reference edge_weekly 300
    [ "$(tail -1 ours | cut -d, -f1)" = 2023-09-17 ]
}

# ---- the rows to come ----------------------------------------------------------

@test "aee-forecast: rows to come have a date, a prediction and nothing else" {
    series 40 | sed '1s/$/,note/; 2,$s/$/,x/' >in
    run -0 --separate-stderr aee-forecast -n 2 in
    [ "${lines[0]}" = "date,revenue,note,$appended" ]
    [ "${#lines[@]}" -eq 43 ]
    [[ "${lines[41]}" =~ ^2024-02-10,,,1[0-9.]+,1[0-9.]+,1[0-9.]+,,,,$ ]]
    [[ "${lines[42]}" =~ ^2024-02-11,,,1[0-9.]+,1[0-9.]+,1[0-9.]+,,,,$ ]]
    [[ "${lines[40]}" =~ ^2024-02-09,[0-9.]+,x,1[0-9.]+,1[0-9.]+,1[0-9.]+,-?[0-9.]+,-?[0-9.]+,,0$ ]]
    [ -z "$stderr" ]
}

@test "aee-forecast: a horizon of 0 adds no row, one of 100000 adds 100000" {
    series 40 >in
    run -0 aee-forecast -n 0 in
    [ "${#lines[@]}" -eq 41 ]
    aee-forecast --horizon 100000 in | tail -1 >last
    [[ "$(cat last)" =~ ^2297-11-24,,[0-9.]+,-[0-9.]+,[0-9.]+,,,,$ ]]
    run -2 --separate-stderr aee-forecast -n 100001 in
    [ "$stderr" = "aee-forecast: --horizon: '100001' is not a whole number from 0 to 100000" ]
}

@test "aee-forecast: a horizon past the year 9999 is an error" {
    run -1 --separate-stderr aee-forecast -n 3 <<<$'date,revenue\n9999-12-28,1\n9999-12-29,2\n9999-12-30,4'
    [ "$stderr" = "aee-forecast: column 'revenue': the horizon goes past the year 9999" ]
    run -0 aee-forecast -q -n 1 <<<$'date,revenue\n9999-12-28,1\n9999-12-29,2\n9999-12-30,4'
    [[ "${lines[4]}" = 9999-12-31,,* ]]
}

@test "aee-forecast: months go on in months, on the same day or the last" {
    months() {
        run -0 aee-forecast -q -n 3 <<<"$1"
        printf '%s\n' "${lines[@]: -3}" | cut -d, -f1 | paste -sd' '
    }
    [ "$(months $'date,revenue\n2024-10-01,1\n2024-11-01,3\n2024-12-01,2')" = "2025-01-01 2025-02-01 2025-03-01" ]
    [ "$(months $'date,revenue\n2024-09-15,1\n2024-11-15,3\n2024-10-15,2')" = "2024-12-15 2025-01-15 2025-02-15" ]
    [ "$(months $'date,revenue\n2023-12-31,1\n2024-01-31,3\n2024-02-29,2')" = "2024-03-31 2024-04-30 2024-05-31" ]
    [ "$(months $'date,revenue\n2024-01-30,1\n2024-02-29,3\n2024-03-30,2')" = "2024-04-30 2024-05-30 2024-06-30" ]
}

@test "aee-forecast: --period decides where the dates do not" {
    series 40 >in
    last() { aee-forecast -q -n 2 --period "$1" in | tail -1 | cut -d, -f1; }
    [ "$(last day)" = 2024-02-11 ]
    [ "$(last week)" = 2024-02-23 ]
    [ "$(last month)" = 2024-04-09 ]
    run -2 --separate-stderr aee-forecast --period year in
    [ "$stderr" = "aee-forecast: --period: 'year' is not auto, day, week, month, hour, or a number of h, min or s of at most a year" ]
}

@test "aee-forecast: a yearly term of months has five harmonics, and more than six a warning" {
    awk 'BEGIN { print "date,revenue"; for (i = 0; i < 48; i++)
        printf "%d-%02d-01,%g\n", 2020 + int(i / 12), i % 12 + 1, 100 + i + 9 * (i % 12 == 3) + i * i % 7 }' >in
    run -0 --separate-stderr aee-forecast in
    [ -z "$stderr" ]
    diff <(printf '%s\n' "${lines[@]}") <(aee-forecast --yearly 5 in)
    run -0 --separate-stderr aee-forecast --yearly 8 in
    [ "$stderr" = "aee-forecast: column 'revenue': monthly values cannot tell a yearly term of such an order" ]
}

# ---- series that are odd -------------------------------------------------------

@test "aee-forecast: a missing value is predicted, and has no residual" {
    series 40 | sed '11s/,.*/,/' >in
    run -0 aee-forecast -n 0 in
    [[ "${lines[10]}" =~ ^2024-01-10,,[0-9.]+,[0-9.]+,[0-9.]+,,,,$ ]]
    # A row that is not there says the same.
    diff <(aee-forecast in | sed 11d) <(sed 11d in | aee-forecast)
}

@test "aee-forecast: missing values at the end move the start of the forecast" {
    series 40 | sed '41s/,.*/,/' >in
    aee-forecast -n 1 in | tail -1 | grep -q ^2024-02-10,
}

@test "aee-forecast: disorder changes nothing but the order of the rows" {
    series 60 >in
    aee-forecast in >sorted
    { head -1 in; sed 1d in | sort -t, -k2,2; } >shuffled
    aee-forecast shuffled >out
    diff <(sort sorted) <(sort out)
    diff <(tail -30 sorted) <(tail -30 out)
    diff <(sed 1d shuffled) <(sed '1d; 62,$d' out | cut -d, -f1,2)
}

@test "aee-forecast: a thousand times the values, a thousand times the forecast" {
    series 60 >in
    awk -F, -v OFS=, -v CONVFMT=%.15g 'NR > 1 { $2 *= 1000 } 1' in | aee-forecast | columns date yhat yhat_lower yhat_upper residual >big
    aee-forecast in | awk -F, -v OFS=, -v CONVFMT=%.15g 'NR > 1 { for (i = 3; i <= 6; i++) $i *= 1000 } 1' |
        columns date yhat yhat_lower yhat_upper residual >small
    near big small 1e-5
}

@test "aee-forecast: dates that stand more than once are kept, with a warning" {
    series 40 | sed '11p' >in
    run -0 --separate-stderr aee-forecast -n 0 in
    [ "${#lines[@]}" -eq 42 ]
    [ "$stderr" = "aee-forecast: column 'revenue': dates stand more than once; is a sum or -g missing?" ]
    run -0 --separate-stderr aee-forecast -q in
    [ -z "$stderr" ]
}

@test "aee-forecast: two values make a line with an interval of width 0, and a warning" {
    run -0 --separate-stderr aee-forecast -n 2 <<<$'date,revenue\n2024-01-01,3\n2024-01-02,5'
    [ "${lines[1]}" = "2024-01-01,3,3,3,3,0,,,0" ]
    [ "${lines[4]}" = "2024-01-04,,9,9,9,,,," ]
    [ "$stderr" = "aee-forecast: column 'revenue': two values make a line; the interval says nothing" ]
}

@test "aee-forecast: fewer than two values are an error" {
    for in in $'2024-01-01,3' $'2024-01-01,3\n2024-01-02,' $'2024-01-01,\n2024-01-02,'; do
        run -1 --separate-stderr aee-forecast <<<$'date,revenue\n'"$in"
        [ "$stderr" = "aee-forecast: column 'revenue': fewer than 2 rows with a value" ]
        [ -z "$output" ]
    done
    run -1 --separate-stderr aee-forecast <<<$'date,revenue\n2024-01-01,3\n2024-01-01,4'
    [ "$stderr" = "aee-forecast: column 'revenue': all rows with a value have the same time" ]
}

@test "aee-forecast: values that are all equal go on, with a warning" {
    for y in 7.5 0 -3; do
        series 40 | sed "2,\$s/,.*/,$y/" >in
        run -0 --separate-stderr aee-forecast -n 1 in
        [ "${lines[41]}" = "2024-02-10,,$y,$y,$y,,,," ]
        [ "${lines[7]}" = "2024-01-07,$y,$y,$y,$y,0,,,0" ]
        [ "$stderr" = "aee-forecast: column 'revenue': all values are equal" ]
    done
}

@test "aee-forecast: a series that the model reproduces says so, and flags nothing" {
    awk 'BEGIN { print "date,revenue"; for (i = 1; i <= 29; i++) printf "2024-02-%02d,%d\n", i, 5 + 2 * i }' >in
    run -0 --separate-stderr aee-forecast -n 1 --weekly off --n-changepoints 5 in
    [[ "$stderr" = *"the model reproduces the values; the interval says nothing"* ]]
    [[ "$output" != *,1 && "$output" != *$',1\n'* ]]
}

@test "aee-forecast: few values say that they are few" {
    series 10 >in
    run -0 --separate-stderr aee-forecast in
    [ "$stderr" = "aee-forecast: column 'revenue': too few values for so many changepoints; fewer are used" ]
    run -0 --separate-stderr aee-forecast --n-changepoints 4 --weekly 1 in
    [[ "$stderr" != *changepoints* ]]
    series 20 >in
    run -0 --separate-stderr aee-forecast --n-changepoints 4 --yearly on --yearly 3 in
    [[ "$stderr" = *"less than a year of history; the yearly term is shrunk"* ]]
    [[ "$stderr" = *"few values for so many terms; the forecast is unsure"* ]]
}

@test "aee-forecast: a season longer than the history is shrunk, or warned of" {
    long="aee-forecast: column 'revenue': a seasonal term is longer than the history; the forecast may go astray (a prior scale of 0.02 holds it)"
    series 200 >in
    for options in '--yearly on' '--yearly 10' '--mode multiplicative --yearly on'; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr aee-forecast $options in
        [ "$stderr" = "aee-forecast: column 'revenue': less than a year of history; the yearly term is shrunk" ]
    done
    for options in '--yearly on --seasonality-prior-scale 10' '--seasonality yearly:365.25:10' '--seasonality half:250:2'; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr aee-forecast $options in
        [ "$stderr" = "$long" ]
    done
    for options in '' '--seasonality yearly:365.25:10:0.02' '--seasonality half:201:2'; do
        # shellcheck disable=SC2086
        run -0 --separate-stderr aee-forecast $options in
        [ -z "$stderr" ]
    done
    series 365 >in
    run -0 --separate-stderr aee-forecast --yearly on --seasonality-prior-scale 10 in
    [ -z "$stderr" ]
    awk 'BEGIN { print "date,revenue"; for (i = 1; i < 13; i++) printf "2024-%02d-01,%d\n", i, i * i % 7 }' >in
    run -0 --separate-stderr aee-forecast --yearly 2 in
    [[ "$stderr" != *longer* ]]
}

# ---- groups --------------------------------------------------------------------

@test "aee-forecast: each group is a series of its own, followed by its rows to come" {
    series 40 >a
    series 50 | awk -F, -v OFS=, 'NR > 1 { $2 = 1000 - 3 * $2 } 1' >b
    # Interleaved: a is in rows 1, 3, 5 ... 79, b goes on to row 90.
    awk -F, -v OFS=, 'FNR == 1 { next } { print FNR, FILENAME, $1, "x", $2 }' a b | sort -t, -k1,1n -k2,2 |
        cut -d, -f2- | sed '1ichannel,date,note,revenue' >in
    aee-forecast -g channel -n 5 in >out
    for g in a b; do
        aee-forecast -n 5 $g | columns date revenue "${appended//,/ }" >want
        columns channel date revenue "${appended//,/ }" <out | sed -n "s/^$g,//p" | diff want -
    done
    [ "$(cut -d, -f1 out | sed '1d' | uniq -c | awk '$1 > 1 { print $1, $2 }' | paste -sd,)" = "6 a,16 b" ]
    grep -q '^a,2024-02-10,,,[0-9]' out
}

@test "aee-forecast: a group with too little history has empty columns, and the others go on" {
    { series 40 | sed '1s/^/g,/; 2,$s/^/a,/'; printf 'b,2024-01-01,5\nc,2024-01-01,\nc,2024-01-02,\n'; } >in
    run -0 --separate-stderr aee-forecast -g g -n 1 in
    [ "${#lines[@]}" -eq 45 ]
    [[ "${lines[41]}" = a,2024-02-10,,1* ]]
    [ "${lines[42]}" = "b,2024-01-01,5,,,,,,," ]
    [ "${lines[44]}" = "c,2024-01-02,,,,,,,," ]
    [ "$stderr" = "aee-forecast: g=b: fewer than 2 rows with a value; no forecast
aee-forecast: g=c: fewer than 2 rows with a value; no forecast" ]
}

@test "aee-forecast: many groups with warnings tell of ten, and how many more there are" {
    awk 'BEGIN { print "g,date,revenue"; for (i = 0; i < 25; i++) print i ",2024-01-01,5" }' >in
    run -0 --separate-stderr aee-forecast -g g in
    [ "$(wc -l <<<"$stderr")" -eq 11 ]
    [[ "$stderr" = *"aee-forecast: 15 more series have warnings" ]]
}

@test "aee-forecast: a group column that is not there is an error" {
    run -1 --separate-stderr aee-forecast -g channel <<<$'date,revenue\n2024-01-01,1'
    [ "$stderr" = "aee-forecast: stdin: no column 'channel' (-m channel=NAME maps another)" ]
}

# ---- records -------------------------------------------------------------------

@test "aee-forecast: other columns, by -c or by -m" {
    series 40 >in
    aee-forecast in | sed 1d >want
    sed '1s/revenue/aov/' in | aee-forecast -c aov | sed 1d | diff want -
    sed '1s/.*/Day,Total/' in | aee-forecast -m date=Day,revenue=Total | sed 1d | diff want -
}

@test "aee-forecast: what passes through is not touched" {
    series 30 | sed '1s/$/,note/; 2,$s/$/,"a, ""b"""/; 3s/,[^,]*/,1.50e2/' >in
    run -0 aee-forecast -q in
    [[ "${lines[2]}" = '2024-01-02,1.50e2,"a, ""b""",'* ]]
    [[ "${lines[5]}" = *',"a, ""b""",'* ]]
}

@test "aee-forecast: CSV, TSV and NDJSON give the same records" {
    series 40 | sed '5s/,.*/,/' >csv
    aee-forecast -n 2 csv >want
    tr , '\t' <csv | aee-forecast --itsv -n 2 | tr '\t' , | diff want -
    aee-forecast -n 2 --ojsonl csv >jsonl
    jq -es 'length == 42 and .[3].revenue == null and .[3].residual == null and .[41].revenue == null
        and .[41].date == "2024-02-11" and .[41].forecast_anomaly == null and .[0].forecast_anomaly == 0
        and (.[0] | has("forecast_p"))' jsonl
    head -40 jsonl | jq -c '{date, revenue}' >plain
    aee-forecast -n 2 plain | diff jsonl -
    aee-forecast -n 2 --ocsv plain | diff want -
}

@test "aee-forecast: a key that the first NDJSON record lacks passes, but not into CSV" {
    printf '%s\n' '{"date":"2024-01-01","revenue":1}' '{"date":"2024-01-02","revenue":2,"x":"y"}' >in
    run -0 aee-forecast -q -n 1 in
    jq -es '.[1].x == "y" and (.[2] | has("x") | not)' <<<"$output"
    run -1 --separate-stderr aee-forecast -q --ocsv in
    [ "$stderr" = "aee-forecast: record 2: key 'x' is not in the first record, and only NDJSON has a place for it" ]
}

@test "aee-forecast: a second run needs a prefix, and the first's rows to come count as history" {
    series 40 | aee-forecast -n 2 >once
    run -1 --separate-stderr aee-forecast once
    [ "$stderr" = "aee-forecast: the input has a column 'yhat' already (see --prefix)" ]
    run -0 aee-forecast --prefix again_ --interval 0.95 -n 1 once
    [ "${lines[0]}" = "date,revenue,$appended,again_${appended//,/,again_}" ]
    [[ "${lines[43]}" = 2024-02-12,,,,,,,,,1* ]]
}

@test "aee-forecast: several files are one series" {
    series 40 >in
    head -21 in >a
    { head -1 in; sed 1,21d in; } >b
    diff <(aee-forecast in | sort) <(aee-forecast b a | sort)
}

@test "aee-forecast: --interval is the probability of the band" {
    # The band of the history is +-q sigma: q(0.9) / q(0.8) = 1.6448536 / 1.2815516.
    series 60 >in
    paste -d, <(aee-forecast in | columns yhat yhat_upper) <(aee-forecast --interval 0.9 in | columns yhat yhat_upper) |
        awk -F, 'NR <= 60 { r = ($4 - $3) / ($2 - $1) - 1.64485362695147 / 1.2815515655446; if (r * r > 1e-16) exit bad = 1 }
            END { exit bad }'
}

@test "aee-forecast: the threshold is on the residual's z, whose mean is 0 and deviation 1" {
    series 60 | sed '31s/,.*/,500/' >in
    run -3 --separate-stderr aee-forecast --exit-code in
    [ "$(columns date forecast_anomaly <<<"$output" | sed -n 's/,1$//p')" = 2024-01-30 ]
    columns residual residual_z <<<"$output" | awk -F, '
        $1 != "" { n++; s += $1; q += $1 * $1; z[n] = $2; r[n] = $1 }
        END { m = s / n; sd = sqrt((q - n * m * m) / (n - 1))
            for (i = 1; i <= n; i++) { d = (r[i] - m) / sd - z[i]; if (d * d > 1e-12) exit 1 } }'
    run -0 aee-forecast --exit-code -z 100 in
    run -3 aee-forecast --exit-code -z 0.5 in
}

# ---- errors --------------------------------------------------------------------

@test "aee-forecast: an empty input is an error, a header alone is not" {
    run -1 --separate-stderr aee-forecast </dev/null
    [ "$stderr" = "aee-forecast: stdin: is empty, without a header line" ]
    run -0 --separate-stderr aee-forecast <<<'date,revenue'
    [ "$output" = "date,revenue,$appended" ]
    [ -z "$stderr" ]
}

@test "aee-forecast: a missing column is named" {
    run -1 --separate-stderr aee-forecast <<<$'date,sales\n2025-01-01,1'
    [ "$stderr" = "aee-forecast: stdin: no column 'revenue' (-m revenue=NAME maps another)" ]
    run -1 --separate-stderr aee-forecast <<<$'day,revenue\n2025-01-01,1'
    [ "$stderr" = "aee-forecast: stdin: no column 'date' (-m date=NAME maps another)" ]
    [ -z "$output" ]
}

@test "aee-forecast: a bad value names the line and the column" {
    run -1 --separate-stderr aee-forecast <<<$'date,revenue\n2025-01-01,1\n2025-01-02,abc'
    [ "$stderr" = "aee-forecast: stdin:3: column 'revenue': 'abc' is not a number" ]
    run -1 --separate-stderr aee-forecast <<<$'date,revenue\n2025-01-01,inf'
    [ "$stderr" = "aee-forecast: stdin:2: column 'revenue': 'inf' is not a number" ]
    run -1 --separate-stderr aee-forecast <<<$'date,revenue\n2025-02-30,1'
    [[ "$stderr" = "aee-forecast: stdin:2: column 'date': '2025-02-30' is not a date"* ]]
    run -1 --separate-stderr aee-forecast <<<$'date,revenue\n,1'
    [[ "$stderr" = "aee-forecast: stdin:2: column 'date': "* ]]
    [ -z "$output" ]
}

@test "aee-forecast: --bad-rows=skip leaves bad rows out, counts and keeps them" {
    series 40 >good
    sed '10a2024-01-09,x' good >in
    run -0 --separate-stderr aee-forecast --bad-rows=skip in
    diff <(printf '%s\n' "${lines[@]}") <(aee-forecast good)
    [[ "$stderr" = *"aee-forecast: in:11: column 'revenue': 'x' is not a number"* ]]
    [[ "$stderr" = *"aee-forecast: 1 record skipped: "* ]]
    aee-forecast -q --bad-rows=bad in >out 2>err
    diff bad <(printf 'date,revenue\n2024-01-09,x\n')
}

@test "aee-forecast: bytes that are no text are refused" {
    run -1 --separate-stderr aee-forecast < <(printf 'date,revenue\n1\0\n')
    [ "$stderr" = "aee-forecast: stdin:2: has a NUL byte" ]
    run -1 --separate-stderr aee-forecast < <(printf 'date,revenue,x\n2024-01-01,1,\377\n')
    [ "$stderr" = "aee-forecast: stdin:2: is not valid UTF-8" ]
    run -1 --separate-stderr aee-forecast < <(printf 'date,revenue\n2024-01-01,1\n"a,1\n')
    [[ "$stderr" = "aee-forecast: stdin:3: "* ]]
}

@test "aee-forecast: options out of bounds end with status 2" {
    for bad in '-n -1' '-n x' '-z -1' '-z x' '--interval 0' '--interval 1' '--yearly maybe' '--weekly 101' '--daily -1' \
        '--growth cubic' '--n-changepoints -1' '--changepoint-range 0' '--changepoint-range 1.1' \
        '--changepoint-prior-scale 0' '--changepoint-prior-scale -1' '--seasonality-prior-scale -1' \
        '--precision 18' '--nothing' '-y' '-c'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-forecast $bad <<<$'date,revenue\n2024-01-01,1'
        [ -n "$stderr" ]
        [ -z "$output" ]
    done
    run -2 --separate-stderr aee-forecast --yearly maybe </dev/null
    [ "$stderr" = "aee-forecast: --yearly: 'maybe' is not auto, on, off or an order up to 100" ]
}

@test "aee-forecast: -h shows the usage, -V the version" {
    run -0 --separate-stderr aee-forecast -h
    [[ "$output" = "usage: aee-forecast "* ]]
    [ -z "$stderr" ]
    run -0 aee-forecast --version
    [[ "$output" = "aee-forecast "[0-9]* ]]
}

@test "aee-forecast: a file that cannot be read is an error" {
    run -1 --separate-stderr aee-forecast nowhere.csv
    [ "$stderr" = "aee-forecast: nowhere.csv: No such file or directory" ]
}

@test "aee-forecast: a full disk is an error" {
    series 30 >in
    run -1 --separate-stderr aee-forecast -q -o /dev/full in
    [[ "$stderr" = *"aee-forecast: /dev/full: No space left on device" ]]
    run -1 --separate-stderr bash -c "aee-forecast -q in >/dev/full"
    [[ "$stderr" = *"aee-forecast: stdout: No space left on device" ]]
}

@test "aee-forecast: a closed pipe ends it quietly" {
    series 40 >in
    run -0 --separate-stderr bash -c 'aee-forecast -n 100000 in | head -1'
    [ "$output" = "date,revenue,$appended" ]
    [ -z "$stderr" ]
}

@test "aee-forecast: -o writes a file whole or not at all" {
    series 40 >in
    echo before >out
    run -1 aee-forecast -o out <<<$'date,revenue\n2024-01-01,1'
    [ "$(cat out)" = before ]
    run -0 --separate-stderr aee-forecast -n 1 -o out in
    [ -z "$output" ]
    aee-forecast -n 1 in | diff out -
}

# ---- with the others -----------------------------------------------------------

@test "aee-forecast: key figures of the original, in days, weeks and months" {
    gzip -dc "$data/original-orders.csv.gz" >orders
    aee-kpi orders | aee-forecast -n 1 | tail -1 | grep -q ^2026-01-01,
    aee-kpi -p week orders | aee-forecast -n 1 | tail -1 | grep -q ^2026-01-05,
    aee-kpi -p month orders | aee-forecast -q -n 1 | tail -1 | grep -q ^2026-01-01,
}

@test "aee-forecast: stands in a pipe of detectors, before or behind them" {
    gzip -dc "$data/original-orders.csv.gz" | aee-kpi >kpi
    aee-zscore kpi | aee-iforest | aee-forecast -n 3 >last
    aee-forecast -n 3 kpi | aee-zscore | aee-iforest >first
    for out in first last; do
        [ "$(wc -l <$out)" -eq 369 ]
        columns z_score zscore_anomaly iforest_score iforest_anomaly residual forecast_anomaly <$out |
            tail -3 | sort -u >flags
        [ "$(cat flags)" = ,,,,, ]
        columns zscore_anomaly iforest_anomaly forecast_anomaly date <$out | grep -q '^1,1,1,2025-03-15$'
    done
    columns date yhat zscore_anomaly iforest_anomaly forecast_anomaly <first | diff - <(
        columns date yhat zscore_anomaly iforest_anomaly forecast_anomaly <last)
}

# ---- judged rows ---------------------------------------------------------------------

@test "aee-forecast: --judge measures residuals by their median, and has a p of t8" {
    series 200 | sed 's/^2024-04-01,.*/2024-04-01,900/' >in
    aee-forecast --judge -z 4 -n 0 in >out
    columns revenue yhat residual residual_z forecast_p forecast_anomaly <out >rows
    # 1.4826 x median |residual| is the unit of z.
    awk -F, '{ print $3 < 0 ? -$3 : $3 }' rows | sort -g >sizes
    unit=$(awk 'NR == 100 || NR == 101 { s += $1 } END { print 1.4826 * s / 2 }' sizes)
    awk -F, -v unit="$unit" '
        function near(a, b, e) { return a - b <= e && b - a <= e }
        { x = 8 / (8 + $4 * $4); p = 1 - sqrt(1 - x) * (1 + x / 2 + 3 * x * x / 8 + 5 * x * x * x / 16)
          if (!near($3, $1 - $2, 1e-8) || !near($4 * unit, $3, 1e-5 * unit * (1 + $4 * $4)) || !near($5, p, 1e-9)) exit bad = 1 }
        END { exit bad || NR != 200 }' rows
    [ "$(columns date forecast_anomaly <out | grep ',1$')" = 2024-04-01,1 ]
    # The odd day has not moved the model, nor the size of the others.
    sed 's/^2024-04-01,.*/2024-04-01,/' in | aee-forecast --judge -n 0 >without
    near <(columns date yhat <out) <(columns date yhat <without) 0.5
    near <(columns date residual_z <out | grep -v ^2024-04-01) <(columns date residual_z <without | grep -v ^2024-04-01) 0.5
}

@test "aee-forecast: --mask days are not learned from and not judged" {
    series 200 | sed 's/^2024-04-01,.*/2024-04-01,900/; s/^2024-03-31,.*/2024-03-31,800/' >in
    printf 'holiday,date,lower_window\nsale,2024-04-01,-1\n' >days
    aee-forecast --judge --mask days -z 4 -n 0 in >out
    [ "$(columns date residual_z forecast_p forecast_anomaly <out | grep ',,,$' | paste -sd ' ')" = "2024-03-31,,, 2024-04-01,,," ]
    [ "$(columns forecast_anomaly <out | sort | uniq -c | sort -g | awk '{ print $1 }' | paste -sd ' ')" = "2 198" ]
    sed 's/^\(2024-04-01\|2024-03-31\),.*/\1,/' in | aee-forecast --judge -n 0 >without
    near <(columns date yhat <out) <(columns date yhat <without) 1e-9
    diff <(aee-forecast --judge --mask - -z 4 -n 0 in <days) out
}

@test "aee-forecast: --judge --scale log judges logarithms, and tells the unit of the column" {
    series 200 | awk -F, -v OFS=, 'NR == 1 || $2 = exp($2 / 40) - 1' >in
    awk -F, -v OFS=, 'NR > 1 { $2 = log(1 + $2) } 1' OFMT=%.17g CONVFMT=%.17g in >logs
    aee-forecast --judge --scale log -n 5 in >out
    aee-forecast --judge -n 5 logs >expected
    near <(columns date residual_z forecast_p <out | head -n 200) <(columns date residual_z forecast_p <expected | head -n 200) 1e-5
    columns date yhat yhat_lower yhat_upper <expected | awk -F, -v OFS=, '{ print $1, exp($2) - 1, exp($3) - 1, exp($4) - 1 }' OFMT=%.15g CONVFMT=%.15g >units
    near <(columns date yhat yhat_lower yhat_upper <out) units 1e-3
    [ "$(wc -l <out)" = 206 ]
}

@test "aee-forecast: --judge judges each group by itself, with any number of threads" {
    { series 100 | sed '1s/^/shop,/; 2,$s/^/a,/'; series 60 | sed '1d; s/^/b,/; s/60$/600/'; } >two
    aee-forecast -q --judge -g shop -n 0 two >out
    diff <(grep ^b out | cut -d, -f2-) <(grep -E '^(b|shop)' two | cut -d, -f2- | aee-forecast -q --judge -n 0 | sed 1d)
    cmp out <(aee-forecast -q --judge -g shop -n 0 -j 3 two)
}

@test "aee-forecast: --judge says nothing of fewer than 28 rows, and warns once" {
    series 20 >in
    run -0 --separate-stderr aee-forecast --judge -n 0 in
    [ "$(columns forecast_p forecast_anomaly <<<"$output" | sort -u)" = , ]
    [ "$(grep -c "column 'revenue': too little history to judge: a row counts from 28 with a value on" <<<"$stderr")" = 1 ]
}

@test "aee-forecast: --judge of a constant finds nothing" {
    series 60 | sed '2,$s/,.*/,7/' >in
    run -0 --separate-stderr aee-forecast -q --judge -n 0 in
    [ "$(columns residual_z forecast_p forecast_anomaly <<<"$output" | sort -u)" = 0,1,0 ]
}

@test "aee-forecast: --judge rules out what is fitted in another way" {
    series 60 >in
    for other in --robust --tune --conformal --backtest --components --changepoints; do
        run -2 --separate-stderr aee-forecast --judge "$other" in
        [ "${stderr_lines[0]}" = "aee-forecast: --judge and $other: give one of the two" ]
    done
    # In a configuration too, but for what is its default.
    for other in robust=true tune=true conformal=true backtest=rows components=true changepoints=true save=m.json; do
        run -2 --separate-stderr aee-forecast --set judge=true --set "$other" in
        [ "$stderr" = "aee-forecast: --judge and --${other%=*}: give one of the two" ]
    done
    [ ! -e m.json ]
    aee-forecast --judge --set robust=false --set tune=false in | cmp - <(aee-forecast --judge in)
    run -2 --separate-stderr aee-forecast --scale log in
    [ "${stderr_lines[0]}" = "aee-forecast: --scale: only with --judge" ]
    run -2 --separate-stderr aee-forecast --mask in in
    [ "${stderr_lines[0]}" = "aee-forecast: --mask: only with --judge" ]
}
