#!/usr/bin/env bash
# How fast orders become key figures, and are simulated, against wc -l, libcsv alone, and whatever
# of DuckDB, Miller and mawk is there.  Commands take turns; the table has
# medians of ROUNDS rounds: CPU (user + system) and wall seconds, the ratio of the
# CPU to `wc -l` of the plain file (or of the NDJSON), and the peak memory.
# Writes Markdown.
# usage: tests/bench/records.sh; ROWS, ROUNDS, DATA (a directory for the files),
# DUCKDB (a directory where npm has put @duckdb/node-api) and ONLY (an expression
# for the names of the rows: 'simul|range') may be set.
set -euo pipefail
cd "$(dirname "$0")/../.."

B=${B:-build}
ROWS=${ROWS:-10000000}
ROUNDS=${ROUNDS:-5}
DATA=${DATA:-${TMPDIR:-/tmp}/aee-bench}
DUCKDB=${DUCKDB:-$DATA/duckdb}
export LC_ALL=C TZ=UTC
TIMEFORMAT='%U %S %R'
mkdir -p "$DATA"
make -s "$B/bench/bench_libcsv" >&2

awk="awk"
if command -v mawk >/dev/null; then awk="mawk"; fi
make_file() {
    local file=$1 kind=$2 rows=$3
    if [ -e "$DATA/$file.$rows" ]; then return; fi
    "$awk" -v rows="$rows" -v kind="$kind" -f tests/bench/orders.awk >"$DATA/$file.new"
    mv "$DATA/$file.new" "$DATA/$file.$rows"
}
for kind in plain quoted crlf odd bad shuffled traffic; do
    make_file "$kind" "$kind" "$ROWS"
done
JROWS=$((ROWS / 5))
make_file jsonl jsonl "$JROWS"
P=$DATA/plain.$ROWS
J=$DATA/jsonl.$JROWS

cat >"$DATA/duckdb.js" <<'END'
const { DuckDBInstance } = require(process.argv[2] + '/node_modules/@duckdb/node-api')
const [, , , file, format, threads] = process.argv
const from = format === 'csv'
    ? `read_csv('${file}', columns={'order_date': 'DATE', 'channel': 'VARCHAR', 'product_id': 'VARCHAR', 'customer_id': 'INTEGER', 'order_value': 'DECIMAL(12,2)'}, header=true)`
    : `read_json('${file}', format='newline_delimited', columns={'order_date': 'DATE', 'channel': 'VARCHAR', 'order_value': 'DECIMAL(12,2)'})`
;(async () => {
    const db = await DuckDBInstance.create(':memory:', { threads })
    const c = await db.connect()
    await c.run(`COPY (SELECT order_date, channel, sum(order_value), count(*) FROM ${from}
        GROUP BY ALL ORDER BY ALL) TO '/dev/null'`)
})()
END

# As many orders of the shipped shop as asked for, in four channels and a year.
simulate() {
    local n=$1 k
    k=$(awk -v n="$n" 'BEGIN { printf "%.6f", n / 145335 }')
    shift
    printf '%s' "$B/bin/aee-simulate --set inventory.enabled=false"
    awk -v k="$k" 'BEGIN {
        split("Organic 8000 Paid_Search 4000 Paid_Social 3000 Email 1000", c, " ")
        for (i = 1; i < 9; i += 2) printf " --set channels.%s.base_sessions=%.3f", c[i], c[i + 1] * k }'
    printf ' %s' "$@" orders
}
S=$DATA/simulated.$ROWS
if [ ! -e "$S" ]; then
    bash -c "$(simulate "$ROWS") -o $S"
fi
cat >"$DATA/simulate.js" <<'END'
const { DuckDBInstance } = require(process.argv[2] + '/node_modules/@duckdb/node-api')
const [, , , rows, threads] = process.argv
;(async () => {
    const db = await DuckDBInstance.create(':memory:', { threads })
    const c = await db.connect()
    await c.run(`COPY (SELECT i + 1 AS order_id, DATE '2025-01-01' + (i * 365 // ${rows})::INTEGER AS order_date,
        ['Organic', 'Paid_Search', 'Paid_Social', 'Email'][1 + (hash(i) % 4)::INTEGER] AS channel,
        (random() * 300)::INTEGER + 1 AS product_id, (random() * 20000)::INTEGER + 1 AS customer_id,
        CASE WHEN random() < 0.85 THEN 1 WHEN random() < 0.8 THEN 2 ELSE 3 END AS quantity,
        (random() * 10000 + 200)::DECIMAL(12,2) AS order_value
        FROM range(${rows}) t(i)) TO '/dev/null' (FORMAT csv, HEADER)`)
})()
END

names=() commands=() results=()
job() {
    if ((${#names[@]} > 0)) && [[ ! $1 =~ ${ONLY:-} ]]; then return; fi
    names+=("$1")
    commands+=("$2")
    results+=("$DATA/result.${#names[@]}")
    : >"$DATA/result.${#names[@]}"
}

kpi=$B/bin/aee-kpi
job "\`wc -l\`" "wc -l <$P"
job "\`cat \\| wc -l\`" "cat $P | wc -l"
job "libcsv alone" "$B/bench/bench_libcsv <$P"
job "**aee-kpi -g channel**" "$kpi -g channel <$P"
job "from a pipe" "cat $P | $kpi -g channel"
job "every field quoted" "$kpi -g channel <$DATA/quoted.$ROWS"
job "CRLF" "$kpi -g channel <$DATA/crlf.$ROWS"
job "2 % odd records" "$kpi -g channel <$DATA/odd.$ROWS"
job "shuffled" "$kpi -g channel <$DATA/shuffled.$ROWS"
job "1 % bad rows, skipped" "$kpi -g channel --bad-rows=skip <$DATA/bad.$ROWS"
job "**aee-kpi -p day -t traffic --customers**" "$kpi -t $DATA/traffic.$ROWS --customers <$P"
if [ -d "$DUCKDB/node_modules/@duckdb" ]; then
    job "DuckDB, 1 thread" "node $DATA/duckdb.js $DUCKDB $P csv 1"
    job "DuckDB, 2 threads" "node $DATA/duckdb.js $DUCKDB $P csv 2"
fi
if command -v mawk >/dev/null; then
    job "mawk" "mawk -F, 'NR > 1 { k = \$1 \",\" \$2; s[k] += \$5; n[k]++ } END { for (k in s) print k, s[k], n[k] }' $P"
fi
if command -v mlr >/dev/null; then
    job "Miller" "mlr --icsv --ojson stats1 -a sum,count -f order_value -g order_date,channel $P"
fi
job "NDJSON of a fifth of the rows: \`wc -l\`" "wc -l <$J"
job "**aee-kpi -g channel**, NDJSON" "$kpi -g channel <$J"
if [ -d "$DUCKDB/node_modules/@duckdb" ]; then
    job "DuckDB, 1 thread, NDJSON" "node $DATA/duckdb.js $DUCKDB $J json 1"
fi
job "simulated orders: \`wc -l\`" "wc -l <$S"
job "**aee-simulate orders**" "$(simulate "$ROWS")"
job "\`-j 2\`" "$(simulate "$ROWS" -j 2)"
job "**aee-simulate orders \\| aee-kpi -g channel**" "$(simulate "$ROWS") | $kpi -g channel"
job "a quarter of them" "$(simulate $((ROWS / 4))) | $kpi -g channel"
if [ -d "$DUCKDB/node_modules/@duckdb" ]; then
    job "DuckDB, 1 thread: range() and COPY" "node $DATA/simulate.js $DUCKDB $ROWS 1"
    job "DuckDB, 2 threads: range() and COPY" "node $DATA/simulate.js $DUCKDB $ROWS 2"
fi

measure() {
    { time bash -c "${commands[$1]}" >/dev/null 2>&1; } 2>>"${results[$1]}"
}
for ((round = 0; round < ROUNDS; round++)); do
    for i in "${!names[@]}"; do measure "$i"; done
done

# Column 1: CPU, 2: wall.
median() {
    awk -v what="$2" '{ print what == 1 ? $1 + $2 : $3 }' "$1" | sort -n |
        awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
}
peak() {
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -q -f %M -o "$DATA/peak" bash -c "exec $1" >/dev/null 2>&1 || true
        awk 'END { printf "%.1f", $1 / 1024 }' "$DATA/peak"
    fi
}

base=$(median "${results[0]}" 1)
echo "Orders to revenue and orders by day and channel: $ROWS rows, $(wc -c <"$P") bytes, medians of"
echo "$ROUNDS interleaved rounds, $(date -u +%Y-%m-%d), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1),"
echo "$(nproc) cores, $("$kpi" --version), $(wc --version | head -1)."
if [ -d "$DUCKDB/node_modules/@duckdb" ]; then
    echo "DuckDB $(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$DUCKDB/node_modules/@duckdb/node-api/package.json" | head -1)."
fi
echo
echo "| what | CPU s | wall s | x \`wc -l\` | peak MiB |"
echo "| --- | --- | --- | --- | --- |"
for i in "${!names[@]}"; do
    cpu=$(median "${results[i]}" 1)
    # Each file has its own floor.
    if [[ ${names[i]} = *': `wc -l`' ]]; then base=$cpu; fi
    printf '| %s | %s | %s | %s | %s |\n' "${names[i]}" "$(printf %.3f "$cpu")" \
        "$(printf %.3f "$(median "${results[i]}" 2)")" \
        "$(awk -v a="$cpu" -v b="$base" 'BEGIN { printf "%.1f", a / b }')" \
        "$(peak "${commands[i]}")"
done
rm -f "${results[@]}" "$DATA/peak"
