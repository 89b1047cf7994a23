#!/usr/bin/env bash
# Plans one stack. Leaves plan.json, findings.sarif, comment.md and exitcode in the folder OUT, and says in
# GITHUB_OUTPUT what came of it. Ends well whatever mlinfra said, so that the comment is written: the action's
# last step ends the job with mlinfra's own exit code.
#   FOLDER VAR_FILES POLICIES STRICT   inputs of the action
#   OUT                                where files go; an absolute path
#   PULL_REQUEST HEAD_REPOSITORY       of the event, empty where it is no pull request
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/given.sh"

mkdir -p "$OUT"
rm -f "$OUT"/{plan.json,findings.sarif,comment.md,exitcode,errors.txt}

# Four spaces make a block of code that nothing in the text can end.
quoted() { sed 's/^/    /'; }

# A fork's pull request gets no secrets, so it reaches neither the state nor Azure.
if [[ -n ${PULL_REQUEST-} && ${HEAD_REPOSITORY-} != "$GITHUB_REPOSITORY" ]]; then
  code=0
  mlinfra -C "$FOLDER" validate --no-color >"$OUT/errors.txt" 2>&1 || code=$?
  cat "$OUT/errors.txt"
  {
    printf '### Not planned: this pull request comes from a fork\n\n'
    printf 'It gets no secrets, so neither the state nor Azure can be read. What is written was checked:\n\n'
    quoted <"$OUT/errors.txt"
    printf '\nSomebody with write access plans it by pushing the branch to this repository.\n'
  } | tee -a "$GITHUB_STEP_SUMMARY" >"$OUT/comment.md"
  tell exitcode "$code"
  tell planned false
  tell has_changes false
  exit 0
fi

code=0
mlinfra -C "$FOLDER" plan --detailed-exitcode --no-color \
  --out="$OUT/plan.json" --sarif="$OUT/findings.sarif" "${given[@]}" 2>"$OUT/errors.txt" || code=$?
cat "$OUT/errors.txt" >&2
printf '%s\n' "$code" >"$OUT/exitcode"

if [[ -f $OUT/plan.json ]]; then
  # What GitHub takes of a comment is 65,536 characters: the rest is for the marker and the foot.
  mlinfra -C "$FOLDER" show "$OUT/plan.json" --format markdown --max-chars 60000 "${given[@]}" >"$OUT/comment.md"
  tell plan "$OUT/plan.json"
else
  {
    printf '### No plan of `%s`\n\n' "${STACK//\`/}"
    quoted <"$OUT/errors.txt"
  } >"$OUT/comment.md"
fi
[[ ! -f $OUT/findings.sarif ]] || tell sarif "$OUT/findings.sarif"
cat "$OUT/comment.md" >>"$GITHUB_STEP_SUMMARY"

tell exitcode "$code"
tell planned "$([[ -f $OUT/plan.json ]] && echo true || echo false)"
tell has_changes "$([[ $code == 2 || $code == 3 ]] && echo true || echo false)"
