"""The body of a vault: its keys, words and refusals (REST specification 2023-07-01)."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import GUID
from mlinfra.simulator.shapes import Bool, Items, Number, Object, Text

VERSIONS = (
    "2026-02-01", "2025-05-01", "2024-11-01", "2023-07-01", "2023-02-01", "2022-11-01", "2022-07-01",
    "2021-10-01", "2019-09-01", "2018-02-14", "2016-10-01", "2015-06-01",
)  # fmt: skip

VAULT = "Microsoft.KeyVault/vaults"


def bad_request(text: str) -> ArmError:
    """The service's one code for bodies it refuses."""
    return ArmError(400, "BadRequest", text)


def bad_value(path: str, value: Any) -> ArmError:
    """The refusal of a value (documentation common-error-codes)."""
    return bad_request(f"An invalid value was provided for '{path.rpartition('.')[2]}'.")


def required(path: str) -> ArmError:
    """The refusal of a body without a key it must have: the same words."""
    return bad_request(f"An invalid value was provided for '{path.rpartition('.')[2]}'.")


_words = Items(Text())

POLICY = Object(
    {
        "tenantId": Text(pattern=GUID.pattern, refuse=bad_value),
        "objectId": Text(),
        "applicationId": Text(pattern=GUID.pattern, refuse=bad_value),
        "permissions": Object({"keys": _words, "secrets": _words, "certificates": _words, "storage": _words}),
    },
    required=("tenantId", "objectId", "permissions"),
    refuse=required,
)

PROPERTIES = Object(
    {
        "tenantId": Text(pattern=GUID.pattern, refuse=bad_value),
        "sku": Object(
            {
                "family": Text(among=("A",), refuse=bad_value),
                "name": Text(among=("standard", "premium"), refuse=bad_value),
            },
            required=("family", "name"),
            refuse=required,
        ),
        "accessPolicies": Items(POLICY, most=1024),
        "enabledForDeployment": Bool(),
        "enabledForDiskEncryption": Bool(),
        "enabledForTemplateDeployment": Bool(),
        "enableSoftDelete": Bool(),
        "softDeleteRetentionInDays": Number(7, 90, refuse=bad_value),
        "enableRbacAuthorization": Bool(),
        "enablePurgeProtection": Bool(),
        "createMode": Text(among=("default", "recover"), refuse=bad_value),
        "publicNetworkAccess": Text(),
        "networkAcls": Object(
            {
                "bypass": Text(among=("AzureServices", "None"), refuse=bad_value),
                "defaultAction": Text(among=("Allow", "Deny"), refuse=bad_value),
                "ipRules": Items(Object({"value": Text()}, required=("value",), refuse=required)),
                "virtualNetworkRules": Items(
                    Object(
                        {"id": Text(), "ignoreMissingVnetServiceEndpoint": Bool()},
                        required=("id",),
                        refuse=required,
                    )
                ),
            }
        ),
    },
    required=("tenantId", "sku"),
    refuse=required,
)
