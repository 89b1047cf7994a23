from conformance.specification.match import Matcher
from conformance.specification.operations import Operation

SCOPE = "/subscriptions/s/resourceGroups/g"


def operation(path: str, method: str = "PUT") -> Operation:
    return Operation(path, method, path, "v1", "Example.Books", (), {}, {})


MATCHER = Matcher(
    [
        operation("/{roleId}"),
        operation("/{scope}/providers/Example.Books/shelves/{name}"),
        operation("/{scope}/providers/Example.Books/shelves/default"),
    ]
)


def found(method: str, path: str, version: str = "v1") -> str | None:
    operation = MATCHER.find(method, path, version)
    return operation.path if operation is not None else None


def test_the_template_that_says_most_is_found_in_any_casing() -> None:
    shelves = f"{SCOPE}/providers/example.books/SHELVES"
    assert found("PUT", f"{shelves}/one") == "/{scope}/providers/Example.Books/shelves/{name}"
    assert found("PUT", f"{shelves}/default") == "/{scope}/providers/Example.Books/shelves/default"
    assert found("PUT", f"{shelves}/one/books/two") == "/{roleId}"


def test_another_method_or_version_is_another_operation() -> None:
    assert found("GET", f"{SCOPE}/providers/Example.Books/shelves/one") is None
    assert found("PUT", f"{SCOPE}/providers/Example.Books/shelves/one", "v2") is None


def test_it_knows_which_types_it_has() -> None:
    assert "example.books/shelves" in MATCHER.types
