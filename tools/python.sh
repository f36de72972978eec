#!/usr/bin/env bash
# Run Python with everything that tests and linters have.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
exec .venv/bin/python "$@"
