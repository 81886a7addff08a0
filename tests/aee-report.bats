#!/usr/bin/env bats
# bats sets stderr and stderr_lines, and report.bash report_options.
# shellcheck disable=SC2154
bats_require_minimum_version 1.5.0

setup() {
    T=$BATS_TEST_TMPDIR
    # shellcheck source=tests/report.bash
    . tests/report.bash
    report_all "$T"
}

# absent: grep that finds nothing.
absent() {
    ! grep "$@"
}

# all_of: the report with every part.
all_of() {
    aee-report "$@" "${report_options[@]}" "$T/days.csv"
}

# ---- what it says -----------------------------------------------------------------

@test "aee-report: the figures of the last week, their changes and verdicts" {
    run -0 --separate-stderr aee-report -F text "$T/days.csv"
    [ -z "$stderr" ]
    grep -qx 'The figures are of 2025-03-24 to 2025-03-30, the last 7 days that are known,' <<<"$output"
    # 14000 after 7021; 70 orders and 3500 sessions in both.
    grep -qx 'Revenue  *14,000  *+99.4 %  more than noise' <<<"$output" ||
        grep -qx 'Revenue  *14,000.00  *+99.4 %  more than noise' <<<"$output"
    grep -qx 'Orders  *70  *0.0 %  the history cannot tell' <<<"$output"
    grep -qx 'Order value  *200.00  *+99.4 %  more than noise' <<<"$output"
    grep -qx 'Conversion rate  *2.00 %  *0.0 %  the history cannot tell' <<<"$output"
    grep -qx 'Revenue per session  *4.00  *+99.4 %  more than noise' <<<"$output"
}

@test "aee-report: a verdict of aee-explain on the same days is taken over" {
    sed -i '2s/,real,/,thin,/' "$T/explain.csv"
    run -0 aee-report -F text --explain "$T/explain.csv" "$T/days.csv"
    grep -q '^Revenue .* too little data to tell$' <<<"$output"
    # Of other days it says nothing about the last ones.
    sed -i 's/2025-03-24,2025-03-30/2025-03-24,2025-03-29/' "$T/explain.csv"
    run -0 aee-report -F text --explain "$T/explain.csv" "$T/days.csv"
    grep -q '^Revenue .* more than noise$' <<<"$output"
}

@test "aee-report: --window sets the days that are compared" {
    run -0 aee-report -F text --window 14 "$T/days.csv"
    # 14000 + 7021 after 7161 + 7091.
    grep -q '^Revenue  *21,021.* +47.5 %' <<<"$output"
    run -2 aee-report --window 0 "$T/days.csv"
}

@test "aee-report: sums of the forecast against as many days before" {
    run -0 aee-report -F text "$T/days.csv"
    grep -qx 'From 2025-03-31 to 2025-04-02 the forecast expects revenue of 3,030, -49.5 %' <<<"$output"
    grep -qx '3 days  2025-03-31  2025-04-02     3,030           6,000  -49.5 %' <<<"$output"
}

@test "aee-report: what lies inside the interval" {
    run -0 aee-report -F text "$T/days.csv"
    # All but the last week and one day.
    grep -qx '76 of 84 known values (90.5 %) lie inside the interval.' <<<"$output"
}

@test "aee-report: months" {
    run -0 aee-report -F text "$T/days.csv"
    awk '/^2025-01 / { print $2, $3 }' <<<"$output" | grep -Eqx '26,[0-9]{3} 260'
}

@test "aee-report: a month of which not all days are there has no change" {
    { echo date,revenue; for k in $(seq 0 88); do date -u -d "2025-01-01 $k days" +%F,100; done; } >"$T/from-new-year.csv"
    run -0 aee-report -F text "$T/from-new-year.csv"
    grep -Eqx '2025-02  *2,800.00  *-9.7 %' <<<"$output"
    grep -Eqx '2025-03  *3,000.00  *–' <<<"$output"
}

@test "aee-report: confirmed days, and what was expected of them" {
    run -0 aee-report -F text "$T/days.csv"
    grep -Eqx '2025-02-05  5,000  *1,010  *\+3,990  *\+395.1 %  zscore\+forecast' <<<"$output"
    grep -qx 'Several models agree that 1 of 84 days is an anomaly, the last of them' <<<"$output"
}

@test "aee-report: the change as steps from the base to now" {
    run -0 all_of -F text
    grep -q '^Revenue of 2025-03-24 to 2025-03-30 was 14,000, after 7,021 in' <<<"$output"
    grep -Eqx 'before  *7,021  (█){12}' <<<"$output"
    grep -Eq '^volume of sessions  *-21  .*  -0.3 %  noise$' <<<"$output"
    grep -Eq '^order value  *\+7,000  .*  \+99.7 %  real$' <<<"$output"
    grep -Eqx 'now  *14,000  (█){24}' <<<"$output"
}

@test "aee-report: lines of aee-explain that are no drivers are listed" {
    sed -i '2,$s/,driver,/,element,/; s/,volume,/,channel,/' "$T/explain.csv"
    run -0 aee-report -F text --explain "$T/explain.csv" "$T/days.csv"
    grep -Eq '^element  *channel  *-21  *-0.3 %  noise$' <<<"$output"
}

@test "aee-report: channels by day, and by totals where there are no days" {
    run -0 aee-report -F text --by-channel "$T/channels.csv" "$T/days.csv"
    grep -Eq '^Organic  *50,400  *60.0 %  *504  *2.00 %  *2.00  *0.0 %$' <<<"$output"
    grep -Eq '^all  *84,000  100.0 %  *840 ' <<<"$output"
    cat >"$T/kpi.json" <<'END'
{ "total_revenue": 300, "revenue_by_channel": { "Email": 100, "Organic": 200 }, "orders_by_channel": { "Email": 1 },
  "rows": 3, "bad_rows": 1 }
END
    run -0 aee-report -F text --kpi "$T/kpi.json" "$T/days.csv"
    grep -Eq '^Organic  *200  *66.7 %' <<<"$output"
    grep -Eq '^Email  *100  *33.3 %  *1' <<<"$output"
    grep -q 'the totals are 300:' <<<"$output"
    grep -Eq '^orders left out  *1$' <<<"$output"
}

@test "aee-report: many channels are summed up" {
    { echo date,channel,revenue
      for k in $(seq 60); do printf '2025-03-01,c%d,%d\n2025-03-30,c%d,1\n' "$k" "$k" "$k"; done; } >"$T/many.csv"
    run -0 aee-report --by-channel "$T/many.csv" "$T/days.csv"
    grep -q 'all others' <<<"$output"
    # 1 + 2 + .. + 60, and 60.
    grep -q '<th>all<td>1,890' <<<"$output"
    # 49 with a row: what is left is 1 + .. + 11, and 11.
    grep -q '<th>all others<td>77' <<<"$output"
}

@test "aee-report: incidents, components and a backtest" {
    run -0 all_of -F text
    grep -Eq '^7 .*2025-02-04 to 2025-02-05  price .* 3,990  high  a price with a digit too many$' <<<"$output"
    grep -Eq '^Saturday  *\+60.00  ' <<<"$output"
    grep -Eq '^Sunday  *-10.00  ' <<<"$output"
    # A term without values is not in the model, and what follows is none.
    absent yearly <<<"$output"
    absent "The term 'votes'" <<<"$output"
    grep -qx 'Forecasts of the past, 1 to 3 rows ahead, were off by 25 on average.' <<<"$output"
    grep -qx 'The value of a season before is off by 40: the model is better.' <<<"$output"
    grep -qx '80.0 % of the values lay inside the interval of their forecast.' <<<"$output"
}

@test "aee-report: gaps and a last day that is not over are told, and left out" {
    sed -i '/^2025-01-1[45]/d; s/^2025-03-30,2000/2025-03-30,300/' "$T/days.csv"
    run -0 aee-report -F text "$T/days.csv"
    grep -qx 'No row: 2025-01-14 to 2025-01-15.' <<<"$output"
    grep -q '^The last day, 2025-03-30, has .. % of the revenue that is usual' <<<"$output"
    grep -qx 'The figures are of 2025-03-23 to 2025-03-29, the last 7 days that are known,' <<<"$output"
    grep -Eqx 'days without a row  *2' <<<"$output"
}

@test "aee-report: sums of unlike days are told" {
    sed -i '/^2025-03-25/d' "$T/days.csv"
    run -0 aee-report -F text "$T/days.csv"
    grep -qx 'Revenue is known on 6 of 7 days now and on 7 before: the sums are of different' <<<"$output"
}

@test "aee-report: --daily gives what the consensus lacks" {
    cut -d, -f1-4 "$T/days.csv" | head -85 >"$T/daily.csv"
    cut -d, -f1,2,5- "$T/days.csv" >"$T/bare.csv"
    run -0 aee-report -F text "$T/bare.csv"
    grep -q 'There are no orders, only revenue.' <<<"$output"
    run -0 aee-report -F text --daily "$T/daily.csv" "$T/bare.csv"
    grep -Eq '^Orders  *70 ' <<<"$output"
    grep -q '^84 days have key figures from the file of --daily.$' <<<"$output"
    sed -i '2s/,10[0-9]*,/,7,/' "$T/daily.csv"
    echo 2024-01-01,1,1,1 >>"$T/daily.csv"
    run -0 aee-report -F text --daily "$T/daily.csv" "$T/bare.csv"
    grep -q '^1 days have other key figures in the file of --daily.$' <<<"$output"
    grep -q '^1 days of the file of --daily have no row here.$' <<<"$output"
}

@test "aee-report: what was not given is named" {
    run -0 aee-report -F text "$T/days.csv"
    tail -n 4 <<<"$output" | tr '\n' ' ' |
        grep -q 'not in this report: --by-channel, --kpi, --explain, --incidents, --components, --backtest.'
}

@test "aee-report: weeks and months are compared row by row" {
    { echo date,revenue; for k in $(seq 0 20); do date -u -d "2025-01-06 $k weeks" "+%F,$((100 + k % 3))"; done; } >"$T/weeks.csv"
    run -0 aee-report -F text "$T/weeks.csv"
    grep -q 'The figures are of 2025-05-26, the last 1 row that is known, the' <<<"$output"
    grep -Eq '^a row is a  *week$' <<<"$output"
    { echo date,revenue; for k in $(seq 0 20); do date -u -d "2024-01-01 $k months" "+%F,$((100 + k % 3))"; done; } >"$T/months.csv"
    run -0 aee-report -F text "$T/months.csv"
    grep -Eq '^a row is a  *month$' <<<"$output"
}

@test "aee-report: -c names another column that is forecast" {
    sed -i '1s/revenue,orders/revenue,rate/; 2,$s/,10,500,/,0.0123,500,/' "$T/days.csv"
    run -0 aee-report -c rate -F markdown "$T/days.csv"
    grep -q 'rate  .*  0.0123$' <<<"$output"
    absent 'the forecast expects' <<<"$output"
    run -1 --separate-stderr aee-report -c nothing "$T/days.csv"
    [ "$stderr" = "aee-report: $T/days.csv: there is no column 'nothing'" ] || [[ "$stderr" == *nothing* ]]
}

# ---- the page ---------------------------------------------------------------------

@test "aee-report: the names of users stay text everywhere" {
    report_all "$T" '</script><script>alert(1)</script>"&'"'"
    sed -i 's/Organic/<img src=x onerror=alert(2)>/; s/,real,/,<b>real,/' "$T/explain.csv"
    sed -i '2s/price,up/<script>alert(3)<\/script>,up/' "$T/incidents.csv"
    sed -i '1s/weekly/<i>weekly/' "$T/components.csv"
    sed -i 's/zscore+forecast/<u>zscore/' "$T/days.csv"
    run -0 all_of --title '<title>&amp;'
    absent '<script>alert\|<img\|<i>weekly\|<u>\|<b>real' <<<"$output"
    grep -qF '<h1>&lt;title&gt;&amp;amp;</h1>' <<<"$output"
    grep -qF '<th class="long">&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;<td>' <<<"$output"
    grep -qF '"name":"\u003c/script\u003e\u003cscript\u003ealert(1)\u003c/script\u003e\u0022\u0026'"'"'"' <<<"$output"
    # As many elements begin as the page has of its own.
    report_all "$T"
    sed -i '1s/weekly/plain/' "$T/components.csv"
    all_of >"$T/plain.html"
    [ "$(grep -o '<script' <<<"$output" | wc -l)" -eq "$(grep -o '<script' "$T/plain.html" | wc -l)" ]
    [ "$(grep -o '</script' <<<"$output" | wc -l)" -eq "$(grep -o '</script' "$T/plain.html" | wc -l)" ]
}

@test "aee-report: in Markdown and on a terminal names are text too" {
    report_all "$T" $'a|b*c\033[31m\342\200\256_`<'
    run -0 all_of -F markdown
    grep -qF 'a\|b\*c'$'\357\277\275[31m' <<<"$output" || grep -qF 'a\|b\*c'$'\357\277\275''\[31m'$'\357\277\275''\_\`\<' <<<"$output"
    run -0 all_of -F text
    grep -qF 'a|b*c'$'\357\277\275[31m\357\277\275_`<' <<<"$output"
    absent $'\033' <<<"$output"
}

@test "aee-report: every element that must end does, and every link leads somewhere" {
    all_of >"$T/page.html"
    for element in html head body title style script main header footer nav section figure figcaption div ul li p dl dd dt \
        table thead tbody caption details summary svg h1 h2 h3 a span b i time; do
        # Scripts are no markup.
        begun=$(sed '/^<script>$/,/^<\/script>$/d' "$T/page.html" | grep -oE "<$element( |>)" | wc -l)
        ended=$(sed '/^<script>$/,/^<\/script>$/d' "$T/page.html" | grep -o "</$element>" | wc -l)
        [ "$begun" -eq "$ended" ] || { echo "$element: $begun begin, $ended end"; return 1; }
    done
    grep -o ' id="[^"]*"' "$T/page.html" | sort >"$T/ids"
    uniq -d "$T/ids" | absent .
    # What a link names and no id is: nothing.
    grep -o 'href="#[^"]*"' "$T/page.html" | sed 's/href="#/ id="/' | sort -u | comm -23 - "$T/ids" | absent .
    # Every table has its name, every chart that is a picture a label.
    [ "$(grep -c '<caption>.' "$T/page.html")" -eq "$(grep -c '<table' "$T/page.html")" ]
    grep -o '<svg[^>]*role="img"[^>]*>' "$T/page.html" | absent -v 'aria-label="[^"]'
    grep -o '<svg[^>]*>' "$T/page.html" | absent -v 'role="img"\|aria-hidden="true"'
    # Headings go down step by step.
    grep -o '<h[1-6]' "$T/page.html" | tr -d '<h' | awk 'NR == 1 && $1 != 1 || $1 > last + 1 { exit 1 } { last = $1 }'
}

@test "aee-report: the page asks nothing of a network" {
    all_of >"$T/page.html"
    grep -q "default-src 'none'" "$T/page.html"
    grep -oE '(src|href|action|url)[=(]"?[^#" )]+' "$T/page.html" | grep -v '^href="#' | absent -E 'https?:|//'
    absent 'sourceMappingURL' "$T/page.html"
}

@test "aee-report: values of the charts are those of the input" {
    all_of | sed -n '/id="chart-days"/,/<\/figure>/p' | tr -d '\n' |
        sed 's/.*<script type="application\/json">//; s/<\/script>.*//' >"$T/days.json"
    jq -e '.start == 20094 and .n == 87 and .series[0].name == "revenue" and .series[0].y[30] == 5000.25
        and .series[0].y[83] == 2000 and .series[0].y[84] == null and .series[1].lower[86] == 810
        and .series[2].at == [30] and .series[2].few == [5000.25] and .bands == [[20123, 20124, "incident 7: price"]]' "$T/days.json"
}

@test "aee-report: the same input gives the same bytes, in any format and order" {
    all_of >"$T/a.html"
    all_of >"$T/b.html"
    cmp "$T/a.html" "$T/b.html"
    { head -1 "$T/days.csv"; tail -n +2 "$T/days.csv" | sort -r; } >"$T/back.csv"
    aee-report "${report_options[@]}" "$T/back.csv" | cmp "$T/a.html"
    aee-report "${report_options[@]}" - <"$T/days.csv" | cmp "$T/a.html"
    aee-report "$T/days.csv" | cmp - <(tr , '\t' <"$T/days.csv" | aee-report --itsv)
    mlr --icsv --ojsonl cat "$T/days.csv" >"$T/days.jsonl"
    aee-report "${report_options[@]}" "$T/days.jsonl" | cmp "$T/a.html"
}

@test "aee-report: colors are for terminals, and NO_COLOR is respected" {
    aee-report -F text "$T/days.csv" >"$T/plain.txt"
    absent $'\033' "$T/plain.txt"
    script -qec true /dev/null </dev/null >"$T/pty" 2>&1 || skip "no terminal can be had: $(<"$T/pty")"
    script -qec "env -u NO_COLOR aee-report -F text '$T/days.csv'" /dev/null </dev/null | grep -q $'\033\[1m'
    script -qec "NO_COLOR=1 aee-report -F text '$T/days.csv'" /dev/null </dev/null >"$T/no.txt"
    absent $'\033' "$T/no.txt"
    tr -d '\r' <"$T/no.txt" | cmp - "$T/plain.txt"
}

@test "aee-report: Markdown tables have as many cells as columns" {
    run -0 all_of -F markdown
    [ "${lines[0]}" = '# Revenue report' ]
    awk -F'[^\\\\][|]' '/^\|/ { if (last && NF != last) exit 1; last = NF; n++; next } { last = 0 } END { if (n < 20) exit 1 }' <<<"$output"
    grep -q '^| \*\*before\*\* | \*\*7,021\*\* |' <<<"$output"
}

# ---- little, bad and no input ------------------------------------------------------

@test "aee-report: without days there is a page that says so" {
    head -1 "$T/days.csv" >"$T/head.csv"
    for format in html markdown text; do
        run -0 --separate-stderr aee-report -F "$format" "$T/head.csv"
        [ -z "$stderr" ]
        grep -q 'There are no days with values.' <<<"$output"
    done
    run -0 aee-report --ijsonl /dev/null
    run -1 --separate-stderr aee-report /dev/null
    [ "$stderr" = "aee-report: /dev/null: is empty, without a header line" ]
}

@test "aee-report: one row, equal rows, and rows without values" {
    run -0 aee-report -F text <<<$'date,revenue\n2025-01-01,5'
    grep -qx 'Fewer than 7 days are known: nothing to compare.' <<<"$output"
    run -0 aee-report -F text --window 1 <<<$'date,revenue\n2025-01-01,5'
    grep -Eqx 'Revenue  *5.00  *–  nothing to compare with' <<<"$output" || grep -Eqx 'Revenue  *5.00  nothing to compare with' <<<"$output"
    run -0 aee-report <<<$'date,revenue\n2025-01-01,'
    run -0 aee-report <<<$'date,revenue,yhat\n2025-01-01,,3\n2025-01-02,,3'
    run -0 aee-report <<<$'date,revenue\n2025-01-01,0\n2025-01-02,0\n2025-01-03,0'
    run -0 aee-report <<<$'date,revenue\n2025-01-01,-5\n2025-01-02,-5'
    run -0 aee-report <<<$'date,revenue\n0001-01-01,1\n9999-12-31,1e300'
    head -1 "$T/channels.csv" >"$T/none.csv"
    run -0 aee-report --by-channel "$T/none.csv" "$T/days.csv"
    head -1 "$T/explain.csv" >"$T/none.csv"
    run -0 aee-report --explain "$T/none.csv" "$T/days.csv"
    head -1 "$T/components.csv" >"$T/none.csv"
    run -0 aee-report --components "$T/none.csv" "$T/days.csv"
    echo '{}' >"$T/none.json"
    run -0 aee-report --kpi "$T/none.json" "$T/days.csv"
}

@test "aee-report: bad values name file, line and column" {
    sed -i '3s/,1010,/,many,/' "$T/days.csv"
    run -1 --separate-stderr aee-report "$T/days.csv"
    [ "$stderr" = "aee-report: $T/days.csv:3: column 'yhat': 'many' is not a number" ]
    run -0 --separate-stderr aee-report -F text --bad-rows skip "$T/days.csv"
    grep -Eq '^records left out  *1$' <<<"$output"
    report_days "$T/days.csv"
    sed -i '2s/2025-02-05,price/2025-02-03,price/' "$T/incidents.csv"
    run -1 --separate-stderr aee-report --incidents "$T/incidents.csv" "$T/days.csv"
    [ "$stderr" = "aee-report: $T/incidents.csv:2: column 'end_date': '2025-02-03' is before start_date" ]
    sed -i '4s/^3,/2,/' "$T/backtest.csv"
    run -1 --separate-stderr aee-report --backtest "$T/backtest.csv" "$T/days.csv"
    [ "$stderr" = "aee-report: $T/backtest.csv:4: column 'horizon': '2' is not after the horizon before" ]
    sed -i '4s/^2025-01-08/2025-01-07/' "$T/components.csv"
    run -1 --separate-stderr aee-report --components "$T/components.csv" "$T/days.csv"
    [ "$stderr" = "aee-report: $T/components.csv:4: column 'date': '2025-01-07' is not after the row before" ]
    for text in '' '[]' '{' '{"rows":"many"}' '{"revenue_by_channel":{"a":1e999}}' $'{"a":"\xff"}'; do
        printf '%s' "$text" >"$T/kpi.json"
        run -1 --separate-stderr aee-report --kpi "$T/kpi.json" "$T/days.csv"
        [[ "$stderr" = "aee-report: $T/kpi.json: "* ]]
    done
}

@test "aee-report: a date that stands twice is refused" {
    echo '2025-04-02,,,,1010,810,1210,,,,,' >>"$T/days.csv"
    run -1 --separate-stderr aee-report "$T/days.csv"
    [ "$stderr" = "aee-report: 2025-04-02 stands twice: a report is about one series" ]
}

@test "aee-report: missing columns and files" {
    for column in date revenue; do
        sed "1s/$column/other/" "$T/days.csv" >"$T/lack.csv"
        run -1 --separate-stderr aee-report "$T/lack.csv"
        [[ "$stderr" = "aee-report: $T/lack.csv:"*"'$column'"* ]]
    done
    run -0 aee-report -m revenue=value <(sed '1s/revenue/value/' "$T/days.csv")
    for file in by-channel:channel explain:level incidents:start_date backtest:mae components:trend; do
        option=${file%:*} column=${file#*:} input=$option
        [ "$option" != by-channel ] || input=channels
        sed "1s/\b$column\b/other/" "$T/$input.csv" >"$T/lack.csv"
        run -1 --separate-stderr aee-report "--$option" "$T/lack.csv" "$T/days.csv"
        [[ "$stderr" = "aee-report: $T/lack.csv:"*"'$column'"* ]]
        run -1 --separate-stderr aee-report "--$option" "$T/absent" "$T/days.csv"
        [[ "$stderr" = "aee-report: $T/absent: No such file or directory" ]]
    done
    run -1 --separate-stderr aee-report --kpi "$T/absent" "$T/days.csv"
    [ "$stderr" = "aee-report: $T/absent: No such file or directory" ]
}

@test "aee-report: a wrong command line is refused before anything is read" {
    run -2 aee-report --nothing
    run -2 --separate-stderr aee-report -F pdf
    [[ "$stderr" = "aee-report: --format: 'pdf' is not "* ]]
    run -2 --separate-stderr aee-report -g channel
    [ "$stderr" = "aee-report: --group-by: a report is about one series" ]
    run -2 --separate-stderr aee-report --kpi -
    [ "$stderr" = "aee-report: standard input is for the consensus: other input needs a file" ]
    run -2 --separate-stderr aee-report --title $'\xff'
    [ "$stderr" = "aee-report: --title: is not UTF-8" ]
    run -0 aee-report -h
    [[ "$output" = "usage: aee-report "* ]]
}

@test "aee-report: a full disk, a closed pipe, and a file whole or not at all" {
    run -1 --separate-stderr bash -c 'aee-report "$1" >/dev/full' - "$T/days.csv"
    [[ "$stderr" = *"No space left on device" ]]
    run -0 bash -c 'set -o pipefail; { aee-report "$1" || [ $? -eq 141 ]; } | head -1' - "$T/days.csv"
    [ "$output" = '<!DOCTYPE html>' ]
    echo old >"$T/page.html"
    run -1 aee-report -o "$T/page.html" --kpi "$T/absent" "$T/days.csv"
    [ "$(cat "$T/page.html")" = old ]
    run -0 aee-report -o "$T/page.html" "$T/days.csv"
    aee-report "$T/days.csv" | cmp "$T/page.html"
}

@test "aee-report: three years of days with every part are less than 600 KB" {
    awk 'BEGIN { for (i = 0; i < 1096; i++) print "@" (19358 + i) * 86400 }' | date -u -f - +%F >"$T/dates"
    awk 'BEGIN { print "date,revenue,orders,sessions,yhat,yhat_lower,yhat_upper,consensus_anomaly" }
        { x = NR * 7919 % 1000; printf "%s,%.2f,%d,%d,%.5f,%.5f,%.5f,%d\n", $1, 1865712.93 + x * 999.77, 357 + x, 13441 + x,
            1998350.59196 + x, 1611711.84832 + x, 2384989.3356 + x, x == 7 }' "$T/dates" >"$T/days.csv"
    awk 'BEGIN { print "date,trend,yearly,weekly,holidays" }
        { x = NR * 7919 % 1000; printf "%s,%.5f,%.5f,%.5f,0\n", $1, 2118600.54409 + x, x * 700.1234567, x * 123.1234567 }' \
        "$T/dates" >"$T/components.csv"
    awk 'BEGIN { print "date,channel,revenue,orders,sessions" }
        { for (k = 0; k < 20; k++) printf "%s,channel %d,%.2f,%d,%d\n", $1, k, 93285.6465 + k * 33.3, 17, 670 }' \
        "$T/dates" >"$T/channels.csv"
    all_of -o "$T/page.html"
    [ "$(stat -c %s "$T/page.html")" -lt 614400 ]
}
