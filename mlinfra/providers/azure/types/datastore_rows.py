"""The keys of each kind of datastore, for `Datastore`.

Mutability: P marks where a datastore points to as create-only, and T replaces for it; description, tags and
credentials change in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mlinfra.clouds import CLOUDS
from mlinfra.providers.azure.types.base import tags
from mlinfra.providers.azure.types.datastore_credentials import DIRECTORY, STORAGE, credentials
from mlinfra.providers.azure.types.ml_words import in_workspace, pascal, schema_key, snake
from mlinfra.providers.azure.types.schema import Property, choice, computed, flag, text

ENDPOINT = CLOUDS["public"].storage
"""Where storage is in the public cloud (S:entities._datastore.utils)."""

DEFAULTS = frozenset({"endpoint", "protocol"})
"""The keys of a kind that has an address of a cloud's own."""

STORES = frozenset(
    {
        "workspaceblobstore",
        "workspacefilestore",
        "workspaceartifactstore",
        "workspaceworkingdirectory",
        "steprunlogblobstore",
    }
)
"""What the service makes by itself (R:aiml datastore_test_datastore; the last one when a pipeline runs)."""

_P = "P create-only; T/machinelearning/machine_learning_datastore_*.go ForceNew"
_MUTABLE = "P (create, read, update); R:aiml datastore_test_datastore blob_store (PUT again: 200)"


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of datastore adds to what all have."""

    rows: tuple[Property, ...]
    words: Mapping[str, Any]


def _place(name: str, path: str, description: str, *, required: bool = True, **words: Any) -> Property:
    schema = text(description=description, x_immutable=True, minLength=1, **words)
    return Property(name, f"properties.{path}", schema, _P, required=required)


_ACCOUNT = _place("account_name", "accountName", "The storage account's name.", x_case_insensitive=True)

_ADDRESS = (
    _place(
        "endpoint",
        "endpoint",
        f"The end of the storage's address; left out, that of the cloud ({ENDPOINT}).",
        required=False,
    ),
    _place("protocol", "protocol", "How to talk to it.", required=False, default="https"),
)

_ARTIFACT = Property(
    "artifact",
    "properties.artifact",
    {"description": "What in the OneLake workspace it is.", "x-immutable": True},
    _P,
    required=True,
    fields=(
        Property(
            "name", "artifactName", text(description="Its name or GUID.", minLength=1), _P, required=True
        ),
        Property(
            "type",
            "artifactType",
            choice(
                "lake_house",
                default="lake_house",
                description="What it is.",
                x_case_insensitive=True,
                x_pascal=True,
            ),
            f"S:_schema._datastore.one_lake; {_P}",
            write=pascal,
            read=snake,
        ),
    ),
)


def _words(kind: str, description: str, other: str) -> dict[str, Any]:
    """The top of a kind's schema, with examples of all kinds; ``other`` is a key that cannot change."""
    return {
        "title": f"{kind} datastore",
        "description": description,
        "x-discriminator": "type",
        "x-owner-tag": "tags",
        "x-seconds": {"create": 3, "update": 3, "delete": 3},
        "x-example": EXAMPLES[kind],
        "x-examples": EXAMPLES,
        "x-example-update": {"description": "for everybody", "tags": {"team": "forecast"}},
        "x-example-immutable": {other: "other"},
    }


EXAMPLES: Mapping[str, Any] = {
    "azure_blob": {
        "name": "churn",
        "type": "azure_blob",
        "account_name": "${storage_account.main.name}",
        "container_name": "churn",
        "description": "what customers did",
    },
    "azure_file": {
        "name": "notes",
        "type": "azure_file",
        "account_name": "${storage_account.main.name}",
        "file_share_name": "notes",
        "credentials": {"sas_token": "not-a-token"},
    },
    "azure_data_lake_gen2": {
        "name": "lake",
        "type": "azure_data_lake_gen2",
        "account_name": "${storage_account.main.name}",
        "filesystem": "events",
        "credentials": {
            "tenant_id": "${user_assigned_identity.main.tenant_id}",
            "client_id": "00000000-1111-0000-0000-000000000001",
            "client_secret": "not-a-secret",
        },
    },
    "azure_data_lake_gen1": {"name": "pond", "type": "azure_data_lake_gen1", "store_name": "pond"},
    "one_lake": {
        "name": "fabric",
        "type": "one_lake",
        "one_lake_workspace_name": "00000000-1111-0000-0000-000000000002",
        "endpoint": "onelake.dfs.fabric.microsoft.com",
        "artifact": {"name": "00000000-1111-0000-0000-000000000003", "type": "lake_house"},
    },
}
"""One body of each kind."""

KINDS: Mapping[str, Kind] = {
    "azure_blob": Kind(
        (
            _ACCOUNT,
            _place("container_name", "containerName", "The container's name."),
            *_ADDRESS,
            credentials(*STORAGE),
        ),
        _words(
            "azure_blob",
            "A reference to storage, in a workspace; this kind: to a container of blobs.",
            "container_name",
        ),
    ),
    "azure_file": Kind(
        (
            _ACCOUNT,
            _place("file_share_name", "fileShareName", "The file share's name."),
            *_ADDRESS,
            credentials(*STORAGE),
        ),
        _words("azure_file", "A reference to storage; this kind: to a file share.", "file_share_name"),
    ),
    "azure_data_lake_gen2": Kind(
        (
            _ACCOUNT,
            _place("filesystem", "filesystem", "The file system's name: a container of the account."),
            *_ADDRESS,
            credentials(*DIRECTORY),
        ),
        _words(
            "azure_data_lake_gen2",
            "A reference to storage; this kind: to a file system of a data lake of the second generation.",
            "filesystem",
        ),
    ),
    "azure_data_lake_gen1": Kind(
        (
            _place("store_name", "storeName", "The store's name.", x_case_insensitive=True),
            credentials(*DIRECTORY),
        ),
        _words(
            "azure_data_lake_gen1",
            "A reference to storage; this kind: to a data lake of the first generation (retired in 2024).",
            "store_name",
        ),
    ),
    "one_lake": Kind(
        (
            _place("one_lake_workspace_name", "oneLakeWorkspaceName", "The Fabric workspace's name or GUID."),
            _place("endpoint", "endpoint", "The host of OneLake, as onelake.dfs.fabric.microsoft.com."),
            _ARTIFACT,
            credentials("service_principal"),
        ),
        _words(
            "one_lake",
            "A reference to storage; this kind: to a lake house in OneLake.",
            "one_lake_workspace_name",
        ),
    ),
}
"""az ml's word for a kind to what it has."""

BY_ARM: Mapping[str, str] = {pascal(word).lower(): word for word in KINDS}
"""ARM's word for a kind, in lower case, to az ml's."""

ROWS = (
    Property("id", "id", computed(x_id=True, description="The datastore's id in Azure."), "R"),
    Property(
        "name",
        "",
        text(
            pattern=r"^[a-zA-Z0-9][a-zA-Z0-9\-_]{0,254}$",
            description="Unique in the workspace.",
            x_immutable=True,
            x_case_insensitive=True,
            x_hint="1 to 255 letters, digits, - and _; a letter or digit first.",
        ),
        "P",
    ),
    schema_key("azureBlob", "azureFile", "azureDataLakeGen2", "datastore"),
    Property(
        "type",
        "properties.datastoreType",
        choice(
            *KINDS,
            description="What kind of storage it points to.",
            x_case_insensitive=True,
            x_immutable=True,
        ),
        "S:_schema._datastore; P",
        required=True,
        write=pascal,
        read=lambda arm: BY_ARM.get(str(arm).lower(), arm),
    ),
    in_workspace("P"),
    Property(
        "description", "properties.description", text(description="Words about it, for people."), _MUTABLE
    ),
    Property("tags", "properties.tags", tags(_MUTABLE).schema, _MUTABLE),
    Property(
        "is_default",
        "properties.isDefault",
        {**flag(description="Whether data goes there when nothing is said."), "x-computed": True},
        "P readOnly",
    ),
)
"""What every datastore has."""
