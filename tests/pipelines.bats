#!/usr/bin/env bats
# pipelines/: what `make run` makes again and what not, and analyze.sh.
bats_require_minimum_version 1.5.0

# The demonstration in a tree of its own, once; each test has a copy, with the
# times of its files.
setup_file() {
    export DONE=$BATS_FILE_TMPDIR/done
    mkdir -p "$DONE"
    cp -rp Makefile tools common config pipelines tests man "$DONE"
    cp "$DONE/config/simulation.yaml" "$DONE/shop.yaml"
    make -s -C "$DONE" B="$BUILD" RUN_CONFIG=shop.yaml run >/dev/null
}

setup() {
    cp -rp "$DONE" "$BATS_TEST_TMPDIR/tree"
    cd "$BATS_TEST_TMPDIR/tree" || return
}

again() {
    make -s --no-print-directory B="$BUILD" RUN_CONFIG=shop.yaml run
}

# Every file of out/ with its time and what it holds.
state() {
    find out -type f -printf '%p %T@ ' -exec cksum {} \; | sort
}

@test "make run: a second one does nothing" {
    state >before
    run -0 again
    [ -z "$output" ]
    diff before <(state)
}

@test "make run: a changed configuration makes again what depends on it" {
    sed -i 's/multiplier: 1.7/multiplier: 1/' shop.yaml
    run -0 again
    [[ $output != *2025-03-15* && ${lines[0]} == "2025-01-01 to 2025-12-31: "* ]]
    for file in data/orders.csv daily.csv kpi.json consensus.csv consensus.json summary.txt; do
        if cmp -s "out/$file" "$DONE/out/$file"; then echo "$file is as before"; return 1; fi
    done
    run -0 again
    [ -z "$output" ]
}

@test "make run: a changed script makes the analysis again, not the shop" {
    touch pipelines/analyze.sh
    state | grep out/data/ >before
    run -0 again
    [ "$output" = "$(cat "$DONE/out/summary.txt")" ]
    diff before <(state | grep out/data/)
    find out -maxdepth 1 -type f ! -newer pipelines/analyze.sh | diff /dev/null -
}

@test "make run: what was deleted is made again, with the same bytes" {
    rm out/consensus.csv
    again >/dev/null
    cmp out/consensus.csv "$DONE/out/consensus.csv"
    rm out/data/events.csv out/kpi.json
    again >/dev/null
    diff -r out "$DONE/out"
}

@test "analyze.sh: a step that fails leaves no file of its own, and status 1" {
    mkdir new
    head -n 100 out/data/orders.csv >orders.csv
    echo 101,2025-01-02,Email,1,1,1,much >>orders.csv
    PATH=$BUILD/bin:$PATH run -1 pipelines/analyze.sh orders.csv - new
    [ "$output" = "aee-kpi: orders.csv:101: column 'order_value': 'much' is not a number" ]
    [ -z "$(ls -A new)" ]
    # Of three programs in a pipe the second ends with an error.
    mkdir bin
    printf '#!/bin/sh\ncat\nexit 1\n' >bin/aee-iforest
    chmod +x bin/aee-iforest
    PATH=$PWD/bin:$BUILD/bin:$PATH run -1 pipelines/analyze.sh out/data/orders.csv - new
    [ "$(ls -A new)" = $'daily.csv\nkpi.json' ]
}

@test "analyze.sh: names with blanks, no traffic, options of aee-kpi" {
    mkdir "my shop"
    mlr --icsv --ocsv rename order_value,Total out/data/orders.csv >"my shop/o 1.csv"
    PATH=$BUILD/bin:$PATH run -0 pipelines/analyze.sh "my shop/o 1.csv" - "my shop/out" -m order_value=Total
    [[ ${lines[0]} == *"conversion rate unknown" ]]
    for file in out/*.*; do
        [ -s "my shop/$file" ]
    done
    aee-kpi out/data/orders.csv | cmp - "my shop/out/daily.csv"
}

@test "make run: the page and the document know every part" {
    run -1 grep -o 'Not given, [^<]*' out/report.html
    jq -e '[.change_analysis, .incidents, .forecast, .data_quality] | all(.available)' out/insights.json
    jq -e '.forecast.horizons | map(.rows) == [7, 30, 90]' out/insights.json
    jq -e '[.sources[].source] == ["consensus", "kpi", "by_channel", "explain", "incidents", "backtest"]' out/insights.json
    # Of the ten events eight are incidents, as with detect.sh.
    [ "$(wc -l <out/incidents.csv)" -eq 9 ]
}

@test "analyze.sh: few days have a page without what needs more" {
    awk -F, 'NR == 1 || $2 <= "2025-01-12"' out/data/orders.csv >orders.csv
    mkdir few
    touch few/backtest.csv
    PATH=$BUILD/bin:$PATH run -0 --separate-stderr pipelines/analyze.sh orders.csv - few
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == *"analyze.sh: the report goes without a test of its forecast" ]]
    [[ -s few/report.html && -s few/insights.json && -s few/explain.csv && ! -e few/backtest.csv ]]
}

@test "analyze.sh: distinct orders, which no cube has" {
    PATH=$BUILD/bin:$PATH run -0 pipelines/analyze.sh out/data/orders.csv out/data/website_traffic.csv new --distinct-orders
    [ "$output" = "$(cat out/summary.txt)" ]
    [ -s new/incidents.csv ]
}

@test "analyze.sh: usage" {
    run -0 pipelines/analyze.sh --help
    [[ ${lines[0]} == "usage: analyze.sh ORDERS TRAFFIC OUTDIR"* ]]
    run -2 --separate-stderr pipelines/analyze.sh one two
    [ -z "$output" ]
    # shellcheck disable=SC2154 # bats sets it
    [[ $stderr == "usage: analyze.sh "* ]]
}
