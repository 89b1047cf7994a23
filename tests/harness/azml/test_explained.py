from typing import Any

from conformance.azml.explained import EXPLAINED, judge
from conformance.score import Cause

INSTANCE = {"enableSSO": True, "vmSize": "STANDARD_DS3_V2"}
OURS = {"vmSize": "STANDARD_DS3_V2"}


def instance(inner: dict[str, Any]) -> dict[str, Any]:
    return {"properties": {"properties": inner}}


def test_equal_bodies_are_right() -> None:
    assert judge("x", "compute", instance(OURS), instance(OURS)) is None


def test_two_words_for_one_thing_are_right() -> None:
    assert judge("x", "workspace", {"kind": "default"}, {"kind": "Default"}) is None


def test_what_only_another_version_has_is_a_miss_with_that_cause() -> None:
    wrong = judge("x", "compute", instance(INSTANCE), instance(OURS))
    assert wrong is not None
    assert (wrong.cause, wrong.detail) == (
        Cause.VERSION,
        "az ml also sends properties.properties.enableSSO True",
    )


def test_a_row_holds_for_its_value_only() -> None:
    wrong = judge("x", "compute", instance({**INSTANCE, "enableSSO": False}), instance(OURS))
    assert wrong is not None
    assert wrong.cause is Cause.OURS


def test_a_row_holds_for_its_kind_only() -> None:
    wrong = judge("x", "datastore", {"kind": "default"}, {"kind": "Default"})
    assert wrong is not None
    assert wrong.cause is Cause.OURS


def test_one_difference_without_a_reason_is_ours_whatever_else_there_is() -> None:
    wrong = judge("x", "compute", instance(INSTANCE), instance({"vmSize": "other"}))
    assert wrong is not None
    assert wrong.cause is Cause.OURS
    assert "enableSSO" not in wrong.detail


def test_every_row_has_a_reason() -> None:
    assert all(row.why and row.path for row in EXPLAINED)
