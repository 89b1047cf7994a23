"""Bodies of no schema: only what is written counts."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.engine.differ import differences
from mlinfra.engine.loose import as_sent, as_written, with_unanswered
from mlinfra.engine.schema import comparable
from mlinfra.model.plan import Delta
from mlinfra.model.value import Attrs, Redacted, Sensitive, dotted

SCHEMA: dict[str, Any] = {"type": "object", "properties": {"body": {"type": "object", "x-loose": True}}}


def changes(live: Any, desired: Any, previous: Any = None) -> dict[str, Delta]:
    def body(value: Any) -> Attrs:
        return {"body": value}

    found = differences(
        body(live),
        body(desired),
        {} if previous is None else body(previous),
        SCHEMA,
        lambda a, b: f"hmac {a}" == b.hmac,
    )
    return {dotted(each.path): each.delta for each in found}


@pytest.mark.parametrize(
    ("live", "written", "reduced"),
    [
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 1}),
        ([{"a": 1, "b": 2}], [{"a": 3}], [{"a": 1}]),
        ([{"a": 1}, {"a": 2, "b": 1}], [{"a": 1}], [{"a": 1}, {"a": 2, "b": 1}]),
        (
            [{"name": "Y", "x": 1, "z": 2}, {"name": "x", "x": 2}],
            [{"name": "x"}, {"name": "y", "x": 1}],
            [{"name": "x"}, {"name": "Y", "x": 1}],
        ),
        ([{"name": "x", "b": 1}, {"name": "y"}], [{"name": "x"}], [{"name": "x"}, {"name": "y"}]),
        ([{"name": "x"}], [{"name": "y"}], [{"name": "x"}]),
        ([{"name": "x", "a": 1}, {"name": "x", "a": 2}], [{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ("text", {"a": 1}, "text"),
        ([], [1], []),
    ],
)
def test_what_is_live_is_reduced_to_what_is_written(live: Any, written: Any, reduced: Any) -> None:
    assert as_written(live, written) == reduced


@pytest.mark.parametrize(
    ("live", "sent", "both"),
    [
        (None, {"a": 1}, {"a": 1}),
        ({"a": None}, {"a": 1}, {"a": 1}),
        ({"a": 2}, {"a": 1, "b": {"c": 3}}, {"a": 2, "b": {"c": 3}}),
        ([{"a": 1}], [{"a": 2, "b": 3}], [{"a": 1, "b": 3}]),
        ([{"a": 1}], [{"b": 1}, {"b": 2}], [{"a": 1}]),
    ],
)
def test_what_is_not_answered_stands_as_it_was_sent(live: Any, sent: Any, both: Any) -> None:
    assert with_unanswered(live, sent) == both


@pytest.mark.parametrize(
    ("live", "observed", "sent", "both"),
    [
        ({"to": "/long/a"}, {"to": "/long/a"}, {"to": "a"}, {"to": "a"}),
        ({"to": "/long/b"}, {"to": "/long/a"}, {"to": "a"}, {"to": "/long/b"}),
        ({"to": "/long/a", "n": 2}, {"to": "/long/a", "n": 2}, {"n": 1}, {"to": "/long/a", "n": 2}),
        ({"n": 2}, {"n": 2}, {"n": 1}, {"n": 2}),
        ({"l": ["/x", "/y"]}, {"l": ["/x", "/y"]}, {"l": ["x", "y"]}, {"l": ["x", "y"]}),
        ({"l": ["/x"]}, {"l": ["/x"]}, {"l": ["x", "y"]}, {"l": ["/x"]}),
    ],
)
def test_a_text_that_the_service_spells_otherwise_stands_as_it_was_sent(
    live: Any, observed: Any, sent: Any, both: Any
) -> None:
    assert as_sent(live, observed, sent) == both


def test_only_what_is_written_is_compared_at_any_depth() -> None:
    live = {"sku": {"name": "S1", "tier": "Standard"}, "rules": [{"name": "a", "port": 1, "state": "On"}]}
    written = {"sku": {"name": "S1"}, "rules": [{"name": "a", "port": 1}]}
    assert changes(live, written) == {}
    assert changes(live, {"sku": {"name": "S2"}}) == {"body.sku.name": Delta.CHANGED}
    assert changes(live, {"rules": [{"name": "a", "port": 2}]}) == {"body.rules": Delta.CHANGED}
    assert changes(live, {**written, "rules": []}) == {"body.rules": Delta.CHANGED}


def test_a_key_that_is_written_no_more_is_the_services() -> None:
    live = {"sku": {"name": "S1"}, "kind": "web"}
    assert changes(live, {"kind": "web"}, live) == {"body.sku": Delta.RELEASED}
    assert changes(live, {"kind": "web"}, {"kind": "web"}) == {}


def test_a_secret_that_is_never_answered_is_compared_with_the_one_that_was_sent() -> None:
    live = {"user": "ana"}
    sent = {"user": "ana", "password": Redacted("hmac one")}
    assert changes(live, {"user": "ana", "password": Sensitive("one")}, sent) == {}
    assert changes(live, {"user": "ana", "password": Sensitive("two")}, sent) == {
        "body.password": Delta.CHANGED
    }


def test_ids_have_no_case() -> None:
    id = "/subscriptions/S/resourceGroups/G"
    assert changes({"to": [id.upper() + "/"]}, {"to": [id]}) == {}
    assert changes({"to": "A"}, {"to": "a"}) == {"body.to": Delta.CHANGED}
    assert comparable(id, {}) == id
