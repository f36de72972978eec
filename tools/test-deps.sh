#!/usr/bin/env bash
# Install what the whole suite needs from outside Python: PostgreSQL, Redis, libical, a browser
# with fonts for Vietnamese, LibreOffice Writer, and the npm packages of tests/package.json.
#
# Installs only what is missing. Without the rights to, it says what is missing and
# ends well: `make test` then names the parts that could not run.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
want() { # want PACKAGE TEST...: PACKAGE is needed if the test fails
    local package=$1
    shift
    if ! "$@" >/dev/null 2>&1; then packages+=("$package"); fi
}
have_initdb() { command -v initdb || ls /usr/lib/postgresql/*/bin/initdb; }
have_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
have_libical() { PATH="$PATH:/sbin:/usr/sbin" ldconfig -p | grep -q 'libical\.so\.3 '; }
# The name of a font that carries Vietnamese; fc-list comes with the browser.
have_fonts() { ls /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf || fc-list :lang=vi | grep -q .; }

want postgresql have_initdb
want redis-server command -v redis-server
want chromium have_browser
want fonts-dejavu-core have_fonts
# libical reads our calendars as Evolution and many servers do. Debian 13 has it as libical3t64, which provides libical3.
want libical3 have_libical
# The notice's file is turned into a PDF as an office would; Tinos has the measures of Times New Roman, and Vietnamese.
want libreoffice-writer-nogui command -v soffice
want fonts-croscore ls /usr/share/fonts/truetype/croscore
want nodejs command -v node
want npm command -v npm

if [ ${#packages[@]} -gt 0 ]; then
    echo "== Missing: ${packages[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "This is no Debian: install them with this system's own tools." >&2
    else
        sudo=()
        if [ "$(id -u)" -ne 0 ]; then sudo=(sudo -n); fi
        if [ ${#sudo[@]} -gt 0 ] && ! "${sudo[@]}" true 2>/dev/null; then
            echo "Installing them needs root: sudo apt-get install ${packages[*]}" >&2
        else
            "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}" ||
                "${sudo[@]}" sh -c "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages[*]}" ||
                echo "Could not install ${packages[*]}: the tests that need them will say so." >&2
        fi
    fi
fi

# axe-core judges accessibility in the browser; ical.js and node-ical read our calendars as many clients do.
if command -v npm >/dev/null; then
    if ! cmp -s tests/package.json tests/node_modules/.installed; then
        echo "== Installing the npm packages of tests/package.json"
        if (cd tests && npm install --no-package-lock --no-audit --no-fund --ignore-scripts); then
            cp tests/package.json tests/node_modules/.installed
        else
            echo "npm could not install them: the tests that need them will say so." >&2
        fi
    fi
else
    echo "Without npm, the tests that need tests/package.json will say that they could not run." >&2
fi
echo "== What the tests need is there, or named above"
