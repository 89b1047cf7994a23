# shellcheck shell=bash
# What plan and apply have in common: the options that the action's inputs ask for, as the array `given`.
# Inputs come as variables of the environment and never stand in the text of a command.
given=()
while IFS= read -r file; do
  [[ -z $file ]] || given+=("--var-file=$file")
done <<<"${VAR_FILES-}"
while IFS= read -r file; do
  [[ -z $file ]] || given+=("--policy=$file")
done <<<"${POLICIES-}"
[[ ${STRICT-} != true ]] || given+=(--strict)

tell() { printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"; }
