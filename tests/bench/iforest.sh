#!/usr/bin/env bash
# The isolation forest against scikit-learn: quality, invariance, speed, threads.
# Prints a table; rows whose means are missing (python3-sklearn, AEE_REFERENCE,
# the program aee-iforest, AVX-512) say so.
# usage: tests/bench/iforest.sh [ROUNDS]; B is the build directory.
set -euo pipefail
cd "$(dirname "$0")/../.."
export B=${B:-build} PYTHONDONTWRITEBYTECODE=1
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
python=/usr/bin/python3
if ! "$python" -c 'import sklearn, pandas' 2>/dev/null; then
    echo "bench-iforest: needs python3-sklearn and python3-pandas" >&2
    exit 1
fi
exec "$python" tests/bench/iforest.py "${1:-3}"
