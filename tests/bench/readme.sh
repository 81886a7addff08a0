#!/usr/bin/env bash
# Puts what was measured into README.md: out/bench/NAME.txt between the lines
# <!-- NAME --> and <!-- end of NAME -->.
# usage: tests/bench/readme.sh NAME...
set -euo pipefail
cd "$(dirname "$0")/../.."

for name in "$@"; do
    awk -v name="$name" -v file="out/bench/$name.txt" '
        $0 == "<!-- end of " name " -->" { inside = 0; ended = 1 }
        !inside
        $0 == "<!-- " name " -->" {
            inside = 1
            print ""
            while ((status = (getline line <file)) > 0) print line
            if (status < 0) exit 1
            print ""
        }
        END { if (status < 0 || !ended) exit 1 }
    ' README.md >README.md.tmp || { rm README.md.tmp; echo "readme.sh: $name: no table or no place for it" >&2; exit 1; }
    mv README.md.tmp README.md
done
