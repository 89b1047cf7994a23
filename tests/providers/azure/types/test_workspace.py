from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from mlinfra.model.plan import Op
from mlinfra.providers.api import Done, Lists, Pending, ProviderError
from mlinfra.providers.azure.types.workspace import Workspace
from tests.providers.azure.fake import (
    GROUP,
    HOST,
    SUBSCRIPTION,
    FakeTransport,
    Reply,
    connection,
    error,
)

WORKSPACE = Workspace()
ID = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/mlw"
STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/st"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/kv"
INSIGHTS = f"{GROUP}/providers/Microsoft.Insights/components/appi"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
STATUS = (
    f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.MachineLearningServices/locations/westeurope"
    "/workspaceOperationsStatus/1"
)

DESIRED: dict[str, Any] = {
    "name": "mlw",
    "subscription": SUBSCRIPTION,
    "resource_group": GROUP,
    "location": "westeurope",
    "storage_account": STORAGE,
    "key_vault": VAULT,
    "application_insights": INSIGHTS,
    "description": "for churn",
    "identity": {"type": "system_assigned"},
    "hbi_workspace": False,
    "public_network_access": "Enabled",
    "tags": {"team": "churn"},
}
LIVE: dict[str, Any] = {
    "id": ID,
    "name": "mlw",
    "type": "Microsoft.MachineLearningServices/workspaces",
    "location": "westeurope",
    "tags": {"team": "churn"},
    "etag": None,
    "kind": "Default",
    "sku": {"name": "Basic", "tier": "Basic"},
    "systemData": {"createdBy": "someone"},
    "identity": {"type": "SystemAssigned", "principalId": "p-1", "tenantId": "t-1"},
    "properties": {
        "friendlyName": "mlw",
        "description": "for churn",
        "storageAccount": STORAGE.replace("resourceGroups", "resourcegroups"),
        "keyVault": VAULT.replace("KeyVault", "Keyvault"),
        "applicationInsights": INSIGHTS,
        "containerRegistry": "",
        "hbiWorkspace": False,
        "imageBuildCompute": None,
        "publicNetworkAccess": "Enabled",
        "provisioningState": "Succeeded",
        "v1LegacyMode": False,
        "systemDatastoresAuthMode": "accesskey",
        "managedNetwork": {
            "changeableIsolationModes": ["AllowInternetOutbound"],
            "isolationMode": "Disabled",
        },
        "notebookInfo": {"fqdn": "x"},
        "creationTime": "2024-03-05T19:07:58Z",
        "workspaceId": "w-1",
        "tenantId": "t-1",
        "discoveryUrl": "https://westeurope.api.azureml.ms/discovery",
        "mlFlowTrackingUri": "azureml://westeurope.api.azureml.ms/mlflow",
        "privateLinkCount": 0,
        "serverlessComputeSettings": None,
    },
}


def live(**properties: Any) -> dict[str, Any]:
    raw = copy.deepcopy(LIVE)
    raw["properties"].update(properties)
    return raw


def test_a_creation_sends_what_is_written_and_the_defaults() -> None:
    body = WORKSPACE.to_body(DESIRED)
    assert body == {
        "location": "westeurope",
        "kind": "Default",
        "tags": {"team": "churn"},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "friendlyName": DESIRED["name"],
            "description": "for churn",
            "storageAccount": STORAGE,
            "keyVault": VAULT,
            "applicationInsights": INSIGHTS,
            "hbiWorkspace": False,
            "publicNetworkAccess": "Enabled",
            "managedNetwork": {"isolationMode": "Disabled"},
            "enableDataIsolation": False,
        },
    }


def test_the_older_interfaces_are_sent_when_they_are_wanted() -> None:
    assert WORKSPACE.to_body({**DESIRED, "v1_legacy_mode": True})["properties"]["v1LegacyMode"] is True
    update = WORKSPACE.to_body({**DESIRED, "v1_legacy_mode": False}, update=True)
    assert update["properties"]["v1LegacyMode"] is False


def test_what_az_ml_fills_in_is_left_alone_by_an_update() -> None:
    update = WORKSPACE.to_body({"name": "mlw", "public_network_access": "Disabled"}, update=True)
    assert update == {"properties": {"publicNetworkAccess": "Disabled"}}


def test_every_other_key_has_its_place_in_the_body() -> None:
    body = WORKSPACE.to_body(
        {
            **DESIRED,
            "display_name": "Churn",
            "container_registry": f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/cr",
            "customer_managed_key": {"key_vault": VAULT, "key_uri": "https://kv.vault.azure.net/keys/k/1"},
            "image_build_compute": "cpu",
            "identity": {"type": "user_assigned", "user_assigned_identities": {IDENTITY: None}},
            "primary_user_assigned_identity": IDENTITY,
            "managed_network": {"isolation_mode": "allow_internet_outbound"},
            "serverless_compute": {"custom_subnet": f"{GROUP}/subnet", "no_public_ip": True},
        }
    )
    assert body["identity"] == {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    properties = body["properties"]
    assert properties["friendlyName"] == "Churn"
    assert properties["containerRegistry"].endswith("/cr")
    assert properties["encryption"] == {
        "status": "Enabled",
        "keyVaultProperties": {
            "keyVaultArmId": VAULT,
            "keyIdentifier": "https://kv.vault.azure.net/keys/k/1",
        },
    }
    assert properties["imageBuildCompute"] == "cpu"
    assert properties["primaryUserAssignedIdentity"] == IDENTITY
    assert properties["managedNetwork"] == {"isolationMode": "AllowInternetOutbound"}
    assert properties["serverlessComputeSettings"] == {
        "serverlessComputeCustomSubnet": f"{GROUP}/subnet",
        "serverlessComputeNoPublicIP": True,
    }


def test_an_answer_reads_as_it_was_written() -> None:
    attrs = WORKSPACE.attributes(ID, LIVE)
    for key, value in DESIRED.items():
        if key in ("storage_account", "key_vault"):
            assert attrs[key].lower() == value.lower()
        else:
            assert attrs[key] == value, key


def test_what_only_the_service_says_can_be_referred_to() -> None:
    attrs = WORKSPACE.attributes(ID, LIVE)
    assert attrs["id"] == ID
    assert attrs["principal_id"] == "p-1"
    assert attrs["tenant_id"] == "t-1"
    assert attrs["workspace_id"] == "w-1"
    assert attrs["discovery_url"].endswith("/discovery")
    assert attrs["mlflow_tracking_uri"].startswith("azureml://")
    assert attrs["studio_url"] == f"https://ml.azure.com/?wsid={ID}&tid=t-1"


@pytest.mark.parametrize(
    ("discovery", "studio"),
    [
        ("https://usgovvirginia.api.ml.azure.us/discovery", "https://ml.azure.us/"),
        ("https://chinaeast2.api.ml.azure.cn/discovery", "https://studio.ml.azure.cn/"),
    ],
)
def test_the_studio_is_the_one_of_the_cloud(discovery: str, studio: str) -> None:
    assert WORKSPACE.attributes(ID, live(discoveryUrl=discovery))["studio_url"].startswith(studio)


def test_what_is_not_set_is_no_attribute() -> None:
    attrs = WORKSPACE.attributes(ID, live(description="", imageBuildCompute="", containerRegistry=None))
    assert not {"description", "image_build_compute", "container_registry", "customer_managed_key"} & set(
        attrs
    )


def test_what_an_older_workspace_does_not_answer_has_its_default() -> None:
    raw = copy.deepcopy(LIVE)
    del raw["kind"]
    for key in ("v1LegacyMode", "hbiWorkspace", "publicNetworkAccess"):
        del raw["properties"][key]
    attrs = WORKSPACE.attributes(ID, raw)
    assert attrs["kind"] == "default"
    assert attrs["enable_data_isolation"] is False
    assert attrs["v1_legacy_mode"] is False
    assert attrs["hbi_workspace"] is False
    assert attrs["public_network_access"] == "Enabled"


def test_encryption_that_is_off_is_no_key_of_ones_own() -> None:
    off = {"status": "Disabled", "keyVaultProperties": {"keyVaultArmId": "", "keyIdentifier": ""}}
    assert "customer_managed_key" not in WORKSPACE.attributes(ID, live(encryption=off))


def test_normalising_is_idempotent_and_spells_as_az_ml_does() -> None:
    written = {
        **DESIRED,
        "$schema": "https://azuremlschemas.azureedge.net/latest/workspace.schema.json",
        "location": "West Europe",
        "public_network_access": "disabled",
        "kind": "Default",
        "serverless_compute": {"custom_subnet": "None"},
    }
    normal = WORKSPACE.normalize(written)
    assert "$schema" not in normal
    assert normal["location"] == "westeurope"
    assert normal["public_network_access"] == "Disabled"
    assert normal["kind"] == "default"
    assert normal["serverless_compute"] == {"custom_subnet": None}
    assert WORKSPACE.normalize(normal) == normal


def test_a_name_that_names_nothing_is_refused_at_its_key() -> None:
    with pytest.raises(ProviderError) as caught:
        WORKSPACE.normalize({**DESIRED, "key_vault": "kv"})
    assert caught.value.path == ("key_vault",)
    assert "az keyvault show --name kv" in caught.value.hint


@pytest.mark.parametrize("missing", ["storage_account", "key_vault"])
def test_dependents_are_declared_and_not_made_in_passing(missing: str) -> None:
    body = {key: value for key, value in DESIRED.items() if key != missing}
    schema = WORKSPACE.schema(body)
    assert missing in schema["required"]
    assert not Draft202012Validator(schema).is_valid(body)
    assert f"${{{missing}.NAME.id}}" in schema["properties"][missing]["x-hint"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("system_datastores_auth_mode", "identity"),
        ("network_acls", {}),
        ("provision_network_now", True),
        ("kind", "hub"),
        ("name", "-x"),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_kept_is_refused(key: str, value: Any) -> None:
    validator = Draft202012Validator(WORKSPACE.schema({}))
    assert validator.is_valid(DESIRED)
    assert not validator.is_valid({**DESIRED, key: value})


@pytest.mark.parametrize(
    ("path", "immutable"),
    [
        (("storage_account",), True),
        (("key_vault",), True),
        (("hbi_workspace",), True),
        (("location",), True),
        (("customer_managed_key", "key_vault"), True),
        (("customer_managed_key", "key_uri"), False),
        (("application_insights",), False),
        (("container_registry",), False),
        (("identity",), False),
        (("public_network_access",), False),
        (("tags",), False),
    ],
)
def test_the_table_says_what_may_change_in_place(path: tuple[str, ...], immutable: bool) -> None:
    part: Mapping[str, Any] = WORKSPACE.schema({})
    for key in path:
        part = part["properties"][key]
    assert bool(part.get("x-immutable")) is immutable


def accepted() -> Reply:
    return Reply(
        202,
        None,
        {
            "Azure-AsyncOperation": f"{HOST}{STATUS}?api-version=2024-04-01&type=async",
            "Location": f"{HOST}{STATUS}?api-version=2024-04-01&type=location",
        },
    )


def test_a_creation_is_polled_and_then_read() -> None:
    transport = FakeTransport(
        {
            f"PUT {ID}": accepted(),
            f"GET {STATUS}": [Reply(200, {"status": "InProgress"}), Reply(200, {"status": "Succeeded"})],
            f"GET {ID}": Reply(200, LIVE),
        }
    )
    conn = connection(transport)
    progress = WORKSPACE.begin(conn, Op.CREATE, ID, None, DESIRED)
    while isinstance(progress, Pending):
        progress = WORKSPACE.resume(conn, progress)
    assert progress == Done(WORKSPACE.attributes(ID, LIVE), ID)
    assert [asked.method for asked in transport.asked] == ["PUT", "GET", "GET", "GET"]
    assert transport.asked[0].query["api-version"] == "2024-04-01"


def test_an_update_sends_all_that_is_there_with_the_change_and_without_noise() -> None:
    rules = {
        "mine": {"type": "FQDN", "category": "UserDefined", "destination": "a.org", "status": "Active"},
        "azures": {"type": "FQDN", "category": "Required", "destination": "b.org"},
    }
    raw = live(managedNetwork={"isolationMode": "AllowInternetOutbound", "outboundRules": rules})
    transport = FakeTransport({f"GET {ID}": Reply(200, raw), f"PUT {ID}": accepted()})
    desired = {"description": "for forecasts", "identity": {"type": "system_assigned"}}
    WORKSPACE.begin(connection(transport), Op.UPDATE, ID, DESIRED, desired)
    body = transport.of("PUT")[0].body
    assert body["properties"].pop("managedNetwork") == {
        "isolationMode": "AllowInternetOutbound",
        "outboundRules": {"mine": {"type": "FQDN", "category": "UserDefined", "destination": "a.org"}},
    }
    assert body == {
        "location": "westeurope",
        "tags": {"team": "churn"},
        "kind": "Default",
        "sku": {"name": "Basic", "tier": "Basic"},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "friendlyName": "mlw",
            "description": "for forecasts",
            "storageAccount": LIVE["properties"]["storageAccount"],
            "keyVault": LIVE["properties"]["keyVault"],
            "applicationInsights": INSIGHTS,
            "containerRegistry": "",
            "hbiWorkspace": False,
            "publicNetworkAccess": "Enabled",
            "v1LegacyMode": False,
        },
    }


def test_a_user_identity_that_is_no_longer_wanted_goes() -> None:
    other = IDENTITY.replace("/id", "/other")
    raw = {
        **LIVE,
        "identity": {
            "type": "SystemAssigned,UserAssigned",
            "principalId": "p-1",
            "userAssignedIdentities": {IDENTITY: {"clientId": "c"}, other: {"clientId": "d"}},
        },
    }
    transport = FakeTransport({f"GET {ID}": Reply(200, raw), f"PUT {ID}": accepted()})
    wanted = {
        "type": "system_assigned,user_assigned",
        "user_assigned_identities": [{"resource_id": IDENTITY}],
    }
    WORKSPACE.begin(connection(transport), Op.UPDATE, ID, DESIRED, {"identity": wanted})
    assert transport.of("PUT")[0].body["identity"] == {
        "type": "SystemAssigned,UserAssigned",
        "userAssignedIdentities": {IDENTITY: {}},
    }


@pytest.mark.parametrize(
    ("prior", "desired", "path"),
    [
        (
            {"managed_network": {"isolation_mode": "allow_internet_outbound"}},
            {"managed_network": {"isolation_mode": "disabled"}},
            ("managed_network", "isolation_mode"),
        ),
        (
            {"description": "x"},
            {"customer_managed_key": {"key_vault": VAULT, "key_uri": "https://k"}},
            ("customer_managed_key",),
        ),
    ],
)
def test_what_azure_never_takes_back_is_refused_before_anything_is_sent(
    prior: dict[str, Any], desired: dict[str, Any], path: tuple[str, ...]
) -> None:
    transport = FakeTransport({})
    with pytest.raises(ProviderError) as caught:
        WORKSPACE.begin(connection(transport), Op.UPDATE, ID, prior, desired)
    assert caught.value.path == path
    assert caught.value.sent is False
    assert transport.asked == []


def test_a_deleted_one_of_the_same_name_is_told() -> None:
    message = "Soft-deleted workspace exists. Please purge or recover it. https://aka.ms/wsoftdelete"
    transport = FakeTransport({f"PUT {ID}": Reply(400, error("BadRequest", message))})
    with pytest.raises(ProviderError) as caught:
        WORKSPACE.begin(connection(transport), Op.CREATE, ID, None, DESIRED)
    assert caught.value.code == "MLI-AZ-SOFT-DELETED"
    assert caught.value.path == ("name",)


def test_a_deletion_is_a_soft_one() -> None:
    transport = FakeTransport(
        {f"DELETE {ID}": accepted(), f"GET {STATUS}": Reply(200, {"status": "Succeeded"})}
    )
    conn = connection(transport)
    progress = WORKSPACE.begin(conn, Op.DELETE, ID, DESIRED, None)
    assert isinstance(progress, Pending)
    assert WORKSPACE.resume(conn, progress) == Done()
    assert "forceToPurge" not in transport.of("DELETE")[0].query


def test_workspaces_are_read_one_by_one_since_lists_lack_keys() -> None:
    other = f"{ID}2"
    transport = FakeTransport({f"GET {ID}": Reply(200, LIVE), f"GET {other}": Reply(404)})
    found = WORKSPACE.read_many(connection(transport), [ID, other])
    assert (found[ID] or {})["name"] == "mlw"
    assert found[other] is None
    assert len(transport.asked) == 2


def test_its_children_are_its_computes() -> None:
    computes = [{"id": f"{ID}/computes/a"}, {"id": f"{ID}/computes/b"}, {"name": "no id"}]
    transport = FakeTransport({f"GET {ID}/computes": Reply(200, {"value": computes})})
    assert isinstance(WORKSPACE, Lists)
    found = list(WORKSPACE.children(connection(transport), ID))
    assert found == [f"{ID}/computes/a", f"{ID}/computes/b"]
