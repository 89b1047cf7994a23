"""Locations that do not exist, or not for this type."""

from __future__ import annotations

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

_NOWHERE = {"location": "atlantis"}

WRONG: dict[str, Refused | Never] = {
    GROUP: Refused(
        400,
        "LocationNotAvailableForResourceGroup",
        "S:resources.json ResourceGroup.location; the code is assumed, by that of resources",
        over=_NOWHERE,
    ),
    **dict(
        of_all(
            (ACCOUNT, VAULT, LOGS, INSIGHTS, REGISTRY, IDENTITY, WORKSPACE),
            Refused(
                400,
                "LocationNotAvailableForResourceType",
                "T:Azure/azure-sdk-for-net CognitiveServices.Tests expects the code; the status is assumed",
                over=_NOWHERE,
            ),
        )
    ),
    COMPUTE: Refused(
        400,
        "LocationNotAvailableForResourceType",
        "S:ComputeResource.location; the code as for tracked types, assumed",
        over=_NOWHERE,
    ),
    **dict(
        of_all(
            (
                BLOBS,
                FILES,
                CONTAINER,
                SHARE,
                CREDENTIAL,
                DATASTORE,
                ENVIRONMENT,
                ENVIRONMENT_VERSION,
                DATA,
                DATA_VERSION,
            ),
            Never("S: a proxy resource, which has no location"),
        )
    ),
    **dict(
        of_all((ASSIGNMENT, DEFINITION, LOCK), Never("S: an extension of another resource, without location"))
    ),
}
