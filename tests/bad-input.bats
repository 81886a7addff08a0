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
