#!/bin/sh
# Runs every benchmarks/bench_*.py, on servers and data of its own (PORTAL_DATA).
set -eu
cd "$(dirname "$0")/.."

for file in benchmarks/bench_*.py; do
    [ -e "$file" ] || { echo "Chưa có phép đo nào trong benchmarks/."; exit 0; }
    echo "== $file"
    .venv/bin/python "$file"
done
