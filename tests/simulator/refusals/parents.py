"""What has to be there first, and is not."""

from __future__ import annotations

from conformance.fuzz.samples import GROUP as RG
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
)  # fmt: skip

_NO_GROUP = "R:test_storage_account_show_exit_codes 1; "
"D:azure-resource-manager/troubleshooting/common-deployment-errors"
_NO_PARENT = (
    "D:azure-resource-manager/troubleshooting/error-parent-resource; the status is that of what is not there"
)
_EXTENDED = "R:test_keyvault_mgmt 0 (a resource that is not there); D:common-deployment-errors"


def _in_no_group(type_: str) -> Refused:
    return Refused(404, "ResourceGroupNotFound", _NO_GROUP, id=BY_TYPE[type_].id.replace(RG, f"{RG}-no"))


def _in_no(type_: str, holder: str) -> Refused:
    return Refused(
        404, "ParentResourceNotFound", _NO_PARENT, id=BY_TYPE[type_].id.replace(f"/{holder}", f"/{holder}-no")
    )


def _on_nothing(type_: str) -> Refused:
    account = f"{BY_TYPE[ACCOUNT].id}no"
    tail = BY_TYPE[type_].id.rpartition("/providers/")[2]
    return Refused(404, "ResourceNotFound", _EXTENDED, id=f"{account}/providers/{tail}")


MISSING: dict[str, Refused | Never] = {
    GROUP: Refused(
        400,
        "InvalidSubscriptionId",
        "S:SubscriptionIdParameter (a GUID); the code is assumed",
        id="/subscriptions/nobody/resourceGroups/rg",
    ),
    **{
        type_: _in_no_group(type_)
        for type_ in (ACCOUNT, VAULT, LOGS, INSIGHTS, REGISTRY, IDENTITY, WORKSPACE)
    },
    BLOBS: Refused(
        404, "ParentResourceNotFound", _NO_PARENT, id=BY_TYPE[BLOBS].id.replace("/stone/", "/stoneno/")
    ),
    FILES: Refused(
        404, "ParentResourceNotFound", _NO_PARENT, id=BY_TYPE[FILES].id.replace("/stone/", "/stoneno/")
    ),
    CONTAINER: Refused(
        404, "ParentResourceNotFound", _NO_PARENT, id=BY_TYPE[CONTAINER].id.replace("/stone/", "/stoneno/")
    ),
    SHARE: Refused(
        404, "ParentResourceNotFound", _NO_PARENT, id=BY_TYPE[SHARE].id.replace("/stone/", "/stoneno/")
    ),
    CREDENTIAL: _in_no(CREDENTIAL, "id-one"),
    **{type_: _in_no(type_, "mlw-one") for type_ in (COMPUTE, DATASTORE, ENVIRONMENT, DATA)},
    ENVIRONMENT_VERSION: _in_no(ENVIRONMENT_VERSION, "mlw-one"),
    DATA_VERSION: _in_no(DATA_VERSION, "mlw-one"),
    **{type_: _on_nothing(type_) for type_ in (ASSIGNMENT, DEFINITION, LOCK)},
}
"""A version of an asset makes its container by itself (R:TestEnvironment: only versions are put), so what it
misses is the workspace."""
