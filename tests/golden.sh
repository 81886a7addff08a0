#!/usr/bin/env bash
# Golden files: rewrites them (make golden), or compares them with --check.
# tests/golden/commands has one a line: the file's name in tests/golden, a tab,
# and the shell command whose standard output it is, run in the top folder with
# the built programs first in PATH.  Empty lines and # comments are skipped.
# B is the build directory.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

B=${B:-build}
PATH=$(cd "$B" && pwd)/bin:$PATH
export PATH TZ=UTC LC_ALL=C
mode=${1:-write}
commands=${COMMANDS:-tests/golden/commands} # another list is for tests
folder=$(dirname "$commands")
new=$(mktemp)
trap 'rm -f "$new"' EXIT
bad=0

fail() {
    printf 'golden: %s\n' "$*" >&2
    bad=1
}

while IFS=$'\t' read -r name command <&3; do
    case $name in '' | '#'*) continue ;; esac
    golden=$folder/$name
    if [[ -z $command || $name == */* ]]; then
        fail "$commands: '$name' is not a file name, a tab and a command"
    elif ! bash -o pipefail -c "$command" >"$new" </dev/null; then
        fail "$name: failed: $command"
    elif [[ $mode == --check ]]; then
        diff -u "$golden" "$new" || fail "$name: differs: $command"
    elif ! cmp -s "$golden" "$new"; then
        cp "$new" "$golden" && echo "$golden"
    fi
done 3<"$commands"
exit "$bad"
