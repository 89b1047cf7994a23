"""Which operations of the specifications belong to types that the simulator has.

An operation belongs to the type that its path ends on: an item or a collection of a kind, an action on it
(``POST …/listKeys``), or what a provider offers beside its resources (``checkNameAvailability``,
``locations/{l}/deletedVaults``). Below a supported type, what has names of its own is another type
(``…/registries/{r}/replications``), and is supported when the simulator has a kind for it.

What is left aside is left aside by the tables here, each row with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.specification.operations import Operation
from conformance.specification.requests import GROUP, WHOLE_IDS, Sent
from mlinfra.simulator.ids import Path, parse

OTHER_TYPES: Mapping[str, str] = {
    r"microsoft\.authorization/(denyassignments|permissions|provideroperations).*": "no kind: access reports",
    r"microsoft\.keyvault/.*m(anaged)?hsm.*": "no kind: managed HSMs",
    r"microsoft\.machinelearningservices/registries.*": "no kind: registries of Azure ML",
    r"microsoft\.managedidentity/identities": "no kind: the identity of any resource, asked for by its scope",
    r"microsoft\.resources/(deployments|deploymentstacks|calculatetemplatehash).*": "no kind: deployments",
    r"microsoft\.resources/resourcegroups/deployments.*": "no kind: deployments",
    r"microsoft\.resources/tags": "no kind: tags as a resource of their own",
    r"microsoft\.resources/subscriptions/tagnames.*": "no kind: tags as a resource of their own",
    r"[^/]+/operations": "no kind: a provider's catalogue of permissions",
    r"\{.*/(un)?register|\{.*/(providerpermissions|resourcetypes)": "no kind: registration of providers",
    r"\{.*": "the generic form of operations that are counted with each type",
}
"""Path types that are no part of a supported type, as patterns in lower case."""

FEATURES: Mapping[str, str] = {
    r"microsoft\.resources/resourcegroups/(exporttemplate|moveresources|validatemoveresources)":
        "a feature out of the product: templates and moves",
    r".*/privatelinkresources": "a feature out of the product: private endpoints",
    r"microsoft\.containerregistry/registries/(importimage|generatecredentials)":
        "a feature out of the product: images and tokens of a registry",
    r"microsoft\.storage/storageaccounts/restoreblobranges":
        "a feature out of the product: blobs as they were before",
    r"microsoft\.storage/storageaccounts/(startaccountmigration|reports)":
        "a feature out of the product: conversions and tasks of accounts",
    r"microsoft\.storage/storageaccounts/blobservices/containers/migrate":
        "a feature out of the product: immutability policies",
    r"microsoft\.machinelearningservices/workspaces/(data|environments)/versions/publish":
        "a feature out of the product: registries of Azure ML",
}  # fmt: skip
"""Actions on supported types that mlinfra has no use for; the simulator answers them with 501."""


@dataclass(frozen=True, slots=True)
class Types:
    """The simulator's types, and the path types that it answers beside them; all in lower case."""

    kinds: Collection[str]
    routed: Collection[str] = ()
    polled: Collection[str] = ()
    """Types of the paths at which long operations are watched; ``*/`` stands for any kind's."""
    refused: Collection[str] = ()
    """What it says that it refuses below its kinds."""


def path_of(operation: Operation) -> Path:
    """The operation's template taken apart, as if its placeholders were names."""
    text = WHOLE_IDS.get(operation.path, operation.path)
    if text.startswith("/{scope}/"):
        text = f"/{GROUP}/{text.removeprefix('/{scope}/')}"
    return parse(text)


def reason_aside(operation: Operation, types: Types, items: Collection[str]) -> str:
    """Why an operation belongs to no supported type; empty when it does.

    ``items`` are the path types of all operations on single items: what has names is a type.
    """
    path = path_of(operation)
    watched = path.parent_type in types.kinds and f"*/{path.type.rpartition('/')[2]}" in types.polled
    if path.type in types.kinds or path.type in types.routed or watched:
        return ""
    for pattern, reason in {**FEATURES, **OTHER_TYPES}.items():
        if re.fullmatch(pattern, path.type):
            return reason
    if any(path.type.startswith(kind + "/") for kind in types.kinds):
        action = path.parent_type in types.kinds and not path.item and path.type not in items
        return "" if action else "no kind: a type below a supported one"
    return ""


def unlisted(operation: Operation, types: Types) -> str:
    """What an operation that is left aside is below a kind, where the kind does not say that it is refused;
    empty when it does, or when it is below none."""
    type_ = path_of(operation).type
    above = max((kind for kind in types.kinds if type_.startswith(f"{kind}/")), key=len, default="")
    below = f"{above}/{type_[len(above) + 1 :].partition('/')[0]}"
    return below if above and below not in types.refused else ""


def item_types(operations: Collection[Operation]) -> frozenset[str]:
    """The path types that have names of their own."""
    return frozenset(path.type for path in map(path_of, operations) if path.item)


BROKEN: Mapping[tuple[str, str], str] = {
    ("RoleDefinitions_CreateOrUpdate", "Create role definition"):
        "the example gives its body to no parameter",
    ("Registries_Create", "RegistryCreateZoneRedundant"):
        "the example asks for what the service's documentation excludes",
    ("Vaults_CreateOrUpdate", "Create or update a vault with network acls"):
        "the example leaves out what the specification's own text requires",
    ("EnvironmentVersions_CreateOrUpdate", "CreateOrUpdate Workspace Environment Version."):
        "the example was made from the schema: it has every key, those that exclude each other too",
}  # fmt: skip
"""Examples that Azure itself would refuse, by operation and title, and what is wrong with them."""


def example_aside(sent: Sent, example: Mapping[str, Any], types: Types) -> str:
    """Why an example of a supported operation needs what the simulator has no type for; empty when it does
    not: a scope on a resource of another type, a compute of another kind than mlinfra makes."""
    scope = parse(parse(sent.path).scope).type
    if "/" in scope and not scope.startswith("microsoft.resources/") and scope not in types.kinds:
        return "no kind: the type of the resource that the example stands on"
    bodies = [sent.body, *(one.get("body") for one in example.get("responses", {}).values())]
    kinds = {kind for body in bodies if isinstance(body, dict) for kind in _computes(body)}
    return "no kind: computes that are attached" if kinds - {"AmlCompute", "ComputeInstance"} else ""


def _computes(body: Mapping[str, Any]) -> Iterator[Any]:
    properties = body.get("properties")
    for place in (body, properties if isinstance(properties, dict) else {}):
        if "computeType" in place:
            yield place["computeType"]
