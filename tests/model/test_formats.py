"""Documents of earlier formats are brought up to date, step by step; those of later ones are refused."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from mlinfra.model.codec import decode_state, encode_state
from mlinfra.model.encoding import Malformed
from mlinfra.model.formats import Format
from mlinfra.model.state import State


class Box(msgspec.Struct, forbid_unknown_fields=True):
    format_version: int
    contents: list[str]


def renamed(document: dict[str, Any]) -> dict[str, Any]:
    """In format 1 it was called otherwise."""
    document["content"] = document.pop("inside")
    return document


def in_a_list(document: dict[str, Any]) -> dict[str, Any]:
    """In format 2 there was one of it."""
    document["contents"] = [document.pop("content")]
    return document


BOXES = Format(3, {1: renamed, 2: in_a_list})
box = msgspec.json.Decoder(Box)


@pytest.mark.parametrize(
    "document",
    [
        {"format_version": 1, "inside": "a hat"},
        {"format_version": 2, "content": "a hat"},
        {"format_version": 3, "contents": ["a hat"]},
    ],
)
def test_each_format_becomes_todays(document: dict[str, Any]) -> None:
    assert BOXES.read(box, json.dumps(document).encode()) == Box(3, ["a hat"])


def test_an_earlier_one_that_looks_like_todays_is_brought_up_to_date_all_the_same() -> None:
    form = Format(2, {1: lambda document: {**document, "contents": [*document["contents"], "a rabbit"]}})
    assert form.read(box, b'{"format_version": 1, "contents": ["a hat"]}') == Box(2, ["a hat", "a rabbit"])


def test_a_later_one_is_refused_and_says_who_wrote_it() -> None:
    with pytest.raises(
        Malformed, match=r"newer mlinfra \(mlinfra 9\): its format is 4, this one knows 3"
    ) as found:
        BOXES.read(box, b'{"format_version": 4, "tool": "mlinfra 9", "walls": 6}')
    assert found.value.newer
    with pytest.raises(Malformed, match=r"\(a newer version\)"):
        BOXES.read(box, b'{"format_version": 4, "tool": 7}')


@pytest.mark.parametrize("text", ['{"format_version": 0}', '{"format_version": "1"}', "{}", "[]", "{", ""])
def test_what_says_no_format_is_damaged(text: str) -> None:
    with pytest.raises(Malformed) as found:
        BOXES.read(box, text.encode())
    assert not found.value.newer


@pytest.mark.parametrize("upgrades", [{}, {1: renamed}, {1: renamed, 2: in_a_list, 3: renamed}])
def test_a_format_knows_all_before_it(upgrades: dict[int, Any]) -> None:
    with pytest.raises(ValueError, match="needs an upgrade of each"):
        Format(3, upgrades)


def test_a_state_of_an_earlier_format_is_read() -> None:
    """As it will be when states have a format 2: here format 1 called the serial a number."""

    def upgrade(document: dict[str, Any]) -> dict[str, Any]:
        document["serial"] = document.pop("number")
        return document

    document = json.loads(encode_state(State("L", 7, "churn", "."), b"", "tool"))
    document["number"] = document.pop("serial")
    assert decode_state(json.dumps(document).encode(), Format(2, {1: upgrade})) == State("L", 7, "churn", ".")
