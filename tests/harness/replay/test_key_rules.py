"""Keys against a small specification: which difference is explained, and which is ours."""

import json
from typing import Any

import pytest

from conformance.replay.comparing import Aspect, Comparison
from conformance.replay.evidence import Evidence
from conformance.replay.exchanges import Exchange
from conformance.replay.key_rules import KEY_RULES, explain, explain_state
from conformance.replay.play import Player
from tests.harness.replay.recorded import VAULT, exchange, session

FILE = "keyvault/resource-manager/Microsoft.KeyVault/stable/2023-07-01/vaults.json"
TEMPLATE = (
    "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
    "/providers/Microsoft.KeyVault/vaults/{vaultName}"
)
STATE: dict[str, Any] = {"properties": {"provisioningState": {}}}
SCHEMA: dict[str, Any] = {"properties": {"old": {}, "new": {}, "properties": STATE}}
SPECIFICATION = {
    FILE: json.dumps(
        {
            "paths": {TEMPLATE: {"get": {"responses": {"200": {"schema": {"$ref": "#/definitions/V"}}}}}},
            "definitions": {"V": SCHEMA},
        }
    ).encode()
}


def found(answer: dict[str, Any], version: str) -> Exchange:
    return exchange(
        "GET", VAULT, 200, {"id": VAULT, "type": "Microsoft.KeyVault/vaults", **answer}, version=version
    )


def compared(one: Exchange, lacking: str = "", beyond: str = "") -> Comparison:
    (played,) = Player(session(one)).play()
    keys = (frozenset(lacking.split()), frozenset(beyond.split()))
    return Comparison(Aspect.KEYS, played, False, "", "", *keys)


def rule(one: Comparison, *others: Exchange) -> str:
    evidence = Evidence([one.played.session, session(*others)], SPECIFICATION)
    known = {each.reason: name for name, each in KEY_RULES.items()}
    explained = explain(one, evidence)
    return "ours" if explained is None else known[explained.reason]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2023-07-01", "ours"),
        ("2023-02-01", "ours"),
        ("2024-11-01", "lost"),
        ("2022-02-01-preview", "lost"),
        ("0000-00-00", "lost"),
    ],
)
def test_a_key_that_no_specification_has(version: str, expected: str) -> None:
    assert rule(compared(found({"odd": 1}, version), lacking="odd")) == expected


def test_a_key_that_later_answers_lack_was_dropped() -> None:
    one = compared(found({"odd": 1}, "2019-09-01"), lacking="odd")
    assert rule(one, found({}, "2023-02-01")) == "lost"
    assert rule(one, found({"odd": 1}, "2023-02-01")) == "ours"


@pytest.mark.parametrize("version", ["2023-07-01", "2019-09-01", "0000-00-00"])
def test_a_key_of_the_specification_is_never_lost(version: str) -> None:
    assert rule(compared(found({"old": 1}, version), lacking="old")) == "ours"


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2019-09-01", "came"),
        ("2023-02-01", "came"),
        ("0000-00-00", "came"),
        ("2023-07-01", "ours"),
        ("2024-11-01", "ours"),
    ],
)
def test_a_key_that_came_later(version: str, expected: str) -> None:
    one = compared(found({}, version), beyond="odd")
    assert rule(one, found({"odd": 1}, "2023-07-01")) == expected
    assert rule(one) == "ours"


def test_a_key_that_answers_at_the_version_have_did_not_come_later() -> None:
    one = compared(found({}, "2023-02-01"), beyond="odd")
    assert rule(one, found({"odd": 1}, "2023-02-01")) == "ours"


def test_canary_regions_lack_what_others_have() -> None:
    one = compared(found({"location": "eastus2euap"}, "2023-07-01"), beyond="odd")
    assert rule(one, found({"odd": 1, "location": "westus"}, "2023-07-01")) == "canary"
    assert rule(one, found({"odd": 1, "location": "eastus2euap"}, "2023-07-01")) == "ours"


def test_what_is_older_than_its_version_was_written_over() -> None:
    body = {"properties": {"creationTime": "2021-05-01T00:00:00Z"}}
    assert rule(compared(found(body, "2023-07-01"), beyond="odd")) == "written over"
    assert rule(compared(found(body, "2019-09-01"), beyond="odd")) == "ours"


@pytest.mark.parametrize(("value", "expected"), [(None, "empty"), ("", "empty"), ("text", "ours")])
def test_an_empty_value_that_some_answers_leave_out(value: str | None, expected: str) -> None:
    one = compared(found({"old": value}, "2019-09-01"), lacking="old")
    assert rule(one, found({}, "2023-02-01")) == expected


def test_connections_that_are_there_and_none() -> None:
    key = "properties.privateEndpointConnections"
    one = compared(
        found({"properties": {"privateEndpointConnections": [{"id": "x"}]}}, "2023-07-01"), lacking=key
    )
    assert rule(one) == "private endpoints"
    assert (
        rule(compared(found({"properties": {"privateEndpointConnections": []}}, "2023-07-01"), lacking=key))
        == "ours"
    )


def test_one_key_that_is_not_explained_makes_the_body_ours() -> None:
    one = compared(found({"odd": 1, "old": 1}, "0000-00-00"), lacking="odd old")
    assert rule(one) == "ours"


def test_a_state_is_a_key_too() -> None:
    (played,) = Player(session(found({}, "2019-09-01"))).play()
    evidence = Evidence(
        [played.session, session(found({"properties": {"provisioningState": "x"}}, "2023-07-01"))], {}
    )
    none = Comparison(Aspect.OPERATIONS, played, False, "first state ", "first state Succeeded")
    other = Comparison(Aspect.OPERATIONS, played, False, "first state Creating", "first state Succeeded")
    headers = Comparison(Aspect.OPERATIONS, played, False, "headers none", "headers location")
    assert explain_state(none, evidence) is KEY_RULES["came"]
    assert explain_state(other, evidence) is explain_state(headers, evidence) is None
