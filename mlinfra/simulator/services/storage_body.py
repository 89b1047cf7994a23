"""What the storage service makes of an account's body: rules completed, addresses, places.

Sources as in `storage`.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from mlinfra.simulator.ids import Ids
from mlinfra.simulator.services.storage_shape import bad_values
from mlinfra.simulator.store import Resource
from mlinfra.simulator.world import Call

PAIRS = {
    "westeurope": "northeurope", "eastus": "westus", "eastus2": "centralus", "westus2": "westcentralus",
    "northcentralus": "southcentralus", "uksouth": "ukwest", "francecentral": "francesouth",
    "germanywestcentral": "germanynorth", "swedencentral": "swedensouth", "norwayeast": "norwaywest",
    "switzerlandnorth": "switzerlandwest", "japaneast": "japanwest", "australiaeast": "australiasoutheast",
    "canadacentral": "canadaeast", "southeastasia": "eastasia", "centralindia": "southindia",
    "eastus2euap": "centraluseuap", "koreacentral": "koreasouth",
    "southafricanorth": "southafricawest", "uaenorth": "uaecentral",
}  # fmt: skip
"""Paired regions (documentation reliability/cross-region-replication-azure), for the secondary endpoints."""
PAIRS |= {second: first for first, second in PAIRS.items()}


def networks(acls: dict[str, Any]) -> None:
    """Check the network rules and complete them. Raises ArmError 400."""
    words = [word.strip() for word in acls["bypass"].split(",")]
    known = {"none": "None", "logging": "Logging", "metrics": "Metrics", "azureservices": "AzureServices"}
    if any(word.lower() not in known for word in words) or (
        len(words) > 1 and "none" in map(str.lower, words)
    ):
        raise bad_values("networkAcls.bypass")
    acls["bypass"] = ", ".join(known[word.lower()] for word in words)
    for rule in acls["ipRules"]:
        _address(rule["value"])
        rule.setdefault("action", "Allow")
    for rule in acls["virtualNetworkRules"]:
        rule.setdefault("action", "Allow")
        rule["state"] = "Succeeded"


def _address(text: str) -> None:
    """Public IPv4 only, no /31 and /32 (documentation storage-network-security, limitations)."""
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise bad_values("networkAcls.ipRule[*].value") from None
    private = any(
        network.subnet_of(ipaddress.IPv4Network(one))
        for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
    )
    if private or ("/" in text and network.prefixlen > 30):
        raise bad_values("networkAcls.ipRule[*].value")


def encryption(call: Call, found: dict[str, Any], identity: Any, prior: Resource | None) -> None:
    """Complete the encryption. Tables and queues have a service's key by default, which is not shown (R:
    test_storage_create_with_encryption_key_type). Raises ArmError 400."""
    for name in ("table", "queue"):
        if found["services"].get(name, {}).get("keyType", "Service") == "Service":
            found["services"].pop(name, None)
    before = prior.properties["encryption"]["services"] if prior is not None else {}
    for name, service in found["services"].items():
        held = before.get(name, {})
        service["enabled"] = True
        service["lastEnabledTime"] = held.get("lastEnabledTime", call.world.stamp())
        service.setdefault("keyType", held.get("keyType", "Account"))
    if found["keySource"] == "Microsoft.Keyvault":
        held = found.get("keyvaultproperties") or {}
        if not held.get("keyname") or not held.get("keyvaulturi"):
            raise bad_values("encryption.keyvaultproperties")
    else:
        found.pop("keyvaultproperties", None)


def endpoints(ids: Ids, name: str, body: dict[str, Any]) -> None:
    """The addresses and places that follow from kind, SKU and primary location."""
    properties, name, sku = body["properties"], name.lower(), body["sku"]["name"]
    zone = f"z{int(ids.fixed('zone', body['location'])[:4], 16) % 60 + 1}"
    kinds = {
        "Storage": ("blob", "queue", "table", "file"),
        "BlobStorage": ("dfs", "blob", "table"),
        "BlockBlobStorage": ("dfs", "web", "blob"),
        "FileStorage": ("file",),
        "StorageV2": ("dfs", "web", "blob", "queue", "table", "file"),
    }[body["kind"]]
    if sku.startswith("Premium") and body["kind"] == "StorageV2":
        kinds = ("web", "blob")

    def urls(host: str, words: tuple[str, ...]) -> dict[str, str]:
        return {
            word: f"https://{host}.{zone + '.' if word == 'web' else ''}{word}.core.windows.net/"
            for word in words
        }

    properties["primaryEndpoints"] = urls(name, kinds)
    for key in ("secondaryLocation", "statusOfSecondary", "secondaryEndpoints"):
        properties.pop(key, None)
    pair = PAIRS.get(properties["primaryLocation"])
    if "G" in sku.partition("_")[2].removeprefix("RA") and pair is not None:
        properties["secondaryLocation"], properties["statusOfSecondary"] = pair, "available"
        if "RAG" in sku:
            without_files = tuple(word for word in kinds if word != "file")
            properties["secondaryEndpoints"] = urls(f"{name}-secondary", without_files)


def directory(properties: dict[str, Any]) -> None:
    """Kerberos by Entra ID needs no more than the domain; the rest is answered blank (R:
    test_create_storage_account_with_files_aadkerb_true)."""
    files = properties.get("azureFilesIdentityBasedAuthentication") or {}
    known = files.get("activeDirectoryProperties")
    if files.get("directoryServiceOptions") == "AADKERB" and isinstance(known, dict):
        for key in ("netBiosDomainName", "forestName", "domainSid", "azureStorageSid"):
            known.setdefault(key, " ")
