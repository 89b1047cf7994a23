"""What the services offer: the operations of the specifications at the api-versions that we speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.specification.documents import Documents, Node

METHODS = ("get", "head", "put", "patch", "post", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. ``where`` is path, query, header or body; ``node`` is its schema."""

    name: str
    where: str
    required: bool
    node: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path template. ``responses`` have a schema, or None for an answer without body."""

    id: str
    method: str
    path: str
    api_version: str
    namespace: str
    parameters: tuple[Parameter, ...]
    responses: Mapping[str, Node | None]
    examples: Mapping[str, Node]

    @property
    def body(self) -> Node | None:
        """The schema of the request's body."""
        return next((one.node for one in self.parameters if one.where == "body"), None)

    @property
    def title(self) -> str:
        """How a miss names it."""
        return f"{self.method} {self.path}"


def read_operations(documents: Documents, versions: Mapping[str, str]) -> tuple[Operation, ...]:
    """Every operation of each namespace at its version (``{"Microsoft.Storage": "2023-05-01"}``)."""
    found: list[Operation] = []
    for file in sorted(documents.files):
        parts = file.split("/")
        if len(parts) < 5 or not file.endswith(".json") or parts[-2] not in versions.values():
            continue
        namespace, version = parts[-4], parts[-2]
        if versions.get(namespace) == version:
            found.extend(_of_file(documents, file, namespace, version))
    return tuple(found)


def _of_file(documents: Documents, file: str, namespace: str, version: str) -> Iterator[Operation]:
    whole = documents.document(file).value
    for path, offered in {**whole.get("paths", {}), **whole.get("x-ms-paths", {})}.items():
        shared = offered.get("parameters", [])
        for method in METHODS:
            if method in offered:
                made = offered[method]
                written = [Node(file, one) for one in [*shared, *made.get("parameters", [])]]
                read = [_parameter(documents, one) for one in written]
                yield Operation(
                    id=made.get("operationId", ""),
                    method=method.upper(),
                    path=path.partition("?")[0],
                    api_version=version,
                    namespace=namespace,
                    parameters=tuple(one for one in read if one is not None),
                    responses=dict(_responses(documents, file, made["responses"])),
                    examples={
                        title: documents.follow(Node(file, one))
                        for title, one in made.get("x-ms-examples", {}).items()
                    },
                )


def _parameter(documents: Documents, node: Node) -> Parameter | None:
    """None for a parameter of a file that is not there; a path's parameters stand in its template, too."""
    try:
        node = documents.follow(node)
    except KeyError:
        return None
    value = node.value
    inner = Node(node.file, value["schema"]) if value["in"] == "body" else node
    return Parameter(value["name"], value["in"], bool(value.get("required")), inner)


def _responses(
    documents: Documents, file: str, responses: Mapping[str, object]
) -> Iterator[tuple[str, Node | None]]:
    for status, one in responses.items():
        yield status, documents.follow(Node(file, one)).at("schema")
