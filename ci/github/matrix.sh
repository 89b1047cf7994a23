#!/usr/bin/env bash
# Says in GITHUB_OUTPUT which stacks a change touches: `matrix` for a job's strategy, and whether there are `any`.
#   SINCE ALSO FOLDER   inputs of the action; FOLDER is where stacks are looked for
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/given.sh"

asked=()
[[ -z $SINCE ]] || asked+=("--since=$SINCE")
while IFS= read -r path; do
  [[ -z $path ]] || asked+=("--also=$path")
done <<<"$ALSO"
matrix="$(mlinfra matrix "${asked[@]}" -- "$FOLDER")"
printf '%s\n' "$matrix"
tell matrix "$matrix"
tell any "$([[ $matrix == *'"folder"'* ]] && echo true || echo false)"
