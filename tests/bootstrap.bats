# ./bootstrap on systems that are not there: dpkg-query, apt-get, make, sudo and
# id are stand-ins that write down how they were called.

bats_require_minimum_version 1.5.0

setup() {
    bin=$BATS_TEST_TMPDIR/bin
    export LOG=$BATS_TEST_TMPDIR/log OS_RELEASE=$BATS_TEST_TMPDIR/os-release
    mkdir "$bin"
    : >"$LOG"
    # What is installed: every package but those in $MISSING; apt-get adds them.
    stand_in dpkg-query '! grep -qw "install.* ${*: -1}" "$LOG" || { echo installed; exit; }
        [[ " $MISSING " != *" ${*: -1} "* ]] && echo installed || echo not-installed'
    stand_in apt-get 'echo "apt-get $*" >>"$LOG"; [[ $1 != "$FAIL" ]]'
    stand_in apt-cache '[[ $LISTS == yes ]] || grep -q update "$LOG"'
    stand_in make 'echo "make $*" >>"$LOG"'
    stand_in id 'echo "${ME:-0}"'
    stand_in nproc 'echo 2'
    export MISSING='' FAIL='' LISTS=yes ME=0
    os debian 12
}

stand_in() {
    printf '#!/usr/bin/env bash\n%s\n' "$2" >"$bin/$1"
    chmod +x "$bin/$1"
}

os() {
    printf 'ID=%s\nVERSION_ID="%s"\nID_LIKE="%s"\nPRETTY_NAME="%s %s"\n' \
        "$1" "$2" "${3-}" "$1" "$2" >"$OS_RELEASE"
}

bootstrap() {
    PATH=$bin:$PATH ./bootstrap "$@"
}

log_is() {
    [ $# -gt 0 ] || { [ ! -s "$LOG" ]; return; }
    diff -u <(printf '%s\n' "$@") "$LOG"
}

@test "bootstrap: with nothing missing it builds as anyone, without apt" {
    ME=1000 run -0 bootstrap check
    [ "$output" = "" ]
    log_is "make -j2" "make -j2 check"
}

@test "bootstrap: names and installs just what is missing" {
    MISSING="libcsv-dev bats" run -0 bootstrap check
    [ "$output" = "bootstrap: missing: libcsv-dev bats" ]
    log_is "apt-get install -y --no-install-recommends libcsv-dev bats" \
        "make -j2" "make -j2 check"
}

@test "bootstrap: run does not ask for what only tests need" {
    MISSING="libcmocka-dev bats" run -0 bootstrap run
    log_is "make -j2" "make -j2 run"
}

@test "bootstrap: updates the lists of packages first when they lack one" {
    MISSING=jq LISTS=no run -0 bootstrap run
    log_is "apt-get update" "apt-get install -y --no-install-recommends jq" \
        "make -j2" "make -j2 run"
}

@test "bootstrap: updates the lists and tries again when they are old" {
    stand_in apt-get 'echo "apt-get $*" >>"$LOG"
        [[ $1 == update ]] || grep -q update "$LOG"'
    MISSING=jq run -0 bootstrap run
    log_is "apt-get install -y --no-install-recommends jq" "apt-get update" \
        "apt-get install -y --no-install-recommends jq" "make -j2" "make -j2 run"
}

@test "bootstrap: says which packages when the installation fails" {
    MISSING=jq FAIL=install run -1 bootstrap run
    [ "${lines[-2]}" = "bootstrap: make run needs these packages (names of Debian 12):" ]
    [ "${lines[-1]}" = "bootstrap: jq" ]
}

@test "bootstrap: uses sudo when it is not root" {
    stand_in sudo 'echo "sudo" >>"$LOG"; exec "$@"'
    MISSING=jq ME=1000 run -0 bootstrap run
    log_is sudo "apt-get install -y --no-install-recommends jq" \
        "make -j2" "make -j2 run"
}

@test "bootstrap: stops with the names when it is neither root nor has sudo" {
    # A PATH without the machine's own sudo.
    for tool in sh grep sort head dirname cat env bash; do
        ln -s "$(command -v "$tool")" "$bin/$tool"
    done
    MISSING=jq ME=1000 PATH=$bin run -1 ./bootstrap run
    [[ $output == *"bootstrap: not root, and there is no sudo"* ]]
    [ "${lines[-1]}" = "bootstrap: jq" ]
    log_is
}

@test "bootstrap: stops with the names on older and other systems" {
    os debian 11
    run -1 bootstrap run
    [ "${lines[0]}" = "bootstrap: debian 11 is older than Debian 12" ]
    [[ ${lines[-1]} == *libcsv-dev* ]]
    os ubuntu 22.04
    run -1 bootstrap run
    [ "${lines[0]}" = "bootstrap: ubuntu 22.04 is older than Ubuntu 24.04" ]
    os fedora 41
    run -1 bootstrap check
    [ "${lines[0]}" = "bootstrap: fedora 41 is neither Debian nor Ubuntu" ]
    [[ ${lines[-1]} == *libcmocka-dev* ]]
    rm "$OS_RELEASE"
    run -1 bootstrap check
    [ "$(cat "$LOG")" = "" ]
}

@test "bootstrap: newer versions and unreleased Debian pass" {
    for system in "debian 13" "debian " "ubuntu 24.04" "ubuntu 26.04"; do
        os "${system% *}" "${system#* }"
        run -0 bootstrap run
        [ "$output" = "" ]
    done
}

@test "bootstrap: a derivative is named as untested and goes on" {
    os linuxmint 22 "ubuntu debian"
    run -0 bootstrap run
    [ "$output" = "bootstrap: linuxmint 22 is not tested; going on as on Debian" ]
}

@test "bootstrap: usage" {
    run -2 bootstrap
    [[ $output == "usage: ./bootstrap run"* ]]
    run -2 bootstrap nonsense
    run -2 bootstrap run check
    run -0 bootstrap -h
    [[ $output == "usage: ./bootstrap run"* ]]
    run -0 bootstrap packages
    [[ ${lines[0]} == "run: gcc "* ]]
    log_is
}
