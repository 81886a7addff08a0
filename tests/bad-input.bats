# What every program that reads records does with input that cannot be used, and
# with an end that it did not choose.

bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# Each program with a header that has the columns it needs, and a good row.
programs=(
    "aee-kpi|order_date,channel,order_value|2025-01-01,a,1"
    "aee-zscore|date,channel,revenue|2025-01-01,a,1"
    "aee-iforest|date,channel,revenue|2025-01-01,a,1"
    "aee-forecast|date,channel,revenue|2025-01-01,a,1"
    "aee-consensus|date,x_anomaly,y_anomaly|2025-01-01,1,1"
    "aee-detect|date,channel,revenue|2025-01-01,a,1"
)

# each FUNCTION: calls it with the program, header and row of every program.
each() {
    local entry program header row
    for entry in "${programs[@]}"; do
        IFS='|' read -r program header row <<<"$entry"
        "$1" "$program" "$header" "$row"
    done
}

# refuses FILE MESSAGE: the program named by $program ends with status 1 and
# just this line.
# shellcheck disable=SC2154 # bats sets stderr
refuses() {
    run -1 --separate-stderr "$program" "$1"
    [ "$stderr" = "$program: $1:$2" ]
}

@test "every program: a NUL byte is refused with its line" {
    nul() {
        printf '%s\n%s\n20\0,a,1\n' "$2" "$3" >in
        refuses in "3: has a NUL byte"
    }
    each nul
}

@test "every program: bytes that are not UTF-8 are refused with their line" {
    latin1() {
        printf '%s\n%s\n2025-01-02,caf\xe9,1\n' "$2" "$3" >in
        refuses in "3: is not valid UTF-8"
    }
    each latin1
}

@test "every program: UTF-16, gzip and a JSON array are told from CSV" {
    others() {
        printf '\xff\xfed\0a\0' >in
        refuses in " is UTF-16; convert it with iconv -f UTF-16 -t UTF-8"
        printf '%s\n' "$2" | gzip >in
        refuses in " is compressed; read it with gzip -dc"
        echo '[{"a":1}]' >in
        refuses in " is a JSON array; make it records with jq -c '.[]'"
    }
    each others
}

@test "every program: a line of 100 MB is refused in little memory" {
    line() {
        { printf '%s\n' "$2"; head -c 100000000 /dev/zero | tr '\0' x; } |
            (ulimit -v 200000; run -1 --separate-stderr "$program"
             [ "$stderr" = "$program: stdin:2: a record of more than 16777216 bytes (see --max-record)" ])
    }
    # AddressSanitizer reserves more address space than ulimit leaves.
    if grep -q __asan_init "$BUILD/bin/aee-kpi"; then skip "built with AddressSanitizer"; fi
    each line
}

@test "every program: --max-record moves the limit" {
    limit() {
        { printf '%s\n2025-01-01,' "$2"; head -c 1000 /dev/zero | tr '\0' x; echo ',1'; } >in
        run -1 --separate-stderr "$program" --max-record 500 in
        [ "$stderr" = "$program: in:2: a record of more than 500 bytes (see --max-record)" ]
    }
    each limit
}

@test "every program: a quote that is never closed is named where it began" {
    open_quote() {
        printf '%s\n%s\n2025-01-02,"a\nb,1\n2025-01-03,c,1\n' "$2" "$3" >in
        refuses in "3: a quote that is never closed"
    }
    each open_quote
}

@test "every program: a wrong number of fields is refused" {
    fields() {
        printf '%s\n%s\n2025-01-02,a\n' "$2" "$3" >in
        refuses in "3: has 2 fields, the header has 3"
    }
    each fields
}

@test "every program: a nested value in NDJSON is named by its key" {
    nested() {
        echo '{"date":"2025-01-01","items":[1,2]}' >in
        refuses in "1: key 'items' has a nested value; records must be flat"
    }
    each nested
}

@test "every program: --bad-rows keeps what it leaves out, as it was, in a file" {
    keep() {
        printf '%s\n%s\n"2025-01-02", a\n%s\n' "$2" "$3" "${3/01-01/01-03}" >in
        run -0 --separate-stderr "$program" --bad-rows=bad.csv in
        [[ $stderr == *"1 record skipped: 1 wrong number of fields"* ]]
        diff bad.csv <(printf '%s\n"2025-01-02", a\n' "$2")
    }
    each keep
}

@test "aee-kpi: bad rows of files with other headers are kept under their own" {
    printf 'order_date,channel,order_value\n2025-01-01,a,x\n2025-01-02,a,1\n' >one
    printf 'channel,order_value,order_date\na,y,2025-01-03\na,z,2025-01-03\n' >two
    run -0 --separate-stderr aee-kpi --bad-rows=bad one two one
    diff bad - <<'END'
order_date,channel,order_value
2025-01-01,a,x
channel,order_value,order_date
a,y,2025-01-03
a,z,2025-01-03
order_date,channel,order_value
2025-01-01,a,x
END
}

@test "every program: nothing comes to be under -o when it is killed" {
    killed() {
        echo before >out
        mkfifo pipe
        "$program" -o out pipe &
        pid=$!
        # Opened for reading too, this does not wait for the program.
        exec 5<>pipe
        printf '%s\n%s\n' "$2" "$3" >&5
        kill -9 "$pid"
        wait "$pid" || true
        exec 5>&-
        rm pipe
        [ "$(cat out)" = before ]
        [ "$(echo *)" = out ]
    }
    each killed
}

@test "every program: a failure leaves the file of -o as it was" {
    failed() {
        echo before >out
        printf '%s\n%s\n2025-01-02,a\n' "$2" "$3" >in
        run -1 "$program" -o out in
        [ "$(cat out)" = before ]
        rm in
        [ "$(echo *)" = out ]
    }
    each failed
}

@test "every program: a closed pipe ends it quietly" {
    closed() {
        awk -v header="$2" -v row="${3#*,}" 'BEGIN {
            print header
            for (i = 0; i < 20000; i++)
                printf "%04d-%02d-%02d,%s\n", 1000 + i / 336, i / 28 % 12 + 1, i % 28 + 1, row
        }' >in
        run -0 --separate-stderr bash -c "$program -q in | head -n 1"
        [ "${#lines[@]}" -eq 1 ]
        [ -z "$stderr" ]
    }
    each closed
}

@test "every program: a standard stream that is closed is no file of the run" {
    closed_stream() {
        printf '%s\n%s\n2025-01-02,x\n%s\n' "$2" "$3" "${3/01-01/01-03}" >in
        "$1" --bad-rows=skip in >want 2>/dev/null
        "$1" --bad-rows=skip -o out in <&- >&- 2>&-
        cmp out want
        run -1 --separate-stderr bash -c "$1 --bad-rows=skip -q in >&-"
        [[ $stderr == *"$1: stdout: Bad file descriptor" ]]
        run -1 --separate-stderr bash -c "$1 <&-"
        [ "$stderr" = "$1: stdin: Bad file descriptor" ]
    }
    each closed_stream
}

@test "aee-simulate: a standard stream that is closed is no file of the run" {
    aee-simulate -d a
    aee-simulate -d b <&- >&- 2>&-
    diff -r a b
}

@test "two outputs to one file are refused, under whatever names" {
    printf 'order_date,channel,order_value\n2025-01-01,Organic,3\n' >orders.csv
    run -1 --separate-stderr aee-kpi -o kpi.csv --bad-rows=./kpi.csv orders.csv
    [ "$stderr" = "aee-kpi: ./kpi.csv: two outputs cannot go to one file" ]
    echo before >days.csv
    ln -s days.csv link.csv
    aee-kpi orders.csv >daily.csv
    run -1 --separate-stderr aee-detect -o days.csv --incidents link.csv daily.csv
    [ "$stderr" = "aee-detect: link.csv: two outputs cannot go to one file" ]
    [ "$(cat days.csv)" = before ]
    [ ! -e kpi.csv ]
    # Standard output too.
    run -1 --separate-stderr aee-forecast --save - daily.csv
    [ "$stderr" = "aee-forecast: -: two outputs cannot go to one file" ]
    [ -z "$output" ]
    run -1 --separate-stderr aee-zscore --bad-rows=- daily.csv
    [ "$stderr" = "aee-zscore: -: two outputs cannot go to one file" ]
}

@test "every program: help that cannot be written is an error, however long" {
    unwritable() {
        for option in --help --version; do
            run -1 --separate-stderr bash -c "$program $option >/dev/full"
            [ "$stderr" = "$program: stdout: No space left on device" ]
        done
    }
    each unwritable
}

@test "every program: an unknown option is a wrong command line" {
    unknown() {
        run -2 --separate-stderr "$program" --nonsense </dev/null
        [ "$stderr" = "$program: unrecognized option '--nonsense'
$program: '$program --help' lists the options" ]
    }
    each unknown
}

@test "every program: a file that cannot be read is named" {
    unreadable() {
        run -1 --separate-stderr "$program" none.csv
        [ "$stderr" = "$program: none.csv: No such file or directory" ]
        run -1 --separate-stderr "$program" .
        [ "$stderr" = "$program: .: Is a directory" ]
    }
    each unreadable
}

# second OPTION HEADER ROW: what can be wrong with a second table of aee-kpi.
second() {
    program=aee-kpi
    printf 'order_date,channel,order_value,product_id\n2025-01-01,a,1,p\n' >orders
    names() {
        run -1 --separate-stderr aee-kpi "$1" in orders
        [ "$stderr" = "aee-kpi: in:$2" ] || { echo "$stderr"; return 1; }
    }
    printf '%s\n%s\np\n' "$2" "$3" >in
    names "$1" "3: has 1 field, the header has $(($(tr -cd , <<<"$2" | wc -c) + 1))"
    printf '%s\n%s\np\0,a,1\n' "$2" "$3" >in
    names "$1" "3: has a NUL byte"
    printf '%s\n%s\ncaf\xe9,a,1\n' "$2" "$3" >in
    names "$1" "3: is not valid UTF-8"
    printf '%s\n%s\n"p,a,1\n%s\n' "$2" "$3" "$3" >in
    names "$1" "3: a quote that is never closed"
    printf '%s\n%s,%s' "$2" "$3" "$(head -c 1000 /dev/zero | tr '\0' x)" >in
    run -1 --separate-stderr aee-kpi --max-record 500 "$1" in orders
    [ "$stderr" = "aee-kpi: in:2: a record of more than 500 bytes (see --max-record)" ]
    : >in
    names "$1" " is empty, without a header line"
    echo "${2%%,*}" >in
    run -1 --separate-stderr aee-kpi "$1" in orders
    [[ $stderr == "aee-kpi: in: no column '"* ]]
}

@test "aee-kpi: what is wrong with the traffic is told with its line" {
    second -t date,channel,sessions 2025-01-01,a,1
    printf 'date,channel,sessions\n2025-01-01,a,1\n2025-02-30,a,1\n' >in
    names -t "3: column 'date': '2025-02-30' is not a date"
    printf 'date,channel,sessions\n2025-01-01,a,\n' >in
    names -t "2: column 'sessions': '' is not a number"
    printf 'date,channel,sessions\n2025-01-01,a,-1\n' >in
    names -t "2: column 'sessions': '-1' is negative"
    run -1 --separate-stderr aee-kpi --cube channel -t in orders
    [ "$stderr" = "aee-kpi: in:2: column 'sessions': '-1' is negative" ]
}

@test "aee-kpi: what is wrong with the products is told with its line" {
    second --products product_id,category,cost_price p,c,1
    printf 'product_id,cost_price\np,cheap\n' >in
    names --products "2: column 'cost_price': 'cheap' is not a number"
}

@test "aee-kpi: bad rows of every table are kept, under their headers" {
    printf 'order_date,channel,order_value\n2025-01-01,a,1\n2025-01-02,a,x\n' >orders
    printf 'date,channel,sessions\n2025-01-01,a,5\n2025-02-30,a,5\nbad\n' >traffic
    run -0 --separate-stderr aee-kpi --bad-rows=bad -t traffic orders
    [ "${#lines[@]}" = 2 ]
    [ "$(cat bad)" = "order_date,channel,order_value
2025-01-02,a,x
date,channel,sessions
2025-02-30,a,5
bad" ]
}

@test "aee-kpi: negative and zero revenue have no largest channel" {
    run -0 aee-kpi <<'END'
order_date,channel,order_value
2025-01-01,a,-1
2025-01-01,b,-3
2025-01-02,a,0
2025-01-03,a,5
2025-01-03,b,-5
END
    [ "$(printf '%s\n' "${lines[@]:1}")" = "2025-01-01,-4,2,-2,,,,
2025-01-02,0,1,0,,,,
2025-01-03,0,2,0,,,," ]
}

@test "aee-kpi: orders that are all equal, and customers that are all missing" {
    run -0 aee-kpi --customers <<'END'
order_date,channel,order_value,customer_id
2025-01-01,a,5,
2025-01-01,a,5,
2025-01-02,a,5,
END
    [ "${lines[1]}" = 2025-01-01,10,2,5,,,,1,0 ]
    [ "${lines[2]}" = 2025-01-02,5,1,5,,,,1,0 ]
    # An order without a value is a bad row, and so are all of them.
    run -0 --separate-stderr aee-kpi --bad-rows=skip <<<$'order_date,channel,order_value\n2025-01-01,a,\n2025-01-02,a,'
    [ "${#lines[@]}" = 1 ]
    # shellcheck disable=SC2154 # bats sets it
    [ "${stderr_lines[-1]}" = "aee-kpi: 2 records skipped: 2 column 'order_value' is not a number" ]
}

@test "every program: a long key is cut at a character" {
    long() {
        key=x$(printf 'ä%.0s' {1..29})
        mlr --icsv --ojsonl cat <<<"$2"$'\n'"$3" >in
        mlr --icsv --ojsonl put '$'"$key"'ää=1' <<<"$2"$'\n'"${3/01-01/01-02}" >>in
        # The one passes no columns through, the other shows whole keys.
        case $1 in aee-kpi | aee-forecast) return 0 ;; esac
        run -1 --separate-stderr "$1" --ocsv in
        [[ $stderr == *"key '$key' is not in the first record"* ]] || { echo "$stderr"; return 1; }
    }
    each long
}

@test "aee-iforest: dates are not looked at, and zero and negative values are values" {
    printf '%s\n' date,x,y 2025-01-03,-5,0 2025-01-01,0,0 2025-01-01,-1,-1 2025-02-30,0,-400 >in
    aee-iforest in >out
    [ "$(awk -F, '$6 == 1 { print $3 }' out)" = -400 ]
    # All rows are in every tree: their order says nothing.
    diff <(sort out) <({ head -n 1 in; tail -n +2 in | sort -r; } | aee-iforest | sort)
}

@test "aee-consensus: dates in disorder and dates that stand twice stay as they come" {
    printf '%s\n' date,x_anomaly,y_anomaly 2025-01-03,1,1 2025-01-01,1,1 2025-01-03,1,1 2025-02-01,0,1 >in
    [ "$(aee-consensus --summary in | jq -c .confirmed)" = '["2025-01-03","2025-01-01","2025-01-03"]' ]
    aee-consensus in | cut -d, -f1-3 | diff - in
}

@test "aee-consensus: an impossible date is refused where dates are read" {
    printf '%s\n' date,x_anomaly,y_anomaly 2025-02-30,1,1 >in
    run -1 --separate-stderr aee-consensus --summary in
    [ "$stderr" = "aee-consensus: in:2: column 'date': '2025-02-30' is not a date" ]
    printf '%s\n' date,z_anomaly 2025-02-28,1 >other
    run -1 --separate-stderr aee-consensus other in
    [ "$stderr" = "aee-consensus: in:2: column 'date': '2025-02-30' is not a date" ]
}

@test "aee-simulate: a configuration that is no YAML text is told with its place" {
    config() {
        printf '%b' "$1" >in
        run -1 --separate-stderr aee-simulate -C in events
        [ "$stderr" = "aee-simulate: in:$2" ] || { echo "$stderr"; return 1; }
    }
    config 'general: {seed: 1}\n\0' "2:1: control characters are not allowed"
    config 'channels: {caf\xe9: 1}\n' "1:16: invalid trailing UTF-8 octet"
    config 'channels: {"a: 1}\n' "2:1: while scanning a quoted scalar: found unexpected end of stream"
    config 'a: b: c\n' "1:5: mapping values are not allowed in this context"
    config '- a\n' "1:1: a list is not a mapping of keys to values"
    head -c 5000000 /dev/zero | tr '\0' '#' >in
    run -1 --separate-stderr aee-simulate -C in events
    [ "$stderr" = "aee-simulate: in: larger than 4 MiB" ]
}
