"""Azure's built-in roles that machine learning stacks meet, by name and by GUID.

Read on 2026-11-21 from MicrosoftDocs azure-docs, `built-in-roles` (page dated 2026-04-09) and from the role
tables of Azure/bicep-registry-modules@9f9ea1a182; *Key Vault Data Access Administrator* and *Locks
Contributor* only from several public repositories. The GUID of a built-in role is the same in every tenant
and never changes.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType

BUILT_IN_ROLES: Mapping[str, str] = MappingProxyType(
    {
        "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
        "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "AzureML Data Scientist": "f6c7c914-8db3-469d-8ca1-694a8f32e121",
        "AzureML Compute Operator": "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815",
        "AzureML Registry User": "1823dd4f-9b8c-4ab6-ab4e-7397a3684615",
        "AzureML Metrics Writer (preview)": "635dd51f-9968-44d3-b7fb-6d9a6bd613ae",
        "Azure AI Developer": "64702f94-c441-49e6-a78b-ef80e0188fee",
        "Azure AI Administrator": "b78c5d69-af96-48a3-bf8d-a8b4d589de94",
        "Azure AI Enterprise Network Connection Approver": "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
        "Azure AI Inference Deployment Operator": "3afb7f49-54cb-416e-8c09-6dc049efa503",
        "Storage Blob Data Reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "Storage Blob Data Contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Storage Blob Data Owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Blob Delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
        "Storage File Data Privileged Contributor": "69566ab7-960f-475b-8e7c-b3118f30c6bd",
        "Storage File Data Privileged Reader": "b8eda974-7b85-4f76-af95-65846b26df6d",
        "Storage File Data SMB Share Contributor": "0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb",
        "Storage Queue Data Contributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
        "Storage Table Data Contributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
        "Storage Account Contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Storage Account Key Operator Service Role": "81a9662b-bebf-436f-a333-f67b29880f12",
        "Reader and Data Access": "c12c1c16-33a1-487b-954d-41c89c60f349",
        "Key Vault Administrator": "00482a5a-887f-4fb3-b363-3b7fe8e74483",
        "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
        "Key Vault Secrets Officer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "Key Vault Reader": "21090545-7ca7-4776-b22c-e363652d74d2",
        "Key Vault Contributor": "f25e0fa2-a7c8-4377-a976-54943a77a395",
        "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
        "Key Vault Crypto Officer": "14b46e9e-c2b7-41b4-b07b-48a6ebf60603",
        "Key Vault Crypto Service Encryption User": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
        "Key Vault Certificates Officer": "a4417e6f-fecd-4de8-b567-7b0420556985",
        "AcrPull": "7f951dda-4ed3-4680-a7ca-43fe172d538d",
        "AcrPush": "8311e382-0749-4cb8-b61a-304f252e45ec",
        "AcrDelete": "c2f4ef07-c644-48eb-af81-4b1b4947fb11",
        "Container Registry Repository Reader": "b93aa761-3e63-49ed-ac28-beffa264f7ac",
        "Container Registry Repository Writer": "2a1e307c-b015-4ebd-883e-5b7698a07328",
        "Container Registry Repository Contributor": "2efddaa5-3f1f-4df3-97df-af3f13818f4c",
        "Monitoring Contributor": "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
        "Monitoring Reader": "43d0d8ad-25c7-4714-9337-8ba259a9fe05",
        "Monitoring Metrics Publisher": "3913510d-42f4-4e42-8a64-420c390055eb",
        "Log Analytics Contributor": "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
        "Log Analytics Reader": "73c42c96-874c-492b-b04d-ab87d138a893",
        "Application Insights Component Contributor": "ae349356-3a1b-4a5e-921d-050484c6347e",
        "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Private DNS Zone Contributor": "b12aa53e-6015-4669-85d0-8515ebb3ae7f",
        "Tag Contributor": "4a9ae827-6dc8-4573-8ac7-8239d42aa03f",
        "Managed Identity Operator": "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Contributor": "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59",
        "Key Vault Data Access Administrator": "8b54135c-b56d-4d72-a534-26097cfdc8d8",
        "Locks Contributor": "28bf596f-4eb7-45ce-b5bc-6cf482fec137",
    }
)
"""Role name, spelled as the portal shows it, to the GUID of its definition."""

_by_guid = {guid: name for name, guid in BUILT_IN_ROLES.items()}
_by_lower = {name.lower(): name for name in BUILT_IN_ROLES}


def built_in_name(guid: str) -> str | None:
    """The name of the built-in role with this GUID; None when it is not one that we know."""
    return _by_guid.get(guid.lower())


def built_in_guid(name: str) -> str | None:
    """The GUID of the built-in role of this name, in any casing; None when it is not one that we know."""
    known = _by_lower.get(name.strip().lower())
    return None if known is None else BUILT_IN_ROLES[known]


def near_roles(name: str) -> tuple[str, ...]:
    """At most three built-in role names that look like ``name``, the nearest first."""
    return tuple(
        _by_lower[near] for near in difflib.get_close_matches(name.lower(), list(_by_lower), n=3, cutoff=0.6)
    )
