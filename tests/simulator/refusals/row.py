"""The nouns of the tables, and the names of the kinds in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.fuzz.samples import SAMPLES, Sample

OTHER = "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg"
"""A group in another subscription."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal, told by what is otherwise than in the sample that is right.

    ``id`` stands in place of the sample's, ``over`` is laid over its body, key by key (None takes a key out);
    ``raw`` is sent as it is. ``made`` says that the sample is there already, ``first`` what is sent before
    it: pairs of id and body (None deletes), each of which must succeed.
    """

    status: int
    code: str
    source: str
    id: str = ""
    over: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes | None = None
    version: str = ""
    method: str = "PUT"
    made: bool = False
    first: tuple[tuple[str, Mapping[str, Any] | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Never:
    """Why there is no such refusal of a kind."""

    why: str


GROUP = "microsoft.resources/resourcegroups"
ACCOUNT = "microsoft.storage/storageaccounts"
BLOBS, FILES = f"{ACCOUNT}/blobservices", f"{ACCOUNT}/fileservices"
CONTAINER, SHARE = f"{BLOBS}/containers", f"{FILES}/shares"
VAULT = "microsoft.keyvault/vaults"
LOGS = "microsoft.operationalinsights/workspaces"
INSIGHTS = "microsoft.insights/components"
REGISTRY = "microsoft.containerregistry/registries"
IDENTITY = "microsoft.managedidentity/userassignedidentities"
CREDENTIAL = f"{IDENTITY}/federatedidentitycredentials"
ASSIGNMENT = "microsoft.authorization/roleassignments"
DEFINITION = "microsoft.authorization/roledefinitions"
LOCK = "microsoft.authorization/locks"
WORKSPACE = "microsoft.machinelearningservices/workspaces"
COMPUTE, DATASTORE = f"{WORKSPACE}/computes", f"{WORKSPACE}/datastores"
ENVIRONMENT, DATA = f"{WORKSPACE}/environments", f"{WORKSPACE}/data"
ENVIRONMENT_VERSION, DATA_VERSION = f"{ENVIRONMENT}/versions", f"{DATA}/versions"

BY_TYPE: Mapping[str, Sample] = {sample.type: sample for sample in SAMPLES}


def named(type_: str, name: str) -> str:
    """The id of the sample of a type, with another last name."""
    return f"{BY_TYPE[type_].id.rpartition('/')[0]}/{name}"


def of_all(types: tuple[str, ...], row: Refused | Never) -> Iterator[tuple[str, Refused | Never]]:
    """One row for several types: what ARM does for all of them alike."""
    return ((type_, row) for type_ in types)
