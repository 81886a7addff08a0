#!/usr/bin/env bash
# aee-forecast and its model against R's prophet, in one run on the same series:
# a table of times, ratios and the ratios that are asked for; then the log
# posteriors of the reference cases at hand.  Without R, our times alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
B=${B:-build}
out=$B/bench/forecast
mkdir -p "$out"

"$B"/bench/bench_forecast "$out" >"$out/ours"
if Rscript -e 'library(prophet)' >/dev/null 2>&1; then
    Rscript tests/bench/forecast.R "$out" >"$out/theirs" 2>/dev/null
else
    echo 'forecast: no R with prophet here (Debian: r-cran-prophet); our times alone' >&2
    : >"$out/theirs"
fi

# Microseconds of wall time that a command takes, the best of $1 runs.
wall() {
    local n=$1 best=0 from us
    shift
    for ((i = 0; i < n; i++)); do
        from=${EPOCHREALTIME/./}
        "$@" >/dev/null 2>&1
        us=$((${EPOCHREALTIME/./} - from))
        if ((i == 0 || us < best)); then best=$us; fi
    done
    echo "$best"
}

one=$out/series-2905.csv
head -n 2906 "$one" >"$out/one.csv"
ours=("$B"/bin/aee-forecast -c y -n 30 --yearly on --weekly on --daily off)
echo "process 2905 $(wall 20 "${ours[@]}" -o "$out/one.out" "$out/one.csv")" >>"$out/ours"
if [ -s "$out/theirs" ]; then
    echo "process 2905 $(wall 2 Rscript tests/bench/forecast-process.R "$out/one.csv" "$out/r.out")" >>"$out/theirs"
    # 10,000 warm fits of R would take as long.
    warm=$(awk '/^fit additive 365 / { print 10000 * $4 }' "$out/theirs")
    echo "series 10000 $warm" >>"$out/theirs"
fi
many=("${ours[@]}" -g series -j 2 --contiguous -o "$out/many.out")
echo "series 10000 $(wall 2 "${many[@]}" "$out/many.csv")" >>"$out/ours"

echo "$(date -u +%F), $(uname -m), $("${CC:-cc}" --version | head -1), $(Rscript -e 'cat(R.version.string, "; prophet",
    as.character(packageVersion("prophet")), "; rstan", as.character(packageVersion("rstan")))' 2>/dev/null || echo no R)"
awk '
    BEGIN {
        want["fit additive 365"] = 300; want["fit additive 1096"] = 600; want["fit additive 2905"] = 2500
        want["fit multiplicative 365"] = 80; want["fit multiplicative 1096"] = 150; want["fit multiplicative 2905"] = 400
        want["predict 365"] = want["predict 1096"] = want["predict 2905"] = 20000
        want["process 2905"] = 500; want["series 10000"] = 60
        printf "%-26s %14s %14s %10s %10s\n", "what", "ours, us", "R, us", "ratio", "asked for"
    }
    /^(case|many) / { next }
    { us = $NF; key = $0; sub(/ [^ ]+ *$/, "", key) }
    FNR == NR { theirs[key] = us; next }
    { printf "%-26s %14.1f %14s %10s %10s\n", key, us, key in theirs ? theirs[key] : "-",
        key in theirs ? sprintf("%.0f", theirs[key] / us) : "-", want[key] }
' "$out/theirs" "$out/ours"
if [ -x /usr/bin/time ]; then
    for n in 100 1000 10000; do
        head -n $((365 * n + 1)) "$out/many.csv" >"$out/some.csv"
        for way in "-j 2 --contiguous" "-j 2"; do
            # shellcheck disable=SC2086
            echo "peak memory of $n series, $way: $(/usr/bin/time -f %M "${ours[@]}" -g series $way \
                -o "$out/many.out" "$out/some.csv" 2>&1 | tail -n 1) kB"
        done
    done
fi
echo
awk '
    BEGIN { printf "%-22s %16s %14s %14s %14s\n", "log posterior", "ours", "- R best", "- R default", "- exact" }
    /^case / { printf "%-22s %16.9f %14.3g %14.3g %14.3g\n", $2, $3, $3 - $4, $3 - $5, $3 - $6
        if ($3 < $4 - 1e-9 || $3 < $6 - 1e-6) bad++ }
    END { print bad + 0 " cases below Prophet or the optimum" }
' "$out/ours"
