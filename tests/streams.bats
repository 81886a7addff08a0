#!/usr/bin/env bats
# Rows as they come: from a slow pipe, and to readers who wait for each.
bats_require_minimum_version 1.5.0

setup_file() {
    # Days with what every program looks at.
    awk 'BEGIN {
        print "date,revenue,orders,x_anomaly,y_anomaly"
        for (i = 0; i < 300; i++)
            printf "2025-%02d-%02d,%d.5,%d,%d,%d\n", 1 + i / 28, 1 + i % 28, 900 + i * 37 % 211, 10 + i % 7, i % 9 == 0, i % 6 == 0
    }' >"$BATS_FILE_TMPDIR/days.csv"
    mlr --icsv --ojsonl cat "$BATS_FILE_TMPDIR/days.csv" >"$BATS_FILE_TMPDIR/days.jsonl"
    tr , '\t' <"$BATS_FILE_TMPDIR/days.csv" >"$BATS_FILE_TMPDIR/days.tsv"
    aee-iforest -f revenue,orders --fit-only --save "$BATS_FILE_TMPDIR/forest" "$BATS_FILE_TMPDIR/days.csv"
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

streaming=(
    "aee-zscore"
    "aee-zscore -b trailing"
    "aee-zscore -b weekday"
    "aee-iforest -q --model $BATS_FILE_TMPDIR/forest"
    "aee-consensus"
    "aee-detect --online -q"
)

# read_lines N FD: the next lines, each within ten seconds.
read_lines() {
    local line
    for ((i = 0; i < $1; i++)); do
        IFS= read -r -t 10 line <&"$2" || return
        printf '%s\n' "$line"
    done
}

# typed PROGRAM FILE HEADER: rows of FILE come one, then two, then in two pieces,
# and leave before the next; HEADER is 1 if it has one.
typed() {
    local at=$3 row
    rm -f to from
    mkfifo to from
    # shellcheck disable=SC2086
    $1 <"$2" >want 2>/dev/null
    # shellcheck disable=SC2086
    $1 <to >from 2>/dev/null 3>&- &
    exec 5>to 6<from
    head -n $((at + 1)) "$2" >&5
    read_lines $((at + 1)) 6 >got
    sed -n "$((at + 2)),$((at + 3))p" "$2" >&5
    read_lines 2 6 >>got
    row=$(sed -n "$((at + 4))p" "$2")
    printf '%s' "${row:0:7}" >&5
    printf '%s\n' "${row:7}" >&5
    read_lines 1 6 >>got
    exec 5>&-
    cat <&6 >/dev/null
    exec 6<&-
    wait $! || return
    diff <(head -n $((at + 4)) want) got
}

@test "streaming programs: a row of a slow pipe leaves before the next one comes" {
    for program in "${streaming[@]}"; do
        echo "$program"
        typed "$program --icsv" "$BATS_FILE_TMPDIR/days.csv" 1
        typed "$program --itsv" "$BATS_FILE_TMPDIR/days.tsv" 1
        typed "$program" "$BATS_FILE_TMPDIR/days.jsonl" 0
    done
}

@test "streaming programs: rows of a pipe that comes in pieces are those of the file" {
    for program in "${streaming[@]}"; do
        for file in "$BATS_FILE_TMPDIR"/days.csv "$BATS_FILE_TMPDIR"/days.jsonl; do
            echo "$program $file"
            $program "$file" >want
            dd bs=13 if="$file" status=none | $program | cmp - want
            $program --line-buffered "$file" | cmp - want
        done
    done
}

# writes PROGRAM: how many writes it made of the rows of a file that came at once,
# when it waits for more.
writes() {
    rm -f to
    mkfifo to
    # shellcheck disable=SC2086
    $1 <to >out 2>/dev/null 3>&- &
    exec 5>to
    cat "$2" >&5
    for _ in {1..100}; do
        [ "$(wc -l <out)" -eq 301 ] && break
        sleep 0.1
    done
    awk '$1 == "syscw:" { print $2 }' "/proc/$!/io"
    exec 5>&-
    wait
}

@test "streaming programs: --line-buffered hands over each row, though the input does not wait" {
    [ -r /proc/self/io ] || skip "no /proc/PID/io"
    for program in "${streaming[@]}"; do
        echo "$program"
        [ "$(writes "$program" "$BATS_FILE_TMPDIR/days.csv")" -lt 10 ]
        [ "$(writes "$program --line-buffered" "$BATS_FILE_TMPDIR/days.csv")" -ge 300 ]
    done
}

@test "every program that writes rows takes --line-buffered, and writes the same" {
    local days=$BATS_FILE_TMPDIR/days.csv
    sed '1s/.*/order_date,order_value,order_id,channel,product_id/' "$days" >orders
    for program in "aee-kpi orders" "aee-forecast -q $days" "aee-iforest -f revenue $days" \
        "aee-detect -q $days" "aee-consensus --tolerance 1 $days" "aee-simulate -s 1 events"; do
        echo "$program"
        cmp <($program) <($program --line-buffered)
    done
}
