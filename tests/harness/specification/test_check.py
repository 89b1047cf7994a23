from typing import Any

import pytest

from conformance.specification.check import Checker
from tests.harness.specification.library import definition, documents

CHECKER = Checker(documents())


def asked(**properties: Any) -> list[str]:
    body = {"properties": {"title": "one", "key": "k", **properties}}
    return CHECKER.request(definition("Shelf"), body)


def answered(known: tuple[str, ...] = (), **properties: Any) -> list[str]:
    body = {"id": "/x", "properties": {"title": "one", "state": "Full", **properties}}
    return CHECKER.answer(definition("Shelf"), body, lambda where: where in known)


def test_a_right_body_has_nothing_wrong() -> None:
    assert asked(height=2, made="2024-01-02T03:04:05Z", labels={"a": "b"}, anything={"x": [1]}) == []


@pytest.mark.parametrize(
    ("properties", "wrong"),
    [
        ({"height": "2"}, "properties.height: '2' is no integer"),
        ({"height": True}, "properties.height: True is no integer"),
        ({"height": 0}, "properties.height: 0 is less than minimum 1"),
        ({"title": "longer"}, "properties.title: 6 is more than maxLength 5"),
        ({"title": "A"}, "properties.title: 'A' does not match ^[a-z]+$"),
        ({"lock": "open"}, "properties.lock: 'open' is none of Open, Shut"),
        ({"made": "yesterday"}, "properties.made: 'yesterday' is no date-time"),
        ({"labels": {"a": 1}}, "properties.labels.*: 1 is no string"),
        ({"books": {}}, "properties.books: {} is no array"),
        ({"colour": "red"}, "properties.colour: no such key"),
        ({"title": None}, "properties: lacks title"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(properties: dict[str, Any], wrong: str) -> None:
    assert asked(**properties) == [wrong]


def test_null_is_left_out_and_read_only_is_not_required_and_taken() -> None:
    assert asked(height=None, state="Full") == []


def test_an_enumeration_that_is_a_string_takes_any_word() -> None:
    assert asked(wood="elm") == []


def test_an_answer_need_not_have_what_can_only_be_written_and_has_words_in_any_casing() -> None:
    assert answered(lock="SHUT") == []


def test_an_answer_may_have_a_key_that_recordings_have_at_that_place() -> None:
    assert answered(colour="red") == ["properties.colour: no such key"]
    assert answered(("properties.colour",), colour="red") == []
    assert answered(("colour",), colour="red") == ["properties.colour: no such key"]


@pytest.mark.parametrize(
    ("book", "wrong"),
    [
        ({"kind": "Novel", "pages": 3}, []),
        ({"kind": "Novel"}, ["properties.books[]: lacks pages"]),
        ({"kind": "Novel", "pages": 3, "maps": 1}, ["properties.books[].maps: no such key"]),
        ({"kind": "Atlas", "of": "Sky", "maps": 1, "stars": 5}, []),
        ({"kind": "Atlas", "maps": 1, "stars": 5}, ["properties.books[].stars: no such key"]),
        ({"maps": 1}, ["properties.books[]: lacks kind", "properties.books[].maps: no such key"]),
    ],
)
def test_a_discriminator_chooses_what_is_checked(book: dict[str, Any], wrong: list[str]) -> None:
    assert asked(books=[book]) == wrong


def test_a_discriminator_that_means_nothing_is_told() -> None:
    assert asked(books=[{"kind": "Scroll"}])[0] == (
        "properties.books[]: kind is 'Scroll', and none of Atlas, Novel, Sky"
    )
