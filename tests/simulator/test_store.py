from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.simulator.store import Deleted, Operation, Resource, Store, StoreError


def thing(id: str, kind: str = "T") -> Resource:
    return Resource(
        id=id, type=kind, name=id.rpartition("/")[2], state="Succeeded", body={"properties": {"a": 1}}
    )


def test_ids_ignore_case_and_nothing_else() -> None:
    store = Store(None)
    store.put(thing("/A/b"))
    found = store.get("/a/B")
    assert found is not None
    assert (found.id, found.properties) == ("/A/b", {"a": 1})
    store.put(thing("/a/B"))
    assert len(store.all()) == 1
    assert store.get("/a/b ") is None


def test_what_lies_beneath_is_found_in_order_and_in_pages() -> None:
    store = Store(None)
    for id in ("/g", "/g/c", "/G/a", "/g/b/x", "/g-1/y", "/g0/z", "/ga"):
        store.put(thing(id))
    assert [one.id for one in store.under("/g")] == ["/G/a", "/g/b/x", "/g/c"]
    assert [one.id for one in store.under("/g", limit=2)] == ["/G/a", "/g/b/x"]
    assert [one.id for one in store.under("/g", after="/g/A")] == ["/g/b/x", "/g/c"]
    store.put(thing("/g/d", "Other"))
    assert [one.id for one in store.under("/g", "Other")] == ["/g/d"]


def test_a_transaction_is_whole_and_its_parts_may_fail_alone() -> None:
    store = Store(None)
    with pytest.raises(RuntimeError), store.transaction():
        store.put(thing("/a"))
        raise RuntimeError
    assert not store.exists("/a")
    with store.transaction():
        store.put(thing("/a"))
        with pytest.raises(RuntimeError), store.savepoint():
            store.put(thing("/b"))
            raise RuntimeError
    assert [one.id for one in store.all()] == ["/a"]


def test_graves_are_found_by_name_and_expire() -> None:
    store = Store(None)
    store.bury(Deleted(thing("/a/One"), 1.0, 10.0))
    store.bury(Deleted(thing("/b/two"), 1.0, 20.0))
    assert [one.resource.id for one in store.buried("T", "one")] == ["/a/One"]
    assert store.next_due() == 10.0
    store.expire(10.0)
    assert [one.resource.id for one in store.buried("T")] == ["/b/two"]
    store.forget("/B/TWO")
    assert store.next_due() == float("inf")


def test_operations_come_due_in_order() -> None:
    store = Store(None)
    for id, due in (("late", 9.0), ("early", 3.0), ("middle", 5.0)):
        store.put_operation(Operation(id, "p", "create", "T", "/a", 1.0, due))
    assert store.next_due() == 3.0
    assert [one.id for one in store.due(6.0)] == ["early", "middle"]
    done = store.operation("early")
    assert done is not None
    done.settled = True
    store.put_operation(done)
    assert store.next_due() == 5.0
    store.drop_operations(4.0)
    assert store.operation("early") is None
    assert store.operation("late") is not None


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    store = Store(tmp_path / "w")
    store.set_meta("format", 99)
    store.close()
    with pytest.raises(StoreError, match="has format 99"):
        Store(tmp_path / "w")


def test_a_store_notices_that_another_wrote(tmp_path: Path) -> None:
    one, two = Store(tmp_path / "w"), Store(tmp_path / "w")
    assert one.moved()
    assert not one.moved()
    two.put(thing("/a"))
    assert one.moved()
    assert not one.moved()
    one.put(thing("/b"))
    assert not one.moved()
