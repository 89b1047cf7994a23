"""What a definition means: flattened over ``allOf``, and found by the word of its discriminator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.specification.documents import Documents, Node


@dataclass(frozen=True, slots=True)
class Flat:
    """An object's schema with everything it inherits. ``more`` is for keys that are not in ``keys``: None
    when the definition says nothing of them."""

    keys: Mapping[str, Node]
    required: frozenset[str] = frozenset()
    discriminator: str = ""
    more: Node | None = None
    closed: bool = False
    """``additionalProperties: false``"""
    facets: Mapping[str, Any] = field(default_factory=dict)
    """The schema's own words that are no structure: type, format, enum, pattern …"""


_STRUCTURE = frozenset({"properties", "required", "allOf", "discriminator", "additionalProperties"})


class Schemas:
    """Reads definitions of one set of documents; each is flattened once."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self._flat: dict[int, tuple[Node, Flat]] = {}
        self._children: dict[str, dict[str, list[Node]]] = {}

    def flat(self, node: Node) -> Flat:
        """The schema of a node, its references followed."""
        node = self.documents.follow(node)
        known = self._flat.get(id(node.value))
        if known is None:
            known = self._flat[id(node.value)] = (node, self._flatten(node))
        return known[1]

    def _flatten(self, node: Node) -> Flat:
        value = node.value
        keys: dict[str, Node] = {}
        required: set[str] = set()
        discriminator, more, closed = "", None, False
        facets: dict[str, Any] = {}
        for above in value.get("allOf", []):
            base = self.flat(Node(node.file, above))
            keys.update(base.keys)
            required |= base.required
            discriminator = base.discriminator or discriminator
            more, closed = base.more or more, base.closed or closed
            facets.update(base.facets)
        keys.update({key: Node(node.file, one) for key, one in value.get("properties", {}).items()})
        additional = value.get("additionalProperties")
        if isinstance(additional, dict):
            more = Node(node.file, additional)
        elif additional is True:
            more = Node(node.file, {})
        facets.update({key: one for key, one in value.items() if key not in _STRUCTURE})
        return Flat(
            keys,
            frozenset(required | set(value.get("required", []))),
            value.get("discriminator", discriminator),
            more,
            closed or additional is False,
            facets,
        )

    def meant(self, node: Node, value: Mapping[str, Any]) -> tuple[Node, str]:
        """The definition that the value's discriminators choose, and what is wrong with them, if anything.

        A definition may be chosen that has a discriminator of its own; that is followed, too.
        """
        node = self.documents.follow(node)
        while True:
            own = node.value.get("discriminator", "") if isinstance(node.value, dict) else ""
            if not own:
                return node, ""
            below = dict(self._below(node))
            word = value.get(own)
            if word is None:
                return node, ""
            if not isinstance(word, str) or word not in below:
                words = ", ".join(sorted(below))
                return node, "" if not below else f"{own} is {word!r}, and none of {words}"
            node = below[word]

    def _below(self, node: Node) -> Iterator[tuple[str, Node]]:
        """Everything that inherits from a definition, by the word that chooses it."""
        for child in self._inheriting(node.file).get(node.name, []):
            yield child.value.get("x-ms-discriminator-value", child.name), child
            yield from self._below(child)

    def _inheriting(self, file: str) -> dict[str, list[Node]]:
        """The definitions of a file by those they name under ``allOf``."""
        if file not in self._children:
            found: dict[str, list[Node]] = {}
            for name, one in self.documents.document(file).value.get("definitions", {}).items():
                for above in one.get("allOf", []):
                    base = self.documents.follow(Node(file, above))
                    if base.file == file:
                        found.setdefault(base.name, []).append(Node(file, one, name))
            self._children[file] = found
        return self._children[file]
