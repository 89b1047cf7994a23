"""Findings on a terminal, as JSON and as SARIF: one view, three faces."""

from __future__ import annotations

from datetime import date
from typing import Any

from jsonschema import Draft202012Validator

from mlinfra.model.address import parse_address
from mlinfra.model.policy import Exemption, Finding, Judgement, Level, RuleInfo
from mlinfra.model.source import Position, SourceFile
from mlinfra.render import json, policy, sarif
from mlinfra.render.findings import findings
from tests.render.sample import plan
from tests.render.sarif_schema import SARIF

SOURCE = SourceFile("my stack.yaml", "stack: x\nresources:\n  workspace:\n    main: {name: mlw}\n")
BLOCK, KEY = Position(SOURCE, 4, 5, 4), Position(SOURCE, 4, 12, 4)
RULES = (
    RuleInfo("AZ-NET-001", "public network access", Level.ERROR, "It is open.", "Close it."),
    RuleInfo("POL-DEL-001", "too many deletions", Level.WARNING, "Much goes.", "Look at it."),
    RuleInfo("own", "says \x1b[31mred", Level.INFO),
)
LET = Exemption(
    "own", parse_address("workspace.main"), "ana@contoso.com", "a while", date(2026, 12, 31), BLOCK
)


def finding(code: str, level: Level, summary: str, **more: Any) -> Finding:
    return Finding(code, level, summary, **more)


MAIN = parse_address("workspace.main")
ALL = Judgement(
    (
        finding(
            "AZ-NET-001", Level.ERROR, "workspace.main is open", address=MAIN, path=("access",),
            position=KEY, refuses=True,
        ),
        finding("AZ-NET-001", Level.ERROR, "workspace.b is open", position=BLOCK, refuses=True),
        finding("POL-DEL-001", Level.WARNING, "12 resources would be deleted"),
        finding("own", Level.INFO, "a note \x1b[31m", address=MAIN, position=BLOCK),
        finding("AZ-NET-001", Level.WARNING, "open?", address=MAIN, position=BLOCK, unsure=True),
        finding("own", Level.INFO, "known", address=MAIN, position=BLOCK, exemption=LET),
    ),
    RULES,
)  # fmt: skip
VIEW = findings(ALL)


def log(folder: str = "stacks/dev") -> dict[str, Any]:
    return sarif.document(VIEW, version="1.2.3", folder=folder, main="mlinfra.yaml")


def test_beneath_a_plan_stands_what_refuses_it_and_one_line_about_the_rest() -> None:
    assert policy.summary(VIEW).plain(100) == (
        "Policy: 2 refused   AZ-NET-001 workspace.main is open   my stack.yaml:4:12\n"
        "                    AZ-NET-001 workspace.b is open   my stack.yaml:4:5\n"
        "        1 warning: too many deletions; 1 note; 1 cannot be told yet; 1 let pass by exceptions\n"
    )


def test_where_nothing_is_found_nothing_is_said() -> None:
    assert policy.summary(findings(Judgement((), RULES))).plain(100) == ""


def test_in_full_each_has_its_line_and_each_rule_says_once_why() -> None:
    text = policy.details(VIEW).plain(100)
    assert text.startswith(
        "Refused AZ-NET-001: workspace.main is open\n"
        "  my stack.yaml:4:12\n"
        "  4 |     main: {name: mlw}\n"
        "    |            ^^^^\n"
        "  It is open.\n"
        "  Close it.\n\n"
        "Refused AZ-NET-001: workspace.b is open\n"
        "  my stack.yaml:4:5\n"
        "  4 |     main: {name: mlw}\n"
        "    |     ^^^^\n\n"
    )
    assert "\x1b" not in text
    assert "  Let pass by ana@contoso.com, until 2026-12-31: a while\n" in text
    assert "Cannot tell AZ-NET-001: open?" in text
    assert "Refused: 2 findings by 3 rules.\n" in text


def test_json_has_every_finding_with_its_place() -> None:
    document = json.plan(plan(), VIEW)["mlinfra"]["policy"]
    assert document["refused"] is True
    assert [found["kind"] for found in document["findings"]] == [
        "refused", "refused", "warning", "note", "cannot tell", "let pass",
    ]  # fmt: skip
    assert document["findings"][0] == {
        "code": "AZ-NET-001",
        "kind": "refused",
        "severity": "error",
        "summary": "workspace.main is open",
        "why": "It is open.",
        "mend": "Close it.",
        "address": "workspace.main",
        "path": "access",
        "range": {
            "filename": "my stack.yaml",
            "start": {"line": 4, "column": 12},
            "end": {"line": 4, "column": 16},
        },
    }
    assert "policy" not in json.plan(plan())["mlinfra"]


def test_sarif_is_valid() -> None:
    Draft202012Validator(SARIF).validate(log())
    Draft202012Validator(SARIF).validate(
        sarif.document(findings(Judgement()), version="1", folder=".", main="mlinfra.yaml")
    )


def test_sarif_places_are_seen_from_the_repository() -> None:
    (run,) = log()["runs"]
    first, _, nowhere, *_ = run["results"]
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "stacks/dev/my%20stack.yaml"},
                "region": {"startLine": 4, "startColumn": 12, "endColumn": 16},
            },
            "logicalLocations": [{"fullyQualifiedName": "workspace.main", "kind": "resource"}],
        }
    ]
    assert nowhere["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/dev/mlinfra.yaml"},
        "region": {"startLine": 1},
    }
    (run,) = log(".")["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "my%20stack.yaml"}


def test_sarif_says_which_rule_how_bad_and_what_is_let_pass() -> None:
    (run,) = log()["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["AZ-NET-001", "POL-DEL-001", "own"]
    assert rules[0]["helpUri"].endswith("docs/reference/policy.md#az-net-001")
    assert all(rules[found["ruleIndex"]]["id"] == found["ruleId"] for found in run["results"])
    assert [found["level"] for found in run["results"]] == [
        "error", "error", "warning", "note", "warning", "note",
    ]  # fmt: skip
    assert [found["suppressions"] for found in run["results"] if "suppressions" in found] == [
        [{"kind": "external", "justification": "ana@contoso.com, until 2026-12-31: a while"}]
    ]
    prints = [found["partialFingerprints"]["finding/v1"] for found in run["results"]]
    assert len(set(prints)) == len(prints)
