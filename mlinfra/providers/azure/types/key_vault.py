"""``key_vault``: Microsoft.KeyVault/vaults.

There is no operation to poll: a new vault answers ``RegisteringDns`` and is read until ``Succeeded`` (R, 25
times). A deleted vault keeps its name for 7 to 90 days; creating it again is refused until it is recovered or
purged. Access policies are left to others: the workspace adds one of its own where RBAC is off.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Grave, Pending, Progress, ProviderError
from mlinfra.providers.azure import ids, operations
from mlinfra.providers.azure.errors import AzureError, absent_error
from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.network import network_rules
from mlinfra.providers.azure.types.schema import OPEN, Property, choice, computed, flag, integer

if TYPE_CHECKING:
    from mlinfra.providers.azure.connection import AzureConnection

_S = "S 2023-07-01"
_T = "T/keyvault/key_vault_resource.go"

_NAME = {
    "pattern": "^[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]$",
    "description": "Unique in the world; it is part of the vault's address.",
    "x-hint": "3 to 24 letters, digits and single hyphens; a letter first, no hyphen last.",
}


class KeyVault(ArmType):
    """A key vault. Its tenant is the subscription's when left out."""

    name = "key_vault"
    resource_type = "Microsoft.KeyVault/vaults"
    read_only = ("properties.hsmPoolResourceId", "properties.privateEndpointConnections")
    words: Mapping[str, Any] = {
        "title": "Key vault",
        "description": "Where keys, secrets and certificates are kept.",
        "x-owner-tag": "tags",
        "x-soft-delete": True,
        "x-data": "all keys, secrets and certificates in it",
        "x-seconds": {"create": 30, "update": 3, "delete": 5},
        "x-example": {"name": "kv-mlinfra-example", "tags": {"team": "churn"}},
        "x-example-update": {"enabled_for_deployment": True, "tags": {"team": "forecast"}},
        "x-example-immutable": {"location": "northeurope"},
    }
    properties = (
        *common(_NAME, f"{_S}; {_T}"),
        Property(
            "sku",
            "properties.sku.name",
            choice(
                "standard",
                "premium",
                default="standard",
                description="premium keeps keys in hardware.",
                x_case_insensitive=True,
            ),
            f"{_T}, {_S}",
        ),
        Property(
            "tenant_id",
            "properties.tenantId",
            computed(
                pattern="^[0-9a-fA-F-]{36}$",
                description="The tenant whose people and services may get in; left out: the subscription's.",
                x_optional=True,
                x_case_insensitive=True,
            ),
            _T,
        ),
        Property(
            "rbac_authorization",
            "properties.enableRbacAuthorization",
            flag(
                default=True,
                description="Whether roles say who may do what; false: access policies, which mlinfra leaves "
                "to others.",
            ),
            "D:key-vault/access-control-default (null is false; the default changed with 2026-02-01)",
            absent=False,
        ),
        Property(
            "purge_protection",
            "properties.enablePurgeProtection",
            flag(
                description="Whether nobody can purge it before its soft-delete period is over.",
                x_one_way="Purge protection of a vault can never be switched off, nor does replacing it "
                "help: the old one keeps the name until its soft-delete period is over.",
            ),
            "I:Azure/azure-cli#29115 (false is refused: left out instead)",
            write=lambda on: True if on else None,
            absent=False,
        ),
        Property(
            "soft_delete_retention_days",
            "properties.softDeleteRetentionInDays",
            integer(
                minimum=7,
                maximum=90,
                description="How long a deleted vault can be recovered and keeps its name; left out: 90.",
                x_one_way="A vault's soft-delete period is set once and never changes; write the one it has.",
            ),
            f"{_S}, {_T}",
        ),
        Property(
            "enabled_for_deployment",
            "properties.enabledForDeployment",
            flag(description="Whether virtual machines may fetch certificates from it."),
            f"{_S} (null means false)",
            absent=False,
        ),
        Property(
            "enabled_for_disk_encryption",
            "properties.enabledForDiskEncryption",
            flag(description="Whether Azure Disk Encryption may use it."),
            f"{_S} (null means false)",
            absent=False,
        ),
        Property(
            "enabled_for_template_deployment",
            "properties.enabledForTemplateDeployment",
            flag(description="Whether Resource Manager may read secrets of it."),
            f"{_S} (null means false)",
            absent=False,
        ),
        Property(
            "public_network_access",
            "properties.publicNetworkAccess",
            choice(
                "Enabled",
                "Disabled",
                description="Whether it is to be reached from the internet.",
                x_exposes=OPEN,
                x_case_insensitive=True,
            ),
            f"{_S}; R:az (answered Enabled)",
            absent="Enabled",
        ),
        network_rules(_S),
        Property("vault_uri", "properties.vaultUri", computed(description="The vault's address."), _S),
    )

    def complete(self, conn: AzureConnection, op: Op, id: str, desired: Attrs) -> Attrs:
        """The tenant of the subscription, where none is named."""
        subscription = ids.subscription_of(id)
        if op is Op.CREATE and not desired.get("tenant_id") and subscription:
            return {**desired, "tenant_id": conn.tenant_of(subscription)}
        return desired

    def to_body(self, desired: Attrs, *, update: bool = False) -> dict[str, Any]:
        """The sku has a family (only ``A`` exists); a new vault must be given access policies, with RBAC
        too: none."""
        body = super().to_body(desired, update=update)
        properties = body.setdefault("properties", {})
        if "sku" in properties:
            properties["sku"]["family"] = "A"
        if not update:
            properties.setdefault("accessPolicies", [])
        return body

    def begin(
        self, conn: AzureConnection, op: Op, id: str, prior: Attrs | None, desired: Attrs | None
    ) -> Progress:
        """As the base does; where another takes the name, the deleted vault is purged afterwards: it would
        keep the name for up to 90 days. Raises ProviderError, before anything is sent where the old vault
        cannot be purged."""
        if op is Op.RECOVER and desired is not None:
            return self._recover(conn, id, desired)
        if op is Op.PURGE and desired is not None:
            return self._purge(conn, {"id": id, "purge": normal_location(desired)})
        if op is not Op.DELETE or desired is None:
            return super().begin(conn, op, id, prior, desired)
        if prior is not None and prior.get("purge_protection"):
            raise ProviderError(
                "MLI-AZ-SOFT-DELETED",
                "the vault cannot be replaced under the same name: it is protected from purging",
                path=("name",),
                hint=f"It keeps its name for {prior.get('soft_delete_retention_days', 90)} days after its "
                "deletion. Give the new one another name.",
                sent=False,
            )
        # Nothing is sent yet: once the vault is deleted, only this token still knows that it is to be purged.
        token = {"kind": "state", "op": op.value, "id": id, "api_version": self.api_version}
        return Pending({**token, "purge": (prior or desired)["location"], "delete": True}, 0.0)

    def resume(self, conn: AzureConnection, pending: Pending) -> Progress:
        """As the base does; the deletion that a purge follows is sent from here, again if need be."""
        token = pending.token
        if not token.get("delete"):
            return super().resume(conn, pending)
        self._delete(conn, token["id"], None, None)
        return Pending({key: value for key, value in token.items() if key != "delete"}, 0.0)

    def finish(self, conn: AzureConnection, token: Mapping[str, Any]) -> Progress:
        """As the base does; after a deletion that frees the name: the purge."""
        if "purge" not in token or token["kind"] != "state":
            return super().finish(conn, token)
        return self._purge(conn, token)

    def graves(self, conn: AzureConnection, wanted: Mapping[str, Attrs]) -> Mapping[str, Grave | None]:
        """The deleted vaults of these names in the location that is wanted. Left out: those of which nothing
        may be read (the right is deletedVaults/read on the subscription). Raises ProviderError."""
        found: dict[str, Grave | None] = {}
        for id, attrs in wanted.items():
            location = normal_location(attrs)
            if location is None:
                continue
            try:
                raw = conn.arm.get(_deleted(id, location), self.api_version)
            except AzureError as wrong:
                if wrong.code != "MLI-AZ-RIGHTS":
                    raise
                continue
            found[id] = None if raw is None else _grave(raw)
        return found

    def _recover(self, conn: AzureConnection, id: str, desired: Attrs) -> Progress:
        """Bring the deleted vault back as it was; what else is written counts in a later update. One that is
        there already (an earlier try got through) is taken as it is."""
        raw = conn.arm.get(id, self.api_version)
        if raw is not None:
            return self._read_back(conn, {"op": Op.RECOVER.value, "id": id, "api_version": self.api_version})
        body = self.to_body(self.complete(conn, Op.CREATE, id, desired))
        properties = {key: body["properties"][key] for key in ("tenantId", "sku")}
        body = {"location": body["location"], "properties": {**properties, "createMode": "recover"}}
        answer = conn.arm.send("PUT", id, self.api_version, body=body)
        pending = operations.accepted(answer, op=Op.RECOVER, id=id, api_version=self.api_version)
        return pending or self._read_back(
            conn, {"op": Op.RECOVER.value, "id": id, "api_version": self.api_version}
        )

    def _purge(self, conn: AzureConnection, token: Mapping[str, Any]) -> Progress:
        # What goes is the deleted vault: should the operation's address be lost, that one is looked for.
        op, id = Op.DELETE, _deleted(str(token["id"]), token["purge"])
        try:
            answer = conn.arm.send("POST", f"{id}/purge", self.api_version)
        except AzureError as wrong:
            if absent_error(wrong):
                return Done()
            raise
        return operations.accepted(answer, op=op, id=id, api_version=self.api_version) or Done()


def normal_location(attrs: Attrs) -> str | None:
    """The location in Azure's spelling; None where it is not known."""
    location = attrs.get("location")
    return location.replace(" ", "").lower() if isinstance(location, str) else None


def _deleted(id: str, location: object) -> str:
    """Where a deleted vault is to be found: beneath the subscription and its location."""
    place = f"/subscriptions/{ids.subscription_of(id)}/providers/Microsoft.KeyVault/locations/{location}"
    return f"{place}/deletedVaults/{ids.name_of(id)}"


def _grave(raw: Mapping[str, Any]) -> Grave:
    properties = raw.get("properties") or {}
    return Grave(
        str(properties.get("vaultId") or ""),
        str(properties.get("scheduledPurgeDate") or "").partition("T")[0],
        purgeable=not properties.get("purgeProtectionEnabled"),
    )
