#!/usr/bin/env bats
# bats sets stderr and stderr_lines.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup() {
    T=$BATS_TEST_TMPDIR
    cat >"$T/orders.csv" <<'END'
order_date,channel,product_id,order_value
2025-01-02,Email,p1,10.10
2025-01-02,Organic,p2,30.00
2025-01-03,Email,p1,-5.00
2025-01-03,Email,p2,25.00
END
    cat >"$T/traffic.csv" <<'END'
date,channel,sessions
2025-01-02,Email,50
2025-01-02,Organic,150
2025-01-03,Paid,7
END
    cat >"$T/products.csv" <<'END'
product_id,category
p1,Beauty
p2,Home
END
    cat >"$T/cube.csv" <<'END'
date,dimension,member,sessions,orders,revenue
2025-01-02,total,,200,2,40.1
2025-01-02,channel,Email,50,1,10.1
2025-01-02,channel,Organic,150,1,30
2025-01-02,channel,Paid,,0,0
2025-01-02,category,Beauty,,1,10.1
2025-01-02,category,Home,,1,30
2025-01-03,total,,7,2,20
2025-01-03,channel,Email,,2,20
2025-01-03,channel,Organic,,0,0
2025-01-03,channel,Paid,7,0,0
2025-01-03,category,Beauty,,1,-5
2025-01-03,category,Home,,1,25
END
}

cube() {
    aee-kpi --cube channel,category --products "$T/products.csv" "$@"
}

# same FILE: what was run has written just this file.
same() {
    diff -u "$1" - <<<"$output"
}

@test "aee-kpi --cube: one long table of sums, total first" {
    run -0 cube -t "$T/traffic.csv" "$T/orders.csv"
    same "$T/cube.csv"
}

@test "aee-kpi --cube: of NDJSON it makes NDJSON" {
    cube -t "$T/traffic.csv" --ojsonl -o "$T/cube.jsonl" "$T/orders.csv"
    [ "$(head -n 1 "$T/cube.jsonl")" = '{"date":"2025-01-02","dimension":"total","member":null,"sessions":200,"orders":2,"revenue":40.1}' ]
    run -0 aee-kpi --rollup --ocsv "$T/cube.jsonl"
    same "$T/cube.csv"
}

@test "aee-kpi --cube: without traffic, sessions are not known" {
    run -0 aee-kpi --cube channel "$T/orders.csv"
    [ "${lines[1]}" = "2025-01-02,total,,,2,40.1" ]
    [ "${#lines[@]}" -eq 7 ]
}

@test "aee-kpi --rollup: cubes of parts add up to that of the whole" {
    gzip -dc tests/data/original-orders.csv.gz >"$T/all.csv"
    gzip -dc tests/data/original-products.csv.gz >"$T/products.csv"
    gzip -dc tests/data/original-website_traffic.csv.gz >"$T/traffic.csv"
    cube -t "$T/traffic.csv" -o "$T/whole.csv" "$T/all.csv"
    awk -F, 'NR == 1 || NR % 3 == 0' "$T/all.csv" >"$T/a.csv"
    awk -F, 'NR == 1 || NR % 3 != 0' "$T/all.csv" >"$T/b.csv"
    awk -F, 'NR == 1 || $1 < "2025-06"' "$T/traffic.csv" >"$T/ta.csv"
    awk -F, 'NR == 1 || $1 >= "2025-06"' "$T/traffic.csv" >"$T/tb.csv"
    cube -t "$T/tb.csv" -o "$T/one.csv" "$T/a.csv"
    cube -t "$T/ta.csv" -o "$T/two.csv" "$T/b.csv"
    aee-kpi --rollup "$T/one.csv" "$T/two.csv" | cmp - "$T/whole.csv"
    aee-kpi --rollup "$T/whole.csv" | cmp - "$T/whole.csv"
    awk -F, '$2 == "total" { o += $5 } $2 == "channel" { c += $5 } $2 == "category" { k += $5 }
        END { exit o != c || o != k || o == 0 }' "$T/whole.csv"
}

@test "aee-kpi --cube: groups come before the dimensions" {
    sed '1s/$/,shop/; 2,3s/$/,a/; 4,5s/$/,b/' "$T/orders.csv" >"$T/shops.csv"
    run -0 cube -g shop "$T/shops.csv"
    [ "${lines[0]}" = "date,shop,dimension,member,sessions,orders,revenue" ]
    [ "${lines[1]}" = "2025-01-02,a,total,,,2,40.1" ]
    [ "${lines[6]}" = "2025-01-03,a,total,,,0,0" ]
    run -0 aee-kpi --rollup -g shop - <<<"$output"
    [ "${lines[1]}" = "2025-01-02,a,total,,,2,40.1" ]
}

@test "aee-kpi --rollup: sessions below 0 are a bad row" {
    run -1 --separate-stderr aee-kpi --rollup <<<$'date,dimension,member,sessions,orders,revenue\n2025-01-01,total,,-1,,'
    [ "$stderr" = "aee-kpi: stdin:2: column 'sessions': '-1' is negative" ]
    run -1 --separate-stderr aee-kpi -q --rollup <<<$'date,revenue,orders,sessions\n2025-01-01,5,1,-1'
    [ "$stderr" = "aee-kpi: stdin:2: column 'sessions': '-1' is negative" ]
}

@test "aee-kpi --rollup: dimensions can still be groups like any other" {
    run -0 aee-kpi -q --rollup -p all -g dimension "$T/cube.csv"
    [[ ${lines[1]} == 2025-01-02,total,60.1,4,* ]]
}

@test "aee-kpi --cube: a dimension that is no column is named" {
    run -1 --separate-stderr aee-kpi --cube city "$T/orders.csv"
    [[ $stderr == "aee-kpi: $T/orders.csv:"*"'city'"* ]]
}

@test "aee-kpi --cube: what cannot be together" {
    run -2 --separate-stderr aee-kpi --cube channel -p week "$T/orders.csv"
    [[ $stderr == "aee-kpi: --cube has sums of days alone"* ]]
    run -2 --separate-stderr aee-kpi --cube channel --rollup "$T/cube.csv"
    [[ $stderr == "aee-kpi: --rollup knows a cube"* ]]
    run -2 --separate-stderr aee-kpi --cube channel,channel "$T/orders.csv"
    [ "$stderr" = "aee-kpi: --cube: 'channel' stands twice" ]
    run -2 --separate-stderr aee-kpi -g channel --cube channel "$T/orders.csv"
    run -2 --separate-stderr aee-kpi --cube total "$T/orders.csv"
    run -1 --separate-stderr aee-kpi --rollup -p week "$T/cube.csv"
    [[ $stderr == *"a cube has days"* ]]
}

@test "aee-kpi --rollup: a bad sum of a cube is named" {
    sed '3s/50/many/' "$T/cube.csv" >"$T/bad.csv"
    run -1 --separate-stderr aee-kpi --rollup "$T/bad.csv"
    [ "$stderr" = "aee-kpi: $T/bad.csv:3: column 'sessions': 'many' is not a number" ]
}

@test "aee-kpi --cube: a header alone gives a header" {
    run -0 aee-kpi --cube channel <<<'order_date,channel,order_value'
    [ "$output" = "date,dimension,member,sessions,orders,revenue" ]
}
