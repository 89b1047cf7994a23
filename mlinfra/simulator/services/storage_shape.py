"""The body of a storage account: its keys, words and refusals (REST specification 2023-05-01)."""

from __future__ import annotations

from typing import Any

from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.identities import SHAPE as IDENTITY
from mlinfra.simulator.shapes import Anything, Bool, Items, Number, Object, Text

ACCOUNT = "Microsoft.Storage/storageAccounts"


RESULTS = (
    "/subscriptions/{subscription}/providers/Microsoft.Storage/locations/{location}"
    "/asyncoperations/{operation}"
)
"""Where a long operation of an account is followed."""


def bad_values(path: str, value: Any = None) -> ArmError:
    """The service's code for values it cannot read and keys it misses."""
    path = path.removeprefix("properties.")
    text = (
        f"Values for request parameters are invalid: {path}. "
        "For more information, see - https://aka.ms/storageaccountcreate"
    )
    return ArmError(400, "InvalidValuesForRequestParameters", text, target=path)


def bad_property(path: str, value: Any) -> ArmError:
    """The service's code for a value that is right by itself and not here."""
    text = (
        f"The value '{value}' is not allowed for property {path}. "
        "For more information, see - https://aka.ms/storageaccountupdate"
    )
    return ArmError(400, "InvalidRequestPropertyValue", text, target=path)


def _words(*among: str) -> Text:
    return Text(among=among, refuse=bad_values)


_SERVICE = Object({"enabled": Bool(), "keyType": _words("Service", "Account")})

_PROPERTIES = Object(
    {
        "allowedCopyScope": _words("PrivateLink", "AAD"),
        "publicNetworkAccess": _words("Enabled", "Disabled", "SecuredByPerimeter"),
        "sasPolicy": Object(
            {"sasExpirationPeriod": Text(), "expirationAction": _words("Log", "Block")},
            required=("sasExpirationPeriod", "expirationAction"),
            refuse=bad_values,
        ),
        "keyPolicy": Object(
            {"keyExpirationPeriodInDays": Number(0)},
            required=("keyExpirationPeriodInDays",),
            refuse=bad_values,
        ),
        "customDomain": Object({"name": Text(), "useSubDomainName": Bool()}),
        "encryption": Object(
            {
                "services": Object(
                    {"blob": _SERVICE, "file": _SERVICE, "table": _SERVICE, "queue": _SERVICE}
                ),
                "keySource": _words("Microsoft.Storage", "Microsoft.Keyvault"),
                "requireInfrastructureEncryption": Bool(),
                "keyvaultproperties": Object(
                    {"keyname": Text(), "keyversion": Text(), "keyvaulturi": Text()}
                ),
                "identity": Object({"userAssignedIdentity": Text(), "federatedIdentityClientId": Text()}),
            }
        ),
        "networkAcls": Object(
            {
                "bypass": Text(),
                "defaultAction": _words("Allow", "Deny"),
                "ipRules": Items(
                    Object(
                        {"value": Text(), "action": _words("Allow")}, required=("value",), refuse=bad_values
                    ),
                    most=400,
                ),
                "ipv6Rules": Items(Object({"value": Text(), "action": _words("Allow")})),
                "virtualNetworkRules": Items(
                    Object({"id": Text(), "action": _words("Allow")}, required=("id",), refuse=bad_values),
                    most=400,
                ),
                "resourceAccessRules": Items(Object({"tenantId": Text(), "resourceId": Text()}), most=200),
            }
        ),
        "accessTier": _words("Hot", "Cool", "Cold", "Premium"),
        "azureFilesIdentityBasedAuthentication": Object(
            {"directoryServiceOptions": _words("None", "AADDS", "AD", "AADKERB")}, open=True
        ),
        "supportsHttpsTrafficOnly": Bool(),
        "isSftpEnabled": Bool(),
        "isLocalUserEnabled": Bool(),
        "enableExtendedGroups": Bool(),
        "isHnsEnabled": Bool(),
        "largeFileSharesState": _words("Enabled", "Disabled"),
        "routingPreference": Object(
            {
                "routingChoice": _words("MicrosoftRouting", "InternetRouting"),
                "publishMicrosoftEndpoints": Bool(),
                "publishInternetEndpoints": Bool(),
            }
        ),
        "allowBlobPublicAccess": Bool(),
        "minimumTlsVersion": _words("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"),
        "allowSharedKeyAccess": Bool(),
        "isNfsV3Enabled": Bool(),
        "allowCrossTenantReplication": Bool(),
        "defaultToOAuthAuthentication": Bool(),
        "immutableStorageWithVersioning": Object(
            {
                "enabled": Bool(),
                "immutabilityPolicy": Object(
                    {
                        "immutabilityPeriodSinceCreationInDays": Number(1, 146000),
                        "state": _words("Unlocked", "Locked", "Disabled"),
                        "allowProtectedAppendWrites": Bool(),
                    }
                ),
            }
        ),
        "dnsEndpointType": _words("Standard", "AzureDnsZone"),
    }
)

SHAPE = Object(
    {
        "sku": Object(
            {
                "name": _words(
                    "Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Standard_GZRS",
                    "Standard_RAGZRS", "Premium_LRS", "Premium_ZRS", "StandardV2_LRS", "StandardV2_ZRS",
                    "StandardV2_GRS", "StandardV2_GZRS", "PremiumV2_LRS", "PremiumV2_ZRS",
                )
            },
            required=("name",),
            refuse=bad_values,
        ),
        "kind": _words("StorageV2", "BlockBlobStorage", "FileStorage", "BlobStorage", "Storage"),
        "identity": IDENTITY,
        "extendedLocation": Anything(),
        "zones": Items(Text()),
        "properties": _PROPERTIES,
    },
    required=("sku", "kind"),
    refuse=bad_values,
)  # fmt: skip

COMPUTED = tuple(
    ("properties", key)
    for key in (
        "creationTime", "keyCreationTime", "privateEndpointConnections", "primaryLocation", "statusOfPrimary",
        "primaryEndpoints", "primaryExtendedLocation", "secondaryLocation", "statusOfSecondary",
        "secondaryEndpoints", "provisioningState",
    )
)  # fmt: skip
"""Keys of the service alone."""
