from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.config.expand import SINGLE, Each, instances
from mlinfra.config.functions import MAX_ITEMS
from mlinfra.config.scope import Scope, Table
from mlinfra.model.address import Address
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.value import Redacted, Sensitive, Unknown
from tests.config.helpers import marked, read, told

NAMES = {
    "people": ["ana", "ben"],
    "map": {"a": {"n": 1}, "b": {"n": 2}},
    "n": 3,
    "none": None,
    "later": Unknown(),
    "secret": Sensitive(["x"]),
    "half": ["a", Unknown()],
    "hidden": ["a", Sensitive("b")],
    "values": {"a": Sensitive("s"), "b": Unknown()},
    "old": Redacted("h"),
    "off": False,
    "yes": Sensitive(True),
}


def expanded(text: str) -> tuple[list[Each], list[Diagnostic]]:
    node = read(text)
    block = Block(
        Address("t", "a"),
        node,
        node.position,
        Path(),
        **{key: node.value[key] for key in ("for_each", "count", "when") if key in node.value},
    )
    problems: list[Diagnostic] = []
    return instances(block, Scope({"var": Table(NAMES)}), problems), problems


def one(text: str) -> list[Each]:
    found, problems = expanded(text)
    assert problems == []
    return found


def wrong(text: str) -> Diagnostic:
    found, problems = expanded(text)
    assert found == []
    (only,) = problems
    assert only.address == Address("t", "a")
    return only


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("x: 1", [SINGLE]),
        ("for_each: ${var.people}", [Each("ana", "ana"), Each("ben", "ben")]),
        ("for_each: [a, '${var.people[0]}']", [Each("a", "a"), Each("ana", "ana")]),
        ("for_each: []", []),
        ("for_each: ${var.map}", [Each("a", {"n": 1}), Each("b", {"n": 2})]),
        ("for_each: {x: 1, y: '${var.n}'}", [Each("x", 1), Each("y", 3)]),
        ("for_each: {}", []),
        ("for_each: ${var.none}", [SINGLE]),
        ("for_each: ", [SINGLE]),
        ("for_each: ${toset(['b', 'a', 'b'])}", [Each("a", "a"), Each("b", "b")]),
        ("for_each: ${var.values}", [Each("a", Sensitive("s")), Each("b", Unknown())]),
        ("count: 2", [Each(0, 0), Each(1, 1)]),
        ("count: ${var.n - 2}", [Each(0, 0)]),
        ("count: 0", []),
        ("when: true", [SINGLE]),
        ("when: ${var.n > 5}", []),
        ("when: false\nfor_each: ${var.later}", []),
        ("when: true\ncount: 1", [Each(0, 0)]),
    ],
)
def test_instances(text: str, wanted: Any) -> None:
    assert one(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "for_each: ${var.later}",
            "1:11 MLI-CFG-051 t.a needs var.later for `for_each`, which only an apply can tell",
        ),
        (
            "for_each: ['${var.later}']",
            "1:12 MLI-CFG-051 t.a needs ${var.later} for `for_each`, which only an apply can tell",
        ),
        (
            "for_each: ${var.half}",
            "1:11 MLI-CFG-051 t.a needs a value for `for_each`, which only an apply can tell",
        ),
        (
            "for_each: ${sort(var.half)}",
            "1:11 MLI-CFG-051 t.a needs var.half for `for_each`, which only an apply can tell",
        ),
        (
            "count: ${var.later}",
            "1:8 MLI-CFG-051 t.a needs var.later for `count`, which only an apply can tell",
        ),
        (
            "when: ${var.later}",
            "1:7 MLI-CFG-051 t.a needs var.later for `when`, which only an apply can tell",
        ),
        ("for_each: ${var.secret}", "1:11 MLI-CFG-052 t.a takes `for_each` from a secret"),
        ("for_each: ${var.hidden}", "1:11 MLI-CFG-052 t.a takes `for_each` from a secret"),
        ("for_each: ${var.old}", "1:11 MLI-CFG-052 t.a takes `for_each` from a secret"),
        ("when: ${var.yes}", "1:7 MLI-CFG-052 t.a takes `when` from a secret"),
        ("for_each: text", "1:11 MLI-CFG-053 t.a has text for `for_each`"),
        ("for_each: ${var.n}", "1:11 MLI-CFG-053 t.a has a number for `for_each`"),
        ("for_each: [1]", "1:12 MLI-CFG-053 t.a has a number in the list of `for_each`"),
        ("for_each: [[a]]", "1:12 MLI-CFG-053 t.a has a list in the list of `for_each`"),
        ("for_each: [a, b, a]", "1:18 MLI-CFG-053 t.a has `a` twice in `for_each`"),
        ("count: -1", "1:8 MLI-CFG-053 t.a has a number for `count`"),
        ("count: true", "1:8 MLI-CFG-053 t.a has true or false for `count`"),
        ("count: 1.5", "1:8 MLI-CFG-053 t.a has a number for `count`"),
        ("count: '2'", "1:8 MLI-CFG-053 t.a has text for `count`"),
        ("count: ~", "1:8 MLI-CFG-053 t.a has null for `count`"),
        (f"count: {MAX_ITEMS + 1}", f"1:8 MLI-CFG-053 t.a asks for {MAX_ITEMS + 1} instances"),
        ("when: 1", "1:7 MLI-CFG-053 t.a has a number for `when`"),
    ],
)
def test_what_tells_no_instances(text: str, wanted: str) -> None:
    found = wrong(text)
    assert told(found) == wanted
    assert found.detail


def test_an_expression_that_fails_is_told_once() -> None:
    found, problems = expanded("for_each: ${1 / 0}")
    assert found == []
    assert [p.summary for p in problems] == ["this divides by zero"]


def test_what_stands_twice_is_underlined() -> None:
    assert marked(wrong("for_each: [a, b, a]")) == "a"
