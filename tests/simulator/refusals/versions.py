"""Api-versions that a type does not have."""

from __future__ import annotations

from tests.simulator.refusals.row import BY_TYPE, GROUP, Never, Refused

UNKNOWN: dict[str, Refused | Never] = {
    **{
        type_: Refused(
            400,
            "NoRegisteredProviderFound",
            "D:azure-resource-manager/troubleshooting/common-deployment-errors and "
            "error-register-resource-provider",
            version="2099-01-01",
        )
        for type_ in BY_TYPE
    },
    GROUP: Refused(
        400,
        "InvalidApiVersionParameter",
        "T:clients that handle it for ARM's own types; 400 is assumed",
        version="2099-01-01",
    ),
}
