#!/usr/bin/env bash
# Installs mlinfra into an environment of its own, and puts it on the path of the steps that follow.
#   VERSION   of the package; empty: what lies beside this action, with the versions of its lock
set -euo pipefail

home="$RUNNER_TEMP/mlinfra-program"
python3 -m venv "$home"
pip=("$home/bin/python" -m pip install --quiet --disable-pip-version-check)
if [[ -n $VERSION ]]; then
  "${pip[@]}" "mlinfra==$VERSION"
else
  root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
  # Without the hashes, which would have to be there for what the lock leaves out too: mlinfra itself.
  sed -nE 's/^([A-Za-z0-9._-]+(\[[^]]*\])?==[^\\]*[^\\ ]).*$/\1/p' "$root/requirements.lock" >"$home/versions"
  "${pip[@]}" --constraint "$home/versions" "$root"
fi
printf '%s\n' "$home/bin" >>"$GITHUB_PATH"
"$home/bin/mlinfra" version
