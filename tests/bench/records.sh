#!/usr/bin/env bash
# How fast orders become key figures, and a simulated shop becomes orders, beside
# wc -l, libcsv, and whatever of DuckDB, Miller and mawk is there; how much memory
# it takes; and that no cent is lost.  Commands take turns.  Writes Markdown, with
# what is asked of each.
# usage: tests/bench/records.sh [orders] [ndjson] [simulate] [exact]
# Without arguments: all of them.  ROWS (10 million), ROUNDS (5), EXACT_ROWS (as
# ROWS), DATA (a directory for the files, 4 GB), DUCKDB (a directory where npm has
# put @duckdb/node-api) and B (the build directory) may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/bench/measure.bash
. tests/bench/measure.bash
ROWS=${ROWS:-10000000}
EXACT_ROWS=${EXACT_ROWS:-$ROWS}
kpi=$B/bin/aee-kpi simulate=$B/bin/aee-simulate

has_jobs() {
    "$kpi" --help | grep -q -e --jobs
}

orders_file() {
    made "$1.$2" "$awk" -v rows="$2" -v kind="$1" -f tests/bench/days.awk -f tests/bench/orders.awk
}

# simulated ROWS [OPTION...]: the command for about so many orders of the shop that
# is built in.
simulated() {
    local rows=$1
    shift
    printf '%s' "$simulate --set inventory.enabled=false"
    "$awk" -v k="$rows" 'BEGIN {
        n = split("Organic 8000 Paid_Search 4000 Paid_Social 3000 Email 1000", c, " ")
        for (i = 1; i < n; i += 2) printf " --set channels.%s.base_sessions=%.3f", c[i], c[i + 1] * k / 145335 }'
    printf ' %s' "$@" orders
}

# The query of DuckDB that aee-kpi -g channel answers, of a table function.
by_day_and_channel() {
    echo "COPY (SELECT order_date, channel, sum(order_value), count(*) FROM $1 GROUP BY ALL ORDER BY ALL) TO '/dev/null'"
}

# ---- orders ---------------------------------------------------------------------

measure_orders() {
    local P=$DATA/plain.$ROWS kind
    for kind in plain quoted crlf odd bad shuffled channels traffic; do orders_file "$kind" "$ROWS"; done
    make -s "$B/bench/bench_libcsv" "$B/plain/aee-kpi" >&2
    job wc "@ wc -l <$P"
    job catwc "cat $P | @ wc -l"
    job kpi "@ $kpi -g channel <$P"
    job pipe "cat $P | @ $kpi -g channel"
    for kind in quoted crlf odd shuffled; do job "$kind" "@ $kpi -g channel <$DATA/$kind.$ROWS"; done
    job bad "@ $kpi -g channel --bad-rows=skip <$DATA/bad.$ROWS"
    job all "@ $kpi -p day -t $DATA/traffic.$ROWS --customers <$P"
    job groups "@ $kpi -g channel <$DATA/channels.$ROWS"
    if has_jobs; then job jobs "@ $kpi -g channel --jobs 2 <$P"; fi
    job libcsv "@ $B/bench/bench_libcsv <$P"
    job plain "@ $B/plain/aee-kpi -g channel <$P"
    if has_duckdb; then
        local csv="read_csv('$P', header=true, columns={'order_date': 'DATE', 'channel': 'VARCHAR',
            'product_id': 'VARCHAR', 'customer_id': 'INTEGER', 'order_value': 'DECIMAL(12,2)'})"
        duckdb duckdb1 1 "$(by_day_and_channel "$csv")"
        duckdb duckdb2 2 "$(by_day_and_channel "$csv")"
    fi
    if command -v mawk >/dev/null; then
        job mawk "@ mawk -F, 'NR > 1 { k = \$1 \",\" \$2; s[k] += \$5; n[k]++ } END { for (k in s) print k, s[k], n[k] }' $P"
    fi
    if command -v mlr >/dev/null; then
        job mlr "@ mlr --icsv --ojson stats1 -a sum,count -f order_value -g order_date,channel $P"
    fi
    measure
    echo "Orders to revenue and orders by day and channel, $ROWS rows, $(wc -c <"$P") bytes:"
    echo
    heading "\`wc -l\`"
    local x="x \`wc -l\`"
    row wc wc "\`wc -l\`"
    row wc catwc "\`cat\` to \`wc -l\`"
    row wc kpi "**aee-kpi -g channel**" "cpu wc 5 $x" "cpu duckdb1 0.18 x DuckDB" \
        "wall duckdb2 0.33 x DuckDB's time on 2 threads" "peak - 8 MiB"
    if has_jobs; then row wc jobs "the same, --jobs 2"; fi
    row wc pipe "from a pipe" "cpu wc 6 $x"
    row wc quoted "every field quoted" "cpu wc 6.5 $x"
    row wc odd "2 % odd records" "cpu wc 5.5 $x"
    row wc shuffled "shuffled" "cpu wc 5.5 $x"
    row wc crlf "CRLF"
    row wc bad "1 % bad rows, skipped" "cpu kpi 1.2 x without"
    row wc all "**aee-kpi -p day**, all figures, with traffic and customers" "cpu wc 8 $x"
    row wc groups "9864 groups" "peak - 8 MiB"
    row wc libcsv "libcsv alone, no values"
    row wc plain "aee-kpi, every record by libcsv"
    if has_duckdb; then
        row wc duckdb1 "DuckDB, 1 thread"
        row wc duckdb2 "DuckDB, 2 threads"
    fi
    if command -v mawk >/dev/null; then row wc mawk "mawk"; fi
    if command -v mlr >/dev/null; then row wc mlr "Miller"; fi
}

# ---- NDJSON ---------------------------------------------------------------------

measure_ndjson() {
    local rows=$((ROWS / 5)) J
    J=$DATA/jsonl.$rows
    orders_file jsonl "$rows"
    job wc "@ wc -l <$J"
    job kpi "@ $kpi -g channel <$J"
    if has_duckdb; then
        local json="read_json('$J', format='newline_delimited',
            columns={'order_date': 'DATE', 'channel': 'VARCHAR', 'order_value': 'DECIMAL(12,2)'})"
        duckdb duckdb1 1 "$(by_day_and_channel "$json")"
    fi
    if command -v mlr >/dev/null; then
        job mlr "@ mlr --ijsonl --ojson stats1 -a sum,count -f order_value -g order_date,channel $J"
    fi
    measure
    echo "The same from NDJSON, $rows rows, $(wc -c <"$J") bytes:"
    echo
    heading "\`wc -l\`"
    row wc wc "\`wc -l\`"
    row wc kpi "**aee-kpi -g channel**, NDJSON" "cpu wc 4 x \`wc -l\`" "cpu duckdb1 0.3 x DuckDB" "peak - 8 MiB"
    if has_duckdb; then row wc duckdb1 "DuckDB, 1 thread"; fi
    if command -v mlr >/dev/null; then row wc mlr "Miller"; fi
}

# ---- aee-simulate ------------------------------------------------------------------

measure_simulate() {
    local rows measured=(orders jobs write piped)
    rows=$(($(sh -c "$(simulated "$ROWS")" | wc -l) - 1))
    job orders "@ $(simulated "$ROWS")"
    job jobs "@ $(simulated "$ROWS" -j 2)"
    job write "$(simulated "$ROWS") | @ wc -l"
    job piped "$(simulated "$ROWS") | @ $kpi -g channel"
    job large "$(simulated $((10 * ROWS))) | @ $kpi -g channel"
    if has_duckdb; then
        local copy="COPY (SELECT i + 1 AS order_id, DATE '2025-01-01' + CAST(i * 365 // $rows AS INTEGER) AS order_date,
            ['Organic', 'Paid_Search', 'Paid_Social', 'Email'][1 + CAST(floor(random() * 4) AS INTEGER)] AS channel,
            CAST(1 + floor(random() * 300) AS INTEGER) AS product_id,
            CAST(1 + floor(random() * 20000) AS INTEGER) AS customer_id,
            CASE WHEN random() < 0.85 THEN 1 WHEN random() < 0.8 THEN 2 ELSE 3 END AS quantity,
            CAST(200 + random() * 10000 AS DECIMAL(12,2)) AS order_value
            FROM range($rows) t(i)) TO '/dev/null' (FORMAT csv, HEADER)"
        duckdb copy 1 "$copy"
        duckdb copy2 2 "$copy"
        measured+=(copy copy2)
    fi
    measure "${measured[@]}"
    ROUNDS=1 measure large
    echo "$rows simulated orders, and ten times as many:"
    echo
    heading "aee-simulate"
    row orders orders "**aee-simulate orders**" "cpu copy 0.35 x DuckDB" \
        "cpu - $("$awk" -v rows="$rows" 'BEGIN { printf "%.3f", rows / 8e6 }') s, which is 8 million rows a second"
    row orders jobs "the same, --jobs 2"
    row orders write "to \`wc -l\`"
    row orders piped "to aee-kpi -g channel" "peak - 8 MiB of aee-kpi"
    row orders large "ten times as many orders to aee-kpi, once" "cpu piped 10.5 x the time" "peak piped 1.1 x the memory"
    if has_duckdb; then
        row orders copy "DuckDB, range() and COPY, 1 thread"
        row orders copy2 "DuckDB, range() and COPY, 2 threads"
    fi
}

# ---- exactness -----------------------------------------------------------------------

# The sum of the column order_value, in cents, by another program: integers below
# 2^53 in doubles.
cents() {
    "$awk" -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "order_value") c = i; next }
        { n = split($c, part, "."); s += part[1] * 100 + (n > 1 ? substr(part[2] "0", 1, 2) : 0) }
        END { printf "%.0f\n", s }'
}

# The revenue of one row of key figures, in cents, as text.
revenue() {
    "$awk" -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "revenue") c = i; next }
        { n = split($c, part, "."); printf "%s%s\n", part[1], (n > 1 ? substr(part[2] "0", 1, 2) : "00") }'
}

# same NAME ROWS WANT GOT
same() {
    printf '| %s | %s | %s | %s | %s |\n' "$1" "$2" "$3" "$4" "$([[ $3 == "$4" ]] && echo yes || echo NO)"
}

measure_exact() {
    local work=$results/exact want part
    mkdir -p "$work"
    orders_file plain "$ROWS"
    orders_file shuffled "$ROWS"
    echo "Revenue in cents, by $awk and by aee-kpi:"
    echo
    echo "| orders | rows | by $awk | by aee-kpi | the same |"
    echo "| --- | --- | --- | --- | --- |"
    mkfifo "$work/copy"
    cents <"$work/copy" >"$work/cents" &
    sh -c "$(simulated "$EXACT_ROWS")" | tee "$work/copy" | $kpi -p all >"$work/kpi"
    wait
    same "a simulated stream" "$("$awk" -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "orders") c = i; next } { print $c }' "$work/kpi")" \
        "$(<"$work/cents")" "$(revenue <"$work/kpi")"
    want=$(cents <"$DATA/plain.$ROWS")
    same "in order" "$ROWS" "$want" "$($kpi -p all <"$DATA/plain.$ROWS" | revenue)"
    if has_jobs; then
        same "in order, --jobs 2" "$ROWS" "$want" "$($kpi -p all --jobs 2 <"$DATA/plain.$ROWS" | revenue)"
    fi
    for part in 1 2 3; do
        "$awk" -v k=$part 'NR == 1 || NR % 3 + 1 == k' "$DATA/plain.$ROWS" | $kpi -g channel >"$work/part.$part"
    done
    same "in three parts, --rollup" "$ROWS" "$want" "$($kpi --rollup -p all "$work"/part.? | revenue)"
    same "shuffled" "$ROWS" "$(cents <"$DATA/shuffled.$ROWS")" "$($kpi -p all <"$DATA/shuffled.$ROWS" | revenue)"
}

# ---- all -------------------------------------------------------------------------------

[[ $# -gt 0 ]] || set -- orders ndjson simulate exact
versions
for part in "$@"; do
    echo
    (
        results=$results/$part
        mkdir "$results"
        "measure_$part"
    )
done
