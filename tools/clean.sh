#!/usr/bin/env bash
# Remove what was built. The data under instance/ stays.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf .venv build dist ./*.egg-info plugins/*/build plugins/*/dist plugins/*/src/*.egg-info \
    .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov \
    tests/artefacts tests/node_modules
find . -name __pycache__ -type d -prune -exec rm -rf {} +
