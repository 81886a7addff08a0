#!/usr/bin/env bash
# How fast orders become key figures, against wc -l, libcsv alone, and whatever
# of DuckDB, Miller and mawk is there.  Commands take turns; the table has
# medians of ROUNDS rounds: CPU (user + system) and wall seconds, the ratio of the
# CPU to `wc -l` of the plain file (or of the NDJSON), and the peak memory.
# Writes Markdown.
# usage: tests/bench/records.sh; ROWS, ROUNDS, DATA (a directory for the files)
# and DUCKDB (a directory where npm has put @duckdb/node-api) may be set.
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

names=() commands=() results=()
job() {
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
