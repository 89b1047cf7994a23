from __future__ import annotations

from dataclasses import replace

from mlinfra.model.difference import Altered, Difference
from mlinfra.model.plan import Action, AttributeChange, Delta, OutputChange
from mlinfra.model.state import OutputValue, Record, State
from mlinfra.model.value import Redacted
from mlinfra.state.compare import compare
from tests.state.samples import CPU, LAB, record


def state(*records: Record, **outputs: OutputValue) -> State:
    return State("L", records={r.address: r for r in records}, outputs=outputs)


def test_of_one_state_nothing_differs() -> None:
    one = state(record(), url=OutputValue("x"))
    assert compare(one, replace(one, serial=7)) == Difference()
    assert not compare(one, one)


def test_what_comes_and_what_goes() -> None:
    found = compare(state(record()), state(record(LAB)))
    assert found == Difference(added=(record(LAB),), removed=(record(),))


def test_attributes_key_by_key_and_lists_whole() -> None:
    old = record(observed={"tags": {"a": "1", "b": "2"}, "ports": [1, 2]})
    new = record(observed={"tags": {"a": "9", "c": "3"}, "ports": [2]}, id="/other")
    (found,) = compare(state(old), state(new)).altered
    assert found.attributes == (
        AttributeChange(("id",), Delta.CHANGED, "/compute.cpu", "/other"),
        AttributeChange(("tags", "a"), Delta.CHANGED, "1", "9"),
        AttributeChange(("tags", "b"), Delta.REMOVED, "2", None),
        AttributeChange(("tags", "c"), Delta.ADDED, None, "3"),
        AttributeChange(("ports",), Delta.CHANGED, [1, 2], [2]),
    )


def test_one_is_not_true() -> None:
    (found,) = compare(state(record(observed={"on": 1})), state(record(observed={"on": True}))).altered
    assert found.attributes == (AttributeChange(("on",), Delta.CHANGED, 1, True),)


def test_a_secret_differs_by_its_trace() -> None:
    old, same, new = (record(desired={"key": Redacted(trace)}, observed={}) for trace in ("aa", "aa", "bb"))
    assert not compare(state(old), state(same))
    assert compare(state(old), state(new)).altered[0].attributes[0].path == ("key",)


def test_under_another_address_it_is_the_same_resource() -> None:
    moved = record(LAB, id=record().id)
    assert compare(state(record()), state(moved)) == Difference(altered=(Altered(LAB, CPU),))


def test_what_a_record_says_beside_attributes() -> None:
    new = record(
        dependencies=(LAB,), lifecycle=frozenset({"prevent_destroy"}), broken=True, desired={"state": "ready"}
    )
    (found,) = compare(state(record()), state(new)).altered
    assert found.attributes == ()
    assert found.notes == (
        "depends on: nothing → compute.lab",
        "lifecycle: nothing → prevent_destroy",
        "its creation failed half-way",
        "other keys of it are managed",
    )
    assert "it is whole again" in compare(state(new), state(record())).altered[0].notes


def test_outputs() -> None:
    old = state(a=OutputValue("1"), b=OutputValue("2"), c=OutputValue("3"))
    new = state(b=OutputValue("2"), c=OutputValue("9"), d=OutputValue("4"))
    assert compare(old, new).outputs == (
        OutputChange("a", Action.DELETE, "1", None),
        OutputChange("c", Action.UPDATE, "3", "9"),
        OutputChange("d", Action.CREATE, None, "4"),
    )
