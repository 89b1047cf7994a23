from __future__ import annotations

from typing import Any

import pytest

from mlinfra.providers.azure.types.resource_group import ResourceGroup
from tests.providers.azure.fake import GROUP, SUBSCRIPTION, FakeTransport, Reply, connection

TYPE = ResourceGroup()
GROUPS = f"/subscriptions/{SUBSCRIPTION}/resourcegroups"


def test_the_id_of_a_group() -> None:
    assert TYPE.identify({"name": "rg", "subscription": SUBSCRIPTION}) == GROUP
    assert TYPE.identify({"name": "rg"}) is None


def test_many_groups_are_one_list_of_the_subscription() -> None:
    answer = {"value": [{"id": GROUP, "location": "westeurope", "properties": {}}]}
    transport = FakeTransport({f"GET {GROUPS}": Reply(200, answer)})
    found = TYPE.read_many(connection(transport), [GROUP, f"{GROUP}2"])
    assert found[GROUP] == {
        "id": GROUP,
        "name": "rg",
        "subscription": SUBSCRIPTION,
        "location": "westeurope",
    }
    assert found[f"{GROUP}2"] is None
    assert [asked.path for asked in transport.asked] == [GROUPS]


def test_the_body_of_a_group() -> None:
    desired = {"name": "rg", "subscription": SUBSCRIPTION, "location": "westeurope", "tags": {"a": "b"}}
    assert TYPE.to_body(desired) == {"location": "westeurope", "tags": {"a": "b"}}


def child(kind: str, name: str, **more: Any) -> dict[str, Any]:
    id = f"{GROUP}/providers/{kind}/{name}"
    return {"id": id, "name": name.rpartition("/")[2], "type": kind, **more}


def test_children_are_what_people_made() -> None:
    storage = child("Microsoft.Storage/storageAccounts", "st")
    answer = {
        "value": [
            storage,
            child("microsoft.alertsmanagement/smartDetectorAlertRules", "Failure Anomalies - appi"),
            child("microsoft.insights/actiongroups", "Application Insights Smart Detection"),
            child("Microsoft.Insights/actionGroups", "ours"),
            child("Microsoft.Compute/disks", "os", managedBy="/somebody"),
            child("Microsoft.KeyVault/vaults", "kv", provisioningState="Deleting"),
            child("Microsoft.Sql/servers", "sql"),
            {
                **child("Microsoft.Sql/servers/databases", "db"),
                "id": f"{GROUP}/providers/microsoft.sql/servers/SQL/databases/db",
            },
            {"name": "without id"},
        ]
    }
    transport = FakeTransport({f"GET {GROUP}/resources": Reply(200, answer)})
    assert [id.rpartition("/")[2] for id in TYPE.children(connection(transport), GROUP)] == [
        "st",
        "ours",
        "sql",
    ]
    assert transport.asked[0].query["$expand"] == "provisioningState"


def test_a_group_that_is_not_there_has_no_children() -> None:
    assert list(TYPE.children(connection(FakeTransport({})), GROUP)) == []


@pytest.mark.parametrize(
    ("name", "fits"), [("rg-1_a.(b)", True), ("übung", True), ("rg.", False), ("a b", False)]
)
def test_names(name: str, fits: bool) -> None:
    from jsonschema import Draft202012Validator

    assert Draft202012Validator(TYPE.schema({})).is_valid({"name": name}) is fits
