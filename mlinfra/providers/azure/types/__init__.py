"""The resource types of Azure, one file each; `base` holds what they share, `schema` how tables are read."""

from __future__ import annotations

from mlinfra.providers.azure.types.application_insights import ApplicationInsights
from mlinfra.providers.azure.types.arm import Arm
from mlinfra.providers.azure.types.base import ArmType
from mlinfra.providers.azure.types.compute import Compute
from mlinfra.providers.azure.types.container_registry import ContainerRegistry
from mlinfra.providers.azure.types.data_asset import DataAsset
from mlinfra.providers.azure.types.datastore import Datastore
from mlinfra.providers.azure.types.environment import Environment
from mlinfra.providers.azure.types.key_vault import KeyVault
from mlinfra.providers.azure.types.log_analytics_workspace import LogAnalyticsWorkspace
from mlinfra.providers.azure.types.resource_group import ResourceGroup
from mlinfra.providers.azure.types.role_assignment import RoleAssignment
from mlinfra.providers.azure.types.role_definition import RoleDefinition
from mlinfra.providers.azure.types.storage_account import StorageAccount
from mlinfra.providers.azure.types.user_assigned_identity import UserAssignedIdentity
from mlinfra.providers.azure.types.workspace import Workspace


def all_types() -> dict[str, ArmType]:
    """One instance of each type, by our name for it."""
    types = (
        ResourceGroup(),
        StorageAccount(),
        KeyVault(),
        LogAnalyticsWorkspace(),
        ApplicationInsights(),
        ContainerRegistry(),
        UserAssignedIdentity(),
        RoleDefinition(),
        RoleAssignment(),
        Workspace(),
        Compute(),
        Datastore(),
        Environment(),
        DataAsset(),
        Arm(),
    )
    return {type_.name: type_ for type_ in types}
