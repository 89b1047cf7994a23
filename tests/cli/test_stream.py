"""Every line that ``--json`` streams is valid by the published schema, and none of its types is idle."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.cli import change
from mlinfra.model.event import Event, Started
from mlinfra.render.event_schema import event_schema
from mlinfra.render.progress import Json
from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage

SCHEMA = event_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

STACK = """
stack: stream
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
variables:
  team: {type: string, default: churn}
resources:
  resource_group:
    main: {name: rg-stream, tags: {team: "${var.team}"}}
  storage_account:
    main: {name: ststream}
  key_vault:
    main: {name: kv-stream}
  workspace:
    main: {name: mlw-stream, storage_account: "${storage_account.main.id}", key_vault: "${key_vault.main.id}"}
  data_asset:
    churn: {path: data, type: uri_folder, version: 1}
checks:
  owned:
    condition: "${var.team != 'nobody'}"
    message: a team answers for it
outputs:
  team: {value: "${var.team}"}
"""
REFUSING = """
policy:
  declared:
    teams:
      match: "${change.type == 'resource_group' and change.action != 'delete'}"
      require: "${after.tags.team != 'risk'}"
      message: risk has stacks of its own
      severity: error
"""
FAULTS = """
- match: {method: PUT, path: "/storageAccounts/", nth: 1}
  do: {status: 429, headers: {Retry-After: "7"}, body: {error: {code: TooManyRequests, message: slow down}}}
- match: {method: PUT, path: "/vaults/"}
  do: {status: 400, body: {error: {code: BadRequest, message: not like this}}}
"""
DEATH = '- {match: {method: PUT, path: "/resourcegroups/rg-stream$"}, do: {exit: after}}\n'


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    (tmp_path / "mlinfra.yaml").write_text(STACK + REFUSING)
    (tmp_path / "faults.yaml").write_text(FAULTS)
    (tmp_path / "death.yaml").write_text(DEATH)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rows.csv").write_bytes(b"a,b\n" * 2**20)
    with Stage(tmp_path, monkeypatch) as made:
        yield made


def run(stage: Stage, command: str, *, own_process: bool = False) -> Result:
    return stage.run(Run(command, 1, own_process=own_process))


def lines(result: Result) -> list[dict[str, Any]]:
    """What was printed, each line held against the schema."""
    found = [json.loads(line) for line in result.stdout.splitlines()]
    for line in found:
        assert [error.message for error in VALIDATOR.iter_errors(line)] == [], line
    return found


def types(found: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(line["type"] for line in found))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


GROUP = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-stream"
BODY = '{"location": "westeurope", "tags": {"team": "others"}}'
BY_HAND = f"mlinfra simulator request PUT {GROUP} --body '{BODY}'"


def test_a_life_of_a_stack_has_every_type_of_line_and_each_is_valid(stage: Stage) -> None:
    seen: set[str] = set()

    def told(command: str, code: int, *, own_process: bool = False) -> list[dict[str, Any]]:
        result = run(stage, command, own_process=own_process)
        assert result.code == code, result.stderr
        found = lines(result)
        assert types(found)[:2] == ["version", "reading"]
        seen.update(types(found))
        return found

    told("MLINFRA_SIMULATOR_FAULTS=death.yaml mlinfra apply --auto-approve --json", 137, own_process=True)
    assert types(told("mlinfra plan --json", 0))[2] == "settled"

    failing = told("MLINFRA_SIMULATOR_FAULTS=faults.yaml mlinfra apply --auto-approve --json", 1)
    assert types(failing)[2] == "taken_over"
    assert (failing[-1]["type"], failing[-1]["failed"]) == ("summary", 1)
    [failed] = [line for line in failing if line["type"] == "failed"]
    assert failed["skipped"]

    assert told("mlinfra apply --auto-approve --json", 0)[-1]["failed"] == 0
    idle = told("mlinfra plan --json --detailed-exitcode", 0)
    assert not {"planned_change", "output_change", "resource_drift"} & set(types(idle))

    assert run(stage, BY_HAND).code == 0
    drifted = told("mlinfra plan --json -v team=fraud --detailed-exitcode", 2)
    last = drifted[-1]
    assert (last["type"], last["summary"]["change"], last["summary"]["drift"]) == ("planned", 1, 1)
    whole = last["plan"]
    changes = [line["change"] for line in drifted if line["type"] == "planned_change"]
    assert changes == [one for one in whole["resource_changes"] if one["change"]["actions"] != ["no-op"]]
    drifts = [line["drift"] for line in drifted if line["type"] == "resource_drift"]
    assert drifts == whole["resource_drift"]

    told("mlinfra plan --json -v team=nobody", 1)
    told("mlinfra plan --json -v team=risk", 3)
    told("mlinfra destroy --auto-approve --json", 0)
    assert seen == {name.removeprefix("line_") for name in SCHEMA["$defs"] if name.startswith("line_")}


@pytest.mark.parametrize(
    ("command", "code", "wrong"),
    [
        ("plan --json -v team=risk", 3, "teams"),
        ("apply --json --auto-approve -v team=risk", 3, "teams"),
        ("plan --json -v team=nobody", 1, "MLI-CHK-003"),
        ("plan --json -v nothing=1", 1, "MLI-CFG-"),
        ("plan --json --no-such-option", 1, "MLI-CLI-022"),
        ("apply --json", 1, "MLI-CLI-022"),
        ("apply missing.plan --json", 1, "MLI-SAV-001"),
        ("plan --json --format json", 1, "MLI-CLI-022"),
    ],
)
def test_what_is_refused_is_an_error_on_the_stream(stage: Stage, command: str, code: int, wrong: str) -> None:
    result = run(stage, f"mlinfra {command}")
    assert result.code == code
    [told] = [line for line in lines(result) if line["type"] == "diagnostics" and not line["valid"]]
    assert any(found["code"].startswith(wrong) for found in told["diagnostics"]), told


@pytest.mark.parametrize(
    "command",
    [
        "plan --format json --no-such-option",
        "plan --format=json -v nothing=1",
        "policy check missing.plan --json",
        "show missing.plan --format json",
        "-C . output nothing --json",
        "-C plan output nothing --json",
        "state show resource_group.main --json --no-such-option",
    ],
)
def test_where_one_document_is_due_the_error_is_one(stage: Stage, command: str) -> None:
    (stage.folder / "plan").mkdir()
    result = run(stage, f"mlinfra {command}")
    assert result.code == 1
    document = json.loads(result.stdout)
    assert (document["valid"], document["error_count"]) == (False, 1)


def test_a_plan_as_one_document_is_what_the_stream_ends_with(stage: Stage) -> None:
    document = json.loads(run(stage, "mlinfra plan --format json --no-refresh").stdout)
    assert {**document, "mlinfra": 0} == {
        **lines(run(stage, "mlinfra plan --json --no-refresh"))[-1]["plan"],
        "mlinfra": 0,
    }


def test_a_check_that_fails_in_the_end_is_told_before_the_summary(stage: Stage) -> None:
    text = (stage.folder / "mlinfra.yaml").read_text()
    known_after = "${resource_group.main.id == 'x' or workspace.main.studio_url == 'x'}"
    (stage.folder / "mlinfra.yaml").write_text(text.replace("${var.team != 'nobody'}", known_after))
    result = run(stage, "mlinfra apply --auto-approve --json")
    assert result.code == 1, result.stderr
    told, summary = lines(result)[-2:]
    assert (told["type"], summary["type"]) == ("diagnostics", "summary")
    assert [found["code"] for found in told["diagnostics"]] == ["MLI-CHK-003"]


def test_an_interrupted_apply_ends_with_its_summary(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pressed(Json):
        """Somebody presses Ctrl-C when the first step begins."""

        def __call__(self, event: Event) -> None:
            first = isinstance(event, Started) and not self.tally.finished
            super().__call__(event)
            if first:
                signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(change, "Json", Pressed)
    result = run(stage, "mlinfra apply --auto-approve --json --parallelism 1")
    assert result.code == 130
    last = lines(result)[-1]
    assert (last["type"], last["interrupted"]) == ("summary", True)
    assert last["skipped"]


def test_ctrl_c_before_anything_began_is_told_too(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(change, "make_plan", pressed)
    result = run(stage, "mlinfra apply --auto-approve --json")
    assert result.code == 130
    assert lines(result)[-1]["diagnostics"][0]["code"] == "MLI-CLI-023"
