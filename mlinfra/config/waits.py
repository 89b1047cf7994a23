"""Keys that blocks and calls of modules share: ``depends_on`` and ``provider``."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlinfra.config import codes
from mlinfra.config.near import did_you_mean
from mlinfra.config.paths import read_address, read_module
from mlinfra.config.references import Names
from mlinfra.config.shape import Reader
from mlinfra.model.address import Address, ModulePath, shown_module
from mlinfra.model.configuration import Block, Waits
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Call
from mlinfra.model.source import Node, Position

_ALIAS = re.compile(r"[A-Za-z_]\w*\.[A-Za-z_]\w*", re.ASCII)


def read_waits(
    node: Node | None, what: str, problems: list[Diagnostic], address: Address | None = None
) -> Waits:
    """What ``depends_on`` of a block or call names; what is no address goes to ``problems``."""
    if node is None or node.value is None:
        return ()
    found: list[tuple[Address | ModulePath, Position]] = []
    for member in node.value if node.is_list else (node,):
        target = (read_address(member) or read_module(member)) if node.is_list else None
        if target is None:
            problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"`depends_on` of {what} takes a list of addresses",
                    "For example [compute.cpu, workspace.main].",
                    member.position,
                    address,
                )
            )
        else:
            found.append((target, member.position))
    return tuple(found)


def read_provider(node: Node | None, what: str, problems: list[Diagnostic]) -> Node | None:
    """The provider and its alias, ``azure.other``; None where nothing, or nothing such, is written."""
    if node is None or node.value is None:
        return None
    text = Reader(problems, what).text(node, "provider")
    if not text:
        return None
    if _ALIAS.fullmatch(text):
        return node
    problems.append(
        error(
            codes.WRONG_SHAPE,
            f"`provider` of {what} is a provider and one of its aliases",
            "For example  provider: azure.other  with  azure: {aliases: {other: {subscription: …}}}  at the "
            "top of the stack.",
            node.position,
        )
    )
    return None


def check_waits(named: Iterable[Block | Call], names: Names, problems: list[Diagnostic]) -> None:
    """Every address of every ``depends_on`` and ``replace_triggered_by`` is of something declared here."""
    for one in named:
        found = [(target, position, "depends_on") for target, position in one.depends_on]
        if isinstance(one, Block):
            triggers = one.lifecycle.replace_triggered_by
            found += [(each.address, each.position, "replace_triggered_by") for each in triggers]
        for target, position, key in found:
            if _is_declared(target, names):
                continue
            shown = str(target.block) if isinstance(target, Address) else shown_module(target)
            known = [f"{type_name}.{name}" for type_name, of_type in names.blocks.items() for name in of_type]
            known += [f"module.{name}" for name in names.calls]
            problems.append(
                error(
                    codes.NO_SUCH_NAME,
                    f"there is no {shown}",
                    f"{did_you_mean(shown, known)}`{key}` takes addresses of blocks of "
                    f"this {'stack' if names.is_stack else 'module'}.",
                    position,
                    one.address,
                )
            )


def _is_declared(target: Address | ModulePath, names: Names) -> bool:
    if isinstance(target, Address):
        return target.name in names.blocks.get(target.type, ()) and not target.module
    return len(target) == 1 and target[0].name in names.calls
