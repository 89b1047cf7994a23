import pytest

from conformance.score import Cause
from conformance.tables.aside import Standing, excuse, items_of
from conformance.tables.rows import RESULTS, About

STANDING = Standing(
    kinds={"example.books/shelves"},
    routed={"example.books/checkname"},
    polled={"example.books/locations/results", "*/statuses"},
    operations={"example.books/shelves/dust"},
    items={"example.books/shelves/books"},
)


def about(type_: str, *, item: bool = False, status: int = 200) -> About:
    return About(type_, item, "GET", status)


@pytest.mark.parametrize(
    "one",
    [
        about("example.books/shelves", item=True),
        about("example.books/shelves/dust"),
        about("example.books/checkname"),
        about("example.books/locations/results", item=True),
        about("example.books/shelves/statuses", item=True),
        about(RESULTS, item=True),
    ],
)
def test_kinds_their_actions_their_operations_and_what_is_routed_must_be_answered(one: About) -> None:
    assert STANDING.aside(one) == ""


@pytest.mark.parametrize(
    "one",
    [
        about("example.books/desks", item=True),
        about("example.books/shelves/books"),
        about("example.books/shelves/books/statuses", item=True),
        about("example.books/locations/others", item=True),
        about(f"{RESULTS}/exporttemplatejob", item=True),
    ],
)
def test_types_that_are_not_simulated_and_their_operations_need_not(one: About) -> None:
    assert STANDING.aside(one).startswith("no kind")


def test_features_out_of_the_product_need_not() -> None:
    assert "private endpoints" in STANDING.aside(about("example.books/shelves/privatelinkresources"))


def cause(one: About, versions: set[str] | None) -> Cause | None:
    found = excuse(one, versions, "2024-01-01", STANDING)
    return found[0] if found is not None else None


def test_a_row_that_is_missing_is_ours_unless_a_rule_says_why() -> None:
    shelf = about("example.books/shelves", item=True)
    assert cause(shelf, {"2024-01-01", "2020-01-01"}) is None
    assert cause(shelf, {"0000-00-00"}) is None
    assert cause(shelf, None) is None
    assert cause(shelf, set()) is Cause.ARTEFACT
    assert cause(shelf, {"2020-01-01", "0000-00-00"}) is Cause.VERSION
    assert cause(about("example.books/shelves", status=503), {"2024-01-01"}) is Cause.ARTEFACT


def test_an_action_that_the_pinned_version_lacks_is_told_as_that() -> None:
    found = excuse(about("example.books/shelves/paint"), {"2020-01-01"}, "2024-01-01", STANDING)
    assert found == (Cause.VERSION, "an operation that the specification at the pinned api-version lacks")


def test_what_has_names_in_the_tables_is_a_type() -> None:
    assert items_of([about("a/b", item=True), about("a/c")]) == {"a/b"}
