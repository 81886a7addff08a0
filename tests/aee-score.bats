#!/usr/bin/env bats
# bats sets stderr and stderr_lines.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup() {
    T=$BATS_TEST_TMPDIR
    # Ten days, two events: one found on its second day, one missed; one false
    # alarm of two days.
    cat >"$T/events.csv" <<'END'
event_id,kind,start_date,end_date
a,sale,2025-01-03,2025-01-04
b,shift,2025-01-08,2025-01-08
END
    cat >"$T/flags.csv" <<'END'
date,detect_anomaly
2025-01-01,0
2025-01-02,0
2025-01-03,0
2025-01-04,1
2025-01-05,0
2025-01-06,1
2025-01-07,1
2025-01-08,0
2025-01-09,1
2025-01-10,0
END
    sed '/2025-01-07/s/1$/0/; /2025-01-06/s/1$/0/' "$T/flags.csv" >"$T/better.csv"
}

score() {
    aee-score -e "$T/events.csv" "$@"
}

@test "aee-score: the worked example" {
    run -0 --separate-stderr score -F csv "$T/flags.csv"
    diff -u - <(printf '%s\n' "$output") <<'END'
detector,kind,measure,value,low,high
detect,all,days,10,,
detect,all,events,2,,
detect,all,events_found,1,,
detect,all,event_days,3,,
detect,all,true_days,1,,
detect,all,false_days,3,,
detect,all,false_alarms,2,,
detect,all,event_recall,0.5,,
detect,all,precision,0.25,,
detect,all,recall,0.333333333333,,
detect,all,f1,0.285714285714,,
detect,all,false_alarms_per_year,73.05,,
detect,all,false_days_per_year,109.575,,
detect,all,lift,0.833333333333,,
detect,all,median_delay,1,,
detect,sale,events,1,,
detect,sale,event_recall,1,,
detect,sale,recall,0.5,,
detect,sale,median_delay,1,,
detect,shift,events,1,,
detect,shift,event_recall,0,,
detect,shift,recall,0,,
detect,shift,median_delay,,,
END
    [ -z "$stderr" ]
}

@test "aee-score: text and JSON say the same" {
    run -0 score "$T/flags.csv"
    [ "${lines[0]}" = "detect: 0.03 years, 2 events of 3 days; flagged: 1 of these, 3 others, 2 false alarms" ]
    [ "${lines[4]}" = "  f1                        0.286" ]
    score -F json -o "$T/score.json" "$T/flags.csv"
    jq -e '.detect | .events == 2 and .precision == 0.25 and .kinds.sale.event_recall == 1 and .kinds.shift.median_delay == null' "$T/score.json"
    score -F csv --ojsonl "$T/flags.csv" | jq -es 'map(select(.kind == "all" and .measure == "lift")) | .[0].value == 0.833333333333'
}

@test "aee-score: days after an event may not count" {
    run -0 score -F csv --ignore-after shift=2 "$T/flags.csv"
    grep -qx 'detect,all,days,8,,' <<<"$output"
    grep -qx 'detect,all,false_alarms,1,,' <<<"$output"
    run -0 score -F csv --ignore-after sale=1,shift=2 "$T/flags.csv"
    grep -qx 'detect,all,days,7,,' <<<"$output"
    run -0 --separate-stderr score -F csv --ignore-after shfit=2 "$T/flags.csv"
    [ "$stderr" = "aee-score: --ignore-after: no event is of kind 'shfit'" ]
}

@test "aee-score: a day that stands twice is flagged if one of its rows is" {
    { cat "$T/flags.csv" && echo 2025-01-01,1; } >"$T/twice.csv"
    sed '/2025-01-01/s/0$/1/' "$T/flags.csv" >"$T/once.csv"
    diff <(score "$T/once.csv") <(score "$T/twice.csv")
    run ! cmp -s "$T/flags.csv" "$T/once.csv"
}

@test "aee-score: incidents, with the days that were looked at" {
    cat >"$T/incidents.csv" <<'END'
incident,start_date,end_date,kind
1,2025-01-04,2025-01-04,spike
2,2025-01-06,2025-01-07,dip
3,2025-01-09,2025-01-09,dip
END
    score --range 2025-01-01..2025-01-10 -F csv "$T/incidents.csv" | sed 's/^incidents/detect/' >"$T/i.csv"
    score -F csv "$T/flags.csv" | diff -u - "$T/i.csv"
    run -1 --separate-stderr score "$T/incidents.csv"
    [ "$stderr" = "aee-score: $T/incidents.csv: incidents do not say which days were looked at: --range does" ]
}

@test "aee-score: every column of flags is scored, or those that -c names" {
    paste -d, "$T/flags.csv" <(cut -d, -f2 "$T/better.csv" | sed 1s/detect/other/) >"$T/two.csv"
    run -0 score -F json "$T/two.csv"
    jq -e 'keys == ["detect", "other"] and .other.precision == 0.5' <<<"$output"
    run -0 score -F json -c other_anomaly "$T/two.csv"
    jq -e 'keys == ["other"]' <<<"$output"
    sed 1s/detect_anomaly/alarm/ "$T/flags.csv" >"$T/alarm.csv"
    run -0 score -F json -c alarm "$T/alarm.csv"
    jq -e '.alarm.precision == 0.25' <<<"$output"
    run -1 --separate-stderr score "$T/alarm.csv"
    [ "$stderr" = "aee-score: $T/alarm.csv: no column ends in _anomaly (-c names others)" ]
}

@test "aee-score: --fail-under and --fail-over end with status 3" {
    run -0 --separate-stderr score --fail-under f1=0.2,precision=0.25 "$T/flags.csv"
    run -3 --separate-stderr score --fail-under f1=0.9 "$T/flags.csv"
    [ "$stderr" = "aee-score: detect: f1 is 0.285714, under 0.9" ]
    [ "${#lines[@]}" -gt 5 ]
    run -3 --separate-stderr score --fail-over false_alarms_per_year=0.4 "$T/flags.csv"
    [ "$stderr" = "aee-score: detect: false_alarms_per_year is 73.05, over 0.4" ]
    sed 's/1$/0/' "$T/flags.csv" >"$T/silent.csv"
    run -3 --separate-stderr score --fail-under precision=0 "$T/silent.csv"
    [ "$stderr" = "aee-score: detect: precision is not known, under 0" ]
    run -2 --separate-stderr score --fail-under beauty=1 "$T/flags.csv"
    run -2 --separate-stderr score --fail-under f1 "$T/flags.csv"
}

@test "aee-score: intervals over the series of -g" {
    for s in a b c; do
        sed "1d; s/$/,$s/" "$T/$([ $s = a ] && echo flags || echo better).csv"
    done | sed '1i date,detect_anomaly,shop' >"$T/shops.csv"
    for s in a b c; do sed "1d; s/$/,$s/" "$T/events.csv"; done | sed '1i event_id,kind,start_date,end_date,shop' >"$T/truth.csv"
    run -0 aee-score -e "$T/truth.csv" -g shop -F json "$T/shops.csv"
    jq -e '.detect | .events == 6 and .precision == 0.375 and .precision_95 == [0.25, 0.5] and (.median_delay == 1)' <<<"$output"
    run -0 aee-score -e "$T/truth.csv" -g shop -F json --bootstrap 0 "$T/shops.csv"
    jq -e '.detect | has("precision_95") | not' <<<"$output"
}

@test "aee-score: events outside the days are left out, with a warning" {
    echo 'c,sale,2024-01-01,2024-01-02' >>"$T/events.csv"
    run -0 --separate-stderr score -F json "$T/flags.csv"
    jq -e '.detect.events == 2' <<<"$output"
    [ "$stderr" = "aee-score: 1 event is left out: no day of its own among those of the flags" ]
    run -0 --separate-stderr score -F json --range 2025-01-05..2025-01-10 "$T/flags.csv"
    jq -e '.detect | .events == 1 and .days == 6' <<<"$output"
}

@test "aee-score: a missing flag is none; days behind the last flag do not count" {
    sed '/2025-01-01/s/0$//; /2025-01-05/s/0$//; /2025-01-10/s/0$//' "$T/flags.csv" >"$T/some.csv"
    run -0 score -F json "$T/some.csv"
    jq -e '.detect | .days == 9 and .false_days == 3' <<<"$output"
}

@test "aee-score: bad input is named" {
    run -1 --separate-stderr score <<<$'date,detect_anomaly\n2025-01-01,maybe'
    [ "$stderr" = "aee-score: stdin:2: column 'detect_anomaly': 'maybe' is not 0 or 1" ]
    run -1 --separate-stderr score <<<$'day,detect_anomaly\n2025-01-01,1'
    [[ $stderr == "aee-score: stdin: no column 'date'"* ]]
    printf 'start_date,end_date\n2025-01-02,2025-01-01\n' >"$T/bad.csv"
    run -1 --separate-stderr aee-score -e "$T/bad.csv" "$T/flags.csv"
    [ "$stderr" = "aee-score: $T/bad.csv:2: column 'end_date': '2025-01-01' is before the start" ]
    run -1 --separate-stderr aee-score -e "$T/none.csv" "$T/flags.csv"
    run -2 --separate-stderr aee-score "$T/flags.csv"
    [ "$stderr" = "aee-score: --events: the truth is needed (-e FILE)" ]
    run -2 --separate-stderr aee-score --no-such
    run -0 aee-score -h
    [[ $output == "usage: aee-score "* ]]
}

@test "aee-score: no rows, no score" {
    run -0 --separate-stderr score -F json <<<date,detect_anomaly
    jq -e '.detect | .days == 0 and .f1 == null' <<<"$output"
    run -1 bash -c "aee-score -e '$T/events.csv' '$T/flags.csv' >/dev/full"
    run -1 --separate-stderr score </dev/null
}

@test "aee-score: forty shops, as the reference scores them, to the last digit" {
    [[ -n ${AEE_REFERENCE:-} ]] || skip "AEE_REFERENCE is not set"
    command -v python3 >/dev/null || skip "python3 is not installed"
    local R=$AEE_REFERENCE/detection flag
    gzip -dc "$R/dev_reference_outputs.csv.gz" >"$T/out.csv"
    # Its figures in full: it prints six digits of them.
    cat >"$T/figures.py" <<'END'
import csv, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import score_detection as scorer
labels = scorer.load_labels(sys.argv[1] + "/dev_daily.csv.gz")
flags = {k: {} for k in labels}
for row in csv.DictReader(open(sys.argv[2])):
    flags[row["scenario"]][row["date"]] = scorer.truth(row[sys.argv[3]])
all = {k: scorer.counts(v, flags[k]) for k, v in labels.items()}
for value in scorer.metrics([c for c, _ in all.values()])[0].values():
    print("all %.17g" % value)
kinds = {}
for _, events in all.values():
    for kind, hit, n, f in events.values():
        k = kinds.setdefault(kind, [0, 0, 0, 0])
        k[0] += 1; k[1] += hit; k[2] += n; k[3] += f
for kind in sorted(kinds):
    k = kinds[kind]
    print("%s %d\n%s %.17g\n%s %.17g" % (kind, k[0], kind, k[1] / k[0], kind, k[3] / k[2]))
END
    for flag in engine_flag online_flag consensus_flag orig_z_flag; do
        python3 "$T/figures.py" "$R" "$T/out.csv" "$flag" >"$T/want"
        aee-score -e "$R/dev_events.csv" -m kind=event_kind,start_date=start,end_date=end -g scenario \
            --ignore-after level_shift=21 -c "$flag" --precision 17 --bootstrap 0 -F csv "$T/out.csv" >"$T/got.csv"
        { awk -F, '$2 == "all" { n++; if (n > 7 && n < 15) print $2, $4 }' "$T/got.csv"
            awk -F, 'NR > 1 && $2 != "all" && $3 != "median_delay" { print $2, $4 }' "$T/got.csv" | sort -s -k1,1; } |
            awk '{ print $1, sprintf("%.17g", $2) }' | diff -u <(awk '{ print $1, sprintf("%.17g", $2) }' "$T/want") -
    done
}
