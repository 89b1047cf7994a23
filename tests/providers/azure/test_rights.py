from __future__ import annotations

import pytest

from mlinfra.providers.azure.rights import roles_for


@pytest.mark.parametrize(
    ("action", "role"),
    [
        ("Microsoft.Storage/storageAccounts/write", "Storage Account Contributor"),
        ("microsoft.storage/storageaccounts/READ", "Reader"),
        ("Microsoft.Authorization/roleAssignments/write", "Role Based Access Control Administrator"),
        ("Microsoft.Authorization/locks/delete", "Locks Contributor"),
        ("Microsoft.KeyVault/locations/deletedVaults/purge/action", "Contributor"),
        ("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action", "Managed Identity Operator"),
        ("Microsoft.MachineLearningServices/workspaces/computes/write", "AzureML Compute Operator"),
        ("Microsoft.MachineLearningServices/workspaces/write", "Contributor"),
        (
            "Microsoft.MachineLearningServices/workspaces/environments/versions/write",
            "AzureML Data Scientist",
        ),
        ("Microsoft.Resources/subscriptions/resourceGroups/write", "Contributor"),
        ("Microsoft.Resources/subscriptions/resourceGroups/read", "Reader"),
    ],
)
def test_the_role_that_holds_an_action(action: str, role: str) -> None:
    assert role in roles_for(action)


def test_a_data_scientist_may_not_make_workspaces() -> None:
    assert "Data Scientist" not in roles_for("Microsoft.MachineLearningServices/workspaces/write")
    assert "Key Vault Contributor or" not in roles_for(
        "Microsoft.KeyVault/locations/deletedVaults/purge/action"
    )
