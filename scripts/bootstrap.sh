#!/usr/bin/env bash
# Makes .venv and puts the pinned, hash-checked packages and Heedline itself into it. Quick when nothing changed.
#
#   scripts/bootstrap.sh demo     what Heedline needs to run (requirements.lock)
#   scripts/bootstrap.sh dev      that, and what checks and tests need (requirements-dev.lock)
#   scripts/bootstrap.sh browser  what only whole tests need besides: browsers, Java, the pinned npm packages, programs
#                                 that decode files, and those that look for what was left in them
#
# Touches the system only in `demo` and `browser`, and only as root (apt-get). PYTHON=/path/to/python3 chooses an interpreter.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
what=${1:-demo}

say() { printf 'bootstrap: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1; }

find_python() {
    local candidate
    # A name may stand on PATH and still not run (version managers leave such stubs), so each is tried.
    for candidate in ${PYTHON:+"$PYTHON"} /usr/bin/python3.13 /usr/bin/python3.14 /usr/bin/python3.12 \
        python3.13 python3.14 python3.12 python3 /usr/bin/python3 /usr/local/bin/python3 /opt/python*/bin/python3; do
        if command -v "$candidate" >/dev/null 2>&1 && is_new_enough "$candidate"; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

apt_install() { # names of Debian packages; only as root
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "please install: apt-get install $*"
    say "installing $*"
    DEBIAN_FRONTEND=noninteractive apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

offer_previews() { # what shows files to officers; Heedline starts without it
    local missing=()
    command -v bwrap >/dev/null || missing+=(bubblewrap)
    command -v ffmpeg >/dev/null || missing+=(ffmpeg)
    [ ${#missing[@]} != 0 ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing ${missing[*]}"
        # Limited in time: the demonstration is ready within three minutes, with or without.
        DEBIAN_FRONTEND=noninteractive timeout 45 apt-get update -qq >/dev/null 2>&1 || true
        DEBIAN_FRONTEND=noninteractive timeout 90 apt-get install -y -qq --no-install-recommends "${missing[@]}" \
            >/dev/null 2>&1 && return 0
    fi
    say "not installed: ${missing[*]}. Heedline starts all the same, but cannot show every file."
    say "  Debian and Ubuntu: apt-get install ${missing[*]}"
}

make_venv() {
    if [ -e .venv ] && { [ ! -x .venv/bin/python ] || ! is_new_enough .venv/bin/python; }; then
        say ".venv belongs to a Python that is gone or too old; making it anew"
        rm -rf .venv
    fi
    if [ ! -e .venv/bin/pip ]; then
        local python version
        python=$(find_python) || die "no Python 3.12 or newer found. Debian and Ubuntu: apt-get install python3 python3-venv"
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
            if [ -n "${CI:-}" ]; then
                apt_install "python$version-venv"
            else
                die "$python cannot make virtual environments. Please: apt-get install python$version-venv"
            fi
        fi
        say "making .venv with $python ($version)"
        rm -rf .venv
        "$python" -m venv .venv
    fi
}

fingerprint() { # of everything that decides what stands in .venv
    { echo "$root"; .venv/bin/python -V; cat "$1" requirements-build.lock pyproject.toml; } | sha256sum | cut -d' ' -f1
}

install_lock() { # lock file, stamp
    local now
    now=$(fingerprint "$1")
    if [ "$(cat ".venv/$2" 2>/dev/null)" = "$now" ]; then
        return
    fi
    # The installer and the build tools come from a lock as well, so that every package has a hash. They lie
    # apart and are removed at the end: a running installation has no tools to build with.
    local pip=(.venv/bin/python -m pip install --disable-pip-version-check --no-input --require-hashes)
    rm -rf .venv/build
    say "installing the installer and the build tools (requirements-build.lock)"
    "${pip[@]}" --quiet --no-compile --target .venv/build -r requirements-build.lock
    say "installing $(grep -c '^[a-z].*==' "$1") packages ($1)"
    # Downloads side by side, names each large one, and leaves compiling to the programs that use a package. Where uv does
    # not reach a package index that pip has been told of, pip does it.
    .venv/build/bin/uv pip install --python .venv/bin/python --require-hashes -r "$1" 2> >(grep -v "^ + " >&2) ||
        "${pip[@]}" -r "$1"
    PYTHONPATH=.venv/build .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-index \
        --no-deps --no-build-isolation --editable .
    rm -rf .venv/build
    echo "$now" >".venv/$2"
}

unpack() { # a server for a test, and the libraries it needs; unpacked only, because its package would start it
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || [ -x ".tools/$1/usr/sbin/$1" ] && return 0
    local folder
    folder=$(mktemp -d)
    say "unpacking $1"
    if (cd "$folder" && apt-get download -qq "$@" >/dev/null 2>&1); then
        mkdir -p .tools
        for package in "$folder"/*.deb; do dpkg-deb -x "$package" ".tools/$1"; done
    else
        say "not found: $1. Its test is left out."
    fi
    rm -rf "$folder"
}

install_npm() { # a folder with a package-lock.json
    if [ ! -e "$1/node_modules/.package-lock.json" ] || [ "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ]; then
        say "npm ci in $1"
        npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$1"
        touch "$1/node_modules/.package-lock.json"
    fi
}

case $what in
demo)
    offer_previews &
    previews=$!
    make_venv
    if [ "$(cat .venv/heedline-dev.stamp 2>/dev/null)" != "$(fingerprint requirements-dev.lock)" ]; then
        install_lock requirements.lock heedline.stamp # a .venv for tests has all that a demonstration needs
    fi
    wait "$previews"
    ;;
dev)
    make_venv
    install_lock requirements-dev.lock heedline-dev.stamp
    ;;
browser)
    missing=()
    [ -x /usr/bin/chromium ] || missing+=(chromium)
    [ -x /usr/bin/chromium-headless-shell ] || missing+=(chromium-headless-shell)
    [ -x /usr/bin/firefox-esr ] || missing+=(firefox-esr)
    command -v java >/dev/null || missing+=(default-jre-headless)
    command -v npm >/dev/null || missing+=(nodejs npm)
    command -v bwrap >/dev/null || missing+=(bubblewrap)
    command -v ffmpeg >/dev/null || missing+=(ffmpeg)
    command -v exiftool >/dev/null || missing+=(libimage-exiftool-perl)
    command -v mat2 >/dev/null || missing+=(mat2)
    [ -x /usr/lib/libreoffice/program/soffice.bin ] ||
        missing+=(libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui)
    [ ${#missing[@]} = 0 ] || apt_install "${missing[@]}"
    unpack nginx
    unpack pgbouncer libcares2
    install_npm tests/vectors
    install_npm tests/browser
    ;;
*)
    die "demo, dev or browser; not '$what'"
    ;;
esac
