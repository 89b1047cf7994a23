"""One suite for all rules that are installed with mlinfra: what is documented, found, and not found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from msgspec import structs

from mlinfra.model.plan import Plan
from mlinfra.model.policy import Exemption, Finding, Judgement, Level
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Sensitive, Unknown, get, put
from mlinfra.policy.api import Explained, Rule
from mlinfra.policy.gate import judge
from mlinfra.policy.registry import load_rules
from mlinfra.render import json, readback
from tests.policy.cases import FOLDER, MAIN, TODAY, Example, example, expected, found

RULES = {rule.code: rule for rule in load_rules()}
CODES = sorted(RULES)

CANARY = "hunter2-canary"


def test_every_rule_has_its_examples_and_every_example_a_rule() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name[0] != "_"} == set(CODES)
    assert all((FOLDER / code / f"{kind}.yaml").is_file() for code in CODES for kind in ("good", "bad"))


@pytest.mark.parametrize("code", CODES)
def test_it_says_what_it_is_about(code: str) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"[A-Z]+(-[A-Z0-9]+)+", rule.code)
    assert rule.name and not rule.name.endswith(".")
    assert isinstance(rule, Explained)
    about = rule.about
    for sentence in (about.why, about.mend):
        assert sentence.endswith(".") and sentence[0].isupper(), sentence
    assert about.level is not Level.OFF
    assert about.sources or code.startswith("POL-"), "facts about Azure have a source"


@pytest.mark.parametrize("code", CODES)
def test_its_settings_are_closed_and_explained_and_their_defaults_fit(code: str) -> None:
    schema = _about(RULES[code])
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert "severity" not in schema["properties"]
    for name, part in schema["properties"].items():
        assert part["description"].endswith("."), name
        if "default" in part:
            Draft202012Validator(part).validate(part["default"])


@pytest.mark.parametrize("code", CODES)
def test_the_good_example_is_good(code: str, tmp_path: Path) -> None:
    assert found(example(code, "good", tmp_path).judgement(), code) == {}


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_is_bad_where_it_says(code: str, tmp_path: Path) -> None:
    case = example(code, "bad", tmp_path)
    judgement = case.judgement()
    assert found(judgement, code) == expected((tmp_path / MAIN).read_text(encoding="utf-8"), code)
    assert all(f.level is case.judge.level and not f.unsure for f in judgement.findings)
    assert judgement.refused == (case.judge.level is Level.ERROR)


@pytest.mark.parametrize("code", CODES)
def test_as_an_error_it_refuses_and_switched_off_it_says_nothing(code: str, tmp_path: Path) -> None:
    case = example(code, "bad", tmp_path)
    assert _at(case, Level.ERROR).judgement().refused
    assert not _at(case, Level.WARNING).judgement().refused
    assert _at(case, Level.OFF).judgement().findings == ()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("mark", [Unknown("${x.y.z}"), Sensitive(CANARY)], ids=["unknown", "secret"])
def test_what_cannot_be_seen_cannot_be_told(code: str, mark: object, tmp_path: Path) -> None:
    """Every value that made a finding, hidden: the rule says so, and strictly that refuses."""
    case = example(code, "bad", tmp_path)
    finding = next((f for f in case.judgement().findings if f.path and f.path[0] != "tags"), None)
    if finding is None:
        assert code.startswith("POL-"), "a rule that looks at no value is a neutral one"
        return
    hidden = _hidden(case, finding, mark)
    judgement = _at(hidden, Level.ERROR).judgement()
    about = [f for f in judgement.findings if f.address == finding.address and f.unsure]
    assert about, judgement.findings
    assert not any(f.refuses for f in about)
    strict = _at(hidden, Level.ERROR).judgement(strict=True)
    assert all(f.refuses for f in strict.findings if f.unsure)
    assert CANARY not in repr(judgement)


@pytest.mark.parametrize("kind", ["good", "bad"])
@pytest.mark.parametrize("code", CODES)
def test_of_the_plans_json_it_says_the_same(code: str, kind: str, tmp_path: Path) -> None:
    case = example(code, kind, tmp_path)
    text = msgspec.json.encode(json.plan(case.plan))
    again = readback.plan(readback.document(text) or {})

    def told(judgement: Judgement) -> list[tuple[object, ...]]:
        return [
            (f.code, f.summary, f.address, f.path, f.unsure, f.position and f.position.line)
            for f in judgement.findings
        ]

    assert told(judge(case.gate, again, TODAY)) == told(judge(case.gate, case.plan, TODAY))


@pytest.mark.parametrize("code", CODES)
def test_an_exception_lets_pass_until_its_last_day(code: str, tmp_path: Path) -> None:
    case = _at(example(code, "bad", tmp_path), Level.ERROR)
    finding = case.judgement().findings[0]
    place = Position(SourceFile(MAIN, ""), 1, 1)
    stack = "" if finding.address else case.plan.stack
    let = Exemption(
        code, finding.address, "ana@contoso.com", "for a while", TODAY, place, shared=False, stack=stack
    )
    with_it = _with(case, let)
    at = [f for f in with_it.judgement().findings if f.code == code and f.address == finding.address]
    assert at and all(f.exemption is let and not f.refuses for f in at)
    tomorrow = with_it.judgement(today=TODAY + timedelta(days=1))
    assert tomorrow.refused
    assert [f.summary for f in tomorrow.findings if f.code == "POL-EXC-001"] == [
        f"the exception of {code} for {let.about} expired on 2026-11-21 (ana@contoso.com)"
    ]


def _about(rule: Rule) -> dict[str, Any]:
    assert isinstance(rule, Explained)
    return dict(rule.about.schema)


def _at(case: Example, level: Level) -> Example:
    (bench,) = case.gate.benches
    judges = tuple(replace(each, level=level) for each in bench.judges)
    return replace(case, gate=replace(case.gate, benches=(replace(bench, judges=judges),)))


def _with(case: Example, exemption: Exemption) -> Example:
    (bench,) = case.gate.benches
    return replace(case, gate=replace(case.gate, benches=(replace(bench, exemptions=(exemption,)),)))


def _hidden(case: Example, finding: Finding, mark: object) -> Example:
    def changed(plan: Plan) -> Iterator[object]:
        for change in plan.changes:
            if change.address != finding.address:
                yield change
                continue
            after = change.after or {}
            path = finding.path
            known = next(path[:n] for n in range(len(path), 0, -1) if get(after, path[: n - 1]) is not None)
            if get(after, known) is None:
                yield structs.replace(change, after=put({**after, known[0]: None}, known, mark))
            else:
                yield structs.replace(change, after=put(after, known, mark))

    plan = structs.replace(case.plan, changes=tuple(changed(case.plan)))
    return replace(case, planned=structs.replace(case.planned, plan=plan))
