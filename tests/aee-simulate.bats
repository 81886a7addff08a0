#!/usr/bin/env bats
# bats sets stderr; each test has a shell of its own.
# shellcheck disable=SC2154,SC2030,SC2031
bats_require_minimum_version 1.5.0

setup() {
    data=$BATS_TEST_DIRNAME/data
    shipped=$BATS_TEST_DIRNAME/../config/simulation.yaml
    cd "$BATS_TEST_TMPDIR" || exit 1
}

tables="products customers website_traffic orders inventory events holidays"

# A shop of ten days, quick to simulate.
short=(--set general.end_date=2025-01-10)

# The original's form, with its products, and what is new switched off.
original=(-C "$BATS_TEST_DIRNAME/data/simulation-original.yaml"
    --set entities.products_file=products.csv --set products.use_demand_weight=false
    --set customers.spread=0 --set inventory.enabled=false --set anomalies=null)

config() { # a configuration from standard input, in config.yaml
    cat >config.yaml
}

# ---- tables ------------------------------------------------------------------

@test "aee-simulate: -d writes every table, each the same as alone" {
    for format in csv tsv jsonl; do
        aee-simulate "${short[@]}" --o"$format" -d "$format"
        [ "$(find "$format" -type f | wc -l)" = 7 ]
        for table in $tables; do
            aee-simulate "${short[@]}" --o"$format" "$table" | cmp - "$format/$table.$format"
            aee-simulate "${short[@]}" --o"$format" -o one "$table"
            cmp one "$format/$table.$format"
        done
    done
}

@test "aee-simulate: the columns are those of the formats" {
    aee-simulate "${short[@]}" -d .
    diff -u - <(head -qn 1 products.csv customers.csv website_traffic.csv orders.csv \
        inventory.csv events.csv holidays.csv) <<'END'
product_id,category,unit_price,cost_price,demand_weight,stock_level
customer_id,signup_date,city
date,channel,sessions
order_id,order_date,channel,product_id,customer_id,quantity,order_value
date,product_id,stock_level,units_sold,units_lost,units_restocked
event_id,kind,channel,category,start_date,end_date,magnitude
holiday,date,lower_window,upper_window,prior_scale
END
}

@test "aee-simulate: the formats hold the same values" {
    for table in orders products; do
        aee-simulate "${short[@]}" "$table" | tail -n +2 >csv
        aee-simulate "${short[@]}" --otsv "$table" | tail -n +2 | tr '\t' , | cmp - csv
        aee-simulate "${short[@]}" --ojsonl "$table" | jq -r '[.[]] | join(",")' | cmp - csv
    done
    run -0 jq -e -s 'all(.order_value | type == "number") and all(.channel | type == "string")' \
        <(aee-simulate "${short[@]}" --ojsonl orders)
}

@test "aee-simulate: orders are numbered, and money has cents at most" {
    aee-simulate "${short[@]}" orders | awk -F, 'NR == 1 { next }
        $1 != NR - 1 || $2 < last || $7 !~ /^[0-9]+(\.[0-9]?[1-9])?$/ { exit 1 }
        { last = $2 }'
}

@test "aee-simulate: a table without rows is its header" {
    run -0 aee-simulate "${short[@]}" --set inventory.enabled=false inventory
    [ "$output" = "date,product_id,stock_level,units_sold,units_lost,units_restocked" ]
    run -0 aee-simulate -C /dev/null events
    [ "$output" = "event_id,kind,channel,category,start_date,end_date,magnitude" ]
    run -0 aee-simulate -C /dev/null --ojsonl holidays
    [ "$output" = "" ]
}

@test "aee-simulate: a shop of one day, one product, one customer" {
    aee-simulate -C /dev/null --set general.end_date=2025-01-01 --set entities.products=1 \
        --set entities.customers=1 --set 'channels={Shop: 10000}' -d .
    [ "$(wc -l <products.csv)" = 2 ]
    [ "$(wc -l <customers.csv)" = 2 ]
    [ "$(wc -l <website_traffic.csv)" = 2 ]
    awk -F, 'NR > 1 && ($2 != "2025-01-01" || $3 != "Shop" || $4 != 1 || $5 != 1) { exit 1 }
        END { if (NR < 100) exit 1 }' orders.csv
}

@test "aee-simulate: names that need quotes have them" {
    run -0 aee-simulate -C /dev/null --set general.end_date=2025-01-01 \
        --set 'channels={"Search, paid": 0}' website_traffic
    [ "${lines[1]}" = '2025-01-01,"Search, paid",0' ]
}

# ---- the configuration that is built in ----------------------------------------

@test "aee-simulate: without -C the shop is that of config/simulation.yaml" {
    aee-simulate -d built-in
    aee-simulate -C "$shipped" -d shipped
    diff -r built-in shipped
}

@test "aee-simulate: a configuration can come on standard input" {
    cmp <(aee-simulate "${short[@]}" orders) <(aee-simulate -C - "${short[@]}" orders <"$shipped")
}

@test "aee-simulate: keys that are absent have their defaults" {
    aee-simulate -C /dev/null "${short[@]}" -d absent
    aee-simulate -C "$data/simulation-defaults.yaml" "${short[@]}" -d given
    diff -r absent given
    echo general: >config.yaml
    aee-simulate -C config.yaml "${short[@]}" -d null
    diff -r absent null
}

@test "aee-simulate: every key of the shipped configuration is in the manual" {
    keys() { sed -n 's/^  *\([a-z_]*\):.*/\1/p' "$1" | sort -u; }
    for key in $(keys "$shipped") $(keys "$data/simulation-defaults.yaml"); do
        case $key in *_sale | *_outage | *_drop | *_loss | *_checkout | *_wave | *_stockout | *_campaign) continue ;; esac
        case $key in clearance | mailing) continue ;; esac
        grep -qE "^\.It Va .*\b$key\b" "$BATS_TEST_DIRNAME/../man/aee-config.5" ||
            { echo "no $key in aee-config(5)"; false; }
    done
}

@test "aee-simulate: the shipped shop shows every kind of event, and loses some orders" {
    aee-simulate -d .
    kinds=$(cut -d, -f2 events.csv | tail -n +2 | sort -u | paste -sd ' ')
    [ "$kinds" = "bots conversion orders price stockout tracking traffic" ]
    orders=$(($(wc -l <orders.csv) - 1))
    [ "$orders" -gt 130000 ] && [ "$orders" -lt 170000 ]
    # Outside the stockout, of all units wanted between 0.2 % and 5 %.
    awk -F, 'NR > 1 && ($1 < "2025-08-04" || $1 > "2025-08-10") { sold += $4; lost += $5 }
        END { exit !(lost > 0.002 * sold && lost < 0.05 * sold) }' inventory.csv
}

# ---- seeds ---------------------------------------------------------------------

@test "aee-simulate: the same seed gives the same bytes, another seed another shop" {
    aee-simulate "${short[@]}" -s 7 -d a
    aee-simulate "${short[@]}" --seed=7 -d b
    diff -r a b
    aee-simulate "${short[@]}" --set general.seed=7 -d c
    diff -r a c
    aee-simulate "${short[@]}" -s 8 -d d
    for table in products customers website_traffic orders inventory; do
        run -1 cmp -s "a/$table.csv" "d/$table.csv"
    done
    cmp a/events.csv d/events.csv
}

@test "aee-simulate: the bytes are the same without the FMA variants of the C library" {
    aee-simulate -d a
    GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2 aee-simulate -d b
    diff -r a b
}

@test "aee-simulate: the option wins over --set, and --set over the file" {
    echo 'general: {seed: 1, end_date: 2025-01-02}' >config.yaml
    aee-simulate -C config.yaml -s 3 --set general.seed=2 orders >both
    aee-simulate -C config.yaml --set general.seed=1 --set general.seed=3 orders >chosen
    cmp both chosen
    aee-simulate -C config.yaml orders >file
    run -1 cmp -s file chosen
}

@test "aee-simulate: a longer shop begins as a shorter one" {
    aee-simulate -C /dev/null --set general.end_date=2025-01-20 orders >long
    aee-simulate -C /dev/null "${short[@]}" orders >shorter
    cmp shorter <(head -n "$(wc -l <shorter)" long)
}

# ---- what adds up ---------------------------------------------------------------

@test "aee-simulate: orders and traffic make key figures" {
    aee-simulate -d .
    sessions=$(awk -F, 'NR > 1 { n += $3 } END { print n }' website_traffic.csv)
    cents=$(awk -F, 'NR > 1 { n += int($7 * 100 + 0.5) } END { printf "%.0f\n", n }' orders.csv)
    aee-kpi --summary -t website_traffic.csv orders.csv >kpi.json
    run -0 jq -e --argjson sessions "$sessions" --argjson cents "$cents" --argjson orders "$(($(wc -l <orders.csv) - 1))" '
        .total_sessions == $sessions and .total_orders == $orders and .bad_rows == 0 and
        (.total_revenue * 100 - $cents | fabs) < 0.5 and
        .first_date == "2025-01-01" and .last_date == "2025-12-31" and
        (.sessions_by_channel | keys == ["Email", "Organic", "Paid_Search", "Paid_Social"])' kpi.json
    aee-kpi --products products.csv orders.csv >/dev/null
}

@test "aee-simulate: units sold are those of the orders, and stock is what came less what went" {
    aee-simulate -d .
    diff <(awk -F, 'NR > 1 { n[$2 "," $4] += $6 } END { for (k in n) print k "," n[k] }' orders.csv | sort) \
        <(awk -F, 'NR > 1 && $4 > 0 { print $1 "," $2 "," $4 }' inventory.csv | sort)
    awk -F, 'FNR == 1 { next }
        NR == FNR { level[$1] = $6; next }
        { level[$2] += $6 - $4; if ($3 != level[$2] || $3 < 0) exit 1 }' products.csv inventory.csv
}

@test "aee-simulate: what is sold and what is lost is what was wanted without limits" {
    switches=(--set revenue_events.electronics_stockout=null)
    aee-simulate "${switches[@]}" inventory >limited
    aee-simulate "${switches[@]}" --set inventory.enabled=false orders >wanted
    [ "$(awk -F, 'NR > 1 { n += $4 + $5 } END { print n }' limited)" = \
        "$(awk -F, 'NR > 1 { n += $6 } END { print n }' wanted)" ]
}

@test "aee-simulate: the value of an order is price x quantity, but for price events" {
    aee-simulate -d .
    awk -F, 'FNR == 1 { next }
        NR == FNR { price[$1] = $3; category[$1] = $2; next }
        {
            factor = $7 / (price[$4] * $6)
            if ($2 == "2025-03-15" || $2 == "2025-03-16") want = 1.7
            else if ($2 >= "2025-09-10" && $2 <= "2025-09-12") want = 0.5
            else if ($2 >= "2025-10-01" && $2 <= "2025-10-05" && category[$4] == "Apparel") {
                # Half of the products, the same ones on each day.
                want = factor < 0.8 ? 0.6 : 1
                if (!($4 in seen)) { seen[$4] = want; reduced += want == 0.6; all++ }
                if (seen[$4] != want) exit 1
            } else want = 1
            if ((factor - want) * price[$4] * $6 > 0.0051 || (want - factor) * price[$4] * $6 > 0.0051) exit 1
        }
        END { if (reduced < all / 5 || reduced > all * 4 / 5) exit 1 }' products.csv orders.csv
}

# Each event against the same shop without it: sessions and orders of its days.
without() { # event, first day, last day, ratios of sessions and orders, [channel]
    sums() {
        awk -F, -v first="$2" -v last="$3" -v channel="${6-}" -v dir="$1" '
            FNR == 1 { file++; next }
            file == 1 && $1 >= first && $1 <= last && (channel == "" || $2 == channel) { s += $3 }
            file == 2 && $2 >= first && $2 <= last && (channel == "" || $3 == channel) { o++ }
            END { print s, o }' "$1/website_traffic.csv" "$1/orders.csv"
    }
    [ -d with ] || aee-simulate --set inventory.enabled=false -d with
    aee-simulate --set inventory.enabled=false --set "$1=null" -d without
    # Sessions to the rounding; orders within 4 deviations of two Poisson counts.
    paste -d ' ' <(sums with "${@:2}") <(sums without "${@:2}") | awk -v sessions="$4" -v orders="$5" '{
        print $0
        s = $1 / $3 - sessions; o = $2 / $4 - orders
        limit = 4 * $2 / $4 * sqrt(1 / $2 + 1 / $4)
        exit !(s < 1e-3 && s > -1e-3 && o < limit && o > -limit)
    }'
}

@test "aee-simulate: each kind of event does what it says" {
    without anomalies.paid_social_drop 2025-06-10 2025-06-15 0.6 0.6 Paid_Social
    without anomalies.paid_social_drop 2025-06-10 2025-06-15 1 1 Organic
    without revenue_events.tracking_loss 2025-02-11 2025-02-13 0.55 1
    without revenue_events.bot_wave 2025-07-08 2025-07-11 1.8 1 Organic
    without revenue_events.search_campaign 2025-11-10 2025-11-16 1.6 1.6 Paid_Search
    without revenue_events.mailing 2025-12-05 2025-12-06 1 2.5 Email
    # Ramped to 0.6 over ten days, at the end and half-way.
    without revenue_events.slow_checkout 2025-05-01 2025-05-01 1 0.6
    without revenue_events.slow_checkout 2025-04-26 2025-04-26 1 0.8
    # Before, not a byte changes.
    cmp <(awk -F, '$2 < "2025-04-22"' with/orders.csv) <(awk -F, '$2 < "2025-04-22"' without/orders.csv)
}

@test "aee-simulate: an event more or less leaves what is not its own as it was" {
    aee-simulate --set inventory.enabled=false orders >with
    aee-simulate --set inventory.enabled=false --set revenue_events.payment_outage=null \
        --set revenue_events.flash_sale=null --set anomalies=null orders >without
    others() { awk -F, '$2 < "2025-03-15" || ($2 > "2025-09-12" && $2 <= "2025-12-31")' "$1" | cut -d, -f2-; }
    cmp <(others with) <(others without)
}

@test "aee-simulate: a stockout loses the orders of its category" {
    aee-simulate -d .
    awk -F, 'FNR == 1 { next }
        NR == FNR { category[$1] = $2; next }
        $1 >= "2025-08-04" && $1 <= "2025-08-10" && category[$2] == "Electronics" { sold += $4; lost += $5 }
        END { exit !(sold == 0 && lost > 100) }' products.csv inventory.csv
}

# ---- events and holidays ----------------------------------------------------------

@test "aee-simulate: events are the ground truth, cut to the days of the shop" {
    config <<'END'
general: {start_date: 2025-06-12, end_date: 2025-09-10}
anomalies:
  paid_social_drop: {start_date: 2025-06-10, end_date: 2025-06-15, drop_pct: 40}
  everywhere: {start_date: 2025-07-01, end_date: 2025-07-01, drop_pct: 12.5}
revenue_events:
  flash_sale: {start_date: 2025-03-15, end_date: 2025-03-16, multiplier: 1.7}
  payment_outage: {start_date: 2025-09-10, end_date: 2025-09-12, multiplier: 0.5}
  out: {kind: stockout, category: Home, start_date: 2025-08-01, end_date: 2025-08-02, magnitude: 0, ramp: true}
END
    run -0 aee-simulate -C config.yaml events
    diff -u - <<<"$output" <(
        cat <<'END'
event_id,kind,channel,category,start_date,end_date,magnitude
paid_social_drop,traffic,Paid_Social,,2025-06-12,2025-06-15,0.6
everywhere,traffic,,,2025-07-01,2025-07-01,0.875
payment_outage,price,,,2025-09-10,2025-09-10,0.5
out,stockout,,Home,2025-08-01,2025-08-02,0
END
    )
}

@test "aee-simulate: holidays have their windows, and those to come are in the table" {
    config <<'END'
general: {start_date: 2025-01-01, end_date: 2025-01-05}
channels: {Shop: 1000}
traffic: {session_noise: 0, monthly_growth: 0, weekend_multiplier: 1}
holidays:
  Fair: {dates: [2025-01-03, 2026-01-03], lower_window: -1, traffic: 2}
  Sale: {dates: [2025-01-03], upper_window: 1, traffic: 1.5}
END
    run -0 aee-simulate -C config.yaml website_traffic
    diff -u - <(cut -d, -f1,3 <<<"$output") <<'END'
date,sessions
2025-01-01,1000
2025-01-02,2000
2025-01-03,3000
2025-01-04,1500
2025-01-05,1000
END
    run -0 aee-simulate -C config.yaml holidays
    diff -u - <<<"$output" <(
        cat <<'END'
holiday,date,lower_window,upper_window,prior_scale
Fair,2025-01-03,-1,0,
Fair,2026-01-03,-1,0,
Sale,2025-01-03,0,1,
END
    )
}

@test "aee-simulate: weeks, growth and seasons multiply the sessions" {
    config <<'END'
general: {start_date: 2025-01-01, end_date: 2025-02-03}
channels: {Shop: 1000}
traffic: {session_noise: 0, monthly_growth: 0.1, weekend_multiplier: 1.5, weekly: [2, 1, 1, 1, 1, 1, 0.5]}
END
    aee-simulate -C config.yaml website_traffic >t.csv
    [ "$(sed -n '2p;5p;6p;7p;33p;35p' t.csv | cut -d, -f1,3 | paste -sd ' ')" = \
        "2025-01-01,1000 2025-01-04,1500 2025-01-05,750 2025-01-06,2000 2025-02-01,1650 2025-02-03,2200" ]
    # A peak on 10 April and a trough half a year later: 1 + 0.25 cos.
    run -0 aee-simulate -C config.yaml --set traffic.monthly_growth=0 --set traffic.yearly_amplitude=0.25 \
        --set traffic.yearly_peak=100 --set general.start_date=2025-04-10 --set general.end_date=2025-10-09 website_traffic
    [ "${lines[1]}" = 2025-04-10,Shop,1250 ]
    [ "${lines[183]}" = 2025-10-09,Shop,750 ]
}

# ---- the original's form -----------------------------------------------------------

@test "aee-simulate: a file in the original's form works unchanged" {
    aee-simulate -C "$data/simulation-original.yaml" -d .
    diff -u events.csv - <<'END'
event_id,kind,channel,category,start_date,end_date,magnitude
paid_social_drop,traffic,Paid_Social,,2025-06-10,2025-06-15,0.6
flash_sale,price,,,2025-03-15,2025-03-16,1.7
payment_outage,price,,,2025-09-10,2025-09-12,0.5
END
    [ "$(wc -l <holidays.csv)" = 1 ]
    [ "$(awk -F, 'NR > 1 && $6 != 1' orders.csv)" = "" ]
    # What is new and on by default: demand, stock and customers that return.
    awk -F, 'NR > 1 { lost += $5 } END { exit !(lost > 0) }' inventory.csv
    awk -F, 'FNR == 1 { next } NR == FNR { weight[$1] = $5; next } { n[$4]++ }
        END { for (k in n) { if (weight[k] < 0.8) low += n[k]; if (weight[k] > 1.7) high += n[k] } exit !(high > 1.5 * low) }' \
        products.csv orders.csv
}

@test "aee-simulate: a channel may be a number, as short for its base sessions" {
    aee-simulate "${original[@]:0:2}" "${short[@]}" orders >long
    aee-simulate "${original[@]:0:2}" "${short[@]}" \
        --set 'channels={Organic: 8000, Paid_Search: 4000, Paid_Social: 3000, Email: 1000}' orders >shorter
    cmp long shorter
}

@test "aee-simulate: with what is new switched off, a year is one of the original's" {
    gzip -dc "$data/original-products.csv.gz" >products.csv
    for seed in 1 2 3 4 5 6 7 8 9 10; do
        aee-simulate "${original[@]}" -s "$seed" website_traffic >t.csv
        aee-simulate "${original[@]}" -s "$seed" orders | aee-kpi --summary -t t.csv >"$seed.json"
    done
    # Inside 3 deviations of our seeds: totals, and revenue of channels and months.
    run -0 jq -e -s --slurpfile original "$data/original-expected.json" '
        def figures: [.total_sessions, .conversion_rate, .aov, .revenue_by_channel[], .monthly_revenue[]];
        def mean: add / length;
        [.[] | figures] | transpose as $ours |
        [$original[0] | .total_revenue = (.total_revenue_exact | tonumber) | figures] | .[0] as $theirs |
        ($ours | length) == 19 and ($theirs | length) == 19 and
        ([range(19) | . as $i | ($ours[$i] | mean) as $m |
            ($ours[$i] | map(. - $m | . * .) | add / (length - 1) | sqrt) as $sd |
            ($theirs[$i] - $m | fabs) / $sd] | all(. < 3))' {1..10}.json
}

# ---- products from a file -----------------------------------------------------------

@test "aee-simulate: its own products fed back repeat the shop" {
    for format in csv tsv jsonl; do
        aee-simulate "${short[@]}" --o"$format" -d "$format"
        aee-simulate "${short[@]}" --o"$format" --i"$format" --set entities.products=5 \
            --set "entities.products_file=$format/products.$format" -d again
        for table in $tables; do
            cmp "$format/$table.$format" "again/$table.$format"
        done
    done
}

@test "aee-simulate: products of a file keep their names, texts and categories" {
    cat >my.csv <<'END'
sku,shelf,category,unit_price,cost_price,demand_weight,stock_level
A-1,x,Toys,10.00,5,1.0,10000
"B,2",y,"Games, new",20,1e1,0,10000
END
    products=(--set entities.products_file=my.csv -m product_id=sku --set anomalies=null --set revenue_events=null)
    run -0 aee-simulate "${products[@]}" products
    diff -u - <<<"$output" <(
        cat <<'END'
product_id,category,unit_price,cost_price,demand_weight,stock_level
A-1,Toys,10.00,5,1.0,10000
"B,2","Games, new",20,1e1,0,10000
END
    )
    run -0 aee-simulate "${products[@]}" "${short[@]}" --ojsonl orders
    jq -e -s 'all(.product_id == "A-1" and .order_value == 10 * .quantity)' <<<"$output"
    run -0 aee-simulate "${products[@]}" \
        --set 'revenue_events={x: {kind: stockout, category: Toys, start_date: 2025-01-01, end_date: 2025-01-02, magnitude: 0}}' events
    [ "${lines[1]}" = x,stockout,,Toys,2025-01-01,2025-01-02,0 ]
    run -2 --separate-stderr aee-simulate "${products[@]}" \
        --set 'revenue_events={x: {kind: stockout, category: Home, start_date: 2025-01-01, end_date: 2025-01-02, magnitude: 0}}' events
    [[ $stderr == *"there is no category 'Home'" ]]
}

@test "aee-simulate: a bad product names line and column" {
    columns=product_id,category,unit_price,cost_price,demand_weight,stock_level
    bad() { # row, message
        printf '%s\n1,Home,10,5,1,100\n%s\n' "$columns" "$1" >bad.csv
        run -1 --separate-stderr aee-simulate --set entities.products_file=bad.csv products
        [ "$stderr" = "aee-simulate: bad.csv:3: $2" ] || { echo "$stderr"; false; }
        [ "$output" = "" ]
    }
    bad "2,Home,x,5,1,100" "column 'unit_price': 'x' is not a number"
    bad "2,Home,1.999,5,1,100" "column 'unit_price': '1.999' has more than 2 decimals"
    bad "2,Home,-1,5,1,100" "column 'unit_price': '-1' is not within 0 to 1000000000"
    bad "2,Home,1e99,5,1,100" "column 'unit_price': '1e99' has more than 38 digits"
    bad "2,Home,1e20,5,1,100" "column 'unit_price': '1e20' is not within 0 to 1000000000"
    bad "2,Home,10,,1,100" "column 'cost_price': '' is not a number"
    bad "2,Home,10,5,-1,100" "column 'demand_weight': '-1' is not within 0 to 1000000"
    bad "2,Home,10,5,,100" "column 'demand_weight': '' is not within 0 to 1000000"
    bad "2,Home,10,5,1,1.5" "column 'stock_level': '1.5' is not a whole number within 0 to 1000000000000"
    bad "1,Home,10,5,1,100" "column 'product_id': '1' stands twice"
    bad "2,,10,5,1,100" "column 'category': '' is empty"
    bad "2,Home,10,5,1" "has 5 fields, the header has 6"
    run -0 --separate-stderr aee-simulate --set entities.products_file=bad.csv --bad-rows skip \
        --set anomalies=null --set revenue_events=null products
    [ "${#lines[@]}" = 2 ]
    [[ $stderr == *"1 record skipped"* ]]
}

@test "aee-simulate: a products file without products is an error" {
    echo product_id,category,unit_price,cost_price,demand_weight,stock_level >none.csv
    run -1 --separate-stderr aee-simulate --set entities.products_file=none.csv orders
    [ "$stderr" = "aee-simulate: none.csv: there are no products" ]
    echo 1,Home,1,1,0,1 >>none.csv
    run -1 --separate-stderr aee-simulate --set entities.products_file=none.csv orders
    [ "$stderr" = "aee-simulate: none.csv: all demand weights are 0" ]
    run -0 aee-simulate --set entities.products_file=none.csv --set products.use_demand_weight=false \
        --set anomalies=null --set revenue_events=null "${short[@]}" products
    run -1 --separate-stderr aee-simulate --set entities.products_file=absent.csv orders
    [ "$stderr" = "aee-simulate: absent.csv: No such file or directory" ]
    echo product_id,category >none.csv
    run -1 --separate-stderr aee-simulate --set entities.products_file=none.csv orders
    [ "$stderr" = "aee-simulate: none.csv: no column 'unit_price' (-m unit_price=NAME maps another)" ]
}

# ---- errors in the configuration ------------------------------------------------------

# An error in a file: the text after "config.yaml:" is the second argument.
wrong() {
    printf '%s\n' "$1" >config.yaml
    run -1 --separate-stderr aee-simulate -C config.yaml orders
    [ "$stderr" = "aee-simulate: config.yaml:$2" ] || { echo "$stderr"; false; }
    [ "$output" = "" ]
}

@test "aee-simulate: an unknown key has line, column and a hint" {
    wrong $'general:\n  seed: 1\ntraffic:\n  weekend_multiplyer: 1.2' \
        "4:3: unknown key 'traffic.weekend_multiplyer', did you mean 'weekend_multiplier'?"
    wrong $'chanels: {A: 1}' "1:1: unknown key 'chanels', did you mean 'channels'?"
    wrong $'colour: red' "1:1: unknown key 'colour'"
    wrong $'channels:\n  A: {base_sessions: 1, bias: 2}' "2:25: unknown key 'channels.A.bias'"
}

@test "aee-simulate: a wrong type or value has line and column" {
    wrong $'traffic:\n  monthly_growth: fast' "2:19: key 'traffic.monthly_growth': 'fast' is not a number"
    wrong $'entities: {products: 1.5}' "1:22: key 'entities.products': '1.5' is not a whole number"
    wrong $'entities: {products: 0}' "1:22: key 'entities.products': '0' is less than 1"
    wrong $'entities: {customers: 0}' "1:23: key 'entities.customers': '0' is less than 1"
    wrong $'entities: 300' "1:11: key 'entities': '300' is not a mapping"
    wrong $'channels: [A, B]' "1:11: key 'channels': a list is not a mapping"
    wrong $'channels: {}' "1:11: key 'channels': there are none"
    wrong $'channels: {A: {conversion_bias: 0}}' "1:15: key 'channels.A.base_sessions' is missing"
    wrong $'channels: {A: -1}' "1:15: key 'channels.A': '-1' is less than 0"
    wrong $'channels: {"": 1}' "1:12: an empty key"
    wrong $'inventory: {enabled: maybe}' "1:22: key 'inventory.enabled': 'maybe' is not true or false"
    wrong $'orders: {quantity: [0, 0]}' "1:20: key 'orders.quantity': no quantity has a weight"
    wrong $'products: {margin: [0.3]}' "1:20: key 'products.margin': a list of length 1 is not [least, most]"
    wrong $'products: {margin: [0.6, 0.3]}' "1:20: key 'products.margin': 0.3, the most, is less than 0.6, the least"
    wrong $'products: {categories: {A: [1.005, 2]}}' \
        "1:28: key 'products.categories.A': '1.005' is not a whole number of cents"
    wrong $'products: {categories: {}}' "1:24: key 'products.categories': there are none"
    wrong $'customers: {cities: []}' "1:21: key 'customers.cities': there are none"
    wrong $'traffic: {weekly: [1, 2]}' "1:19: key 'traffic.weekly': a list of length 2 is not Monday to Sunday"
    wrong $'traffic: {monthly_growth: -0.5}' \
        "1:27: key 'traffic.monthly_growth': no sessions are left in the last year"
}

@test "aee-simulate: a tab in the indentation is an error with its line" {
    printf 'general:\n\tseed: 1\n' >config.yaml
    run -1 --separate-stderr aee-simulate -C config.yaml orders
    [[ $stderr == "aee-simulate: config.yaml:2:1: "*"tab"* ]]
}

@test "aee-simulate: impossible dates, and an end before the start" {
    wrong $'general:\n  start_date: 2025-02-30' \
        "2:15: key 'general.start_date': '2025-02-30' is not a date (YYYY-MM-DD)"
    wrong $'general:\n  start_date: 2025-03-02\n  end_date: 2025-03-01' \
        "3:13: key 'general.end_date': the end, 2025-03-01, is before the start, 2025-03-02"
    wrong $'general: {start_date: 2026-01-01}' \
        "1:10: key 'general.end_date': the end, 2025-12-31, is before the start, 2026-01-01"
    wrong $'revenue_events:\n  x: {start_date: 2025-03-02, end_date: 2025-03-01, multiplier: 2}' \
        "2:41: key 'revenue_events.x.end_date': the end, 2025-03-01, is before the start, 2025-03-02"
    wrong $'customers: {signup_start: 2025-01-02}' \
        "1:27: key 'customers.signup_start': is after the first day of the shop"
}

@test "aee-simulate: an event must be whole and make sense" {
    event() { wrong $'revenue_events:\n  x: {start_date: 2025-03-01, end_date: 2025-03-01, '"$1}" "2:$2"; }
    event "" "6: key 'revenue_events.x.magnitude' is missing"
    event "multiplier: 1, magnitude: 2" \
        "79: key 'revenue_events.x.magnitude': means the same as multiplier, which is there"
    event "kind: bonus, magnitude: 2" \
        "59: key 'revenue_events.x.kind': 'bonus' is not one of price, orders, conversion, traffic, tracking, bots, stockout"
    event "kind: tracking, magnitude: 2" "6: key 'revenue_events.x': the magnitude of a loss is above 1"
    event "kind: bots, magnitude: 0.5" "6: key 'revenue_events.x': the magnitude of bots is below 1"
    event "kind: traffic, category: Home, magnitude: 2" \
        "6: key 'revenue_events.x': an event of this kind has no category"
    event "magnitude: 2, channel: Post" "76: key 'revenue_events.x.channel': there is no channel 'Post'"
    event "kind: bots, magnitude: 2, share: 0.5" \
        "86: key 'revenue_events.x.share': an event of this kind concerns all products"
    wrong $'anomalies: {a: {start_date: 2025-03-01, end_date: 2025-03-01, drop_pct: 140}}' \
        "1:73: key 'anomalies.a.drop_pct': '140' is more than 100"
    wrong $'anomalies: {a: {start_date: 2025-03-01, end_date: 2025-03-01, drop_pct: 1}}\nrevenue_events: {a: {start_date: 2025-03-01, end_date: 2025-03-01, multiplier: 1}}' \
        "2:21: key 'revenue_events.a': there is an anomaly of this name"
}

@test "aee-simulate: a configuration that cannot be read is an error" {
    run -1 --separate-stderr aee-simulate -C absent.yaml orders
    [ "$stderr" = "aee-simulate: absent.yaml: No such file or directory" ]
    run -1 --separate-stderr aee-simulate -C . orders
    [ "$stderr" = "aee-simulate: .: Is a directory" ]
}

@test "aee-simulate: an error of --set names the option, with status 2" {
    refused() {
        run -2 --separate-stderr aee-simulate --set "$1" orders
        [ "$stderr" = "aee-simulate: --set '$1': $2" ] || { echo "$stderr"; false; }
    }
    refused traffic.growth=0.1 "unknown key 'traffic.growth'"
    refused general.sed=1 "unknown key 'general.sed', did you mean 'seed'?"
    refused general.seed=x "key 'general.seed': 'x' is not a whole number"
    refused general.seed "not of the form path=value"
    refused entities.products=0 "key 'entities.products': '0' is less than 1"
    refused channels=5 "key 'channels': '5' is not a mapping"
    refused general.start_date=2026-02-01 \
        "key 'general.start_date': the end, 2025-12-31, is before the start, 2026-02-01"
    refused revenue_events.flash_sale.end_date=2025-03-01 \
        "key 'revenue_events.flash_sale.end_date': the end, 2025-03-01, is before the start, 2025-03-15"
    refused revenue_events.bot_wave.magnitude=0.5 \
        "key 'revenue_events.bot_wave.magnitude': the magnitude of bots is below 1"
    refused revenue_events.bot_wave.category=Home \
        "key 'revenue_events.bot_wave.category': an event of this kind has no category"
}

# ---- threads -----------------------------------------------------------------------------

@test "aee-simulate: any number of threads writes the same bytes" {
    local many=(--set general.end_date=2025-01-20 --set inventory.enabled=false
        --set channels.Organic.base_sessions=300000 --set orders.value_noise=0.2)
    for format in csv tsv jsonl; do
        aee-simulate "${many[@]}" --o"$format" -o one orders
        [ "$(wc -l <one)" -gt 100000 ]
        for jobs in 2 3 8; do
            aee-simulate "${many[@]}" --o"$format" -j "$jobs" orders | cmp - one
        done
    done
    aee-simulate -d one.d
    aee-simulate --jobs 4 -d four.d
    diff -r one.d four.d
}

@test "aee-simulate: threads end at a full disk and a closed pipe as one does" {
    run -1 --separate-stderr aee-simulate -j 4 -o /dev/full orders
    [ "$stderr" = "aee-simulate: /dev/full: No space left on device" ]
    run -0 --separate-stderr bash -c 'set -o pipefail; aee-simulate -j 4 orders | head -1; [ ${PIPESTATUS[0]} = 141 ]'
    [ "$output" = order_id,order_date,channel,product_id,customer_id,quantity,order_value ]
    [ "$stderr" = "" ]
    mkdir d
    ln -s /dev/full d/website_traffic.csv
    run -1 --separate-stderr aee-simulate -j 4 --set general.end_date=2035-12-31 -d d
    [ "$stderr" = "aee-simulate: d/website_traffic.csv: No space left on device" ]
    [ "$(ls d)" = website_traffic.csv ]
}

@test "aee-simulate: orders have the names of channels and products, whatever they are" {
    config <<'END'
general: {end_date: 2025-01-10}
entities: {products_file: given.jsonl}
channels: {"Search, \"paid\" and a name that is longer than any buffer might be made for": 9000, "7": 900}
END
    for id in '"A, \"B\""' '"a product with a name of more than thirty-two bytes, and more"' 12 '"012"' '"\u00e9 "'; do
        echo "{\"product_id\":$id,\"category\":\"Home\",\"unit_price\":12.5,\"cost_price\":6,\"demand_weight\":1,\"stock_level\":500}"
    done >given.jsonl
    aee-simulate -C config.yaml -d csv
    aee-simulate -C config.yaml --ojsonl -d jsonl
    # What the record stream of the other tables writes is what orders have.
    jq -c .product_id jsonl/orders.jsonl | sort -u | diff - <(jq -c .product_id jsonl/products.jsonl | sort)
    jq -c .channel jsonl/orders.jsonl | sort -u | diff - <(jq -c .channel jsonl/website_traffic.jsonl | sort -u)
    aee-kpi --icsv --ojsonl -p month csv/orders.csv | diff - <(aee-kpi -p month jsonl/orders.jsonl)
    aee-kpi --icsv --ojsonl -p month -g product_id,channel csv/orders.csv |
        jq -r '[.product_id, .channel, .orders] | map(tostring) | join("|")' |
        diff - <(aee-kpi -p month -g product_id,channel jsonl/orders.jsonl |
            jq -r '[.product_id, .channel, .orders] | map(tostring) | join("|")')
}

# ---- the command line, files and pipes ---------------------------------------------------

@test "aee-simulate: -h and -V end with status 0" {
    run -0 aee-simulate -h
    [[ $output == "usage: aee-simulate"* ]]
    run -0 aee-simulate --version
    [[ $output == "aee-simulate "* ]]
}

@test "aee-simulate: a wrong command line has status 2" {
    refused() {
        run -2 --separate-stderr aee-simulate "${@:2}"
        [ "${stderr_lines[-1]}" = "aee-simulate: $1" ] || { echo "$stderr"; false; }
        [ "$output" = "" ]
    }
    refused "'aee-simulate --help' lists the options" --nonsense
    refused "name one table, or a folder for all of them (-d); see --help"
    refused "name one table, or a folder for all of them (-d); see --help" orders products
    refused "table: 'sales' is not one of products, customers, website_traffic, orders, inventory, events, holidays" sales
    refused "-d writes every table: no table or -o beside it" -d x orders
    refused "-d writes every table: no table or -o beside it" -d x -o y
    refused "--group-by and --prefix have no meaning here" -g channel orders
    refused "--group-by and --prefix have no meaning here" --prefix x_ orders
    refused "--seed: 'x' is not a whole number from 0 to 9223372036854775807" -s x orders
    refused "--seed: '-1' is not a whole number from 0 to 9223372036854775807" -s -1 orders
    refused "--jobs: '0' is not a whole number from 1 to 1024" -j 0 orders
    refused "--jobs: '1025' is not a whole number from 1 to 1024" --jobs=1025 orders
    [ ! -e x ] && [ ! -e y ]
}

@test "aee-simulate: a full disk is an error" {
    run -1 --separate-stderr aee-simulate "${short[@]}" -o /dev/full orders
    [ "$stderr" = "aee-simulate: /dev/full: No space left on device" ]
    run -1 --separate-stderr bash -c 'aee-simulate holidays >/dev/full'
    [ "$stderr" = "aee-simulate: stdout: No space left on device" ]
}

@test "aee-simulate: a folder that is full or cannot be written stays as it was" {
    mkdir d
    echo old >d/products.csv
    ln -s /dev/full d/orders.csv
    run -1 --separate-stderr aee-simulate "${short[@]}" -d d
    [ "$stderr" = "aee-simulate: d/orders.csv: No space left on device" ]
    [ "$(cat d/products.csv)" = old ]
    [ "$(ls d)" = $'orders.csv\nproducts.csv' ]
    echo file >f
    run -1 --separate-stderr aee-simulate -d f
    [ "$stderr" = "aee-simulate: f/products.csv: Not a directory" ]
    run -1 --separate-stderr aee-simulate -d no/such
    [ "$stderr" = "aee-simulate: no/such: No such file or directory" ]
}

@test "aee-simulate: a folder without permission is an error" {
    [ "$(id -u)" != 0 ] || skip "root may write everywhere"
    mkdir -m 555 d
    run -1 --separate-stderr aee-simulate -d d
    [ "$stderr" = "aee-simulate: d/products.csv: Permission denied" ]
}

@test "aee-simulate: a closed pipe ends it quietly" {
    run -0 --separate-stderr bash -c 'set -o pipefail; aee-simulate orders | head -1; [ ${PIPESTATUS[0]} = 141 ]'
    [ "$output" = order_id,order_date,channel,product_id,customer_id,quantity,order_value ]
    [ "$stderr" = "" ]
}

@test "aee-simulate: a run that is killed leaves the files that were there" {
    echo old >orders.csv
    aee-simulate -C /dev/null --set 'channels={A: 100000000}' --set inventory.enabled=false -d . &
    sleep 0.3
    kill -9 $!
    wait $! || true
    [ "$(cat orders.csv)" = old ]
    [ ! -e products.csv ]
}

@test "aee-simulate: ten years and two million orders need little memory" {
    config <<'END'
general: {start_date: 2016-01-01}
channels: {Organic: 12000, Paid_Search: 6000, Email: 6000}
traffic: {monthly_growth: 0}
inventory: {enabled: false}
END
    rows=$(
        case ${BUILD:-} in */san) ;; *) ulimit -v 16384 ;; esac # a sanitizer reserves terabytes
        aee-simulate -C config.yaml orders | wc -l
    )
    [ "$rows" -gt 2000000 ]
}
