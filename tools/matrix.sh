#!/usr/bin/env bash
# The tests of embedding with the oldest and the newest Flask and SQLAlchemy that we support.
#
# Each environment under .venv-matrix/ has its own Flask, Werkzeug and SQLAlchemy and shares the rest with .venv,
# so that it is made in seconds. pip says which releases were taken; every fault is shown before it fails.
set -uo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test || exit 1
shared=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
export PIP_DISABLE_PIP_VERSION_CHECK=1
status=0

cell() {
    local name=$1 python=.venv-matrix/$1/bin/python
    shift
    .venv/bin/python -m venv --clear --without-pip ".venv-matrix/$name" || return 1
    # Behind its own packages, and with the editable installs that lie there.
    printf 'import site; site.addsitedir("%s")\n' "$shared" \
        > "$($python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/shared.pth"
    .venv/bin/python -m pip --python "$python" install -q --no-deps --ignore-installed "$@" || return 1
    $python - <<'PYTHON'
from importlib.metadata import version

print("==", ", ".join(f"{name} {version(name)}" for name in ("flask", "werkzeug", "sqlalchemy")))
PYTHON
    $python -m pytest -n 0 -q tests/embedding
}

cell oldest "flask==3.0.*" "werkzeug==3.0.*" "sqlalchemy==2.0.*" || status=1
cell old-flask "flask==3.0.*" "werkzeug==3.0.*" "sqlalchemy==2.1.*" || status=1
cell old-sqlalchemy flask werkzeug "sqlalchemy==2.0.*" || status=1
cell newest flask werkzeug sqlalchemy || status=1
exit $status
