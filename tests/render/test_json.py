from __future__ import annotations

import json as stdlib
from typing import Any

import pytest

from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import error, warning
from mlinfra.model.plan import (
    Action,
    AttributeChange,
    Change,
    Delta,
    Drift,
    Join,
    Op,
    OutputChange,
    Reason,
    RefreshInfo,
)
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.state import OutputValue, Record, State
from mlinfra.model.value import Redacted, Sensitive, Unknown
from mlinfra.render import json
from tests.render.sample import CANARY, change, changed, plan, step


def only(made: Change, **more: Any) -> dict[str, Any]:
    """The one resource change of a plan."""
    (found,) = json.plan(plan(made, **more))["resource_changes"]
    assert isinstance(found, dict)
    return found


def test_whole_plan() -> None:
    made = plan(
        change(
            'module.net["a"].storage_account.x[1]',
            Action.CREATE,
            changed("name", None, "stx"),
            id="/ids/stx",
            after={"name": "stx", "key": Sensitive(CANARY), "principal_id": Unknown()},
            seconds=20.0,
        ),
        steps=(step("a.b", Op.DELETE), step("a.b", Op.CREATE, "delete:a.b", with_parent="x")),
        warnings=(warning("MLI-X-1", "careful"),),
        refresh=RefreshInfo(9, 0.123, 17),
    )
    resource = {
        "address": 'module.net["a"].storage_account.x[1]',
        "module_address": 'module.net["a"]',
        "mode": "managed",
        "type": "storage_account",
        "name": "x",
        "index": 1,
        "provider_name": "azure",
    }
    planned = {"values": {"name": "stx", "key": None}, "sensitive_values": {"key": True}}
    shape = json.plan(made)
    assert shape == {
        "format_version": "1.2",
        "mlinfra_version": "0.1.0",
        "planned_values": {
            "outputs": {},
            "root_module": {
                "child_modules": [{"address": 'module.net["a"]', "resources": [{**resource, **planned}]}]
            },
        },
        "resource_drift": [],
        "resource_changes": [
            {
                **resource,
                "change": {
                    "actions": ["create"],
                    "before": None,
                    "after": {"name": "stx", "key": None},
                    "after_unknown": {"principal_id": True},
                    "before_sensitive": False,
                    "after_sensitive": {"key": True},
                },
                "mlinfra": {
                    "id": "/ids/stx",
                    "reason": "",
                    "dies_with": None,
                    "loses": [],
                    "unmanaged": [],
                    "data_loss": "",
                    "seconds": 20.0,
                },
            }
        ],
        "output_changes": {},
        "checks": [],
        "applyable": True,
        "complete": True,
        "errored": False,
        "mlinfra": {
            "stack": "churn-dev",
            "lineage": "a-lineage",
            "serial": 4,
            "destroy": False,
            "context": {"cloud": "simulator", "location": "westeurope"},
            "refreshed": True,
            "steps": [
                {"id": "delete:a.b", "address": "a.b", "op": "delete", "after": [], "with_parent": None},
                {
                    "id": "create:a.b",
                    "address": "a.b",
                    "op": "create",
                    "after": ["delete:a.b"],
                    "with_parent": "x",
                },
            ],
            "warnings": [{"severity": "warning", "code": "MLI-X-1", "summary": "careful", "detail": ""}],
        },
    }
    assert CANARY not in stdlib.dumps(shape)


def test_what_many_wait_for_together_is_told_with_the_steps() -> None:
    made = plan(steps=(step("a.b", Op.CREATE, "made:c.d"),), joins=(Join("made:c.d", ("create:c.d[0]",)),))
    assert json.plan(made)["mlinfra"]["joins"] == {"made:c.d": ["create:c.d[0]"]}


def test_nothing_that_was_measured_is_in_it() -> None:
    first = plan(change("a.b", Action.NO_OP), refresh=RefreshInfo(1, 0.1, 1))
    second = plan(change("a.b", Action.NO_OP), refresh=RefreshInfo(2, 0.7, 1))
    assert json.plan(first) == json.plan(second)


@pytest.mark.parametrize(
    ("action", "actions"),
    [
        (Action.NO_OP, ["no-op"]),
        (Action.CREATE, ["create"]),
        (Action.UPDATE, ["update"]),
        (Action.DELETE_CREATE, ["delete", "create"]),
        (Action.CREATE_DELETE, ["create", "delete"]),
        (Action.DELETE, ["delete"]),
        (Action.FORGET, ["forget"]),
        (Action.READ, ["read"]),
        (Action.ADOPT, ["no-op"]),
    ],
)
def test_actions(action: Action, actions: list[str]) -> None:
    body = only(change("a.b", action, id="/x"))["change"]
    assert body["actions"] == actions
    assert ("importing" in body) == (action is Action.ADOPT)


def test_import_that_changes() -> None:
    body = only(change("a.b", Action.ADOPT, changed("x", 1, 2), id="/x"))["change"]
    assert body["actions"] == ["update"]
    assert body["importing"] == {"id": "/x"}


def test_marks_at_every_depth() -> None:
    after = {
        "name": "x",
        "empty": {},
        "list": ["a", Unknown(), Sensitive(CANARY)],
        "deep": {"a": {"known": 1, "later": Unknown(sensitive=True)}},
        "whole": Sensitive({"a": CANARY}),
    }
    body = only(change("a.b", Action.UPDATE, before={"whole": Redacted(CANARY), "n": None}, after=after))[
        "change"
    ]
    assert body["before"] == {"whole": None, "n": None}
    assert body["before_sensitive"] == {"whole": True}
    assert body["after"] == {
        "name": "x",
        "empty": {},
        "list": ["a", None, None],
        "deep": {"a": {"known": 1}},
        "whole": None,
    }
    assert body["after_unknown"] == {
        "empty": {},
        "list": [False, True, False],
        "deep": {"a": {"later": True}},
    }
    assert body["after_sensitive"] == {
        "empty": {},
        "list": [False, False, True],
        "deep": {"a": {"later": True}},
        "whole": True,
    }


def test_deletion() -> None:
    gone = change("a.b", Action.DELETE, reason=Reason.REMOVED, before={"key": Redacted("x")})
    found = only(gone)
    assert found["action_reason"] == "delete_because_no_resource_config"
    assert found["change"]["after"] is None
    assert found["change"]["after_unknown"] == {}
    assert found["change"]["before_sensitive"] == {"key": True}
    assert found["change"]["after_sensitive"] is False
    assert json.plan(plan(gone))["planned_values"]["root_module"] == {}


def test_replacement() -> None:
    found = only(
        change(
            "a.b",
            Action.DELETE_CREATE,
            AttributeChange(("disk", "zones"), Delta.CHANGED, ["1"], ["2"], forces_replacement=True),
            changed("x", 1, 2),
            reason=Reason.IMMUTABLE,
            loses=(parse_address("a.c"),),
            unmanaged=("/u",),
            data_loss="all of it",
            dies_with=parse_address("a.d"),
        )
    )
    assert found["change"]["replace_paths"] == [["disk", "zones"]]
    assert found["action_reason"] == "replace_because_cannot_update"
    assert found["mlinfra"]["loses"] == ["a.c"]
    assert found["mlinfra"]["unmanaged"] == ["/u"]
    assert found["mlinfra"]["data_loss"] == "all of it"
    assert found["mlinfra"]["dies_with"] == "a.d"
    assert found["mlinfra"]["reason"] == Reason.IMMUTABLE.value


def test_a_reason_that_terraform_has_no_word_for() -> None:
    assert "action_reason" not in only(change("a.b", Action.DELETE, reason=Reason.DESTROY))
    assert "action_reason" not in only(change("a.b", Action.UPDATE, reason=Reason.BROKEN))
    assert only(change("a.b", Action.DELETE_CREATE, reason=Reason.BROKEN))["action_reason"] == (
        "replace_because_tainted"
    )


def test_drift() -> None:
    address = parse_address("a.b")
    drift = Drift(
        address,
        "a",
        "/b",
        (
            changed("size", "S", "L"),
            AttributeChange(("tags", "new"), Delta.ADDED, None, "x"),
            AttributeChange(("tags", "old"), Delta.REMOVED, "y", None),
            changed("key", Redacted(CANARY), Redacted(CANARY + "2")),
        ),
    )
    live = {"id": "/b", "size": "L", "other": 1, "tags": {"new": "x"}, "key": Redacted(CANARY + "2")}
    made = plan(change("a.b", Action.NO_OP, before=live, after=live), drift=(drift,))
    (found,) = json.plan(made)["resource_drift"]
    assert found["address"] == "a.b"
    assert found["change"]["actions"] == ["update"]
    assert found["change"]["before"] == {
        "id": "/b",
        "size": "S",
        "other": 1,
        "tags": {"old": "y"},
        "key": None,
    }
    assert found["change"]["after"] == {
        "id": "/b",
        "size": "L",
        "other": 1,
        "tags": {"new": "x"},
        "key": None,
    }
    assert found["change"]["after_sensitive"] == {"tags": {}, "key": True}


def test_drift_of_what_is_gone() -> None:
    drift = Drift(parse_address("a.b"), "a", "/b", deleted=True)
    (found,) = json.plan(plan(drift=(drift,)))["resource_drift"]
    assert found["change"]["actions"] == ["delete"]
    assert found["change"]["before"] == {"id": "/b"}
    assert found["change"]["after"] is None


def test_output_changes() -> None:
    made = plan(
        steps=(),
        outputs=(
            OutputChange("url", Action.CREATE, None, Unknown()),
            OutputChange("n", Action.NO_OP, 1, 1),
            OutputChange("key", Action.UPDATE, Redacted(CANARY), Sensitive(CANARY)),
            OutputChange("gone", Action.DELETE, 1, None),
        ),
    )
    shape = json.plan(made)
    assert shape["output_changes"]["url"] == {
        "actions": ["create"],
        "before": None,
        "after": None,
        "after_unknown": True,
        "before_sensitive": False,
        "after_sensitive": False,
    }
    assert shape["output_changes"]["key"]["after_sensitive"] is True
    assert shape["output_changes"]["n"]["after_unknown"] is False
    assert shape["planned_values"]["outputs"] == {
        "url": {"sensitive": False},
        "n": {"sensitive": False, "value": 1},
        "key": {"sensitive": True, "value": None},
    }
    assert shape["applyable"] is True


def test_empty_plan_is_not_applyable() -> None:
    assert json.plan(plan(change("a.b", Action.NO_OP), steps=()))["applyable"] is False


RECORD = Record(
    parse_address('a.b["x"]'),
    "a",
    "azure",
    "/ids/b",
    {"size": "S", "key": Redacted(CANARY)},
    {"id": "/ids/b", "size": "S"},
    dependencies=(parse_address("a.c"),),
    type_version=2,
)


def test_resource() -> None:
    assert json.resource(RECORD) == {
        "address": 'a.b["x"]',
        "mode": "managed",
        "type": "a",
        "name": "b",
        "index": "x",
        "provider_name": "azure",
        "schema_version": 2,
        "values": {"size": "S", "key": None, "id": "/ids/b"},
        "sensitive_values": {"key": True},
        "depends_on": ["a.c"],
        "tainted": False,
        "mlinfra": {"id": "/ids/b", "managed": ["key", "size"]},
    }


def test_state() -> None:
    state = State(
        "l",
        7,
        "churn-dev",
        records={RECORD.address: RECORD},
        outputs={"n": OutputValue(1), "key": OutputValue(Redacted(CANARY), sensitive=True)},
    )
    assert json.state(state) == {
        "format_version": "1.0",
        "values": {
            "outputs": {
                "n": {"sensitive": False, "value": 1},
                "key": {"sensitive": True, "value": None},
            },
            "root_module": {"resources": [json.resource(RECORD)]},
        },
        "mlinfra": {"stack": "churn-dev", "lineage": "l", "serial": 7},
    }


def test_diagnostics() -> None:
    place = Position(SourceFile("mlinfra.yaml", "a: b\n"), 1, 4, 1)
    found = error("MLI-X-1", "wrong", "Do it.", place, parse_address("a.b"), ("tags", 0))
    assert json.diagnostics([found, warning("MLI-X-2", "careful")]) == {
        "format_version": "1.0",
        "valid": False,
        "error_count": 1,
        "warning_count": 1,
        "diagnostics": [
            {
                "severity": "error",
                "code": "MLI-X-1",
                "summary": "wrong",
                "detail": "Do it.",
                "address": "a.b",
                "path": ["tags", 0],
                "range": {
                    "filename": "mlinfra.yaml",
                    "start": {"line": 1, "column": 4},
                    "end": {"line": 1, "column": 5},
                },
            },
            {"severity": "warning", "code": "MLI-X-2", "summary": "careful", "detail": ""},
        ],
    }


def test_modules_nest() -> None:
    made = plan(
        change("module.a.module.b.x.one", Action.CREATE, after={}),
        change("module.a.module.b.x.two", Action.CREATE, after={}),
        change("module.a.x.three", Action.CREATE, after={}),
    )
    (outer,) = json.plan(made)["planned_values"]["root_module"]["child_modules"]
    (inner,) = outer["child_modules"]
    assert outer["address"] == "module.a"
    assert [r["name"] for r in outer["resources"]] == ["three"]
    assert inner["address"] == "module.a.module.b"
    assert [r["name"] for r in inner["resources"]] == ["one", "two"]
