"""What the action asks of GitHub: the one comment on a pull request, and the plan that was made for a commit.

`comment` writes or updates; `artifact` names the plan of this commit; `find-plan` says which run has the plan
of the pull request that was merged as this commit. Everything comes by the environment; see `action.yml`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

LIMIT = 65_536
"""Characters that GitHub takes of a comment."""

PAGE = 100
"""Members of a list that GitHub gives at most at once."""

TIMEOUT = 30
"""Seconds that one answer may take."""

_CUT = "\n\n**The rest does not fit into a comment: it is in the summary of the run.**\n"


class Refused(Exception):
    """GitHub's answer was no; for people."""


@dataclass(frozen=True)
class GitHub:
    """One repository, as the token may see it."""

    address: str
    repository: str
    token: str

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request below the repository. Raises Refused."""
        request = urllib.request.Request(  # noqa: S310  the address is GitHub's own word
            f"{self.address}/repos/{self.repository}/{path}",
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
                text = answer.read()
        except urllib.error.HTTPError as wrong:
            with wrong:
                said = wrong.read(500).decode(errors="replace")
            raise Refused(f"GitHub answers {wrong.code} to {method} {path}: {said}") from None
        except OSError as wrong:
            raise Refused(f"GitHub cannot be reached for {method} {path}: {wrong}") from None
        return json.loads(text) if text else None

    def members(self, path: str, key: str = "", **query: str) -> Iterator[Any]:
        """Every member of a list, page by page; ``key`` is where the answer has it. Raises Refused."""
        for page in range(1, 1000):
            asked = urlencode({**query, "per_page": PAGE, "page": page})
            answer = self.ask("GET", f"{path}?{asked}")
            found = answer[key] if key else answer
            yield from found
            if len(found) < PAGE:
                return


def marker(stack: str, folder: str) -> str:
    """The first line of the stack's comment, which nobody sees."""
    return f"<!-- mlinfra plan: {quote(stack)} {quote(folder)} -->"


def body(stack: str, folder: str, text: str, foot: str) -> str:
    """The comment, cut where it would be longer than GitHub takes."""
    head = f"{marker(stack, folder)}\n"
    room = LIMIT - len(head) - len(foot)
    if len(text) > room:
        kept = text[: room - len(_CUT)]
        text = kept[: kept.rfind("\n") + 1 or None] + _CUT
    return f"{head}{text}{foot}"


def comment(github: GitHub, environment: Mapping[str, str]) -> None:
    """Write the comment, or update the one that is there. A plan without changes begins none.

    Only comments of ours are looked at: anybody could write one that begins with the marker. Of several,
    which two runs at once may have made, one stays. Raises Refused.
    """
    stack, folder = environment["STACK"], environment["FOLDER"]
    text = (Path(environment["OUT"]) / "comment.md").read_text(encoding="utf-8")
    ours = [
        each["id"]
        for each in github.members(f"issues/{environment['PULL_REQUEST']}/comments")
        if each["user"]["login"] == environment["COMMENT_AUTHOR"]
        and each["body"].startswith(marker(stack, folder))
    ]
    content = {"body": body(stack, folder, text, _foot(environment))}
    if ours:
        github.ask("PATCH", f"issues/comments/{ours[0]}", content)
    elif environment["EXITCODE"] != "0":
        github.ask("POST", f"issues/{environment['PULL_REQUEST']}/comments", content)
    for extra in ours[1:]:
        github.ask("DELETE", f"issues/comments/{extra}")


def artifact(environment: Mapping[str, str], commit: str) -> str:
    """What the plan of a stack for a commit is called among the artifacts of a run."""
    stack, folder = environment["STACK"], environment["FOLDER"]
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", stack)[:100]
    return f"mlinfra-plan-{safe}-{hashlib.sha256(folder.encode()).hexdigest()[:8]}-{commit}"


def find_plan(github: GitHub, environment: Mapping[str, str]) -> tuple[str, str]:
    """The run that has the plan, and the artifact's name. Raises Refused.

    A commit on the main branch is no commit of the pull request (a merge or a squash makes a new one), so the
    pull request is asked for first. Artifacts of a fork's run are listed with ours and may have any name:
    only those of runs of this repository count.
    """
    merged = environment["GITHUB_SHA"]
    heads = [
        each["head"]["sha"]
        for each in github.members(f"commits/{merged}/pulls")
        if each["merged_at"] and each["merge_commit_sha"] == merged
    ]
    if not heads:
        raise Refused(f"no pull request was merged as {merged}, so there is no plan that was reviewed")
    name = artifact(environment, heads[0])
    found = [
        each
        for each in github.members("actions/artifacts", "artifacts", name=name)
        if each["name"] == name
        and not each["expired"]
        and each["workflow_run"]["head_sha"] == heads[0]
        and each["workflow_run"]["head_repository_id"] == each["workflow_run"]["repository_id"]
    ]
    if not found:
        raise Refused(f"there is no artifact {name}: the plan was never made, or it has expired")
    newest = max(found, key=lambda each: each["created_at"])
    return str(newest["workflow_run"]["id"]), name


def _foot(environment: Mapping[str, str]) -> str:
    """Where the comment comes from, and where its plan is, if there is one."""
    run = "{GITHUB_SERVER_URL}/{GITHUB_REPOSITORY}/actions/runs/{GITHUB_RUN_ID}".format_map(environment)
    sha = environment["HEAD_SHA"]
    there = (Path(environment["OUT"]) / "plan.json").exists()
    where = f"; `plan.json` is in its artifact `{artifact(environment, sha)}`" if there else ""
    return f"\n\nPlanned for {sha} by [this run]({run}){where}.\n"


def _tell(environment: Mapping[str, str], **values: str) -> None:
    with Path(environment["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in values.items())


def _annotate(kind: str, text: str) -> None:
    """A line that GitHub shows with the run."""
    safe = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    sys.stdout.write(f"::{kind}::{safe}\n")


def main(command: str, environment: Mapping[str, str]) -> int:
    """Carry out one command; answers the exit code."""
    if command == "artifact":
        _tell(environment, artifact=artifact(environment, environment["HEAD_SHA"]))
        return 0
    github = GitHub(environment["GITHUB_API_URL"], environment["GITHUB_REPOSITORY"], environment["TOKEN"])
    try:
        if command == "comment":
            comment(github, environment)
        else:
            run, name = find_plan(github, environment)
            _tell(environment, run_id=run, artifact=name)
    except Refused as wrong:
        # The plan stands in the summary too: that nobody may comment is no reason to fail.
        _annotate("warning" if command == "comment" else "error", str(wrong))
        return 0 if command == "comment" else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], os.environ))
