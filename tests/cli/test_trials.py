"""What ``mlinfra test`` must not do: reach a real cloud, the user's state, or tell a secret."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from azure.core.pipeline.transport import RequestsTransport
from click.testing import CliRunner, Result

from mlinfra.cli.ground import Rehearsal
from mlinfra.cli.main import cli
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.signin import default_credential

CANARY = "canary-Secret-77"
STACK = """
stack: churn
azure: {cloud: public, subscription: "${var.subscription}", location: westeurope}
backend: {azure_blob: {account: "${1 / 0}", container: state, key: churn}}
encryption: {key: {env: KEY_THAT_NOBODY_SET}}
variables:
  subscription: {type: string, default: 00000000-0000-0000-0000-000000000001}
  owner: {type: string, default: nobody}
  token: {type: string, sensitive: true, default: ""}
resources:
  resource_group:
    main:
      name: rg-churn
      tags: {owner: "${var.owner}", token: "${var.token}", by: "${env_or_default('OWNER', 'nobody')}"}
  storage_account:
    main: {name: stchurn}
outputs:
  group: {value: "${resource_group.main.id}"}
  token: {value: "${var.token}"}
"""
PASSES = """
runs:
  - name: it is made
    assert:
      - condition: ${plan.create == 2 and var.owner == "nobody" and resource_group.main.tags.by == "nobody"}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    (tmp_path / "tests" / "a.test.yaml").write_text(PASSES)
    return tmp_path


def run(home: Path, *arguments: str, code: int = 0, **environment: str) -> Result:
    done = CliRunner().invoke(cli, ["-C", str(home), "test", *arguments], env=environment)
    assert done.exit_code == code, done.output
    return done


def files(home: Path) -> set[str]:
    return {path.relative_to(home).as_posix() for path in home.rglob("*")}


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Notes whoever signs in to a real cloud, or sends something to one."""
    asked: list[str] = []

    def send(self: RequestsTransport, request: object, **rest: object) -> None:
        asked.append(str(request))
        raise AssertionError("a request left the machine")

    def sign_in(*words: object) -> None:
        asked.append(str(words))
        raise AssertionError("somebody signed in")

    monkeypatch.setattr(RequestsTransport, "send", send)
    monkeypatch.setattr(f"{default_credential.__module__}.default_credential", sign_in)
    yield asked


def test_a_stack_of_a_real_cloud_runs_on_the_simulator(home: Path, no_way_out: list[str]) -> None:
    assert "1 passed" in run(home).stdout
    assert no_way_out == []


def test_the_way_out_is_noticed_where_there_is_one(home: Path, no_way_out: list[str]) -> None:
    """The same stack, planned as it stands, would ask Azure: so the test above can fail."""
    (home / "mlinfra.yaml").write_text(
        "\n".join(line for line in STACK.splitlines() if not line.startswith(("backend:", "encryption:")))
    )
    assert CliRunner().invoke(cli, ["-C", str(home), "plan"]).exit_code == 1
    assert no_way_out != []


def test_nothing_of_the_users_changes(home: Path) -> None:
    before = files(home)
    run(home)
    assert files(home) == before


def test_what_is_recorded_stays_as_it_is(home: Path) -> None:
    (home / "mlinfra.yaml").write_text(
        "\n".join(
            line for line in STACK.splitlines() if not line.startswith(("backend:", "encryption:"))
        ).replace("public", "simulator")
    )
    assert CliRunner().invoke(cli, ["-C", str(home), "apply", "--auto-approve"]).exit_code == 0
    before = {path: path.read_bytes() for path in (home / "state").rglob("*") if path.is_file()}
    run(home)
    assert {path: path.read_bytes() for path in (home / "state").rglob("*") if path.is_file()} == before


def test_the_environment_has_no_say(home: Path) -> None:
    run(
        home,
        MLINFRA_VAR_owner="ana",
        MLINFRA_ENV_OWNER="ana",
        MLINFRA_SIMULATOR_FAULTS=os.fspath(home / "missing.json"),
        MLINFRA_POLICY=os.fspath(home / "missing.yaml"),
    )


def test_its_folder_goes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", os.fspath(home))
    before = files(home)
    with Rehearsal(home) as place:
        assert place.home.is_dir()
        assert place.home.is_relative_to(home)
    assert files(home) == before


def test_another_provider_is_refused(home: Path) -> None:
    with Rehearsal(home) as place:
        place.catalogue.providers  # noqa: B018  # looked up before it is changed
        place.__dict__["catalogue"] = type("C", (), {"providers": {"other": object()}})()
        with pytest.raises(MlinfraError, match="MLI-TST-020"):
            place.connect("other", {})


FAILS = f"""
description: the secret is {{here}}
variables: {{token: {CANARY}}}
runs:
  - {{name: values, variables: {{token: {CANARY}}}, assert: [
      {{condition: '${{output.token == "x"}}'}},
      {{condition: '${{output.token}}'}},
      {{condition: '${{var.token != "{CANARY}"}}'}},
      {{condition: '${{resource_group.main.tags.token == "z"}}'}},
      {{condition: '${{plan.changes["resource_group.main"].after.tags == null}}'}}]}}
  - name: never
"""


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--junit", "out.xml")])
@pytest.mark.parametrize(
    "text",
    [
        FAILS,
        FAILS.replace("description: the", "descripton: the"),
        FAILS.replace(f"variables: {{token: {CANARY}}}, assert", f"varables: {{token: {CANARY}}}, assert"),
        FAILS.replace(f"token: {CANARY}", f"tken: {CANARY}"),
        FAILS.replace(f"variables: {{token: {CANARY}}}\n", f"variables: {{token: [{CANARY}]}}\n", 1).replace(
            f"variables: {{token: {CANARY}}}, assert", "assert"
        ),
    ],
    ids=["fails", "unknown key", "unknown key beside it", "unknown variable", "wrong type"],
)
def test_a_secret_is_told_by_no_output(home: Path, text: str, arguments: tuple[str, ...]) -> None:
    (home / "tests" / "a.test.yaml").write_text(text)
    done = run(home, *arguments, code=1)
    written = (home / "out.xml").read_text() if (home / "out.xml").exists() else ""
    assert "MLI-" in done.output + written
    assert CANARY not in done.output + written


def test_a_report_for_ci_is_xml_whatever_stands_in_it(home: Path) -> None:
    (home / "tests" / "a.test.yaml").write_text(
        'runs:\n  - {name: "a <b> & \\"c\\" \\x07 \\uFFFE", assert: [\n'
        '      {condition: "${plan.create == 9}", message: "]]> <&"}]}\n'
        "  - name: later\n"
    )
    (home / "tests" / "b.test.yaml").write_text("runs: {}\n")
    run(home, "--junit", "report.xml", code=1)
    root = ElementTree.parse(home / "report.xml").getroot()
    assert root.attrib | {"time": ""} == {
        "tests": "3", "failures": "1", "errors": "1", "skipped": "1", "time": "",
    }  # fmt: skip
    suites = root.findall("testsuite")
    assert [suite.get("name") for suite in suites] == ["tests/a.test.yaml", "tests/b.test.yaml"]
    first, second = suites[0].findall("testcase")
    assert first.get("name") == 'a <b> & "c" \ufffd \ufffd'
    failure = first.find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("MLI-TST-010", "]]> <&")
    assert "plan.create is 2" in (failure.text or "")
    assert second.find("skipped") is not None
    assert suites[1].find("testcase/error") is not None


def test_the_document_for_machines(home: Path) -> None:
    (home / "tests" / "a.test.yaml").write_text(
        "description: two\nruns:\n"
        '  - {name: one, assert: [{condition: "${plan.create == 9}", message: nine}]}\n  - name: two\n'
    )
    told = json.loads(run(home, "--json", code=1).stdout)
    (file,) = told["files"]
    one, two = file["runs"]
    assert told["format_version"] == "1.0"
    assert told["summary"] | {"seconds": 0} == {
        "files": 1, "unread": 0, "passed": 0, "failed": 1, "skipped": 1, "seconds": 0,
    }  # fmt: skip
    assert (file["path"], file["folder"], file["description"]) == ("tests/a.test.yaml", ".", "two")
    assert (one["name"], one["command"], one["status"], one["assertions"]) == ("one", "apply", "failed", 1)
    assert (two["status"], two["problems"]) == ("skipped", [])
    (problem,) = one["problems"]
    assert problem["code"] == "MLI-TST-010"
    assert problem["condition"] == "${plan.create == 9}"
    assert problem["values"] == {"plan.create": "2"}
    assert problem["range"]["filename"] == "tests/a.test.yaml"
