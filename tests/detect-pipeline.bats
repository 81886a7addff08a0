#!/usr/bin/env bats
bats_require_minimum_version 1.5.0

setup() {
    T=$BATS_TEST_TMPDIR
    local name
    for name in orders website_traffic products; do
        gzip -dc "tests/data/original-$name.csv.gz" >"$T/$name.csv"
    done
}

@test "pipelines/detect.sh: orders and traffic to incidents and a consensus" {
    printf 'kind,start_date,end_date\nsale,2025-03-15,2025-03-16\noutage,2025-09-10,2025-09-12\n' >"$T/events.csv"
    run -0 pipelines/detect.sh "$T/orders.csv" "$T/website_traffic.csv" "$T/out"
    [[ $output == *"2025-03-15 to 2025-03-16: spike up, "* ]]
    diff -u "$T/out/detect.txt" - <<<"$output"
    [ "$(cd "$T/out" && echo *)" = "cube.csv days.csv detect.csv detect.txt incidents.csv metrics.csv models.csv score.txt" ]
    [ "$(wc -l <"$T/out/detect.csv")" -eq 366 ]
    [ "$(mlr --icsv --onidx cut -of start_date,tier "$T/out/incidents.csv" | paste -sd ' ')" = \
        "2025-03-15 critical 2025-09-10 critical" ]
    for model in detect models_consensus consensus; do
        grep -q "^$model: 1.00 years, 2 events of 5 days; flagged: 5 of these" "$T/out/score.txt"
    done
    [ "$(mlr --icsv --onidx filter '$tier == "critical"' 'then' cut -f date "$T/out/detect.csv" | paste -sd ' ')" = \
        "2025-03-15 2025-03-16 2025-09-10 2025-09-11 2025-09-12" ]
    grep -q '^detect: 1.00 years, 2 events of 5 days; flagged: 5 of these' "$T/out/score.txt"
}

@test "pipelines/detect.sh: without traffic and products, from orders alone" {
    mkdir "$T/alone"
    cp "$T/orders.csv" "$T/alone/"
    run -0 pipelines/detect.sh "$T/alone/orders.csv" - "$T/out"
    [ ! -e "$T/out/score.txt" ]
    [ "$(cut -d, -f2 "$T/out/cube.csv" | sort -u | paste -sd ,)" = channel,dimension,total ]
}

@test "pipelines/detect.sh: of orders in NDJSON the tables are still CSV" {
    diff <(pipelines/detect.sh "$T/orders.csv" "$T/website_traffic.csv" "$T/out") - < <(
        mlr --icsv --ojsonl cat "$T/orders.csv" >"$T/orders.jsonl"
        pipelines/detect.sh "$T/orders.jsonl" "$T/website_traffic.csv" "$T/json")
    diff -r "$T/out" "$T/json"
}

@test "pipelines/detect.sh: orders and traffic may come by a pipe" {
    mkdir "$T/alone"
    cp "$T/orders.csv" "$T/alone/"
    pipelines/detect.sh "$T/alone/orders.csv" "$T/website_traffic.csv" "$T/out"
    # shellcheck disable=SC2002 # a pipe is what is asked for
    cat "$T/orders.csv" | pipelines/detect.sh - <(cat "$T/website_traffic.csv") "$T/piped"
    diff -r "$T/out" "$T/piped"
    pipelines/detect.sh <(cat "$T/orders.csv") "$T/website_traffic.csv" "$T/piped"
    diff -r "$T/out" "$T/piped"
}

@test "pipelines/detect.sh: distinct orders are judged by the key figures" {
    # Each order in two lines.
    awk -F, 'NR == 1 { print "order_id," $0; next } { print NR "," $0; print NR "," $0 }' "$T/orders.csv" >"$T/lines.csv"
    run -0 pipelines/detect.sh "$T/lines.csv" "$T/website_traffic.csv" "$T/out" --distinct-orders
    [[ $output == *"2025-03-15 to 2025-03-16: spike up, "* ]]
    [ ! -e "$T/out/cube.csv" ]
    diff <(mlr --icsv --onidx cut -f orders "$T/out/detect.csv") \
        <(aee-kpi "$T/orders.csv" | mlr --icsv --onidx cut -f orders)
}

@test "pipelines/detect.sh: a failure leaves no half of a file" {
    sed -i '5s/2025/20x5/' "$T/orders.csv"
    run -1 pipelines/detect.sh "$T/orders.csv" "$T/website_traffic.csv" "$T/out"
    [ -z "$(ls -A "$T/out")" ]
    run -2 pipelines/detect.sh "$T/orders.csv"
}
