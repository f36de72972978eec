#!/usr/bin/env bash
# Format the source, and mend what can be mended without thinking.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
.venv/bin/ruff check --fix-only .
.venv/bin/ruff format .
