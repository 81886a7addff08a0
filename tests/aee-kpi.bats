#!/usr/bin/env bats
# bats sets stderr and stderr_lines.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup_file() {
    local name F=$BATS_FILE_TMPDIR
    for name in orders website_traffic products; do
        gzip -dc "tests/data/original-$name.csv.gz" >"$F/$name.csv"
    done
    aee-kpi --summary -t "$F/website_traffic.csv" "$F/orders.csv" >"$F/summary.json"
    # The year again, ending before its traffic does.
    awk -F, 'NR == 1 || $1 < "2025-11-20"' "$F/orders.csv" >"$F/short.csv"
}

setup() {
    T=$BATS_TEST_TMPDIR
    F=$BATS_FILE_TMPDIR
    cat >"$T/orders.csv" <<'END'
order_id,order_date,channel,product_id,customer_id,quantity,order_value
1,2025-01-02,Email,p1,ann,1,10.10
2,2025-01-02,Organic,p2,bob,2,30.00
3,2025-01-04,Email,p1,ann,3,-5.00
3,2025-01-04,Email,p2,,1,25.00
END
    cat >"$T/traffic.csv" <<'END'
date,channel,sessions
2025-01-01,Email,100
2025-01-02,Email,50
2025-01-02,Organic,150
2025-01-04,Organic,0
2025-01-05,Paid,7
END
    cat >"$T/products.csv" <<'END'
product_id,category,cost_price
p1,Beauty,4
p2,Home,7.5
END
}

# same FILE: what was run has written just this file.
same() {
    diff -u "$1" - <<<"$output"
}

# ---- the original's year ----------------------------------------------------

# figure EXPRESSION: true for the summary ($s) and the original's figures ($e).
figure() {
    jq -en --slurpfile s "$F/summary.json" \
        --slurpfile e tests/data/original-expected.json \
        "def near(a; b; t): (a - b | fabs) <= t;
        \$s[0] as \$s | \$e[0] as \$e | $1"
}

@test "aee-kpi: the original's total revenue, to the last digit" {
    grep -qx '  "total_revenue": 538828207.9389999998648,' "$F/summary.json"
    grep -q '"total_revenue_exact": "538828207.9389999998648"' \
        tests/data/original-expected.json
}

@test "aee-kpi: the original's number of orders" {
    figure '$s.total_orders == $e.total_orders and $s.rows == 146091'
}

@test "aee-kpi: the original's order value" {
    figure 'near($s.aov; $e.aov; 1e-8)'
}

@test "aee-kpi: the original's sessions" {
    figure '$s.total_sessions == $e.total_sessions'
}

@test "aee-kpi: the original's conversion rate" {
    figure 'near($s.conversion_rate; $e.conversion_rate; 1e-13)
        and near($s.conversion_rate; 0.0227248369; 5e-11)'
}

@test "aee-kpi: the original's revenue by channel" {
    figure '($s.revenue_by_channel | keys) == ($e.revenue_by_channel | keys)
        and ([$e.revenue_by_channel | to_entries[]
            | near($s.revenue_by_channel[.key]; .value; 0.001)] | all)'
}

@test "aee-kpi: the original's orders by channel" {
    figure '$s.orders_by_channel == $e.orders_by_channel'
}

@test "aee-kpi: the original's revenue by month" {
    figure '($s.monthly_revenue | keys) == ($e.monthly_revenue | keys)
        and ([$e.monthly_revenue | to_entries[]
            | near($s.monthly_revenue[.key]; .value; 0.001)] | all)'
}

@test "aee-kpi: the original's largest channel" {
    figure '$s.top_channel == "Organic" and near($s.top_channel_share;
        $e.revenue_by_channel.Organic / 538828207.939; 1e-12)'
}

@test "aee-kpi: the original's days, all four features" {
    aee-kpi -t "$F/website_traffic.csv" "$F/orders.csv" >"$T/days.csv"
    gzip -dc tests/data/original-days.csv.gz >"$T/want.csv"
    awk -F, '
        FNR == 1 { file++; for (i = 1; i <= NF; i++) at[file, $i] = i; next }
        file == 1 { for (i = 1; i <= NF; i++) want[$1, i] = $i; days++; next }
        {
            n++
            split("revenue sessions revenue_per_session top_channel_share", name, " ")
            for (k = 1; k <= 4; k++) {
                column = at[1, name[k]]
                if (!column) { print "no column " name[k]; exit 1 }
                w = want[$1, column]; g = $at[2, name[k]]
                # The reference has ten digits.
                if ((g - w) ^ 2 > (1e-9 * w) ^ 2 && !bad++) print $1, name[k], g, w
            }
        }
        END { exit bad > 0 || n != 365 || days != 365 }' "$T/want.csv" "$T/days.csv"
}

@test "aee-kpi: a shop of invoices and lines, UCI Online Retail" {
    [ -n "${AEE_REFERENCE:-}" ] || skip "AEE_REFERENCE is not set"
    gzip -dc "$AEE_REFERENCE/data/uci_online_retail.csv.gz" |
        aee-kpi --summary --distinct-orders --customers \
            --value-expr 'Quantity*UnitPrice' \
            -m order_date=InvoiceDate,channel=Country,order_id=InvoiceNo,customer_id=CustomerID \
            >"$T/uci.json"
    jq -e '.rows == 541909 and .total_orders == 25900 and .bad_rows == 0
        and .first_date == "2010-12-01" and .last_date == "2011-12-09"
        and (.total_revenue * 100 | round) == 974774793
        and .top_channel == "United Kingdom"' "$T/uci.json"
}

# ---- rows --------------------------------------------------------------------

@test "aee-kpi: every day from the first to the last of both files is a row" {
    run -0 aee-kpi -t "$T/traffic.csv" "$T/orders.csv"
    same - <<'END'
date,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share
2025-01-01,,,,100,,,
2025-01-02,40.1,2,20.05,200,0.01,0.2005,0.748129675810
2025-01-03,0,0,,,,,
2025-01-04,20,2,10,0,,,1
2025-01-05,,,,7,,,
END
}

@test "aee-kpi: orders alone leave sessions and their ratios empty" {
    run -0 aee-kpi "$T/orders.csv"
    same - <<'END'
date,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share
2025-01-02,40.1,2,20.05,,,,0.748129675810
2025-01-03,0,0,,,,,
2025-01-04,20,2,10,,,,1
END
}

@test "aee-kpi: every group covers the whole range, in order of first appearance" {
    run -0 aee-kpi -g channel -t "$T/traffic.csv" "$T/orders.csv"
    same - <<'END'
date,channel,revenue,orders,aov,sessions,conversion_rate,revenue_per_session
2025-01-01,Email,,,,100,,
2025-01-02,Email,10.1,1,10.1,50,0.02,0.202
2025-01-03,Email,0,0,,,,
2025-01-04,Email,20,2,10,,,
2025-01-05,Email,,,,,,
2025-01-01,Organic,,,,,,
2025-01-02,Organic,30,1,30,150,0.00666666666667,0.2
2025-01-03,Organic,0,0,,,,
2025-01-04,Organic,0,0,,0,,
2025-01-05,Organic,,,,,,
2025-01-01,Paid,,,,,,
2025-01-02,Paid,0,0,,,,
2025-01-03,Paid,0,0,,,,
2025-01-04,Paid,0,0,,,,
2025-01-05,Paid,,,,7,,
END
}

@test "aee-kpi: groups that the orders lack come from the products" {
    run -0 --separate-stderr aee-kpi -p all -g category \
        --products "$T/products.csv" -t "$T/traffic.csv" "$T/orders.csv"
    same - <<'END'
date,category,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share,cost,gross_margin
2025-01-01,Beauty,5.1,2,2.55,,,,1,16,-2.13725490196
2025-01-01,Home,55,2,27.5,,,,0.545454545455,22.5,0.590909090909
END
    [ "$stderr" = "aee-kpi: $T/traffic.csv: no column 'category': sessions stay empty in its groups" ]
}

@test "aee-kpi: a group that nobody has is an error" {
    run -1 --separate-stderr aee-kpi -g city "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/orders.csv: no column 'city' (-m city=NAME maps another)" ]
    run -1 --separate-stderr aee-kpi -g city --products "$T/products.csv" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/orders.csv: no column 'city' (-m city=NAME maps another)" ]
}

@test "aee-kpi: a group stands once, and under no name of the output" {
    run -2 --separate-stderr aee-kpi -g channel,channel "$T/orders.csv"
    [ "$stderr" = "aee-kpi: --group-by: 'channel' stands twice" ]
    run -1 --separate-stderr aee-kpi -g date -m date=order_date "$T/orders.csv"
    [ "$stderr" = "aee-kpi: --group-by: the output has a column 'date' of its own" ]
}

@test "aee-kpi: the gross margin counts the quantity, or 1 where there is none" {
    run -0 aee-kpi --products "$T/products.csv" "$T/orders.csv"
    same - <<'END'
date,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share,cost,gross_margin
2025-01-02,40.1,2,20.05,,,,0.748129675810,19,0.526184538653
2025-01-03,0,0,,,,,,0,
2025-01-04,20,2,10,,,,1,19.5,0.025
END
    cut -d, -f 2-5,7 "$T/orders.csv" |
        aee-kpi -p all --products "$T/products.csv" >"$T/out"
    [ "$(tail -n 1 "$T/out")" = 2025-01-02,60.1,4,15.025,,,,0.500831946755,23,0.617304492512 ]
}

@test "aee-kpi: a product that is unknown or stands twice names its row" {
    echo '5,2025-01-04,Email,p9,ann,1,1' >>"$T/orders.csv"
    run -1 --separate-stderr aee-kpi --products "$T/products.csv" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/orders.csv:6: column 'product_id': 'p9' is not in the products" ]
    echo 'p1,Home,1' >>"$T/products.csv"
    run -1 --separate-stderr aee-kpi --products "$T/products.csv" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/products.csv:4: column 'product_id': 'p1' stands twice" ]
}

@test "aee-kpi: distinct orders and customers are counted once a row" {
    run -0 aee-kpi --distinct-orders --customers "$T/orders.csv"
    same - <<'END'
date,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share,customers
2025-01-02,40.1,2,20.05,,,,0.748129675810,2
2025-01-03,0,0,,,,,,0
2025-01-04,20,1,20,,,,1,1
END
    run -0 aee-kpi --distinct-orders --customers -p all "$T/orders.csv"
    [ "${lines[1]%%,*},${lines[1]##*,}" = 2025-01-02,2 ]
    [[ ${lines[1]} == 2025-01-02,60.1,3,* ]]
}

@test "aee-kpi: moments are exact, with 13 decimals too" {
    cat >"$T/noise.csv" <<'END'
order_date,channel,order_value
2025-01-01,a,6608.2800000000002
2025-01-01,a,1234.5678901234567
2025-01-01,b,-0.0000000000001
END
    run -0 aee-kpi --moments "$T/noise.csv"
    # python3: from decimal import *; getcontext().prec = 60; sum of x * x
    [ "${lines[1]##*,}" = 45193522.43372388609857796755677494 ]
    # Rolled up, they are found and added again.
    aee-kpi --moments "$T/noise.csv" >"$T/days.csv"
    run -0 --separate-stderr aee-kpi -q --rollup -p all "$T/days.csv" "$T/days.csv"
    [ "${lines[1]##*,}" = 90387044.86744777219715593511354988 ]
}

@test "aee-kpi: a value whose square has more than 38 digits is a bad row" {
    printf 'order_date,channel,order_value\n2025-01-01,a,10000000000000000001\n2025-01-02,b,2\n' >"$T/long.csv"
    run -1 --separate-stderr aee-kpi --moments -g channel "$T/long.csv"
    [ "$stderr" = "aee-kpi: $T/long.csv:2: the square of the value has more than 38 digits" ]
    run -0 --separate-stderr aee-kpi --moments -g channel --bad-rows skip "$T/long.csv"
    [ "${#lines[@]}" = 2 ]
    [[ ${lines[1]} == 2025-01-02,b,2,1,* ]]
}

# ---- periods -------------------------------------------------------------------

@test "aee-kpi: a week is named by its Monday, also around new year" {
    # ISO weeks 2020-W53, 2021-W01 and 2021-W02.
    cat >"$T/o.csv" <<'END'
order_date,channel,order_value
2021-01-11,a,8
2020-12-28,a,1
2021-01-03,a,2
2021-01-04,a,4
END
    run -0 aee-kpi -p week "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"$output")" = $'date,revenue,orders\n2020-12-28,3,2\n2021-01-04,4,1\n2021-01-11,8,1' ]
    run -0 aee-kpi -p month "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"$output")" = $'date,revenue,orders\n2020-12-01,1,1\n2021-01-01,14,3' ]
    run -0 aee-kpi -p all "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"$output")" = $'date,revenue,orders\n2020-12-28,15,4' ]
}

@test "aee-kpi: a month without orders inside the range is a row, too" {
    printf 'order_date,channel,order_value\n2024-12-31,a,1\n2025-02-01,a,2\n' >"$T/o.csv"
    run -0 aee-kpi -p month "$T/o.csv"
    [ "$(cut -d, -f 1-4 <<<"$output")" = $'date,revenue,orders,aov\n2024-12-01,1,1,1\n2025-01-01,0,0,\n2025-02-01,2,1,2' ]
}

@test "aee-kpi: a date ten years away from all others is told, with its line" {
    { echo order_date,channel,order_value
      printf '2025-01-0%d,a,1\n' 1 2 3
      echo 2925-01-04,b,1
      printf '2025-01-0%d,a,1\n' 4 5
      echo 2924-12-31,b,1
      echo 1915-01-01,b,1; } >"$T/o.csv"
    run -0 --separate-stderr aee-kpi -p all -g channel "$T/o.csv"
    [ "$stderr" = "aee-kpi: $T/o.csv:5: 2925-01-04 is 900 years away from all dates before it
aee-kpi: $T/o.csv:9: 1915-01-01 is 110 years away from all dates before it" ]
    "$BUILD/plain/aee-kpi" -p all -g channel "$T/o.csv" 2>"$T/err" | cmp - <(echo "$output")
    [ "$(cat "$T/err")" = "$stderr" ]
    run -0 --separate-stderr aee-kpi -q -p month "$T/o.csv"
    [ -z "$stderr" ]
    run -0 --separate-stderr aee-kpi --summary -t - <<<$'date,channel,sessions\n2000-01-01,a,1\n2010-01-01,a,1\n2020-01-03,a,1' "$T/orders.csv"
    [ "$stderr" = "aee-kpi: stdin:2: 2000-01-01 is 25 years away from all dates before it" ]
    run -0 --separate-stderr aee-kpi -q --rollup -p month <<<$'date,revenue,orders\n2025-01-01,1,1\n1900-01-01,1,1'
    [ "${#lines[@]}" = 1502 ]
    run -0 --separate-stderr aee-kpi --rollup -p all <<<$'date,revenue,orders,channel\n2025-01-01,1,1,a\n1900-01-01,1,1,a'
    [ "$stderr" = "aee-kpi: stdin:3: 1900-01-01 is 125 years away from all dates before it" ]
}

# ---- rolled up -------------------------------------------------------------------

@test "aee-kpi: days roll up to the bytes of weeks, months and all" {
    local p g t
    for t in orders short; do
        for g in channel channel,product_id; do
            aee-kpi --moments --products "$F/products.csv" -g $g \
                -t "$F/website_traffic.csv" "$F/$t.csv" >"$T/days" 2>"$T/err"
            for p in day week month all; do
                aee-kpi --moments --products "$F/products.csv" -p $p -g $g \
                    -t "$F/website_traffic.csv" "$F/$t.csv" 2>"$T/err" >"$T/direct"
                aee-kpi --rollup -p $p -g $g "$T/days" | cmp - "$T/direct"
            done
        done
    done
}

@test "aee-kpi: rows by channel roll up to the whole, top_channel_share included" {
    local p t
    for t in orders short; do
        aee-kpi -g channel -t "$F/website_traffic.csv" "$F/$t.csv" >"$T/days"
        for p in day week month all; do
            aee-kpi -p $p -t "$F/website_traffic.csv" "$F/$t.csv" >"$T/direct"
            aee-kpi --rollup -p $p "$T/days" | cmp - "$T/direct"
        done
    done
}

@test "aee-kpi: groups without traffic of their own roll up to the same range" {
    aee-kpi -q -g channel,product_id -t "$F/website_traffic.csv" "$F/short.csv" >"$T/days"
    aee-kpi -q -p all -t "$F/website_traffic.csv" -g product_id "$F/short.csv" >"$T/direct"
    aee-kpi --rollup -p all -g product_id "$T/days" | cmp - "$T/direct"
}

@test "aee-kpi: parts of a split file add up, however its rows were split" {
    local i p
    # Rows dealt out by a fixed rule that knows neither dates nor channels; the
    # traffic, dealt out as well, goes with them.
    for t in orders website_traffic; do
        [ $t = orders ] && from=short || from=$t
        awk -v to="$T/$t" 'NR == 1 { for (i = 0; i < 3; i++) print >(to i); next }
            { x = (x * 1103515245 + 12345) % 2147483648; print >(to int(x / 65536) % 3) }' "$F/$from.csv"
    done
    for i in 0 1 2; do
        [ "$(wc -l <"$T/orders$i")" -gt 30000 ]
        aee-kpi --moments -g channel -t "$T/website_traffic$i" "$T/orders$i" >"$T/part$i"
    done
    for p in day week month all; do
        aee-kpi --moments -p $p -t "$F/website_traffic.csv" "$F/short.csv" >"$T/direct"
        aee-kpi --rollup -p $p "$T"/part? | cmp - "$T/direct"
        aee-kpi --moments -p $p -g channel -t "$F/website_traffic.csv" "$F/short.csv" >"$T/direct"
        aee-kpi --rollup -p $p -g channel "$T"/part? | sort | cmp - <(sort "$T/direct")
    done
}

@test "aee-kpi: random splits into any number of parts lose no digit" {
    # Values of up to twelve decimals and either sign; one part may stay empty.
    awk 'BEGIN {
        srand(5)
        print "order_id,order_date,channel,order_value"
        for (i = 0; i < 20000; i++)
            printf "%d,2025-%02d-%02d,%c,%s%d.%d\n", i, 1 + int(rand() * 12), 1 + int(rand() * 28),
                97 + int(rand() * 5), rand() < 0.1 ? "-" : "", rand() * 10 ^ int(rand() * 9),
                rand() * 10 ^ int(rand() * 13)
    }' >"$T/o.csv"
    aee-kpi --moments -g channel "$T/o.csv" | sort >"$T/days"
    aee-kpi --moments -p month "$T/o.csv" >"$T/months"
    aee-kpi --cube channel "$T/o.csv" >"$T/cube"
    local seed parts i
    for seed in 1 2 3 4 5 6; do
        parts=$((seed * 2))
        awk -v seed=$seed -v n=$parts -v to="$T/split" 'BEGIN { srand(seed) }
            NR == 1 { for (i = 0; i <= n; i++) print >(to i); next }
            { print >(to int(rand() ^ seed * n)) }' "$T/o.csv"
        for i in $(seq 0 $parts); do
            aee-kpi --moments -g channel "$T/split$i" >"$T/part$i"
            aee-kpi --cube channel "$T/split$i" >"$T/cube$i"
        done
        aee-kpi --rollup -g channel "$T"/part* | sort | cmp - "$T/days"
        aee-kpi --rollup -p month "$T"/part* | cmp - "$T/months"
        aee-kpi --rollup "$T"/cube[0-9]* | cmp - "$T/cube"
    done
}

@test "aee-kpi: pieces that follow one another keep the order of the groups" {
    head -n 3 "$T/orders.csv" >"$T/a.csv"
    { head -n 1 "$T/orders.csv"; tail -n 2 "$T/orders.csv" | sed s/Email/New/; } >"$T/b.csv"
    aee-kpi -g channel "$T/a.csv" >"$T/part1"
    aee-kpi -g channel -t "$T/traffic.csv" "$T/b.csv" >"$T/part2"
    aee-kpi -g channel -t "$T/traffic.csv" "$T/a.csv" "$T/b.csv" >"$T/direct"
    [ "$(cut -d, -f 2 "$T/direct" | uniq | tr '\n' ' ')" = "channel Email Organic New Paid " ]
    aee-kpi --rollup -g channel "$T/part1" "$T/part2" | cmp - "$T/direct"
}

@test "aee-kpi: what was rolled up can be rolled up" {
    aee-kpi --moments -g channel -t "$F/website_traffic.csv" "$F/orders.csv" >"$T/days"
    aee-kpi --moments -g channel -p month -t "$F/website_traffic.csv" "$F/orders.csv" >"$T/months"
    aee-kpi --rollup -g channel "$T/days" | aee-kpi --rollup -p month -g channel | cmp - "$T/months"
    aee-kpi --rollup -p month "$T/months" | cmp - <(
        aee-kpi --moments -p month -t "$F/website_traffic.csv" "$F/orders.csv")
}

@test "aee-kpi: --rollup leaves out what does not add up, and says so" {
    aee-kpi --customers -t "$T/traffic.csv" "$T/orders.csv" >"$T/days"
    run -0 --separate-stderr aee-kpi --rollup -p all "$T/days"
    same - <<'END'
date,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share
2025-01-01,60.1,4,15.025,307,0.0130293159609,0.195765472313,
END
    [ "${stderr_lines[0]}" = "aee-kpi: customers are left out: counts of distinct customers do not add up" ]
    [ "${stderr_lines[1]}" = "aee-kpi: top_channel_share stays empty: there is no column 'channel' to add up" ]
    [ "${#stderr_lines[@]}" = 2 ]
}

@test "aee-kpi: --rollup checks the rows that it reads" {
    local h=date,revenue,orders
    run -1 --separate-stderr aee-kpi --rollup <<<$h$'\n2025-01-01,5,2.5'
    [ "${stderr_lines[-1]}" = "aee-kpi: stdin:2: column 'orders': '2.5' is not a count" ]
    run -1 --separate-stderr aee-kpi --rollup <<<$h$'\n2025-01-01,5,-1'
    [ "${stderr_lines[-1]}" = "aee-kpi: stdin:2: column 'orders': '-1' is not a count" ]
    run -1 --separate-stderr aee-kpi --rollup <<<$h$'\n2025-01-01,,1'
    [ "${stderr_lines[-1]}" = "aee-kpi: stdin:2: column 'orders': '1' goes with a revenue: both or none is empty" ]
    run -1 --separate-stderr aee-kpi --rollup <<<$h$'\n2025-01-01,x,1'
    [ "${stderr_lines[-1]}" = "aee-kpi: stdin:2: column 'revenue': 'x' is not a number" ]
    run -1 --separate-stderr aee-kpi --rollup <<<$'date,orders\n2025-01-01,1'
    [ "$stderr" = "aee-kpi: stdin: no column 'revenue' (-m revenue=NAME maps another)" ]
    run -2 --separate-stderr aee-kpi --rollup -t "$T/traffic.csv" </dev/null
    [ "$stderr" = "aee-kpi: --rollup goes with -p, -g and the common options alone: the rest is in the rows already" ]
}

# ---- the summary -----------------------------------------------------------------

@test "aee-kpi: --summary has all of its keys" {
    aee-kpi --summary -t "$T/traffic.csv" "$T/orders.csv" >"$T/out"
    diff -u - "$T/out" <<'END'
{
  "total_revenue": 60.1,
  "total_orders": 4,
  "aov": 15.025,
  "total_sessions": 307,
  "conversion_rate": 0.0130293159609,
  "revenue_by_channel": {
    "Email": 30.1,
    "Organic": 30,
    "Paid": 0
  },
  "orders_by_channel": {
    "Email": 3,
    "Organic": 1,
    "Paid": 0
  },
  "monthly_revenue": {
    "2025-01": 60.1
  },
  "sessions_by_channel": {
    "Email": 150,
    "Organic": 150,
    "Paid": 7
  },
  "top_channel": "Email",
  "top_channel_share": 0.500831946755,
  "rows": 4,
  "bad_rows": 0,
  "first_date": "2025-01-01",
  "last_date": "2025-01-05"
}
END
}

@test "aee-kpi: --summary says null where nothing is known" {
    head -n 1 "$T/orders.csv" | aee-kpi --summary >"$T/out"
    jq -ec '[.total_revenue, .total_orders, .aov, .total_sessions, .conversion_rate,
        .top_channel, .top_channel_share, .first_date, .last_date] == [range(9) | null]
        and .revenue_by_channel == {} and .monthly_revenue == {} and .rows == 0' "$T/out"
    aee-kpi --summary "$T/orders.csv" >"$T/out"
    jq -e '.total_sessions == null and .sessions_by_channel.Email == null and .total_orders == 4' "$T/out"
    head -n 1 "$T/orders.csv" | aee-kpi --summary -t "$T/traffic.csv" >"$T/out"
    jq -e '.total_orders == null and .orders_by_channel.Paid == null and .total_sessions == 307
        and .monthly_revenue == {"2025-01": null}' "$T/out"
}

@test "aee-kpi: --summary adds what other options ask for" {
    aee-kpi --summary --customers --moments --products "$T/products.csv" "$T/orders.csv" >"$T/out"
    jq -e '.customers == 2 and .cost == 38.5 and .order_value_sq == 1652.01
        and (.gross_margin - 0.359400998336 | fabs) < 1e-12' "$T/out"
}

@test "aee-kpi: --summary counts bad rows and has no groups of -g" {
    echo '7,2025-13-01,Email,p1,ann,1,1' >>"$T/orders.csv"
    aee-kpi --summary --bad-rows skip "$T/orders.csv" 2>"$T/err" >"$T/out"
    jq -e '.rows == 4 and .bad_rows == 1 and .total_orders == 4' "$T/out"
    run -2 --separate-stderr aee-kpi --summary -g channel "$T/orders.csv"
    [ "$stderr" = "aee-kpi: --summary has its own groups and periods: leave -g and -p out" ]
}

@test "aee-kpi: --summary keeps long and odd names of channels whole" {
    local long
    long=$(printf 'x%.0s' {1..700})
    printf 'order_date,channel,order_value\n2025-01-01,%sa,1\n2025-01-01,%sb,2\n2025-01-01,"q""",1\n2025-01-01,,1\n' \
        "$long" "$long" >"$T/o.csv"
    aee-kpi --summary "$T/o.csv" >"$T/out"
    jq -e --arg long "$long" '.revenue_by_channel == {($long + "a"): 1, ($long + "b"): 2, "q\"": 1, "": 1}
        and .top_channel == $long + "b"' "$T/out"
}

# ---- input -----------------------------------------------------------------------

@test "aee-kpi: columns of other names are mapped in both files" {
    printf 'Day,Source,Total\n2025-01-01,a,5\n' >"$T/o.csv"
    printf 'Day,Source,Visits\n2025-01-01,a,10\n' >"$T/t.csv"
    run -0 aee-kpi -m order_date=Day,date=Day,channel=Source,order_value=Total,sessions=Visits \
        -g channel -t "$T/t.csv" "$T/o.csv"
    [ "${lines[1]}" = 2025-01-01,a,5,1,5,10,0.1,0.5 ]
    # The names of the traffic may be the usual ones.
    printf 'date,channel,sessions\n2025-01-01,a,10\n' >"$T/t.csv"
    run -0 aee-kpi -m order_date=Day,channel=Source,order_value=Total -g channel -t "$T/t.csv" "$T/o.csv"
    [ "${lines[1]}" = 2025-01-01,a,5,1,5,10,0.1,0.5 ]
}

@test "aee-kpi: a group that is the channel under its own name has no share" {
    printf 'Day,Source,Total\n2025-01-01,a,5\n' >"$T/o.csv"
    printf 'date,channel,sessions\n2025-01-01,a,10\n' >"$T/t.csv"
    run -0 aee-kpi -m order_date=Day,channel=Source,order_value=Total -g Source -t "$T/t.csv" "$T/o.csv"
    same - <<'END'
date,Source,revenue,orders,aov,sessions,conversion_rate,revenue_per_session
2025-01-01,a,5,1,5,10,0.1,0.5
END
    run -0 aee-kpi --rollup -m channel=Source <<<"$output"
    [ "${lines[1]}" = 2025-01-01,5,1,5,10,0.1,0.5,1 ]
}

@test "aee-kpi: the day of a timestamp is that of --tz" {
    printf 'order_date,channel,order_value\n2025-01-01T23:30:00Z,a,5\n2025-01-01 23:30:00,a,1\n' >"$T/o.csv"
    run -0 aee-kpi "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"${lines[1]}")" = 2025-01-01,6,2 ]
    run -0 aee-kpi --tz +01:00 "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"${lines[1]}")" = 2025-01-01,1,1 ]
    [ "$(cut -d, -f 1-3 <<<"${lines[2]}")" = 2025-01-02,5,1 ]
}

@test "aee-kpi: --date-format is about the orders, and about traffic that has it" {
    printf 'order_date,channel,order_value\n03/01/2025,a,5\n' >"$T/o.csv"
    printf 'date,sessions\n03/01/2025,10\n' >"$T/t.csv"
    run -0 aee-kpi --date-format %d/%m/%Y -t "$T/t.csv" "$T/o.csv"
    [ "${lines[1]}" = 2025-01-03,5,1,5,10,0.1,0.5,1 ]
    printf 'date,sessions\n2025-01-03,10\n' >"$T/t.csv"
    run -0 aee-kpi --date-format %d/%m/%Y -t "$T/t.csv" "$T/o.csv"
    [ "${lines[1]}" = 2025-01-03,5,1,5,10,0.1,0.5,1 ]
}

@test "aee-kpi: --value-expr computes the value of a row exactly" {
    printf 'order_date,channel,q,price,Ship Cost\n2025-01-01,a,3,0.1,0.2\n2025-01-01,a,-1,2,0\n' >"$T/o.csv"
    run -0 aee-kpi --value-expr 'q * (price + `Ship Cost`)' "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"${lines[1]}")" = 2025-01-01,-1.1,2 ]
    run -0 aee-kpi --value-expr 'quantity*price' -m quantity=q "$T/o.csv"
    [ "$(cut -d, -f 1-3 <<<"${lines[1]}")" = 2025-01-01,-1.7,2 ]
    printf 'order_date,channel,q\n2025-01-01,a,\n' >"$T/o.csv"
    run -1 --separate-stderr aee-kpi --value-expr 'q*2' "$T/o.csv"
    [ "$stderr" = "aee-kpi: $T/o.csv:2: column 'q': '' is not a number" ]
    printf 'order_date,channel,q\n2025-01-01,a,12345678901234567890\n' >"$T/o.csv"
    run -1 --separate-stderr aee-kpi --value-expr 'q*q' "$T/o.csv"
    [ "$stderr" = "aee-kpi: $T/o.csv:2: the value has more than 38 digits" ]
}

@test "aee-kpi: a bad expression is told with its place before input is read" {
    run -2 --separate-stderr aee-kpi --value-expr 'Quantity*' /nowhere
    [ "$stderr" = "aee-kpi: --value-expr: character 10: expected a column, a number or '(' in 'Quantity*'" ]
    run -2 --separate-stderr aee-kpi --value-expr 'a/b' /nowhere
    [[ $stderr == "aee-kpi: --value-expr: character 2: "*" in 'a/b'" ]]
    run -1 --separate-stderr aee-kpi --value-expr 'nix*2' "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/orders.csv: no column 'nix' (-m nix=NAME maps another)" ]
}

@test "aee-kpi: standard input is one of the files" {
    run -0 aee-kpi -t "$T/traffic.csv" <"$T/orders.csv"
    [ "${#lines[@]}" = 6 ]
    run -0 aee-kpi -t - "$T/orders.csv" <"$T/traffic.csv"
    [ "${#lines[@]}" = 6 ]
    for other in "-t - -" "-t -" "-t - --products - x" "- -"; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-kpi $other <"$T/orders.csv"
        [ "$stderr" = "aee-kpi: standard input can be only one of the orders, the traffic and the products" ]
    done
}

@test "aee-kpi: dates may come in any order and more than once" {
    aee-kpi -t "$F/website_traffic.csv" "$F/orders.csv" >"$T/want"
    { head -n 1 "$F/orders.csv"; tail -n +2 "$F/orders.csv" | tac; } >"$T/o.csv"
    { head -n 1 "$F/website_traffic.csv"; tail -n +2 "$F/website_traffic.csv" | tac; } >"$T/t.csv"
    aee-kpi -t "$T/t.csv" "$T/o.csv" | cmp - "$T/want"
}

@test "aee-kpi: several files of orders are one" {
    head -n 3 "$T/orders.csv" >"$T/a.csv"
    { echo order_value,channel,order_date,order_id,customer_id,product_id,quantity
      echo -5.00,Email,2025-01-04,3,ann,p1,3
      echo 25,Email,2025-01-04,3,,p2,1; } >"$T/b.csv"
    aee-kpi --customers "$T/orders.csv" | cmp - <(aee-kpi --customers "$T/a.csv" "$T/b.csv")
}

@test "aee-kpi: NDJSON in, NDJSON out, and the same numbers" {
    cat >"$T/o.jsonl" <<'END'
{"order_id":1,"order_date":"2025-01-02","channel":"Email","order_value":10.10}
{"order_date":"2025-01-02","channel":"Organic","order_value":"30.00","quantity":2}
{"channel":"Email","order_date":"2025-01-04","order_value":-5.00}
{"order_date":"2025-01-04","channel":"Email","order_value":2.5e1}
END
    run -0 aee-kpi -g channel -t "$T/traffic.csv" "$T/o.jsonl"
    [ "${lines[0]}" = '{"date":"2025-01-01","channel":"Email","revenue":null,"orders":null,"aov":null,"sessions":100,"conversion_rate":null,"revenue_per_session":null}' ]
    [ "${lines[1]}" = '{"date":"2025-01-02","channel":"Email","revenue":10.1,"orders":1,"aov":10.1,"sessions":50,"conversion_rate":0.02,"revenue_per_session":0.202}' ]
    aee-kpi -g channel -t "$T/traffic.csv" --ocsv "$T/o.jsonl" |
        cmp - <(aee-kpi -g channel -t "$T/traffic.csv" "$T/orders.csv")
    # Its own records in any format roll up alike.
    aee-kpi -g channel -t "$T/traffic.csv" "$T/orders.csv" | aee-kpi --rollup >"$T/want"
    aee-kpi -g channel -t "$T/traffic.csv" "$T/o.jsonl" | aee-kpi --rollup --ocsv | cmp - "$T/want"
    aee-kpi -g channel -t "$T/traffic.csv" --otsv "$T/o.jsonl" | aee-kpi --rollup --itsv --ocsv | cmp - "$T/want"
}

@test "aee-kpi: --prefix is about the figures" {
    run -0 aee-kpi --prefix x_ -g channel "$T/orders.csv"
    [ "${lines[0]}" = date,channel,x_revenue,x_orders,x_aov,x_sessions,x_conversion_rate,x_revenue_per_session ]
}

@test "aee-kpi: header lines alone give the names of the columns" {
    head -n 1 "$T/orders.csv" >"$T/o.csv"
    head -n 1 "$T/traffic.csv" >"$T/t.csv"
    run -0 --separate-stderr aee-kpi -t "$T/t.csv" "$T/o.csv"
    [ "$output" = date,revenue,orders,aov,sessions,conversion_rate,revenue_per_session,top_channel_share ]
    [ "$stderr" = "" ]
    aee-kpi -g channel "$T/o.csv" | aee-kpi --rollup | cmp - <(echo "$output")
}

@test "aee-kpi: traffic without orders leaves the orders empty" {
    head -n 1 "$T/orders.csv" | aee-kpi -t "$T/traffic.csv" >"$T/out"
    [ "$(wc -l <"$T/out")" = 6 ]
    [ "$(sed -n 3p "$T/out")" = 2025-01-02,,,,200,,, ]
}

@test "aee-kpi: an empty file is an error" {
    run -1 --separate-stderr aee-kpi </dev/null
    [ "$stderr" = "aee-kpi: stdin: is empty, without a header line" ]
    : >"$T/empty.csv"
    run -1 --separate-stderr aee-kpi -t "$T/empty.csv" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/empty.csv: is empty, without a header line" ]
}

@test "aee-kpi: a file that cannot be read is an error" {
    run -1 --separate-stderr aee-kpi "$T/none.csv"
    [ "$stderr" = "aee-kpi: $T/none.csv: No such file or directory" ]
    run -1 --separate-stderr aee-kpi -t "$T" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T: Is a directory" ]
}

@test "aee-kpi: a missing column is named" {
    run -1 --separate-stderr aee-kpi <<<$'order_date,order_value\n2025-01-01,1'
    [ "$stderr" = "aee-kpi: stdin: no column 'channel' (-m channel=NAME maps another)" ]
    run -1 --separate-stderr aee-kpi -m order_value=Total "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/orders.csv: no column 'Total' (mapped from 'order_value')" ]
    run -1 --separate-stderr aee-kpi -t "$T/orders.csv" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/orders.csv: no column 'date' (-m date=NAME maps another)" ]
    for option in --distinct-orders --customers; do
        run -1 aee-kpi $option <<<$'order_date,channel,order_value\n2025-01-01,a,1'
        [[ $output == "aee-kpi: stdin: no column 'order_id'"* || $output == "aee-kpi: stdin: no column 'customer_id'"* ]]
    done
}

@test "aee-kpi: a bad value names its line and column" {
    local h=order_date,channel,order_value
    run -1 --separate-stderr aee-kpi <<<$h$'\n2025-01-01,a,1\n2025-02-30,a,1'
    [ "$stderr" = "aee-kpi: stdin:3: column 'order_date': '2025-02-30' is not a date" ]
    run -1 --separate-stderr aee-kpi <<<$h$'\n2025-01-01,a,12 EUR'
    [ "$stderr" = "aee-kpi: stdin:2: column 'order_value': '12 EUR' is not a number" ]
    run -1 --separate-stderr aee-kpi <<<$h$'\n2025-01-01,a,'
    [ "$stderr" = "aee-kpi: stdin:2: column 'order_value': '' is not a number" ]
    run -1 --separate-stderr aee-kpi <<<$h$'\n2025-01-01,a,nan'
    [ "$stderr" = "aee-kpi: stdin:2: column 'order_value': 'nan' is not a number" ]
    run -1 --separate-stderr aee-kpi <<<$h$'\n2025-01-01,a'
    [ "$stderr" = "aee-kpi: stdin:2: has 2 fields, the header has 3" ]
    echo '2025-01-02,Email,many' >>"$T/traffic.csv"
    run -1 --separate-stderr aee-kpi -t "$T/traffic.csv" "$T/orders.csv"
    [ "$stderr" = "aee-kpi: $T/traffic.csv:7: column 'sessions': 'many' is not a number" ]
}

@test "aee-kpi: bad rows are skipped and counted, or kept" {
    sed -i '3s/30.00/much/; 2s/2025-01-02/yesterday/' "$T/orders.csv"
    run -0 --separate-stderr aee-kpi --bad-rows skip "$T/orders.csv"
    [ "${#lines[@]}" = 2 ]
    [ "${stderr_lines[-1]}" = "aee-kpi: 2 records skipped: 1 column 'order_date' is not a date, 1 column 'order_value' is not a number" ]
    aee-kpi -q --bad-rows="$T/bad.csv" "$T/orders.csv" >"$T/out" 2>"$T/err"
    diff -u "$T/bad.csv" <(sed -n 1,3p "$T/orders.csv")
}

@test "aee-kpi: one order, and nothing else, is one row" {
    run -0 aee-kpi <<<$'order_date,channel,order_value\n2025-01-01,a,12.50'
    [ "${lines[1]}" = 2025-01-01,12.5,1,12.5,,,,1 ]
}

@test "aee-kpi: an empty channel is a channel, an empty group a group" {
    run -0 aee-kpi -g channel <<<$'order_date,channel,order_value\n2025-01-01,,1\n2025-01-01,a,2\n2025-01-01,,4'
    [ "${lines[1]%,,,}" = 2025-01-01,,5,2,2.5 ]
    [ "${lines[2]%,,,}" = 2025-01-01,a,2,1,2 ]
}

# ---- the program -----------------------------------------------------------------

@test "aee-kpi: the command line is checked" {
    run -2 --separate-stderr aee-kpi --nonsense
    [ "${stderr_lines[-1]}" = "aee-kpi: 'aee-kpi --help' lists the options" ]
    run -2 --separate-stderr aee-kpi -p year
    [ "$stderr" = "aee-kpi: --period: 'year' is not one of day, week, month, all" ]
    run -2 --separate-stderr aee-kpi -g channel,
    [ "$stderr" = "aee-kpi: --group-by: 'channel,' has an empty part" ]
}

@test "aee-kpi: -h lists every option" {
    run -0 --separate-stderr aee-kpi -h
    [ "$stderr" = "" ]
    for option in period group-by traffic products value-expr distinct-orders customers moments rollup summary; do
        [[ $output == *"--$option"* ]]
    done
}

@test "aee-kpi: a full disk is an error" {
    run -1 --separate-stderr bash -c 'aee-kpi "$1" >/dev/full' - "$T/orders.csv"
    [ "$stderr" = "aee-kpi: stdout: No space left on device" ]
    run -1 --separate-stderr bash -c 'aee-kpi --summary "$1" >/dev/full' - "$T/orders.csv"
    [ "$stderr" = "aee-kpi: stdout: No space left on device" ]
}

@test "aee-kpi: a closed pipe ends it quietly" {
    run -0 --separate-stderr bash -c 'aee-kpi -g product_id "$1" | head -n 1' - "$F/orders.csv"
    [[ $output == date,product_id,* ]]
    [ "$stderr" = "" ]
}

@test "aee-kpi: -o writes the file whole or not at all" {
    echo before >"$T/out.csv"
    echo 'bad,row' >>"$T/orders.csv"
    run -1 aee-kpi -o "$T/out.csv" "$T/orders.csv"
    [ "$(cat "$T/out.csv")" = before ]
    [ "$(find "$T" -name 'out.csv*' | wc -l)" = 1 ]
    run -0 aee-kpi -q --bad-rows skip -o "$T/out.csv" "$T/orders.csv"
    [ "$(wc -l <"$T/out.csv")" = 4 ]
}
