"""The body of a registry: its keys, words and refusals (REST specification 2023-07-01)."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.identities import SHAPE as IDENTITY
from mlinfra.simulator.shapes import Bool, Items, Number, Object, Text


def bad(path: str, value: Any) -> ArmError:
    """The service's code for a value it does not take."""
    text = f"The value '{value}' of parameter '{path}' is invalid."
    return ArmError(400, "InvalidParameterValue", text, target=path)


def _word(*among: str) -> Text:
    return Text(among=among, refuse=bad)


def sku(path: str, value: Any) -> ArmError:
    """R: `az acr create --sku Classic`."""
    if str(value).lower() == "classic":
        text = "Classic SKU is now deprecated. Please select a managed SKU."
        refusal = ArmError(400, "ClassicSkuDeprecated", text)
        refusal.body = {"error": refusal.error(), "status": "Failed"}
        return refusal
    return bad(path, value)


_STATUS = Object({"status": _word("enabled", "disabled")})

PROPERTIES = Object(
    {
        "adminUserEnabled": Bool(),
        "publicNetworkAccess": _word("Enabled", "Disabled"),
        "networkRuleSet": Object(
            {
                "defaultAction": _word("Allow", "Deny"),
                "ipRules": Items(
                    Object({"action": _word("Allow"), "value": Text()}, required=("value",)), most=200
                ),
            }
        ),
        "networkRuleBypassOptions": _word("AzureServices", "None"),
        "networkRuleBypassAllowedForTasks": Bool(),
        "policies": Object(
            {
                "quarantinePolicy": _STATUS,
                "trustPolicy": Object({"type": _word("Notary"), "status": _word("enabled", "disabled")}),
                "retentionPolicy": Object({"days": Number(0, 365), "status": _word("enabled", "disabled")}),
                "exportPolicy": _STATUS,
                "azureADAuthenticationAsArmPolicy": _STATUS,
                "softDeletePolicy": Object(
                    {"retentionDays": Number(1, 90), "status": _word("enabled", "disabled")}
                ),
            }
        ),
        "encryption": Object(
            {
                "status": _word("enabled", "disabled"),
                "keyVaultProperties": Object({"keyIdentifier": Text(), "identity": Text()}),
            }
        ),
        "zoneRedundancy": _word("Enabled", "Disabled"),
        "anonymousPullEnabled": Bool(),
        "dataEndpointEnabled": Bool(),
        "roleAssignmentMode": _word("LegacyRegistryPermissions", "AbacRepositoryPermissions"),
    }
)

SHAPE = Object(
    {
        "sku": Object({"name": Text(among=("Basic", "Standard", "Premium"), refuse=sku)}, required=("name",)),
        "identity": IDENTITY,
        "properties": PROPERTIES,
    },
    required=("sku",),
)
