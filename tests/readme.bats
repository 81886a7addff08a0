#!/usr/bin/env bats
# Every block of README.md that a reader may type runs, in the order of the page
# and in a copy of the tree, and prints what the page says it prints.
bats_require_minimum_version 1.5.0

setup_file() {
    export TREE=$BATS_FILE_TMPDIR/tree BLOCKS=$BATS_FILE_TMPDIR/blocks
    mkdir -p "$TREE"
    cp -rp Makefile bootstrap tools common config pipelines tests man "$TREE"
    tests/readme.sh "$BLOCKS" <README.md
    make -s -C "$TREE" B="$BUILD" run >"$BATS_FILE_TMPDIR/run.txt"
    if [[ -n ${AEE_REFERENCE:-} ]]; then
        gzip -dc "$AEE_REFERENCE/data/uci_online_retail.csv.gz" >"$TREE/online_retail.csv"
    fi
}

# Where Debian keeps initdb.
postgres_binaries() {
    local dir
    for dir in /usr/lib/postgresql/*/bin; do
        [[ -x $dir/initdb ]] && echo "$dir" && return
    done
    return 1
}

# A database of its own for psql, on a socket in a folder of the test.
start_postgres() {
    local bin
    bin=$(postgres_binaries)
    export PGHOST=$BATS_TEST_TMPDIR/pg PGDATABASE=postgres PGUSER=postgres
    mkdir -p "$PGHOST"
    as=()
    if [[ $(id -u) -eq 0 ]]; then
        chown postgres "$PGHOST"
        chmod 711 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" "$(dirname "$BATS_TEST_TMPDIR")"
        as=(runuser -u postgres --)
    fi
    (cd / && "${as[@]}" "$bin/initdb" -A trust -U postgres -D "$PGHOST/data" >/dev/null)
    (cd / && "${as[@]}" "$bin/pg_ctl" -w -D "$PGHOST/data" -l "$PGHOST/log" \
        -o "-k $PGHOST -c listen_addresses=" start >/dev/null)
}

stop_postgres() {
    (cd / && "${as[@]}" "$(postgres_binaries)/pg_ctl" -m immediate -D "$PGHOST/data" stop >/dev/null)
}

# Whether a block is of a kind: what it needs beyond the programs.
kind_of() {
    case $(<"$1") in
    *bootstrap* | *'make install'*) echo install ;; # tests/bootstrap.bats, tests/house.bats
    *psql*) echo psql ;;
    *online_retail.csv*) echo real ;;
    *) echo plain ;;
    esac
}

# Runs the blocks of a kind; says which do not print what the page says.
run_blocks() {
    local block failed=0 n=0
    cd "$TREE" || return
    for block in "$BLOCKS"/*.sh; do
        [[ $(kind_of "$block") == "$1" ]] || continue
        n=$((n + 1))
        if ! bash -euo pipefail "$block" >"$block.got" 2>"$block.err"; then
            echo "failed: $(<"$block")"
            cat "$block.err"
            failed=1
        elif [[ -f ${block%.sh}.want ]]; then
            diff -u "${block%.sh}.want" "$block.got" || failed=1
        fi
    done
    [ "$n" -gt 0 ]
    return "$failed"
}

@test "README.md: its blocks run and print what it says" {
    run_blocks plain
}

@test "README.md: its blocks on the real shop run and print what it says" {
    [[ -n ${AEE_REFERENCE:-} ]] || skip "AEE_REFERENCE is not set"
    run_blocks real
}

@test "README.md: its blocks with psql run and print what it says" {
    postgres_binaries >/dev/null || skip "no PostgreSQL server is installed"
    start_postgres
    status=0
    run_blocks psql || status=$?
    stop_postgres
    [ "$status" -eq 0 ]
}

@test "README.md: make run a second time does nothing" {
    run -0 make -s -C "$TREE" B="$BUILD" run
    [ -z "$output" ]
}
