# The outputs in tests/golden, each compared twice; tests/golden.sh.

bats_require_minimum_version 1.5.0

@test "golden files are what the programs write" {
    tests/golden.sh --check
}

# exp, log, sin and others round some arguments in another way on a processor
# that has FMA; what is printed must not show it.  The names are those of glibc
# 2.33 and later: with them bits of exp, log and sin change under glibc 2.36;
# the older FMA_Usable and AVX2_Usable do nothing there.
@test "golden files are the same without the FMA variants of the C library" {
    GLIBC_TUNABLES=$no_fma tests/golden.sh --check
}

no_fma=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2

# awk uses the same exp: a change of the names in glibc must not go unseen.
@test "the C library's FMA variants can be switched off" {
    grep -qw fma /proc/cpuinfo || skip "no FMA in this processor"
    exps='BEGIN { for (x = 0; x < 30; x += 0.0137) printf "%.17g\n", exp(x) }'
    run -1 diff <(awk "$exps") <(GLIBC_TUNABLES=$no_fma awk "$exps")
}

write_commands() {
    mkdir "$BATS_TEST_TMPDIR/golden"
    export COMMANDS=$BATS_TEST_TMPDIR/golden/commands
    printf "%b" "$1" >"$COMMANDS"
}

@test "golden.sh writes what a command prints, and then finds nothing to write" {
    write_commands '# comment\n\none.csv\techo "a,b"; echo "1,2" | cat\n'
    run -0 tests/golden.sh
    [ "$output" = "$BATS_TEST_TMPDIR/golden/one.csv" ]
    [ "$(cat "$BATS_TEST_TMPDIR/golden/one.csv")" = $'a,b\n1,2' ]
    run -0 tests/golden.sh
    [ "$output" = "" ]
    run -0 tests/golden.sh --check
    [ "$output" = "" ]
}

@test "golden.sh --check shows each difference and goes on" {
    write_commands 'one\techo 1\ntwo\techo 2\nthree\techo 3\n'
    run -0 tests/golden.sh
    echo x >"$BATS_TEST_TMPDIR/golden/one"
    rm "$BATS_TEST_TMPDIR/golden/three"
    run -1 tests/golden.sh --check
    [[ $output == *"golden: one: differs: echo 1"* ]]
    [[ $output != *"two: differs"* ]]
    [[ $output == *"golden: three: differs: echo 3"* ]]
}

@test "golden.sh keeps the old file when a command fails" {
    write_commands 'one\techo new; false | cat\nno tab\n'
    echo old >"$BATS_TEST_TMPDIR/golden/one"
    run -1 tests/golden.sh
    [[ $output == *"golden: one: failed: echo new; false | cat"* ]]
    [[ $output == *"'no tab' is not a file name, a tab and a command"* ]]
    [ "$(cat "$BATS_TEST_TMPDIR/golden/one")" = old ]
}
