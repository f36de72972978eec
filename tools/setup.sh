#!/usr/bin/env bash
# Make .venv, or bring it up to date, and say what is going on.
#
#   tools/setup.sh demo    the package and the first-party plugins
#   tools/setup.sh test    the same, and everything that tests and linters need
#
# Does nothing, and starts no pip, while setup.cfg, the plugins' own files and
# constraints.txt are what they were the last time.
set -euo pipefail
cd "$(dirname "$0")/.."
level=${1:-demo}
venv=.venv

# A python that is new enough and can make environments; a shim may exist and not run.
find_python() {
    local candidate
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    echo "Meetup needs Python 3.11 or newer, and none of python3, python3.11 … python3.14 is one." >&2
    echo "Install it, or name it:  make demo PYTHON=/path/to/python3.12" >&2
    return 1
}

plugins=()
for folder in plugins/*/; do
    if [ -f "${folder}setup.cfg" ] || [ -f "${folder}pyproject.toml" ]; then
        plugins+=("${folder%/}")
    fi
done

state() {
    local files=(setup.cfg pyproject.toml constraints.txt tools/setup.sh) plugin file
    for plugin in ${plugins[@]+"${plugins[@]}"}; do
        for file in "$plugin/setup.cfg" "$plugin/pyproject.toml"; do
            if [ -f "$file" ]; then files+=("$file"); fi
        done
    done
    # The folder is part of it: an environment does not survive being moved.
    { pwd; cksum "${files[@]}"; } | cksum
}

fresh() {
    [ -x $venv/bin/python ] && [ -x $venv/bin/meetup ] && [ "$(cat "$venv/.meetup-$1" 2>/dev/null)" = "$(state)" ]
}

if fresh test || { [ "$level" = demo ] && fresh demo; }; then
    exit 0
fi

# Two at once (make demo in one window, make test in another) would spoil the environment.
if [ -z "${MEETUP_SETUP_LOCKED:-}" ] && command -v flock >/dev/null; then
    MEETUP_SETUP_LOCKED=1 exec flock "$(pwd)/tools/setup.sh" "$0" "$level"
fi
if fresh test || { [ "$level" = demo ] && fresh demo; }; then
    exit 0
fi

if ! $venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    fi
    echo "== A virtual environment in $venv, with $("$python" --version)"
    "$python" -m venv --clear $venv
fi

targets=()
case $level in
    demo) targets+=(-e .) ;;
    test) targets+=(-e ".[test,dev,docs,postgresql,celery,docx]") ;;
    *) echo "usage: tools/setup.sh demo|test" >&2; exit 2 ;;
esac
for plugin in ${plugins[@]+"${plugins[@]}"}; do
    targets+=(-e "./$plugin")
done

echo "== Installing Meetup${plugins[*]:+ and its plugins (${plugins[*]#plugins/})}; the first time takes a minute or two"
export PIP_DISABLE_PIP_VERSION_CHECK=1
# What is already there is no news; grep's own status says nothing, pip's does (pipefail would mix them).
set +e
$venv/bin/python -m pip install -c constraints.txt "${targets[@]}" 2>&1 |
    grep --line-buffered -v '^Requirement already satisfied'
status=${PIPESTATUS[0]}
set -e
if [ "$status" -ne 0 ]; then
    echo "Installing failed; the reason is above. The next try goes on from here." >&2
    exit "$status"
fi
state > "$venv/.meetup-$level"
echo "== Installed"
