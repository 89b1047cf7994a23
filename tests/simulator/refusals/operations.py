"""Operations that nobody started, asked for by an id that is too long to be one."""

from __future__ import annotations

from conformance.fuzz.samples import REGISTRY as ACR
from conformance.fuzz.samples import SUBSCRIPTION
from tests.simulator.refusals.row import (
    ACCOUNT,
    ASSIGNMENT,
    BLOBS,
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
    of_all,
)  # fmt: skip

_LONG = "x" * 400
_GONE = (
    "S:common-types OperationIdParameter with a default error; that an operation which is not kept is a 404: "
    "Azure/azure-resource-manager-rpc async-api-reference; the code is assumed"
)


def _asked(path: str, made: bool = False) -> Refused:
    return Refused(404, "OperationNotFound", _GONE, id=f"{path}/{_LONG}", method="GET", made=made)


def _at(namespace: str, word: str) -> Refused:
    return _asked(f"{SUBSCRIPTION}/providers/{namespace}/locations/westeurope/{word}")


TOO_LONG: dict[str, Refused | Never] = {
    GROUP: _asked(f"{SUBSCRIPTION}/operationresults"),
    ACCOUNT: _at("Microsoft.Storage", "asyncoperations"),
    VAULT: _at("Microsoft.KeyVault", "operationResults"),
    REGISTRY: _asked(f"{ACR}/operationStatuses", made=True),
    WORKSPACE: _at("Microsoft.MachineLearningServices", "workspaceOperationsStatus"),
    COMPUTE: _at("Microsoft.MachineLearningServices", "computeOperationsStatus"),
    LOGS: Never(
        "S:Workspaces_CreateOrUpdate and the recorded answers: it is its own operation, no id of one "
        "is in its URL"
    ),
    **dict(
        of_all(
            (
                BLOBS,
                FILES,
                CONTAINER,
                SHARE,
                INSIGHTS,
                IDENTITY,
                CREDENTIAL,
                ASSIGNMENT,
                DEFINITION,
                LOCK,
                DATASTORE,
                ENVIRONMENT,
                ENVIRONMENT_VERSION,
                DATA,
                DATA_VERSION,
            ),
            Never("S and the recorded answers: done at once, so there are no operations to ask for"),
        )
    ),
}
