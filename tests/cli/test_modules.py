"""Git modules through the program: pinned, shown, upgraded, refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mlinfra.cli.main import cli
from tests.fetching.repositories import commit, git, repository

GROUP = "inputs: {name: {type: string}}\nresources: {resource_group: {main: {name: 'rg-${var.name}'}}}\n"
STACK = """\
stack: shared
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}}
modules:
  team: {{source: modules/team}}
  own: {{source: "git::{remote}//group?ref=main", inputs: {{name: own}}}}
"""
TEAM = 'modules:\n  group: {{source: "git::{remote}//group?ref=main", inputs: {{name: team}}}}\n'


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    return repository(tmp_path / "remote", {"group/module.yaml": GROUP})


@pytest.fixture
def folder(tmp_path: Path, remote: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLINFRA_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "stack"
    (folder / "modules" / "team").mkdir(parents=True)
    (folder / "mlinfra.yaml").write_text(STACK.format(remote=remote))
    (folder / "modules" / "team" / "module.yaml").write_text(TEAM.format(remote=remote))
    return folder


def run(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder), *arguments], prog_name="mlinfra")


def test_a_tree_shows_what_is_pinned(folder: Path, remote: Path) -> None:
    at = git(remote, "rev-parse", "HEAD")[:12]
    done = run(folder, "modules", "tree")
    assert (done.exit_code, done.stdout) == (
        0,
        "shared\n"
        "├─ team  modules/team\n"
        f"│  └─ group  git::{remote}//group?ref=main  at {at}\n"
        f"└─ own  git::{remote}//group?ref=main  at {at}\n",
    )


def test_newer_commits_are_taken_when_somebody_says_so(folder: Path, remote: Path) -> None:
    assert run(folder, "validate").exit_code == 0
    old = git(remote, "rev-parse", "HEAD")[:12]
    new = commit(remote, {"group/module.yaml": GROUP.replace("rg-", "group-")})[:12]
    assert "rg-own" in run(folder, "plan").stdout
    done = run(folder, "modules", "upgrade", "own")
    assert (done.exit_code, done.stdout) == (0, f"git::{remote}?ref=main  {old} → {new}\n")
    assert "group-own" in run(folder, "plan").stdout
    done = run(folder, "modules", "upgrade")
    assert done.stdout == "Every git module is at the commit that its ref names.\n"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("team", "the module `team` is taken from a folder"),
        ("owm", "the module `owm` is none of this stack"),
    ],
)
def test_what_has_no_commit_to_pin(folder: Path, name: str, told: str) -> None:
    done = run(folder, "modules", "upgrade", name)
    assert done.exit_code == 1
    assert told in done.stderr


def test_what_differs_from_its_pin_is_refused_with_place_chain_and_advice(
    folder: Path, remote: Path, tmp_path: Path
) -> None:
    assert run(folder, "validate").exit_code == 0
    (file,) = (tmp_path / "cache").glob("modules/*/*/group/module.yaml")
    file.write_text(GROUP + "# changed\n")
    done = run(folder, "plan")
    assert done.exit_code == 1
    assert f"MLI-CFG-076: {remote} at {git(remote, 'rev-parse', 'HEAD')[:12]} is not what" in _flat(done)
    assert "modules/team/module.yaml:2:19" in done.stderr
    assert "in module.team, called at mlinfra.yaml:4:3" in done.stderr
    assert "`mlinfra modules upgrade` pins what the ref names now" in _flat(done)
    assert "mlinfra.yaml:5:17" in done.stderr
    file.write_text(GROUP)
    assert run(folder, "plan").exit_code == 0


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"group/module.yaml": GROUP.replace("main: {name", "main: {nam")}, "group/module.yaml@{at}:2:37"),
        (
            {
                "group/module.yaml": GROUP.replace("{name: 'rg-${var.name}'}", "{file: ../bodies/rg.yaml}"),
                "bodies/rg.yaml": "nam: rg-own\n",
            },
            "bodies/rg.yaml@{at}:1:1",
        ),
    ],
)
def test_a_mistake_in_what_was_fetched_is_told_where_everybody_finds_it(
    folder: Path, remote: Path, tmp_path: Path, files: dict[str, str], told: str
) -> None:
    at = commit(remote, files)[:12]
    done = run(folder, "validate")
    assert done.exit_code == 1
    assert f"git::{remote}//{told.format(at=at)}" in done.stderr
    assert "in module.own, called at mlinfra.yaml:5:3" in _flat(done)
    assert str(tmp_path / "cache") not in done.stderr
    assert "cache/modules" not in done.stderr


def test_a_finding_in_what_was_fetched_is_told_in_sarif_at_the_stacks_own_file(
    folder: Path, remote: Path
) -> None:
    (folder / "mlinfra.yaml").write_text(
        STACK.format(remote=remote) + "policy: {rules: {POL-TAG-001: {required: [owner]}}}\n"
    )
    at = git(remote, "rev-parse", "HEAD")[:12]
    assert run(folder, "plan", "--sarif", "found.sarif").exit_code == 0
    results = json.loads((folder / "found.sarif").read_text())["runs"][0]["results"]
    assert results
    for result in results:
        assert f"(git::{remote}//group/module.yaml@{at}:2:" in result["message"]["text"]
        physical = result["locations"][0]["physicalLocation"]
        assert physical == {"artifactLocation": {"uri": "mlinfra.yaml"}, "region": {"startLine": 1}}


def _flat(done: Result) -> str:
    return " ".join(done.stderr.split())
