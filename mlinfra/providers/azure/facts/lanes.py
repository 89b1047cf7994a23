"""Which resources Azure does not write side by side.

By type in lower case: whose writes must be over before the next one begins, its own (``self``) or those of
what it lies in (``parent``) together with all that lies there. Read on 2026-11-21; the source at each row.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

Lane: TypeAlias = Literal["self", "parent"]

LANES: Mapping[str, Lane] = MappingProxyType(
    {
        # AnotherOperationInProgress for subnets that are written side by side: I:pulumi-azure-native#903
        "microsoft.network/virtualnetworks": "self",
        "microsoft.network/virtualnetworks/subnets": "parent",
        # "canceled by another operation that has a higher priority", "waiting for lock confirmation":
        # D:how-to-troubleshoot-online-endpoints; of batch endpoints assumed
        "microsoft.machinelearningservices/workspaces/onlineendpoints": "self",
        "microsoft.machinelearningservices/workspaces/onlineendpoints/deployments": "parent",
        "microsoft.machinelearningservices/workspaces/batchendpoints": "self",
        "microsoft.machinelearningservices/workspaces/batchendpoints/deployments": "parent",
        # A rule is written by changing the workspace's managed network (R: answered with the operations of
        # workspaces); that two of them are refused is assumed
        "microsoft.machinelearningservices/workspaces": "self",
        "microsoft.machinelearningservices/workspaces/outboundrules": "parent",
        # 409 for credentials of one identity that are made side by side:
        # D:entra/workload-id/workload-identity-federation-considerations
        "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials": "parent",
    }
)
