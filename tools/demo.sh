#!/usr/bin/env bash
# Serve the demo: PORT (5000) is where, RESET=1 begins anew.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh demo
arguments=(--port "${PORT:-5000}")
if [ -n "${RESET:-}" ] && [ "$RESET" != 0 ]; then
    arguments+=(--reset)
fi
# In this process's place, so that Ctrl-C reaches it and nothing stays behind.
exec .venv/bin/meetup demo "${arguments[@]}"
