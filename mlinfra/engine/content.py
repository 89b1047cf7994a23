"""What assets are made of: local files in place of paths, and the version that their content makes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mlinfra.config.content import is_remote, plain, read_path, yaml_node
from mlinfra.engine.schema import Schema, at, comparable, holding, paths_with, properties, with_defaults
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.source import Node
from mlinfra.model.value import Attrs, Unknown, canonical, get, has_unknown, put

LENGTH = 12
"""Characters of the hash that make a version."""


class Contents:
    """Reads what paths in bodies name, each file once for a plan."""

    def __init__(self, root: Path, shown_from: Path) -> None:
        self._root, self._shown_from = root, shown_from
        self._read: dict[tuple[Any, ...], Any] = {}
        self._files: dict[tuple[str, Path], Node] = {}

    def placed(self, written: Attrs, schema: Schema, block: Block, problems: list[Diagnostic]) -> Attrs:
        """The attributes with older names of keys replaced, and local content in place of paths."""
        attrs = dict(written)
        for name, part in properties(schema, "x-alias-of"):
            if name in attrs:
                older, newer = attrs.pop(name), part["x-alias-of"]
                if attrs.setdefault(newer, older) != older:
                    problems.append(_named_twice(block, name, newer))
        if not holding(schema, "x-path"):
            return attrs
        for path in list(paths_with(attrs, schema, lambda part: bool(part.get("x-path")))):
            value, part = get(attrs, path), at(schema, path)
            if not isinstance(value, str):
                continue
            try:
                attrs = put(attrs, path, self._content(value, part, block.folder))
            except MlinfraError as wrong:
                node = block.body.at(path)
                problems.extend(d.located(block.address, node.position) for d in wrong.diagnostics)
                attrs = put(attrs, path, Unknown())
        return attrs

    def opened(self, block: Block, schema: Schema) -> Node:
        """The body with YAML files in place of their paths, so that what is in them has its place there.

        Files that were not read, since they are wrong or nobody knows yet which are meant, stay paths.
        """
        body = block.body
        held = {
            name: node
            for name, _ in properties(schema, "x-path")
            if (node := self._files.get((_text(body, name), block.folder))) is not None
        }
        return Node({**body.value, **held}, body.position, body.key) if held else body

    def _content(self, value: str, part: Mapping[str, Any], folder: Path) -> Any:
        expected, holds, shown = part.get("x-path-is"), part.get("x-path-holds"), self._shown_from
        key = (value, part["x-path"], expected, holds, folder)
        if key not in self._read:
            if part["x-path"] == "yaml" and not is_remote(value):
                file = self._files[value, folder] = yaml_node(value, folder, self._root, shown_from=shown)
                self._read[key] = plain(file)
            else:
                self._read[key] = read_path(
                    value,
                    part["x-path"],
                    folder,
                    self._root,
                    expected=expected,
                    holds=holds,
                    shown_from=shown,
                )
        return self._read[key]


def _named_twice(block: Block, older: str, newer: str) -> Diagnostic:
    return error(
        "MLI-TYP-011",
        f"{block.address} has `{newer}` and its older name `{older}`, which say different things",
        f"Take {older} out.",
        block.body.at((older,)).position,
        block.address,
        (older,),
    )


def _text(body: Node, name: str) -> str:
    """What is written there, where it is a text without expressions."""
    node = body.at((name,))
    return node.value if node is not body and isinstance(node.value, str) else ""


def version_of(attrs: Attrs, schema: Schema) -> str | Unknown:
    """The version that content makes: the start of a hash of the keys that are content, files included.

    Names, tags, the order of keys and comments are not; equal content is the same version.
    """
    content = {name: attrs[name] for name, _ in properties(schema, "x-content") if name in attrs}
    if has_unknown(content):
        return Unknown()
    for path in list(paths_with(content, schema, lambda part: part.get("x-content") is False)):
        content = put(content, path, None)
    return hashlib.sha256(canonical(comparable(content, schema))).hexdigest()[:LENGTH]


def fingerprint(attrs: Attrs, schema: Schema) -> str:
    """Five characters that change when a key changes that cannot change in place: a name that moves along.

    Keys that are not known without it (the name itself) take no part.
    """
    fixed = {
        name: attrs[name]
        for name, part in schema.get("properties", {}).items()
        if name in attrs
        and not has_unknown(attrs[name])
        and (part.get("x-immutable") or name == schema.get("x-discriminator"))
    }
    return hashlib.sha256(canonical(comparable(with_defaults(fixed, schema), schema))).hexdigest()[:5]
