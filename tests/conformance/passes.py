"""What is done to an example: from what is there to what is wanted, one pass for each way a plan can go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlinfra.engine.context import Options
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Action
from mlinfra.providers.api import SoftDeletes
from tests.conformance.examples import EXAMPLES, Example, resources
from tests.conformance.lives import Life, Want

Resources = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pass:
    """One way: ``before`` is reached first, one after the other; ``want`` is what may be disturbed.

    ``action`` is what the plan makes of the example itself; None where it is not looked at.
    """

    example: Example
    name: str
    before: tuple[Want, ...]
    want: Want
    action: Action | None

    def __str__(self) -> str:
        return f"{self.example}-{self.name}"


def passes() -> Iterator[Pass]:
    """Every pass of every example: what its schema shows, and what any type can go through."""
    for example in EXAMPLES:
        yield from _of(example)
    yield from _uploads()


def whole() -> Iterator[Pass]:
    """Making everything that an example needs at once, and destroying it: the longest of all."""
    for example in EXAMPLES:
        full = Want(resources(example, example.body))
        yield Pass(example, "create all", (), full, Action.CREATE)
        gone = replace(full, options=Options(destroy=True))
        yield Pass(example, "destroy all", (full,), gone, Action.DELETE)


def _of(example: Example) -> Iterator[Pass]:
    schema, type_ = example.schema, example.type.name
    full = resources(example, example.body)
    rest = {name: blocks for name, blocks in full.items() if name != type_}
    has, lacks = Want(full), Want(rest)
    yield Pass(example, "create", (lacks,) if rest else (), has, Action.CREATE)
    yield Pass(example, "destroy", (has,), lacks, Action.DELETE)
    kept = _with(full, type_, lifecycle={"keep_on_remove": True})
    yield Pass(example, "forget", (Want(kept),), lacks, Action.FORGET)
    if schema.get("x-owner-tag"):
        yield Pass(example, "adopt", (Want(kept), lacks), Want(kept), Action.ADOPT)
    if changed := schema.get("x-example-update"):
        yield Pass(example, "update", (has,), Want(_with(full, type_, **changed)), Action.UPDATE)
    if changed := schema.get("x-example-immutable"):
        yield Pass(example, "replace", (has,), Want(_with(full, type_, **changed)), Action.DELETE_CREATE)
    if schema.get("x-versioned"):
        first = {"lifecycle": {"keep_versions": 1}}
        newer = Want(_with(full, type_, version="2", **first))
        yield Pass(example, "version", (Want(_with(full, type_, **first)),), newer, Action.CREATE)
    if isinstance(example.type, SoftDeletes):
        for what in ("recover", "purge"):
            again = Want(_with(full, type_, lifecycle={"on_soft_deleted": what}))
            yield Pass(example, what, (has, lacks), again, None)


def successor(example: Example, folder: Path) -> Pass | None:
    """The replacement that creates before it destroys, under a name of which some part moves along; None
    where no such name is one of the type. ``folder`` is where names are tried."""
    changed = example.schema["x-example-immutable"]
    name = example.body.get("name")
    names = [{"name": f"{name}{dash}${{self.fingerprint}}"} for dash in ("-", "")] if name else []
    for number, moving in enumerate([*names, {}]):
        body = {**example.body, **moving, "lifecycle": {"create_before_destroy": True}}
        life = Life(example, folder / f"{example}-{number}")
        before = Want(resources(example, body))
        want = Want(resources(example, {**body, **changed}))
        try:
            life.reach(before)
            life.write(want.resources)
            planned = life.plan(want)
        except (MlinfraError, AssertionError):
            continue
        action = next(c.action for c in planned.plan.changes if str(c.address) == f"{example.type.name}.main")
        if action is Action.CREATE_DELETE:
            return Pass(example, "successor", (before,), want, action)
    return None


def _with(found: Mapping[str, Any], type_: str, **changed: Any) -> Resources:
    """The same resources, ``TYPE.main`` with other keys."""
    return {**found, type_: {"main": {**found[type_]["main"], **changed}}}


def _uploads() -> Iterator[Pass]:
    """A version made of a file of this machine: its upload is a request of its own, to another service."""
    for one in EXAMPLES:
        if one.type.name == "data_asset":
            body = {"name": "sheet", "type": "uri_file", "path": "./data.csv"}
            example = Example(one.registered, "upload", body)
            full = resources(example, body)
            rest = {name: blocks for name, blocks in full.items() if name != "data_asset"}
            yield Pass(example, "create", (Want(rest),), Want(full), Action.CREATE)
