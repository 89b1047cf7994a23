"""Which built-in role holds a right, for the hint of a refused request.

Source: D:built-in-roles (2026-04-09) and the permissions that each type's page lists. First match counts.
"""

from __future__ import annotations

_ROLES = (
    ("microsoft.authorization/roleassignments/", "Role Based Access Control Administrator or Owner"),
    ("microsoft.authorization/roledefinitions/", "User Access Administrator or Owner"),
    ("microsoft.authorization/locks/", "Locks Contributor or Owner"),
    (
        "microsoft.keyvault/locations/deletedvaults/purge/",
        "Contributor (Key Vault Contributor is not enough)",
    ),
    ("microsoft.keyvault/", "Key Vault Contributor or Contributor"),
    ("microsoft.storage/", "Storage Account Contributor or Contributor"),
    ("microsoft.operationalinsights/", "Log Analytics Contributor or Contributor"),
    ("microsoft.insights/components/", "Application Insights Component Contributor or Contributor"),
    ("microsoft.insights/", "Monitoring Contributor or Contributor"),
    (
        "microsoft.managedidentity/userassignedidentities/assign/",
        "Managed Identity Operator on the identity, or Contributor",
    ),
    ("microsoft.managedidentity/", "Managed Identity Contributor or Contributor"),
    ("microsoft.machinelearningservices/workspaces/computes/", "AzureML Compute Operator or Contributor"),
    ("microsoft.machinelearningservices/workspaces/write", "Contributor"),
    ("microsoft.machinelearningservices/workspaces/delete", "Contributor"),
    ("microsoft.machinelearningservices/workspaces/", "AzureML Data Scientist or Contributor"),
    ("microsoft.network/", "Network Contributor or Contributor"),
)


def roles_for(action: str) -> str:
    """The roles that hold an action such as ``Microsoft.Storage/storageAccounts/write``, in words."""
    lowered = action.lower()
    for start, roles in _ROLES:
        if lowered.startswith(start):
            return f"Reader, {roles}" if lowered.endswith("/read") else roles
    return "Reader" if lowered.endswith("/read") else "Contributor"
