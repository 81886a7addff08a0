#!/usr/bin/env bash
# All comparisons of whole programs, as Markdown on standard output; what is
# compared with is described in each.
set -euo pipefail
cd "$(dirname "$0")/../.."
for part in tests/bench/*.sh; do
    if [ "$part" != tests/bench/bench.sh ]; then
        "$part"
        echo
    fi
done
