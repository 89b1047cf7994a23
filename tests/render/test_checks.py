from __future__ import annotations

from mlinfra.model.address import parse_address
from mlinfra.model.check import CheckResult, Verdict, When
from mlinfra.model.diagnostic import Severity
from mlinfra.model.source import Position, SourceFile
from mlinfra.render.checks import checks_json, checks_view

PLACE = Position(SourceFile("mlinfra.yaml", ""), 3, 5)


def result(
    label: str,
    verdict: Verdict,
    message: str = "",
    needs: str = "",
    when: When = When.AFTER,
    severity: Severity = Severity.ERROR,
) -> CheckResult:
    stack = "." not in label
    address = None if stack else parse_address(label)
    name = label if stack else ""
    return CheckResult(address, name, When.END if stack else when, verdict, severity, PLACE, message, needs)


def test_what_holds_is_counted_and_the_rest_is_told() -> None:
    view = checks_view(
        [
            result("a.b", Verdict.HOLDS),
            result("a.b", Verdict.UNKNOWN, needs="self.id"),
            result("a.c", Verdict.UNKNOWN, when=When.BEFORE),
            result("all", Verdict.FAIL, "Not\x1b[2J so."),
            result("some", Verdict.FAIL, "Nearly.", severity=Severity.WARNING),
        ]
    )
    assert view.counts == "1 passed, 2 failed, 2 checked when applied"
    assert view.lines == (
        "a.b after: when self.id is known",
        "a.c before: when it is applied",
        "check.all: Not\\x1b[2J so.   mlinfra.yaml:3:5",
    )


def test_without_checks_nothing_is_said() -> None:
    assert (checks_view([]).counts, checks_view([]).lines, checks_json([])) == ("", (), [])


def test_json_is_by_block_and_by_instance_and_the_worst_counts() -> None:
    found = checks_json(
        [
            result('module.m.a.b["x"]', Verdict.HOLDS),
            result('module.m.a.b["x"]', Verdict.FAIL, "Not so."),
            result('module.m.a.b["y"]', Verdict.UNKNOWN),
            result("all", Verdict.HOLDS),
        ]
    )
    assert found == [
        {
            "address": {
                "kind": "resource",
                "mode": "managed",
                "type": "a",
                "name": "b",
                "module": "module.m",
                "to_display": "module.m.a.b",
            },
            "status": "fail",
            "instances": [
                {
                    "address": {"to_display": 'module.m.a.b["x"]', "instance_key": "x"},
                    "status": "fail",
                    "problems": [{"message": "Not so."}],
                },
                {"address": {"to_display": 'module.m.a.b["y"]', "instance_key": "y"}, "status": "unknown"},
            ],
        },
        {
            "address": {"kind": "check", "name": "all", "to_display": "check.all"},
            "status": "pass",
            "instances": [{"address": {"to_display": "check.all"}, "status": "pass"}],
        },
    ]
