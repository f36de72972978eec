#!/usr/bin/env bash
# Formatting, style, types, import rules: all are run, and every fault is shown before it fails.
set -uo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test || exit 1
status=0
run() {
    echo "== $1"
    shift
    "$@" || status=1
}
run "formatting (make format mends it)" .venv/bin/ruff format --check .
run "style" .venv/bin/ruff check .
run "types" .venv/bin/mypy
for source in plugins/*/src; do
    if [ -d "$source" ]; then run "types of $source" .venv/bin/mypy "$source"; fi
done
run "import rules" .venv/bin/lint-imports
run "security (bandit)" .venv/bin/bandit -q -ll -c pyproject.toml -r meetup migrations tools plugins/*/src
run "links in the documentation" .venv/bin/python tools/docs.py
exit $status
