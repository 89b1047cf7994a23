"""Datastores through their lives, against the simulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mlinfra.engine.differ import differences
from mlinfra.engine.schema import masked
from mlinfra.model.value import Attrs, dotted
from mlinfra.providers.api import ProviderError
from mlinfra.providers.azure import provider
from mlinfra.simulator import Simulator
from tests.providers.azure.types.test_ml_lifecycles import Lab

GUID = "00000000-1111-0000-0000-000000000001"
PRINCIPAL = {"tenant_id": GUID, "client_id": GUID, "client_secret": "not-a-secret"}


@pytest.fixture
def lab() -> Iterator[Lab]:
    simulator = Simulator()
    yield Lab(simulator)
    simulator.close()


def wanted(lab: Lab, workspace: Attrs, **body: Any) -> Attrs:
    blob = {"type": "azure_blob", "account_name": "stlab", "container_name": "raw"}
    place = {"name": "churn", "workspace": workspace["id"]}
    return lab.attrs("datastore", {**place, **(body if "type" in body else {**blob, **body})})


def differing(attrs: Attrs, live: Attrs) -> list[str]:
    """What the next plan would change, had ``attrs`` been applied."""
    schema = provider.types["datastore"].schema(attrs)
    wanted, there = masked(attrs, schema), masked(live, schema)
    return [dotted(each.path) for each in differences(there, wanted, wanted, schema, lambda a, b: False)]


BODIES: list[dict[str, Any]] = [
    {"description": "first", "tags": {"team": "churn"}},
    {"credentials": {"account_key": "not-a-key"}},
    {"credentials": {"sas_token": "not-a-token"}},
    {"type": "azure_file", "account_name": "stlab", "file_share_name": "notes"},
    {
        "type": "azure_data_lake_gen2",
        "account_name": "stlab",
        "filesystem": "raw",
        "credentials": PRINCIPAL,
    },
    {"type": "azure_data_lake_gen1", "store_name": "pond"},
    {
        "type": "azure_data_lake_gen1",
        "store_name": "pond",
        "credentials": {**PRINCIPAL, "resource_url": "https://datalake.azure.net/"},
    },
    {
        "type": "one_lake",
        "one_lake_workspace_name": "w",
        "endpoint": "onelake.dfs.fabric.microsoft.com",
        "artifact": {"name": "a"},
    },
]


@pytest.mark.parametrize("body", BODIES, ids=lambda b: f"{b.get('type')}-{len(b)}")
def test_a_whole_life(body: dict[str, Any], lab: Lab) -> None:
    workspace = lab.workspace()
    attrs = wanted(lab, workspace, **body)
    made = lab.create("datastore", attrs)
    assert differing(attrs, made) == []
    assert lab.read("datastore", made["id"]) == made, "reading again finds the same"

    change = {"description": "second", "credentials": attrs["credentials"]}
    updated = lab.update("datastore", made, change)
    assert differing({**attrs, "description": "second"}, updated) == []

    lab.delete("datastore", made["id"])
    assert lab.read("datastore", made["id"]) is None
    lab.delete("datastore", made["id"])


def test_a_key_is_exchanged_for_an_identity_in_place(lab: Lab) -> None:
    made = lab.create("datastore", wanted(lab, lab.workspace(), credentials={"account_key": "not-a-key"}))
    assert made["credentials"] == {"type": "account_key"}
    assert lab.update("datastore", made, {"credentials": {"type": "none"}})["credentials"] == {"type": "none"}


def test_the_services_own_are_there_and_not_made_by_people(lab: Lab) -> None:
    workspace = lab.workspace()
    store = lab.read("datastore", f"{workspace['id']}/datastores/workspaceblobstore")
    assert store is not None and store["is_default"] is True

    made = lab.create("datastore", wanted(lab, workspace))
    type_: Any = provider.types["workspace"]
    assert list(type_.children(lab.conn, workspace["id"])) == [made["id"]]


def test_siblings_are_read_with_one_list(lab: Lab) -> None:
    workspace = lab.workspace()
    made = [lab.create("datastore", wanted(lab, workspace, name=name)) for name in ("one", "two")]
    before = lab.conn.requests
    found = provider.types["datastore"].read_many(lab.conn, [each["id"] for each in made])
    assert lab.conn.requests == before + 1
    assert list(found.values()) == made


def test_the_service_refuses_what_never_changes(lab: Lab) -> None:
    made = lab.create("datastore", wanted(lab, lab.workspace()))
    with pytest.raises(ProviderError):
        lab.update("datastore", made, {"container_name": "other"})
