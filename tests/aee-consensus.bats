#!/usr/bin/env bats
# bats sets stderr and stderr_lines.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup() {
    T=$BATS_TEST_TMPDIR
    cat >"$T/flags.csv" <<'END'
date,revenue,zscore_anomaly,iforest_anomaly,forecast_anomaly
2025-01-01,10.50,,0,0
2025-01-02,20,1,0,1
2025-01-03,30,0,1,0
2025-01-04,40,1,1,1
2025-01-05,,,,
END
}

# same FILE: what was run has written just this file.
same() {
    diff -u "$1" - <<<"$output"
}

# ---- votes --------------------------------------------------------------------

@test "aee-consensus: a day is confirmed by two votes, and says whose" {
    run -0 --separate-stderr aee-consensus "$T/flags.csv"
    same - <<'END'
date,revenue,zscore_anomaly,iforest_anomaly,forecast_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier
2025-01-01,10.50,,0,0,0,,,0,
2025-01-02,20,1,0,1,2,zscore+forecast,,1,
2025-01-03,30,0,1,0,1,iforest,,0,
2025-01-04,40,1,1,1,3,zscore+iforest+forecast,,1,
2025-01-05,,,,,,,,,
END
    [ -z "$stderr" ]
}

@test "aee-consensus: -k sets the votes that confirm" {
    run -0 aee-consensus -k 3 "$T/flags.csv"
    [ "$(cut -d, -f 9 <<<"$output" | tail -n 5 | tr '\n' ' ')" = "0 0 0 1  " ]
    run -0 aee-consensus --votes 1 "$T/flags.csv"
    [ "$(cut -d, -f 9 <<<"$output" | tail -n 5 | tr '\n' ' ')" = "0 1 1 1  " ]
}

@test "aee-consensus: -c names the flags, and their order" {
    run -0 aee-consensus -c forecast_anomaly,zscore_anomaly "$T/flags.csv"
    [ "${lines[4]}" = 2025-01-04,40,1,1,1,2,forecast+zscore,,1, ]
    sed -i 's/iforest_anomaly/odd/' "$T/flags.csv"
    run -0 aee-consensus -c odd,zscore_anomaly "$T/flags.csv"
    [ "${lines[4]}" = 2025-01-04,40,1,1,1,2,odd+zscore,,1, ]
    run -0 aee-consensus -c flag,zscore_anomaly -m flag=odd "$T/flags.csv"
    [ "${lines[4]}" = 2025-01-04,40,1,1,1,2,flag+zscore,,1, ]
}

@test "aee-consensus: a consensus is no detector of the next one" {
    run -0 bash -c 'aee-consensus "$1" | aee-consensus --prefix again_ | aee-consensus --prefix more_' - "$T/flags.csv"
    [ "${lines[4]}" = 2025-01-04,40,1,1,1,3,zscore+iforest+forecast,,1,,3,zscore+iforest+forecast,,1,,3,zscore+iforest+forecast,,1, ]
    run -1 --separate-stderr bash -c 'aee-consensus "$1" | aee-consensus' - "$T/flags.csv"
    [ "$stderr" = "aee-consensus: the input has a column 'votes' already (see --prefix)" ]
}

@test "aee-consensus: detectors behind a prefix are detectors of their own" {
    run -0 aee-consensus <<<$'aov_zscore_anomaly,zscore_anomaly\n1,1'
    [ "${lines[1]}" = 1,1,2,aov_zscore+zscore,,1, ]
}

@test "aee-consensus: the votes of the original's year" {
    gzip -dc tests/data/original-days.csv.gz |
        aee-consensus -c z_flag,iforest_flag_seed42,prophet_flag --summary="$T/s.json" >"$T/out"
    jq -e --slurpfile e tests/data/original-expected.json '$e[0] as $e
        | .detectors.z_flag == $e.zscore_flagged
        and .detectors.iforest_flag_seed42 == $e.iforest_flagged_seed42
        and .detectors.prophet_flag == $e.prophet_residual_flagged
        and .pairs["z_flag+iforest_flag_seed42"] == $e.overlap_stat_ml
        and .pairs["z_flag+prophet_flag"] == $e.overlap_stat_forecast
        and .pairs["iforest_flag_seed42+prophet_flag"] == $e.overlap_ml_forecast
        and .all == $e.triple_overlap and .all == ["2025-03-15"]
        and (.pairs | length) == 3' "$T/s.json"
    [ "$(wc -l <"$T/out")" = 366 ]
    [ "$(awk -F, '$(NF - 1) == 1 { print $1 }' "$T/out" | tr '\n' ' ')" = "2025-03-15 2025-03-16 2025-09-10 2025-09-11 " ]
}

# ---- the summary ----------------------------------------------------------------

@test "aee-consensus: --summary lists the days of detectors, pairs, all and confirmed" {
    aee-consensus --summary "$T/flags.csv" >"$T/out"
    diff -u - <(jq -c . "$T/out") <<'END'
{"detectors":{"zscore":["2025-01-02","2025-01-04"],"iforest":["2025-01-03","2025-01-04"],"forecast":["2025-01-02","2025-01-04"]},"pairs":{"zscore+iforest":["2025-01-04"],"zscore+forecast":["2025-01-02","2025-01-04"],"iforest+forecast":["2025-01-04"]},"all":["2025-01-04"],"confirmed":["2025-01-02","2025-01-04"]}
END
    aee-consensus --summary -o "$T/file.json" "$T/flags.csv"
    cmp "$T/out" "$T/file.json"
    aee-consensus --summary=- "$T/flags.csv" | cmp - "$T/out"
}

@test "aee-consensus: --summary=FILE is written beside the records" {
    aee-consensus "$T/flags.csv" >"$T/want"
    aee-consensus --summary="$T/s.json" "$T/flags.csv" | cmp - "$T/want"
    aee-consensus --summary "$T/flags.csv" | cmp - "$T/s.json"
}

@test "aee-consensus: no file of a summary appears when a run fails" {
    mkdir "$T/d"
    echo 2025-01-06,1,2,0,0 >>"$T/flags.csv"
    run -1 aee-consensus --summary="$T/d/s.json" -o "$T/d/out.csv" "$T/flags.csv"
    [ -z "$(ls "$T/d")" ]
    run -1 --separate-stderr bash -c 'aee-consensus --bad-rows skip --summary="$1/d/s.json" "$1/flags.csv" >/dev/full' - "$T"
    [ "${stderr_lines[-1]}" = "aee-consensus: stdout: No space left on device" ]
    [ -z "$(ls "$T/d")" ]
    run -1 --separate-stderr aee-consensus --summary="$T/none/s.json" "$T/flags.csv"
    [ "$stderr" = "aee-consensus: $T/none/s.json: No such file or directory" ]
}

@test "aee-consensus: with -g the summary has the same keys for each group" {
    cat >"$T/g.csv" <<'END'
date,channel,shop,a_anomaly,b_anomaly
2025-01-01,Email,1,1,1
2025-01-01,,1,1,0
2025-01-02,Email,1,0,1
END
    run -0 aee-consensus -g channel,shop --summary "$T/g.csv"
    diff -u - <(jq -c '.groups[]' <<<"$output") <<'END'
{"group":{"channel":"Email","shop":"1"},"detectors":{"a":["2025-01-01"],"b":["2025-01-01","2025-01-02"]},"pairs":{"a+b":["2025-01-01"]},"all":["2025-01-01"],"confirmed":["2025-01-01"]}
{"group":{"channel":null,"shop":"1"},"detectors":{"a":["2025-01-01"],"b":[]},"pairs":{"a+b":[]},"all":[],"confirmed":[]}
END
    head -n 1 "$T/g.csv" | aee-consensus -g channel --summary | jq -e '. == {"groups": []}'
}

@test "aee-consensus: a summary needs dates, records do not" {
    run -0 aee-consensus <<<$'a_anomaly,b_anomaly\n1,1'
    [ "${lines[1]}" = 1,1,2,a+b,,1, ]
    run -1 --separate-stderr aee-consensus --summary <<<$'a_anomaly,b_anomaly\n1,1'
    [ "$stderr" = "aee-consensus: stdin: no column 'date' (-m date=NAME maps another)" ]
    run -1 --separate-stderr aee-consensus --summary <<<$'date,a_anomaly,b_anomaly\n2025-02-30,1,1'
    [ "$stderr" = "aee-consensus: stdin:2: column 'date': '2025-02-30' is not a date" ]
}

@test "aee-consensus: --exit-code tells that a day is confirmed" {
    run -3 aee-consensus --exit-code "$T/flags.csv"
    run -3 aee-consensus --exit-code --summary "$T/flags.csv"
    run -3 aee-consensus --exit-code "$T/flags.csv" "$T/flags.csv"
    head -n 2 "$T/flags.csv" >"$T/quiet.csv"
    run -0 aee-consensus --exit-code "$T/quiet.csv"
    run -1 bash -c 'aee-consensus --exit-code "$1" >/dev/full' - "$T/flags.csv"
}

# ---- several files ---------------------------------------------------------------

@test "aee-consensus: files are joined by date, and a day that one lacks is kept" {
    printf 'date,revenue,a_anomaly\n2025-01-03,3,1\n2025-01-01,1,0\n' >"$T/a.csv"
    printf 'date,b_anomaly,revenue\n2025-01-02,1,2\n2025-01-03,1,3\n' >"$T/b.csv"
    run -0 aee-consensus "$T/a.csv" "$T/b.csv"
    same - <<'END'
date,revenue,a_anomaly,b_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier
2025-01-01,1,0,,0,,,0,
2025-01-02,2,,1,1,b,,0,
2025-01-03,3,1,1,2,a+b,,1,
END
}

@test "aee-consensus: joining is as good as one pipe" {
    gzip -dc tests/data/original-days.csv.gz >"$T/days.csv"
    for c in z_flag iforest_flag_seed42 prophet_flag; do
        awk -F, -v OFS=, -v c=$c 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == c) k = i } { print $1, $2, $k }' \
            "$T/days.csv" >"$T/$c.csv"
    done
    local c=z_flag,iforest_flag_seed42,prophet_flag
    aee-consensus -c $c --summary "$T/days.csv" >"$T/want"
    { head -n 1 "$T/z_flag.csv"; tail -n +2 "$T/z_flag.csv" | tac; } >"$T/tac.csv"
    aee-consensus -c $c --summary "$T/prophet_flag.csv" - "$T/iforest_flag_seed42.csv" <"$T/tac.csv" |
        cmp - "$T/want"
}

@test "aee-consensus: files are joined by date and group" {
    printf 'date,channel,a_anomaly\n2025-01-02,y,1\n2025-01-01,x,0\n2025-01-01,y,0\n' >"$T/a.csv"
    printf 'channel,date,b_anomaly\nz,2025-01-01,0\ny,2025-01-02,1\nx,2025-01-03,0\n' >"$T/b.csv"
    run -0 aee-consensus -g channel "$T/a.csv" "$T/b.csv"
    same - <<'END'
date,channel,a_anomaly,b_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier
2025-01-01,y,0,,0,,,0,
2025-01-02,y,1,1,2,a+b,,1,
2025-01-01,x,0,,0,,,0,
2025-01-03,x,,0,0,,,0,
2025-01-01,z,,0,0,,,0,
END
    aee-consensus -g channel --summary "$T/a.csv" "$T/b.csv" |
        jq -e '[.groups[].confirmed] == [["2025-01-02"], [], []]'
}

@test "aee-consensus: a text gives way to none, and contradicts another" {
    printf 'date,revenue,a_anomaly\n2025-01-01,,1\n2025-01-02,5.0,1\n' >"$T/a.csv"
    printf 'date,revenue,b_anomaly\n2025-01-01,4,1\n2025-01-02,,1\n' >"$T/b.csv"
    run -0 aee-consensus "$T/a.csv" "$T/b.csv"
    [ "${lines[1]}" = 2025-01-01,4,1,1,2,a+b,,1, ]
    [ "${lines[2]}" = 2025-01-02,5.0,1,1,2,a+b,,1, ]
    printf 'date,revenue,b_anomaly\n2025-01-01,4,1\n2025-01-02,5,1\n' >"$T/b.csv"
    run -1 --separate-stderr aee-consensus "$T/a.csv" "$T/b.csv"
    [ "$stderr" = "aee-consensus: $T/b.csv:3: column 'revenue': '5' differs from '5.0' of an earlier file" ]
    run -0 --separate-stderr aee-consensus --bad-rows skip "$T/a.csv" "$T/b.csv"
    [ "${lines[2]}" = 2025-01-02,5.0,1,,1,a,,0, ]
}

@test "aee-consensus: a date that stands twice in a file cannot be joined" {
    printf 'date,channel,a_anomaly,b_anomaly\n2025-01-01,x,1,1\n2025-01-01,y,1,1\n' >"$T/a.csv"
    printf 'date,channel,c_anomaly\n2025-01-01,x,1\n' >"$T/b.csv"
    run -1 --separate-stderr aee-consensus "$T/a.csv" "$T/b.csv"
    [ "$stderr" = "aee-consensus: $T/a.csv:3: the date stands twice" ]
    run -0 aee-consensus -g channel "$T/a.csv" "$T/b.csv"
    echo 2025-01-01,x,0 >>"$T/b.csv"
    run -1 --separate-stderr aee-consensus -g channel "$T/a.csv" "$T/b.csv"
    [ "$stderr" = "aee-consensus: $T/b.csv:3: the date stands twice in its group" ]
    # In one stream it may.
    run -0 aee-consensus "$T/a.csv"
    [ "${#lines[@]}" = 3 ]
}

@test "aee-consensus: joined files may have different formats and key order" {
    printf 'date,a_anomaly\n2025-01-01,1\n2025-01-02,1\n' >"$T/a.csv"
    printf '{"date":"2025-01-02","note":"x\\ty","b_anomaly":1}\n{"b_anomaly":0,"date":"2025-01-01"}\n' >"$T/b.jsonl"
    run -0 aee-consensus "$T/a.csv" "$T/b.jsonl"
    [ "${lines[1]}" = 2025-01-01,1,,0,1,a,,0, ]
    [ "${lines[2]}" = $'2025-01-02,1,x\ty,1,2,a+b,,1,' ]
    run -0 aee-consensus "$T/b.jsonl" "$T/a.csv"
    [ "${lines[0]}" = '{"date":"2025-01-01","note":null,"b_anomaly":0,"a_anomaly":1,"votes":1,"confirmed_by":"a","consensus_p":null,"consensus_anomaly":0,"tier":null}' ]
    echo '{"date":"2025-01-03","more":1}' >>"$T/b.jsonl"
    run -1 --separate-stderr aee-consensus "$T/a.csv" "$T/b.jsonl"
    [ "$stderr" = "aee-consensus: $T/b.jsonl:3: key 'more' is not in the first record" ]
}

@test "aee-consensus: a flag that no file has is an error" {
    printf 'date,a_anomaly\n2025-01-01,1\n' >"$T/a.csv"
    run -1 --separate-stderr aee-consensus -c a_anomaly,b "$T/a.csv" "$T/a.csv"
    [ "$stderr" = "aee-consensus: no file has a column 'b'" ]
    run -1 --separate-stderr aee-consensus "$T/a.csv" "$T/a.csv"
    [ "$stderr" = "aee-consensus: the files: 2 votes of 1 detector can never be (-k)" ]
    printf 'day,b_anomaly\n2025-01-01,1\n' >"$T/b.csv"
    run -1 --separate-stderr aee-consensus "$T/a.csv" "$T/b.csv"
    [ "$stderr" = "aee-consensus: $T/b.csv: no column 'date' (-m date=NAME maps another)" ]
}

@test "aee-consensus: a bad flag in one of several files names its place" {
    printf 'date,a_anomaly\n2025-01-01,1\n' >"$T/a.csv"
    printf 'date,b_anomaly\n2025-01-01,1\n2025-01-02,yes\n' >"$T/b.csv"
    run -1 --separate-stderr aee-consensus "$T/a.csv" "$T/b.csv"
    [ "$stderr" = "aee-consensus: $T/b.csv:3: column 'b_anomaly': 'yes' is not 0 or 1" ]
}

# ---- p-values --------------------------------------------------------------------

# p COLUMN: a column of a CSV stream by name.
p() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next } { print $c }'
}

@test "aee-consensus: --combine makes one p of those beside the flags" {
    # Python: .5 - atan(mean of tan((.5 - p) pi)) / pi; 3 / sum of 1/p; the tail of chi-squared with 6
    # degrees at -2 sum of ln p; and of the sum of normal quantiles / sqrt(3 + 6 rho).
    printf 'a_anomaly,a_p,b_p,b_anomaly,c_anomaly,c_p,d_p\n0,0.01,0.2,0,0,0.6,1e-9\n' >"$T/p.csv"
    local want=(cauchy 0.02896970889442002 hmp 0.028124999999999997 fisher 0.036409395717553424 stouffer 0.15199657033906888)
    for ((m = 0; m < 8; m += 2)); do
        run -0 aee-consensus --combine "${want[m]}" "$T/p.csv"
        awk -v got="$(p consensus_p <<<"$output")" -v want="${want[m + 1]}" 'BEGIN { exit !(got / want < 1 + 1e-9 && want / got < 1 + 1e-9) }'
        [ "$(p consensus_anomaly <<<"$output")" = 0 ]
    done
    run -0 aee-consensus --combine stouffer --rho 0 "$T/p.csv"
    [[ "$(p consensus_p <<<"$output")" = 0.04621099* ]]
    run -0 aee-consensus "$T/p.csv"
    [ -z "$(p consensus_p <<<"$output")" ]
    # 2 / (1/0.01 + 1/0.6), by -c; a flag without _anomaly has its p all the same.
    sed '1s/a_anomaly/a/' "$T/p.csv" >"$T/c.csv"
    run -0 aee-consensus -c a,c_anomaly --combine hmp "$T/c.csv"
    [[ "$(p consensus_p <<<"$output")" = 0.0196721311475 ]]
}

@test "aee-consensus: a missing p is left out, and 0 is a p" {
    run -0 aee-consensus -k 1 --combine hmp <<<$'a_anomaly,a_p,b_anomaly,b_p,c_anomaly\n0,,0,0.25,1\n0,,0,,1\n0,0,0,0.5,1\n0,1,0,1e-300,0\n0,1,0,1,0'
    [ "$(p consensus_p <<<"$output" | tr '\n' ' ')" = "0.25  2.22507385851e-308 2e-300 1 " ]
}

@test "aee-consensus: --fdr confirms the discoveries of Benjamini and Hochberg" {
    # 0.05 i / 4: 0.0125 0.025 0.0375 0.05; the third is below its limit, and takes the second along.
    printf '%s\n' date,a_anomaly,a_p 2025-01-01,0,0.03 2025-01-02,0,0.5 2025-01-03,1,0.01 2025-01-04,1, 2025-01-05,0,0.026 >"$T/p.csv"
    run -0 aee-consensus --fdr 0.05 "$T/p.csv"
    [ "$(p consensus_anomaly <<<"$output" | tr '\n' ' ')" = "1 0 1  1 " ]
    [ "$(p votes <<<"$output" | tr '\n' ' ')" = "0 0 1 1 0 " ]
    [ "$(p consensus_p <<<"$output" | tr '\n' ' ')" = "0.03 0.5 0.01  0.026 " ]
    run -0 aee-consensus --fdr 0.03 "$T/p.csv"
    [ "$(p consensus_anomaly <<<"$output" | tr '\n' ' ')" = "0 0 0  0 " ]
    aee-consensus --fdr 0.05 --summary "$T/p.csv" |
        jq -e '.confirmed == ["2025-01-01", "2025-01-03", "2025-01-05"] and .all == ["2025-01-03", "2025-01-04"]'
    run -3 aee-consensus --fdr 0.05 --exit-code "$T/p.csv"
    run -0 aee-consensus --fdr 0.03 --exit-code "$T/p.csv"
}

@test "aee-consensus: the p of one consensus can be one of the next" {
    # 2 / (1/0.02 + 1/0.5), then 2 / (1/0.0384615384615 + 1/0.1).
    printf 'a_anomaly,a_p,b_anomaly,b_p,c_anomaly,c_p\n0,0.02,0,0.5,0,0.1\n' |
        aee-consensus -c a_anomaly,b_anomaly --combine hmp --prefix z_ >"$T/z.csv"
    run -0 aee-consensus -c z_consensus_anomaly,c_anomaly --combine hmp "$T/z.csv"
    [[ "$(p z_consensus_p <<<"$output")" = 0.0384615384615 ]]
    [[ "$(p consensus_p <<<"$output")" = 0.0555555555555* || "$(p consensus_p <<<"$output")" = 0.0555555555556 ]]
}

@test "aee-consensus: --fdr judges each group by itself, and joined files as one pipe" {
    printf '%s\n' date,g,a_anomaly,a_p 2025-01-01,x,0,0.04 2025-01-01,y,0,0.04 2025-01-02,y,0,0.9 >"$T/a.csv"
    run -0 aee-consensus -g g --fdr 0.05 "$T/a.csv"
    [ "$(p consensus_anomaly <<<"$output" | tr '\n' ' ')" = "1 0 0 " ]
    run -0 aee-consensus --fdr 0.05 "$T/a.csv"
    [ "$(p consensus_anomaly <<<"$output" | tr '\n' ' ')" = "0 0 0 " ]
    printf '%s\n' date,g,b_anomaly,b_p 2025-01-01,x,0,0.5 2025-01-01,y,1,0.0001 2025-01-02,y,0,1 >"$T/b.csv"
    paste -d, "$T/a.csv" <(cut -d, -f 3- "$T/b.csv") | aee-consensus -g g --fdr 0.05 --tolerance 1 >"$T/want"
    aee-consensus -g g --fdr 0.05 --tolerance 1 "$T/a.csv" "$T/b.csv" | diff "$T/want" -
    grep -x '2025-01-01,y,0,0.04,1,0.0001,1,b,0.000199[0-9]*,1,' "$T/want"
}

@test "aee-consensus: a p is a number from 0 to 1, and there is one" {
    for bad in 1.5 -0.1 x nan; do
        run -1 --separate-stderr aee-consensus -k 1 --combine cauchy <<<$'a_anomaly,a_p\n1,0.5\n1,'$bad
        [ "$stderr" = "aee-consensus: stdin:3: column 'a_p': '$bad' is not a p, 0 to 1" ]
    done
    run -0 aee-consensus -k 1 <<<$'a_anomaly,a_p\n1,x'
    run -1 --separate-stderr aee-consensus --fdr 0.1 "$T/flags.csv"
    [ "$stderr" = "aee-consensus: $T/flags.csv: no detector has a p (zscore_p)" ]
    run -1 --separate-stderr aee-consensus --fdr 0.1 "$T/flags.csv" "$T/flags.csv"
    [ "$stderr" = "aee-consensus: the files: no detector has a p (zscore_p)" ]
    run -0 aee-consensus --fdr 0.1 --ijsonl </dev/null
    run -0 aee-consensus --fdr 0.1 <<<a_anomaly,a_p
    [ "${#lines[@]}" = 1 ]
}

@test "aee-consensus: what p asks for goes together" {
    run -2 --separate-stderr aee-consensus --fdr 0.1 -k 2
    [ "$stderr" = "aee-consensus: --votes and --fdr: a day is confirmed by one of them" ]
    run -2 --separate-stderr aee-consensus --combine cauchy --rho 0.5
    [ "$stderr" = "aee-consensus: --rho: only with --combine stouffer" ]
    run -2 --separate-stderr aee-consensus --combine mean
    [[ "$stderr" = "aee-consensus: --combine: 'mean' is not "* ]]
    for bad in '--fdr 0' '--fdr 1.1' '--rho 2' '--tolerance -1' '--tolerance 367'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-consensus $bad
        [ -n "$stderr" ]
    done
}

@test "aee-consensus: on days without an event, fdr stays silent" {
    # 20 series of 200 independent days: a discovery in about 1 of 10 at most.
    awk 'BEGIN { srand(3); print "s,a_anomaly,a_p"; for (i = 0; i < 4000; i++) print i % 20 ",0," 1 - rand() }' >"$T/null.csv"
    run -0 aee-consensus -g s --fdr 0.1 "$T/null.csv"
    [ "$(awk -F, '$7 == 1 { print $1 }' <<<"$output" | sort -u | wc -l)" -le 6 ]
}

# ---- tiers and nearby days ---------------------------------------------------------

@test "aee-consensus: with aee-detect among them, a day has a tier" {
    run -0 aee-consensus <<<$'zscore_anomaly,detect_anomaly,iforest_anomaly,forecast_anomaly\n1,1,0,1\n0,1,,1\n0,1,0,0\n1,0,1,1\n1,1,1,1\n,,,'
    [ "$(p tier <<<"$output" | tr '\n' ' ')" = "critical high notice  critical  " ]
    [ "$(p consensus_anomaly <<<"$output" | tr '\n' ' ')" = "1 1 0 1 1  " ]
}

@test "aee-consensus: with --tolerance a flagged day has the votes of days nearby" {
    cat >"$T/t.csv" <<'END'
date,a_anomaly,b_anomaly,detect_anomaly
2025-01-01,1,0,0
2025-01-02,0,0,0
2025-01-03,0,,1
2025-01-04,0,1,0
2025-01-07,1,0,0
END
    run -0 aee-consensus --tolerance 2 "$T/t.csv"
    same - <<'END'
date,a_anomaly,b_anomaly,detect_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier
2025-01-01,1,0,0,2,a+detect,,1,high
2025-01-02,0,0,0,0,,,0,
2025-01-03,0,,1,3,a+b+detect,,1,critical
2025-01-04,0,1,0,2,b+detect,,1,high
2025-01-07,1,0,0,1,a,,0,
END
    aee-consensus --tolerance 0 "$T/t.csv" | diff - <(aee-consensus "$T/t.csv")
    # The order of rows does not matter, groups are apart, and -o json says the same.
    { head -1 "$T/t.csv"; tail -n +2 "$T/t.csv" | tac; } | aee-consensus --tolerance 2 |
        sort | diff <(sort <<<"$output") -
    awk -F, -v OFS=, '{ print $0, NR == 1 ? "g" : NR }' "$T/t.csv" >"$T/g.csv"
    run -0 aee-consensus -g g --tolerance 2 "$T/g.csv"
    [ "$(p votes <<<"$output" | tr '\n' ' ')" = "1 0 1 1 1 " ]
    aee-consensus --tolerance 2 --summary "$T/t.csv" |
        jq -e '.detectors.detect == ["2025-01-01", "2025-01-03", "2025-01-04"] and .all == ["2025-01-03"]'
    run -1 --separate-stderr aee-consensus --tolerance 1 <<<$'a_anomaly,b_anomaly\n1,1'
    [ "$stderr" = "aee-consensus: stdin: no column 'date' (-m date=NAME maps another)" ]
}

# ---- input -----------------------------------------------------------------------

@test "aee-consensus: a flag is 0, 1 or missing" {
    for bad in 2 -1 0.5 yes true nan; do
        run -1 --separate-stderr aee-consensus <<<$'a_anomaly,b_anomaly\n1,1\n1,'$bad
        [ "$stderr" = "aee-consensus: stdin:3: column 'b_anomaly': '$bad' is not 0 or 1" ]
    done
    run -0 aee-consensus <<<$'a_anomaly,b_anomaly\n1.0,1e0\n-0,0.00'
    [ "${lines[1]}" = 1.0,1e0,2,a+b,,1, ]
    [ "${lines[2]}" = -0,0.00,0,,,0, ]
}

@test "aee-consensus: bad rows are skipped and counted" {
    echo 2025-01-06,1,2,0,0 >>"$T/flags.csv"
    run -0 --separate-stderr aee-consensus --bad-rows skip "$T/flags.csv"
    [ "${#lines[@]}" = 6 ]
    [ "${stderr_lines[-1]}" = "aee-consensus: 1 record skipped: 1 column 'zscore_anomaly' is not 0 or 1" ]
}

@test "aee-consensus: without a flag there is nothing to do" {
    run -1 --separate-stderr aee-consensus <<<$'date,revenue\n2025-01-01,1'
    [ "$stderr" = "aee-consensus: stdin: no column ends in _anomaly (-c names others)" ]
    run -1 --separate-stderr aee-consensus <<<$'date,_anomaly,consensus_anomaly\n2025-01-01,1,1'
    [ "$stderr" = "aee-consensus: stdin: no column ends in _anomaly (-c names others)" ]
    run -1 --separate-stderr aee-consensus -c nix,zscore_anomaly "$T/flags.csv"
    [ "$stderr" = "aee-consensus: $T/flags.csv: no column 'nix' (-m nix=NAME maps another)" ]
}

@test "aee-consensus: one detector needs -k 1" {
    run -1 --separate-stderr aee-consensus <<<$'a_anomaly\n1'
    [ "$stderr" = "aee-consensus: stdin: 2 votes of 1 detector can never be (-k)" ]
    run -0 aee-consensus -k 1 <<<$'a_anomaly\n1'
    [ "${lines[1]}" = 1,1,a,,1, ]
}

@test "aee-consensus: 64 detectors vote, not 65" {
    local names flags
    names=$(seq -s _anomaly, -f d%g 1 64)_anomaly
    flags=$(printf '1,%.0s' {1..64})
    run -0 aee-consensus -k 64 <<<"$names"$'\n'"${flags%,}"
    [[ ${lines[1]} == *,64,d1+d2+*+d64,,1, ]]
    run -1 --separate-stderr aee-consensus <<<"$names,d65_anomaly"$'\n'"${flags}1"
    [ "$stderr" = "aee-consensus: stdin: more than 64 columns end in _anomaly" ]
}

@test "aee-consensus: NDJSON in, NDJSON out, with keys that are no columns" {
    printf '{"a_anomaly":1,"b_anomaly":1}\n{"b_anomaly":0,"x":"y","a_anomaly":null}\n{}\n' >"$T/in.jsonl"
    run -0 aee-consensus "$T/in.jsonl"
    same - <<'END'
{"a_anomaly":1,"b_anomaly":1,"votes":2,"confirmed_by":"a+b","consensus_p":null,"consensus_anomaly":1,"tier":null}
{"a_anomaly":null,"b_anomaly":0,"x":"y","votes":0,"confirmed_by":null,"consensus_p":null,"consensus_anomaly":0,"tier":null}
{"votes":null,"confirmed_by":null,"consensus_p":null,"consensus_anomaly":null,"tier":null}
END
    run -1 --separate-stderr aee-consensus --ocsv "$T/in.jsonl"
    [ "$stderr" = "aee-consensus: $T/in.jsonl:2: key 'x' is not in the first record, and only NDJSON has a place for it" ]
}

@test "aee-consensus: CSV, TSV and NDJSON say the same" {
    aee-consensus "$T/flags.csv" >"$T/want"
    aee-consensus --otsv "$T/flags.csv" | tr '\t' , | cmp - "$T/want"
    tr , '\t' <"$T/flags.csv" | aee-consensus --itsv --ocsv | cmp - "$T/want"
    # The results cut off, and computed again.
    aee-consensus --ojsonl "$T/flags.csv" | cut -d, -f 1-5 | sed 's/$/}/' |
        aee-consensus --ocsv | cmp - "$T/want"
}

@test "aee-consensus: header lines alone give header lines" {
    run -0 --separate-stderr aee-consensus <<<a_anomaly,b_anomaly
    [ "$output" = a_anomaly,b_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier ]
    [ -z "$stderr" ]
    aee-consensus --summary <<<date,a_anomaly,b_anomaly |
        jq -e '. == {detectors: {a: [], b: []}, pairs: {"a+b": []}, all: [], confirmed: []}'
    head -n 1 "$T/flags.csv" >"$T/h.csv"
    run -0 aee-consensus "$T/h.csv" "$T/h.csv"
    [ "${#lines[@]}" = 1 ]
}

@test "aee-consensus: an empty file is an error, empty NDJSON is not" {
    run -1 --separate-stderr aee-consensus </dev/null
    [ "$stderr" = "aee-consensus: stdin: is empty, without a header line" ]
    run -0 aee-consensus --ijsonl </dev/null
    [ -z "$output" ]
    aee-consensus --ijsonl --summary </dev/null | jq -e '.all == [] and .detectors == {}'
}

@test "aee-consensus: all missing, all equal, one row" {
    run -0 aee-consensus <<<$'a_anomaly,b_anomaly\n,\n,'
    [ "${lines[2]}" = ,,,,,, ]
    run -0 aee-consensus <<<$'a_anomaly,b_anomaly\n1,1\n1,1'
    [ "${lines[2]}" = 1,1,2,a+b,,1, ]
    run -0 aee-consensus <<<$'a_anomaly,b_anomaly\n1,'
    [ "${lines[1]}" = 1,,1,a,,0, ]
}

@test "aee-consensus: a row leaves before the next one comes" {
    # fd 9 stays open: only the rows that were read can be out.
    mkfifo "$T/in" "$T/out"
    aee-consensus <"$T/in" >"$T/out" &
    exec 9>"$T/in" 8<"$T/out"
    printf 'a_anomaly,b_anomaly\n1,1\n' >&9
    read -r -t 10 header <&8
    read -r -t 10 row <&8
    exec 9>&- 8<&-
    wait $!
    [ "$header" = a_anomaly,b_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier ]
    [ "$row" = 1,1,2,a+b,,1, ]
}

# ---- the program -----------------------------------------------------------------

@test "aee-consensus: the command line is checked" {
    run -2 --separate-stderr aee-consensus --nonsense
    [ "${stderr_lines[-1]}" = "aee-consensus: 'aee-consensus --help' lists the options" ]
    run -2 --separate-stderr aee-consensus -k 0
    [ "$stderr" = "aee-consensus: --votes: '0' is not a whole number from 1 to 64" ]
    run -2 --separate-stderr aee-consensus -c a,b -k 3
    [ "$stderr" = "aee-consensus: --votes: 3 of 2 can never be" ]
    run -2 --separate-stderr aee-consensus -c a,b_anomaly,a_anomaly
    [ "$stderr" = "aee-consensus: --column: 'a' stands twice" ]
    run -2 --separate-stderr aee-consensus - -
    [ "$stderr" = "aee-consensus: standard input can be only one of the files" ]
}

@test "aee-consensus: -h lists every option" {
    run -0 --separate-stderr aee-consensus -h
    [ -z "$stderr" ]
    for option in column votes combine fdr rho tolerance group-by summary exit-code; do
        [[ $output == *"--$option"* ]]
    done
}

@test "aee-consensus: a full disk is an error" {
    run -1 --separate-stderr bash -c 'aee-consensus "$1" >/dev/full' - "$T/flags.csv"
    [ "$stderr" = "aee-consensus: stdout: No space left on device" ]
    run -1 --separate-stderr aee-consensus --summary=/dev/full "$T/flags.csv"
    [ "$stderr" = "aee-consensus: /dev/full: No space left on device" ]
}

@test "aee-consensus: a closed pipe ends it quietly" {
    run -0 --separate-stderr bash -c '{ echo a_anomaly,b_anomaly; yes 1,1 | head -n 200000; } | aee-consensus | head -n 1'
    [ "$output" = a_anomaly,b_anomaly,votes,confirmed_by,consensus_p,consensus_anomaly,tier ]
    [ -z "$stderr" ]
}

@test "aee-consensus: -o writes the file whole or not at all" {
    echo before >"$T/out.csv"
    echo 2025-01-06,1,2,0,0 >>"$T/flags.csv"
    run -1 aee-consensus -o "$T/out.csv" "$T/flags.csv"
    [ "$(cat "$T/out.csv")" = before ]
    run -0 aee-consensus -q --bad-rows skip -o "$T/out.csv" "$T/flags.csv"
    [ "$(wc -l <"$T/out.csv")" = 6 ]
}

# ---- rows of a day made one ---------------------------------------------------------

# Two detectors of two metrics.
long() {
    cat <<'END'
date,metric,x_p,x_anomaly,y_p,y_anomaly
2025-01-01,aov,0.01,1,0.5,0
2025-01-01,orders,0.04,0,0.5,0
2025-01-02,aov,0.5,0,,
2025-01-02,orders,,,,
2025-01-03,orders,0.008,0,0.02,0
END
}

@test "aee-consensus: --across makes one p of the rows of a day, their harmonic mean" {
    long >"$T/long.csv"
    # 2 / (1/0.01 + 1/0.04) = 0.016; Cauchy of 0.008 and 0.02 is
    # 0.5 - atan((tan(0.492 pi) + tan(0.48 pi)) / 2) / pi = 0.01142995.
    run -0 aee-consensus --across metric --precision 6 "$T/long.csv"
    same - <<'END'
date,x_p,x_anomaly,x_metric,y_p,y_anomaly,y_metric,votes,confirmed_by,consensus_p,consensus_anomaly,tier
2025-01-01,0.016,0,aov,0.5,0,,0,,0.0310241,0,
2025-01-02,0.5,0,aov,,,,0,,0.5,0,
2025-01-03,0.008,1,orders,0.02,0,orders,1,x,0.01143,0,
END
}

@test "aee-consensus: --limit is the p that votes, whatever the flags of the rows were" {
    run -0 bash -c '"$@" --across metric --limit 0.02' - aee-consensus < <(long)
    [ "$(cut -d, -f3,6,8,9,11 <<<"$output" | paste -sd ' ')" = "x_anomaly,y_anomaly,votes,confirmed_by,consensus_anomaly 1,0,1,x,0 0,,0,,0 1,1,2,x+y,1" ]
    run -0 bash -c '"$@" --across metric -c y_anomaly -k 1 --limit 0.02' - aee-consensus < <(long)
    [ "$(cut -d, -f1,3,5 <<<"$output" | paste -sd ' ')" = "date,y_anomaly,votes 2025-01-01,0,0 2025-01-02,, 2025-01-03,1,1" ]
}

@test "aee-consensus: --across of several files is as good as of one pipe" {
    long >"$T/long.csv"
    cut -d, -f1-4 "$T/long.csv" >"$T/x.csv"
    aee-consensus --prefix a_ -k 1 -c y_anomaly --ojsonl "$T/long.csv" | jq -c '{metric, date, y_p, y_anomaly}' >"$T/y.json"
    diff <(aee-consensus --across metric "$T/long.csv") <(aee-consensus --across metric "$T/x.csv" "$T/y.json")
    run -1 --separate-stderr aee-consensus --across metric -c x_anomaly,z_anomaly "$T/x.csv" "$T/y.json"
    [ "$stderr" = "aee-consensus: no file has a column 'z_anomaly'" ]
}

@test "aee-consensus: --across with groups is that of each, and --fdr judges each" {
    { sed '1s/^/shop,/; 2,$s/^/a,/' < <(long); sed 1d < <(long) | sed 's/^/b,/'; } >"$T/two.csv"
    run -0 aee-consensus --across metric -g shop --fdr 0.1 "$T/two.csv"
    [ "${lines[0]}" = date,shop,x_p,x_anomaly,x_metric,y_p,y_anomaly,y_metric,votes,confirmed_by,consensus_p,consensus_anomaly,tier ]
    diff <(grep -E ',(shop|b),' <<<"$output" | cut -d, -f1,3-) <(aee-consensus --across metric --fdr 0.1 < <(long))
    run -0 aee-consensus --across metric,shop --summary "$T/two.csv"
    jq -e '.detectors.x == ["2025-01-03"] and .all == []' <<<"$output"
}

@test "aee-consensus: --calibrate makes a p that is too careful as frequent as it says" {
    # 300 days, p = sqrt of what is even from 0 to 1.
    seq 0 299 | sed 's/.*/2024-01-01 + & days/' | date -u -f - +%F |
        awk -v OFS=, 'BEGIN { print "date,m,x_p,x_anomaly" } { print $1, "a", sqrt((NR * 77 % 300 + .5) / 300), 0 }' >"$T/careful.csv"
    share() { awk -F, 'NR > 1 { n++; k += $2 <= 0.05 } END { printf "%.3f\n", k / n }'; }
    [ "$(aee-consensus --across m -k 1 "$T/careful.csv" | share)" = 0.003 ]
    aee-consensus --across m -k 1 --calibrate x "$T/careful.csv" | share >"$T/share"
    awk '{ exit !($1 >= 0.03 && $1 <= 0.05) }' "$T/share"
    # Too few days stay as they are.
    head -n 99 "$T/careful.csv" >"$T/few.csv"
    cmp <(aee-consensus --across m -k 1 --calibrate x "$T/few.csv") <(aee-consensus --across m -k 1 "$T/few.csv")
    run -1 --separate-stderr aee-consensus --across m -k 1 --calibrate x,y "$T/careful.csv"
    [ "$stderr" = "aee-consensus: --calibrate: no detector is 'y'" ]
    # In any order, and a name may stand twice.
    aee-consensus --across m -k 1 --calibrate x "$T/careful.csv" >"$T/want"
    aee-consensus --calibrate x -k 1 --across m "$T/careful.csv" | cmp - "$T/want"
    aee-consensus --across m -k 1 --calibrate x,x "$T/careful.csv" | cmp - "$T/want"
}

@test "aee-consensus: --across wants a date, the columns, a p, and each row once" {
    bad() {
        run -1 --separate-stderr aee-consensus --across metric -k 1
        [ "$stderr" = "aee-consensus: $1" ]
    }
    bad "stdin: no column 'date' (-m date=NAME maps another)" <<<$'metric,x_p,x_anomaly\na,1,0'
    bad "stdin: no column 'metric' (-m metric=NAME maps another)" <<<$'date,x_p,x_anomaly\n2025-01-01,1,0'
    bad "stdin: detector 'x' has no p (x_p)" <<<$'date,metric,x_anomaly\n2025-01-01,a,0'
    bad "stdin:3: column 'metric': 'a' stands twice on its day" <<<$'date,metric,x_p,x_anomaly\n2025-01-01,a,1,0\n2025-01-01,a,1,0'
    bad "stdin:2: column 'x_p': '2' is not a p, 0 to 1" <<<$'date,metric,x_p,x_anomaly\n2025-01-01,a,2,0'
    run -0 --separate-stderr aee-consensus --across metric -k 1 --bad-rows skip <<<$'date,metric,x_p,x_anomaly\n2025-01-01,a,1,0\n2025-01-01,a,1,0'
    [ "${#lines[@]}" = 2 ]
    run -0 aee-consensus --across metric -k 1 <<<date,metric,x_p,x_anomaly
    [ "$output" = date,x_p,x_anomaly,x_metric,votes,confirmed_by,consensus_p,consensus_anomaly,tier ]
    run -2 --separate-stderr aee-consensus --limit 0.1 "$T/flags.csv"
    [ "${stderr_lines[0]}" = "aee-consensus: --limit: only with --across" ]
    run -2 --separate-stderr aee-consensus --calibrate x "$T/flags.csv"
    [ "${stderr_lines[0]}" = "aee-consensus: --calibrate: only with --across" ]
}
