#!/usr/bin/env bats
# The same program with and without the fast paths of the readers, and with several
# threads, on the whole test data and on the ways to write it.
# bats sets stderr.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup_file() {
    local F=$BATS_FILE_TMPDIR
    # Some orders are lines of the one before.
    gzip -dc tests/data/original-orders.csv.gz |
        awk '{ print (NR == 1 ? "order_id" : int(NR * 0.7)) "," $0 }' >"$F/plain.csv"
    gzip -dc tests/data/original-website_traffic.csv.gz >"$F/traffic.csv"
    gzip -dc tests/data/original-products.csv.gz >"$F/products.csv"
    sed 's/[^,]*/"&"/g' "$F/plain.csv" >"$F/quoted.csv"
    sed 's/$/\r/' "$F/plain.csv" >"$F/crlf.csv"
    sed 's/,/ , /g' "$F/plain.csv" >"$F/blanks.csv"
    tr , '\t' <"$F/plain.csv" >"$F/tabs.tsv"
    awk 'NR % 50 == 0 { sub(/,/, "\"\"\",\""); print "\"" $0 "\""; next } { print }' \
        "$F/plain.csv" >"$F/odd.csv"
    awk 'NR % 100 == 0 { sub(/[0-9][0-9]$/, "x") } NR % 777 == 0 { $0 = "\"" $0 } { print }' \
        "$F/plain.csv" >"$F/bad.csv"
    awk -F, '{ print substr($0, length($0) - 5) "," $0 }' "$F/plain.csv" |
        { IFS= read -r head; echo "$head"; sort -r; } | cut -d, -f2- >"$F/shuffled.csv"
    awk -F, -v OFS=', ' 'NR == 1 { n = split($0, name); next } {
        line = ""
        for (i = 1; i <= n; i++)
            line = line (i > 1 ? ", " : "") "\"" name[i] "\": " \
                ($i ~ /^(0|[1-9][0-9]*)(\.[0-9]+)?$/ ? $i : "\"" $i "\"")
        print "{" line "}"
    }' "$F/plain.csv" >"$F/plain.jsonl"
    awk 'NR % 40 == 0 { sub(/"order_value": /, "\"order\\u005fvalue\":") } { print }' \
        "$F/plain.jsonl" >"$F/odd.jsonl"
}

# run_kpi NAME PROGRAM OPTION...: what it does goes to files of that name.
run_kpi() {
    local T=$BATS_TEST_TMPDIR name=$1 status=0
    shift
    timeout 60 "$@" --bad-rows="$T/$name.bad" >"$T/$name.out" 2>"$T/$name.err" || status=$?
    echo "status $status" >>"$T/$name.err"
}

# same FILE OPTION...: output, messages, status and the bad rows kept.
same() {
    local T=$BATS_TEST_TMPDIR file=$1 name
    shift
    run_kpi one "$BUILD/bin/aee-kpi" "$@" <"$file"
    run_kpi plain "$BUILD/plain/aee-kpi" "$@" <"$file"
    run_kpi two "$BUILD/bin/aee-kpi" "$@" -j 2 <"$file"
    run_kpi three "$BUILD/bin/aee-kpi" "$@" --jobs=3 < <(cat "$file")
    run_kpi eight "$BUILD/bin/aee-kpi" "$@" -j 8 <"$file"
    for name in plain two three eight; do
        cmp "$T/one.out" "$T/$name.out"
        diff -u "$T/one.err" "$T/$name.err"
        if [ -e "$T/one.bad" ]; then cmp "$T/one.bad" "$T/$name.bad"; fi
    done
    rm -f "$T"/*.bad
}

@test "fast paths: every way to write the orders gives the same sums" {
    for file in plain quoted crlf blanks odd bad shuffled; do
        same "$BATS_FILE_TMPDIR/$file.csv" -g channel
        same "$BATS_FILE_TMPDIR/$file.csv" -p week
    done
    for file in plain odd; do
        same "$BATS_FILE_TMPDIR/$file.jsonl" -g channel
    done
    same "$BATS_FILE_TMPDIR/tabs.tsv" --itsv -g channel
}

@test "fast paths: every option gives the same sums" {
    local F=$BATS_FILE_TMPDIR
    for file in plain.csv bad.csv plain.jsonl; do
        same "$F/$file" -p month -g channel,product_id
        same "$F/$file" -p all --customers -t "$F/traffic.csv"
        same "$F/$file" --distinct-orders --moments
        same "$F/$file" --summary -t "$F/traffic.csv"
        same "$F/$file" -g customer_id -p all
        same "$F/$file" --value-expr 'order_value * 0.3 - product_id' -p week
        same "$F/$file" --products "$F/products.csv" -g channel,category
        same "$F/$file" --summary --products "$F/products.csv" --moments \
            --customers --distinct-orders --value-expr 'product_id*product_id'
        same "$F/$file" --cube channel,category --products "$F/products.csv" \
            -t "$F/traffic.csv"
        same "$F/$file" --cube product_id -g channel
    done
}

@test "fast paths: options about counts and output give the same for any number of threads" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR
    for file in plain.csv bad.csv; do
        same "$F/$file" --approximate --customers --distinct-orders -p month
        same "$F/$file" --ojsonl --precision 5 --prefix x_ -g channel
        same "$F/$file" --otsv --line-buffered -p week
    done
    aee-kpi -g channel "$F/plain.csv" >"$T/days.csv"
    same "$T/days.csv" --rollup -p month
    # The first ten that are left out, and how many there were.
    aee-kpi --bad-rows=skip "$F/bad.csv" >"$T/one.skip" 2>&1
    [ "$(grep -c "bad.csv:" "$T/one.skip")" = 10 ]
    for jobs in 2 3 8; do aee-kpi -j $jobs --bad-rows=skip "$F/bad.csv" 2>&1 | cmp - "$T/one.skip"; done
}

@test "fast paths: traffic in every form gives the same sums" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR
    awk -F, -v OFS=, 'NR == 1 { print $0, "device"; next }
        { print $0, NR % 3 ? "phone" : "desk" }
        NR % 90 == 0 { $3 = (NR % 180 ? "x" : "-") NR; print $0, "phone" }
        NR % 70 == 0 { $1 = NR % 140 ? "2025-02-30" : ""; print $0, "phone" }
        NR == 600 { $1 = "2050-01-01"; print $0, "desk" }' "$F/traffic.csv" >"$T/traffic.csv"
    sed 's/[^,]*/"&"/2' "$T/traffic.csv" >"$T/quoted.csv"
    awk 'NR % 7 == 0 { sub(/,/, ",\"\"\"\"\"") ; sub(/"""""/, "\"\"\"") ; sub(/,[0-9]/, "\"&") } { print }' \
        "$T/traffic.csv" >"$T/odd.csv"
    for file in traffic quoted odd; do
        same "$F/plain.csv" -p week -t "$T/$file.csv"
        same "$F/plain.csv" -g channel -t "$T/$file.csv"
        same "$F/plain.csv" -p month -g product_id -t "$T/$file.csv"
        same "$F/plain.csv" --summary -t "$T/$file.csv"
        same "$T/traffic.csv" -g device,channel -t "$T/$file.csv" -m order_date=date,order_value=sessions
    done
    same "$F/plain.csv" -g channel -t "$T/traffic.csv" --date-format %Y-%m-%d
}

@test "fast paths: rows that an option cannot use are told apart as one by one" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR
    # Unknown products, odd quantities, missing numbers of orders and
    # customers, values that are too long when multiplied or squared.
    awk -F, -v OFS=, 'NR == 1 { print $0, "quantity"; next } {
        x = (x * 1103515245 + 12345) % 2147483648
        r = int(x / 65536) % 400
        if (r == 1) $4 = "p?"
        if (r == 2) $1 = ""
        if (r == 3) $5 = ""
        if (r == 4) $6 = "12345678901234567890"
        if (r == 5) $6 = "0.00000000000000000000123"
        print $0, r == 6 ? "two" : r == 7 ? "" : r == 8 ? "1e30" : r % 4
    }' "$F/plain.csv" >"$T/rows.csv"
    head -1 "$T/rows.csv" | grep '^order_id,order_date,channel,product_id,customer_id,order_value,quantity'
    same "$T/rows.csv" --products "$F/products.csv"
    same "$T/rows.csv" --products "$F/products.csv" -g category --moments
    same "$T/rows.csv" --customers --distinct-orders
    same "$T/rows.csv" --moments
    same "$T/rows.csv" --value-expr 'order_value*quantity*quantity'
    same "$T/rows.csv" --summary --products "$F/products.csv" --moments
    same "$T/rows.csv" --cube channel,category --products "$F/products.csv"
}

@test "fast paths: the orders as they come through a pipe, a few bytes at a time" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR
    head -2300 "$F/bad.csv" >"$T/some.csv"
    aee-kpi --bad-rows=skip <"$T/some.csv" >"$T/whole" 2>"$T/whole.err"
    dd bs=37 if="$T/some.csv" status=none |
        aee-kpi --bad-rows=skip >"$T/pieces" 2>"$T/pieces.err"
    cmp "$T/whole" "$T/pieces"
    cmp "$T/whole.err" "$T/pieces.err"
}

@test "fast paths: the first bad row stops with its line" {
    run -1 --separate-stderr aee-kpi "$BATS_FILE_TMPDIR/bad.csv"
    local fast=$stderr
    run -1 --separate-stderr "$BUILD/plain/aee-kpi" "$BATS_FILE_TMPDIR/bad.csv"
    [ "$fast" = "$stderr" ]
    [[ $fast = *"/bad.csv:100: column 'order_value': "* ]]
}

# Threads take blocks of 128 KiB: these files have enough of them.
@test "fast paths: several threads tell of bad rows as one does" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR jobs
    for jobs in 2 3 8; do
        run -1 --separate-stderr aee-kpi -j $jobs "$F/bad.csv"
        [ "$stderr" = "aee-kpi: $F/bad.csv:100: column 'order_value': '$(
            sed -n 's/.*,//; 100p' "$F/bad.csv")' is not a number" ]
        [ "$output" = "" ]
    done
    # The only one, in a file's last row, without an end of its line.
    { cat "$F/plain.csv" && printf '1,2025-01-01,organic,1,1,x'; } >"$T/last.csv"
    run -1 --separate-stderr aee-kpi -j 3 -m order_id=order_id "$F/plain.csv" "$T/last.csv"
    [ "$stderr" = "aee-kpi: $T/last.csv:$(($(wc -l <"$F/plain.csv") + 1)): column 'order_value': 'x' is not a number" ]
    # A quote that is never closed, and a record that is too long.
    { cat "$F/plain.csv" && echo '1,"2025' && cat "$F/plain.csv"; } >"$T/open.csv"
    { cat "$F/plain.csv" && head -c 300 /dev/zero | tr '\0' x && cat "$F/plain.csv"; } >"$T/long.csv"
    for file in open long; do
        same "$T/$file.csv" --max-record=200
        same "$T/$file.csv"
    done
}

@test "fast paths: several threads read several files, each with its columns and lines" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR jobs
    awk -F, -v OFS=, '{ print $6, $3, $2, $1, $4, $5 }' "$F/bad.csv" >"$T/turned.csv"
    local files=("$F/plain.csv" "$F/odd.csv" "$F/bad.csv" "$T/turned.csv" "$F/crlf.csv")
    run_kpi one aee-kpi -g channel,product_id -p month "${files[@]}"
    for jobs in 2 5; do
        run_kpi more aee-kpi -j $jobs -g channel,product_id -p month "${files[@]}"
        cmp "$T/one.out" "$T/more.out"
        diff -u "$T/one.err" "$T/more.err"
        cmp "$T/one.bad" "$T/more.bad"
    done
}

# One thread knows what came before a row; others must find out.
@test "fast paths: several threads know which dates are far from all before them" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR
    awk -F, -v OFS=, 'NR > 1 {
        x = (x * 1103515245 + 12345) % 2147483648
        r = int(x / 65536) % 12000
        # Away in steps that are short enough, and in steps that are not.
        if (r == 1 && late < 9900) late += 9
        if (r == 2 && late < 9900) late += 12
        if (r == 3 && early > 300) early -= 11
        if (r < 6 || r == 7) $2 = (r % 2 ? late : early) substr($2, 5)
    }
    BEGIN { late = 2024; early = 2022 } { print }' "$F/plain.csv" >"$T/far.csv"
    sed '2s/,20../,1812/; 3s/,20../,2044/' "$T/far.csv" >"$T/first.csv"
    for file in far first; do
        same "$T/$file.csv" -p all
        same "$T/$file.csv" -p month -g channel
    done
    run_kpi one aee-kpi -p all "$T/far.csv"
    [ "$(grep -c 'years away' "$T/one.err")" -gt 5 ]
}

# odd KIND: what no fast path can take, as a line or more.
odd() {
    case $1 in
    long) printf '1,2025-01-01,'; head -c 6000 /dev/zero | tr '\0' x; printf ',1,1,1,5.00\n' ;;
    quote) printf '1,2025-01-01,"Organic,1,1,1,5.00\n' ;;
    nul) printf '1,2025-01-01,Org\0anic,1,1,1,5.00\n' ;;
    cr) printf '1,2025-01-01,Organic,1,1,1,5.00\r2,2025-01-01,Organic,1,1,1,6.00\n' ;;
    crs) printf '\r\r\n1,2025-01-01,Organic\r,1,1,1,5.00\r\r\n' ;;
    esac
}

@test "fast paths: a record over the limit, an open quote, a NUL and a lone CR are told alike" {
    local F=$BATS_FILE_TMPDIR T=$BATS_TEST_TMPDIR
    for what in long quote nul cr crs; do
        # Also where blocks of 64 and 128 KiB end.
        for rows in 1 1400 1500 2900 50000; do
            { head -n $rows "$F/plain.csv"; odd $what; tail -n +$((rows + 1)) "$F/plain.csv" | head -n 3000; } >"$T/in.csv"
            same "$T/in.csv" --max-record 5000 -g channel
            for kind in bin plain; do
                "$BUILD/$kind/aee-kpi" --max-record 5000 <"$T/in.csv" >"$T/$kind.out" 2>"$T/$kind.err" || true
            done
            diff "$T/plain.err" "$T/bin.err"
            cmp "$T/plain.out" "$T/bin.out"
            dd bs=977 if="$T/in.csv" status=none | "$BUILD/bin/aee-kpi" --max-record 5000 2>&1 |
                cmp - <(cat "$T/plain.out" "$T/plain.err")
        done
    done
}

@test "fast paths: a quote that is never closed ends the reading of a long stream" {
    local T=$BATS_TEST_TMPDIR
    for kind in bin plain; do
        run -1 --separate-stderr "$BUILD/$kind/aee-kpi" \
            < <(head -n 1000 "$BATS_FILE_TMPDIR/plain.csv"; odd quote; yes "$(sed -n 2p "$BATS_FILE_TMPDIR/plain.csv")")
        [ "$stderr" = "aee-kpi: stdin:1001: a record of more than 16777216 bytes (see --max-record)" ]
        [ -z "$output" ]
    done
}
