#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR" || exit 1
    for table in orders website_traffic products; do
        gzip -dc "$BATS_TEST_DIRNAME/data/original-$table.csv.gz" >$table.csv
    done
    aee-kpi -g channel --moments -t website_traffic.csv orders.csv >original.csv
}

setup() {
    cd "$BATS_TEST_TMPDIR" || exit 1
    original=$BATS_FILE_TMPDIR/original.csv
    week=2025-09-08..2025-09-14
}

# A field of the record of a level, member and driver: field csv level member driver name
field() {
    awk -F, -v level="$2" -v member="$3" -v driver="$4" -v name="$5" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["level"] == level && $column["member"] == member && $column["driver"] == driver { print $column[name] }' "$1"
}

effect() {
    field "$1" "$2" "$3" "$4" effect
}

# Within the half of the last digit that is given.
near() {
    awk -v got="$1" -v want="$2" -v within="${3:-0.005}" 'BEGIN {
        d = got - want; exit got == "" || d > within + 1e-9 || d < -within - 1e-9 }' || {
        echo "$1 is not $2"
        return 1
    }
}

# The effects of each level add up to the change.
adds_up() {
    awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["level"] == "total" { change = $column["effect"] }
        { sum[$column["level"]] += $column["effect"] }
        END { for (l in sum) { d = sum[l] - change; n++; if (d > 0.005 || d < -0.005) { print l, sum[l], change; exit 1 } } exit n < 4 }' "$1"
}

# A quiet shop of two channels: shop FIRST DAYS [awk statement on each record]
shop() {
    awk -v first="$1" -v days="$2" '
        function date(n, y, m, d, len) {
            split(first, part, "-"); y = part[1] + 0; m = part[2] + 0; d = part[3] + n
            for (;;) {
                len = m == 2 ? 28 + (y % 4 == 0) : m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31
                if (d <= len) return sprintf("%04d-%02d-%02d", y, m, d)
                d -= len; if (++m > 12) { m = 1; y++ }
            }
        }
        BEGIN {
            print "date,channel,revenue,orders,sessions,order_value_sq"
            for (c = 0; c < 2; c++) for (i = 0; i < days; i++) {
                channel = c ? "Mail" : "Search"; day = date(i)
                sessions = (c ? 500 : 2000) + (i * 7 % 11) * 3
                orders = (c ? 20 : 40) + i * 5 % 3
                revenue = orders * 50; there = 1
                '"${3:-}"'
                if (there) print day "," channel "," revenue "," orders "," sessions "," (revenue "" == "" ? "" : revenue * (revenue < 0 ? -52 : 52))
            }
        }'
}

# ---- the golden figures -------------------------------------------------------------

@test "aee-explain: the week of the payment outage" {
    aee-explain --now "$week" "$original" >out
    [ "$(head -1 out)" = base_from,base_to,now_from,now_to,level,member,driver,effect,effect_pct,share,se,p,q,verdict,s0,s1,o0,o1,r0,r1 ]
    [ "$(effect out total '' change)" = -1510573.01 ]
    near "$(effect out driver '' volume)" 42467.99
    near "$(effect out driver '' mix)" -6243.90
    near "$(effect out driver '' conversion)" -70525.72
    near "$(effect out driver '' order_value)" -1476271.38
    adds_up out
    [ "$(field out total '' change base_from)" = 2025-09-01 ]
    [ "$(field out total '' change base_to)" = 2025-09-07 ]
    [ "$(field out total '' change r0)" = 8200163.65 ]
    [ "$(field out total '' change r1)" = 6689590.64 ]
    [ "$(field out total '' change o0)" = 2257 ]
    [ "$(field out member Organic change s1)" = 63343 ]
    [ "$(field out driver '' order_value verdict)" = real ]
    for driver in volume mix conversion; do
        [ "$(field out driver '' $driver verdict)" = noise ]
    done
}

@test "aee-explain: the week of the flash sale" {
    aee-explain --now 2025-03-10..2025-03-16 --base 2025-03-03..2025-03-09 "$original" >out
    near "$(effect out total '' change)" 2724239.23
    near "$(effect out driver '' volume)" -263478.83
    near "$(effect out driver '' mix)" -14813.37
    near "$(effect out driver '' conversion)" 106777.08
    near "$(effect out driver '' order_value)" 2895754.36
    adds_up out
    [ "$(field out driver '' order_value verdict)" = real ]
    [ "$(field out driver '' conversion verdict)" = noise ]
}

@test "aee-explain: a week of a real shop" {
    [[ -n ${AEE_REFERENCE:-} ]] || skip "AEE_REFERENCE is not set"
    gzip -dc "$AEE_REFERENCE/data/gms_daily_channel_2017.csv.gz" >gms
    aee-explain -m channel=channel_grouping,orders=purchase_sessions,revenue=revenue_usd \
        --now 2017-07-17..2017-07-23 gms >out
    [ "$(effect out total '' change)" = -3082.17 ]
    near "$(effect out driver '' volume)" 583.91
    near "$(effect out driver '' mix)" -37.41
    near "$(effect out driver '' conversion)" 675.37
    near "$(effect out driver '' order_value)" -4304.05
    adds_up out
    [ "$(field out member Affiliates change verdict)" = thin ]
    [ "$(field out member Referral change verdict)" = noise ]
    [ -z "$(effect out member '(Other)' change)" ] # has nothing in either week
}

@test "aee-explain: the other methods tell the same story" {
    for method in lmdi shapley; do
        aee-explain --method $method --now "$week" "$original" >out
        adds_up out
        near "$(effect out driver '' volume)" 42467.99 1000
        near "$(effect out driver '' mix)" -6243.90 1000
        near "$(effect out driver '' conversion)" -70525.72 1500
        near "$(effect out driver '' order_value)" -1476271.38 3000
    done
    aee-explain --now "$week" "$original" >want
    aee-explain --method bennet --now "$week" "$original" | diff want -
}

# ---- columns ------------------------------------------------------------------------

@test "aee-explain: a worked example, field by field" {
    # v 0.1 -> 0.15, a 50 -> 40; 10 orders, 5 of 40 and 5 of 60, and 18, 9 of
    # 30 and 9 of 50: the errors are 110 x 45 x sqrt(.09 / 100 + .1275 / 120)
    # and 110 x 0.125 x sqrt(1000 / 9 / 10 + 1800 / 17 / 18); q is p x 4 / 2.
    printf '%s\n' date,channel,revenue,orders,sessions,order_value_sq \
        2025-01-01,a,500,10,100,26000 2025-01-02,a,720,18,120,30600 >in
    aee-explain --now 2025-01-02 in >out
    diff -u - out <<'END'
base_from,base_to,now_from,now_to,level,member,driver,effect,effect_pct,share,se,p,q,verdict,s0,s1,o0,o1,r0,r1
2025-01-01,2025-01-01,2025-01-02,2025-01-02,total,,change,220,44,1,,,,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,driver,,volume,110,22,0.5,,,,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,driver,,mix,0,0,0,,,,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,driver,,conversion,247.5,49.5,1.125,219.28555869,0.259039054352,0.259039054352,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,driver,,order_value,-137.5,-27.5,-0.625,56.6818030534,0.0152737334405,0.030547466881,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,member,a,change,220,44,1,,,,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,member_driver,a,sessions,110,22,0.5,,,,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,member_driver,a,conversion,247.5,49.5,1.125,219.28555869,0.259039054352,0.259039054352,thin,100,120,10,18,500,720
2025-01-01,2025-01-01,2025-01-02,2025-01-02,member_driver,a,order_value,-137.5,-27.5,-0.625,56.6818030534,0.0152737334405,0.030547466881,thin,100,120,10,18,500,720
END
}

@test "aee-explain: effect_pct is of the member's base, share of the change" {
    aee-explain --now "$week" "$original" >out
    near "$(field out member Email change effect_pct)" "$(awk 'BEGIN { print -100 * 209575.54 / 740040.68 }')" 0.001
    near "$(field out member Email change share)" "$(awk 'BEGIN { print 209575.54 / 1510573.01 }')" 0.00001
    near "$(field out driver '' order_value share)" 0.977292 0.000001
}

@test "aee-explain: p is normal, q that of Benjamini and Hochberg" {
    aee-explain --now "$week" "$original" >out
    # -1510573.01 of 394352.31 is 3.8305 deviations; it is third of 21.
    near "$(field out total '' change p)" 0.000127875 1e-8
    near "$(field out total '' change q)" "$(awk 'BEGIN { print 0.000127875 * 21 / 3 }')" 1e-7
}

@test "aee-explain: the sums are exact decimals" {
    printf '%s\n' date,channel,revenue,orders,sessions \
        2025-01-01,a,0.1,1,1 2025-01-02,a,0.2,1,1 2025-01-03,a,0.70000000000001,1,1 2025-01-04,a,0.1,1,1 >in
    aee-explain --now 2025-01-03..2025-01-04 in >out
    [ "$(field out total '' change r0)" = 0.3 ]
    [ "$(field out total '' change r1)" = 0.80000000000001 ]
}

# ---- periods ---------------------------------------------------------------------------

periods() {
    aee-explain -q "$@" | sed -n 2p | cut -d, -f1-4
}

@test "aee-explain: the base is the days before, a month or a year earlier, or a range" {
    shop 2024-01-01 500 >in
    [ "$(periods in)" = 2025-05-01,2025-05-07,2025-05-08,2025-05-14 ]
    [ "$(periods --now 2025-03-10..2025-03-16 in)" = 2025-03-03,2025-03-09,2025-03-10,2025-03-16 ]
    [ "$(periods --now 2025-03-10..2025-03-16 --base previous in)" = 2025-03-03,2025-03-09,2025-03-10,2025-03-16 ]
    [ "$(periods --now 2025-03-10..2025-03-16 --base month in)" = 2025-02-10,2025-02-16,2025-03-10,2025-03-16 ]
    [ "$(periods --now 2025-03-01..2025-03-31 --base month in)" = 2025-02-01,2025-02-28,2025-03-01,2025-03-31 ]
    [ "$(periods --now 2025-03-10..2025-03-16 --base year in)" = 2024-03-11,2024-03-17,2025-03-10,2025-03-16 ]
    [ "$(periods --now 2025-03-10 --base 2025-01-01 in)" = 2025-01-01,2025-01-01,2025-03-10,2025-03-10 ]
    [ "$(periods --now 2025-01-01 --base 2025-03-10 in)" = 2025-03-10,2025-03-10,2025-01-01,2025-01-01 ]
}

@test "aee-explain: the last days are those that are known of orders and of sessions" {
    shop 2025-01-01 30 'if (i >= 28) sessions = ""' >in
    [ "$(periods in)" = 2025-01-15,2025-01-21,2025-01-22,2025-01-28 ]
    shop 2025-01-01 30 'if (i >= 28) revenue = orders = ""' >in
    [ "$(periods in)" = 2025-01-15,2025-01-21,2025-01-22,2025-01-28 ]
}

@test "aee-explain: periods of different lengths are compared with a warning" {
    shop 2025-01-01 90 >in
    run -0 --separate-stderr aee-explain --now 2025-03-01..2025-03-31 --base month in
    [ "$stderr" = "aee-explain: --base has 28 days and --now 31: their sums are compared as they are" ]
    run -0 --separate-stderr aee-explain -q --now 2025-03-01..2025-03-31 --base month in
    [ -z "$stderr" ]
}

@test "aee-explain: periods that overlap or are none are refused before anything is read" {
    for bad in '--now 2025-03-10..2025-03-16 --base 2025-03-01..2025-03-10' '--now 2025-03-10..2025-03-16 --base 2025-03-12' \
        '--now 2025-03-01..2025-04-30 --base month' '--now 2025-03-29..2025-03-31 --base month' \
        '--now 2025-03-16..2025-03-10' '--now 2025-02-30' '--now week' '--base yesterday' '--now 0001-01-01 --base previous' \
        '--method none' '-D a -g b' '-D a,a' '-g a,a' '-D a --by-member' '--by-member --base year' '--by-member --method lmdi' \
        '-D a --expected f' '--expected -' '--nothing'; do
        # shellcheck disable=SC2086
        run -2 --separate-stderr aee-explain $bad nowhere.csv
        [ -n "$stderr" ]
        [ -z "$output" ]
    done
    run -2 --separate-stderr aee-explain --now 2025-03-10..2025-03-16 --base 2025-03-10 nowhere.csv
    [ "$stderr" = "aee-explain: --base: overlaps the period that is explained" ]
    run -2 --separate-stderr aee-explain --now 2025-03-10-2025-03-16 nowhere.csv
    [ "$stderr" = "aee-explain: --now: '2025-03-10-2025-03-16' is not a date or a range YYYY-MM-DD..YYYY-MM-DD" ]
}

# ---- missing days -------------------------------------------------------------------------

@test "aee-explain: a missing day is named" {
    shop 2025-01-01 28 'if (i == 16 || i == 18) there = 0' >in
    run -1 --separate-stderr aee-explain --now 2025-01-15..2025-01-21 in
    [ "$stderr" = "aee-explain: --now 2025-01-15..2025-01-21: 2025-01-17 is missing (--scale-missing scales the other days up)" ]
    [ -z "$output" ]
    run -1 --separate-stderr aee-explain --now 2025-01-22..2025-01-28 in
    [[ "$stderr" = "aee-explain: --base 2025-01-15..2025-01-21: 2025-01-17 is missing "* ]]
}

@test "aee-explain: a period beyond the data misses its first day there" {
    shop 2025-01-01 28 >in
    run -1 --separate-stderr aee-explain --now 2025-01-25..2025-01-31 in
    [[ "$stderr" = "aee-explain: --now 2025-01-25..2025-01-31: 2025-01-29 is missing "* ]]
    run -1 --separate-stderr aee-explain --now 2030-01-01..2030-01-07 in
    [[ "$stderr" = "aee-explain: --base 2029-12-25..2029-12-31: 2029-12-25 is missing "* ]]
    run -1 --separate-stderr aee-explain --now 2030-01-01..2030-01-07 --scale-missing in
    [[ "$stderr" = "aee-explain: --base: no day of it is known" ]]
}

@test "aee-explain: a value that is missing makes a missing day" {
    shop 2025-01-01 14 'if (i == 9 && c) revenue = ""' >in
    run -1 --separate-stderr aee-explain in
    [[ "$stderr" = "aee-explain: --now 2025-01-08..2025-01-14: 2025-01-10 has no revenue of channel=Mail (--scale-missing "* ]]
    shop 2025-01-01 14 'if (i == 9 && c) orders = ""' >in
    run -1 --separate-stderr aee-explain in
    [[ "$stderr" = *": 2025-01-10 has no orders of channel=Mail "* ]]
    shop 2025-01-01 14 'if (i == 9 && c) sessions = ""' >in
    run -1 --separate-stderr aee-explain in
    [[ "$stderr" = *": 2025-01-10 has no sessions of channel=Mail "* ]]
    shop 2025-01-01 14 'if (i == 9) sessions = ""' >in
    run -1 --separate-stderr aee-explain in
    [[ "$stderr" = *": 2025-01-10 has no sessions (--scale-missing "* ]]
}

@test "aee-explain: --scale-missing scales the other days up, and says so" {
    shop 2025-01-01 14 'sessions = 100; orders = 10; revenue = 500' >whole
    shop 2025-01-01 14 'sessions = 100; orders = 10; revenue = 500; if (i == 3) there = 0; if (i == 9 && c) revenue = ""' >in
    aee-explain whole >want
    run -0 --separate-stderr aee-explain --scale-missing in
    for name in effect s0 s1 o0 o1 r0 r1; do
        near "$(field <(echo "$output") member Mail change $name)" "$(field want member Mail change $name)" 1e-8
    done
    [ "$stderr" = "aee-explain: --base: 1 of 7 days are missing: the sums of the others are scaled by 1.16667
aee-explain: --now: 1 of 7 days are missing: the sums of the others are scaled by 1.16667" ]
    # Six days tell less than seven.
    awk -v a="$(field <(echo "$output") member Mail conversion se)" -v b="$(field want member Mail conversion se)" 'BEGIN { exit !(a >= b) }'
}

@test "aee-explain: who has no record on a day had nothing" {
    shop 2025-01-01 14 'if (c && i == 9) revenue = orders = sessions = 0' >zero
    shop 2025-01-01 14 'if (c && i == 9) there = 0' >gone
    shop 2025-01-01 14 'if (c && i == 9) { revenue = orders = 0; sessions = "" }' >empty
    aee-explain zero >want
    aee-explain gone | diff want -
    aee-explain empty | diff want -
}

# ---- members --------------------------------------------------------------------------------

@test "aee-explain: a channel that appears or ends is one of sessions" {
    shop 2025-01-01 70 'if (c && i < 63) there = 0' >in
    aee-explain in >out
    adds_up out
    near "$(effect out member_driver Mail sessions)" "$(field out member Mail change r1)" 1e-6
    near "$(effect out member_driver Mail conversion)" 0
    near "$(effect out member_driver Mail order_value)" 0
    [ "$(field out member Mail change r0)" = 0 ]
    [ -z "$(field out member Mail change effect_pct)" ]
    shop 2025-01-01 70 'if (c && i >= 63) there = 0' >in
    aee-explain in >out
    adds_up out
    near "$(effect out member_driver Mail sessions)" "-$(field out member Mail change r0)" 1e-6
    [ "$(field out member Mail change effect_pct)" = -100 ]
    [ "$(field out member_driver Mail sessions verdict)" = real ]
}

@test "aee-explain: a channel whose payments fail is one of conversion, and real" {
    shop 2025-01-01 70 'if (c && i >= 63) orders = revenue = 0' >in
    aee-explain in >out
    adds_up out
    near "$(effect out member_driver Mail order_value)" 0
    [ "$(field out member_driver Mail conversion verdict)" = real ]
    [ "$(field out driver '' conversion verdict)" = real ]
    [ "$(field out member_driver Search conversion verdict)" = noise ]
}

@test "aee-explain: a channel without sessions has orders for a driver" {
    shop 2025-01-01 70 'if (c) sessions = ""; if (c && i >= 63) { orders *= 2; revenue *= 2 }' >in
    run -0 --separate-stderr aee-explain in
    [ -z "$stderr" ]
    echo "$output" >out
    adds_up out
    [ -z "$(effect out member_driver Mail sessions)" ]
    [ -z "$(field out member Mail change s0)" ]
    near "$(effect out member_driver Mail orders)" "$(effect out member Mail change)"
    near "$(effect out driver '' orders)" "$(effect out member Mail change)"
    [ "$(field out driver '' orders verdict)" = real ]
    [ "$(field out total '' change s0)" = "$(field out member Search change s0)" ]
}

@test "aee-explain: without any sessions volume and mix are those of orders" {
    shop 2025-01-01 70 'if (c && i >= 63) { orders *= 2; revenue *= 2 }' >in
    aee-explain in >with
    for cut in 1-4,6 1-6; do
        cut -d, -f$cut in | awk -F, -v OFS=, 'NF == 6 && NR > 1 { $5 = "" } 1' >orders
        run -0 --separate-stderr aee-explain orders
        [ "$stderr" = "aee-explain: no sessions in the periods: volume and mix are those of orders, and there is no conversion" ]
        echo "$output" >out
        adds_up out
        [ "$(effect out total '' change)" = "$(effect with total '' change)" ]
        # The value of an order is 50 everywhere: all of it is volume.
        near "$(effect out driver '' volume)" "$(effect out total '' change)"
        [ -z "$(effect out driver '' conversion)" ]
        [ -z "$(effect out member_driver Mail sessions)" ]
        near "$(effect out member_driver Mail orders)" "$(effect out member Mail change)"
        [ -z "$(field out total '' change s0)" ]
    done
}

@test "aee-explain: refunds and negative weeks add up" {
    shop 2025-01-01 70 'if (i >= 63) revenue = -revenue; if (c && i >= 63) orders = 0' >in
    aee-explain in >out
    adds_up out
    [ "$(field out total '' change r1)" -lt 0 ]
    # Revenue without orders is no factor's.
    near "$(effect out member_driver Mail other)" "$(field out member Mail change r1)"
    [ "$(field out driver '' other verdict)" = thin ]
    run -1 --separate-stderr aee-explain --method lmdi in
    [ "$stderr" = "aee-explain: --method lmdi: the revenue of channel=Search changes its sign, which has no logarithm" ]
    aee-explain --method shapley in >out
    adds_up out
    shop 2025-01-01 70 'revenue = -revenue' | aee-explain >out
    adds_up out
}

@test "aee-explain: few orders are thin" {
    shop 2025-01-01 70 'if (c) { orders = i % 4 == 0; revenue = orders * 50 + i }' >in
    aee-explain in >out
    [ "$(field out member_driver Mail conversion verdict)" = thin ]
    [ "$(field out member_driver Mail order_value verdict)" = thin ]
    [ "$(field out member_driver Search conversion verdict)" = noise ]
}

@test "aee-explain: all equal is no change, and no noise" {
    shop 2025-01-01 70 'sessions = 100; orders = 10; revenue = 500' >in
    aee-explain in >out
    adds_up out
    [ "$(field out total '' change effect)" = 0 ]
    [ -z "$(field out total '' change share)" ]
    [ "$(field out total '' change p)" = 1 ]
    [ "$(field out total '' change verdict)" = noise ]
}

@test "aee-explain: finer records are added up" {
    sed '1s/channel/channel,city/; 2,$s/,\(Search\|Mail\)/,\1,x/' <(shop 2025-01-01 70) >cities
    shop 2025-01-01 70 | sed '1d; s/,\(Search\|Mail\)/,\1,y/' >>cities
    shop 2025-01-01 70 'sessions *= 2; orders *= 2; revenue *= 2' >doubled
    aee-explain doubled | cut -d, -f5-10,14- >want
    aee-explain cities | cut -d, -f5-10,14- | diff want -
    aee-explain -g channel,city cities >out
    grep -q '"channel=Mail, city=y"' out
    aee-explain -g city cities | grep -q ',member,y,change,'
}

@test "aee-explain: the order of the records changes nothing" {
    aee-explain --now "$week" "$original" >want
    (head -1 "$original" && tail -n +2 "$original" | sort -t, -k2,2r -k1,1r) | aee-explain --now "$week" |
        awk -F, 'NR == 1 || $5 == "total" || $5 == "driver"' | cut -d, -f5-8 |
        diff <(awk -F, 'NR == 1 || $5 == "total" || $5 == "driver"' want | cut -d, -f5-8) -
}

# ---- the forecast ------------------------------------------------------------------------------

@test "aee-explain: --expected tells what was to be expected from the surprise" {
    awk -F, 'NR == 1 || $1 < "2025-09-08"' "$original" >before
    aee-kpi --rollup before 2>/dev/null | aee-forecast -n 7 >whole.csv
    aee-explain --now "$week" --expected whole.csv "$original" >out
    adds_up out
    # The forecast's sum of the week, less that of the week before.
    expected=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "yhat") y = i; next }
        $1 >= "2025-09-01" && $1 <= "2025-09-07" { e -= $y } $1 >= "2025-09-08" { e += $y } END { printf "%.4f", e }' whole.csv)
    near "$(effect out expectation '' expected)" "$expected"
    near "$(effect out expectation '' surprise)" "$(awk -v e="$expected" 'BEGIN { printf "%.4f", -1510573.01 - e }')"
    [ -z "$(field out expectation '' expected verdict)" ]
    [ "$(field out expectation '' surprise verdict)" = real ]
    [ "$(effect out driver '' expected)" = "$(effect out expectation '' expected)" ]
    aee-forecast -g channel -n 7 before >channels.csv
    aee-explain --now "$week" --expected channels.csv "$original" >out
    adds_up out
    mail=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "yhat") y = i; next } $2 != "Email" { next }
        $1 >= "2025-09-01" && $1 <= "2025-09-07" { e -= $y } $1 >= "2025-09-08" { e += $y } END { printf "%.4f", e }' channels.csv)
    near "$(effect out member_driver Email expected)" "$mail"
}

@test "aee-explain: a forecast that lacks a day is refused" {
    shop 2025-01-01 14 >in
    awk -F, -v OFS=, 'NR == 1 { print $0, "yhat"; next } { print $0, $1 == "2025-01-10" ? "" : 100 }' in >f.csv
    run -1 --separate-stderr aee-explain --expected f.csv in
    [ "$stderr" = "aee-explain: f.csv: no yhat on 2025-01-10" ]
    awk -F, -v OFS=, 'NR == 1 { print $0, "yhat"; next } { print $0, $1 == "2025-01-10" && $2 == "Mail" ? "" : 100 }' in >f.csv
    run -1 --separate-stderr aee-explain --expected f.csv in
    [ "$stderr" = "aee-explain: f.csv: no yhat on 2025-01-10 of channel=Mail" ]
    run -1 --separate-stderr aee-explain --expected in in
    [ "$stderr" = "aee-explain: in: no column 'yhat' (-m yhat=NAME maps another)" ]
    run -1 aee-explain --expected nowhere.csv in
    # A channel that the forecast does not know is all surprise.
    awk -F, -v OFS=, 'NR == 1 { print $0, "yhat" } NR > 1 && $2 != "Mail" { print $0, 100 + NR }' in >f.csv
    aee-explain --expected f.csv in >out
    adds_up out
    [ "$(effect out member_driver Mail expected)" = 0 ]
}

# ---- dimensions -----------------------------------------------------------------------------------

@test "aee-explain: -D finds the dimension that explains a change, the smallest set first" {
    # Electronics halve; every channel and city sells as much of them.
    awk 'BEGIN { print "date,channel,category,city,revenue,orders"
        for (d = 1; d <= 14; d++) for (c = 0; c < 2; c++) for (k = 0; k < 3; k++) for (t = 0; t < 4; t++)
            print "2025-01-" sprintf("%02d", d) "," (c ? "Mail" : "Search") "," (k == 0 ? "Home" : k == 1 ? "Electronics" : "Beauty") ",city" t "," \
                (c + 1) * (t + 3) * 10 * (k == 1 && d > 7 ? 0.5 : 1) ",4" }' >in
    aee-explain -D channel,category,city in >out
    [ "$(head -1 out | cut -d, -f5-)" = level,member,driver,effect,effect_pct,share,se,p,q,verdict,s0,s1,o0,o1,r0,r1,surprise ]
    [ "$(awk -F, '$5 == "dimension" { print $7 }' out | head -1)" = category ]
    [ "$(field out element Electronics category share)" = 1 ]
    [ "$(field out element Electronics category effect_pct)" = -50 ]
    # p = 1/3, q = 1/5
    near "$(field out element Electronics category surprise)" \
        "$(awk 'BEGIN { p = 1 / 3; q = 1 / 5; print 0.5 * (p * log(2 * p / (p + q)) + q * log(2 * q / (p + q))) }')" 1e-6
    near "$(field out dimension '' channel surprise)" 0 1e-9
    [ "$(awk -F, '$5 == "element" && $7 == "category"' out | wc -l)" -eq 1 ]
    [ "$(effect out total '' change)" = "$(effect out dimension '' category)" ]
    run -0 aee-explain -D channel,category,city --text in
    [[ "${lines[1]}" = "category explains 1.000 of it: Electronics -"* ]]
}

@test "aee-explain: -D knows the error of revenue from its squares" {
    printf '%s\n' date,channel,revenue,orders,order_value_sq \
        2025-01-01,a,3000,60,170000 2025-01-01,b,3000,60,170000 \
        2025-01-02,a,1000,20,60000 2025-01-02,b,3000,60,170000 >in
    aee-explain -D channel --now 2025-01-02 in >out
    near "$(field out element a channel se)" "$(awk 'BEGIN { print sqrt(230000) }')" 1e-3
    [ "$(field out element a channel verdict)" = real ]
    # With as few orders before, that error is not to be believed.
    sed 's/,60,/,29,/' in | aee-explain -D channel --now 2025-01-02 >out
    [ "$(field out element a channel verdict)" = thin ]
    cut -d, -f1-4 in | aee-explain -D channel --now 2025-01-02 >out
    [ -z "$(field out element a channel se)" ]
    [ "$(field out element a channel verdict)" = thin ]
}

@test "aee-explain: -D is sure of what sold no longer" {
    shop 2025-01-01 14 'if (c == 0 && i > 6) { orders = 0; revenue = 0 }' >in
    aee-explain -D channel in >out
    [ "$(field out element Search channel o1)" = 0 ]
    [ "$(field out element Search channel verdict)" = real ]
}

@test "aee-explain: where nothing changed, no dimension explains it" {
    shop 2025-01-01 14 'sessions = 100; orders = 10; revenue = 500' | aee-explain -D channel >out
    [ "$(wc -l <out)" -eq 3 ]
    [ "$(field out dimension '' channel effect)" = 0 ]
    shop 2025-01-01 14 'sessions = 100; orders = 10; revenue = 500' | aee-explain -D channel --text |
        grep -qx 'channel explains none of it.'
}

@test "aee-explain: -D of the outage: no channel and no category alone" {
    cd "$BATS_FILE_TMPDIR" || return 1
    aee-kpi -g channel,category --products products.csv --moments orders.csv >"$BATS_TEST_TMPDIR/in"
    cd "$BATS_TEST_TMPDIR" || return 1
    aee-explain -D channel,category --now "$week" in >out
    [ "$(effect out total '' change)" = -1510573.01 ]
    [ "$(effect out dimension '' channel)" = -1510573.01 ]
    near "$(effect out element Email channel)" -209575.54
    [ "$(awk -F, '$5 == "element" && $7 == "category"' out | wc -l)" -eq 4 ]
}

# ---- by member -------------------------------------------------------------------------------------

@test "aee-explain: --by-member ranks the members against their own weeks and share" {
    shop 2025-01-01 140 'revenue += i * 37 % 23 * 5; if (c && i >= 133) { orders = 30; revenue *= 0.5 }' >in
    aee-explain --by-member in >out
    [ "$(awk -F, 'NR > 1 { print $5, $6, $7 }' out)" = "total  history
member Mail history
member Mail share
member Search history
member Search share" ]
    [ "$(field out member Mail history verdict)" = real ]
    [ "$(field out member Mail share verdict)" = real ]
    [ "$(field out member Search history verdict)" = noise ]
    [ "$(sed -n 2p out | cut -d, -f1-4)" = 2025-03-19,2025-05-13,2025-05-14,2025-05-20 ]
    # The mean of the eight weeks before.
    near "$(field out member Mail history r0)" \
        "$(awk -F, '$2 == "Mail" && $1 >= "2025-03-19" && $1 < "2025-05-14" { r += $3 } END { print r / 8 }' in)"
    # Shares of one whole take from each other.
    near "$(effect out member Mail share)" "$(awk -v e="$(effect out member Search share)" 'BEGIN { printf "%.6f", -e }')" 1e-4
    run -0 aee-explain --by-member --text in
    [[ "${lines[1]}" = "Mail made "*" against its own weeks (real), "*" against its share of the whole (real)." ]]
    [ "${#lines[@]}" -eq 2 ]
    shop 2025-01-01 140 'revenue += i * 37 % 23 * 5' >in
    run -0 aee-explain --by-member --text in
    [ "${lines[1]}" = "No member is below what it used to be, beyond noise." ]
}

@test "aee-explain: --by-member needs a whole week before" {
    shop 2025-01-01 13 >in
    run -1 --separate-stderr aee-explain --by-member in
    [ "$stderr" = "aee-explain: --by-member: no whole week before --now is known" ]
    shop 2025-01-01 14 >in
    aee-explain --by-member in >out
    [ -z "$(field out member Mail history se)" ]
    [ "$(field out member Mail history verdict)" = thin ]
}

# ---- sentences ------------------------------------------------------------------------------------------

# Every number of a text is a field of the records, rounded.
numbers_are_fields() {
    awk -F, -v rows="$1" '
        BEGIN {
            while ((getline line <rows) > 0) {
                n = split(line, field, ",")
                for (i = 1; i <= n; i++) {
                    known[field[i]] = 1
                    for (d = 1; d <= 3; d++) { t = sprintf("%." d "f", field[i]); known[t ~ /^-0\.0*$/ ? substr(t, 2) : t] = 1 }
                }
            }
        }
        {
            text = $0
            while (match(text, /-?[0-9]+(-[0-9]+-[0-9]+|\.[0-9]+)?/)) {
                number = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH); count++
                if (!(number in known)) { print "no field: " number " in " $0; exit bad = 1 }
            }
        }
        END { exit bad || count < 4 }' "$2"
}

@test "aee-explain: every number of --text is a field of a record" {
    awk -F, 'NR == 1 || $1 < "2025-09-08"' "$original" | aee-kpi --rollup 2>/dev/null | aee-forecast -n 7 >f.csv
    for options in "" "--expected f.csv" "--by-member" "-D channel" "--method lmdi"; do
        # shellcheck disable=SC2086
        aee-explain --now "$week" --precision 17 $options "$original" >rows
        # shellcheck disable=SC2086
        aee-explain --now "$week" --text $options "$original" >text
        numbers_are_fields rows text
    done
}

@test "aee-explain: --text says what changed, why, and whether it is noise" {
    run -0 aee-explain --now "$week" --text "$original"
    [ "${lines[0]}" = "Revenue of 2025-09-08..2025-09-14 was 6689590.64, after 8200163.65 in 2025-09-01..2025-09-07: a change of -1510573.01 (-18.4 %), more than noise." ]
    [ "${lines[1]}" = "By driver: order value -1476271.38 (real), conversion -70525.72 (noise), volume 42467.99 (noise), mix -6243.90 (noise)." ]
    [[ "${lines[3]}" = "The largest effects: Organic order value -760566.61 (real), "*" and smaller ones." ]]
}

# ---- records and errors -------------------------------------------------------------------------------------

@test "aee-explain: CSV, TSV and NDJSON give the same records" {
    shop 2025-01-01 70 >csv
    aee-explain csv >want
    tr , '\t' <csv | aee-explain --itsv | tr '\t' , | diff want -
    aee-explain --ojsonl csv >jsonl
    jq -es '.[0].level == "total" and .[0].member == null and (.[0].effect | type) == "number"' jsonl
    mlr_like=$(jq -rs 'map(.driver) | join(" ")' jsonl)
    [ "$mlr_like" = "$(awk -F, 'NR > 1 { printf "%s%s", s, $7; s = " " }' want)" ]
    aee-zscore -q csv --ojsonl | aee-explain --ocsv | diff want -
}

@test "aee-explain: -m maps names, --prefix goes before the columns" {
    shop 2025-01-01 14 | sed '1s/.*/Tag,Kanal,Umsatz,Kauf,Besuch,q/' >in
    shop 2025-01-01 14 | cut -d, -f1-5 | aee-explain >want
    aee-explain -m date=Tag,channel=Kanal,revenue=Umsatz,orders=Kauf,sessions=Besuch in | diff want -
    shop 2025-01-01 14 | aee-explain --prefix x_ | head -1 | grep -q '^x_base_from,.*,x_r1$'
}

@test "aee-explain: empty input, a header alone, all missing" {
    run -1 --separate-stderr aee-explain </dev/null
    [ "$stderr" = "aee-explain: stdin: is empty, without a header line" ]
    run -1 --separate-stderr aee-explain <<<date,channel,revenue,orders
    [ "$stderr" = "aee-explain: no record has revenue and orders" ]
    run -1 --separate-stderr aee-explain <<<$'date,channel,revenue,orders\n2025-01-01,a,,'
    [ "$stderr" = "aee-explain: no record has revenue and orders" ]
    run -1 --separate-stderr aee-explain <<<$'date,channel,revenue,orders\n2025-01-01,a,1,1'
    [[ "$stderr" = *"2024-12-19 is missing "* ]]
}

@test "aee-explain: a missing column is named" {
    for name in date channel revenue orders; do
        run -1 --separate-stderr aee-explain <<<"$(echo date,channel,revenue,orders | sed "s/$name/x/")"
        [ "$stderr" = "aee-explain: stdin: no column '$name' (-m $name=NAME maps another)" ]
    done
    run -1 --separate-stderr aee-explain -D city <<<date,channel,revenue,orders
    [ "$stderr" = "aee-explain: stdin: no column 'city' (-m city=NAME maps another)" ]
}

@test "aee-explain: a bad value names the line and the column" {
    head=date,channel,revenue,orders,sessions
    run -1 --separate-stderr aee-explain <<<"$head"$'\n2025-01-01,a,x,1,1'
    [ "$stderr" = "aee-explain: stdin:2: column 'revenue': 'x' is not a number" ]
    run -1 --separate-stderr aee-explain <<<"$head"$'\n2025-02-30,a,1,1,1'
    [[ "$stderr" = "aee-explain: stdin:2: column 'date': '2025-02-30' is "* ]]
    run -1 --separate-stderr aee-explain <<<"$head"$'\n2025-01-01,a,1,-1,1'
    [ "$stderr" = "aee-explain: stdin:2: column 'orders': '-1' is negative" ]
    run -1 --separate-stderr aee-explain <<<"$head"$'\n2025-01-01,a,1,1,-1'
    [ "$stderr" = "aee-explain: stdin:2: column 'sessions': '-1' is negative" ]
}

@test "aee-explain: --bad-rows=skip leaves bad rows out and counts them" {
    shop 2025-01-01 14 >in
    aee-explain in >want
    sed '5a 2025-01-05,Search,x,1,1,1' in >bad
    run -0 --separate-stderr aee-explain --bad-rows=skip bad
    diff want - <<<"$output"
    [[ "$stderr" = *"1 record skipped: "* ]]
}

@test "aee-explain: -h shows the usage" {
    run -0 --separate-stderr aee-explain -h
    [[ "$output" = "usage: aee-explain "* ]]
    [ -z "$stderr" ]
}

@test "aee-explain: a full disk is an error, a closed pipe is none, -o writes whole or not at all" {
    shop 2025-01-01 14 >in
    run -1 --separate-stderr aee-explain -o /dev/full in
    [[ "$stderr" = *"aee-explain: /dev/full: No space left on device" ]]
    run -1 --separate-stderr bash -c 'aee-explain --text in >/dev/full'
    [[ "$stderr" = *"aee-explain: stdout: No space left on device" ]]
    run -0 --separate-stderr bash -c 'aee-explain in | head -1'
    [[ "$output" = base_from,* ]]
    [ -z "$stderr" ]
    echo before >out
    run -1 aee-explain -o out --now 2030-01-01 in
    [ "$(cat out)" = before ]
    aee-explain -o out in
    aee-explain in | diff out -
}
