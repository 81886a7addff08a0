#!/usr/bin/env bats
# Every example of the manual pages runs as it is printed, after `make run` and
# in a copy of the tree; and what the pages say of options is true.
bats_require_minimum_version 1.5.0

setup_file() {
    export TREE=$BATS_FILE_TMPDIR/tree BLOCKS=$BATS_FILE_TMPDIR/blocks
    mkdir -p "$TREE" "$BLOCKS"
    cp -rp Makefile tools common config pipelines tests man "$TREE"
    make -s -C "$TREE" B="$BUILD" run >"$BATS_FILE_TMPDIR/run.txt"
}

# examples PAGE: each display of its EXAMPLES is a file PAGE-N.sh in BLOCKS, as
# mandoc(1) shows it.
examples() {
    awk -v base="$BLOCKS/${1##*/}" '
        /^\.Sh/ { inside = $2 == "EXAMPLES" }
        inside && /^\.Bd -literal/ { file = sprintf("%s-%02d.sh", base, ++n); next }
        /^\.Ed/ { if (file != "") close(file); file = ""; next }
        file == "" { next }
        /^\./ { print FILENAME ": a macro in an example: " $0; exit 1 }
        { gsub(/\\e/, "\\"); gsub(/\\&/, ""); print >file }
    ' "$1"
}

# Runs the examples of a page, in its order.
run_examples() {
    local block failed=0 n=0
    examples "$1" || return
    cd "$TREE" || return
    for block in "$BLOCKS/${1##*/}"-*.sh; do
        n=$((n + 1))
        if ! bash -euo pipefail "$block" >"$block.out" 2>"$block.err"; then
            echo "failed: $(<"$block")"
            cat "$block.err"
            failed=1
        elif [[ -s $block.err ]]; then
            echo "complains: $(<"$block")"
            cat "$block.err"
            failed=1
        elif [[ ! -s $block.out ]] && ! grep -q -e '>' -e ' -d ' "$block"; then
            echo "prints nothing: $(<"$block")"
            failed=1
        fi
    done
    [ "$n" -gt 0 ] && return "$failed"
}

@test "the examples of every manual page run as printed" {
    failed=0
    for page in man/*.[17]; do
        (run_examples "$page") || { echo "in $page"; failed=1; }
    done
    [ "$failed" -eq 0 ]
}

@test "aee-config(5): its example is a shop" {
    examples man/aee-config.5
    run -0 aee-simulate -C "$BLOCKS/aee-config.5-01.sh" events
    [ "$output" = event_id,kind,channel,category,start_date,end_date,magnitude ]
}

# listed PROGRAM: the long options that -h lists; told PROGRAM: those that its
# manual describes, or aee(7), where --group-by is one only of programs that name
# it themselves.
listed() {
    "$1" -h | grep -oE -- '--[a-z][a-z-]+' | sort -u
}

told() {
    cat "man/$1.1" <(sed -n '/^\.Sh COMMON OPTIONS/,/^\.Sh ENV/p' man/aee.7 | grep -v group-by) |
        grep -oE '(Fl -|Fl Fl )[a-z][a-z-]+' | sed -E 's/^Fl (-|Fl )/--/' | sort -u
}

@test "every option of -h is in the manual of its program or in aee(7), and no other" {
    for program in tools/aee-*.c; do
        program=$(basename "$program" .c)
        diff <(listed "$program") <(told "$program")
    done
}
