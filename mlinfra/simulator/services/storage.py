"""Microsoft.Storage: storage accounts.

Wire facts: the REST specification 2023-05-01 and recordings of azure-cli's storage tests (72 creations);
which keys can change: the specification's mutability and terraform-provider-azurerm's ForceNew.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator import identities
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.ids import parse
from mlinfra.simulator.kinds import Accept, Immutable, Kind, Names, Polling, ResultUrl, Route, Service
from mlinfra.simulator.services import storage_children, storage_keys, storage_moves, storage_services
from mlinfra.simulator.services.storage_body import directory, encryption, endpoints, networks
from mlinfra.simulator.services.storage_catalogue import list_skus, list_usages
from mlinfra.simulator.services.storage_deleted import (
    SHARE,
    bury_account,
    forget_account,
    get_account,
    list_accounts,
    restore_share,
)
from mlinfra.simulator.services.storage_shape import (
    ACCOUNT,
    COMPUTED,
    RESULTS,
    SHAPE,
    bad_property,
    bad_values,
)
from mlinfra.simulator.store import Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

VERSIONS = (
    "2026-04-01", "2025-08-01", "2025-06-01", "2025-01-01", "2024-01-01", "2023-05-01", "2023-04-01",
    "2023-01-01", "2022-09-01", "2022-05-01", "2021-09-01", "2021-08-01", "2021-06-01", "2021-04-01",
    "2021-02-01", "2021-01-01", "2019-06-01", "2019-04-01", "2018-11-01", "2018-07-01", "2018-02-01",
    "2017-10-01", "2017-06-01", "2016-12-01", "2016-05-01", "2016-01-01", "2015-06-15",
)  # fmt: skip

CREATE = 17.0
"""Seconds: 72 recorded creations took 17 to 34 s, most of them one wait of the Retry-After."""

_CONVERTIBLE = (
    frozenset({"Standard_LRS", "Standard_GRS", "Standard_RAGRS"}),
    frozenset({"Standard_ZRS", "Standard_GZRS", "Standard_RAGZRS"}),
)
"""Replications that a write can exchange; crossing is a migration (documentation redundancy-migration)."""


def _read_only(key: str) -> Any:
    """D: the error codes of Create in rest/api/storagerp (400)."""

    def make(call: Call, old: Any, new: Any) -> ArmError:
        text = (
            f"The property '{key}' was specified in the input, but it cannot be updated as it is read-only. "
            "For more information, see - https://aka.ms/storageaccountupdate"
        )
        return ArmError(400, "AccountPropertyCannotBeUpdated", text, target=key)

    return make


def _convertible(old: Any, new: Any) -> bool:
    return bool(old == new) or any(old in group and new in group for group in _CONVERTIBLE)


def _upgradable(old: Any, new: Any) -> bool:
    return bool(old == new) or (old in ("Storage", "BlobStorage") and new == "StorageV2")


def _fixed(*path: str, strict: bool = True) -> Immutable:
    return Immutable(path=path, error=_read_only(path[-1]), strict=strict)


_IMMUTABLE = (
    Immutable(path=("sku", "name"), error=_read_only("sku.name"), same=_convertible),
    Immutable(path=("kind",), error=_read_only("kind"), same=_upgradable),
    _fixed("extendedLocation"),
    _fixed("properties", "isHnsEnabled"),
    _fixed("properties", "isNfsV3Enabled"),
    _fixed("properties", "dnsEndpointType"),
    _fixed("properties", "encryption", "requireInfrastructureEncryption"),
    # specification: EncryptionService.keyType, x-ms-mutability create and read
    *(
        _fixed("properties", "encryption", "services", one, "keyType")
        for one in ("blob", "file", "queue", "table")
    ),
    _fixed("properties", "immutableStorageWithVersioning", "enabled"),
)


def _invalid_name(call: Call, name: str) -> ArmError:
    """D: error-storage-account-name."""
    text = (
        f"{name} is not a valid storage account name. Storage account name must be between 3 and 24 "
        "characters in length and use numbers and lower-case letters only."
    )
    return ArmError(400, "AccountNameInvalid", text)


def _taken(call: Call, other: Resource) -> ArmError:
    """D: error-storage-account-name, and the error codes of Create in rest/api/storagerp (409)."""
    name = call.path.name
    if parse(other.id).subscription.lower() == call.path.subscription.lower():
        text = f"The account {name} is already in another resource group in this subscription."
        return ArmError(409, "StorageAccountInAnotherResourceGroup", text)
    text = f"The storage account named {name} is already taken."
    return ArmError(409, "StorageAccountAlreadyTaken", text)


def _busy(call: Call, resource: Resource) -> None:
    """D: the error codes of Create in rest/api/storagerp (409)."""
    text = "An operation is currently performing on this storage account that requires exclusive access."
    raise ArmError(409, "StorageAccountOperationInProgress", text)


# -- what is kept ------------------------------------------------------------------------------------------


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties, sku, kind = body["properties"], body["sku"], body["kind"]
    sku["tier"] = sku["name"].partition("_")[0].removesuffix("V2")
    premium = kind in ("BlockBlobStorage", "FileStorage")
    if premium != sku["name"].startswith("Premium") and not (
        kind == "StorageV2" and "Premium" in sku["name"]
    ):
        raise bad_values("sku.name")
    if kind != "Storage":
        tier = "Premium" if sku["tier"] == "Premium" else "Hot"
        if properties.setdefault("accessTier", tier) != tier and sku["tier"] == "Premium":
            raise bad_property("accessTier", properties["accessTier"])
    elif "accessTier" in properties:
        raise bad_property("accessTier", properties["accessTier"])
    if properties.get("largeFileSharesState") == "Disabled":
        raise bad_property("largeFileSharesState", "Disabled")
    for key in ("isSftpEnabled", "isNfsV3Enabled"):
        if properties.get(key) and not properties.get("isHnsEnabled"):
            raise bad_property(key, True)
    networks(properties["networkAcls"])
    directory(properties)
    encryption(call, properties["encryption"], body.get("identity"), prior)
    id = prior.id if prior is not None else canonical_id(call, ACCOUNTS)
    identities.attach(call, body, prior, id)
    if prior is None:
        now = call.world.stamp()
        properties["creationTime"] = now
        properties["keyCreationTime"] = {"key1": now, "key2": now}
        properties["privateEndpointConnections"] = []
        properties["primaryLocation"] = body["location"]
        properties["statusOfPrimary"] = "available"
    endpoints(call.ids, call.path.name, body)
    if "extendedLocation" in body:
        properties["primaryExtendedLocation"] = body["extendedLocation"]


def _created(call: Call, resource: Resource) -> None:
    storage_keys.make_keys(call, resource)
    forget_account(call)
    call.store.put(resource)


# -- what is asked beside ----------------------------------------------------------------------------------


def _check_name(call: Call) -> Answer:
    body = call.object()
    name = body.get("name")
    if not isinstance(name, str) or str(body.get("type", "")).lower() != ACCOUNT.lower():
        raise bad_values("name" if not isinstance(name, str) else "type")
    if not ACCOUNTS.names.pattern.fullmatch(name):
        message = _invalid_name(call, name).message
        return Answer(200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": message})
    if call.store.named(ACCOUNT, name):
        message = f"The storage account named {name} is already taken."
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Answer(200, {"nameAvailable": True})


POLLING = Polling(
    name="storage.account",
    result=ResultUrl(
        path=RESULTS,
        query={"monitor": "true"},
    ),
)

REFUSED = (
    "accountMigrations", "encryptionScopes", "inventoryPolicies", "localUsers", "managementPolicies",
    "networkSecurityPerimeterConfigurations", "objectReplicationPolicies", "privateEndpointConnections",
    "privateLinkResources", "queueServices", "reports", "restoreBlobRanges", "startAccountMigration",
    "storageTaskAssignments", "tableServices",
)  # fmt: skip
"""What Azure has below an account and the simulator has not."""

ACCOUNTS = Kind(
    type=ACCOUNT,
    api_versions=VERSIONS,
    short={"*": "network rules and encryption are checked and kept; data is not held to them"},
    refused=REFUSED,
    names=Names(pattern=re.compile(r"[a-z0-9]{3,24}"), invalid=_invalid_name, world=True, taken=_taken),
    shape=SHAPE,
    tags=15,
    envelope=("sku", "kind", "identity", "extendedLocation", "zones"),
    defaults={
        "properties": {
            "allowCrossTenantReplication": False,
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": False,
            "networkAcls": {
                "ipv6Rules": [],
                "bypass": "AzureServices",
                "virtualNetworkRules": [],
                "ipRules": [],
                "defaultAction": "Allow",
            },
            "supportsHttpsTrafficOnly": True,
            "encryption": {
                "services": {"file": {"keyType": "Account"}, "blob": {"keyType": "Account"}},
                "keySource": "Microsoft.Storage",
            },
        }
    },
    computed=COMPUTED,
    immutable=_IMMUTABLE,
    update="merge",
    # R: nothing but a Location to follow; 202 without body there too, until it answers the account
    create=Accept(
        status=202, headers=("location",), seconds=CREATE, running="Creating", body=False, retry_after=17
    ),
    polling=POLLING,
    actions={**storage_keys.ACTIONS, **storage_moves.ACTIONS},
    prepare=_prepare,
    created=_created,
    deleted=bury_account,
    finished=storage_moves.finish,
    busy=_busy,
)

SERVICE = Service(
    namespace="Microsoft.Storage",
    kinds=(ACCOUNTS, *storage_services.kinds(VERSIONS), *storage_children.kinds(VERSIONS)),
    routes=(
        Route(method="POST", type="Microsoft.Storage/checkNameAvailability", handler=_check_name,
              api_versions=VERSIONS),
        Route(method="GET", type="Microsoft.Storage/skus", handler=list_skus, api_versions=VERSIONS,
              short="without capabilities; every SKU is in every region"),
        Route(method="GET", type="Microsoft.Storage/locations/usages", handler=list_usages,
              api_versions=VERSIONS),
        Route(method="GET", type="Microsoft.Storage/deletedAccounts", handler=list_accounts,
              api_versions=VERSIONS),
        Route(method="GET", type="Microsoft.Storage/locations/deletedAccounts", handler=get_account,
              api_versions=VERSIONS, item=True),
        Route(method="POST", type=f"{SHARE}/restore", handler=restore_share, api_versions=VERSIONS,
              group=True, short="the last deletion of a name alone"),
    ),
)  # fmt: skip
