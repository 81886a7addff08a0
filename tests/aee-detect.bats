#!/usr/bin/env bats
# bats sets stderr and stderr_lines.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup_file() {
    local F=$BATS_FILE_TMPDIR name
    for name in orders website_traffic products; do
        gzip -dc "tests/data/original-$name.csv.gz" >"$F/$name.csv"
    done
    aee-kpi -t "$F/website_traffic.csv" --cube channel,category \
        --products "$F/products.csv" -o "$F/cube.csv" "$F/orders.csv"
    aee-kpi -t "$F/website_traffic.csv" -o "$F/daily.csv" "$F/orders.csv"
    # The cube as a table with a column for each sum.
    awk -F, '
        NR == 1 { next }
        { m = $3 == "" ? "" : "_" $3
          if (!($1 in seen)) { seen[$1] = 1; day[++n] = $1 }
          put("revenue" m, $6); put("orders" m, $5); if ($2 != "category") put("sessions" m, $4) }
        function put(name, v) { if (!(name in known)) { known[name] = 1; column[++c] = name } x[name, $1] = v }
        END {
            line = "date"; for (i = 1; i <= c; i++) line = line "," column[i]; print line
            for (t = 1; t <= n; t++) {
                line = day[t]; for (i = 1; i <= c; i++) line = line "," x[column[i], day[t]]; print line } }
    ' "$F/cube.csv" >"$F/wide.csv"
    # Half a year in which nothing happens, but for one day of visitors.
    awk '
        function noise() { x = x * 16807 % 2147483647; return x / 2147483647 - .5 }
        BEGIN {
            split("31 28 31 30 31 30 31", days, " ")
            x = 7; m = d = 1
            print "date,revenue,orders,sessions"
            for (t = 0; t < 182; t++) {
                w = t % 7 < 5 ? 1 : 1.2
                s = int(10000 * w * (1 + .06 * noise()) * (t == 100 ? 2 : 1))
                o = int(200 * w * (1 + .1 * noise()))
                printf "2025-%02d-%02d,%d,%d,%d\n", m, d, o * 50 * (1 + .1 * noise()), o, s
                if (++d > days[m]) { d = 1; m++ }
            } }' >"$F/calm.csv"
}

setup() {
    T=$BATS_TEST_TMPDIR
    F=$BATS_FILE_TMPDIR
}

# same FILE: what was run has written just this file.
same() {
    diff -u "$1" - <<<"$output"
}

@test "aee-detect: finds the events of the original's year, and what caused them" {
    aee-detect --incidents "$T/incidents.csv" -o "$T/days.csv" "$F/cube.csv"
    [ "$(head -n 1 "$T/days.csv")" = "date,detect_p,detect_anomaly,detect_metric,detect_step,incident" ]
    [ "$(wc -l <"$T/days.csv")" -eq 366 ]
    for day in 2025-03-15 2025-03-16 2025-09-10 2025-09-11 2025-09-12; do
        grep "^$day," "$T/days.csv" | cut -d, -f3 | grep -qx 1
    done
    [ "$(head -n 1 "$T/incidents.csv")" = "incident,start_date,end_date,kind,direction,metrics,money_at_stake,p,tier,cause,evidence" ]
    grep -q '^[0-9]*,2025-03-15,2025-03-16,spike,up,' "$T/incidents.csv"
    grep -q '^[0-9]*,2025-09-10,2025-09-12,dip,down,' "$T/incidents.csv"
    # At most one alarm beside the two.
    [ "$(wc -l <"$T/incidents.csv")" -le 4 ]
}

@test "aee-detect: a table with a column for each sum says what the cube says" {
    aee-detect -o "$T/cube.csv" "$F/cube.csv"
    aee-detect "$F/wide.csv" | awk -F, -v OFS=, '{ print $1, $(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1), $NF }' |
        diff -u "$T/cube.csv" -
    aee-detect --online -o "$T/cube.csv" "$F/cube.csv"
    aee-detect --online "$F/wide.csv" | awk -F, -v OFS=, '{ print $1, $(NF - 4), $(NF - 3), $(NF - 2), $(NF - 1), $NF }' |
        diff -u "$T/cube.csv" -
}

@test "aee-detect: days of a table pass through, and their order does not matter" {
    run -0 aee-detect "$F/daily.csv"
    [ "${lines[0]}" = "$(head -n 1 "$F/daily.csv"),detect_p,detect_anomaly,detect_metric,detect_step,incident" ]
    cut -d, -f1-8 <<<"$output" | cmp - "$F/daily.csv"
    sort >"$T/a.csv" <<<"$output"
    { head -n 1 "$F/daily.csv"; tail -n +2 "$F/daily.csv" | sort -t, -k2; } | aee-detect | sort | cmp - "$T/a.csv"
}

@test "aee-detect --online: never looks ahead" {
    run -0 aee-detect --online "$F/cube.csv"
    [ "${#lines[@]}" -eq 366 ]
    head -n 2001 "$F/cube.csv" | aee-detect --online >"$T/part.csv"
    head -n 200 <<<"$output" | diff -u - <(head -n 200 "$T/part.csv")
}

@test "aee-detect --online: a member that appears later changes nothing before" {
    awk -F, '$3 != "Email" || $1 >= "2025-07-01"' "$F/cube.csv" | aee-detect --online >"$T/late.csv"
    awk -F, '$3 != "Email"' "$F/cube.csv" | aee-detect --online | head -n 182 | diff -u - <(head -n 182 "$T/late.csv")
    [ "$(wc -l <"$T/late.csv")" -eq 366 ]
}

@test "aee-detect --online: writes a day before the next one comes" {
    mkfifo "$T/in"
    aee-detect --online <"$T/in" >"$T/out" &
    exec 7>"$T/in"
    printf 'date,revenue\n2025-01-01,5\n' >&7
    for _ in $(seq 50); do
        [ "$(wc -l <"$T/out")" -eq 2 ] && break
        sleep 0.1
    done
    [ "$(wc -l <"$T/out")" -eq 2 ]
    exec 7>&-
    wait
}

@test "aee-detect: one day of visitors that do not buy is found, and told" {
    run -0 --separate-stderr aee-detect --incidents "$T/i.csv" "$F/calm.csv"
    [ "$(awk -F, '$6 == 1 { printf "%s %s %s;", $1, $7, $9 }' <<<"$output")" = "2025-04-11 sessions 1;" ]
    [ "$(cut -d, -f2-5,10 <"$T/i.csv" | tail -n +2)" = "2025-04-11,2025-04-11,spike,up,bots" ]
    [ -z "$stderr" ]
}

@test "aee-detect: a holiday is neither flagged nor learned from" {
    printf 'holiday,date,lower_window,upper_window\nSale,2025-04-12,-1,0\n' >"$T/h.csv"
    run -0 aee-detect --holidays "$T/h.csv" "$F/calm.csv"
    grep -q '^2025-04-11,.*,,0,,0,$' <<<"$output"
    [ "$(awk -F, '$6 == 1' <<<"$output" | wc -l)" -eq 0 ]
    run -1 --separate-stderr aee-detect --holidays "$T/none.csv" "$F/calm.csv"
    printf 'holiday,date\nSale,soon\n' >"$T/h.csv"
    run -1 --separate-stderr aee-detect --holidays "$T/h.csv" "$F/calm.csv"
    [[ $stderr == "aee-detect: $T/h.csv:2: column 'date': 'soon' "* ]]
}

@test "aee-detect: a step alarms once" {
    awk -F, -v OFS=, 'NR > 100 { $2 = int($2 * 1.6); $3 = int($3 * 1.6) } 1' "$F/calm.csv" |
        sed 's/^\(2025-04-11,.*\),[0-9]*$/\1,10000/' >"$T/step.csv"
    aee-detect --incidents "$T/i.csv" -o "$T/days.csv" "$T/step.csv"
    [ "$(wc -l <"$T/i.csv")" -eq 2 ]
    [ "$(cut -d, -f4,5 <"$T/i.csv" | tail -n 1)" = "step,up" ]
    [ "$(awk -F, '$8 == 1' "$T/days.csv" | wc -l)" -eq 1 ]
}

@test "aee-detect: --min-money and --direction choose among the incidents" {
    run -0 aee-detect --direction down --incidents "$T/i.csv" "$F/cube.csv"
    [ "$(cut -d, -f5 <"$T/i.csv" | sort -u | paste -sd ,)" = "direction,down" ]
    grep -q '^2025-03-15,[^,]*,1,[^,]*,0,$' <<<"$output"
    aee-detect --min-money 1e12 --incidents "$T/i.csv" -o "$T/days.csv" "$F/cube.csv"
    [ "$(wc -l <"$T/i.csv")" -eq 1 ]
}

@test "aee-detect: a closed day without traffic is no payment outage" {
    awk -F, -v OFS=, '$1 == "2025-03-20" { $2 = $3 = 0 } 1' "$F/calm.csv" >"$T/closed.csv"
    told() {
        aee-detect -q --incidents "$T/i.csv" "$@" -o /dev/null "$T/closed.csv"
        grep ,2025-03-20,2025-03-20,dip, "$T/i.csv" | cut -d, -f10-
    }
    [ "$(told | cut -d, -f1)" = payment_outage ]
    [ "$(told -c revenue,orders)" = "unknown,no orders at all; no traffic to tell an outage from a closed day" ]
    [ "$(told -c revenue)" = "unknown,no orders at all; no traffic to tell an outage from a closed day" ]
    # Fewer orders may be an outage or fewer visitors.
    awk -F, -v OFS=, '$1 == "2025-03-20" { $2 = int($2 / 4); $3 = int($3 / 4) } 1' "$F/calm.csv" >"$T/closed.csv"
    [ "$(told | cut -d, -f1)" = payment_outage ]
    [ "$(told -c revenue,orders)" = "unknown,fewer orders of all alike; no traffic to tell an outage from fewer visitors" ]
    # And without visits nobody can have bought.
    awk -F, -v OFS=, '$1 == "2025-03-20" { $2 = $3 = $4 = 0 } 1' "$F/calm.csv" >"$T/closed.csv"
    [ "$(told)" = 'unknown,"no visits and no orders at all: closed, down, or the data are missing"' ]
    # Visitors that are not counted still buy.
    awk -F, -v OFS=, '$1 == "2025-03-20" { $4 = 0 } 1' "$F/calm.csv" >"$T/closed.csv"
    [ "$(aee-detect -q --incidents - -o /dev/null "$T/closed.csv" | grep ,2025-03-20, | cut -d, -f10)" = tracking_outage ]
}

@test "aee-detect: a channel that rarely sells does not flag the days on which it does" {
    awk -F, -v OFS=, 'NR == 1 { print $1, $2, $3, $4, "sessions_a", "orders_a", "revenue_a", "sessions_b", "orders_b", "revenue_b"; next }
        { o = NR % 9 == 0 ? NR % 4 + 1 : 0; v = o * (NR % 7 + 1) * 40
          print $1, $2, $3, $4, $4 - 20, $3 - o, $2 - v, 20, o, v }' "$F/calm.csv" >"$T/rare.csv"
    run -0 aee-detect "$T/rare.csv"
    [ "$(awk -F, 'NR > 1 && $(NF - 3) == 1 { print $1 }' <<<"$output")" = 2025-04-11 ]
}

@test "aee-detect: -c takes one column, or some" {
    run -0 aee-detect -c sessions "$F/calm.csv"
    [ "$(awk -F, '$6 == 1 { print $1, $7 }' <<<"$output")" = "2025-04-11 sessions" ]
    cut -d, -f1,4 "$F/calm.csv" | sed 1s/sessions/visits/ >"$T/visits.csv"
    run -0 aee-detect -c visits "$T/visits.csv"
    [ "$(awk -F, '$4 == 1 { print $1, $5 }' <<<"$output")" = "2025-04-11 revenue" ]
    run -1 --separate-stderr aee-detect "$T/visits.csv"
    [ "$stderr" = "aee-detect: $T/visits.csv: none of the columns revenue, orders, sessions (-c names another)" ]
    run -1 --separate-stderr aee-detect -c visits,revenue "$F/calm.csv"
    run -1 --separate-stderr aee-detect -c date,revenue "$F/calm.csv"
}

@test "aee-detect: -g is a shop each" {
    sed '1s/$/,shop/; 2,$s/$/,a/' "$F/calm.csv" >"$T/two.csv"
    tail -n +2 "$F/calm.csv" | sed 's/$/,b/; s/^\(2025-04-11,.*\),[0-9]*,b$/\1,10000,b/' >>"$T/two.csv"
    run -0 --separate-stderr aee-detect -g shop --incidents "$T/i.csv" "$T/two.csv"
    [ "$(awk -F, '$7 == 1 { print $1, $5 }' <<<"$output")" = "2025-04-11 a" ]
    [ "$(sed -n 2p "$T/i.csv" | cut -d, -f1-3)" = "1,a,2025-04-11" ]
    sort "$T/two.csv" >"$T/mixed.csv"
    { sed -n '$p' "$T/mixed.csv"; sed '$d' "$T/mixed.csv"; } | aee-detect --online -g shop >"$T/online.csv"
    aee-detect --online "$F/calm.csv" | cut -d, -f5- >"$T/alone.csv"
    awk -F, -v OFS=, '$5 == "a" || NR == 1 { print $6, $7, $8, $9, $10 }' "$T/online.csv" | diff -u - "$T/alone.csv"
}

@test "aee-detect: a holiday may be of one shop alone" {
    awk -F, -v OFS=, 'NR == 1 { print $0, "country", "shop"; next }
        { print $0, "in", "a" ; print $0, "in", "b"; print $0, "de", "a" }' "$F/calm.csv" >"$T/three.csv"
    flagged() {
        aee-detect -q "$@" -g country,shop --holidays "$T/h.csv" "$T/three.csv" |
            awk -F, '$8 == 1 { print $5 $6 }' | paste -sd ' '
    }
    printf 'holiday,date\nFair,2024-04-11\n' >"$T/h.csv"
    [ "$(flagged)" = "ina inb dea" ]
    printf 'holiday,date,country,shop\nFair,2025-04-11,in,b\n' >"$T/h.csv"
    [ "$(flagged)" = "ina dea" ]
    [ "$(flagged --online)" = "ina dea" ]
    printf 'holiday,date,country,shop\nFair,2025-04-11,in,\nFair,2024-01-01,,\n' >"$T/h.csv"
    [ "$(flagged)" = "dea" ]
    printf 'holiday,date,shop\nFair,2025-04-11,a\n' >"$T/h.csv"
    [ "$(flagged)" = "inb" ]
    printf 'holiday,date,country,shop\nFair,2025-04-11,,\n' >"$T/h.csv"
    [ "$(flagged)" = "" ]
    printf 'holiday,date,country,shop\nFair,2025-04-11,fr,a\n' >"$T/h.csv"
    [ "$(flagged)" = "ina inb dea" ]
    # Without -g nobody asks whose they are.
    printf 'holiday,date,shop\nFair,2025-04-11,z\n' >"$T/h.csv"
    [ "$(aee-detect --holidays "$T/h.csv" "$F/calm.csv" | awk -F, '$6 == 1' | wc -l)" -eq 0 ]
}

@test "aee-detect: a last day of which half is there is left out" {
    awk -F, -v OFS=, 'NR == 183 { for (i = 2; i <= 4; i++) $i = int($i * .45) } 1' "$F/calm.csv" >"$T/half.csv"
    run -0 --separate-stderr aee-detect "$T/half.csv"
    [ "$stderr" = "aee-detect: the last day, 2025-07-01, looks incomplete and is left out (--last-day keep judges it)" ]
    [[ ${lines[182]} == 2025-07-01,*,,,,, ]]
    run -0 --separate-stderr aee-detect --last-day keep "$T/half.csv"
    [ -z "$stderr" ]
    [ "$(cut -d, -f6 <<<"${lines[182]}")" = 1 ]
    run -0 --separate-stderr aee-detect --last-day drop "$F/calm.csv"
    [[ ${lines[182]} == 2025-07-01,*,,,,, ]]
}

@test "aee-detect --as-of: later days are not looked at" {
    head -n 120 "$F/calm.csv" | aee-detect >"$T/short.csv"
    run -0 aee-detect --as-of 2025-04-29 "$F/calm.csv"
    head -n 120 <<<"$output" | diff -u "$T/short.csv" -
    [[ ${lines[120]} == 2025-04-30,*,,,,, ]]
    run -2 --separate-stderr aee-detect --as-of today "$F/calm.csv"
    [ "$stderr" = "aee-detect: --as-of: 'today' is not a date" ]
}

@test "aee-detect: too little history says nothing, and says so once" {
    head -n 28 "$F/calm.csv" >"$T/few.csv"
    run -0 --separate-stderr aee-detect "$T/few.csv"
    [ "$(cut -d, -f5- <<<"$output" | sort -u)" = "$(printf ',,,,\ndetect_p,detect_anomaly,detect_metric,detect_step,incident')" ]
    [ "$stderr" = "aee-detect: too little history: 27 days, and no metric has 28 usable ones" ]
    head -n 2 "$F/calm.csv" >"$T/one.csv"
    run -0 --separate-stderr aee-detect "$T/one.csv"
    [ "$stderr" = "aee-detect: too little history: 1 day, and no metric has 28 usable ones" ]
    # A warning for each shop that has too little, none for one that has enough.
    sed '1s/$/,shop/; 2,$s/$/,a/' "$F/calm.csv" >"$T/three.csv"
    printf '2025-01-01,5,1,9,b\n2025-01-02,5,1,9,b\n2025-01-01,5,1,9,c\n' >>"$T/three.csv"
    run -0 --separate-stderr aee-detect -g shop "$T/three.csv"
    [ "$stderr" = "aee-detect: too little history: 2 days, and no metric has 28 usable ones: shop=b
aee-detect: too little history: 1 day, and no metric has 28 usable ones: shop=c" ]
    [ "$(grep -E ',(b|c),' <<<"$output" | cut -d, -f6- | sort -u)" = ",,,," ]
}

@test "aee-detect: a member of whom one sum is not known is judged by the others" {
    aee-detect --incidents "$T/all.csv" -o "$T/days.csv" "$F/cube.csv"
    awk -F, -v OFS=, '$3 == "Email" { $4 = "" } 1' "$F/cube.csv" >"$T/blind.csv"
    run -0 --separate-stderr aee-detect --incidents "$T/i.csv" "$T/blind.csv"
    [ -z "$stderr" ]
    [ "${#lines[@]}" -eq 366 ]
    diff -u <(cut -d, -f2-5 "$T/all.csv") <(cut -d, -f2-5 "$T/i.csv")
    [ "$(cut -d, -f4 <<<"$output" | grep -c 'sessions_Email\|conversion_rate_Email')" -eq 0 ]
}

@test "aee-detect: gaps, zeros, constants and missing values do no harm" {
    sed '50,60d; 70s/,[0-9]*,[0-9]*$/,,/; 80,90s/,[0-9]*$/,/' "$F/calm.csv" >"$T/gaps.csv"
    run -0 --separate-stderr aee-detect "$T/gaps.csv"
    [ "$(awk -F, '$6 == 1 { print $1 }' <<<"$output")" = 2025-04-11 ]
    run -0 aee-detect --online "$T/gaps.csv"
    awk -F, -v OFS=, 'NR > 1 { $2 = $3 = $4 = 5 } 1' "$F/calm.csv" >"$T/equal.csv"
    run -0 aee-detect "$T/equal.csv"
    [ "$(awk -F, 'NR > 1 && $6 != 0' <<<"$output")" = "" ]
    awk -F, -v OFS=, 'NR > 1 { $2 = $3 = $4 = "" } 1' "$F/calm.csv" >"$T/none.csv"
    run -0 --separate-stderr aee-detect "$T/none.csv"
    [[ $stderr == "aee-detect: too little history"* ]]
    awk -F, -v OFS=, 'NR > 1 { $2 = $3 = $4 = 0 } 1' "$F/calm.csv" >"$T/zero.csv"
    run -0 aee-detect "$T/zero.csv"
    [ "$(awk -F, 'NR > 1 && $6 == 1' <<<"$output")" = "" ]
}

# little_shop SEED: $T/cube.csv of two years of a shop with four orders a day
# and visitors in the tens, in which nothing happens but what OPTION... sets.
little_shop() {
    rm -rf "$T/shop"
    aee-simulate -q -s "$1" --set general.start_date=2024-01-01 --set channels.Organic.base_sessions=80 \
        --set channels.Paid_Search.base_sessions=40 --set channels.Paid_Social.base_sessions=30 \
        --set channels.Email.base_sessions=10 --set anomalies=null "${@:2}" -d "$T/shop"
    aee-kpi -q --cube channel,category --products "$T/shop/products.csv" -t "$T/shop/website_traffic.csv" \
        -o "$T/cube.csv" "$T/shop/orders.csv"
}

@test "aee-detect: a shop of few orders is no row of events" {
    for seed in 1 2 3; do
        little_shop "$seed" --set revenue_events=null
        run -0 aee-detect --holidays "$T/shop/holidays.csv" "$T/cube.csv"
        [ "$(cut -d, -f3 <<<"$output" | grep -cx 1)" -eq 0 ]
        run -0 aee-detect --online --holidays "$T/shop/holidays.csv" "$T/cube.csv"
        [ "$(cut -d, -f3 <<<"$output" | grep -cx 1)" -le 2 ]
    done
    # And what can be told from such numbers is told.
    little_shop 1
    aee-detect --holidays "$T/shop/holidays.csv" --incidents "$T/i.csv" -o /dev/null "$T/cube.csv"
    grep -q '^[0-9]*,2025-02-1.,2025-02-1.,dip,down,sessions' "$T/i.csv"
    grep -q '^[0-9]*,2025-07-08,2025-07-11,spike,up,sessions' "$T/i.csv"
}

@test "aee-detect: an order value of more returned than bought says nothing" {
    awk -F, -v OFS=, 'NR == 103 { $2 = -5000 } 1' "$F/calm.csv" >"$T/returns.csv"
    run -0 aee-detect -c revenue,orders "$T/returns.csv"
    [ "$(awk -F, '$1 == "2025-04-12" { print $7 }' <<<"$output")" = revenue ]
}

@test "aee-detect: a channel that appears or dies is judged by its own days" {
    awk -F, '!($3 == "Email" && $1 < "2025-05-01") && !($3 == "Organic" && $1 >= "2025-11-01")' "$F/cube.csv" >"$T/cube.csv"
    aee-detect --incidents "$T/i.csv" -o "$T/days.csv" "$T/cube.csv"
    [ "$(awk -F, '$3 == 1 && $1 > "2025-04-25" && $1 < "2025-05-05"' "$T/days.csv")" = "" ]
    [ "$(awk -F, '$3 == 1 && $1 >= "2025-11-01" && $1 < "2025-11-08"' "$T/days.csv" | wc -l)" -ge 1 ]
}

@test "aee-detect: a dimension that is not known is left out, with a warning" {
    sed 's/,category,/,shelf,/' "$F/cube.csv" >"$T/shelf.csv"
    run -0 --separate-stderr aee-detect "$T/shelf.csv"
    [ "$stderr" = "aee-detect: $T/shelf.csv:7: dimension 'shelf' is not total, channel or category: left out" ]
    grep -v ',category,' "$F/cube.csv" | aee-detect | diff -u - <(printf '%s\n' "$output")
}

@test "aee-detect: a member without a row had none of anything" {
    aee-detect -o "$T/all.csv" "$F/cube.csv"
    # A week in which a channel sells nothing and nobody comes, told or not.
    awk -F, -v OFS=, '$3 == "Email" && $1 >= "2025-06-02" && $1 < "2025-06-09" { $4 = $5 = $6 = 0 } 1' "$F/cube.csv" >"$T/zero.csv"
    awk -F, '!($3 == "Email" && $1 >= "2025-06-02" && $1 < "2025-06-09")' "$F/cube.csv" >"$T/absent.csv"
    aee-detect -o "$T/a.csv" "$T/zero.csv"
    aee-detect "$T/absent.csv" | diff -u "$T/a.csv" -
    run cmp -s "$T/a.csv" "$T/all.csv"
    [ "$status" -eq 1 ]
}

@test "aee-detect: a day that stands twice is a bad row" {
    sed -n '1p;2p;2p' "$F/calm.csv" >"$T/twice.csv"
    run -1 --separate-stderr aee-detect "$T/twice.csv"
    [ "$stderr" = "aee-detect: $T/twice.csv:3: column 'date': '2025-01-01' stands twice" ]
    run -1 --separate-stderr aee-detect --online "$T/twice.csv"
    [ "$stderr" = "aee-detect: $T/twice.csv:3: column 'date': '2025-01-01' does not come after the day before it" ]
    run -0 --separate-stderr aee-detect --bad-rows skip "$T/twice.csv"
    [ "${#lines[@]}" -eq 2 ]
    sed '1p;2p' "$F/cube.csv" | sed 1d >"$T/twice.csv"
    run -1 --separate-stderr aee-detect "$T/twice.csv"
    [[ $stderr == *"stands twice" ]]
}

@test "aee-detect: dates a hundred years apart are a bad row" {
    run -1 --separate-stderr aee-detect <<<$'date,revenue\n2025-01-01,5\n1025-01-01,5'
    [ "$stderr" = "aee-detect: stdin:3: column 'date': '1025-01-01' is more than 100 years from another" ]
}

@test "aee-detect: bad values name line and column" {
    run -1 --separate-stderr aee-detect <<<$'date,revenue\n2025-01-01,many'
    [ "$stderr" = "aee-detect: stdin:2: column 'revenue': 'many' is not a number" ]
    run -1 --separate-stderr aee-detect <<<$'date,revenue\nsoon,5'
    [[ $stderr == "aee-detect: stdin:2: column 'date': 'soon' "* ]]
    run -1 --separate-stderr aee-detect <<<$'day,revenue\nsoon,5'
    [[ $stderr == "aee-detect: stdin: no column 'date'"* ]]
    run -1 --separate-stderr aee-detect <"/dev/null"
    run -1 --separate-stderr aee-detect <<<$'date,sessions_a\n2025-01-01,0\n2025-01-02,-3'
    [ "$stderr" = "aee-detect: stdin:3: column 'sessions_a': '-3' is negative" ]
    run -1 --separate-stderr aee-detect <<<$'date,dimension,member,sessions\n2025-01-01,total,,-3'
    [ "$stderr" = "aee-detect: stdin:2: column 'sessions': '-3' is negative" ]
    run -0 --separate-stderr aee-detect <<<$'date,revenue,orders\n2025-01-01,-5,1'
}

@test "aee-detect: bad options end with status 2" {
    run -2 --separate-stderr aee-detect --beta 0
    run -2 --separate-stderr aee-detect --scale cubic
    run -2 --separate-stderr aee-detect --direction left
    run -2 --separate-stderr aee-detect --no-such
    run -2 --separate-stderr aee-detect --online --incidents "$T/i.csv"
    run -2 --separate-stderr aee-detect --online --scale raw
    run -2 --separate-stderr aee-detect --online --max-length 15
    run -2 --separate-stderr aee-detect --online --last-day keep
    run -0 aee-detect -h
    [[ $output == "usage: aee-detect "* ]]
}

@test "aee-detect: every format gives the same" {
    aee-detect --ojsonl -o "$T/days.jsonl" "$F/calm.csv"
    aee-detect --ocsv "$T/days.jsonl" >"$T/again.csv" 2>"$T/err" || true
    grep -q "detect_p" "$T/err"
    aee-detect "$F/calm.csv" >"$T/days.csv"
    jq -rs 'map(.detect_anomaly) | add' "$T/days.jsonl" | grep -qx 1
    aee-detect --otsv "$F/calm.csv" | tr '\t' , | cmp - "$T/days.csv"
    # Of NDJSON, all that is written is that.
    mlr --icsv --ojsonl cat "$F/calm.csv" >"$T/calm.jsonl"
    aee-detect --incidents "$T/i.jsonl" --metrics "$T/m.jsonl" -o "$T/d.jsonl" "$T/calm.jsonl"
    jq -e '.start_date == "2025-04-11" and .tier == null' "$T/i.jsonl"
    jq -se 'length == 5 * 182 and .[0].metric == "revenue"' "$T/m.jsonl"
    aee-detect --prefix x_ "$F/calm.csv" | head -n 1 | grep -q ',x_detect_p,x_detect_anomaly,x_detect_metric,x_detect_step,x_incident$'
}

@test "aee-detect: a header alone gives a header, no record nothing" {
    run -0 --separate-stderr aee-detect <<<date,revenue
    [ "$output" = "date,revenue,detect_p,detect_anomaly,detect_metric,detect_step,incident" ]
    run -0 --separate-stderr aee-detect <<<date,dimension,member,sessions,orders,revenue
    [ "$output" = "date,detect_p,detect_anomaly,detect_metric,detect_step,incident" ]
    run -0 --separate-stderr aee-detect --online <<<date,revenue
    run -0 --separate-stderr aee-detect --ijsonl </dev/null
    [ -z "$output" ]
}

@test "aee-detect: a full disk is an error, and no file is left half written" {
    run -1 bash -c "aee-detect '$F/calm.csv' >/dev/full"
    run -1 --separate-stderr aee-detect --incidents /dev/full -o "$T/days.csv" "$F/cube.csv"
    [ ! -e "$T/days.csv" ] || [ -s "$T/days.csv" ]
    run -1 aee-detect -o "$T/bad.csv" <<<$'date,revenue\n2025-01-01,many'
    [ ! -e "$T/bad.csv" ]
    run -0 bash -c "aee-detect '$F/calm.csv' | head -n 1 >/dev/null"
}

@test "aee-detect: the scale may be another" {
    for scale in sqrt raw; do
        run -0 aee-detect --scale "$scale" -b 9 "$F/calm.csv"
        [ "$(awk -F, '$6 == 1 { print $1 }' <<<"$output")" = 2025-04-11 ]
    done
}

# ---- metrics for other detectors --------------------------------------------------

@test "aee-detect: --metrics has a record for each day and metric" {
    run -0 --separate-stderr aee-detect --metrics "$T/metrics.csv" -o "$T/days.csv" "$F/cube.csv"
    [ "$(head -n 1 "$T/metrics.csv")" = date,metric,value,z ]
    [ "$(sed 1d "$T/metrics.csv" | cut -d, -f1 | uniq -c | awk '{ print $1 }' | sort -u)" = 28 ]
    [ "$(sed 1d "$T/metrics.csv" | cut -d, -f1 | uniq)" = "$(sed 1d "$T/days.csv" | cut -d, -f1)" ]
    cmp "$T/days.csv" <(aee-detect "$F/cube.csv")
    # ln(R + 1), ln((O + .5) / (S + .5)), ln((O_k + .5) / (others + .5)) of the cube.
    awk -F, '
        function near(a, b) { return a - b < 1e-9 && b - a < 1e-9 }
        NR == FNR { x[$1, $2, $3] = $0; next }
        FNR == 1 { next }
        { split(x[$1, "total", ""], t, ","); split(x[$1, "category", "Home"], h, ",") }
        $2 == "revenue" { n++; if (!near($3, log(t[6] + 1))) exit bad = 1 }
        $2 == "conversion_rate" { n++; if (!near($3, log((t[5] + .5) / (t[4] + .5)))) exit bad = 1 }
        $2 == "order_share_Home" { n++; if (!near($3, log((h[5] + .5) / (t[5] - h[5] + .5)))) exit bad = 1 }
        END { exit bad || n != 3 * 365 }' "$F/cube.csv" "$T/metrics.csv"
    # A metric that is far off has a large z, and names the day.
    [ "$(awk -F, '$1 == "2025-03-15" && $2 == "aov" { print ($4 > 5) }' "$T/metrics.csv")" = 1 ]
}

@test "aee-detect: --metrics says nothing of how far holidays are off" {
    printf 'holiday,date,lower_window\nsale,2025-02-02,-1\n' >"$T/holidays.csv"
    run -0 aee-detect --holidays "$T/holidays.csv" --metrics - -o "$T/days.csv" "$F/calm.csv"
    [ "$(awk -F, '$4 == "" { print $1 }' <<<"$output" | sort -u)" = $'2025-02-01\n2025-02-02' ]
    [ "$(awk -F, '$3 == ""' <<<"$output" | wc -l)" = 0 ]
}

@test "aee-detect: a channel called like a category has metrics of its own" {
    sed 's/,channel,Email,/,channel,Home,/' "$F/cube.csv" >"$T/cube.csv"
    aee-detect --metrics "$T/m.csv" -o "$T/days.csv" "$T/cube.csv"
    [ "$(cut -d, -f2 "$T/m.csv" | grep Home | sort -u | paste -sd ' ')" = \
        "aov_Home aov_category_Home conversion_rate_Home order_share_category_Home sessions_Home" ]
    aee-detect --metrics "$T/plain.csv" -o "$T/days.csv" "$F/cube.csv"
    diff <(sed 's/_category_Home/_Home/; s/_Home,/_X,/; s/_Email,/_X,/' "$T/m.csv" | sort) \
        <(sed 's/_Home,/_X,/; s/_Email,/_X,/' "$T/plain.csv" | sort)
    aee-iforest -q --across metric -f z -o "$T/i.csv" "$T/m.csv"
}

@test "aee-detect: --metrics of many shops have their groups" {
    { sed '1s/^/shop,/; 2,$s/^/a,/' "$F/calm.csv"; sed 1d "$F/calm.csv" | sed 's/^/b,/'; } >"$T/two.csv"
    run -0 aee-detect -g shop --metrics - -o "$T/days.csv" "$T/two.csv"
    [ "${lines[0]}" = date,shop,metric,value,z ]
    aee-detect --metrics - -o "$T/days.csv" "$F/calm.csv" >"$T/one.csv"
    diff <(grep -E ',(shop|b),' <<<"$output" | cut -d, -f1,3-) "$T/one.csv"
    run -1 --separate-stderr aee-detect -g metric --metrics - -o "$T/days.csv" <<<$'date,metric,revenue\n2025-01-01,a,1'
    [ "$stderr" = "aee-detect: --group-by: metrics have a column 'metric' of their own" ]
}

@test "aee-detect: --metrics of too little history have values and no z" {
    run -0 --separate-stderr aee-detect --metrics - -o "$T/days.csv" <<<$'date,revenue\n2025-01-01,0\n2025-01-03,'
    [ "$output" = $'date,metric,value,z\n2025-01-01,revenue,0,\n2025-01-03,revenue,,' ]
    [[ ${stderr_lines[0]} == *"too little history: 3 days"* ]]
}

@test "aee-detect: --metrics needs a place of its own, and all days" {
    run -2 --separate-stderr aee-detect --metrics - "$F/calm.csv"
    [ "${stderr_lines[0]}" = "aee-detect: --metrics -: the days go to standard output too (-o names a file for them)" ]
    run -2 --separate-stderr aee-detect --online --metrics x "$F/calm.csv"
    [ "${stderr_lines[0]}" = "aee-detect: --metrics are known when all days are, and --online does not wait: leave one of them out" ]
}

@test "aee-detect: --incidents - goes where the days do not" {
    run -2 --separate-stderr aee-detect --incidents - "$F/calm.csv"
    [ "${stderr_lines[0]}" = "aee-detect: --incidents -: the days go to standard output too (-o names a file for them)" ]
    run -2 --separate-stderr aee-detect --incidents - --metrics - -o "$T/days.csv" "$F/calm.csv"
    [ "${stderr_lines[0]}" = "aee-detect: --incidents - and --metrics -: only one of them can go to standard output" ]
    aee-detect --incidents "$T/i.csv" -o "$T/days.csv" "$F/calm.csv"
    aee-detect --incidents - -o "$T/again.csv" "$F/calm.csv" | cmp - "$T/i.csv"
    cmp "$T/days.csv" "$T/again.csv"
}

@test "aee-detect: --tiers says how sure one may be of an incident: as of its surest day" {
    aee-detect --incidents "$T/none.csv" -o "$T/days.csv" "$F/calm.csv"
    [ "$(cut -d, -f2,3,9 "$T/none.csv" | sed 1d)" = 2025-04-11,2025-04-11, ]
    printf 'date,tier\n2025-04-10,critical\n2025-04-11,high\n2025-04-12,\n' >"$T/tiers.csv"
    aee-detect --incidents "$T/i.csv" --tiers "$T/tiers.csv" "$F/calm.csv" | cmp - "$T/days.csv"
    [ "$(cut -d, -f2,9 "$T/i.csv" | sed 1d)" = 2025-04-11,high ]
    # Of each shop its own.
    { sed '1s/^/shop,/; 2,$s/^/a,/' "$F/calm.csv" && sed '1d; s/^/b,/' "$F/calm.csv"; } >"$T/two.csv"
    printf 'date,shop,tier\n2025-04-11,b,notice\n' >"$T/tiers.csv"
    aee-detect -g shop --incidents "$T/i.csv" --tiers "$T/tiers.csv" -o "$T/days.csv" "$T/two.csv"
    [ "$(cut -d, -f2,10 "$T/i.csv" | sed 1d | paste -sd ' ')" = "a, b,notice" ]
    printf 'date,tier\n2025-04-11,sure\n' >"$T/tiers.csv"
    run -1 --separate-stderr aee-detect --incidents "$T/i.csv" --tiers "$T/tiers.csv" "$F/calm.csv"
    [ "$stderr" = "aee-detect: $T/tiers.csv:2: column 'tier': 'sure' is not critical, high or notice" ]
    printf 'date,tier\n2025-04-11,high\n2025-04-11,high\n' >"$T/tiers.csv"
    run -1 --separate-stderr aee-detect --incidents "$T/i.csv" --tiers "$T/tiers.csv" "$F/calm.csv"
    [ "$stderr" = "aee-detect: $T/tiers.csv:3: column 'date': '2025-04-11' stands twice" ]
    run -2 --separate-stderr aee-detect --tiers "$T/tiers.csv" "$F/calm.csv"
    [ "${stderr_lines[0]}" = "aee-detect: --tiers: only with --incidents" ]
}

@test "aee-detect: -c takes a cube by member, as tables" {
    run -1 --separate-stderr aee-detect -c orders "$F/cube.csv"
    [ "$stderr" = "aee-detect: $F/cube.csv: is a cube: --column takes one by member (-g dimension,member)" ]
    run -0 aee-detect -c orders -g dimension,member "$F/cube.csv"
    [ "${#lines[@]}" = "$(wc -l <"$F/cube.csv")" ]
}
