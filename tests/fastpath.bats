#!/usr/bin/env bats
# The same program with and without the fast paths of the readers, on the whole
# test data and on the ways to write it.
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

# same FILE OPTION...: output, messages and the bad rows kept.
same() {
    local T=$BATS_TEST_TMPDIR file=$1
    shift
    for kind in bin plain; do
        "$BUILD/$kind/aee-kpi" "$@" --bad-rows="$T/$kind.bad" <"$file" \
            >"$T/$kind.out" 2>"$T/$kind.err"
    done
    cmp "$T/bin.out" "$T/plain.out"
    diff -u "$T/plain.err" "$T/bin.err"
    if [ -e "$T/plain.bad" ]; then cmp "$T/bin.bad" "$T/plain.bad"; fi
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
