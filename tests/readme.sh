#!/usr/bin/env bash
# Takes README.md apart.  Each block marked sh is a file N.sh in DIR; the block
# marked text that follows it, if one does, is what it prints: N.want.
# usage: tests/readme.sh DIR <README.md
set -euo pipefail
mkdir -p "$1"
awk -v dir="$1" '
    function close_block() { if (file != "") close(file); file = "" }
    /^```/ && !inside {
        inside = 1
        if ($0 == "```sh") { n++; file = sprintf("%s/%02d.sh", dir, n); last = n; gap = 0 }
        else if ($0 == "```text" && last == n && gap == 0) file = sprintf("%s/%02d.want", dir, n)
        if (file != "") printf "" >file
        next
    }
    /^```$/ && inside { inside = 0; close_block(); next }
    inside { if (file != "") print >file; next }
    /[^[:space:]]/ { gap = 1 } # text between: the next block is no output
'
