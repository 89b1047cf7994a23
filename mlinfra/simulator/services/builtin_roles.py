"""Azure's built-in roles: the general ones and those that machine learning stacks meet.

Source: documentation role-based-access-control/built-in-roles (2026-04-09). *Key Vault Data Access
Administrator* and *Locks Contributor* come from several public repositories, *Avere Cluster Runtime Operator*
from the recording test_role_assignment_by_id. Permissions are held for the general roles and some of Azure
ML; the others answer a definition without any, since nothing here is authorised by them.
"""

from __future__ import annotations

import msgspec

_TABLE = """
8e3af657-a8ff-443c-a75c-2fe8c4bcb635 Owner
b24988ac-6180-42a0-ab88-20f7382dd24c Contributor
acdd72a7-3385-48ef-bd42-f606fba81ae7 Reader
18d7d88d-d35e-4fb5-a5c3-7773c20a72d9 User Access Administrator
f58310d9-a9f6-439a-9e8d-f62e7b41a168 Role Based Access Control Administrator
f6c7c914-8db3-469d-8ca1-694a8f32e121 AzureML Data Scientist
e503ece1-11d0-4e8e-8e2c-7a6c3bf38815 AzureML Compute Operator
1823dd4f-9b8c-4ab6-ab4e-7397a3684615 AzureML Registry User
635dd51f-9968-44d3-b7fb-6d9a6bd613ae AzureML Metrics Writer (preview)
64702f94-c441-49e6-a78b-ef80e0188fee Azure AI Developer
b78c5d69-af96-48a3-bf8d-a8b4d589de94 Azure AI Administrator
b556d68e-0be0-4f35-a333-ad7ee1ce17ea Azure AI Enterprise Network Connection Approver
3afb7f49-54cb-416e-8c09-6dc049efa503 Azure AI Inference Deployment Operator
2a2b9908-6ea1-4ae2-8e65-a410df84e7d1 Storage Blob Data Reader
ba92f5b4-2d11-453d-a403-e96b0029c9fe Storage Blob Data Contributor
b7e6dc6d-f1e8-4753-8033-0f276bb0955b Storage Blob Data Owner
db58b8e5-c6ad-4a2a-8342-4190687cbf4a Storage Blob Delegator
69566ab7-960f-475b-8e7c-b3118f30c6bd Storage File Data Privileged Contributor
b8eda974-7b85-4f76-af95-65846b26df6d Storage File Data Privileged Reader
0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb Storage File Data SMB Share Contributor
974c5e8b-45b9-4653-ba55-5f855dd0fb88 Storage Queue Data Contributor
0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3 Storage Table Data Contributor
17d1049b-9a84-46fb-8f53-869881c3d3ab Storage Account Contributor
81a9662b-bebf-436f-a333-f67b29880f12 Storage Account Key Operator Service Role
c12c1c16-33a1-487b-954d-41c89c60f349 Reader and Data Access
00482a5a-887f-4fb3-b363-3b7fe8e74483 Key Vault Administrator
4633458b-17de-408a-b874-0445c86b69e6 Key Vault Secrets User
b86a8fe4-44ce-4948-aee5-eccb2c155cd7 Key Vault Secrets Officer
21090545-7ca7-4776-b22c-e363652d74d2 Key Vault Reader
f25e0fa2-a7c8-4377-a976-54943a77a395 Key Vault Contributor
12338af0-0e69-4776-bea7-57ae8d297424 Key Vault Crypto User
14b46e9e-c2b7-41b4-b07b-48a6ebf60603 Key Vault Crypto Officer
e147488a-f6f5-4113-8e2d-b22465e65bf6 Key Vault Crypto Service Encryption User
a4417e6f-fecd-4de8-b567-7b0420556985 Key Vault Certificates Officer
8b54135c-b56d-4d72-a534-26097cfdc8d8 Key Vault Data Access Administrator
7f951dda-4ed3-4680-a7ca-43fe172d538d AcrPull
8311e382-0749-4cb8-b61a-304f252e45ec AcrPush
c2f4ef07-c644-48eb-af81-4b1b4947fb11 AcrDelete
b93aa761-3e63-49ed-ac28-beffa264f7ac Container Registry Repository Reader
2a1e307c-b015-4ebd-883e-5b7698a07328 Container Registry Repository Writer
2efddaa5-3f1f-4df3-97df-af3f13818f4c Container Registry Repository Contributor
749f88d5-cbae-40b8-bcfc-e573ddc772fa Monitoring Contributor
43d0d8ad-25c7-4714-9337-8ba259a9fe05 Monitoring Reader
3913510d-42f4-4e42-8a64-420c390055eb Monitoring Metrics Publisher
92aaf0da-9dab-42b6-94a3-d43ce8d16293 Log Analytics Contributor
73c42c96-874c-492b-b04d-ab87d138a893 Log Analytics Reader
ae349356-3a1b-4a5e-921d-050484c6347e Application Insights Component Contributor
4d97b98b-1d4f-4787-a291-c67834d212e7 Network Contributor
b12aa53e-6015-4669-85d0-8515ebb3ae7f Private DNS Zone Contributor
4a9ae827-6dc8-4573-8ac7-8239d42aa03f Tag Contributor
f1a07417-d97a-45cb-824c-7a7467783830 Managed Identity Operator
e40ec5ca-96e0-45a2-b4ff-59039f2c2b59 Managed Identity Contributor
28bf596f-4eb7-45ce-b5bc-6cf482fec137 Locks Contributor
e078ab98-ef3a-4c9a-aba7-12f5172b45d0 Avere Cluster Runtime Operator
"""


class Role(msgspec.Struct, frozen=True):
    """One built-in role; ``id`` is its GUID, equal in every tenant."""

    id: str
    name: str
    description: str = ""
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()


_ML = "Microsoft.MachineLearningServices/workspaces"

_EVERY_ML = (f"{_ML}/*/read", f"{_ML}/*/action", f"{_ML}/*/delete", f"{_ML}/*/write")
_NOT_ML = (
    f"{_ML}/delete",
    f"{_ML}/write",
    f"{_ML}/listKeys/action",
    f"{_ML}/hubs/write",
    f"{_ML}/hubs/delete",
    f"{_ML}/featurestores/write",
    f"{_ML}/featurestores/delete",
)
_NOT_ML_COMPUTES = (f"{_ML}/computes/*/write", f"{_ML}/computes/*/delete", f"{_ML}/computes/listKeys/action")

# name: description, actions, notActions
_KNOWN: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "Owner": ("Everything, role assignments too.", ("*",), ()),
    "Contributor": (
        "Everything but role assignments.",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
        ),
    ),
    "Reader": ("Read everything, change nothing.", ("*/read",), ()),
    "User Access Administrator": (
        "Manage who may do what.",
        ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
        (),
    ),
    "Role Based Access Control Administrator": (
        "Assign roles.",
        (
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Authorization/roleAssignments/delete",
            "*/read",
            "Microsoft.Support/*",
        ),
        (),
    ),
    "AzureML Data Scientist": (
        "Everything in a workspace but computes and the workspace itself.",
        _EVERY_ML,
        _NOT_ML + _NOT_ML_COMPUTES,
    ),
    "AzureML Compute Operator": (
        "Manage the computes of a workspace.",
        (f"{_ML}/computes/*", f"{_ML}/notebooks/vm/*"),
        (),
    ),
    "Azure AI Developer": (
        "Everything in a workspace but the workspace itself.",
        (*_EVERY_ML, "Microsoft.Resources/deployments/*"),
        _NOT_ML,
    ),
}


def _roles() -> dict[str, Role]:
    found = {}
    for line in _TABLE.split("\n"):
        id, _, name = line.partition(" ")
        if id:
            found[id] = Role(id, name, *_KNOWN.get(name, ()))
    return found


ROLES = _roles()
"""By GUID, in lower case."""
