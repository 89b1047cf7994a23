"""One suite for every type of every provider: a type joins by existing, its example is its test."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.config.loader import load
from mlinfra.engine.applier import StopSignal, apply
from mlinfra.engine.context import Context, Options
from mlinfra.engine.marks import known_part
from mlinfra.engine.planner import Planned, make_plan
from mlinfra.model.configuration import META_KEYS
from mlinfra.model.plan import Action, Op
from mlinfra.model.value import Attrs, reveal
from mlinfra.providers.api import Done, Pending
from mlinfra.state.local import LocalStore
from mlinfra.state.manager import StateManager
from tests.conformance.examples import CATALOGUE, EXAMPLES, Example, resources
from tests.conformance.worlds import WORLDS, World

every_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)


class Stage:
    """A stack around one example, in its provider's world."""

    def __init__(self, example: Example, folder: Path) -> None:
        provider = example.registered.provider
        self.example, self.folder = example, folder
        (folder / "world").mkdir()
        self.world: World = WORLDS[provider.name](provider, folder / "world")
        self.context = Context(CATALOGUE, self.world.connect, self.world.clock, 8)
        store = LocalStore(folder / "state", "conformance", clock=self.world.clock)
        self.manager = StateManager(
            store, stack="conformance", folder=".", clock=self.world.clock, tool="test", heartbeat=False
        )

    def write(self, found: Mapping[str, Any]) -> None:
        stack = {
            "stack": "conformance",
            self.example.registered.provider.name: dict(self.world.settings),
            "resources": found,
        }
        (self.folder / "mlinfra.yaml").write_text(json.dumps(stack))

    def plan(self, **options: Any) -> Planned:
        return make_plan(load(self.folder), self.manager.load(), self.context, Options(**options))

    def apply(self, **options: Any) -> None:
        with self.manager.session(command="apply") as session:
            planned = make_plan(load(self.folder), session.snapshot, self.context, Options(**options))
            result = apply(planned, session, self.context, lambda _: None, StopSignal())
        assert [f"{d.code} {d.summary} {d.detail}" for d in result.failures] == []

    def nothing_to_do(self) -> None:
        left = self.plan().plan
        assert {str(c.address): c.attributes for c in left.changes if c.action is not Action.NO_OP} == {}
        assert left.drift == ()

    def main(self) -> Any:
        records = self.manager.load().state.records
        return next(r for a, r in records.items() if a.type == self.example.type.name and a.name == "main")

    @property
    def connection(self) -> Any:
        return self.world.connect(self.example.registered.provider.name, self.world.settings)


@pytest.fixture
def stage(example: Example, tmp_path: Path) -> Stage:
    made = Stage(example, tmp_path)
    made.write(resources(example, example.body))
    return made


@every_example
def test_the_schema_is_valid_and_every_key_names_its_source(example: Example) -> None:
    Draft202012Validator.check_schema(example.schema)
    for name, prop in example.schema["properties"].items():
        assert prop.get("x-source"), name
        assert prop.get("x-ref", example.type.name) in CATALOGUE.types, name
        if "default" in prop:
            Draft202012Validator(prop).validate(prop["default"])


@every_example
def test_no_body_has_a_meta_key_at_its_top(example: Example) -> None:
    assert META_KEYS.isdisjoint(example.schema["properties"])


@every_example
def test_normalising_twice_is_normalising_once(stage: Stage) -> None:
    works = stage.plan(refresh=False).works.values()
    work = next(w for w in works if w.change.type == stage.example.type.name and w.address.name == "main")
    assert work.instance is not None
    once = stage.example.type.normalize(known_part(work.instance.attrs))
    assert stage.example.type.normalize(copy.deepcopy(once)) == once


@every_example
def test_what_was_created_and_read_plans_empty(stage: Stage) -> None:
    stage.apply()
    stage.nothing_to_do()
    record = stage.main()
    live = stage.example.type.read_many(stage.connection, [record.id])[record.id]
    assert live is not None
    assert live["id"].casefold() == record.id.casefold()


@every_example
def test_an_update_happens_in_place_and_plans_empty(stage: Stage) -> None:
    changed = stage.example.schema.get("x-example-update")
    if changed is None:
        assert not _in_place(stage.example), "a type with keys that change in place shows one"
        return
    stage.apply()
    stage.write(resources(stage.example, {**stage.example.body, **changed}))
    change = next(
        c for c in stage.plan().plan.changes if c.type == stage.example.type.name and c.address.name == "main"
    )
    assert change.action is Action.UPDATE, change.attributes
    stage.apply()
    stage.nothing_to_do()


@every_example
def test_a_changed_immutable_key_replaces_and_the_service_itself_refuses_it(stage: Stage) -> None:
    changed = stage.example.schema.get("x-example-immutable")
    if changed is None:
        return
    stage.apply()
    record = stage.main()
    stage.write(resources(stage.example, {**stage.example.body, **changed}))
    planned = stage.plan()
    work = planned.works[record.address]
    assert work.change.action is Action.DELETE_CREATE
    assert {a.path[0] for a in work.change.attributes if a.forces_replacement} <= changed.keys()
    assert work.instance is not None
    if work.instance.id == record.id:
        assert stage.world.refuses(stage.example.type, record.id, reveal(work.instance.attrs)) in (True, None)
    stage.apply()
    stage.nothing_to_do()


@every_example
def test_deleting_twice_is_deleting_once(stage: Stage) -> None:
    stage.apply()
    record = stage.main()
    for _ in range(2):
        _finished(
            stage, stage.example.type.begin(stage.connection, Op.DELETE, record.id, record.observed, None)
        )
    assert stage.example.type.read_many(stage.connection, [record.id]) == {record.id: None}


@every_example
def test_fifty_siblings_are_read_with_one_list_call_or_as_many_as_it_has_pages(stage: Stage) -> None:
    stage.apply()
    record = stage.main()
    ids = [record.id, *(f"{record.id}{n}" for n in range(49))]
    before = stage.connection.requests
    answers = stage.example.type.read_many(stage.connection, ids)
    assert [id for id, attrs in answers.items() if attrs is not None] == [record.id]
    assert stage.connection.requests - before <= 2 or stage.example.schema.get("x-read-one-by-one")


@every_example
def test_destroying_leaves_nothing(stage: Stage) -> None:
    stage.apply()
    stage.apply(destroy=True)
    assert stage.manager.load().state.records == {}
    assert stage.plan(destroy=True).plan.is_empty


def _in_place(example: Example) -> list[str]:
    fixed = ("x-immutable", "x-computed")
    return [n for n, p in example.schema["properties"].items() if not any(p.get(word) for word in fixed)]


def _finished(stage: Stage, progress: Done | Pending) -> Attrs | None:
    for _ in range(500):
        if isinstance(progress, Done):
            return progress.attrs
        stage.world.clock.sleep(progress.after)
        progress = stage.example.type.resume(stage.connection, progress)
    raise AssertionError("the operation never ended")
