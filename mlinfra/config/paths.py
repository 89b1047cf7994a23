"""Addresses and paths of keys as they stand in YAML: ``compute.cpu``, ``tags.owner``, ``rules[0].name``."""

from __future__ import annotations

import re

from mlinfra.model.address import Address, ModulePath, parse_address, parse_module
from mlinfra.model.source import Expression, Node, Template
from mlinfra.model.value import Path

_PATH_PART = re.compile(r'\.?(?:([A-Za-z_$][\w$-]*)|\[(\d+)\]|\["([^"]*)"\])')
_ATTRIBUTE = re.compile(
    r'([A-Za-z_]\w*\.[A-Za-z_]\w*(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?)(?:\.(.+))?', re.ASCII
)


def read_path(text: str) -> Path | None:
    """``tags.owner``, ``rules[0].name``, ``tags["a b"]`` as a path; None when it is none."""
    if text == "*":
        return ("*",)
    parts: list[str | int] = []
    at = 0
    while at < len(text):
        found = _PATH_PART.match(text, at)
        if (
            not found
            or (found[0].startswith(".") and (at == 0 or found[1] is None))
            or (at and found[1] is not None and not found[0].startswith("."))
        ):
            return None
        name, index, quoted = found.groups()
        parts.append(int(index) if index is not None else name if name is not None else quoted)
        at = found.end()
    return tuple(parts) if parts and isinstance(parts[0], str) else None


def read_address(node: Node) -> Address | None:
    """An address, with or without ``${…}`` around it; None when it is none."""
    text = _text(node)
    try:
        return parse_address(text) if text is not None else None
    except ValueError:
        return None


def read_module(node: Node) -> ModulePath | None:
    """A module, ``module.ws["a"]``, with or without ``${…}`` around it; None for all else."""
    return parse_module(_text(node) or "")


def read_attribute(node: Node) -> tuple[Address, Path] | None:
    """``compute.cpu`` or ``compute.cpu.size``: an address and the path of a key in it; None for neither."""
    found = _ATTRIBUTE.fullmatch(_text(node) or "")
    if found is None:
        return None
    path = read_path(found[2]) if found[2] is not None else ()
    return None if path is None else (parse_address(found[1]), path)


def _text(node: Node) -> str | None:
    value = node.value
    if isinstance(value, Template):
        only = value.parts[0]
        if len(value.parts) != 1 or not isinstance(only, Expression):
            return None
        value = only.text.strip()
    return value if isinstance(value, str) else None
