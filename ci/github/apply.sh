#!/usr/bin/env bash
# Applies a plan that plan.sh left in the folder PLAN, exactly or not at all. Ends with mlinfra's exit code.
#   FOLDER VAR_FILES POLICIES STRICT LOCK_TIMEOUT   inputs of the action
#   PLAN                                            an absolute path
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/given.sh"

if [[ ! -f $PLAN/plan.json ]]; then
  echo "::error::There is no plan in $PLAN. Plan again: push to the pull request, or run the workflow by hand."
  tell exitcode 1
  exit 1
fi
# There may be later plans by now, and nothing of this one can go wrong.
if [[ -f $PLAN/exitcode && $(<"$PLAN/exitcode") == 0 ]]; then
  echo "The plan had no changes: there is nothing to apply." | tee -a "$GITHUB_STEP_SUMMARY"
  tell exitcode 0
  exit 0
fi

log="$(mktemp)"
code=0
mlinfra -C "$FOLDER" apply "$PLAN/plan.json" --no-color --lock-timeout "$LOCK_TIMEOUT" "${given[@]}" \
  2>&1 | tee "$log" || code=$?
{
  printf '### Apply of `%s` ended with exit code %s\n\n' "${STACK//\`/}" "$code"
  sed 's/^/    /' "$log"
} >>"$GITHUB_STEP_SUMMARY"
rm -f "$log"
tell exitcode "$code"
exit "$code"
