# What the scripts that measure programs share: commands that take turns, and a
# table of their medians beside what is asked of them.  To be sourced in the top
# of the tree.  Sets B, ROUNDS, DATA and DUCKDB (a directory where npm has put
# @duckdb/node-api), where they are not set.
# shellcheck shell=bash

B=${B:-build}
ROUNDS=${ROUNDS:-5}
DATA=${DATA:-${TMPDIR:-/tmp}/aee-bench}
DUCKDB=${DUCKDB:-$DATA/duckdb}
export LC_ALL=C TZ=UTC
TIMEFORMAT='%U %S %R'
mkdir -p "$DATA"
results=$(mktemp -d "$DATA/results.XXXXXX")
trap 'rm -rf "$results"' EXIT

awk=awk
if command -v mawk >/dev/null; then awk=mawk; fi

has_duckdb() {
    [[ -d $DUCKDB/node_modules/@duckdb ]] && command -v node >/dev/null
}

# made FILE COMMAND...: FILE of the data, by a command that writes it, unless it
# is there.
made() {
    local file=$DATA/$1
    shift
    [[ -e $file ]] && return
    "$@" >"$file.new"
    mv "$file.new" "$file"
}

# job ID COMMAND: a command to be measured.  The program whose memory counts
# stands behind an @ in it.
declare -A commands=()
jobs=()
job() {
    jobs+=("$1")
    commands[$1]=$2
}

# duckdb ID THREADS SQL: a statement to be measured, without the start of node.
duckdb() {
    job "$1" "TIMES=$results/query @ node $DATA/duckdb.js $DUCKDB $2 $results/$1.sql"
    printf '%s\n' "$3" >"$results/$1.sql"
    cat >"$DATA/duckdb.js" <<'END'
const [, , folder, threads, sql] = process.argv
const { DuckDBInstance } = require(folder + '/node_modules/@duckdb/node-api')
const fs = require('fs')
;(async () => {
    const c = await (await DuckDBInstance.create(':memory:', { threads })).connect()
    const start = process.hrtime.bigint(), before = process.cpuUsage()
    await c.run(fs.readFileSync(sql, 'utf8'))
    const used = process.cpuUsage(before), wall = Number(process.hrtime.bigint() - start)
    fs.writeFileSync(process.env.TIMES, `${used.user / 1e6} ${used.system / 1e6} ${wall / 1e9}\n`)
})()
END
}

once() {
    rm -f "$results/query"
    if ! { time sh -c "${commands[$1]//@ /}" >/dev/null 2>"$results/messages"; } 2>"$results/time"; then
        echo "failed: ${commands[$1]//@ /}" >&2
        cat "$results/messages" >&2
        return 1
    fi
    if [[ -s $results/query ]]; then mv "$results/query" "$results/time"; fi
    cat "$results/time" >>"$results/$1"
}

# measure [ID...]: the jobs (all) take turns, ROUNDS times.
measure() {
    local id round
    [[ $# -gt 0 ]] || set -- "${jobs[@]}"
    for ((round = 0; round < ROUNDS; round++)); do
        for id in "$@"; do once "$id"; done
    done
}

# of WHAT ID: its median processor time (cpu) or time by the clock (wall), in
# seconds, or its peak memory in MiB; nothing for what was not measured.
of() {
    [[ -e $results/$2 ]] || return 0
    if [[ $1 == peak ]]; then
        peak "$2"
    else
        "$awk" -v what="$1" '{ print what == "cpu" ? $1 + $2 : $3 }' "$results/$2" | sort -n |
            "$awk" '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int(NR / 2) + 1]) / 2 }'
    fi
}

peak() {
    local file=$results/$1.peak
    [[ -x /usr/bin/time ]] || return 0
    if [[ ! -e $file ]]; then
        sh -c "${commands[$1]//@ //usr/bin/time -q -f %M -o $file.new }" >/dev/null 2>&1 || true
        "$awk" 'END { printf "%.1f\n", $1 / 1024 }' "$file.new" >"$file"
    fi
    cat "$file"
}

# ratio A B: to two digits.
ratio() {
    if [[ -n $1 && -n $2 ]]; then
        "$awk" -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b }'
    fi
}

# heading BASE: the head of a table whose CPU are multiples of BASE.
heading() {
    echo "| what | CPU s | wall s | x $1 | peak MiB | asked for | held |"
    echo "| --- | --- | --- | --- | --- | --- | --- |"
}

# row BASE ID NAME [LIMIT...]: a line of the table.  BASE is the job that the CPU
# is a multiple of.  A limit is "WHAT ID MOST NAME", as in "cpu wc 5 x \`wc -l\`":
# what may be so many times that of another job; or "peak - 8 MiB".
row() {
    local base=$1 id=$2 name=$3 limit asked="" held="" missed=no what other most unit got
    shift 3
    for limit in "$@"; do
        read -r what other most unit <<<"$limit"
        got=$(of "$what" "$id")
        if [[ $other != - ]]; then got=$(ratio "$got" "$(of "$what" "$other")"); fi
        asked+="${asked:+, }$most $unit"
        held+="${held:+, }${got:-not measured}"
        if [[ -n $got ]] && "$awk" -v a="$got" -v b="$most" 'BEGIN { exit !(a > b) }'; then missed=yes; fi
    done
    if [[ -n $asked && $held != *"not measured"* ]]; then
        if [[ $missed == yes ]]; then held="NO: $held"; else held="yes: $held"; fi
    fi
    printf '| %s | %.3f | %.3f | %s | %s | %s | %s |\n' "$name" "$(of cpu "$id")" "$(of wall "$id")" \
        "$(ratio "$(of cpu "$id")" "$(of cpu "$base")")" "$(peak "$id")" "$asked" "$held"
}

# What was measured where, as a paragraph.
versions() {
    local list
    list="$("$B/bin/aee-kpi" --version), $(wc --version | sed -n 1p)"
    if has_duckdb; then
        list+=", DuckDB $(sed -n 's/.*"version": "\([^"]*\)".*/\1/p' "$DUCKDB/node_modules/@duckdb/node-api/package.json" | sed -n 1p)"
    fi
    if command -v mlr >/dev/null; then list+=", $(mlr --version)"; fi
    if command -v mawk >/dev/null; then list+=", $(mawk -W version 2>&1 | sed "s/,.*//; q")"; fi
    echo "$(date -u +%Y-%m-%d), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed -n 1p), $(nproc) cores;"
    echo "$list."
    echo "Medians of $ROUNDS rounds in which the commands took turns."
}
