#!/usr/bin/env bash
# Builds what a release consists of into dist/: the wheel, the list of its parts (SBOM), the locks, and the sums of all.
# The same commit gives the same bytes on every machine. With a key, the sums are signed: scripts/release.sh KEY_FILE
set -euo pipefail
cd "$(dirname "$0")/.."
key=${1:-}

[ -z "$(git status --porcelain --untracked-files=no)" ] || { echo "Commit your changes first." >&2; exit 1; }
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
rm -rf dist && mkdir dist
# Built from what is committed, and from nothing that lies about in the folder.
clean=$(mktemp -d)
trap 'rm -rf "$clean"' EXIT
git archive HEAD | tar -x -C "$clean"
.venv/bin/uv build --quiet --wheel --require-hashes --build-constraint requirements-build.lock --out-dir "$PWD/dist" "$clean"
rm -f dist/.gitignore
make --silent sbom
cp var/sbom.json requirements.lock requirements-s3.lock dist/
(cd dist && sha256sum -- * >SHA256SUMS)
[ -z "$key" ] || ssh-keygen -q -Y sign -n heedline-release -f "$key" dist/SHA256SUMS
cat dist/SHA256SUMS
