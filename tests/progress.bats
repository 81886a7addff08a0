# How far aee-kpi and aee-simulate are, on a terminal: common/record/progress.h.
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    if [[ $BATS_TEST_DESCRIPTION == progress:* ]]; then
        script -qec true /dev/null </dev/null >/dev/null 2>&1 ||
            skip 'no script(1) of util-linux'
    fi
    aee-simulate --set general.end_date=2025-03-31 orders >orders.csv
}

# What a command writes to its terminal, as it comes.
on_terminal() { script -qec "$1" /dev/null </dev/null; }

# What the terminal shows in the end: a carriage return goes back to the first
# column, and what comes then stands above what was there.
screen() {
    LC_ALL=C awk '
        BEGIN { RS = "\r?\n"; ORS = "\n" }
        {
            n = split($0, part, "\r"); line = ""
            for (i = 1; i <= n; i++)
                line = part[i] substr(line, length(part[i]) + 1)
            sub(/ +$/, "", line)
            print line
        }'
}

# A file, most of it after some seconds.
slowly() { printf '(head -100 %s; sleep %s; tail -n +101 %s)' "$1" "$2" "$1"; }

@test "progress: aee-simulate shows rows, part, rate and time left, and takes them away" {
    on_terminal 'aee-simulate orders | (sleep 1.5; cat >rows.csv)' >raw
    grep -qE $'\raee-simulate: [0-9.]+ k rows, [0-9]+ %, [0-9.]+ k?/s, [0-9]+:[0-9]{2} left' raw
    [ -z "$(screen <raw)" ]
    aee-simulate orders | cmp - rows.csv
}

@test "progress: aee-simulate counts the rows of every table that may be long" {
    on_terminal 'aee-simulate customers --set entities.customers=200000 | (sleep 1.5; cat >rows.csv)' >raw
    grep -qE $'\raee-simulate: [0-9.]+ k of 200 k rows, [0-9]+ %, ' raw
    on_terminal 'aee-simulate inventory | (sleep 1.5; cat >rows.csv)' >raw
    grep -qE $'\raee-simulate: [0-9.]+ k rows, [0-9]+ %, ' raw
    mkfifo d.fifo; mkdir d; ln -s ../d.fifo d/orders.csv
    on_terminal '(sleep 1.5; cat) <d.fifo >rows.csv & aee-simulate -d d; wait' >raw
    grep -qE $'\raee-simulate: [0-9.]+ k rows, [0-9]+ %, ' raw
    [ -z "$(screen <raw)" ]
}

@test "progress: aee-kpi shows the bytes of a file and of how many they are" {
    mkfifo products
    cut -d, -f4 orders.csv | sort -un | sed 's/$/,1/; 1s/.*/product_id,cost_price/' >costs
    on_terminal '(sleep 1.3; cat costs) >products & aee-kpi --products products -o daily.csv orders.csv' >raw
    grep -qE $'\raee-kpi: [0-9.]+ kB of 1\\.[0-9]+ MB, [0-9]+ %, [0-9.]+ kB/s, [0-9]+:[0-9]{2} left' raw
    [ -z "$(screen <raw)" ]
    aee-kpi --products costs orders.csv | cmp - daily.csv
}

@test "progress: of several files the bytes are those of all, less what was read before" {
    mkfifo products
    cut -d, -f4 orders.csv | sort -un | sed 's/$/,1/; 1s/.*/product_id,cost_price/' >costs
    head -c 2100000 /dev/zero | tr '\0' x >skipped
    cat skipped orders.csv >both
    on_terminal '(sleep 1.3; cat costs) >products &
        (head -c 2100000 >/dev/null; aee-kpi --products products - orders.csv >/dev/null) <both' >raw
    size=$(stat -c %s orders.csv)
    [ "$size" -gt 1000000 ]
    total=$(awk -v n="$size" 'BEGIN { printf "%.2f", 2 * n / 1e6 }')
    grep -qF " of $total MB, " raw
}

@test "progress: what comes from a pipe has no total and no time left" {
    on_terminal "$(slowly orders.csv 1.8) | aee-kpi >daily.csv" >raw
    grep -qE $'\raee-kpi: [0-9.]+ kB, [0-9.]+ kB/s *' raw
    run -1 grep -qE 'left| of |%' raw
    [ -z "$(screen <raw)" ]
}

@test "progress: messages have a line of their own" {
    printf '9,2025-12-31,Organic,1,1,1,many\n' >bad
    on_terminal "($(slowly orders.csv 1.8); cat bad) | aee-kpi --bad-rows=skip >daily.csv" >raw
    grep -q $'\raee-kpi: [0-9.]* kB' raw
    [ "$(screen <raw | grep -c .)" -eq 2 ]
    screen <raw | grep -q "^aee-kpi: stdin:[0-9]*: column 'order_value': 'many' is not a number"
}

@test "progress: an error takes the line away" {
    printf '9,2025-12-31,Organic,1,1,1,many\n' >bad
    run -0 on_terminal "($(slowly orders.csv 1.8); cat bad) | aee-kpi >daily.csv || true"
    [[ $output == *" kB, "* ]]
    run screen <<<"$output"
    [[ ${lines[0]} == "aee-kpi: stdin:"*": column 'order_value': 'many' is not a number" ]]
    [ "${#lines[@]}" -eq 1 ]
}

@test "progress: records on the terminal come after the line is gone" {
    on_terminal "$(slowly orders.csv 1.8) | aee-kpi -p month" >raw
    grep -q 'kB/s' raw
    screen <raw | diff - <(aee-kpi -p month orders.csv)
}

@test "progress: nothing in less than a second, with -q, or where standard error is no terminal" {
    [ -z "$(on_terminal 'aee-kpi -o daily.csv orders.csv')" ]
    [ -z "$(on_terminal "$(slowly orders.csv 1.8) | aee-kpi -q >daily.csv")" ]
    [ -z "$(on_terminal "$(slowly orders.csv 1.8) | aee-kpi 2>err >daily.csv")" ]
    [ ! -s err ]
    [ -z "$(on_terminal 'aee-simulate -q orders | (sleep 1.5; cat >rows.csv)')" ]
}

@test "progress: a line fits into a narrow terminal" {
    on_terminal 'stty cols 30; aee-simulate orders | (sleep 1.5; cat >rows.csv)' >raw
    tr '\r' '\n' <raw | grep -q '^aee-simulate: '
    [ "$(tr '\r' '\n' <raw | awk '{ n = length($0); if (n > m) m = n } END { print m }')" -le 29 ]
    [ -z "$(screen <raw)" ]
}

@test "progress: who types the records sees no progress" {
    (head -100 orders.csv; sleep 1.8; sed -n 101,200p orders.csv; printf '\004') |
        script -qec 'aee-kpi -o daily.csv; cat daily.csv' /dev/null >raw
    run -1 grep -q 'B/s' raw
    [ "$(tail -1 raw | tr -d '\r')" = "$(head -200 orders.csv | aee-kpi | tail -1)" ]
}

@test "progress: in the background there is none" {
    on_terminal "set -m; $(slowly orders.csv 1.8) | aee-kpi >daily.csv & wait" >raw
    run -1 grep -q 'kB/s' raw
}
