from conformance.specification.operations import Operation, read_operations
from conformance.specification.requests import adapt, request_of
from conformance.specification.supported import Types, item_types, reason_aside, unlisted
from mlinfra.simulator.ids import GUID
from tests.harness.specification.library import ITEM, documents

OPERATIONS = read_operations(documents(), {"Example.Books": "2024-01-01"})


def operation(id: str) -> Operation:
    return next(one for one in OPERATIONS if one.id == id)


def test_operations_are_those_of_the_version_that_is_asked_for() -> None:
    assert [one.id for one in OPERATIONS] == ["Shelves_Put", "Shelves_Dust", "Books_List", "Books_Get"]


def test_an_operation_knows_its_body_its_answers_and_its_examples() -> None:
    put = operation("Shelves_Put")
    assert put.title == f"PUT {ITEM}"
    assert put.body is not None
    assert put.responses["201"] is not None
    assert put.responses["202"] is None
    assert put.examples["one"].value["parameters"] == {"shelfName": "a"}


def test_a_parameter_of_a_file_that_is_missing_is_left_to_the_path() -> None:
    assert [one.name for one in operation("Shelves_Put").parameters if one.where == "path"] == [
        "subscriptionId"
    ]


def aside(id: str, kinds: set[str], routed: set[str] | None = None) -> str:
    return reason_aside(operation(id), Types(kinds, routed or set()), item_types(OPERATIONS))


def test_a_type_with_a_kind_is_supported_and_so_is_an_action_on_it() -> None:
    kinds = {"example.books/shelves"}
    assert aside("Shelves_Put", kinds) == ""
    assert aside("Shelves_Dust", kinds) == ""


def test_what_has_names_below_a_supported_type_is_a_type_of_its_own() -> None:
    kinds = {"example.books/shelves"}
    assert "below a supported one" in aside("Books_Get", kinds)
    assert "below a supported one" in aside("Books_List", kinds)
    assert aside("Books_List", {*kinds, "example.books/shelves/books"}) == ""
    assert aside("Books_List", kinds, {"example.books/shelves/books"}) == ""


def test_where_operations_are_watched_below_a_kind_is_part_of_it() -> None:
    types = Types({"example.books/shelves"}, polled={"*/books"})
    assert reason_aside(operation("Books_Get"), types, item_types(OPERATIONS)) == ""


def test_what_is_refused_below_a_kind_must_be_listed_there() -> None:
    kinds = {"example.books/shelves"}
    assert unlisted(operation("Books_Get"), Types(kinds)) == "example.books/shelves/books"
    assert unlisted(operation("Books_Get"), Types(kinds, refused={"example.books/shelves/books"})) == ""
    assert unlisted(operation("Books_Get"), Types({"example.books/desks"})) == ""


def test_a_request_is_made_from_an_example() -> None:
    given = {
        "subscriptionId": "{subscription-id}",
        "resourceGroupName": "rg",
        "shelfName": "a",
        "dusted": True,
        "If-Match": "*",
        "api-version": "x",
        "shelf": {"id": "/subscriptions/subid/x/{name}"},
    }
    sent = request_of(operation("Shelves_Put"), given)
    subscription = sent.path.split("/")[2]
    assert GUID.fullmatch(subscription)
    assert sent.path.endswith("/resourceGroups/rg/providers/Example.Books/shelves/a")
    assert sent.query == {"dusted": "true"}
    assert sent.headers == {"If-Match": "*"}
    assert sent.version == "2024-01-01"
    assert GUID.fullmatch(sent.body["id"].split("/")[2])
    assert sent.body["id"].endswith("/x/name")


def test_what_an_example_does_not_give_is_made_up() -> None:
    assert request_of(operation("Shelves_Dust"), {}).path.endswith(
        "/sample1/providers/Example.Books/shelves/sample1/dust"
    )


def test_only_placeholders_are_changed() -> None:
    value = {"location": "westus", "name": "{x}", "actions": ["a/read", "action"], "n": [1, None]}
    assert adapt(value) == {**value, "actions": ["a/read", "*/read"]}
    assert adapt({"location": "eastus2(stage)"}) == {"location": "westeurope"}
