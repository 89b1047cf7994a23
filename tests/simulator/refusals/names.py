"""Names that no service takes, and names that somebody else has."""

from __future__ import annotations

from conformance.fuzz.samples import GROUP as RG
from conformance.fuzz.samples import GUID
from tests.simulator.refusals.row import (
    ACCOUNT,
    ASSIGNMENT,
    BLOBS,
    BY_TYPE,
    COMPUTE,
    CONTAINER,
    CREDENTIAL,
    DATA,
    DATA_VERSION,
    DATASTORE,
    DEFINITION,
    ENVIRONMENT,
    ENVIRONMENT_VERSION,
    FILES,
    GROUP,
    IDENTITY,
    INSIGHTS,
    LOCK,
    LOGS,
    OTHER,
    REGISTRY,
    SHARE,
    VAULT,
    WORKSPACE,
    Never,
    Refused,
    named,
)  # fmt: skip

_RULES = "D:azure-resource-manager/management/resource-name-rules"
_STORAGE = "D:rest/api/storageservices/common-rest-api-error-codes (InvalidResourceName, 400)"
_TAKEN = "D:azure-resource-manager/troubleshooting/error-storage-account-name"


def _bad(type_: str, name: str, code: str, source: str) -> Refused:
    return Refused(400, code, source, id=named(type_, name))


BAD: dict[str, Refused | Never] = {
    GROUP: _bad(
        GROUP, "rg.", "InvalidResourceGroup", f"{_RULES} (no period at the end); the code is assumed"
    ),
    ACCOUNT: _bad(ACCOUNT, "No-Dash", "AccountNameInvalid", _TAKEN),
    BLOBS: _bad(
        BLOBS,
        "other",
        "InvalidResourceName",
        "S:blob.json BlobServicesName, enum: default; the code is assumed",
    ),
    FILES: _bad(
        FILES,
        "other",
        "InvalidResourceName",
        "S:file.json FileServicesName, enum: default; the code is assumed",
    ),
    CONTAINER: _bad(
        CONTAINER,
        "Bad--name",
        "InvalidResourceName",
        f"D:rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata; {_STORAGE}",
    ),
    SHARE: _bad(
        SHARE,
        "Bad--name",
        "InvalidResourceName",
        f"D:rest/api/storageservices/naming-and-referencing-shares--directories--files--and-metadata; "
        f"{_STORAGE}",
    ),
    VAULT: _bad(
        VAULT, "9vault", "VaultNameNotValid", "D:key-vault/general/common-error-codes; the status is assumed"
    ),
    LOGS: _bad(LOGS, "abc", "InvalidResourceName", "S:Workspaces.json minLength 4; the code is assumed"),
    INSIGHTS: _bad(INSIGHTS, "ends.", "InvalidResourceName", f"{_RULES}; the code is assumed"),
    REGISTRY: _bad(REGISTRY, "abc", "InvalidResourceName", "S:RegistryName minLength 5; the code is assumed"),
    IDENTITY: _bad(IDENTITY, "ab", "InvalidResourceName", f"{_RULES}; the code is assumed"),
    CREDENTIAL: _bad(
        CREDENTIAL,
        "ab",
        "InvalidResourceName",
        "S:ManagedIdentity.json pattern of federatedIdentityCredentialResourceName; the code is assumed",
    ),
    ASSIGNMENT: _bad(
        ASSIGNMENT,
        "reader",
        "InvalidRoleAssignmentId",
        "S:authorization-RoleAssignmentsCalls.json (any valid GUID); the code: "
        "T:gruntwork-io/terragrunt; the "
        "status is assumed",
    ),
    DEFINITION: _bad(
        DEFINITION,
        "reader",
        "InvalidRoleDefinitionId",
        "D:role-based-access-control/role-definitions (a GUID); the code is assumed",
    ),
    LOCK: _bad(
        LOCK,
        "a%3Ab",
        "InvalidResourceName",
        "D:rest/api/resources/management-locks (lockName); the code is assumed",
    ),
    WORKSPACE: _bad(
        WORKSPACE,
        "a",
        "ValidationError",
        "S:WorkspaceNameParameter; the code: I:Azure/azure-service-operator#5696, assumed for a name",
    ),
    COMPUTE: _bad(
        COMPUTE,
        "9",
        "UserError",
        "D:machine-learning/how-to-create-compute-instance; I:MicrosoftDocs/pipelines-azureml#19; the "
        "envelope: "
        "R:test_compute_compute_instance_with_no_public_ip 1; the code is assumed for a name",
    ),
    DATASTORE: _bad(
        DATASTORE,
        "_a",
        "UserError",
        "S:pattern of the name; the envelope: R:TestDatastore test_blob_store 8; the code is assumed "
        "for a name",
    ),
    ENVIRONMENT: _bad(
        ENVIRONMENT, "_a", "UserError", "S:pattern of the name; the code is the front end's, assumed"
    ),
    ENVIRONMENT_VERSION: _bad(
        ENVIRONMENT_VERSION,
        "x" * 256,
        "UserError",
        "T:azure-ai-ml (255 characters); the code is the front end's, assumed",
    ),
    DATA: _bad(DATA, "_a", "UserError", "S:pattern of the name; the code is the front end's, assumed"),
    DATA_VERSION: _bad(
        DATA_VERSION,
        "x" * 256,
        "UserError",
        "T:azure-ai-ml (255 characters); the code is the front end's, assumed",
    ),
}

_SELF = "a PUT of a name that is there changes what has it; no other resource can have its id"
_ROLE = BY_TYPE[DEFINITION].body["properties"]
_OTHER_GUID = f"{GUID[:-1]}4"

TAKEN: dict[str, Refused | Never] = {
    GROUP: Never(f"{_SELF} (R:test_resource_group 5 and 10: 201, then 200)"),
    ACCOUNT: Refused(
        409,
        "StorageAccountAlreadyTaken",
        f"{_TAKEN}; D:rest/api/storagerp, error codes of Create (409)",
        id=BY_TYPE[ACCOUNT].id.replace(RG, OTHER),
        made=True,
        first=((OTHER, BY_TYPE[GROUP].body),),
    ),
    BLOBS: Never("its one name is default (S:BlobServicesName)"),
    FILES: Never("its one name is default (S:FileServicesName)"),
    CONTAINER: Never(f"{_SELF} (S:BlobContainers_Create answers 200 for it)"),
    SHARE: Never(f"{_SELF} (S:FileShares_Create answers 200 for it)"),
    VAULT: Refused(
        409,
        "VaultAlreadyExists",
        "D:key-vault/general/common-error-codes; the status is assumed",
        id=BY_TYPE[VAULT].id.replace(RG, OTHER),
        made=True,
        first=((OTHER, BY_TYPE[GROUP].body),),
    ),
    LOGS: Refused(
        409,
        "Conflict",
        "D:rest/api/loganalytics/workspaces/delete (a deleted name is kept for 14 days); status "
        "and code are assumed",
        id=BY_TYPE[LOGS].id.replace(RG, f"{RG}-two"),
        made=True,
        first=((f"{RG}-two", {"location": "westeurope"}), (BY_TYPE[LOGS].id, None)),
    ),
    INSIGHTS: Never(f"{_SELF} (D:resource-name-rules: unique in its group)"),
    REGISTRY: Refused(
        409,
        "AlreadyInUse",
        "S:containerregistry.json checkNameAvailability (AlreadyExists); the code: "
        "I:Azure/azure-cli#13951; the status is assumed",
        id=BY_TYPE[REGISTRY].id.replace(RG, OTHER),
        made=True,
        first=((OTHER, BY_TYPE[GROUP].body),),
    ),
    IDENTITY: Never(f"{_SELF} (D:resource-name-rules: unique in its group)"),
    CREDENTIAL: Never(f"{_SELF} (S:FederatedIdentityCredentials_CreateOrUpdate: 200)"),
    ASSIGNMENT: Refused(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "I:Azure/Azure-Landing-Zones#2040",
        id=f"{RG}/providers/Microsoft.Authorization/roleAssignments/{GUID}",
        made=True,
    ),
    DEFINITION: Refused(
        409,
        "RoleDefinitionWithSameNameExists",
        "T:Azure/azure-sdk-for-net Authorization.Tests RoleDefinitionTests",
        id=named(DEFINITION, _OTHER_GUID),
        made=True,
    ),
    LOCK: Never(f"{_SELF} (R:test_group_lock_commands 0 and 6: 201, then 200)"),
    WORKSPACE: Refused(
        400,
        "BadRequest",
        "I:Azure/ResourceModules#3596 (a soft-deleted one); D:machine-learning/concept-soft-delete",
        first=((BY_TYPE[WORKSPACE].id, None),),
    ),
    COMPUTE: Refused(
        400,
        "UserError",
        "D:machine-learning/how-to-create-compute-instance (unique in a region); "
        "I:microsoft/MCW-ML-Ops#28; the code is assumed",
        id=BY_TYPE[COMPUTE].id.replace("mlw-one", "mlw-two"),
        made=True,
        first=((BY_TYPE[WORKSPACE].id.replace("mlw-one", "mlw-two"), BY_TYPE[WORKSPACE].body),),
    ),
    DATASTORE: Never(f"{_SELF} (R:TestDatastore test_blob_store 0 and 4: 201, then 200)"),
    ENVIRONMENT: Never(f"{_SELF} (S:EnvironmentContainers_CreateOrUpdate: 200)"),
    ENVIRONMENT_VERSION: Refused(
        409,
        "UserError",
        "I:Azure/azure-cli-extensions#5440; the status: T:azure-ai-ml's _create_or_update",
        over={"properties": {"image": "mcr.microsoft.com/azureml/other"}},
        made=True,
    ),
    DATA: Never(f"{_SELF} (S:DataContainers_CreateOrUpdate: 200)"),
    DATA_VERSION: Refused(
        400,
        "UserError",
        "T:azure-ai-ml's ASSET_PATH_ERROR (the text it compares with); the status is assumed",
        over={"properties": {"dataUri": "azureml://datastores/workspaceblobstore/paths/other.csv"}},
        made=True,
    ),
}
