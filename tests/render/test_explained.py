"""An explanation as people see it: sections, nothing secret, nothing that a terminal obeys."""

from __future__ import annotations

from datetime import UTC, datetime

from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Via
from mlinfra.model.explanation import Explanation, Key, Link, Needed, Origin, Timed, Took
from mlinfra.model.plan import Action, AttributeChange, Change, Delta, Plan
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.state import Record, Stamp
from mlinfra.model.value import Redacted, Sensitive
from mlinfra.render.explained import NAMED, explained, page
from mlinfra.render.explained_json import explained_json

FILE = SourceFile("mlinfra.yaml", "")
HERE = Position(FILE, 3, 5)
CPU = Address("compute", "cpu")
SECRET = AttributeChange(("password",), Delta.CHANGED, Redacted("00"), Sensitive("hunter2"))
UPDATED = Change(
    CPU,
    "compute",
    "azure",
    Action.UPDATE,
    "/rg/cpu",
    before={"password": Redacted("00")},
    after={"password": Sensitive("hunter2")},
    attributes=(SECRET,),
)


def shown(found: Explanation) -> str:
    plan = Plan("demo", "lineage", 1, "0", changes=found.changes)
    return page(explained(found, plan)).plain()


def test_a_secret_is_shown_nowhere() -> None:
    found = Explanation(
        CPU,
        "compute",
        "amlcompute",
        "azure",
        HERE,
        keys=(Key("password", Sensitive("hunter2"), HERE),),
        changes=(UPDATED,),
        origins=(Origin(("password",), (Link("", HERE, ("var.password",)),)),),
    )
    text = shown(found)
    assert "password:  (sensitive)   mlinfra.yaml:3:5" in text
    assert "mlinfra.yaml:3:5  reads var.password" in text
    assert "hunter2" not in text
    document = explained_json(found)
    assert document["keys"]["password"] == {
        "value": None,
        "sensitive": True,
        "written": {"filename": "mlinfra.yaml", "line": 3, "column": 5},
    }
    assert document["changes"][0]["attributes"][0]["after"] is None
    assert "hunter2" not in str(document)


def test_what_a_terminal_would_obey_is_escaped() -> None:
    evil = "\x1b[2J"
    place = Position(SourceFile(f"{evil}.yaml", ""), 1, 1)
    address = Address("compute", "cpu", evil)
    found = Explanation(
        address,
        "compute",
        evil,
        evil,
        place,
        via=(Via(evil, place),),
        keys=(Key(evil, evil, place),),
        others=(evil,),
        changes=(UPDATED,),
        origins=(Origin(("password",), (Link(evil, place, (evil,)),)),),
        needs=(Needed(address, place),),
        chain=(Timed(address, 1.0), Timed(CPU, None), Timed(address, 2.0)),
        readers=(address,),
        outputs=(evil,),
        container=address,
        inside=(address,),
        data=evil,
        serves=evil,
        guarded=("prevent_destroy",),
        took=(Took("create", 3.0, 0),),
        record=Record(address, "compute", "azure", evil, {}, {}),
        written=Stamp(evil, evil, datetime(2026, 1, 1, tzinfo=UTC), evil, evil),
    )
    text = shown(found)
    assert "\x1b" not in text
    assert r"\x1b[2J" in text


def test_why_a_value_is_what_it_is_stands_beneath_the_key() -> None:
    change = AttributeChange(("max_instances",), Delta.CHANGED, 2, 4)
    updated = Change(CPU, "compute", "azure", Action.UPDATE, before={}, after={}, attributes=(change,))
    needed = Link("workspace.main", HERE, (), Action.DELETE_CREATE)
    origin = Origin(("max_instances",), (Link("", HERE), needed))
    text = shown(Explanation(CPU, "compute", "", "azure", HERE, changes=(updated,), origins=(origin,)))
    assert (
        "Plan: ~ in place\n"
        "  because what is written is not what is there\n"
        "  max_instances:  2 → 4\n"
        "    mlinfra.yaml:3:5  written here\n"
        "    mlinfra.yaml:3:5  workspace.main, which is replaced\n"
    ) in text


def test_many_addresses_are_named_in_part_and_the_rest_is_counted() -> None:
    many = tuple(Address("compute", "cpu", number) for number in range(NAMED + 5))
    text = shown(Explanation(CPU, "compute", "", "azure", HERE, inside=many))
    assert f"compute.cpu[{NAMED - 1}]" in text
    assert f"compute.cpu[{NAMED}]" not in text
    assert "and 5 more" in text


def test_instances_are_listed_with_what_happens_to_each() -> None:
    changes = [
        Change(CPU.instance(number), "compute", "azure", action)
        for number, action in enumerate((Action.CREATE, Action.NO_OP, Action.NO_OP))
    ]
    text = shown(Explanation(CPU, "compute", "", "azure", HERE, changes=tuple(changes)))
    assert "Plan: 3 instances\n  compute.cpu[0]:  + created\n  2 instances with nothing to do\n" in text


def test_what_is_nowhere_and_needs_nothing_says_so() -> None:
    text = shown(Explanation(CPU, "compute", "", "azure"))
    for said in (
        "Written: nowhere any more",
        "Plan: no instance is wanted",
        "Waits for: nothing",
        "Needed by: nothing",
        "Dies with it: nothing",
        "Recorded: nothing",
    ):
        assert said in text
