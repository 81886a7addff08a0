#!/usr/bin/env bash
# Runs the tests and ends with the line "N passed, N failed, N skipped".
# usage: tests/run.sh [unit|fuzz|bats-file...]; B is the build directory.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

B=${B:-build}
PATH=$(cd "$B" && pwd)/bin:$PATH
BUILD=$(cd "$B" && pwd)
export PATH BUILD
export TZ=UTC LC_ALL=C
unset CMOCKA_XML_FILE
tap=$B/tap
jobs=$(nproc 2>/dev/null || echo 1)
rm -rf "$tap"
mkdir -p "$tap"

shopt -s nullglob

# One job writes one TAP file; a job that dies without a result is a failure.
job() {
    kind=$1 path=$2 name=$(basename "${2%.bats}")
    file=$B/tap/$kind-$name.tap
    case $kind in
    unit) CMOCKA_MESSAGE_OUTPUT=TAP "$path" >"$file" 2>&1 ;;
    fuzz)
        if out=$("$path" tests/fuzz/corpus/"${name#fuzz_}"/* 2>&1); then
            echo "ok 1 - $name replays its corpus" >"$file"
        else
            { printf '%s\n' "$out" | sed 's/^/# /'; echo "not ok 1 - $name replays its corpus"; } >"$file"
        fi ;;
    bats) bats --formatter tap "$path" >"$file" 2>&1 ;;
    esac
    status=$?
    # cmocka writes a skipped test as "not ok N # SKIP name".
    if [ "$status" -ne 0 ] && ! grep '^not ok' "$file" | grep -qv '# SKIP'; then
        echo "not ok - $kind $name ended with status $status" >>"$file"
    fi
    if ! grep -qE '^(not )?ok' "$file"; then
        echo "not ok - $kind $name ran no test" >>"$file"
    fi
}
export -f job
export B

list() {
    for what in "${@:-all}"; do
        case $what in all | unit) printf 'unit %s\n' "$B"/unit/test_* ;; esac
        case $what in all | fuzz) printf 'fuzz %s\n' "$B"/replay/fuzz_* ;; esac
        case $what in
        all) printf 'bats %s\n' tests/*.bats ;;
        *.bats) printf 'bats %s\n' "$what" ;;
        esac
    done
}

list "$@" | xargs -P "$jobs" -L 1 bash -c 'job "$@"' job

awk '
    /^(not )?ok.*# [Ss][Kk][Ii][Pp]/ { skipped++; bad = 0; sub(/^not /, ""); print "skipped: " substr($0, 4); next }
    /^not ok/ { failed++; print FILENAME ": " $0; bad = 1; next }
    /^ok/ { bad = 0; passed++; next }
    bad && /^#/ { print }
    END { printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped; exit failed > 0 }
' "$tap"/*.tap
