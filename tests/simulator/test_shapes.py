from __future__ import annotations

from typing import Any

import pytest

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.shapes import Bool, Items, Number, Object, Shape, Table, Text

SHAPE = Object(
    {
        "name": Text(among=("Basic", "Premium")),
        "days": Number(1, 9),
        "on": Bool(),
        "in": Object({"x": Text()}),
    },
    required=("name",),
)


def test_keys_and_words_get_their_own_casing_and_strangers_go() -> None:
    read = SHAPE.read({"NAME": "basic", "Days": 3, "stranger": 1, "in": {"X": "y", "z": 1}}, "")
    assert read == {"name": "Basic", "days": 3, "in": {"x": "y"}}


def test_a_null_is_left_out_of_checks() -> None:
    assert SHAPE.read({"name": "basic", "days": None}, "") == {"name": "Basic", "days": None}


def test_open_objects_keep_strangers() -> None:
    assert Object({}, open=True).read({"a": 1}, "") == {"a": 1}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"name": "gold"}, "InvalidParameterValue"),
        ({"name": 3}, "InvalidRequestContent"),
        ({"name": None}, "InvalidRequestContent"),
        ({}, "InvalidRequestContent"),
        ({"name": "Basic", "days": 10}, "InvalidParameterValue"),
        ({"name": "Basic", "days": "3"}, "InvalidRequestContent"),
        ({"name": "Basic", "days": True}, "InvalidRequestContent"),
        ({"name": "Basic", "on": "true"}, "InvalidRequestContent"),
        ({"name": "Basic", "in": []}, "InvalidRequestContent"),
        ([], "InvalidRequestContent"),
    ],
)
def test_what_cannot_be_read_is_refused(value: Any, code: str) -> None:
    with pytest.raises(ArmError) as caught:
        SHAPE.read(value, "")
    assert (caught.value.status, caught.value.code) == (400, code)


def test_a_patch_needs_nothing_but_is_checked() -> None:
    assert SHAPE.read({"days": 2}, "", True) == {"days": 2}
    with pytest.raises(ArmError):
        SHAPE.read({"days": 99}, "", True)


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        (Items(Text(), most=2), ["a"], ["a", "b", "c"]),
        (Items(Text()), [], {}),
        (Table(Text()), {"a": "b", "c": None}, {"a": 1}),
        (Table(Text()), {}, []),
        (Number(among=(30, 60)), 30, 45),
        (Number(whole=False), 0.5, "x"),
        (Number(lenient=True), 5, "five"),
        (Text(pattern="[a-z]+"), "abc", "ABC"),
        (Text(size=3), "abc", "abcd"),
    ],
)
def test_each_shape_takes_the_right_and_refuses_the_wrong(shape: Shape, right: Any, wrong: Any) -> None:
    assert shape.read(right, "p") == right
    with pytest.raises(ArmError):
        shape.read(wrong, "p")


def test_lenient_numbers_and_echoed_words() -> None:
    assert Number(lenient=True).read("30", "p") == 30
    assert Text(among=("PerGB2018",), echo=True).read("pergb2018", "p") == "pergb2018"
