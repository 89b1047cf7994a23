"""The files of the specifications, and references from one into another."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a document. References inside ``value`` are relative to ``file``."""

    file: str
    value: Any
    name: str = ""
    """The name of a definition, where the piece is one."""

    def at(self, *keys: str) -> Node | None:
        """What lies under these keys, without following references; None when nothing does."""
        value = self.value
        for key in keys:
            if not isinstance(value, dict) or key not in value:
                return None
            value = value[key]
        return Node(self.file, value)


class Documents:
    """JSON files by path. Each is parsed when first asked for."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self._parsed: dict[str, Any] = {}

    def document(self, file: str) -> Node:
        """A whole file. Raises KeyError when there is none of that path."""
        if file not in self._parsed:
            self._parsed[file] = json.loads(self.files[file].decode("utf-8-sig"))
        return Node(file, self._parsed[file])

    def follow(self, node: Node) -> Node:
        """The piece itself, or what its ``$ref`` leads to. Raises KeyError for one that leads nowhere."""
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str):
            node = self._target(node.file, node.value["$ref"])
        return node

    def _target(self, file: str, reference: str) -> Node:
        where, _, pointer = reference.partition("#")
        if where:
            file = posixpath.normpath(posixpath.join(posixpath.dirname(file), unquote(where)))
        found = self.document(file).value
        keys = [key.replace("~1", "/").replace("~0", "~") for key in unquote(pointer).split("/")[1:]]
        for key in keys:
            found = found[key]
        return Node(file, found, keys[-1] if keys else "")
