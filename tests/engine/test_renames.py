"""``moved:``, ``removed:``, ``import:``, and blocks that were renamed without saying so."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.engine import renames
from mlinfra.engine.schema import Schema, comparable
from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Action, Reason
from tests.engine.bench import Bench

STACK = """
resources:
  folder:
    main: {name: reports}
  text_file:
    a: {content: hello}
    many:
      for_each: [x, y]
      name: ${each.key}.txt
      content: ${each.key}
"""


@pytest.fixture
def applied(bench: Bench) -> Bench:
    bench.write(STACK)
    bench.apply()
    return bench


def refusals(bench: Bench) -> list[str]:
    with pytest.raises(MlinfraError) as told:
        bench.plan()
    return [found.code for found in told.value.diagnostics]


def test_a_moved_block_stays_what_it_is(applied: Bench) -> None:
    text = STACK.replace("    a: {content", "    b: {name: a, content")
    applied.write(text + "moved: [{from: text_file.a, to: text_file.b}]")
    assert applied.actions() == {"text_file.a": Action.FORGET, "text_file.b": Action.ADOPT}
    assert not applied.apply().failures
    assert "text_file.a" not in applied.recorded()
    assert applied.settled_empty()


@pytest.mark.parametrize("address", ["text_file.a", "text_file.b"])
@pytest.mark.parametrize("option", ["targets", "excluded"])
def test_a_part_takes_both_addresses_of_what_is_renamed_or_none(
    applied: Bench, option: str, address: str
) -> None:
    text = STACK.replace("    a: {content", "    b: {name: a, content")
    applied.write(text + "moved: [{from: text_file.a, to: text_file.b}]")
    part: dict[str, Any] = {option: (parse_address(address),)}
    assert not applied.apply(**part).failures
    stays = {"targets": "text_file.b", "excluded": "text_file.a"}[option]
    assert {"text_file.a", "text_file.b"} & applied.recorded().keys() == {stays}


def test_a_moved_block_may_change_on_the_way(applied: Bench) -> None:
    text = STACK.replace("    a: {content: hello", "    b: {name: c, content: goodbye")
    applied.write(text + "moved: [{from: text_file.a, to: text_file.b}]")
    assert applied.change("text_file.b").action is Action.DELETE_CREATE
    assert not applied.apply().failures
    assert not (applied.disk / "reports" / "a").exists()
    assert applied.settled_empty()


def test_instances_move_with_their_block_and_one_by_one(applied: Bench) -> None:
    text = (
        STACK.replace("    many:", "    files:")
        .replace("[x, y]", "{x: x, z: y}")
        .replace("${each.key}.txt", "${each.value}.txt")
    )
    moves = """
moved:
  - {from: text_file.many, to: text_file.files}
  - {from: 'text_file.many["y"]', to: 'text_file.files["z"]'}
"""
    applied.write(text + moves)
    assert {address: action for address, action in applied.actions().items() if "files" in address} == {
        'text_file.files["x"]': Action.ADOPT,
        'text_file.files["z"]': Action.UPDATE,
    }
    assert not applied.apply().failures
    assert sorted(p.name for p in (applied.disk / "reports").iterdir()) == ["a", "x.txt", "y.txt"]
    assert applied.settled_empty()


def test_moves_follow_each_other(applied: Bench) -> None:
    text = STACK.replace("    a: {content", "    c: {name: a, content")
    moves = "moved: [{from: text_file.a, to: text_file.c}]"
    applied.write(text + moves)
    applied.apply()
    applied.write(text.replace("    c:", "    d:") + "moved: [{from: text_file.c, to: text_file.d}]")
    assert not applied.apply().failures
    assert applied.recorded()["text_file.d"].id == "/reports/a"


@pytest.mark.parametrize(("destroy", "action"), [("false", Action.FORGET), ("true", Action.DELETE)])
def test_what_is_removed_stays_or_goes(applied: Bench, destroy: str, action: Action) -> None:
    text = STACK.replace("    a: {content: hello}\n", "")
    applied.write(text + f"removed: [{{from: text_file.a, destroy: {destroy}}}]")
    assert applied.actions() == {"text_file.a": action}
    assert not applied.apply().failures
    assert (applied.disk / "reports" / "a").exists() is (destroy == "false")
    assert applied.settled_empty()


def test_what_exists_is_imported_one_by_one_and_by_the_dozen(bench: Bench) -> None:
    folder = bench.folder / "disk" / "reports"
    folder.mkdir(parents=True)
    for name in ("a", "x.txt", "y.txt"):
        (folder / name).write_text("old")
    imports = """
import:
  - {to: folder.main, id: /reports}
  - {to: text_file.a, id: /reports/a}
  - {to: text_file.many, for_each: {x: x.txt, y: y.txt}, id: "/reports/${each.value}"}
"""
    bench.write(STACK + imports)
    assert set(bench.actions().values()) == {Action.ADOPT}
    assert not bench.apply().failures
    assert (folder / "x.txt").read_text() == "x"
    assert bench.settled_empty()


def test_a_block_that_was_renamed_with_its_resource_is_told_how_to_keep_it(applied: Bench) -> None:
    applied.write(STACK.replace("    a: {content", "    b: {content"))
    planned = applied.plan().plan
    (found,) = planned.warnings
    assert found.code == "MLI-PLN-026"
    assert "moved: [{from: text_file.a, to: text_file.b}]" in found.detail
    assert {c.reason for c in planned.changes if c.action is Action.DELETE} == {Reason.REMOVED}


def test_each_of_many_is_compared_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def stack(letter: str) -> str:
        blocks = "".join(f"\n    {letter}{n}: {{content: text {n}}}" for n in range(30))
        return f"resources:\n  folder:\n    main: {{name: reports}}\n  text_file:{blocks}"

    bench.write(stack("a"))
    bench.apply()
    looked: list[object] = []

    def counted(value: Any, schema: Schema) -> Any:
        looked.append(value)
        return comparable(value, schema)

    monkeypatch.setattr(renames, "comparable", counted)
    bench.write(stack("b"))
    assert [w.code for w in bench.plan().plan.warnings] == ["MLI-PLN-026"] * 30
    assert len(looked) == 60


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ("moved: {from: text_file.a}", "MLI-CFG-013"),
        ("moved: [text_file.a]", "MLI-CFG-013"),
        ("moved: [{from: text_file.z}]", "MLI-CFG-013"),
        ("moved: [{from: text_file.a, to: folder.main}]", "MLI-CFG-013"),
        ("moved: [{from: text_file.z, to: text_file.q}]", "MLI-REF-001"),
        ("moved: [{from: 'text_file.many[\"x\"]', to: text_file.a}]", "MLI-CFG-013"),
        ("removed: [{from: text_file.a, destroy: false}]", "MLI-CFG-013"),
        ("removed: [{from: text_file.z}]", "MLI-CFG-013"),
        ("removed: [{from: a, destroy: false}]", "MLI-CFG-013"),
        ("import: [{to: text_file.a}]", "MLI-CFG-013"),
        ("import: [{to: text_file.q, id: /reports/q}]", "MLI-REF-001"),
        ("import: [{to: text_file.a, id: nothing}]", "MLI-REF-012"),
    ],
)
def test_what_is_wrong_is_told(applied: Bench, section: str, code: str) -> None:
    applied.write(STACK + section)
    assert refusals(applied) == [code]
