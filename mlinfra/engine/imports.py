"""``import:``: under which id something exists already that is to be taken over."""

from __future__ import annotations

from typing import Any

from mlinfra.config.expand import Each
from mlinfra.config.expression import evaluate
from mlinfra.config.scope import Scope
from mlinfra.engine.scope import KeyedScope
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node


def imported(
    block: Block, each: Each, scope: Scope, stack: Scope, problems: list[Diagnostic]
) -> tuple[Node | None, str | None]:
    """Where it is written which id an instance is imported from, and that id; None where there is none.

    ``scope`` is the block's, ``stack`` what ``import:`` at the top of the stack reads.

    What is written and is no id goes to ``problems``.
    """
    node, value = _written(block, each, scope, stack, problems)
    if value is None or (isinstance(value, str) and value.startswith("/")):
        return node, value
    problems.append(_no_id(block, node, value))
    return node, None


def _written(
    block: Block, each: Each, scope: Scope, stack: Scope, problems: list[Diagnostic]
) -> tuple[Node | None, Any]:
    if block.import_id is not None:
        return block.import_id, evaluate(block.import_id, scope, problems)
    if not block.imports:
        return None, None
    if each.key is not None:
        stack = stack.extended({"each": KeyedScope({"key": each.key, "value": each.value})})
    for entry in block.imports:
        if entry.for_each is None:
            if entry.key == each.key:
                return entry.id, evaluate(entry.id, stack, problems)
            continue
        members = evaluate(entry.for_each, stack, problems)
        keyed = members if isinstance(members, dict) else dict(zip(members, members, strict=True))
        if each.key in keyed:
            inner = stack.extended({"each": KeyedScope({"key": each.key, "value": keyed[each.key]})})
            return entry.id, evaluate(entry.id, inner, problems)
    return None, None


def _no_id(block: Block, node: Node | None, value: Any) -> Diagnostic:
    shown = f'"{value}"' if isinstance(value, str) else "what is written"
    return error(
        "MLI-REF-012",
        f"import: of {block.address} takes an id, and {shown} is none",
        "An id of Azure begins with /subscriptions/; `az resource list` prints them.",
        node.position if node is not None else block.position,
        block.address,
    )
