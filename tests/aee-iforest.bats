#!/usr/bin/env bats
# bats sets stderr and stderr_lines, and run sets output where it was called.
# shellcheck disable=SC2154,SC2030,SC2031
bats_require_minimum_version 1.5.0

setup() {
    # shellcheck source=tests/columns.bash
    . "$BATS_TEST_DIRNAME/columns.bash"
    cd "$BATS_TEST_TMPDIR" || exit 1
    data=$BATS_TEST_DIRNAME/data
}

# The first column of the flagged rows.
flagged() {
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "iforest_anomaly") c = i; next } $c == 1 { print $1 }'
}

# n rows of noise and one far away, the last: x,y.
cloud() {
    awk -v n="$1" -v OFS=, 'BEGIN { print "x", "y"; for (i = 1; i < n; i++) print i * 37 % 101, i * 53 % 97; print 1000, -1000 }'
}

about() {
    awk -v a="$1" -v b="$2" -v e="$3" 'BEGIN { d = a - b; exit !(a != "" && d <= e && d >= -e) }'
}

# ---- scores ----------------------------------------------------------------------

@test "aee-iforest: path lengths are those of the worked example" {
    # Each value a trillion times the one before: every split cuts the largest
    # off, and its path is 1 step of c(9) = 2 (ln 8 + 0.5772156649) - 16/9 ones.
    run -0 aee-iforest -q <<<$'x\n1\n1e12\n1e24\n1e36\n1e48\n1e60\n1e72\n1e84\n1e96'
    [ "${lines[0]}" = "x,iforest_score,iforest_p,iforest_anomaly,iforest_top_feature" ]
    IFS=, read -r x score p anomaly top <<<"${lines[9]}"
    about "$score" 0.8219699 3e-6
    [ "$x|$anomaly|$top" = "1e96|1|x" ]
    awk -v p="$p" "BEGIN { exit !(p > 0 && p < 0.2) }"
    IFS=, read -r _ score _ anomaly _ <<<"${lines[8]}"
    about "$score" 0.6756346 3e-6
    [ "$anomaly" = 0 ]
    # With harmonic numbers, c(9) = 2 (H(9) - 1) = 3.6579365.
    run -0 aee-iforest -q --exact-c <<<$'x\n1\n1e12\n1e24\n1e36\n1e48\n1e60\n1e72\n1e84\n1e96'
    IFS=, read -r _ score _ <<<"${lines[9]}"
    about "$score" 0.8273799 3e-6
}

@test "aee-iforest: the row far away scores highest and is flagged" {
    cloud 500 | aee-iforest --threshold 0.7 >out
    [ "$(flagged <out)" = 1000 ]
    [ "$(columns iforest_score <out | sort -rg | head -1)" = "$(tail -1 out | cut -d, -f3)" ]
}

@test "aee-iforest: a seed decides the bytes" {
    cloud 300 >in
    aee-iforest in >a
    aee-iforest --seed 42 <in >b
    aee-iforest -s 43 in >c
    cmp a b
    run -1 cmp -s a c
}

@test "aee-iforest: more trees, smaller subsamples" {
    cloud 300 >in
    run -0 aee-iforest --trees 1 --subsample 2 in
    [ "${#lines[@]}" -eq 301 ]
    aee-iforest --trees 1000 --subsample 64 in >a
    aee-iforest --trees 1000 --subsample 64 -s 7 in >b
    # Scores of 1000 trees hardly depend on the seed.
    paste -d, <(columns iforest_score <a) <(columns iforest_score <b) |
        awk -F, '{ d = $1 - $2; if (d > 0.03 || d < -0.03) exit bad = 1 } END { exit bad }'
}

@test "aee-iforest: a power of two as unit changes no score" {
    awk -v OFS=, 'BEGIN { print "x", "y"; for (i = 0; i < 200; i++) print i * 37 % 101, i * i % 89 }' >in
    awk -F, -v OFS=, 'NR == 1 { print; next } { print $1 * 1024, $2 / 8 }' in >scaled
    diff <(aee-iforest in | cut -d, -f3-) <(aee-iforest scaled | cut -d, -f3-)
}

# ---- flags -----------------------------------------------------------------------

@test "aee-iforest: contamination flags a share of the rows" {
    awk 'BEGIN { print "x"; for (i = 0; i < 365; i++) print i * i * i % 9973 }' >in
    [ "$(aee-iforest in | flagged | wc -l)" -eq 8 ]
    [ "$(aee-iforest --contamination 0.1 in | flagged | wc -l)" -eq 37 ]
    [ "$(aee-iforest --contamination 1e-3 in | flagged | wc -l)" -eq 1 ]
    [ "$(aee-iforest --contamination 0.5 in | flagged | wc -l)" -eq 182 ]
}

@test "aee-iforest: auto flags what scores above 0.5, --threshold what it says" {
    cloud 300 >in
    for score in 0.5 0.6; do
        aee-iforest --threshold $score in >out
        diff <(flagged <out) <(awk -F, -v s=$score 'NR > 1 && $3 > s { print $1 }' out)
    done
    cmp <(aee-iforest --contamination auto in) <(aee-iforest --threshold 0.5 in)
    [ "$(aee-iforest --threshold 1 in | flagged | wc -l)" -eq 0 ]
}

@test "aee-iforest: --exit-code tells whether a row was flagged" {
    cloud 300 >in
    run -3 aee-iforest --exit-code --threshold 0.7 in
    [ "${#lines[@]}" -eq 301 ]
    run -0 aee-iforest --exit-code --threshold 1 in
    run -0 aee-iforest --threshold 0.7 in
}

# ---- features --------------------------------------------------------------------

# Columns of all kinds, as a daily file has them.
daily() {
    awk 'BEGIN {
        print "date,channel,revenue,note,sessions,z_score,zscore_anomaly,aov_yhat_lower,lof_anomaly,empty"
        for (i = 0; i < 100; i++)
            print 20250101 + i "," (i % 2 ? "a" : "b") "," i * 37 % 101 "," (i % 3 ? "" : "x") "," i * 53 % 89 "," i "," i % 2 ",1," i ","
    }'
}

@test "aee-iforest: by default it looks at the numbers that are measures" {
    daily >in
    run -0 --separate-stderr aee-iforest in
    [ "$stderr" = "aee-iforest: fewer than 256 rows: each tree has all of them (--subsample)" ]
    cmp <(printf '%s\n' "$output") <(aee-iforest -f revenue,sessions in)
    run -1 cmp -s <(printf '%s\n' "$output") <(aee-iforest -f revenue,sessions,z_score in)
}

@test "aee-iforest: -x takes columns from the default" {
    daily >in
    cmp <(aee-iforest -x sessions,note in) <(aee-iforest -f revenue in)
    run -1 --separate-stderr aee-iforest -x sesions in
    [ "$stderr" = "aee-iforest: in: no column 'sesions' (-m sesions=NAME maps another)" ]
    run -2 --separate-stderr aee-iforest -x sessions -f revenue in
    [ "$stderr" = "aee-iforest: --exclude takes columns from the default features, --features names others: give one of the two" ]
}

@test "aee-iforest: a mapped date is no feature" {
    daily | sed '1s/date/Day/' >in
    cmp <(aee-iforest -m date=Day in) <(aee-iforest -f revenue,sessions in)
}

@test "aee-iforest: a column of numbers with a text in it is left out, and that is said" {
    { cloud 300 | sed '1s/$/,size/;1!s/$/,42/;5s/42$/XL/'; } >in
    run -0 --separate-stderr aee-iforest in
    [ "$stderr" = "aee-iforest: column 'size' is left out: in:5: 'XL' is not a number" ]
    diff <(cut -d, -f4- <<<"$output") <(cloud 300 | aee-iforest | cut -d, -f3-)
    run -1 --separate-stderr aee-iforest -f x,size in
    [ "$stderr" = "aee-iforest: in:5: column 'size': 'XL' is not a number" ]
    [ -z "$output" ]
    run -0 --separate-stderr aee-iforest -f x,size --bad-rows=skip in
    [ "${#lines[@]}" -eq 300 ]
    [[ "$stderr" = *"aee-iforest: 1 record skipped: 1 column 'size' is not a number"* ]]
}

@test "aee-iforest: a feature that does not vary is named" {
    cloud 300 | sed '1s/$/,k/;1!s/$/,3/' >in
    run -0 --separate-stderr aee-iforest in
    [ "$stderr" = "aee-iforest: feature 'k' is constant" ]
    run -0 --separate-stderr aee-iforest -q in
    [ -z "$stderr" ]
}

@test "aee-iforest: input without a column of numbers is an error" {
    run -1 --separate-stderr aee-iforest <<<$'date,note\n2025-01-01,a\n2025-01-02,b'
    [ "$stderr" = "aee-iforest: no column of numbers to look at" ]
    [ -z "$output" ]
    run -1 --separate-stderr aee-iforest <<<$'date,revenue\n2025-01-01,\n2025-01-02,'
    [ "$stderr" = "aee-iforest: no column of numbers to look at" ]
}

# ---- few rows, equal rows, missing values ----------------------------------------

@test "aee-iforest: one row and two rows score a half and are not flagged" {
    run -0 --separate-stderr aee-iforest --contamination auto <<<$'x\n7'
    [ "${lines[1]}" = "7,0.5,1,0," ]
    [ "$stderr" = "aee-iforest: fewer than 3 rows: each scores 0.5" ]
    run -0 --separate-stderr aee-iforest --contamination 0.5 <<<$'x\n7\n1000'
    [ "${lines[1]}" = "7,0.5,1,0," ]
    [ "${lines[2]}" = "1000,0.5,1,0," ]
    [ "$stderr" = "aee-iforest: fewer than 3 rows: each scores 0.5" ]
}

@test "aee-iforest: where all rows are equal none is flagged" {
    awk 'BEGIN { print "x,y"; for (i = 0; i < 1000; i++) print "0.1,-7" }' >in
    run -0 --separate-stderr aee-iforest --contamination auto in
    [ "$(cut -d, -f3- <<<"$output" | sort -u)" = $'0.5,1,0,\niforest_score,iforest_p,iforest_anomaly,iforest_top_feature' ]
    [ "$stderr" = "aee-iforest: all features are constant: every row scores 0.5" ]
}

@test "aee-iforest: a missing value is carried, a row without any has no score" {
    cloud 300 | sed '10s/^[^,]*,/,/;20s/.*/,/;301s/^[^,]*,/,/' >in
    run -0 --separate-stderr aee-iforest --threshold 0.6 in
    [ -z "$stderr" ]
    [[ "${lines[9]}" = ,*,0.*,0.*,0, ]]
    [ "${lines[19]}" = ",,,,," ]
    [[ "${lines[300]}" = ,-1000,0.*,[0-9]*,1,y ]]
}

@test "aee-iforest: a feature asked for that is all missing is named and changes nothing else" {
    cloud 300 | sed '1s/$/,k/;1!s/$/,/' >in
    run -0 --separate-stderr aee-iforest -f x,k in
    [ "$stderr" = "aee-iforest: feature 'k' has no value" ]
    run -0 --separate-stderr aee-iforest -f k in
    [ "${lines[300]}" = "1000,-1000,,,,," ]
    [ "$stderr" = "aee-iforest: no feature has a value: no row is scored" ]
}

# ---- groups ----------------------------------------------------------------------

@test "aee-iforest: each group has a forest of its own" {
    cloud 200 | sed '1s/^/g,/;1!s/^/a,/' >a
    cloud 150 | sed '1s/^/g,/;1!s/^/7,/;2,$s/,\([0-9]*\)$/,\1\1/' >b
    { cat a; sed 1d b; } >apart
    { head -1 a; paste -d '\n' <(sed 1d a) <(sed 1d b) | grep .; } >mixed
    aee-iforest -g g apart >out
    cmp <(grep ^a, out) <(aee-iforest -g g a | grep ^a,)
    cmp <(grep ^7, out) <(aee-iforest -f x,y b | grep ^7,)
    cmp <(sort out) <(aee-iforest -g g mixed | sort)
    diff <(cut -d, -f1-3 mixed) <(aee-iforest -g g mixed | cut -d, -f1-3)
    [ "$(grep ^a, out | cut -d, -f2- | awk -F, '$5 == 1' | wc -l)" -eq 4 ]
}

@test "aee-iforest: warnings count the groups" {
    { cloud 100 | sed '1s/^/g,/;1!s/^/a,/'; printf 'b,1,1\nc,1,1\nc,1,1\nc,1,1\nd,1,1\nd,1,2\nd,1,3\ne,,\n'; } >in
    run -0 --separate-stderr aee-iforest -g g in
    [ "${#lines[@]}" -eq 109 ]
    diff - <(printf '%s\n' "$stderr") <<'END'
aee-iforest: no feature has a value in 1 of 5 groups: no row is scored
aee-iforest: fewer than 3 rows in 1 of 5 groups: each scores 0.5
aee-iforest: all features are constant in 1 of 5 groups: every row scores 0.5
aee-iforest: fewer than 256 rows in 3 of 5 groups: each tree has all of them (--subsample)
aee-iforest: feature 'x' is constant in 1 of 5 groups
END
}

@test "aee-iforest: a group column that is not there is an error" {
    run -1 --separate-stderr aee-iforest -g channel <<<$'x\n1'
    [ "$stderr" = "aee-iforest: stdin: no column 'channel' (-m channel=NAME maps another)" ]
}

# ---- records ---------------------------------------------------------------------

@test "aee-iforest: what passes through is not touched" {
    run -0 --separate-stderr aee-iforest -q <<<$'note,x\n"a, ""b""",1.50\n,+2e0\nü,0003'
    [[ "${lines[1]}" = '"a, ""b""",1.50,'* ]]
    [[ "${lines[2]}" = ',+2e0,'* ]]
    [[ "${lines[3]}" = 'ü,0003,'* ]]
}

@test "aee-iforest: CSV, TSV and NDJSON give the same records" {
    cloud 100 | sed '7s/,.*/,/' >csv
    aee-iforest csv >want
    tr , '\t' <csv | aee-iforest --itsv | tr '\t' , | diff want -
    aee-iforest --ojsonl csv >jsonl
    jq -es '.[5].y == null and .[99].iforest_anomaly == 1 and (.[0] | has("iforest_p"))' jsonl
    jq -c '{x, y}' jsonl | aee-iforest | diff jsonl -
    jq -c '{x, y}' jsonl | aee-iforest --ocsv | diff want -
    jq -c '{x: (.x | tostring), y}' jsonl | aee-iforest --ocsv | diff want -
}

@test "aee-iforest: a key that the first NDJSON record lacks passes, but not into CSV" {
    printf '%s\n' '{"x":1}' '{"x":2}' '{"x":5,"y":"z"}' >in
    run -0 --separate-stderr aee-iforest in
    jq -es '.[2].y == "z"' <<<"$output"
    run -1 --separate-stderr aee-iforest -q --ocsv in
    [ "$stderr" = "aee-iforest: record 3: key 'y' is not in the first record, and only NDJSON has a place for it" ]
}

@test "aee-iforest: programs chain, and none takes a result for a measure" {
    gzip -dc "$data/original-days.csv.gz" | cut -d, -f1-5 >days
    aee-zscore days | aee-iforest | aee-zscore -c sessions --prefix sessions_ >all
    cmp <(cut -d, -f1-5 all) days
    diff <(columns iforest_score <all) <(aee-iforest days | columns iforest_score)
    run -1 --separate-stderr aee-iforest all
    [ "$stderr" = "aee-iforest: the input has a column 'iforest_score' already (see --prefix)" ]
    aee-iforest --prefix again. all | columns again.iforest_score | diff - <(columns iforest_score <all)
}

@test "aee-iforest: several files are one input" {
    cloud 300 >in
    head -100 in >a
    { head -1 in; sed 1,100d in; } >b
    cmp <(aee-iforest a b) <(aee-iforest in)
}

# ---- errors ----------------------------------------------------------------------

@test "aee-iforest: an empty input is an error, a header alone is not" {
    run -1 --separate-stderr aee-iforest </dev/null
    [ "$stderr" = "aee-iforest: stdin: is empty, without a header line" ]
    run -0 --separate-stderr aee-iforest <<<'date,revenue'
    [ "$output" = "date,revenue,iforest_score,iforest_p,iforest_anomaly,iforest_top_feature" ]
    [ -z "$stderr" ]
    run -0 --separate-stderr aee-iforest --ijsonl -f x </dev/null
    [ -z "$output$stderr" ]
}

@test "aee-iforest: a missing column is named" {
    run -1 --separate-stderr aee-iforest -f x,z <<<$'x,y\n1,2'
    [ "$stderr" = "aee-iforest: stdin: no column 'z' (-m z=NAME maps another)" ]
    [ -z "$output" ]
}

@test "aee-iforest: bad records are named, or left out and counted" {
    printf 'x,y\n1,2\n3\n4,5\n6,x\n7,8\n' >in
    run -1 --separate-stderr aee-iforest in
    [ "$stderr" = "aee-iforest: in:3: has 1 field, the header has 2" ]
    run -0 --separate-stderr aee-iforest -f x,y --bad-rows=bad in
    [ "${#lines[@]}" -eq 4 ]
    diff bad <(printf 'x,y\n3\n6,x\n')
    [[ "$stderr" = *"aee-iforest: 2 records skipped: "* ]]
    run -1 --separate-stderr aee-iforest < <(printf 'x\n1\0\n')
    [ "$stderr" = "aee-iforest: stdin:2: has a NUL byte" ]
    run -1 --separate-stderr aee-iforest < <(printf 'x\n1\n"2\n')
    [[ "$stderr" = "aee-iforest: stdin:3: "* ]]
}

@test "aee-iforest: options out of bounds end with status 2" {
    for bad in '--trees 0' '--trees 1000000' '--subsample 1' '--subsample 16777217' '--contamination 0' \
        '--contamination 0.6' '--contamination x' '--threshold -0.1' '--threshold 1.1' '-s -1' '-f x,x' \
        '-f x,,y' '--nothing' '-y' '-f'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-iforest $bad <<<$'x\n1'
        [ -n "$stderr" ]
        [ -z "$output" ]
    done
    run -2 --separate-stderr aee-iforest --trees 1000000 </dev/null
    [ "$stderr" = "aee-iforest: --trees: '1000000' is not a whole number from 1 to 100000" ]
    run -2 --separate-stderr aee-iforest --contamination 0 </dev/null
    [ "$stderr" = "aee-iforest: --contamination: '0': the contamination must be above 0 and at most 0.5" ]
    run -2 --separate-stderr aee-iforest --contamination 0.6 </dev/null
    [ "$stderr" = "aee-iforest: --contamination: '0.6' is not a number from 0 to 0.5" ]
}

@test "aee-iforest: -h shows the usage, -V the version" {
    run -0 --separate-stderr aee-iforest -h
    [[ "$output" = "usage: aee-iforest "* ]]
    [ -z "$stderr" ]
    run -0 aee-iforest --version
    [[ "$output" = "aee-iforest "[0-9]* ]]
}

@test "aee-iforest: a file that cannot be read is an error" {
    run -1 --separate-stderr aee-iforest nowhere.csv
    [ "$stderr" = "aee-iforest: nowhere.csv: No such file or directory" ]
}

@test "aee-iforest: a full disk is an error" {
    cloud 300 >in
    run -1 --separate-stderr aee-iforest -o /dev/full in
    [ "$stderr" = "aee-iforest: /dev/full: No space left on device" ]
    run -1 --separate-stderr bash -c "aee-iforest in >/dev/full"
    [ "$stderr" = "aee-iforest: stdout: No space left on device" ]
}

@test "aee-iforest: a closed pipe ends it quietly" {
    cloud 20000 >long
    run -0 --separate-stderr bash -c 'aee-iforest long | head -1'
    [ "$output" = "x,y,iforest_score,iforest_p,iforest_anomaly,iforest_top_feature" ]
    [ -z "$stderr" ]
}

@test "aee-iforest: -o writes a file whole or not at all" {
    echo before >out
    run -1 aee-iforest -f x -o out <<<$'x\n1\ny'
    [ "$(cat out)" = before ]
    cloud 300 >in
    run -0 --separate-stderr aee-iforest -o out in
    [ -z "$output$stderr" ]
    cmp out <(aee-iforest in)
}

# ---- p-values and reasons --------------------------------------------------------

# n rows of x, y, a label and a category; every hundredth is odd in x and in c.
labelled() {
    awk -v n="$1" -v OFS=, 'BEGIN {
        print "x", "y", "c", "label"
        for (i = 1; i <= n; i++) {
            odd = i % 100 == 0
            print i * 37 % 101 / 10 + (odd ? 40 : 0), i * 53 % 97, odd ? "rare" i : i % 2 ? "a" : "b", odd
        }
    }'
}

@test "aee-iforest: a p-value is never 0 and falls as the score rises" {
    labelled 600 | aee-iforest -f x,y >out
    paste -d' ' <(columns iforest_score <out) <(columns iforest_p <out) | sort -k1,1g |
        awk '{ if (!($2 > 0 && $2 <= 1) || (NR > 1 && $2 > p)) exit bad = 1; p = $2 } END { exit bad }'
    # Those that are nothing like the others are far beyond what is ordinary.
    awk -F, 'NR > 1 && $1 > 40 && $6 > 0.001 { exit bad = 1 } END { exit bad }' out
}

@test "aee-iforest: the feature that a flagged row owes its score to is named" {
    labelled 600 | aee-iforest -f x,y --contamination 0.01 >out
    [ "$(flagged <out | wc -l)" -eq 6 ]
    [ "$(awk -F, '$7 == 1 { print $4, $8 }' out | sort | uniq -c | awk '{ print $1, $2, $3 }')" = "6 1 x" ]
    awk -F, 'NR > 1 && $7 == 0 && $8 != "" { exit bad = 1 } END { exit bad }' out
}

@test "aee-iforest: --why names features, their values, their side and their factor" {
    labelled 600 >in
    aee-iforest --why=2 -f x,y --categorical c --contamination 0.01 in >out
    [ "$(head -1 out)" = "x,y,c,label,iforest_score,iforest_p,iforest_anomaly,iforest_top_feature,iforest_why" ]
    [ "$(awk -F, '$7 == 1' out | wc -l)" -eq 6 ]
    awk -F, '$7 == 1 { if ($9 !~ "x=" $1 " high x1[.][0-9][0-9]" || $9 !~ "c=" $3 " rare x1[.][0-9][0-9]") exit bad = 1 } END { exit bad }' out
    awk -F, 'NR > 1 && $7 == 0 && $9 != "" { exit bad = 1 } END { exit bad }' out
    # One reason, and three unless said otherwise.
    [ "$(aee-iforest --why=1 -x label --threshold 0.6 in | grep -c ';')" -eq 0 ]
    cmp <(aee-iforest --why -x label in) <(aee-iforest --why=3 -x label in)
    run -2 aee-iforest --why=0 in
    run -2 aee-iforest --why=x in
}

@test "aee-iforest: --why says low, and that a value is missing" {
    { cloud 300; echo ,-5000; echo ,; } >in
    run -0 --separate-stderr aee-iforest --why in
    [[ "${lines[300]}" = *"y=-1000 low x"* ]]
    [[ "${lines[301]}" = *"y=-5000 low x"* ]]
    [ "${lines[302]}" = ",,,,,," ]
}

# ---- threads ---------------------------------------------------------------------

@test "aee-iforest: any number of threads gives the same bytes" {
    labelled 3000 >in
    aee-iforest --why -f x,y --categorical c in >one
    for jobs in 2 3 8; do
        aee-iforest -j $jobs --why -f x,y --categorical c in | cmp one
    done
    aee-iforest -g c -f x,y -q in | cmp - <(aee-iforest --jobs 2 -g c -f x,y -q in)
    run -2 aee-iforest -j 0 in
}

# ---- missing values, infinities, categories --------------------------------------

@test "aee-iforest: --missing decides on rows that lack a feature" {
    cloud 300 | sed '10s/^[^,]*,/,/' >in
    aee-iforest in >divide
    aee-iforest --missing divide in | cmp divide
    aee-iforest --missing majority in >most
    run -1 cmp -s divide most
    [[ "$(sed -n 10p most)" = ,*,0.*,0.*,0, ]]
    aee-iforest --missing skip in >left
    [[ "$(sed -n 10p left)" = ,*,,,, ]]
    # A row that is skipped is not grown on.
    diff <(sed 10d left) <(sed 10d in | aee-iforest)
    run -1 --separate-stderr aee-iforest --missing fail in
    [ "$stderr" = "aee-iforest: in:10: column 'x': '' is missing" ]
    [ -z "$output" ]
    run -1 --separate-stderr aee-iforest --missing fail -f x,y in
    [ "$stderr" = "aee-iforest: in:10: column 'x': '' is missing" ]
    run -0 --separate-stderr aee-iforest --missing fail -f x,y --bad-rows=skip in
    [ "${#lines[@]}" -eq 300 ]
    run -2 aee-iforest --missing drop in
}

@test "aee-iforest: nan and inf are texts, no numbers of a record" {
    run -1 --separate-stderr aee-iforest -f x < <(printf 'x\n1\n2\ninf\n')
    [ "$stderr" = "aee-iforest: stdin:4: column 'x': 'inf' is not a number" ]
    run -1 --separate-stderr aee-iforest -f x < <(printf 'x\n1\nNaN\n2\n')
    [ "$stderr" = "aee-iforest: stdin:3: column 'x': 'NaN' is not a number" ]
}

@test "aee-iforest: --categorical codes texts by how often they come" {
    labelled 600 >in
    # a and b come equally often, what else there is once.
    awk -F, -v OFS=, 'NR > 1 { $3 = $3 ~ /rare/ ? 1 : log(1 + ($3 == "a" ? 300 : 294)) / log(2) } { print }' in >coded
    diff <(aee-iforest -f y --categorical c in | columns iforest_score | sed 's/......$//') \
        <(aee-iforest -f y,c coded | columns iforest_score | sed 's/......$//')
    # Beside the default, and where -f names it.
    cmp <(aee-iforest -x label --categorical c in) <(aee-iforest -f x,y,c --categorical c in)
    run -1 --separate-stderr aee-iforest --categorical nowhere in
    [ "$stderr" = "aee-iforest: in: no column 'nowhere' (-m nowhere=NAME maps another)" ]
    run -2 aee-iforest --categorical c,c in
}

@test "aee-iforest: --gain guides splits, and refuses the threshold that means nothing then" {
    labelled 600 >in
    run -1 cmp -s <(aee-iforest -f x,y --gain 0.25 in) <(aee-iforest -f x,y in)
    cmp <(aee-iforest -f x,y --gain 0 in) <(aee-iforest -f x,y in)
    run -2 --separate-stderr aee-iforest --gain 0.25 --contamination auto in
    [ "$stderr" = "aee-iforest: --gain and --contamination auto: guided splits move the scores, and 0.5 means nothing" ]
    run -2 aee-iforest --gain 1.1 in
}

# ---- evaluation ------------------------------------------------------------------

@test "aee-iforest: --eval compares the scores with a label" {
    labelled 600 >in
    run -0 --separate-stderr aee-iforest --eval label --categorical c in
    [ "$stderr" = "aee-iforest: ROC AUC 1.000000, average precision 1.000000 (6 of 600 rows have 1 in 'label')" ]
    # The label is no feature.
    cmp <(printf '%s\n' "$output") <(aee-iforest -f x,y,c --categorical c in)
    # Equal scores tell nothing: one step, of the share of ones.
    run -0 --separate-stderr aee-iforest -q -f x --eval l < <(printf 'x,l\n1,0\n1,1\n1,0\n1,0\n1,\n')
    [ "$stderr" = "aee-iforest: ROC AUC 0.500000, average precision 0.250000 (1 of 4 rows have 1 in 'l')" ]
    run -0 --separate-stderr aee-iforest -f x --eval l < <(printf 'x,l\n1,0\n1,0\n1,0\n')
    [[ "$stderr" = *"aee-iforest: --eval: 0 rows have 1 in 'l' and 3 have 0: there is nothing to compare" ]]
    run -1 --separate-stderr aee-iforest -f x --eval l < <(printf 'x,l\n1,0\n1,2\n')
    [ "$stderr" = "aee-iforest: stdin:3: column 'l': '2' is not 0 or 1" ]
    run -1 --separate-stderr aee-iforest --eval nowhere in
    [ "$stderr" = "aee-iforest: in: no column 'nowhere' (-m nowhere=NAME maps another)" ]
}

# ---- saved forests ---------------------------------------------------------------

@test "aee-iforest: a saved forest gives the same bytes again" {
    labelled 600 | sed '7s/^[^,]*/ /' >in
    aee-iforest --why -x label --categorical c --save m in >want
    aee-iforest --why --model m in | cmp want
    aee-iforest --why --model m in -j 2 | cmp want
    aee-iforest --why --model m < <(cat in) | cmp want
    aee-iforest --ojsonl in -x label --categorical c >jsonl
    aee-iforest --model m --ojsonl in | cmp jsonl
    # Whatever the order of the rows.
    { head -1 in; sed 1d in | tac; } | aee-iforest --why --model m | sort | diff - <(sort want)
    # Saved again, it is the same file.
    aee-iforest -x label --categorical c --save again in >/dev/null
    cmp m again
}

@test "aee-iforest: columns of a saved forest are found by name" {
    labelled 600 >in
    aee-iforest -f x,y --save m in >want
    awk -F, -v OFS=, '{ print $4, $2, NR == 1 ? "extra" : "text", $1 }' in >other
    diff <(cut -d, -f5- want) <(aee-iforest --model m other | cut -d, -f5-)
    run -1 --separate-stderr aee-iforest --model m < <(cut -d, -f2- in)
    [ "$stderr" = "aee-iforest: stdin: no column 'x' (-m x=NAME maps another)" ]
    [ -z "$output" ]
    sed '1s/^x/X/' in | aee-iforest --model m -m x=X | sed 1d | diff <(sed 1d want) -
    run -1 --separate-stderr aee-iforest --model m < <(sed '5s/^[^,]*/five/' in)
    [ "$stderr" = "aee-iforest: stdin:5: column 'x': 'five' is not a number" ]
    run -0 --separate-stderr aee-iforest --model m --bad-rows skip < <(sed '5s/^[^,]*/five/' in)
    [ "${#lines[@]}" -eq 600 ]
}

@test "aee-iforest: with a saved forest a row leaves before the next is typed" {
    labelled 300 >in
    aee-iforest -f x,y --save m in >want
    mkfifo to from
    aee-iforest --model m <to >from 3>&- &
    exec 5>to 6<from
    sed -n '1,2p' in >&5
    read -r -t 10 line <&6
    [ "$line" = "$(sed -n 1p want)" ]
    read -r -t 10 line <&6
    [ "$line" = "$(sed -n 2p want)" ]
    sed -n 3p in >&5
    read -r -t 10 line <&6
    [ "$line" = "$(sed -n 3p want)" ]
    exec 5>&- 6<&-
    wait
}

@test "aee-iforest: with a saved forest, rows score alike however they come" {
    labelled 6000 >in
    aee-iforest -f x,y --categorical c --save m in >want
    # Many at once, a few bytes at a time, and one by one.
    aee-iforest --model m in | cmp want
    head -300 in | dd bs=7 status=none | aee-iforest -q --model m | cmp - <(head -300 want)
    sed '1!s/^/"/; 1!s/,/"&/; 5000q' in | tail -n 1000 | { head -1 in; cat; } | aee-iforest -q --model m |
        tail -n 1000 | cmp - <(sed -n '4001,5000p' want)
    mlr --icsv --ojsonl cat in | aee-iforest --model m --ocsv | mlr --icsv --ocsv cut -f iforest_score,iforest_p |
        cmp - <(mlr --icsv --ocsv cut -f iforest_score,iforest_p want)
    # Bad rows and bad labels among them.
    awk -F, -v OFS=, 'NR > 1 && NR % 70 == 3 { $1 = "bad" } NR % 77 == 5 { $4 = "bad" } { print }' in >mixed
    run -0 --separate-stderr aee-iforest --model m --eval label --bad-rows=skip mixed
    awk 'NR == 1 || !(NR % 70 == 3 || NR % 77 == 5)' want | diff <(echo "$output") -
    [[ $stderr = *"aee-iforest: $((6001 - ${#lines[@]})) records skipped: "* ]]
}

@test "aee-iforest: with a saved forest of many features, rows score alike" {
    awk 'BEGIN { for (i = 0; i < 300; i++) for (j = 1; j <= 20; j++)
        printf "%s%s", i == 0 ? "f" j : i * j * 7919 % 1009, j < 20 ? "," : "\n" }' >in
    aee-iforest --save m in >want
    aee-iforest --model m in | cmp want
}

@test "aee-iforest: memory of a saved forest does not grow with the rows" {
    labelled 300 >in
    aee-iforest -f x,y --save m in >/dev/null
    (ulimit -v 60000 && aee-iforest -V) || skip "an instrumented program needs more to start"
    # 30 MB of rows in 60 MB of address space, of which the program has most.
    { cat in; for _ in {1..20}; do yes "$(sed 1d in | head -100)" | head -100000; done; } |
        (ulimit -v 60000; aee-iforest -q --model m) | tail -1 | grep -q ,
}

@test "aee-iforest: the saved threshold counts, unless --threshold says another" {
    labelled 600 >in
    aee-iforest -f x,y --threshold 0.6 --save m in >want
    aee-iforest --model m in | cmp want
    [ "$(aee-iforest --model m --threshold 1 in | flagged | wc -l)" -eq 0 ]
    run -3 aee-iforest --exit-code --model m in
    # Other rows, all of them odd.
    run -0 --separate-stderr aee-iforest --model m < <(head -1 in; yes '500,500,a,1' | head -50)
    [[ "$stderr" = "aee-iforest: 50 of 50 rows are flagged, 100 %; of the rows that the forest was grown on, it was "*" %" ]]
}

@test "aee-iforest: a category that never came is the rarest" {
    labelled 600 >in
    aee-iforest -f c --categorical c --save m in >/dev/null
    run -0 --separate-stderr aee-iforest -q --why --model m < <(printf 'c\na\nrare100\nnew\n\n')
    [ "$(cut -d, -f2 <<<"${lines[3]}")" = "$(cut -d, -f2 <<<"${lines[2]}")" ]
    [[ "${lines[3]}" = new,*,1,c,"c=new rare x"* ]]
}

@test "aee-iforest: --fit-only writes the forest that --save does, and nothing else" {
    labelled 3000 | sed '20s/^[^,]*,/,/' >in
    aee-iforest -x label --categorical c --save m in >/dev/null
    run -0 --separate-stderr aee-iforest -x label --categorical c --fit-only --save stream in
    [ -z "$output$stderr" ]
    cmp m stream
    aee-iforest -x label --categorical c --fit-only --save stream < <(cat in)
    cmp m stream
    # More rows than are kept: the same trees, from a sample of the rows.
    for _ in {1..9}; do sed 1d in; done | cat in - >many
    aee-iforest -f x,y --trees 5 --save m many >/dev/null
    aee-iforest -f x,y --trees 5 --fit-only --save stream many
    diff <(aee-iforest --threshold 1 --model m many) <(aee-iforest --threshold 1 --model stream many)
    # The default features are those of the first thousand rows.
    sed '2000s/^[^,]*,/text,/' in >late
    run -1 --separate-stderr aee-iforest -x label,c --fit-only --save none late
    [ "$stderr" = "aee-iforest: late:2000: column 'x': 'text' is not a number" ]
    [ ! -e none ]
}

@test "aee-iforest: --fit-only of nothing, and without --save, is an error" {
    run -2 --separate-stderr aee-iforest --fit-only </dev/null
    [ "$stderr" = "aee-iforest: --fit-only needs --save, or it would leave nothing" ]
    run -1 --separate-stderr aee-iforest --fit-only --save m <<<x
    [ "$stderr" = "aee-iforest: there is no row to fit" ]
    run -1 --separate-stderr aee-iforest --fit-only --save m --missing skip -f x,y <<<$'x,y\n1,\n,2'
    [ "$stderr" = "aee-iforest: every row lacks a feature" ]
    run -1 --separate-stderr aee-iforest --save m -f x <<<x
    [ "$stderr" = "aee-iforest: there is no row to fit" ]
    [ ! -e m ]
}

@test "aee-iforest: --describe-model shows what is in a file" {
    labelled 600 >in
    aee-iforest -x label --categorical c --save m in >/dev/null
    aee-iforest --describe-model m | jq -es '.[0] | .trees == 100 and .subsample == 256 and .rows == 600 and .seed == 42
        and .rule == "contamination" and .rule_value == 0.02 and (.threshold > 0.5)
        and [.columns[].name] == ["x", "y", "c"] and [.columns[].type] == ["number", "number", "category"]
        and .columns[1].min == 0 and .columns[1].max == 96 and .columns[2].categories[0] == ["a", 300]'
    run -2 --separate-stderr aee-iforest --describe-model m in
    [ "$stderr" = "aee-iforest: --describe-model reads no rows: 'in' is too much" ]
}

@test "aee-iforest: a file that is no forest is refused" {
    labelled 600 >in
    aee-iforest -f x,y --save m in >/dev/null
    size=$(stat -c %s m)
    for n in 0 1 7 8 15 16 100 1000 $((size - 5)) $((size - 1)); do
        head -c "$n" m >short
        run -1 --separate-stderr aee-iforest --model short in
        [[ "$stderr" = "aee-iforest: short: it is no saved forest" || "$stderr" = "aee-iforest: short: its checksum is wrong: it is cut short or altered" ]]
        [ -z "$output" ]
    done
    for at in 20 500 $((size / 2)) $((size - 2)); do
        { head -c "$at" m; printf '\377'; tail -c +$((at + 2)) m; } >altered
        run -1 --separate-stderr aee-iforest --describe-model altered
        [ "$stderr" = "aee-iforest: altered: its checksum is wrong: it is cut short or altered" ]
        [ -z "$output" ]
    done
    { head -c 8 m; printf '\7'; tail -c +10 m; } >version
    run -1 --separate-stderr aee-iforest --model version in
    [ "$stderr" = "aee-iforest: version: its format has version 7, and only version 1 is known" ]
    run -1 --separate-stderr aee-iforest --model nowhere in
    [ "$stderr" = "aee-iforest: nowhere: No such file or directory" ]
    run -1 --separate-stderr aee-iforest --model . in
    [ "$stderr" = "aee-iforest: .: Is a directory" ]
    run -1 --separate-stderr aee-iforest --model /dev/zero in
    [ "$stderr" = "aee-iforest: /dev/zero: it is no saved forest" ]
}

# The forest m with these bytes (as printf has them) at a place behind its header, and
# the checksum that goes with it: hostile.
alter() {
    local begin=$((16 + $(od -An -tu4 -j12 -N4 m) + $1))
    local end=$((begin + $(printf %b "$2" | wc -c)))
    { head -c "$begin" m; printf %b "$2"; tail -c +$((end + 1)) m | head -c -4; } | seal >hostile
}

# What it reads, and the CRC-32 of that, which gzip knows.
seal() {
    cat >sealed
    cat sealed
    gzip -c sealed | tail -c 8 | head -c 4
}

refused() {
    for command in '--model hostile in' '--describe-model hostile'; do
        # shellcheck disable=SC2086
        run -1 --separate-stderr aee-iforest $command
        [ "$stderr" = "aee-iforest: hostile: $1" ] || { echo "$1: $stderr"; false; }
        [ -z "$output" ]
    done
}

@test "aee-iforest: a file with the right checksum whose forest makes no sense is refused" {
    labelled 600 >in
    aee-iforest -f x,y --save m in >/dev/null
    alter 0 '\52\0\0\0\0\0\0\0' # the seed, as it is
    cmp m hostile
    # Numbers of rows, trees, rows of a tree, features: as the model module has them.
    local tree=$((38 + 2 * 5 * 8 + 4 + 4000 * 8))
    alter 8 '\0\0\0\0\0\0\0\0'
    refused 'its parameters are bad'
    for at in 16 20 24; do
        alter "$at" '\0\0\0\0'
        refused 'its parameters are bad'
        alter "$at" '\377\377\377\377'
        refused 'its parameters are bad'
    done
    alter 8 '\377\377\377\377\0\0\0\0\240\206\1\0\0\0\0\1' # 100,000 trees of 2^24 rows
    refused 'its trees are too large for what they hold'
    alter 16 '\145\0\0\0' # a tree more, and less
    refused 'it is cut short'
    alter 16 '\143\0\0\0'
    refused 'something follows the trees'
    alter 20 '\377\0\0\0'
    refused 'a tree has too few or too many rows'
    alter 24 '\1\0\0\0' # the quantiles of y are taken for trees
    refused 'a leaf has a bad size'
    alter 24 '\377\377\0\0'
    refused 'it is cut short'
    alter 28 '\4'
    refused 'its parameters are bad'
    alter 29 '\2'
    refused 'its parameters are bad'
    alter 30 '\0\0\0\0\0\0\370\177'
    refused 'its parameters are bad'
    # Quantiles that fall, scores of ordinary rows that are none.
    alter 38 '\0\0\0\0\0\0\360\177'
    refused 'a feature has bad quantiles'
    alter 38 '\1\0\0\0\0\0\370\177'
    refused 'it has a NaN that is not written so'
    alter $((tree - 32000 - 4)) '\1\0\0\0'
    refused 'its null scores are bad'
    alter $((tree - 8)) '\0\0\0\0\0\0\0\100'
    refused 'its null scores are bad'
    alter $((tree - 8)) '\0\0\0\0\0\0\0\0'
    refused 'its null scores are bad'
    # A node of no kind; a feature that there is not; thresholds NaN and inf; shares.
    # (A tree is written down from its root, so none can lead back to itself.)
    alter "$tree" '\2'
    refused 'a tree has a bad node'
    alter $((tree + 1)) '\2\0'
    refused 'a tree has a bad split'
    alter $((tree + 3)) '\0\0\0\0\0\0\370\177'
    refused 'a tree has a bad split'
    alter $((tree + 3)) '\1\0\0\0\0\0\360\377'
    refused 'it has a NaN that is not written so'
    alter $((tree + 3)) '\0\0\0\0\0\0\360\377'
    refused 'a tree has a bad split'
    alter $((tree + 11)) '\0\0\0\100'
    refused 'a tree has a bad split'
    alter $((tree + 11)) '\0\0\300\177'
    refused 'a tree has a bad split'
    # Leaves of no row, of more than all, of a number that never ends.
    alter "$tree" '\0\0'
    refused 'a leaf has a bad size'
    alter "$tree" '\0\201\2'
    refused 'a leaf has a bad size'
    alter "$tree" '\0\377\377\377\377'
    refused 'a leaf has a bad size'
    alter "$tree" '\0\1'
    refused 'a tree has too few or too many rows'
    # Splits below the height limit.
    local split='\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
    alter "$tree" "$split$split$split$split$split$split$split$split$split"
    refused 'a tree has a bad node'
    # More, or less, than the forest; another number of columns than it has.
    { head -c -4 m; echo; } | seal >hostile
    refused 'something follows the trees'
    head -c -5 m | seal >hostile
    refused 'it is cut short'
    { head -c -4 m | sed 's/"name":	"y"/"nome":	"y"/'; } | seal >hostile
    refused 'a column is bad'
    aee-iforest -f x --save one in >/dev/null
    local header
    header=$(od -An -tu4 -j12 -N4 m)
    { head -c $((16 + header)) m; head -c -4 one | tail -c +$((17 + $(od -An -tu4 -j12 -N4 one))); } | seal >hostile
    refused 'it names 2 columns, and its forest has 1'
}

@test "aee-iforest: options that a saved forest leaves without a meaning are refused" {
    for option in '--trees 5' '--subsample 5' '-s 1' '-f x' '-x x' '--categorical c' '--gain 0.1' '--exact-c' \
        '--missing skip' '--contamination 0.1' '--save n' '--fit-only' '-g c'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-iforest --model m $option </dev/null
        [[ "$stderr" = "aee-iforest: --"*" and --"*": "* ]]
    done
    run -2 --separate-stderr aee-iforest --save m -g c </dev/null
    [ "$stderr" = "aee-iforest: --group-by and --save: a file holds one forest; save one for each group" ]
}

@test "aee-iforest: a forest is saved whole or not at all" {
    labelled 600 >in
    echo before >m
    run -1 aee-iforest -f x,c --save m in
    [ "$(cat m)" = before ]
    run -1 --separate-stderr aee-iforest -f x --save /dev/full in
    [[ "$stderr" = *"/dev/full: No space left on device"* ]]
    run -1 --separate-stderr aee-iforest -f x --save nowhere/m in
    [[ "$stderr" = *"nowhere/m: No such file or directory" ]]
}

# ---- extremes --------------------------------------------------------------------

@test "aee-iforest: ten thousand columns, and a subsample larger than the input" {
    awk 'BEGIN {
        for (j = 0; j < 10000; j++) printf "%sc%d", j ? "," : "", j
        print ""
        for (i = 0; i < 20; i++) { for (j = 0; j < 10000; j++) printf "%s%d", j ? "," : "", (i * 7919 + j * 104729) % 1009; print "" }
    }' >in
    run -0 --separate-stderr aee-iforest --trees 10 --why in
    [ "${#lines[@]}" -eq 21 ]
    run -0 --separate-stderr aee-iforest --trees 10 --subsample 16777216 in
    [ "${#lines[@]}" -eq 21 ]
}

@test "aee-iforest: epoch milliseconds and billionths are told apart" {
    cloud 300 >in
    awk -F, -v OFS=, 'NR == 1 { print; next } { printf "%.0f,%.12f\n", 1.7e12 + $1, $2 * 1e-9 }' in >scaled
    run -0 --separate-stderr aee-iforest --threshold 0.7 scaled
    [ "$(flagged <<<"$output")" = 1700000001000 ]
}

# ---- the original engine ---------------------------------------------------------

features=revenue,sessions,revenue_per_session,top_channel_share

# The limits for one run of a correct program, from 250 further seeds of
# scikit-learn: lines "score,mean,sd", the last two being those of 50 seeds.
inside_the_limits() {
    awk -F, '
        { score[NR] = $1; mean[NR] = $2; z = ($1 - $2) / $3; sum += z; squares += z * z
          if (z < 0) z = -z
          if (z > max) max = z }
        function rank(x, i,    j, r) {
            r = 0.5
            for (j = 1; j <= NR; j++) r += x[j] < x[i] ? 1 : x[j] == x[i] ? 0.5 : 0
            return r - (NR + 1) / 2
        }
        END {
            for (i = 1; i <= NR; i++) { a = rank(score, i); b = rank(mean, i); ab += a * b; aa += a * a; bb += b * b }
            printf "rms %.3f max %.3f mean %.3f spearman %.4f\n", rms = sqrt(squares / NR), max, sum /= NR, s = ab / sqrt(aa * bb)
            exit !(NR == 365 && rms <= 2 && max <= 6 && sum <= 1.6 && sum >= -1.6 && s >= 0.95)
        }'
}

# What the original says of a run: scores inside the limits, eight days flagged,
# the five that (nearly) every seed flags among them.
as_the_original() {
    paste -d, <(columns iforest_score <"$1") <(gzip -dc "$data/original-days.csv.gz" | columns iforest_score_mean50) \
        <(gzip -dc "$data/original-days.csv.gz" | columns iforest_score_sd50) | inside_the_limits
    flagged <"$1" | sort >days
    [ "$(wc -l <days)" -eq 8 ]
    jq -r '.iforest_flagged_at_least_45_of_50_seeds[]' "$data/original-expected.json" >stable
    [ "$(wc -l <stable)" -eq 5 ]
    [ "$(comm -12 days stable | wc -l)" -eq 5 ]
}

@test "aee-iforest: scores and days of the original, from its days" {
    gzip -dc "$data/original-days.csv.gz" | cut -d, -f1-5 | aee-iforest >out
    as_the_original out
}

@test "aee-iforest: scores and days of the original, from its orders and traffic" {
    gzip -dc "$data/original-orders.csv.gz" >orders
    gzip -dc "$data/original-website_traffic.csv.gz" | aee-kpi -t - orders >daily
    aee-iforest -f $features daily >out
    as_the_original out
    # Days that the z-score flags too.
    aee-zscore --include-current daily | aee-iforest -f $features --ojsonl |
        jq -r 'select(.zscore_anomaly == 1 and .iforest_anomaly == 1).date' |
        diff - <(jq -r '.overlap_stat_ml[]' "$data/original-expected.json")
}

@test "aee-iforest: other seeds stay inside the limits of the original too" {
    gzip -dc "$data/original-days.csv.gz" | cut -d, -f1-5 >in
    for seed in 0 1 2; do
        aee-iforest -s $seed in >out
        paste -d, <(columns iforest_score <out) <(gzip -dc "$data/original-days.csv.gz" | columns iforest_score_mean50) \
            <(gzip -dc "$data/original-days.csv.gz" | columns iforest_score_sd50) | inside_the_limits
        [ "$(flagged <out | wc -l)" -eq 8 ]
    done
}

# ---- several records a row ------------------------------------------------------------

# 300 days of three values, in long form, some missing; day 200 is far off in b.
one_by_one() {
    seq 0 299 | sed 's/.*/2024-01-01 + & days/' | date -u -f - +%F |
        awk -v OFS=, 'BEGIN { print "date,name,z" }
            { print $1, "a", NR * 37 % 101; print $1, "b", NR == 200 ? 900 : NR * 53 % 97
              print $1, "c", NR % 50 == 0 ? "" : NR * 29 % 89 }'
}

@test "aee-iforest: --across scores days as the same values side by side" {
    one_by_one >long
    awk -F, -v OFS=, 'NR == 1 { print "date,a,b,c"; next } $2 == "a" { a = $3 } $2 == "b" { b = $3 } $2 == "c" { print $1, a, b, $3 }' long >wide
    aee-iforest -q -f a,b,c wide >scored
    aee-iforest -q --across name -f z long >out
    [ "$(head -n 1 out)" = date,name,z,iforest_score,iforest_p,iforest_anomaly,iforest_top_feature ]
    [ "$(wc -l <out)" = 901 ]
    for name in a b c; do
        diff <(grep ",$name," out | cut -d, -f1,4-) <(sed 1d scored | cut -d, -f1,5-)
    done
    [ "$(awk -F, '$7 == "b" { print $1 }' out | uniq | head -n 1)" = 2024-07-18 ]
}

@test "aee-iforest: --across does not score a day without a value" {
    one_by_one | sed 's/^\(2024-02-0[12],.,\).*/\1/' >long
    aee-iforest -q --across name -f z long >out
    [ "$(awk -F, '$4 == "" { print $1 }' out | uniq | paste -sd ' ')" = "2024-02-01 2024-02-02" ]
    [ "$(awk -F, '$4 == "" && $5 $6 $7 != ""' out)" = "" ]
}

@test "aee-iforest: --across with groups grows a forest for each" {
    { one_by_one | sed '1s/^/shop,/; 2,$s/^/a,/'; one_by_one | sed '1d; s/^/b,/'; } >two
    diff <(aee-iforest -q -g shop --across name -f z two | grep ^b | cut -d, -f2-) <(aee-iforest -q --across name -f z < <(one_by_one) | sed 1d)
}

@test "aee-iforest: --across needs one column of values, a date, and each name once a day" {
    said() { [ "${stderr_lines[0]}" = "aee-iforest: $1" ]; }
    one_by_one >long
    run -2 --separate-stderr aee-iforest --across name long
    said "--across needs one column of values (-f)"
    run -2 --separate-stderr aee-iforest --across name -f z,name long
    said "--across needs one column of values (-f)"
    run -2 --separate-stderr aee-iforest --across name -f z --why long
    said "--across and --why: a row is not a record"
    run -2 --separate-stderr aee-iforest --across name -f z --save x long
    said "--across and --save: the features are no columns"
    run -1 --separate-stderr aee-iforest --across name -f z <<<$'name,z\na,1'
    said "stdin: no column 'date' (-m date=NAME maps another)"
    run -1 --separate-stderr aee-iforest --across name -f z <<<$'date,name,z\n2025-01-01,a,1\n2025-01-01,a,1'
    said "stdin:3: column 'name': 'a' stands twice on its day"
    run -0 --separate-stderr aee-iforest -q --across name -f z <<<date,name,z
    [ "$output" = date,name,z,iforest_score,iforest_p,iforest_anomaly,iforest_top_feature ]
}
