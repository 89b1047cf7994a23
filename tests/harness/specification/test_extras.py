from typing import Any

from conformance.specification.extras import Recorded

SHELF = "/subscriptions/s/resourceGroups/g/providers/Example.Books/shelves/a"


def exchange(path: str, body: Any, status: int = 200) -> dict[str, Any]:
    return {"path": path, "status": status, "resp_body": body}


def test_a_key_is_known_at_the_place_of_the_type_that_was_asked_for() -> None:
    recorded = Recorded([exchange(SHELF, {"properties": {"rows": [{"dust": 1}]}})])
    assert recorded.of(SHELF.replace("/a", "/b"))("properties.rows[].dust")
    assert not recorded.of(SHELF)("properties.dust")
    assert not recorded.of(SHELF.replace("shelves", "desks"))("properties.rows")


def test_a_key_of_a_list_is_one_of_the_item_and_the_other_way_round() -> None:
    listed = Recorded([exchange(SHELF.rpartition("/")[0], {"value": [{"dust": 1}]})])
    assert listed.of(SHELF)("dust")
    assert Recorded([exchange(SHELF, {"dust": 1})]).of(SHELF.rpartition("/")[0])("value[].dust")


def test_refusals_show_nothing() -> None:
    assert not Recorded([exchange(SHELF, {"dust": 1}, 404)]).of(SHELF)("dust")


def test_what_was_used_is_remembered() -> None:
    recorded = Recorded([exchange(SHELF, {"dust": 1, "air": 2})])
    recorded.of(SHELF)("dust")
    assert recorded.used == {("example.books/shelves", "dust")}
