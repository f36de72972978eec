#!/usr/bin/env bash
# Run the benchmarks: ratios of one run, on SQLite and PostgreSQL. Arguments: --small, --backend sqlite, names.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
exec .venv/bin/python -m tests.bench "$@"
