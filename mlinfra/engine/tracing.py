"""Which resource a reference stands for, followed through locals, inputs and outputs without evaluating."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlinfra.config.reading import instance_key
from mlinfra.model.address import Address, Key, ModulePath, parse_address
from mlinfra.model.module import Module
from mlinfra.model.source import Node, Template

_FAR = 100
"""Names that a reference may go through."""
_NAMED = re.compile(r"(local|var)\.([A-Za-z_]\w*)", re.ASCII)
_OUTPUT = re.compile(r"module\.([A-Za-z_]\w*)(\[.*\])?\.([A-Za-z_]\w*)", re.ASCII)
_EACH = re.compile(r"\[each\.key\]\Z")


def traced(
    node: Node, path: ModulePath, modules: Mapping[ModulePath, Module], key: Key = None
) -> Address | None:
    """The block or instance that a node in a module names: ``workspace.main``, ``${workspace.main.id}``,
    ``${module.ws.workspace}``; None where it names none.

    ``key`` is what ``each.key`` is there, where that is known.
    """
    found: Node | None = node
    for _ in range(_FAR):
        text = _text(found) if found is not None else None
        if text is None:
            return None
        text = text.removesuffix(".id")
        if key is not None and _EACH.search(text):
            return _address(text[: -len("[each.key]")], path, key)
        if named := _NAMED.fullmatch(text):
            found, path, key = _behind(named[1], named[2], path, modules, key)
        elif output := _OUTPUT.fullmatch(text):
            child = (
                modules[path]
                .children.get(output[1], {})
                .get(instance_key(output[2], key) if output[2] else None)
            )
            if child is None:
                return None
            declared = modules[child].definition.outputs.get(output[3])
            found, path, key = (declared.value if declared is not None else None), child, None
        else:
            return _address(text, path, None)
    return None


def _behind(
    kind: str, name: str, path: ModulePath, modules: Mapping[ModulePath, Module], key: Key
) -> tuple[Node | None, ModulePath, Key]:
    module = modules[path]
    if kind == "local":
        return module.definition.locals.get(name), path, key
    if module.call is None:
        return None, path, key
    return module.call.inputs.get(name), path[:-1], module.key


def _address(text: str, path: ModulePath, key: Key) -> Address | None:
    try:
        found = parse_address(text)
    except ValueError:
        return None
    return None if found.module else Address(found.type, found.name, found.key if key is None else key, path)


def _text(node: Node) -> str | None:
    """What is written: an address, or the inside of the one expression."""
    value = node.value
    text = value.text if isinstance(value, Template) else value
    return text.removeprefix("${").removesuffix("}").strip() if isinstance(text, str) else None
