from typing import Any

from conformance.replay.restoring import restored
from tests.harness.replay.recorded import exchange

ZERO = "000000000000000"
SUB = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups"
STORES = "providers/Microsoft.MachineLearningServices/workspaces"


def path(group: str, workspace: str, rest: str = "") -> str:
    return f"{SUB}/{group}/{STORES}/{workspace}{rest}"


def shown(group: str, workspace: str, rest: str = "") -> dict[str, Any]:
    return {"id": path(group, workspace, rest)}


def test_a_zeroed_name_is_read_from_the_answer() -> None:
    (one,) = restored([exchange("GET", path(ZERO, ZERO), 200, shown("rg", "ws"))])
    assert one.path == path("rg", "ws")


def test_one_without_an_answer_takes_what_was_told_last_else_next() -> None:
    first, second, third = restored(
        [
            exchange("DELETE", path(ZERO, ZERO, "/datastores/d"), 200),
            exchange("GET", path(ZERO, ZERO), 200, shown(ZERO, "ws")),
            exchange("DELETE", path(ZERO, ZERO), 202),
        ]
    )
    assert first.path == path(ZERO, "ws", "/datastores/d")
    assert second.path == third.path == path(ZERO, "ws")


def test_two_assets_of_one_zeroed_name_are_two() -> None:
    asset = f"/data/{ZERO}"
    first, second = restored(
        [
            exchange("GET", path(ZERO, ZERO, asset), 200, shown(ZERO, "ws", "/data/one")),
            exchange("GET", path(ZERO, ZERO, asset), 200, shown(ZERO, "ws", "/data/two")),
        ]
    )
    assert (first.path, second.path) == (path(ZERO, "ws", "/data/one"), path(ZERO, "ws", "/data/two"))


def test_a_list_tells_what_its_items_lie_in() -> None:
    listed = exchange("GET", path(ZERO, ZERO, "/data"), 200, {"value": [shown("rg", "ws", "/data/one")]})
    assert restored([listed])[0].path == path("rg", "ws", "/data")


def test_ids_in_bodies_follow() -> None:
    body = {"properties": {"ids": [path(ZERO, ZERO)], "text": ZERO}}
    one = exchange("PUT", path(ZERO, ZERO, "/computes/c"), 200, shown("rg", "ws", "/computes/c"), body=body)
    assert restored([one])[0].body == {"properties": {"ids": [path("rg", "ws")], "text": ZERO}}


def test_whole_paths_stay() -> None:
    whole = exchange("GET", path("rg", "ws"), 200, shown("other", "name"))
    assert restored([whole]) == (whole,)
