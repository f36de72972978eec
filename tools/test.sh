#!/usr/bin/env bash
# Run the whole suite. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
# conftest.py names what could not run in the last lines; with CI=true that fails.
exec .venv/bin/python -m pytest -n "${WORKERS:-auto}" --dist worksteal "$@"
