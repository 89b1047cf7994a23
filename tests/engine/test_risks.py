"""What a schema's words make of a change: what it opens, grants, interrupts."""

from __future__ import annotations

from typing import Any

import pytest

from mlinfra.engine.risks import risks
from mlinfra.model.plan import Action, Risk, Threat
from mlinfra.model.value import Sensitive, Unknown
from mlinfra.providers.azure import provider

SCHEMA = {
    "x-serves": "nobody is served",
    "properties": {
        "public": {"x-exposes": ["Enabled", None]},
        "rules": {"properties": {"from": {"x-exposes": True}, "action": {"x-exposes": ["Allow"]}}},
        "role": {"x-grants": ["who"]},
        "who": {},
    },
}
OPEN, ROLE = Risk(Threat.EXPOSURE, ("public",)), Risk(Threat.RIGHTS, ("role",), beside=("who",))
CLOSED: dict[str, Any] = {"public": "Disabled"}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (None, {"public": "Enabled"}, [OPEN]),
        (None, {}, [OPEN]),
        (None, CLOSED, []),
        (CLOSED, {"public": "ENABLED"}, [OPEN]),
        (CLOSED, {"public": Sensitive("enabled")}, [OPEN]),
        ({"public": "enabled"}, {"public": "Enabled"}, []),
        ({"public": "Enabled"}, CLOSED, []),
        (CLOSED, {"public": Unknown("x.y")}, [Risk(Threat.EXPOSURE, ("public",), certain=False)]),
        (CLOSED, {**CLOSED, "role": "Owner"}, [ROLE]),
        ({**CLOSED, "role": "Reader"}, {**CLOSED, "role": "Owner"}, [ROLE]),
        ({**CLOSED, "role": "owner"}, {**CLOSED, "role": "Owner"}, []),
    ],
)
def test_a_key_that_opens_or_grants(
    before: dict[str, Any] | None, after: dict[str, Any], found: list[Risk]
) -> None:
    action = Action.CREATE if before is None else Action.UPDATE
    assert list(risks(action, before, after, SCHEMA)) == found


def test_within_objects_and_lists_only_what_is_added_counts() -> None:
    before = {**CLOSED, "rules": {"from": ["a"], "action": "Deny"}}
    less = {**CLOSED, "rules": {"from": [], "action": "Deny"}}
    more = {**CLOSED, "rules": {"from": ["b", "a"], "action": "Allow"}}
    assert risks(Action.UPDATE, before, less, SCHEMA) == ()
    assert risks(Action.UPDATE, before, more, SCHEMA) == (
        Risk(Threat.EXPOSURE, ("rules", "from")),
        Risk(Threat.EXPOSURE, ("rules", "action")),
    )


def test_what_serves_stops_when_it_goes_or_is_replaced() -> None:
    down = Risk(Threat.DOWNTIME, says="nobody is served")
    assert risks(Action.DELETE, CLOSED, None, SCHEMA) == (down,)
    assert risks(Action.DELETE_CREATE, CLOSED, CLOSED, SCHEMA) == (down,)
    assert risks(Action.UPDATE, CLOSED, CLOSED, SCHEMA) == ()
    assert risks(Action.NO_OP, None, {}, SCHEMA) == risks(Action.FORGET, None, {}, SCHEMA) == ()


@pytest.mark.parametrize(
    ("type_", "attrs", "threats"),
    [
        ("storage_account", {"public_network_access": "Enabled"}, [Threat.EXPOSURE]),
        ("storage_account", {"public_network_access": "Disabled"}, []),
        (
            "key_vault",
            {"public_network_access": "Disabled", "network_rules": {"default_action": "Allow"}},
            [Threat.EXPOSURE],
        ),
        ("workspace", {"public_network_access": "Enabled"}, [Threat.EXPOSURE]),
        ("compute", {"type": "amlcompute", "ssh_public_access_enabled": True}, [Threat.EXPOSURE]),
        ("compute", {"type": "computeinstance", "ssh_public_access_enabled": True}, [Threat.EXPOSURE]),
        ("role_assignment", {"role": "Reader"}, [Threat.RIGHTS]),
        ("role_definition", {"actions": ["*/read"], "not_actions": ["x"]}, [Threat.RIGHTS]),
        ("container_registry", {"public_network_access": "Disabled"}, []),
    ],
)
def test_what_azures_types_declare(type_: str, attrs: dict[str, Any], threats: list[Threat]) -> None:
    schema = provider.types[type_].schema(attrs)
    assert [risk.threat for risk in risks(Action.CREATE, None, attrs, schema)] == threats
