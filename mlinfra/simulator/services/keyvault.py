"""Microsoft.KeyVault: vaults and their access policies.

Wire facts: the REST specification 2023-07-01 and recordings of azure-cli's key vault tests; the texts of
refusals from Microsoft's documentation (key-vault/general/common-error-codes) and azure-cli#29115.
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator.errors import ArmError, not_found
from mlinfra.simulator.kinds import Accept, Immutable, Kind, Names, Route, Service
from mlinfra.simulator.services import keyvault_deleted
from mlinfra.simulator.services.keyvault_shape import (
    POLICY,
    PROPERTIES,
    VAULT,
    VERSIONS,
    bad_request,
    required,
)
from mlinfra.simulator.shapes import Items, Object
from mlinfra.simulator.store import Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

RBAC_SINCE = "2026-02-01"
"""From here on a new vault has RBAC when nothing is said (key-vault/general/access-control-default)."""

CREATE = 25.0
"""Seconds; azurerm waits for DNS with a delay of 30 s."""


def _invalid_name(call: Call, name: str) -> ArmError:
    """D: key-vault/general/common-error-codes; the status is assumed."""
    text = (
        f"The vault name '{name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. "
        "The name must begin with a letter, end with a letter or digit, and not contain consecutive hyphens."
    )
    return ArmError(400, "VaultNameNotValid", text)


def _taken(call: Call, other: Resource | None) -> ArmError:
    """D: key-vault/general/common-error-codes; the status is assumed."""
    text = (
        f"The vault name '{call.path.name}' is already in use. Vault names are globally unique so it is "
        "possible that the name is already taken."
    )
    return ArmError(409, "VaultAlreadyExists", text)


def _retention(call: Call, old: Any, new: Any) -> ArmError:
    """Once set it stays (azurerm key_vault_resource.go); code and text: public templates that quote them."""
    return bad_request(
        'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.'
    )


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties = body["properties"]
    properties.pop("createMode", None)
    if prior is None:
        properties["vaultUri"] = f"https://{call.path.name.lower()}.vault.azure.net/"
        if call.api_version >= RBAC_SINCE:
            properties.setdefault("enableRbacAuthorization", True)
    if "accessPolicies" not in properties:
        if prior is None:
            raise bad_request("The parameter accessPolicies is not specified.")
        properties["accessPolicies"] = prior.properties.get("accessPolicies", [])
    if properties["enableSoftDelete"] is False:
        raise bad_request(
            'The property "enableSoftDelete" cannot be set to false. Enabling the soft delete '
            "functionality is an irreversible action."
        )
    if properties.get("enablePurgeProtection") is False:
        raise bad_request(
            'The property "enablePurgeProtection" cannot be set to false. Enabling the purge protection '
            "for a vault is an irreversible action."
        )
    acls = properties.get("networkAcls")
    if acls is not None:
        _networks(acls)
        if acls == _OPEN:
            del properties["networkAcls"]  # R: rules that allow everything are not answered


_OPEN = {"bypass": "AzureServices", "defaultAction": "Allow", "ipRules": [], "virtualNetworkRules": []}


def _networks(acls: dict[str, Any]) -> None:
    """Addresses get their mask, ids lose their casing, and a word that is only for writing goes (R)."""
    acls.setdefault("bypass", "AzureServices")
    acls.setdefault("defaultAction", "Allow")
    for rule in acls.setdefault("ipRules", []):
        if "/" not in rule["value"]:
            rule["value"] += "/32"
    acls["virtualNetworkRules"] = [{"id": rule["id"].lower()} for rule in acls.get("virtualNetworkRules", [])]


def _revive(call: Call, body: dict[str, Any]) -> Resource | None:
    return keyvault_deleted.revive(call, body, canonical_id(call, VAULTS))


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """Until DNS knows the vault its URI is answered without the last slash (R, since 2016-10-01)."""
    if resource.state == "RegisteringDns":
        body["properties"]["vaultUri"] = body["properties"]["vaultUri"].rstrip("/")


def _waits_for_dns(call: Call, resource: Resource) -> None:
    """A vault that waits for DNS takes writes (R: azure-cli test_keyvault_mgmt 8 and 10: 200)."""


VAULTS = Kind(
    type=VAULT,
    api_versions=VERSIONS,
    short={"*": "of keys only what wraps others, no secrets or certificates; network rules are kept"},
    refused=("keys", "secrets", "privateEndpointConnections", "privateLinkResources"),
    names=Names(
        pattern=re.compile(r"(?!.*--)[a-zA-Z][-a-zA-Z0-9]{1,22}[a-zA-Z0-9]"),
        invalid=_invalid_name,
        world=True,
        taken=_taken,
    ),
    shape=Object({"properties": PROPERTIES}, required=("properties",), refuse=required),
    defaults={
        "properties": {
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "publicNetworkAccess": "Enabled",
        }
    },
    computed=(
        ("properties", "vaultUri"),
        ("properties", "hsmPoolResourceId"),
        ("properties", "privateEndpointConnections"),
    ),
    immutable=(
        Immutable(path=("properties", "softDeleteRetentionInDays"), error=_retention),
        # never changed by an update that leaves them out
        Immutable(path=("properties", "enableRbacAuthorization"), error=_retention, same=lambda a, b: True),
        Immutable(path=("properties", "enablePurgeProtection"), error=_retention, same=lambda a, b: True),
    ),
    # R: 25 PUTs answered 200 RegisteringDns and no header to follow; the GET tells
    create=Accept(status=200, seconds=CREATE, running="RegisteringDns"),
    put=Accept(status=200),
    system_data=True,
    top=True,
    prepare=_prepare,
    revive=_revive,
    deleted=keyvault_deleted.bury,
    finished=keyvault_deleted.finish,
    render=_render,
    busy=_waits_for_dns,
)


def _check_name(call: Call) -> Answer:
    name = call.object().get("name")
    if not isinstance(name, str):
        raise bad_request("An invalid value was provided for 'name'.")
    if not VAULTS.names.pattern.fullmatch(name):
        message = "The vault name is invalid."
        return Answer(200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": message})
    if call.store.named(VAULT, name) or call.store.buried(VAULT, name):
        message = f"The name '{name}' is already in use."
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Answer(200, {"nameAvailable": True})


def _change_policies(call: Call) -> Answer:
    """``PUT …/accessPolicies/{add|replace|remove}``: the policies others wrote stay."""
    verb = call.path.name.lower()
    if verb not in ("add", "replace", "remove"):
        raise bad_request(f"An invalid value was provided for 'operationKind': '{call.path.name}'.")
    vault = call.store.get(call.path.parent)
    if vault is None:
        raise not_found(VAULT, call.path.names[:1], call.path.group)
    shape = Object(
        {"properties": Object({"accessPolicies": Items(POLICY, most=1024)}, required=("accessPolicies",))},
        required=("properties",),
        refuse=required,
    )
    sent = shape.read(call.object(), "")["properties"]["accessPolicies"]
    held = {_policy_key(one): one for one in vault.properties.get("accessPolicies", [])}
    for policy in sent:
        key = _policy_key(policy)
        if verb == "remove":
            held.pop(key, None)
        elif verb == "add" and key in held:
            held[key] = _joined(held[key], policy)
        else:
            held[key] = policy
    vault.properties["accessPolicies"] = list(held.values())
    vault.changed = call.now
    call.store.put(vault)
    body = {
        "id": f"{vault.id}/accessPolicies/",
        "type": "Microsoft.KeyVault/vaults/accessPolicies",
        "properties": {"accessPolicies": vault.properties["accessPolicies"]},
    }
    return Answer(200, body)


def _policy_key(policy: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(policy.get(key) or "").lower() for key in ("tenantId", "objectId", "applicationId"))


def _joined(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    permissions = dict(old["permissions"])
    for area, words in new["permissions"].items():
        held = [*(permissions.get(area) or [])]
        permissions[area] = held + [word for word in words or [] if word not in held]
    return {**old, "permissions": permissions}


SERVICE = Service(
    namespace="Microsoft.KeyVault",
    kinds=(VAULTS,),
    routes=(
        *keyvault_deleted.ROUTES,
        Route(method="POST", type="Microsoft.KeyVault/checkNameAvailability", handler=_check_name,
              api_versions=VERSIONS),
        Route(method="PUT", type=VAULT + "/accessPolicies", handler=_change_policies, api_versions=VERSIONS,
              item=True, group=True),
    ),
)  # fmt: skip
