from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.simulator.services.ml_dependents import CODE_SHARE
from tests.simulator.door import vault
from tests.simulator.services.ml_door import (
    GROUP,
    IDENTITY,
    INSIGHTS,
    STORAGE,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
    MlDoor,
    cluster_body,
    refusal,
    workspace_body,
)

LIST = WORKSPACE.rpartition("/")[0]
ROLE = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7"


@pytest.fixture
def door() -> MlDoor:
    return MlDoor().prepare()


# -- life --------------------------------------------------------------------------------------------------


def test_a_new_workspace_is_accepted_without_body_and_told_by_two_links(door: MlDoor) -> None:
    answer = door.put(WORKSPACE, workspace_body())
    assert (answer.status, answer.body) == (202, b"")
    status, result = answer.headers["azure-asyncoperation"], answer.headers["location"]
    assert "/locations/westeurope/workspaceOperationsStatus/" in status
    assert status.split("?")[0] == result.split("?")[0]
    assert "type=async" in status and "type=location" in result
    assert door.get(status).json() == {"status": "InProgress"}
    assert door.get(result).status == 202
    assert door.get(WORKSPACE).json()["properties"]["provisioningState"] == "Creating"
    assert door.settle(answer) == {"status": "Succeeded", "percentComplete": 100.0}
    done = door.get(result)
    assert (done.status, done.json()) == (200, door.get(WORKSPACE).json())
    assert done.json()["properties"]["provisioningState"] == "Succeeded"


def test_creation_takes_minutes_of_simulated_time(door: MlDoor) -> None:
    answer = door.put(WORKSPACE, workspace_body())
    door.simulator.advance(150)
    assert door.get(answer.headers["azure-asyncoperation"]).json() == {"status": "InProgress"}
    door.simulator.advance(60)
    assert door.get(answer.headers["azure-asyncoperation"]).json()["status"] == "Succeeded"


def test_an_existing_workspace_is_put_the_same_way(door: MlDoor) -> None:
    before = door.workspace(properties={"description": "old"}, tags={"a": "1"})
    answer = door.put(WORKSPACE, workspace_body(properties={"description": "new"}, tags={"b": "2"}))
    assert (answer.status, answer.body) == (202, b"")
    assert door.get(WORKSPACE).json()["properties"]["provisioningState"] == "Updating"
    assert door.settle(answer)["status"] == "Succeeded"
    after = door.get(WORKSPACE).json()
    assert (after["properties"]["description"], after["tags"]) == ("new", {"b": "2"})
    for key in ("workspaceId", "creationTime", "notebookInfo"):
        assert after["properties"][key] == before["properties"][key]
    assert after["identity"] == before["identity"]


def test_two_writes_at_a_time_are_refused(door: MlDoor) -> None:
    door.put(WORKSPACE, workspace_body())
    assert refusal(door.put(WORKSPACE, workspace_body())) == (409, "Conflict")
    assert refusal(door.patch(WORKSPACE, {"tags": {}})) == (409, "Conflict")


# -- what is answered --------------------------------------------------------------------------------------


def test_ids_come_back_in_the_services_casing(door: MlDoor) -> None:
    body = workspace_body(
        properties={
            "storageAccount": STORAGE.lower(),
            "keyVault": VAULT.lower().replace("/resourcegroups/", "/RESOURCEGROUPS/"),
            "applicationInsights": INSIGHTS.upper(),
        }
    )
    door.settle(door.put(WORKSPACE, body))
    properties = door.get(WORKSPACE).json()["properties"]
    assert properties["storageAccount"] == STORAGE
    assert properties["keyVault"] == VAULT.replace("Microsoft.KeyVault", "Microsoft.Keyvault")
    assert properties["applicationInsights"] == INSIGHTS.replace("Microsoft.Insights", "Microsoft.insights")


def test_what_was_left_out_is_answered_with_the_services_words(door: MlDoor) -> None:
    found = door.workspace(location="West Europe")
    assert found["location"] == "westeurope"
    assert (found["kind"], found["sku"]) == ("Default", {"name": "Basic", "tier": "Basic"})
    assert found["etag"] is None and found["tags"] == {}
    assert found["systemData"]["createdAt"].endswith("Z")
    properties = found["properties"]
    assert (properties["friendlyName"], properties["description"], properties["sasGetterUri"]) == ("", "", "")
    for key in ("imageBuildCompute", "linkedModelInventoryArmId"):
        assert properties[key] is None
    assert "containerRegistry" not in properties
    assert properties["hbiWorkspace"] is False and properties["v1LegacyMode"] is False
    assert properties["publicNetworkAccess"] == "Enabled"
    assert properties["managedNetwork"] == {
        "changeableIsolationModes": ["AllowInternetOutbound", "AllowOnlyApprovedOutbound"],
        "isolationMode": "Disabled",
    }
    assert properties["serverlessComputeSettings"] == {
        "serverlessComputeCustomSubnet": None,
        "serverlessComputeNoPublicIP": False,
    }
    assert properties["discoveryUrl"] == "https://westeurope.api.azureml.ms/discovery"
    assert properties["mlFlowTrackingUri"] == f"azureml://westeurope.api.azureml.ms/mlflow/v1.0{WORKSPACE}"
    assert properties["notebookInfo"]["fqdn"].endswith(
        f"-westeurope-{properties['workspaceId']}.westeurope.notebooks.azure.net"
    )


def test_the_empty_text_means_no_dependent(door: MlDoor) -> None:
    found = door.workspace(properties={"applicationInsights": "", "containerRegistry": ""})
    assert found["properties"]["applicationInsights"] is None
    assert "containerRegistry" not in found["properties"]


def test_a_list_lacks_what_only_a_get_shows(door: MlDoor) -> None:
    door.workspace()
    for scope in (LIST, LIST.replace("/resourceGroups/rg-ml", "")):
        (one,) = door.get(scope).json()["value"]
        whole = door.get(WORKSPACE).json()
        assert set(whole["properties"]) - set(one["properties"]) == {
            "serverlessComputeSettings",
            "allowRoleAssignmentOnRG",
        }
        assert one["identity"] == whole["identity"]


def test_a_list_keeps_one_kind(door: MlDoor) -> None:
    door.workspace()
    door.workspace(f"{LIST}/hub-one", kind="hub")
    assert [one["name"] for one in door.get(LIST, kind="Hub").json()["value"]] == ["hub-one"]
    assert len(door.get(LIST).json()["value"]) == 2


def test_children_that_are_not_simulated_say_so_aloud(door: MlDoor) -> None:
    door.workspace()
    assert refusal(door.get(f"{WORKSPACE}/models/m")) == (501, "NotSimulated")
    assert refusal(door.post(f"{WORKSPACE}/polish")) == (501, "NotSimulated")


# -- names, contents, dependents ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ab", "-abc", "a" * 34, "with.dot", "with space"])
def test_a_bad_name_is_refused(door: MlDoor, name: str) -> None:
    assert refusal(door.put(f"{LIST}/{name}", workspace_body())) == (400, "ValidationError")


@pytest.mark.parametrize("name", ["abc", "A_b-3", "3" * 33])
def test_a_good_name_is_taken(door: MlDoor, name: str) -> None:
    assert door.put(f"{LIST}/{name}", workspace_body()).status == 202


def test_a_location_is_required_and_never_changes(door: MlDoor) -> None:
    body = workspace_body()
    del body["location"]
    assert refusal(door.put(WORKSPACE, body)) == (400, "LocationRequired")
    door.workspace()
    assert refusal(door.put(WORKSPACE, workspace_body(location="eastus"))) == (409, "InvalidResourceLocation")


@pytest.mark.parametrize("key", ["storageAccount", "keyVault"])
def test_storage_and_vault_are_required(door: MlDoor, key: str) -> None:
    answer = door.put(WORKSPACE, workspace_body(properties={key: None}))
    assert refusal(answer) == (400, "ValidationError")
    error = answer.json()["error"]
    assert (error["target"], error["details"][0]["code"]) == ("workspace", "Invalid")
    assert key in error["message"]
    assert door.get(WORKSPACE).status == 404


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("storageAccount", STORAGE + "x"),
        ("keyVault", VAULT + "x"),
        ("keyVault", STORAGE),
        ("applicationInsights", INSIGHTS + "x"),
        ("containerRegistry", f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/nothere"),
        ("storageAccount", "stml"),
    ],
)
def test_a_dependent_must_exist_and_be_of_its_type(door: MlDoor, key: str, value: str) -> None:
    assert refusal(door.put(WORKSPACE, workspace_body(properties={key: value}))) == (400, "ValidationError")


def test_a_dependent_must_be_done(door: MlDoor) -> None:
    young = STORAGE + "2"
    door.storage(young)
    answer = door.put(WORKSPACE, workspace_body(properties={"storageAccount": young}))
    assert refusal(answer) == (400, "BadRequest")
    assert "StorageAccountIsNotProvisioned" in answer.json()["error"]["message"]


def test_a_hierarchical_account_fails_the_creation(door: MlDoor) -> None:
    account = STORAGE + "hns"
    door.storage(account, isHnsEnabled=True)
    door.simulator.advance(60)
    answer = door.put(WORKSPACE, workspace_body(properties={"storageAccount": account}))
    assert answer.status == 202
    ended = door.settle(answer)
    assert (ended["status"], ended["error"]["code"]) == ("Failed", "BadRequest")
    assert door.get(WORKSPACE).json()["properties"]["provisioningState"] == "Failed"
    assert door.delete(WORKSPACE).status == 202
    door.simulator.advance(600)
    assert door.put(WORKSPACE, workspace_body()).status == 202, "what never was made keeps no name"


def test_a_feature_store_takes_a_hierarchical_account(door: MlDoor) -> None:
    account = STORAGE + "hns"
    door.storage(account, isHnsEnabled=True)
    door.simulator.advance(60)
    body = workspace_body(kind="featurestore", properties={"storageAccount": account})
    assert refusal(door.put(WORKSPACE, body)) == (400, "ValidationError")
    body["properties"]["featureStoreSettings"] = {"computeRuntime": {"sparkRuntimeVersion": "3.4.0"}}
    assert door.settle(door.put(WORKSPACE, body))["status"] == "Succeeded"
    found = door.get(WORKSPACE).json()
    assert found["kind"] == "FeatureStore"
    assert found["properties"]["storageHnsEnabled"] is True
    assert found["properties"]["featureStoreSettings"]["computeRuntime"] == {"sparkRuntimeVersion": "3.4.0"}


def test_an_encryption_needs_a_vault_with_purge_protection(door: MlDoor) -> None:
    def body(vault: str) -> dict[str, Any]:
        keys = {"keyVaultArmId": vault, "keyIdentifier": "https://kv-ml.vault.azure.net/keys/k/1"}
        return workspace_body(properties={"encryption": {"status": "Enabled", "keyVaultProperties": keys}})

    assert door.settle(door.put(WORKSPACE, body(VAULT)))["error"]["code"] == "BadRequest"
    safe = VAULT + "-safe"
    door.vault(safe, enablePurgeProtection=True)
    door.simulator.advance(60)
    other = f"{LIST}/mlw-two"
    assert door.settle(door.put(other, body(safe)))["status"] == "Succeeded"
    moved = {"keyVaultProperties": {"keyIdentifier": "https://kv-ml.vault.azure.net/keys/k/2"}}
    assert door.patch(other, {"properties": {"encryption": moved}}).status == 202
    door.simulator.advance(60)
    kept = door.get(other).json()["properties"]["encryption"]
    assert kept["keyVaultProperties"]["keyIdentifier"].endswith("/2")
    assert kept["status"] == "Enabled"
    door.settle(door.put(other, workspace_body()))
    assert door.get(other).json()["properties"]["encryption"] == kept
    assert refusal(door.put(f"{LIST}/mlw-three", body(VAULT + "x"))) == (400, "ValidationError")
    for missing in ("status", "keyIdentifier", "keyVaultArmId"):
        bare = body(safe)
        bare["properties"]["encryption"].pop(missing, None)
        bare["properties"]["encryption"]["keyVaultProperties"].pop(missing, None)
        assert refusal(door.put(f"{LIST}/mlw-three", bare)) == (400, "ValidationError")


def test_the_service_makes_its_own_stores(door: MlDoor) -> None:
    id = door.workspace()["properties"]["workspaceId"]
    names = [one["name"] for one in door.get(f"{STORAGE}/blobServices/default/containers").json()["value"]]
    assert names == ["azureml", f"azureml-blobstore-{id}"]
    names = [one["name"] for one in door.get(f"{STORAGE}/fileServices/default/shares").json()["value"]]
    assert names == [f"azureml-filestore-{id}", CODE_SHARE]
    share = f"{STORAGE}/fileServices/default/shares/{CODE_SHARE}"
    assert door.delete(share).status in (200, 202)
    door.settle(door.patch(WORKSPACE, {"tags": {"a": "1"}}))
    assert door.get(share).status == 404, "made once, not at every write"


# -- what never changes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"properties": {"storageAccount": STORAGE + "2"}}, "storageAccount"),
        ({"properties": {"keyVault": VAULT + "-2"}}, "keyVault"),
        ({"properties": {"hbiWorkspace": True}}, "hbiWorkspace"),
        ({"kind": "Hub"}, "kind"),
        ({"properties": {"enableDataIsolation": True}}, "enableDataIsolation"),
    ],
)
def test_what_never_changes_is_refused(door: MlDoor, more: dict[str, Any], key: str) -> None:
    door.storage(STORAGE + "2")
    door.vault(VAULT + "-2")
    before = door.workspace()
    for answer in (door.put(WORKSPACE, workspace_body(**more)), door.patch(WORKSPACE, dict(more))):
        assert refusal(answer) == (400, "BadRequest")
        assert key in answer.json()["error"]["message"]
    assert door.get(WORKSPACE).json() == before


def test_the_same_ids_in_another_casing_are_no_change(door: MlDoor) -> None:
    door.workspace()
    body = workspace_body(properties={"storageAccount": STORAGE.upper(), "keyVault": VAULT.lower()})
    assert door.settle(door.put(WORKSPACE, body))["status"] == "Succeeded"
    assert door.get(WORKSPACE).json()["properties"]["storageAccount"] == STORAGE


def test_insights_can_be_exchanged_in_place(door: MlDoor) -> None:
    door.workspace()
    second = INSIGHTS + "-2"
    body = {"location": "westeurope", "kind": "web", "properties": {"Application_Type": "web"}}
    assert door.put(second, body).status == 200
    assert door.patch(WORKSPACE, {"properties": {"applicationInsights": second}}).status == 202
    assert door.get(WORKSPACE).json()["properties"]["applicationInsights"].endswith("appi-ml-2")


# -- PATCH -------------------------------------------------------------------------------------------------


def test_a_patch_is_accepted_and_merges_properties_but_replaces_tags(door: MlDoor) -> None:
    before = door.workspace(properties={"description": "d", "friendlyName": "f"}, tags={"a": "1", "b": "2"})
    answer = door.patch(WORKSPACE, {"tags": {"c": "3"}, "properties": {"description": "new"}})
    assert (answer.status, answer.body) == (202, b"")
    assert {"azure-asyncoperation", "location"} <= set(answer.headers)
    door.simulator.advance(25)
    assert door.get(answer.headers["azure-asyncoperation"]).json() == {"status": "InProgress"}
    assert door.settle(answer)["status"] == "Succeeded"
    after = door.get(WORKSPACE).json()
    assert after["tags"] == {"c": "3"}
    assert (after["properties"]["description"], after["properties"]["friendlyName"]) == ("new", "f")
    assert after["identity"] == before["identity"]


def test_a_patch_ignores_what_its_model_lacks(door: MlDoor) -> None:
    door.workspace()
    more = {"allowRoleAssignmentOnRG": True, "allowPublicAccessWhenBehindVnet": True}
    assert door.patch(WORKSPACE, {"properties": more}).status == 202
    properties = door.get(WORKSPACE).json()["properties"]
    assert properties["allowRoleAssignmentOnRG"] is False
    assert "allowPublicAccessWhenBehindVnet" not in properties


def test_a_patch_refuses_the_tags_that_attach(door: MlDoor) -> None:
    door.workspace()
    answer = door.patch(WORKSPACE, {"tags": {"AttachKeyVaultToWorkspace": "true"}})
    assert refusal(answer) == (400, "BadRequest")


def test_a_put_takes_more_than_a_patch(door: MlDoor) -> None:
    door.workspace()
    door.settle(door.put(WORKSPACE, workspace_body(properties={"allowPublicAccessWhenBehindVnet": True})))
    assert door.get(WORKSPACE).json()["properties"]["allowPublicAccessWhenBehindVnet"] is True


def test_a_patch_looks_up_only_what_it_changes(door: MlDoor) -> None:
    door.identity()
    both = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    before = door.workspace(identity=both)
    assert door.delete(IDENTITY).status == door.delete(INSIGHTS).status == 200
    door.settle(door.patch(WORKSPACE, {"tags": {"a": "1"}}))
    after = door.get(WORKSPACE).json()
    assert after["tags"] == {"a": "1"}
    assert after["identity"] == before["identity"]


def test_a_patch_of_nothing_is_404(door: MlDoor) -> None:
    assert refusal(door.patch(WORKSPACE, {"tags": {}})) == (404, "ResourceNotFound")


# -- identity ----------------------------------------------------------------------------------------------


def test_a_workspace_has_a_system_identity_by_itself(door: MlDoor) -> None:
    identity = door.workspace()["identity"]
    assert identity["type"] == "SystemAssigned"
    assert identity["tenantId"] == door.get(WORKSPACE).json()["properties"]["tenantId"]
    assignment = (
        f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000001"
    )
    body = {"properties": {"roleDefinitionId": ROLE, "principalId": identity["principalId"]}}
    answer = door.put(assignment, body)
    assert (answer.status, answer.json()["properties"]["principalType"]) == (201, "ServicePrincipal")


def test_a_user_assigned_identity_needs_a_primary_one(door: MlDoor) -> None:
    made = door.identity()
    identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    assert refusal(door.put(WORKSPACE, workspace_body(identity=identity))) == (400, "ValidationError")
    other = {"primaryUserAssignedIdentity": IDENTITY + "-2"}
    answer = door.put(WORKSPACE, workspace_body(identity=identity, properties=other))
    assert refusal(answer) == (400, "ValidationError")
    found = door.workspace(identity=identity, properties={"primaryUserAssignedIdentity": IDENTITY.lower()})
    assert found["identity"]["type"] == "UserAssigned"
    assert "principalId" not in found["identity"]
    (chosen,) = found["identity"]["userAssignedIdentities"].values()
    assert chosen["principalId"] == made["properties"]["principalId"]
    assert found["properties"]["primaryUserAssignedIdentity"].lower() == IDENTITY.lower()
    body = workspace_body(properties={"primaryUserAssignedIdentity": IDENTITY})
    door.settle(door.put(WORKSPACE, body))
    assert door.get(WORKSPACE).json()["identity"] == found["identity"], "left out is kept"


def test_an_identity_that_is_not_there_is_refused(door: MlDoor) -> None:
    identity = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
    body = workspace_body(identity=identity, properties={"primaryUserAssignedIdentity": IDENTITY})
    assert refusal(door.put(WORKSPACE, body)) == (400, "FailedIdentityOperation")
    assert refusal(door.put(WORKSPACE, workspace_body(identity={"type": "None"}))) == (400, "ValidationError")


def test_user_assigned_identities_are_added_and_taken_away_by_patch(door: MlDoor) -> None:
    door.identity()
    door.identity(IDENTITY + "-2")
    principal = door.workspace()["identity"]["principalId"]
    both = {
        "type": "Systemassigned,Userassigned",
        "userAssignedIdentities": {IDENTITY: {}, IDENTITY + "-2": {}},
    }
    door.settle(door.patch(WORKSPACE, {"identity": both}))
    identity = door.get(WORKSPACE).json()["identity"]
    assert (identity["type"], identity["principalId"]) == ("SystemAssigned,UserAssigned", principal)
    assert len(identity["userAssignedIdentities"]) == 2
    less = {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {IDENTITY.upper(): None}}
    door.settle(door.patch(WORKSPACE, {"identity": less}))
    left = door.get(WORKSPACE).json()["identity"]["userAssignedIdentities"]
    assert [id.rpartition("/")[2] for id in left] == ["id-ml-2"]
    answer = door.patch(WORKSPACE, {"identity": {"type": "SystemAssigned"}})
    assert refusal(answer) == (400, "BadRequest")


# -- network -----------------------------------------------------------------------------------------------


def test_isolation_goes_one_way(door: MlDoor) -> None:
    door.workspace()

    def mode(word: str) -> Any:
        return door.patch(WORKSPACE, {"properties": {"managedNetwork": {"isolationMode": word}}})

    door.settle(mode("AllowInternetOutbound"))
    network = door.get(WORKSPACE).json()["properties"]["managedNetwork"]
    assert network["changeableIsolationModes"] == ["AllowOnlyApprovedOutbound"]
    assert network["status"] == {"status": "Inactive", "sparkReady": False}
    assert "outboundRules" not in network
    assert refusal(mode("Disabled")) == (400, "BadRequest")
    door.settle(mode("AllowOnlyApprovedOutbound"))
    assert refusal(mode("AllowInternetOutbound")) == (400, "BadRequest")


def test_rules_appear_by_themselves_and_a_patch_adds_to_them(door: MlDoor) -> None:
    pytorch = {"type": "FQDN", "destination": "*.pytorch.org", "category": "UserDefined"}
    network = {"isolationMode": "AllowOnlyApprovedOutbound", "outboundRules": {"pytorch": pytorch}}
    found = door.workspace(properties={"managedNetwork": network})
    rules = found["properties"]["managedNetwork"]["outboundRules"]
    assert rules["pytorch"] == {**pytorch, "status": "Inactive"}
    assert rules["__SYS_PE_kv-ml_vault"]["category"] == "Required"
    assert rules["__SYS_ST_AzureMachineLearning"]["destination"]["serviceTag"] == "AzureMachineLearning"
    more = {
        "type": "servicetag",
        "destination": {"serviceTag": "DataFactory", "protocol": "TCP", "portRanges": "80"},
    }
    door.settle(door.patch(WORKSPACE, {"properties": {"managedNetwork": {"outboundRules": {"df": more}}}}))
    rules = door.get(WORKSPACE).json()["properties"]["managedNetwork"]["outboundRules"]
    assert {name for name in rules if not name.startswith("__")} == {"pytorch", "df"}
    assert rules["df"]["type"] == "ServiceTag"
    answer = door.put(
        WORKSPACE, workspace_body(properties={"managedNetwork": {**network, "outboundRules": rules}})
    )
    assert refusal(answer) == (400, "BadRequest"), "the service's own rules are no part of a body"


def test_rules_need_a_network_that_takes_them(door: MlDoor) -> None:
    def put(mode: str, rule: dict[str, Any]) -> tuple[int, str]:
        network = {"isolationMode": mode, "outboundRules": {"r": rule}}
        return refusal(door.put(WORKSPACE, workspace_body(properties={"managedNetwork": network})))

    tag = {"type": "ServiceTag", "destination": {"serviceTag": "DataFactory"}}
    assert put("Disabled", tag) == (400, "BadRequest")
    assert put("AllowInternetOutbound", {"type": "FQDN", "destination": "a.com"}) == (400, "BadRequest")
    assert put("AllowInternetOutbound", {**tag, "type": "what"}) == (400, "ValidationError")
    assert put("AllowInternetOutbound", {"type": "ServiceTag"}) == (400, "ValidationError")
    assert put("AllowInternetOutbound", {**tag, "category": "Required"}) == (400, "BadRequest")


def test_a_private_endpoint_rule_gets_its_spark_state(door: MlDoor) -> None:
    target = {"serviceResourceId": STORAGE, "subresourceTarget": "blob", "sparkEnabled": True}
    rules = {"pe": {"type": "PrivateEndpoint", "destination": target}}
    network = {"isolationMode": "AllowInternetOutbound", "outboundRules": rules}
    found = door.workspace(properties={"managedNetwork": network})["properties"]["managedNetwork"]
    assert found["outboundRules"]["pe"]["destination"] == {**target, "sparkStatus": "Inactive"}
    door.settle(door.patch(WORKSPACE, {"properties": {"managedNetwork": {"outboundRules": {"pe": None}}}}))
    network = door.get(WORKSPACE).json()["properties"]["managedNetwork"]
    assert "outboundRules" not in network


# -- hubs --------------------------------------------------------------------------------------------------


def test_a_project_takes_its_dependents_from_its_hub(door: MlDoor) -> None:
    hub, project = f"{LIST}/hub-one", f"{LIST}/project-one"
    door.workspace(hub, kind="Hub")
    body = {"location": "westeurope", "kind": "project", "properties": {"hubResourceId": hub + "x"}}
    assert refusal(door.put(project, body)) == (400, "ValidationError")
    body["properties"] = {"hubResourceId": hub, "storageAccount": STORAGE}
    assert refusal(door.put(project, body)) == (400, "ValidationError")
    body["properties"] = {"hubResourceId": hub.upper()}
    door.settle(door.put(project, body))
    found = door.get(project).json()
    assert found["kind"] == "Project"
    assert found["properties"]["storageAccount"] == STORAGE
    assert found["properties"]["hubResourceId"] == hub
    assert found["properties"]["enableDataIsolation"] is True
    assert door.get(hub).json()["properties"]["associatedWorkspaces"] == [project]
    names = [one["name"] for one in door.get(f"{STORAGE}/blobServices/default/containers").json()["value"]]
    own = found["properties"]["workspaceId"]
    assert {f"{own}-azureml", f"{own}-blobstore"} <= {*names}
    assert len(names) == 4, "two of its own, two of the hub"
    assert refusal(door.delete(hub)) == (400, "BadRequest")
    door.delete(project)
    door.simulator.advance(120)
    assert door.delete(hub).status == 202


# -- deletion ----------------------------------------------------------------------------------------------


def test_a_deleted_workspace_keeps_its_name_for_14_days(door: MlDoor) -> None:
    door.workspace()
    answer = door.delete(WORKSPACE)
    assert (answer.status, answer.body) == (202, b"")
    assert door.get(WORKSPACE).json()["properties"]["provisioningState"] == "Deleting"
    assert door.settle(answer, 120)["status"] == "Succeeded"
    assert door.get(answer.headers["location"]).status == 200
    assert refusal(door.get(WORKSPACE)) == (404, "ResourceNotFound")
    assert door.delete(WORKSPACE).status == 204
    refused = door.put(WORKSPACE, workspace_body())
    assert refusal(refused) == (400, "BadRequest")
    assert "soft-deleted" in refused.json()["error"]["message"]
    door.simulator.advance(13 * 86400)
    assert refusal(door.put(WORKSPACE, workspace_body())) == (400, "BadRequest")
    door.simulator.advance(86400)
    assert door.put(WORKSPACE, workspace_body()).status == 202


def test_a_workspace_can_be_deleted_while_it_is_made(door: MlDoor) -> None:
    made = door.put(WORKSPACE, workspace_body())
    gone = door.delete(WORKSPACE)
    door.simulator.advance(600)
    assert door.get(WORKSPACE).status == 404
    assert door.get(gone.headers["azure-asyncoperation"]).json()["status"] == "Succeeded"
    assert door.get(made.headers["azure-asyncoperation"]).status == 200
    assert door.put(WORKSPACE, workspace_body()).status == 202


def test_the_name_is_free_in_another_group(door: MlDoor) -> None:
    door.workspace()
    door.delete(WORKSPACE)
    door.simulator.advance(120)
    other = f"{SUBSCRIPTION}/resourceGroups/rg-two"
    door.put(other, {"location": "westeurope"})
    assert door.put(WORKSPACE.replace(GROUP, other), workspace_body()).status == 202


def test_a_purge_frees_the_name(door: MlDoor) -> None:
    first = door.workspace()
    assert refusal(door.delete(WORKSPACE, forceToPurge="maybe")) == (400, "BadRequest")
    door.settle(door.delete(WORKSPACE, forceToPurge="true"))
    second = door.workspace()
    assert second["properties"]["workspaceId"] != first["properties"]["workspaceId"]
    assert second["identity"]["principalId"] != first["identity"]["principalId"]


def test_a_group_takes_its_workspace_with_it_softly(door: MlDoor) -> None:
    door.workspace()
    door.delete(GROUP)
    door.simulator.advance(3600)
    assert refusal(door.get(WORKSPACE)) == (404, "ResourceGroupNotFound")
    door.put(GROUP, {"location": "westeurope"})
    door.storage(STORAGE)
    assert refusal(door.put(WORKSPACE, workspace_body())) == (400, "BadRequest")


def recovery(**more: Any) -> dict[str, Any]:
    return workspace_body(properties={"allowRecoverSoftDeletedWorkspace": "true", **more})


PREVIEW = "2023-04-01-preview"


def test_a_recovered_workspace_is_the_old_one(door: MlDoor) -> None:
    before = door.workspace(tags={"team": "churn"})
    door.settle(door.delete(WORKSPACE))
    answer = door.put(WORKSPACE, recovery(), version=PREVIEW)
    assert (answer.status, answer.body) == (202, b"")
    assert door.settle(answer)["status"] == "Succeeded"
    after = door.get(WORKSPACE).json()
    assert after.pop("systemData")["createdAt"] == before.pop("systemData")["createdAt"]
    assert after == before


def test_a_stable_version_does_not_read_that_a_workspace_may_be_recovered(door: MlDoor) -> None:
    door.workspace()
    door.settle(door.delete(WORKSPACE))
    assert refusal(door.put(WORKSPACE, recovery())) == (400, "BadRequest")
    no = recovery(allowRecoverSoftDeletedWorkspace="False")
    assert refusal(door.put(WORKSPACE, no, version=PREVIEW)) == (400, "BadRequest")


def test_where_nothing_is_deleted_a_recovery_is_a_creation(door: MlDoor) -> None:
    assert door.settle(door.put(WORKSPACE, recovery(), version=PREVIEW))["status"] == "Succeeded"
    assert "allowRecoverSoftDeletedWorkspace" not in door.get(WORKSPACE).json()["properties"]


def test_what_a_workspace_stands_on_is_recovered_first(door: MlDoor) -> None:
    door.workspace()
    door.settle(door.delete(WORKSPACE))
    door.delete(VAULT)
    refused = door.put(WORKSPACE, recovery(), version=PREVIEW)
    assert refusal(refused) == (400, "ValidationError")
    assert "recovered first" in refused.json()["error"]["message"]


@pytest.mark.parametrize("dies", [WORKSPACE, GROUP])
def test_a_recovery_brings_metadata_back_and_no_computes_nor_role_assignments(
    door: MlDoor, dies: str
) -> None:
    # documentation concept-soft-delete, its table of what is soft-deleted and what is hard-deleted
    before = door.workspace()
    compute, store = f"{WORKSPACE}/computes/cpu-cluster", f"{WORKSPACE}/datastores/workspaceblobstore"
    door.compute(compute, cluster_body())
    assignment = (
        f"{WORKSPACE}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000001"
    )
    user = {
        "roleDefinitionId": ROLE,
        "principalId": "bbbbbbbb-0000-4000-8000-000000000001",
        "principalType": "User",
    }
    assert door.put(assignment, {"properties": user}).status == 201
    door.delete(dies)
    door.simulator.advance(3600)
    if dies == GROUP:
        door.put(GROUP, {"location": "westeurope"})
        door.storage(STORAGE)
        door.put(VAULT, vault(createMode="recover"))
        door.insights(INSIGHTS)
        door.simulator.advance(120)
    door.settle(door.put(WORKSPACE, recovery(), version=PREVIEW))
    assert door.get(store).status == 200
    assert door.get(compute).status == 404
    assert refusal(door.get(assignment))[0] == 404
    own = {
        "roleDefinitionId": ROLE,
        "principalId": before["identity"]["principalId"],
        "principalType": "ServicePrincipal",
    }
    door.simulator.advance(60)
    name = "aaaaaaaa-0000-4000-8000-000000000002"
    again = f"{STORAGE}/providers/Microsoft.Authorization/roleAssignments/{name}"
    assert door.put(again, {"properties": own}).status == 201


def test_what_is_soft_deleted_can_still_be_purged(door: MlDoor) -> None:
    first = door.workspace()
    door.settle(door.delete(WORKSPACE))
    answer = door.delete(WORKSPACE, forceToPurge="true")
    assert (answer.status, answer.body) == (202, b"")
    assert refusal(door.put(WORKSPACE, workspace_body())) == (400, "BadRequest")  # it takes a while
    assert door.settle(answer)["status"] == "Succeeded"
    assert door.delete(WORKSPACE, forceToPurge="true").status == 204
    assert door.workspace()["properties"]["workspaceId"] != first["properties"]["workspaceId"]


def test_computes_and_role_assignments_die_at_once(door: MlDoor) -> None:
    door.workspace()
    compute = f"{WORKSPACE}/computes/cpu-cluster"
    inner = {"vmSize": "STANDARD_DS3_V2", "scaleSettings": {"maxNodeCount": 1}}
    door.put(
        compute, {"location": "westeurope", "properties": {"computeType": "AmlCompute", "properties": inner}}
    )
    assignment = (
        f"{WORKSPACE}/providers/Microsoft.Authorization/roleAssignments/aaaaaaaa-0000-4000-8000-000000000001"
    )
    user = {
        "roleDefinitionId": ROLE,
        "principalId": "bbbbbbbb-0000-4000-8000-000000000001",
        "principalType": "User",
    }
    assert door.put(assignment, {"properties": user}).status == 201
    door.delete(WORKSPACE)
    assert door.get(compute).status == 404
    assert door.get(assignment).status == 404
    assert door.get(WORKSPACE).status == 200


# -- the world ---------------------------------------------------------------------------------------------


def test_a_file_keeps_the_workspace_and_its_grave(tmp_path: Path) -> None:
    file = tmp_path / "cloud.db"
    first = MlDoor(file).prepare()
    before = first.workspace()
    first.simulator.close()
    second = MlDoor(file)
    assert second.get(WORKSPACE).json() == before
    second.delete(WORKSPACE)
    second.simulator.advance(120)
    assert second.get(WORKSPACE).status == 404
    second.simulator.close()
    assert refusal(MlDoor(file).put(WORKSPACE, workspace_body())) == (400, "BadRequest")


def test_one_seed_makes_one_workspace() -> None:
    one, same, other = (MlDoor(seed=seed).prepare().workspace() for seed in (7, 7, 8))
    assert one == same
    assert one["properties"]["workspaceId"] != other["properties"]["workspaceId"]
