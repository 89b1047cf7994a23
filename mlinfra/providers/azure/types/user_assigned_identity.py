"""``user_assigned_identity``: Microsoft.ManagedIdentity/userAssignedIdentities.

Synchronous. A re-created identity is another principal: role assignments on the old one do not follow. Ids
are answered with lower-case ``/resourcegroups/`` (R:az test_acr_encryption_with_cmk).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.providers.azure.types.base import ArmType, common
from mlinfra.providers.azure.types.schema import Property, computed

_SOURCE = "S 2023-01-31; T/managedidentity/user_assigned_identity_resource.go"

_NAME = {
    "pattern": "^[a-zA-Z0-9][a-zA-Z0-9_-]{2,127}$",
    "description": "Unique in its group.",
    "x-hint": "3 to 128 letters, digits, - and _; a letter or digit first.",
}


class UserAssignedIdentity(ArmType):
    """A managed identity of its own, that resources are given."""

    name = "user_assigned_identity"
    resource_type = "Microsoft.ManagedIdentity/userAssignedIdentities"
    words: Mapping[str, Any] = {
        "title": "User-assigned identity",
        "description": "A principal without a password, that services act as.",
        "x-owner-tag": "tags",
        "x-seconds": {"create": 3, "update": 3, "delete": 3},
        "x-example": {"name": "id-mlinfra-example", "tags": {"team": "churn"}},
        "x-example-update": {"tags": {"team": "forecast"}},
        "x-example-immutable": {"name": "id-mlinfra-example2"},
    }
    properties = (
        *common(_NAME, _SOURCE),
        Property(
            "principal_id",
            "properties.principalId",
            computed(description="Its object id, which roles are assigned to."),
            _SOURCE,
        ),
        Property(
            "client_id",
            "properties.clientId",
            computed(description="The id that programs sign in with."),
            _SOURCE,
        ),
        Property(
            "tenant_id", "properties.tenantId", computed(description="The tenant it belongs to."), _SOURCE
        ),
    )
