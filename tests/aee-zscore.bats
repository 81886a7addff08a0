#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

setup() {
    # shellcheck source=tests/columns.bash
    . "$BATS_TEST_DIRNAME/columns.bash"
    cd "$BATS_TEST_TMPDIR" || exit 1
    data=$BATS_TEST_DIRNAME/data
}

# ---- the formula ---------------------------------------------------------------

@test "aee-zscore: scores each row against the rows before it" {
    # Windows 10 12 14 (mean 12, deviation 2) and 12 14 30 (56/3, sqrt(292/3)).
    # For 2 degrees of freedom, p = 1 - t / sqrt(t^2 + 2).
    run -0 aee-zscore --window 3 <<<$'revenue\n10\n12\n14\n30\n16'
    diff -u - <<<"$output" <(
        cat <<'END'
revenue,rolling_mean,rolling_std,z_score,zscore_p,zscore_anomaly
10,,,,,
12,,,,,
14,,,,,
30,12,2,9,0.0160653019433,1
16,18.6666666667,9.86576572463,-0.27029495136,0.836700683814,0
END
    )
}

@test "aee-zscore: the window can end with the row itself" {
    # Window 12 14 30: z = 34 / sqrt(876).
    run -0 aee-zscore -w 3 --include-current --precision 6 <<<$'revenue\n10\n12\n14\n30'
    [ "${lines[3]}" = "14,12,2,1,0.333333,0" ]
    [ "${lines[4]}" = "30,18.6667,9.86577,1.14875,0.0646392,0" ]
}

@test "aee-zscore: --robust takes the median and the MAD, which an outlier does not move" {
    # Median 3, MAD 1: z = 7 / 1.4826; mean 22 and deviation 43.6 would hide it.
    run -0 aee-zscore -w 5 --robust <<<$'revenue\n1\n2\n3\n4\n100\n10'
    [ "${lines[6]}" = "10,3,1.4826,4.72143531634,0.0719626239057,1" ]
    run -0 aee-zscore -w 5 <<<$'revenue\n1\n2\n3\n4\n100\n10'
    [[ "${lines[6]}" = *,0 ]]
}

@test "aee-zscore: the threshold is exceeded, not reached" {
    # Mean 12, deviation 2: 17 has z = 2.5.
    run -0 aee-zscore -w 3 <<<$'revenue\n10\n12\n14\n17'
    [ "${lines[4]}" = "17,12,2,2.5,0.162781641721,0" ]
    run -0 aee-zscore -w 3 -z 2.4 <<<$'revenue\n10\n12\n14\n17'
    [ "${lines[4]}" = "17,12,2,2.5,0.162781641721,1" ]
    run -0 aee-zscore -w 3 --threshold 2.4 <<<$'revenue\n10\n12\n14\n7'
    [ "${lines[4]}" = "7,12,2,-2.5,0.162781641721,1" ]
}

@test "aee-zscore: rows are taken in order, whatever their dates" {
    run -0 aee-zscore -w 2 <<<$'date,revenue\n2025-03-01,1\n2024-01-01,3\n2024-01-01,2\nno date,2'
    [ "${lines[3]}" = "2024-01-01,2,2,1.41421356237,0,1,0" ]
    [[ "${lines[4]}" = "no date,2,2.5,0.707106781187,-0.707106781187,0.666666666667,0" ]]
}

@test "aee-zscore: all equal is no anomaly, and the first other value is one without a size" {
    run -0 aee-zscore -w 3 <<<$'revenue\n5\n5\n5\n5\n5.01'
    [ "${lines[4]}" = "5,5,0,0,1,0" ]
    [ "${lines[5]}" = "5.01,5,0,,1e-290,1" ]
}

@test "aee-zscore: zero and negative values are values" {
    run -0 aee-zscore -w 3 <<<$'revenue\n-10\n-12\n-14\n0'
    [ "${lines[4]}" = "0,-12,2,6,0.035098718646,1" ]
}

# ---- missing values ------------------------------------------------------------

@test "aee-zscore: a missing value is not scored, and has no weight in the window" {
    run -0 aee-zscore -w 4 <<<$'x,revenue\na,10\nb,12\nc,\nd,14\ne,30\nf,\ng,1'
    [ "${lines[5]}" = "e,30,12,2,9,0.0160653019433,1" ]
    [ "${lines[6]}" = "f,,,,,," ]
    # Window: missing, 14, 30, missing: half is present.
    [ "${lines[7]}" = "g,1,22,11.313708499,-1.85615530061,0.371310901021,0" ]
}

@test "aee-zscore: with less than half of the window present nothing is said" {
    run -0 aee-zscore -w 5 <<<$'x,revenue\na,10\nb,12\nc,\nd,\ne,\nf,30'
    [ "${lines[6]}" = "f,30,,,,," ]
}

@test "aee-zscore: a column that is all missing stays so, with a warning" {
    run -0 --separate-stderr aee-zscore -w 2 <<<$'x,revenue\na,\nb,\nc,'
    [ "${lines[3]}" = "c,,,,,," ]
    [ "$stderr" = "aee-zscore: no row was scored: a window is 2 rows, half of them with a value" ]
}

@test "aee-zscore: fewer rows than the window are passed on, with a warning" {
    run -0 --separate-stderr aee-zscore <<<$'revenue\n7'
    [ "${lines[1]}" = "7,,,,," ]
    [ "$stderr" = "aee-zscore: no row was scored: a window is 14 rows, half of them with a value" ]
    run -0 --separate-stderr aee-zscore -q <<<$'revenue\n7'
    [ -z "$stderr" ]
}

# ---- groups --------------------------------------------------------------------

@test "aee-zscore: each group is a series of its own" {
    run -0 --separate-stderr aee-zscore -w 3 -g shop,channel \
        <<<$'shop,channel,revenue\n1,a,10\n1,b,3\n1,a,12\n2,a,9\n1,b,3\n1,a,14\n1,b,3\n1,a,30\n1,b,4'
    [ "${lines[7]}" = "1,b,3,,,,," ]
    [ "${lines[8]}" = "1,a,30,12,2,9,0.0160653019433,1" ]
    [ "${lines[9]}" = "1,b,4,3,0,,1e-290,1" ]
    [ "$stderr" = "aee-zscore: no row was scored in 1 of 3 groups: a window is 3 rows, half of them with a value" ]
}

@test "aee-zscore: a group column that is not there is an error" {
    run -1 --separate-stderr aee-zscore -g channel <<<$'revenue\n1'
    [ "$stderr" = "aee-zscore: stdin: no column 'channel' (-m channel=NAME maps another)" ]
}

# ---- baselines of days ---------------------------------------------------------

# days FIRST VALUE...: a daily table from day FIRST of March 2025 on.
days() {
    local day=$1
    shift
    echo date,revenue
    for value; do printf '2025-03-%02d,%s\n' $((day++)) "${value#-}"; done
}

# weeks N: N weeks from Monday 2024-01-01 on, each its number, Sundays 100 less.
weeks() {
    awk -v n="$1" 'BEGIN { print "date,revenue"; for (t = 0; t < 7 * n; t++)
        print strftime("%Y-%m-%d", 1704067200 + 86400 * t, 1) ","  1000 + int(t / 7) - 100 * (t % 7 == 6) }'
}

@test "aee-zscore: a trailing baseline is that of the days before" {
    # Median 3 of 2 1000 4 3 1, deviations 1 997 1 0 2; p of t with 8 degrees.
    days 1 1 2 1000 4 3 9 >in
    run -0 aee-zscore -b trailing -w 5 --robust --scale raw in
    [ "${lines[6]}" = "2025-03-06,9,3,1.4826,4.04694455686,0.00369987569383,1" ]
    # Three of five are enough, two are not.
    [ "${lines[3]}" = "2025-03-03,1000,,,,," ]
    [[ "${lines[4]}" = 2025-03-04,4,2,1.4826,* ]]
    # Mean 12, deviation 2.
    run -0 aee-zscore --baseline trailing -w 3 --scale raw < <(days 1 10 12 14 17)
    [[ "${lines[4]}" = 2025-03-04,17,12,2,2.5,0.0369*,0 ]]
}

@test "aee-zscore: a day without a row is a day of the baseline" {
    # Three of the five days before the 9th have a row; of those before the 10th, two.
    printf 'date,revenue\n2025-03-04,1\n2025-03-05,2\n2025-03-06,6\n2025-03-09,4\n' >in
    run -0 aee-zscore -b trailing -w 5 --robust --scale raw in
    [[ "${lines[4]}" = 2025-03-09,4,2,1.4826,* ]]
    sed -i s/03-09/03-10/ in
    run -0 --separate-stderr aee-zscore -b trailing -w 5 --robust --scale raw in
    [ "${lines[4]}" = 2025-03-10,4,,,,, ]
    [ "$stderr" = "aee-zscore: no row was scored: a day needs 3 of the 5 days before it" ]
}

@test "aee-zscore: a weekday is judged by the same weekday, also beyond a long gap" {
    # Four Sundays before: 900 to 903.  Days exceed their medians by 2.5.
    weeks 9 >in
    run -0 aee-zscore -b weekday --robust --scale raw in
    [[ "${lines[63]}" = 2024-03-03,908,905.5,3.7065,0.674* ]]
    [[ "${lines[62]}" = 2024-03-02,1008,1005.5,3.7065,0.674* ]]
    run -0 --separate-stderr aee-zscore -b weekday < <(head -29 in)
    [ "$stderr" = "aee-zscore: no row was scored: a day needs 4 weeks before it" ]
    # Years later the weekdays are still in step: four weeks, then 2 of deviations.
    { cat in; weeks 9 | sed -e 1d -e 's/^2024-/2030-/' | head -50; } >gap
    run -0 aee-zscore -b weekday --robust --scale raw gap
    # 2030-01-01 is a Tuesday, and the made Sunday a Monday.
    [[ "${lines[63 + 49]}" = 2030-02-18,906,903.5,* ]]
    [[ "${lines[63 + 50]}" = 2030-02-19,1007,1004.5,* ]]
}

@test "aee-zscore: a centred baseline looks to both sides" {
    weeks 9 | sed 's/^2024-02-01,.*/2024-02-01,2000/' >in
    run -0 aee-zscore --baseline centred --scale raw in
    [[ "${lines[32]}" = 2024-02-01,2000,* ]]
    [ "$(grep -c ',1$' <<<"$output")" = 1 ]
    [[ "${lines[32]}" = *,1 ]]
    awk -F, 'NR > 15 && NR < 50 && ($3 - $2 > 4 || $2 - $3 > 4) && $2 != 2000 { exit 1 }' <<<"$output"
    run -0 --separate-stderr aee-zscore -b centred < <(head -20 in)
    [ "${#lines[@]}" = 20 ]
    [ "$stderr" = "aee-zscore: no row was scored: a series needs 28 days with a value" ]
}

@test "aee-zscore: holidays and their windows are not scored, and teach nothing" {
    printf 'holiday,date,lower_window,upper_window\nsale,2025-03-04,-1,0\nother,2025-12-24,,\n' >holidays
    days 1 1 2 1000 2000 3 2 4 >in
    run -0 aee-zscore -b trailing -w 4 --robust --scale raw --holidays holidays in
    [ "${lines[3]}" = "2025-03-03,1000,1.5,0.7413,,," ]
    [ "${lines[4]}" = "2025-03-04,2000,1.5,0.7413,,," ]
    [[ "${lines[5]}" = 2025-03-05,3,1.5,0.7413,2.02*,0 ]]
    # The median of 2 and 3.
    [[ "${lines[6]}" = 2025-03-06,2,2.5,* ]]
    weeks 9 | sed -e 's/^2024-02-01,.*/2024-02-01,2000/' >in
    printf 'holiday,date\nsale,2024-02-01\n' | aee-zscore -b centred --holidays - in >out
    grep -E '^2024-02-01,2000,10[0-9.]*,[0-9.]+,,,$' out
    # Of one group alone.
    awk -F, -v OFS=, 'NR == 1 { print $0, "shop"; next } { print $0, "a"; print $0, "b" }' in >two
    printf 'holiday,date,shop\nsale,2024-02-01,b\n' >holidays
    for baseline in centred trailing; do
        run -0 aee-zscore -b "$baseline" -w 7 -g shop --holidays holidays two
        [ "$(grep ^2024-02-01 <<<"$output" | sed 's/.*,//' | paste -sd ' ')" = "1 " ]
    done
    run -1 --separate-stderr aee-zscore -b trailing --holidays holidays.no in
    [ "$stderr" = "aee-zscore: holidays.no: No such file or directory" ]
}

@test "aee-zscore: the scale is that of the deviations, and the mean is of the column" {
    # ln(1 + x): 1 2 3, then 5.
    days 1 1.718281828459045 6.38905609893065 19.085536923187668 147.4131591025766 >in
    run -0 aee-zscore -b trailing -w 3 in
    [[ "${lines[4]}" = 2025-03-04,147.4131591025766,6.38905609893,1,3,0.017071* ]]
    [[ "${lines[4]}" = *,0 ]]
    run -0 aee-zscore -w 3 --scale sqrt <<<$'revenue\n1\n4\n9\n25'
    [[ "${lines[4]}" = 25,4,1,3,* ]]
    [[ "${lines[4]}" = *,1 ]]
}

@test "aee-zscore: days of a baseline must ascend" {
    run -1 --separate-stderr aee-zscore -b trailing <<<$'date,revenue\n2025-03-02,1\n2025-03-01,1'
    [ "$stderr" = "aee-zscore: stdin:3: column 'date': '2025-03-01' is not after the day before it" ]
    run -0 --separate-stderr aee-zscore -b centred --bad-rows skip <<<$'date,revenue\n2025-03-02,1\n2025-03-02,1\n2025-03-03,1'
    [ "${#lines[@]}" = 3 ]
    [[ "$stderr" = *"1 record skipped"* ]]
    # Each group has days of its own.
    run -0 aee-zscore -b centred -g g <<<$'g,date,revenue\na,2025-03-02,1\nb,2025-03-02,1\na,2025-03-03,1'
    run -1 --separate-stderr aee-zscore -b trailing <<<$'revenue\n1'
    [ "$stderr" = "aee-zscore: stdin: no column 'date' (-m date=NAME maps another)" ]
}

@test "aee-zscore: each group has a baseline of its own" {
    weeks 9 | awk -F, -v OFS=, 'NR == 1 { print "shop", $0; next } { print "a", $0; print "b", $1, 2 * $2 }' >both
    for b in trailing weekday centred; do
        aee-zscore -g shop -b $b --scale raw both >out
        for shop in a b; do
            { head -1 both; grep "^$shop" both; } | aee-zscore -b $b --scale raw | tail -n +2 |
                diff - <(grep "^$shop" out)
        done
    done
}

@test "aee-zscore: a constant series has no score, and its first change is an anomaly" {
    weeks 9 | sed 's/,.*/,5/; 1s/.*/date,revenue/; s/^2024-02-20,.*/2024-02-20,6/' >in
    for b in trailing weekday centred; do
        run -0 aee-zscore -b $b --scale raw --robust in
        [[ "${lines[50]}" = 2024-02-19,5,5,*,0,1,0 ]]
        [[ "${lines[51]}" = 2024-02-20,6,5,*,1 ]]
        # A centred baseline has seen the change, and knows a size.
        [ $b = centred ] || [ "${lines[51]}" = 2024-02-20,6,5,0,,1e-290,1 ]
    done
    sed 's/,5$/,/; s/,6$/,/' in >none
    for b in trailing weekday centred; do
        run -0 --separate-stderr aee-zscore -b $b none
        [ "${lines[51]}" = 2024-02-20,,,,,, ]
        [[ "$stderr" = "aee-zscore: no row was scored: "* ]]
    done
    for b in trailing weekday centred; do
        run -0 --separate-stderr aee-zscore -b $b <<<date,revenue
        [ "${#lines[@]}" = 1 ]
        [ -z "$stderr" ]
    done
}

@test "aee-zscore: a baseline in NDJSON, with keys that are no columns" {
    weeks 9 >in
    for b in trailing centred; do
        aee-zscore -b $b in >want
        aee-zscore -b $b --ojsonl in | jq -c '{date, revenue}' | aee-zscore -b $b --ocsv | diff want -
    done
    run -0 --separate-stderr aee-zscore -b centred <<<$'{"date":"2025-01-01","revenue":1}\n{"date":"2025-01-02","revenue":2,"x":"y"}'
    jq -es '.[1].x == "y"' <<<"$output"
}

@test "aee-zscore: options that do not go together end with status 2" {
    run -2 --separate-stderr aee-zscore --holidays x
    [ "$stderr" = "aee-zscore: --holidays: only with --baseline" ]
    run -2 --separate-stderr aee-zscore -b weekday --include-current
    [ "$stderr" = "aee-zscore: --include-current: a baseline never has the day itself" ]
    run -2 --separate-stderr aee-zscore -b median
    [[ "$stderr" = "aee-zscore: --baseline: 'median' is not "* ]]
    run -2 --separate-stderr aee-zscore -b trailing -w 100001
    [ "$stderr" = "aee-zscore: the window must be 2 to 100000" ]
    run -2 --separate-stderr aee-zscore --scale ln
    [[ "$stderr" = "aee-zscore: --scale: 'ln' is not "* ]]
}

# ---- records -------------------------------------------------------------------

@test "aee-zscore: another column, by -c or by -m" {
    run -0 aee-zscore -w 2 -c aov <<<$'revenue,aov\nx,1\ny,3\nz,2'
    [ "${lines[3]}" = "z,2,2,1.41421356237,0,1,0" ]
    run -0 aee-zscore -w 2 -m revenue=Total <<<$'Total\n1\n3\n2'
    [ "${lines[3]}" = "2,2,1.41421356237,0,1,0" ]
}

@test "aee-zscore: what passes through is not touched" {
    run -0 aee-zscore -w 2 <<<$'note,revenue\n"a, ""b""",1.50\n,+2e0\nü,0003'
    [[ "${lines[1]}" = '"a, ""b""",1.50,'* ]]
    [[ "${lines[2]}" = ',+2e0,'* ]]
    [[ "${lines[3]}" = 'ü,0003,1.75,'* ]]
}

@test "aee-zscore: CSV, TSV and NDJSON give the same records" {
    printf 'date,revenue\n2025-01-01,10\n2025-01-02,12\n2025-01-03,\n2025-01-04,30\n' >csv
    aee-zscore -w 2 csv >want
    tr , '\t' <csv | aee-zscore --itsv -w 2 | tr '\t' , | diff want -
    aee-zscore -w 2 --ojsonl csv >jsonl
    jq -es '.[3].revenue == 30 and .[2].z_score == null and (.[0] | has("zscore_p"))' jsonl
    head -4 jsonl | jq -c '{date, revenue}' | aee-zscore -w 2 | diff jsonl -
    jq -c '{date, revenue}' jsonl | aee-zscore -w 2 --ocsv | diff want -
}

@test "aee-zscore: a key that the first NDJSON record lacks passes, but not into CSV" {
    run -0 --separate-stderr aee-zscore -w 2 <<<$'{"revenue":1}\n{"revenue":2,"x":"y"}'
    jq -es '.[1].x == "y"' <<<"$output"
    run -1 --separate-stderr aee-zscore --ocsv -w 2 <<<$'{"revenue":1}\n{"revenue":2,"x":"y"}'
    [ "$stderr" = "aee-zscore: stdin:2: key 'x' is not in the first record, and only NDJSON has a place for it" ]
}

@test "aee-zscore: a second run needs a prefix" {
    printf 'revenue,aov\n1,1\n2,2\n3,5\n' | aee-zscore -w 2 >once
    run -1 --separate-stderr aee-zscore -w 2 -c aov once
    [ "$stderr" = "aee-zscore: the input has a column 'rolling_mean' already (see --prefix)" ]
    run -0 aee-zscore -w 2 -c aov --prefix aov_ once
    [ "${lines[0]}" = "revenue,aov,rolling_mean,rolling_std,z_score,zscore_p,zscore_anomaly,aov_rolling_mean,aov_rolling_std,aov_z_score,aov_zscore_p,aov_zscore_anomaly" ]
    [[ "${lines[3]}" = *,1.5,0.707106781187,4.94974746831,0.154420958311,1 ]]
}

@test "aee-zscore: several files are one series" {
    printf 'revenue\n10\n12\n' >a
    printf 'revenue\n14\n30\n' >b
    aee-zscore -w 3 a b | tail -1 | grep -x '30,12,2,9,0.0160653019433,1'
}

@test "aee-zscore: a row leaves before the next one is typed" {
    coproc zscore { exec aee-zscore -w 2 3>&-; }
    exec 8>&"${zscore[1]}" 9<&"${zscore[0]}"
    # shellcheck disable=SC2154
    pid=$zscore_PID
    printf 'revenue\n' >&8
    for i in 1 3 2; do
        printf '%s\n' $i >&8
        [ $i != 1 ] || read -r -t 20 _ <&9
        read -r -t 20 row <&9
        [ "${row%%,*}" = $i ]
    done
    [ "$row" = "2,2,1.41421356237,0,1,0" ]
    exec 8>&-
    eval "exec ${zscore[1]}>&-"
    wait "$pid"
}

@test "aee-zscore: a long input and many groups take little memory" {
    awk 'BEGIN { print "g,revenue"; for (i = 0; i < 300000; i++) print i % 50 "," i % 7 }' >long
    (ulimit -v 20000 && aee-zscore -V) || skip "an instrumented program needs more to start"
    (ulimit -v 20000 && aee-zscore -g g long >out)
    [ "$(wc -l <out)" -eq 300001 ]
}

# ---- errors --------------------------------------------------------------------

@test "aee-zscore: an empty input is an error, a header alone is not" {
    run -1 --separate-stderr aee-zscore </dev/null
    [ "$stderr" = "aee-zscore: stdin: is empty, without a header line" ]
    run -0 --separate-stderr aee-zscore <<<'date,revenue'
    [ "$output" = "date,revenue,rolling_mean,rolling_std,z_score,zscore_p,zscore_anomaly" ]
    [ -z "$stderr" ]
}

@test "aee-zscore: a missing column is named" {
    run -1 --separate-stderr aee-zscore <<<$'date,sales\n2025-01-01,1'
    [ "$stderr" = "aee-zscore: stdin: no column 'revenue' (-m revenue=NAME maps another)" ]
    [ -z "$output" ]
}

@test "aee-zscore: a bad number names the line and the column" {
    run -1 --separate-stderr aee-zscore <<<$'date,revenue\n2025-01-01,1\n2025-01-02,abc'
    [ "$stderr" = "aee-zscore: stdin:3: column 'revenue': 'abc' is not a number" ]
    for bad in nan inf 0x10 '1,5' 1e999 '1 '; do
        run -1 --separate-stderr aee-zscore <<<$'revenue,x\n"'"$bad"$'",1'
        [ "$stderr" = "aee-zscore: stdin:2: column 'revenue': '$bad' is not a number" ]
    done
}

@test "aee-zscore: --bad-rows=skip leaves bad rows out, counts and keeps them" {
    printf 'date,revenue\na,10\nb,x\nc,12\nd\ne,14\nf,30\n' >in
    run -0 --separate-stderr aee-zscore -w 3 --bad-rows=skip in
    [ "${lines[4]}" = "f,30,12,2,9,0.0160653019433,1" ]
    [[ "$stderr" = *"aee-zscore: in:3: column 'revenue': 'x' is not a number"* ]]
    [[ "$stderr" = *"aee-zscore: 2 records skipped: "* ]]
    run -0 --separate-stderr aee-zscore -q -w 3 --bad-rows=bad in
    diff bad <(printf 'date,revenue\nb,x\nd\n')
}

@test "aee-zscore: bytes that are no text are refused" {
    run -1 --separate-stderr aee-zscore < <(printf 'revenue\n1\0\n')
    [ "$stderr" = "aee-zscore: stdin:2: has a NUL byte" ]
    run -1 --separate-stderr aee-zscore < <(printf 'x,revenue\n\377,1\n')
    [ "$stderr" = "aee-zscore: stdin:2: is not valid UTF-8" ]
    run -1 --separate-stderr aee-zscore < <(printf 'x,revenue\n1,1\n"a,1\n')
    [[ "$stderr" = "aee-zscore: stdin:3: "* ]]
}

@test "aee-zscore: options out of bounds end with status 2" {
    for bad in '-w 1' '-w 1000001' '-w x' '-z 0' '-z -1' '-z x' '--precision 18' '--nothing' '-y' '-w'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-zscore $bad <<<$'revenue\n1'
        [ -n "$stderr" ]
        [ -z "$output" ]
    done
    run -2 --separate-stderr aee-zscore -w 1 </dev/null
    [ "$stderr" = "aee-zscore: --window: '1' is not a whole number from 2 to 1000000" ]
}

@test "aee-zscore: -h shows the usage, -V the version" {
    run -0 --separate-stderr aee-zscore -h
    [[ "$output" = "usage: aee-zscore "* ]]
    [ -z "$stderr" ]
    run -0 aee-zscore --version
    [[ "$output" = "aee-zscore "[0-9]* ]]
}

@test "aee-zscore: a file that cannot be read is an error" {
    run -1 --separate-stderr aee-zscore nowhere.csv
    [ "$stderr" = "aee-zscore: nowhere.csv: No such file or directory" ]
}

@test "aee-zscore: a full disk is an error" {
    run -1 --separate-stderr aee-zscore -o /dev/full <<<$'revenue\n1'
    [[ "$stderr" = *"aee-zscore: /dev/full: No space left on device" ]]
    run -1 --separate-stderr bash -c "aee-zscore <<<\$'revenue\n1' >/dev/full"
    [[ "$stderr" = *"aee-zscore: stdout: No space left on device" ]]
}

@test "aee-zscore: a closed pipe ends it quietly" {
    awk 'BEGIN { print "revenue"; for (i = 0; i < 100000; i++) print i }' >long
    run -0 --separate-stderr bash -c 'aee-zscore long | head -1'
    [ "$output" = "revenue,rolling_mean,rolling_std,z_score,zscore_p,zscore_anomaly" ]
    [ -z "$stderr" ]
}

@test "aee-zscore: -o writes a file whole or not at all" {
    echo before >out
    run -1 aee-zscore -o out <<<$'revenue\n1\nx'
    [ "$(cat out)" = before ]
    run -0 --separate-stderr aee-zscore -q -w 2 -o out <<<$'revenue\n1\n3\n2'
    [ -z "$output" ]
    [ "$(tail -1 out)" = "2,2,1.41421356237,0,1,0" ]
}

@test "aee-zscore: --exit-code tells whether a row was flagged" {
    run -3 aee-zscore -w 3 --exit-code <<<$'revenue\n10\n12\n14\n30'
    [ "${#lines[@]}" -eq 5 ]
    run -0 aee-zscore -w 3 --exit-code <<<$'revenue\n10\n12\n14\n15'
    run -1 aee-zscore -w 3 --exit-code <<<$'revenue\n10\n12\n14\n30\nx'
}

# ---- the original engine -------------------------------------------------------

# z of two files of z, one number a line, at most 1e-9 apart.
same_z() {
    paste -d, "$1" "$2" | awk -F, '
        ($1 == "") != ($2 == "") { exit bad = 1 }
        $1 != "" { n++; d = $1 - $2; if (d > 1e-9 || d < -1e-9) { print NR ": " $0; exit bad = 1 } }
        END { exit bad || n != 352 }'
}

@test "aee-zscore: every z of the original, from its days" {
    gzip -dc "$data/original-days.csv.gz" >days
    cut -d, -f1,2 days | aee-zscore --include-current >out
    columns z_score <out >ours
    columns z_score <days >theirs
    same_z ours theirs
    [ "$(awk -F, '$7 == 1 { print $1, sprintf("%.6f", $5) }' out)" = $'2025-03-15 3.345390\n2025-09-10 -2.652143' ]
}

@test "aee-zscore: every z of the original, from its orders" {
    gzip -dc "$data/original-orders.csv.gz" | aee-kpi | aee-zscore --include-current --precision 17 >out
    gzip -dc "$data/original-days.csv.gz" | columns z_score >theirs
    columns z_score <out >ours
    same_z ours theirs
    paste -d, <(columns date <out) <(columns zscore_anomaly <out) | sed -n 's/,1$//p' |
        diff - <(jq -r '.zscore_flagged[]' "$data/original-expected.json")
}
