#!/usr/bin/env bash
# Build the source distribution, from it the wheel, install that wheel into an empty
# environment and see whether it works there, away from the checkout.
set -euo pipefail
cd "$(dirname "$0")/.."
tools/setup.sh test
root=$(pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A copy: building in the checkout leaves folders behind that the next build would pack.
mkdir "$scratch/source"
{ git ls-files -z --cached --others --exclude-standard 2>/dev/null || find . -path ./.venv -prune -o -type f -print0; } |
    tar --null --ignore-failed-read -T - -cf - 2>/dev/null | tar -xf - -C "$scratch/source"
echo "== Building"
.venv/bin/python -m build --outdir "$scratch/dist" "$scratch/source" >"$scratch/build.log" 2>&1 || {
    cat "$scratch/build.log" >&2
    exit 1
}
mkdir -p dist
cp "$scratch"/dist/* dist/
wheel=$(ls "$scratch"/dist/*.whl)

echo "== Installing $(basename "$wheel") into an empty environment"
.venv/bin/python -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install -q --disable-pip-version-check -c constraints.txt "$wheel"

cd "$scratch"
echo "== Trying it"
"$scratch/venv/bin/meetup" --version
"$scratch/venv/bin/python" - "$root" <<'PYTHON'
"""The wheel has what is not Python, and it is the wheel's that is found."""
import sys
from importlib.resources import files

for package, name in (
    ("meetup", "py.typed"),
    ("meetup", "templates/meetup/base.html"),
    ("meetup", "static/css/meetup.css"),
    ("meetup", "translations/vi/LC_MESSAGES/meetup.mo"),
    ("meetup.migrations", "env.py"),
):
    found = files(package).joinpath(name)
    if not found.is_file():
        sys.exit(f"{package}/{name} is not in the wheel")
    if str(found).startswith(sys.argv[1]):
        sys.exit(f"{package}/{name} came from the checkout")
PYTHON
# From nothing to an answering site, as someone does who has the wheel alone.
"$scratch/venv/bin/python" "$root/tools/answers.py" "$scratch/venv/bin/meetup" demo
echo "== The wheel works: dist/$(basename "$wheel")"
