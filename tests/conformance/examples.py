"""A type's own example is its test: what it takes to build a stack around one."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mlinfra.providers.api import Catalogue, Registered
from mlinfra.providers.registry import load_catalogue

CATALOGUE: Catalogue = load_catalogue()


@dataclass(frozen=True)
class Example:
    """One example of a type; ``kind`` tells those of a type with several kinds apart."""

    registered: Registered
    kind: str
    body: Mapping[str, Any]

    @property
    def type(self) -> Any:
        return self.registered.type

    @property
    def schema(self) -> Mapping[str, Any]:
        schema: Mapping[str, Any] = self.type.schema(dict(self.body))
        return schema

    def __str__(self) -> str:
        return f"{self.type.name}-{self.kind}" if self.kind else str(self.type.name)


def examples() -> Iterator[Example]:
    """Every example of every type of every provider."""
    for registered in CATALOGUE.types.values():
        schema = registered.type.schema({})
        bodies = schema.get("x-examples") or {"": schema["x-example"]}
        for kind, body in bodies.items():
            yield Example(registered, kind, body)


EXAMPLES = list(examples())


def resources(example: Example, body: Mapping[str, Any]) -> dict[str, Any]:
    """``body`` as ``TYPE.main``, and the examples of all types that it needs."""
    found: dict[str, Any] = {example.type.name: {"main": copy.deepcopy(dict(body))}}
    queue = [(example.type, body)]
    while queue:
        type_, written = queue.pop()
        schema = type_.schema(dict(written))
        wanted = set(re.findall(r"\$\{([a-z_]+)\.main\b", str(dict(written))))
        wanted |= {
            prop["x-ref"]
            for name, prop in schema["properties"].items()
            if prop.get("x-parent") and name not in written
        }
        for name in sorted(wanted - found.keys()):
            needed = CATALOGUE.types[name].type
            first = needed.schema({})
            body = first.get("x-example") or next(iter(first["x-examples"].values()))
            found[name] = {"main": copy.deepcopy(dict(body))}
            queue.append((needed, body))
    return found
