"""Microsoft.ContainerRegistry: registries.

Wire facts: the REST specification 2023-07-01 and recordings of azure-cli's acr tests (the operation of a
creation is polled with 200 Creating, then 200 Succeeded, and each poll repeats the header).
"""

from __future__ import annotations

import re
from typing import Any

from mlinfra.simulator import identities
from mlinfra.simulator.clock import moment
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.kinds import Accept, Action, Immutable, Kind, Names, Polling, Route, Service, StatusUrl
from mlinfra.simulator.services.registry_shape import SHAPE, bad
from mlinfra.simulator.services.registry_usages import list_usages
from mlinfra.simulator.store import Operation, Resource
from mlinfra.simulator.verbs import canonical_id
from mlinfra.simulator.wire import Answer
from mlinfra.simulator.world import Call

VERSIONS = (
    "2025-11-01", "2025-04-01", "2023-11-01-preview", "2023-07-01", "2022-12-01", "2021-09-01",
    "2021-08-01-preview", "2019-12-01-preview", "2019-05-01", "2017-10-01",
)  # fmt: skip

REGISTRY = "Microsoft.ContainerRegistry/registries"

CREATE = 8.0
"""Seconds; recorded with 1 to 12 s."""

UPDATE = 8.0
"""Seconds of a PATCH that takes time; its recording has no dates (assumed like a creation)."""


def _invalid_name(call: Call, name: str) -> ArmError:
    """Specification: RegistryName; the code is assumed."""
    text = f"A registry name has 5 to 50 characters, all of them letters or digits: '{name}'."
    return ArmError(400, "InvalidResourceName", text)


def _taken(call: Call, other: Resource) -> ArmError:
    """The text of azure-cli#13951; that its status is 409 is likely, not recorded."""
    text = (
        f"The registry DNS name {call.path.name.lower()}.azurecr.io is already in use. You can check if the "
        "name is already claimed using following API: "
        "https://docs.microsoft.com/en-us/rest/api/containerregistry/registries/checknameavailability"
    )
    return ArmError(409, "AlreadyInUse", text)


def _zones(call: Call, old: Any, new: Any) -> ArmError:
    """D: container-registry/zone-redundancy (set when it is created); the code is assumed."""
    text = f"The zone redundancy of registry '{call.path.name}' is '{old}' and cannot be changed to '{new}'."
    return ArmError(400, "CannotChangeZoneRedundancy", text)


def _needs(feature: str, skus: str) -> ArmError:
    text = f"The feature '{feature}' is only supported for a registry of SKU {skus}."
    return ArmError(400, "FeatureNotSupportedForSku", text)


def _check_sku(name: str, properties: dict[str, Any]) -> None:
    """What only some SKUs have (documentation container-registry-skus); a downgrade is refused likewise."""
    if name != "Premium":
        rules = properties.get("networkRuleSet", {})
        policies = properties["policies"]
        wanted = {
            "publicNetworkAccess": properties["publicNetworkAccess"] == "Disabled",
            "networkRuleSet": rules.get("defaultAction") == "Deny" or bool(rules.get("ipRules")),
            "zoneRedundancy": properties["zoneRedundancy"] == "Enabled",
            "dataEndpointEnabled": properties["dataEndpointEnabled"],
            "encryption": properties["encryption"]["status"] == "enabled",
            "policies.retentionPolicy": policies["retentionPolicy"]["status"] == "enabled",
            "policies.trustPolicy": policies["trustPolicy"]["status"] == "enabled",
            "policies.exportPolicy": policies["exportPolicy"]["status"] == "disabled",
        }
        for feature, on in wanted.items():
            if on:
                raise _needs(feature, "Premium")
    if name == "Basic" and properties["anonymousPullEnabled"]:
        raise _needs("anonymousPullEnabled", "Standard or Premium")


def _prepare(call: Call, body: dict[str, Any], prior: Resource | None) -> None:
    properties, sku = body["properties"], body["sku"]
    sku["tier"] = sku["name"]
    _check_sku(sku["name"], properties)
    policies = properties["policies"]
    if policies["exportPolicy"]["status"] == "disabled" and properties["publicNetworkAccess"] == "Enabled":
        raise bad("properties.policies.exportPolicy.status", "disabled")
    if sku["name"] == "Premium":
        rules = properties.setdefault("networkRuleSet", {})
        rules.setdefault("defaultAction", "Allow")
        for rule in rules.setdefault("ipRules", []):
            rule.setdefault("action", "Allow")
    else:
        properties.pop("networkRuleSet", None)
    before = prior.properties["policies"] if prior is not None else {}
    for key, days in (("retentionPolicy", "days"), ("softDeletePolicy", "retentionDays")):
        held = before.get(key, {})
        same = all(held.get(name) == policies[key].get(name) for name in (days, "status"))
        policies[key]["lastUpdatedTime"] = held["lastUpdatedTime"] if same else _moment(call)
    id = prior.id if prior is not None else canonical_id(call, REGISTRIES)
    identities.attach(call, body, prior, id, ", ")
    if (
        properties["encryption"]["status"] == "enabled"
        and "keyVaultProperties" not in properties["encryption"]
    ):
        raise bad("properties.encryption.keyVaultProperties", None)
    if properties["encryption"]["status"] == "enabled":
        _keep_key(call, properties["encryption"]["keyVaultProperties"], prior, id)
    host = call.path.name.lower()
    if prior is None:
        properties["loginServer"] = f"{host}.azurecr.io"
        properties["creationDate"] = call.world.stamp()
        properties["privateEndpointConnections"] = []
    ends = [f"{host}.{body['location']}.data.azurecr.io"] if properties["dataEndpointEnabled"] else []
    properties["dataEndpointHostNames"] = ends


def _keep_key(call: Call, key: dict[str, Any], prior: Resource | None, id: str) -> None:
    """A key is shown with the version in use; without one in its identifier the service follows its newest
    (R: test_acr_encryption_with_cmk; the specification: KeyVaultProperties)."""
    before = (prior.properties["encryption"].get("keyVaultProperties") or {}) if prior is not None else {}
    identifier = str(key.get("keyIdentifier", ""))
    key["keyRotationEnabled"] = (
        len(identifier.rstrip("/").split("/")) < 6
    )  # https://{vault}/keys/{name}/{version}
    if before.get("keyIdentifier") == identifier:
        key["versionedKeyIdentifier"] = before["versionedKeyIdentifier"]
        if "lastKeyRotationTimestamp" in before:
            key["lastKeyRotationTimestamp"] = before["lastKeyRotationTimestamp"]
        return
    newest = call.ids.guid("key version", id).replace("-", "")
    key["versionedKeyIdentifier"] = f"{identifier}/{newest}" if key["keyRotationEnabled"] else identifier
    if before:
        key["lastKeyRotationTimestamp"] = _moment(call)


def _moment(call: Call) -> str:
    return f"{moment(call.now):%Y-%m-%dT%H:%M:%S.%f}0+00:00"


def _render(call: Call, resource: Resource, body: dict[str, Any]) -> None:
    """Keys that came with a later or a preview version stay away from earlier ones."""
    policies = dict(body["properties"]["policies"])
    version = call.api_version
    if version.endswith("-preview"):
        body["properties"]["metadataSearch"] = "Disabled"
    else:
        policies.pop("softDeletePolicy")
        if version < "2025-04-01":
            policies.pop("azureADAuthenticationAsArmPolicy")
    if version < "2025-11-01":
        body["properties"].pop("networkRuleBypassAllowedForTasks")
        body["properties"].pop("roleAssignmentMode")
    body["properties"]["policies"] = policies


def _created(call: Call, resource: Resource) -> None:
    resource.data["passwords"] = [_password(call, resource) for _ in range(2)]
    call.store.put(resource)


def _password(call: Call, resource: Resource) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return "".join(letters[byte % 64] for byte in call.ids.secret(52, "password", resource.id))


def _credentials(call: Call, resource: Resource) -> Answer:
    if not resource.properties["adminUserEnabled"]:
        text = f"Failed to list credentials of registry '{resource.name}': the admin user is disabled."
        raise ArmError(400, "UnAuthorizedForCredentialOperations", text)
    first, second = resource.data["passwords"]
    passwords = [{"name": "password", "value": first}, {"name": "password2", "value": second}]
    return Answer(200, {"username": resource.name, "passwords": passwords})


def _regenerate(call: Call, resource: Resource) -> Answer:
    name = call.object().get("name")
    if name not in ("password", "password2"):
        raise bad("name", name)
    resource.data["passwords"][int(name == "password2")] = _password(call, resource)
    call.store.put(resource)
    return _credentials(call, resource)


def _check_name(call: Call) -> Answer:
    body = call.object()
    name = body.get("name")
    if not isinstance(name, str) or str(body.get("type", "")).lower() != REGISTRY.lower():
        raise bad("name" if not isinstance(name, str) else "type", body.get("type"))
    if not REGISTRIES.names.pattern.fullmatch(name):
        message = _invalid_name(call, name).message
        return Answer(200, {"nameAvailable": False, "reason": "Invalid", "message": message})
    if call.store.named(REGISTRY, name):
        message = f"The registry {name} is already in use."
        return Answer(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Answer(200, {"nameAvailable": True})


def _status_body(operation: Operation, status: str) -> dict[str, Any]:
    return {"status": status}


def _create(call: Call) -> Accept:
    """R: versions before 2020 answer 200 Succeeded at once."""
    if call.api_version < "2020":
        return Accept(status=200)
    return Accept(status=201, headers=("async",), seconds=CREATE, running="Creating")


def _patch(call: Call, prior: Resource) -> Accept:
    """R: 200 at once, but 201 and an operation for one that names anonymousPullEnabled, changed or not."""
    named = {key.lower(): value for key, value in call.object().items()}.get("properties") or {}
    if any(key.lower() == "anonymouspullenabled" for key in named):
        return Accept(status=201, headers=("async",), seconds=UPDATE, running="Updating")
    return Accept(status=200)


POLLING = Polling(
    name="containerregistry.registry",
    operation="registries-{guid}",
    status=StatusUrl(
        path="{resource}/operationStatuses/{operation}",
        status={"create": "Creating", "delete": "Deleting", "*": "Updating"},
        render=_status_body,
        repeat=True,
    ),
)

_OFF = {"status": "disabled"}

REGISTRIES = Kind(
    type=REGISTRY,
    api_versions=VERSIONS,
    short={"*": "a registry holds no images"},
    refused=(
        "agentPools", "cacheRules", "connectedRegistries", "credentialSets", "generateCredentials",
        "importImage", "privateEndpointConnections", "privateLinkResources", "replications", "runs",
        "scopeMaps", "tasks", "tokens", "webhooks",
    ),
    names=Names(pattern=re.compile(r"[a-zA-Z0-9]{5,50}"), invalid=_invalid_name, world=True, taken=_taken),
    shape=SHAPE,
    envelope=("sku", "identity"),
    defaults={
        "properties": {
            "adminUserEnabled": False,
            "policies": {
                "quarantinePolicy": _OFF,
                "trustPolicy": {"type": "Notary", **_OFF},
                "retentionPolicy": {"days": 7, **_OFF},
                "exportPolicy": {"status": "enabled"},
                "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
                "softDeletePolicy": {"retentionDays": 7, **_OFF},
            },
            "encryption": _OFF,
            "dataEndpointEnabled": False,
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
            "networkRuleBypassAllowedForTasks": False,
            "zoneRedundancy": "Disabled",
            "anonymousPullEnabled": False,
            "roleAssignmentMode": "LegacyRegistryPermissions",
        }
    },
    computed=tuple(
        ("properties", key)
        for key in (
            "loginServer", "creationDate", "provisioningState", "status", "dataEndpointHostNames",
            "privateEndpointConnections",
        )
    ),
    immutable=(Immutable(path=("properties", "zoneRedundancy"), error=_zones),),
    create=_create,
    patch=_patch,
    polling=POLLING,
    system_data=True,
    prepare=_prepare,
    created=_created,
    render=_render,
    actions={
        "listCredentials": Action(handler=_credentials),
        "regenerateCredential": Action(handler=_regenerate),
        "listUsages": Action(handler=list_usages, method="GET", short="the registry holds nothing"),
    },
)  # fmt: skip

SERVICE = Service(
    namespace="Microsoft.ContainerRegistry",
    kinds=(REGISTRIES,),
    routes=(
        Route(method="POST", type="Microsoft.ContainerRegistry/checkNameAvailability", handler=_check_name,
              api_versions=VERSIONS),
    ),
)  # fmt: skip
