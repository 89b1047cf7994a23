"""What is asked of GitHub when it has more than one page, other people's words, or no answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.ci.hub import BOT, LIMIT, Hub
from tests.ci.runner import ROOT, Event, Ran, Runner
from tests.ci.world import Place, World

HEAD = "a" * 40
MERGED = "b" * 40
MARKER = "<!-- mlinfra plan: churn stacks/churn -->\n"
NAME = f"mlinfra-plan-churn-6c27467f-{HEAD}"


@pytest.fixture
def program(tmp_path: Path, hub: Hub) -> Program:
    return Program(Runner(tmp_path / "machine", tmp_path, hub.address))


class Program:
    """`github.py`, with the environment that the action gives it."""

    def __init__(self, runner: Runner) -> None:
        self.runner = runner

    def comment(self, text: str = "### Plan\n", exitcode: str = "2", api: str | None = None) -> Ran:
        (self.runner.temp / "comment.md").write_text(text, encoding="utf-8")
        return self._run(
            "comment",
            OUT=str(self.runner.temp),
            PULL_REQUEST="7",
            HEAD_SHA=HEAD,
            EXITCODE=exitcode,
            COMMENT_AUTHOR=BOT,
            **({"GITHUB_API_URL": api} if api else {}),
        )

    def find(self) -> Ran:
        return self._run("find-plan")

    def _run(self, command: str, **more: str) -> Ran:
        given = {"FOLDER": "stacks/churn", "STACK": "churn", "TOKEN": "the-token", **more}
        return self.runner.shell(f'python3 "{ROOT}/ci/github/github.py" {command}', Event(MERGED), given)


def test_the_comment_is_found_on_a_later_page(program: Program, hub: Hub) -> None:
    for number in range(250):
        hub.add_comment(f"word {number}", "ana")
    ours = hub.add_comment(f"{MARKER}old")
    assert program.comment().code == 0
    assert hub.comments[-1]["id"] == ours
    assert hub.comments[-1]["body"].startswith(f"{MARKER}### Plan\n")
    assert len(hub.comments) == 251


def test_somebody_elses_comment_with_the_marker_is_left_alone(program: Program, hub: Hub) -> None:
    hub.add_comment(f"{MARKER}not ours", "mallory")
    assert program.comment().code == 0
    assert [each["body"].partition("\n")[2][:8] for each in hub.comments] == ["not ours", "### Plan"]


def test_of_several_comments_one_stays(program: Program, hub: Hub) -> None:
    first = hub.add_comment(f"{MARKER}one")
    hub.add_comment(f"{MARKER}two")
    assert program.comment().code == 0
    assert [each["id"] for each in hub.comments] == [first]


def test_a_plan_that_changes_nothing_any_more_is_told(program: Program, hub: Hub) -> None:
    assert program.comment("No changes.\n", exitcode="0").code == 0
    assert hub.comments == []
    hub.add_comment(f"{MARKER}1 to add")
    assert program.comment("No changes.\n", exitcode="0").code == 0
    assert "No changes." in hub.comments[0]["body"]


@pytest.mark.parametrize("sign", ["x", "ä", "🦊"])
def test_what_is_too_long_is_cut_at_a_line(program: Program, hub: Hub, sign: str) -> None:
    line = f"    {sign * 99}\n"
    assert program.comment(line * 1000).code == 0
    body = hub.comments[0]["body"]
    assert LIMIT - 500 < len(body) <= LIMIT
    assert f"{line}\n\n**The rest does not fit" in body


def test_a_comment_that_may_not_be_written_is_a_warning(program: Program, hub: Hub) -> None:
    hub.read_only = True
    ran = program.comment()
    assert ran.code == 0
    assert ran.log.startswith("::warning::GitHub answers 403 to POST")
    assert ran.log.count("\n") == 1


def test_a_github_that_does_not_answer_is_a_warning(program: Program) -> None:
    ran = program.comment(api="http://127.0.0.1:1")
    assert (ran.code, ran.log.startswith("::warning::GitHub cannot be reached")) == (0, True)


def test_the_newest_plan_of_the_merged_head_is_found(program: Program, hub: Hub) -> None:
    hub.merge(MERGED, HEAD)
    hub.add_artifact(NAME, HEAD, run=1, created_at="2026-01-01T00:00:00Z")
    hub.add_artifact(NAME, HEAD, run=3, created_at="2026-01-03T00:00:00Z")
    hub.add_artifact(NAME, HEAD, run=2, created_at="2026-01-02T00:00:00Z")
    found = program.find()
    assert (found.code, dict(found.outputs)) == (0, {"run_id": "3", "artifact": NAME})


@pytest.mark.parametrize(
    ("head", "more"),
    [
        (HEAD, {"repository": 2}),  # a fork's run, which may call its artifacts as it likes
        (HEAD, {"expired": True}),
        ("c" * 40, {}),
    ],
)
def test_no_other_artifact_is_taken(program: Program, hub: Hub, head: str, more: dict[str, Any]) -> None:
    hub.merge(MERGED, HEAD)
    hub.add_artifact(NAME, head, **more)
    refused = program.find()
    assert (refused.code, refused.outputs) == (1, {})
    assert refused.log.startswith(f"::error::there is no artifact {NAME}")


def test_a_pull_request_that_only_holds_the_commit_was_not_merged_as_it(program: Program, hub: Hub) -> None:
    hub.merge(MERGED, HEAD)
    hub.pulls[MERGED][0]["merge_commit_sha"] = "d" * 40
    assert "no pull request was merged" in program.find().log


@pytest.mark.full
def test_the_step_that_installs(tmp_path: Path, hub: Hub) -> None:
    world = World(tmp_path, hub, Place("unused: true", ""))
    machine = world.machine(Event(world.commit({})))
    (machine.folder / "bin" / "python3").unlink()
    ran = machine.shell(f'"{ROOT}/ci/github/install.sh"', Event(MERGED), {"VERSION": ""})
    assert ran.code == 0, ran.log
    assert "mlinfra 0" in ran.log
