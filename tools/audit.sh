#!/usr/bin/env bash
# Ask the database of known vulnerabilities about every version that we pin. Exit status 1 for any that is known;
# what could not be looked up is named by number, and fails with CI=true if it was all of it.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
# An environment of its own: what the auditor needs is none of our dependencies.
venv=.venv-audit
if [ ! -x $venv/bin/pip-audit ]; then
    .venv/bin/python -m venv $venv
    $venv/bin/python -m pip install -q pip-audit
fi
found=$(mktemp)
trap 'rm -f "$found"' EXIT
$venv/bin/pip-audit -r constraints.txt --no-deps --disable-pip -f json -o "$found" --progress-spinner off 2>/dev/null || true
.venv/bin/python tools/audit_report.py "$found"
