#!/bin/sh
# Arrows point down only: tools -> record, model -> base.  Reads the #include
# lines; prints each that points elsewhere.
cd "$(dirname "$0")/.." || exit 1
bad=$(
    grep -nE '^#include "(record|model)/' common/base/*.[ch]
    grep -nE '^#include "model/' common/record/*.[ch]
    grep -nE '^#include "record/' common/model/*.[ch]
    grep -nE '^#include <(stdio|err|getopt|fcntl|unistd|csv|yaml|cjson/cJSON)\.h>' common/model/*.[ch]
)
if [ -n "$bad" ]; then
    printf 'layers: an include that points the wrong way\n%s\n' "$bad" >&2
    exit 1
fi
