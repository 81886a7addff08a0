#!/usr/bin/env bash
# Lines run and branches taken of common/ and tools/, as gcov counted them.
# usage: tests/coverage.sh BUILD-DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
shopt -s nullglob

notes=("$1"/obj/common/*/*.gcno "$1"/obj/tools/*.gcno)
if [[ ${#notes[@]} -eq 0 ]]; then
    echo "no coverage notes in $1: make coverage builds there" >&2
    exit 1
fi
printf '%7s %7s %9s %9s  %s\n' lines run branches taken file
"${GCOV:-gcov}" -n -b "${notes[@]}" 2>/dev/null | awk '
    # File, then what was run of it; an inline function of a header may be in
    # several objects, so that headers are left out.
    /^File / { file = substr($2, 2, length($2) - 2); next }
    file !~ /^(common|tools)\/.*\.c$/ { next }
    { split($0, part, ":"); percent = part[2] + 0; n = $NF }
    /^Lines executed/ { lines[file] = n; run[file] = percent * n / 100 }
    /^Taken at least once/ { branches[file] = n; taken[file] = percent * n / 100 }
    /^(Calls executed|No calls)/ { file = "" }
    END {
        for (f in lines) {
            print_line(lines[f], run[f], branches[f], taken[f], f)
            l += lines[f]; r += run[f]; b += branches[f]; t += taken[f]
        }
        print_line(l, r, b, t, "total")
    }
    function share(part, all) { return all ? sprintf("%.1f%%", 100 * part / all) : "-" }
    function print_line(l, r, b, t, name) {
        printf "%7d %7s %9d %9s  %s\n", l, share(r, l), b, share(t, b), name
    }' | sort -k 5
