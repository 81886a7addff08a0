#!/usr/bin/env bats
# Distinct orders and customers: exact within a memory, or approximate.
# bats sets stderr.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

# 60 days of 5000 orders with 3000 customers a day out of many; in order of the
# days and in none.
setup_file() {
    awk 'BEGIN {
        print "order_id,order_date,channel,customer_id,order_value"
        for (day = 0; day < 60; day++)
            for (i = 0; i < 5000; i++) {
                x = (x * 1103515245 + 12345) % 2147483648
                printf "o%d,2025-%02d-%02d,%s,%s%d,1.25\n", \
                    day * 4000 + int(i * 0.8), 1 + int(day / 28), 1 + day % 28, \
                    int(x / 65536) % 2 ? "Email" : "Paid", \
                    int(x / 262144) % 2 ? "c" : "customer-of-the-shop-", \
                    day * 100 + i % 3000
            }
    }' >"$BATS_FILE_TMPDIR/orders.csv"
    awk -F, 'NR == 1 { print; next } { print ((NR * 7919) % 300007) "," $0 | "sort -n | cut -d, -f2-" }' \
        "$BATS_FILE_TMPDIR/orders.csv" >"$BATS_FILE_TMPDIR/shuffled.csv"
}

setup() {
    F=$BATS_FILE_TMPDIR
    T=$BATS_TEST_TMPDIR
}

@test "aee-kpi: distinct counts are those of sort -u" {
    aee-kpi --customers --distinct-orders "$F/shuffled.csv" | cut -d, -f 1,3,9 |
        grep '^2025.*,[1-9]' >"$T/got"
    awk -F, 'NR > 1 {
        if (!(($2, $1) in o)) { o[$2, $1]; orders[$2]++ }
        if (!(($2, $4) in c)) { c[$2, $4]; customers[$2]++ }
    } END { for (day in orders) print day "," orders[day] "," customers[day] }' \
        "$F/shuffled.csv" | sort | diff -u - "$T/got"
}

@test "aee-kpi: orders by date are counted in little memory, with the same bytes" {
    local options
    for options in "--customers --max-memory 1M" "--distinct-orders --max-memory 3M" \
        "--customers --distinct-orders -g channel --max-memory 4M" \
        "--distinct-orders -p week --max-memory 12M"; do
        # shellcheck disable=SC2086
        aee-kpi ${options% --max*} "$F/orders.csv" >"$T/whole"
        # shellcheck disable=SC2086
        aee-kpi $options "$F/orders.csv" | cmp - "$T/whole"
        # shellcheck disable=SC2086
        run -1 aee-kpi $options "$F/shuffled.csv"
        # shellcheck disable=SC2086
        aee-kpi ${options% --max*} "$F/shuffled.csv" | sort | cmp - <(sort "$T/whole")
    done
    # Whatever the form of the rows: here none is read many at a time.
    awk -F, '{ $5 = "\"" substr($5, 1, 3) "\"\"\"" } NR > 1 { sub(/"""$/, "\"", $5) } { OFS = "," } 1' \
        "$F/orders.csv" | sed '1s/.*/order_id,order_date,channel,customer_id,order_value/' >"$T/quoted.csv"
    aee-kpi --customers --max-memory 1M "$T/quoted.csv" | cut -d, -f 1,9 |
        cmp - <(aee-kpi --customers "$F/orders.csv" | cut -d, -f 1,9)
}

@test "aee-kpi: orders in no order need the memory, or say what to do" {
    run -1 --separate-stderr aee-kpi --customers --max-memory 1M "$F/shuffled.csv"
    [[ $stderr =~ ^aee-kpi:\ .*/shuffled.csv:[0-9]+:\ distinct\ counts\ have\ filled\ --max-memory:\ sort\ by\ date,\ or\ use\ --approximate$ ]]
    [ -z "$output" ]
    run -1 --separate-stderr aee-kpi --customers -p all --max-memory 100K "$F/orders.csv"
    [[ $stderr = *"orders.csv:"*": distinct counts have filled --max-memory: use --approximate" ]]
    run -1 --separate-stderr aee-kpi --customers --approximate --max-memory 100K -p all -g order_id "$F/orders.csv"
    [[ $stderr = *"orders.csv:"*": distinct counts have filled --max-memory" ]]
}

@test "aee-kpi: a row that comes too late is named" {
    { cat "$F/orders.csv"; echo "o1,2025-01-01,Email,c1,1"; } >"$T/late.csv"
    aee-kpi --customers "$T/late.csv" >"$T/out"
    run -1 --separate-stderr aee-kpi --customers --max-memory 2M "$T/late.csv"
    [ "$stderr" = "aee-kpi: $T/late.csv:300002: comes after rows of a later period, and distinct counts have filled --max-memory: sort by date, or use --approximate" ]
    # It need not be told apart from others.
    { cat "$F/orders.csv"; echo "o1,2025-01-01,Email,,1"; } >"$T/late.csv"
    aee-kpi --customers --max-memory 2M "$T/late.csv" | cmp - <(aee-kpi --customers "$T/late.csv")
}

@test "aee-kpi: --approximate is near, and the same in any order" {
    aee-kpi -p all --customers --distinct-orders "$F/orders.csv" | tail -n 1 >"$T/exact"
    aee-kpi -p all --customers --distinct-orders --approximate "$F/orders.csv" | tail -n 1 >"$T/near"
    paste -d, "$T/exact" "$T/near" | awk -F, 'function off(a, b) { return (a - b) / a }
        # Four standard errors.
        { exit !(off($3, $12) ^ 2 < 0.033 ^ 2 && off($9, $18) ^ 2 < 0.033 ^ 2 && $3 == 240000) }'
    aee-kpi -p all --customers --distinct-orders --approximate "$F/shuffled.csv" |
        tail -n 1 | cmp - "$T/near"
    "$BUILD/plain/aee-kpi" -p all --customers --distinct-orders --approximate "$F/shuffled.csv" |
        tail -n 1 | cmp - "$T/near"
    # Days are closed, with the same counts.
    aee-kpi --customers --distinct-orders --approximate -g channel "$F/orders.csv" >"$T/whole"
    aee-kpi --customers --distinct-orders --approximate -g channel --max-memory 1M "$F/orders.csv" |
        cmp - "$T/whole"
}

@test "aee-kpi: --approximate is exact where there are few" {
    head -n 1500 "$F/orders.csv" >"$T/few.csv"
    for options in "" "-g channel" "-p all" --summary; do
        # shellcheck disable=SC2086
        aee-kpi $options --customers --distinct-orders "$T/few.csv" >"$T/exact"
        # shellcheck disable=SC2086
        aee-kpi $options --customers --distinct-orders --approximate "$T/few.csv" | cmp - "$T/exact"
    done
}

@test "aee-kpi: a summary has its distinct counts in the memory, too" {
    aee-kpi --summary --customers --distinct-orders --approximate "$F/orders.csv" >"$T/near"
    jq -e '.total_orders > 232000 and .total_orders < 248000
        and (.orders_by_channel | add) > .total_orders' "$T/near"
    run -1 --separate-stderr aee-kpi --summary --customers --max-memory 100K "$F/orders.csv"
    [[ $stderr = *": distinct counts have filled --max-memory: use --approximate" ]]
}

@test "aee-kpi: --max-memory and --approximate are checked" {
    local bad
    for bad in 0 -1 1.5G G "" 10X 99999999T; do
        run -2 --separate-stderr aee-kpi --customers --max-memory "$bad" "$F/orders.csv"
        [ "$stderr" = "aee-kpi: --max-memory: '$bad' is not a number of bytes, as 500M or 1G" ]
    done
    run -2 --separate-stderr aee-kpi --approximate "$F/orders.csv"
    [ "$stderr" = "aee-kpi: --approximate goes with --customers or --distinct-orders" ]
}
