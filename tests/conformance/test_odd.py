from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.odd import ODDITIES

ID = "/subscriptions/S/resourceGroups/Rg/providers/Microsoft.X/things/One"
ANSWER = {
    "id": ID,
    "name": "One",
    "identity": {"userAssignedIdentities": {ID: {}}},
    "tags": {},
    "properties": {"provisioningState": "Succeeded", "rules": [], "about": [ID, "text"]},
}


@pytest.mark.parametrize(
    ("oddity", "path", "value"),
    [
        ("lower-case ids", ("id",), ID.lower()),
        ("lower-case ids", ("name",), "One"),
        ("lower-case ids", ("identity", "userAssignedIdentities"), {ID.lower(): {}}),
        ("lower-case ids", ("properties", "about"), [ID.lower(), "text"]),
        ("ids in capitals", ("id",), "/subscriptions/S/RESOURCEGROUPS/Rg/providers/MICROSOFT.X/things/One"),
        ("nulls", ("tags",), None),
        ("nulls", ("properties", "rules"), None),
        ("nulls", ("identity", "userAssignedIdentities"), {ID: None}),
        ("unknown keys", ("properties", "aadNewKey"), {"since": 2031}),
    ],
)
def test_answers_are_as_odd_as_they_say(oddity: str, path: tuple[str, ...], value: Any) -> None:
    found = ODDITIES[oddity](ANSWER)
    for key in path:
        found = found[key]
    assert found == value
