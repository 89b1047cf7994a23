"""What an instance gets where nothing is written: its parents, and what is handed down from them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlinfra.config.expand import Each
from mlinfra.engine.blocks import BlockGraph
from mlinfra.engine.members import Members
from mlinfra.engine.schema import Schema, properties
from mlinfra.engine.scope import InstanceScope, KeyedScope
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.value import Attrs


class Inheritance:
    """Fills in what a stack's graph and its members tell; what cannot be told goes to ``problems``."""

    def __init__(self, graph: BlockGraph, members: Members, problems: list[Diagnostic]) -> None:
        self._graph, self._members, self._problems = graph, members, problems

    def filled(
        self, block: Block, each: Each, attrs: Attrs, schema: Schema, settings: Mapping[str, Any]
    ) -> Attrs:
        """The attributes with parents, and with what these and the provider's settings hand down."""
        filled = dict(attrs)
        if "name" in schema["properties"] and "name" not in filled:
            self._problems.append(_nameless(block))
        parents = properties(schema, "x-parent")
        parent: InstanceScope | None = None
        for name, part in parents:
            above = self._parent(block, each, part["x-ref"])
            if above is not None and name not in filled:
                filled[name] = above.find("id")
            if name in filled:
                parent = above or self._members.named(part["x-ref"], filled[name], block.address.module)
        for name, part in properties(schema, "x-from"):
            if name in filled:
                continue
            for place in part["x-from"]:
                root, _, key = place.partition(".")
                value = settings.get(key) if root == "settings" else _find(parent, key)
                if value is not None:
                    filled[name] = value
                    break
        for name, part in parents:
            reported = self._graph.parents.get((block.address, part["x-ref"]), block.address) is None
            if not reported and not {name, *part.get("x-unless", ())} & filled.keys():
                self._problems.append(_orphan(block, name, part["x-ref"]))
        return filled

    def _parent(self, block: Block, each: Each, type_name: str) -> InstanceScope | None:
        """What ``parent:`` says, or the only candidate; None when there is none (or it is ambiguous)."""
        chosen = self._graph.parents.get((block.address, type_name))
        if chosen is None:
            return None
        above = self._members.of(chosen.block)
        if isinstance(above, KeyedScope):
            key = chosen.key if chosen.key is not None else each.key
            try:
                above = above.find(key)
            except KeyError:
                self._problems.append(
                    error(
                        "MLI-REF-006",
                        f"{block.address} has several possible parents: the instances of {chosen.block}",
                        f"Say which: parent: ${{{chosen.block}[…]}}",
                        block.position,
                        block.address,
                    )
                )
                return None
        return above if isinstance(above, InstanceScope) else None


def _nameless(block: Block) -> Diagnostic:
    return error(
        "MLI-TYP-007",
        f"every instance of {block.address} would be called `{block.address.name}`",
        f"Write a name that uses `each`:  name: {block.address.name}-${{each.key}}",
        block.position,
        block.address,
    )


def _orphan(block: Block, name: str, type_name: str) -> Diagnostic:
    return error(
        "MLI-REF-007",
        f"{block.address} needs a {type_name}, and the stack has none",
        f"Declare one under  resources: {type_name}:  or write  {name}:  with its name or id.",
        block.position,
        block.address,
        (name,),
    )


def _find(scope: InstanceScope | None, key: str) -> Any:
    if scope is None:
        return None
    try:
        return scope.find(key)
    except KeyError:
        return None
