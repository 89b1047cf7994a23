"""Who gets a right twice, and who is nobody."""

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
    REGISTRY,
    SHARE,
    VAULT,
    WORKSPACE,
    Never,
    Refused,
    named,
    of_all,
)  # fmt: skip

_OTHER = f"{GUID[:-1]}4"
_STRANGERS: dict[str, dict[str, str]] = {
    f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nobody": {}
}
_STRANGER = {"type": "UserAssigned", "userAssignedIdentities": _STRANGERS}
_UNKNOWN = "T:scripts that take the code FailedIdentityOperation for an identity that is not there; "
"the status is assumed"

TWICE: dict[str, Refused | Never] = {
    ASSIGNMENT: Refused(
        409,
        "RoleAssignmentExists",
        "R:test_create_for_rbac_idempotent 15",
        id=named(ASSIGNMENT, _OTHER),
        made=True,
    ),
    DEFINITION: Refused(
        409,
        "RoleDefinitionWithSameNameExists",
        "T:Azure/azure-sdk-for-net Authorization.Tests RoleDefinitionTests",
        id=named(DEFINITION, _OTHER),
        made=True,
    ),
    VAULT: Never(
        "access policies are no RBAC: a policy for the same object is put in place of the other "
        "(S:Vaults_UpdateAccessPolicy)"
    ),
    **dict(
        of_all(
            tuple(type_ for type_ in BY_TYPE if type_ not in (ASSIGNMENT, DEFINITION, VAULT)),
            Never("D:role-based-access-control/overview: rights are given by role assignments alone"),
        )
    ),
}

NOBODY: dict[str, Refused | Never] = {
    ASSIGNMENT: Refused(
        400,
        "PrincipalNotFound",
        "R:test_resource_policy_identity 20",
        over={"properties": {"principalId": "00000000-0000-0000-0000-000000000000", "principalType": None}},
    ),
    **dict(
        of_all(
            (ACCOUNT, REGISTRY, COMPUTE),
            Refused(400, "FailedIdentityOperation", _UNKNOWN, over={"identity": _STRANGER}),
        )
    ),
    WORKSPACE: Refused(
        400,
        "FailedIdentityOperation",
        _UNKNOWN,
        id=BY_TYPE[WORKSPACE].id.replace("mlw-one", "mlw-two"),
        over={"identity": _STRANGER, "properties": {"primaryUserAssignedIdentity": next(iter(_STRANGERS))}},
    ),
    VAULT: Never("S:AccessPolicyEntry.objectId is any text: the vault does not ask the directory"),
    **dict(
        of_all(
            (
                GROUP,
                BLOBS,
                FILES,
                CONTAINER,
                SHARE,
                LOGS,
                INSIGHTS,
                IDENTITY,
                CREDENTIAL,
                DEFINITION,
                LOCK,
                DATASTORE,
                ENVIRONMENT,
                ENVIRONMENT_VERSION,
                DATA,
                DATA_VERSION,
            ),
            Never("S: no key of it names a principal"),
        )
    ),
}
