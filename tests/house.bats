#!/usr/bin/env bats
# The Makefile: its targets, what it installs, and what it leaves in the tree.
bats_require_minimum_version 1.5.0

@test "make has every target of the house" {
    for target in all run check sanitize coverage fuzz bench golden format lint install uninstall clean; do
        make -n B="$BUILD" "$target" >/dev/null || { echo "$target"; return 1; }
    done
}

@test "make install puts programs, manuals and configuration under DESTDIR and PREFIX" {
    root=$BATS_TEST_TMPDIR/root
    make -s B="$BUILD" DESTDIR="$root" PREFIX=/opt/aee install
    for program in tools/aee-*.c; do
        program=$(basename "$program" .c)
        [ "$("$root/opt/aee/bin/$program" -V)" = "$program $(sed -n 's/^VERSION *= *//p' Makefile)" ]
    done
    for page in man/*; do
        cmp "$page" "$root/opt/aee/share/man/man${page##*.}/${page##*/}"
    done
    diff -r --exclude="*.mjs" config "$root/opt/aee/share/aee"
    # What is installed does not need the tree.
    cd "$BATS_TEST_TMPDIR"
    (PATH=$root/opt/aee/bin
     aee-simulate orders | aee-kpi | aee-zscore | aee-iforest | aee-forecast | aee-consensus >flags.csv)
    [ -s flags.csv ]
}

@test "make uninstall takes away what make install put there, and nothing else" {
    root=$BATS_TEST_TMPDIR/root
    mkdir -p "$root/usr/local/bin" "$root/usr/local/share/man/man1"
    echo mine | tee "$root/usr/local/bin/aee-mine" >"$root/usr/local/share/man/man1/other.1"
    make -s B="$BUILD" DESTDIR="$root" install
    make -s B="$BUILD" DESTDIR="$root" uninstall
    [ "$(cd "$root" && find . -type f | sort)" = $'./usr/local/bin/aee-mine\n./usr/local/share/man/man1/other.1' ]
}

@test "make clean leaves what git knows, and nothing that was made" {
    cp -rp Makefile tools common config pipelines tests man "$BATS_TEST_TMPDIR"
    cd "$BATS_TEST_TMPDIR"
    mkdir -p other/bin out
    make -s B=other clean
    [ ! -e other ] && [ ! -e out ]
    diff -r "$OLDPWD/tools" tools
}
