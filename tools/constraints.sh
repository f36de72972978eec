#!/usr/bin/env bash
# Pin anew what is tested together, for every extra and on the oldest Python that we support.
# Indexes and paths of the machine that does it stay out of the file.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
.venv/bin/pip-compile --quiet --upgrade --all-extras --strip-extras --annotation-style=line --no-header \
    --no-emit-index-url --no-emit-find-links --no-emit-trusted-host -o constraints.new setup.cfg
{
    echo "# What is tested together. Written by tools/constraints.sh; the ranges are in setup.cfg."
    grep -v '^#' constraints.new
} > constraints.txt
rm -f constraints.new
