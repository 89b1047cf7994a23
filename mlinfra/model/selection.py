"""What a user names of a stack: a resource, a block with its instances, a module with what lies in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from mlinfra.model.address import Address, ModulePath, ModuleStep, parse_address, parse_module, shown_module

Selection: TypeAlias = Address | ModulePath
"""An address, or the path of a module: ``module.ws``, which without a key is every instance of that call."""


def parse_selection(text: str) -> Selection:
    """Read it as users type it. Raises ValueError that says what one looks like."""
    return parse_module(text) or parse_address(text)


def shown_selection(selection: Selection) -> str:
    """It as users type it."""
    return str(selection) if isinstance(selection, Address) else shown_module(selection)


def covers(selection: Selection, address: Address) -> bool:
    """Whether the address is meant by it."""
    if isinstance(selection, Address):
        return selection in (address, address.block)
    head = address.module[: len(selection)]
    return len(head) == len(selection) and all(map(_is, selection, head))


def modules_of(addresses: Iterable[Address]) -> set[ModulePath]:
    """Every module in which one of them lies, at any depth; of one with instances the whole call, too."""
    found = {a.module[:depth] for a in addresses for depth in range(1, len(a.module) + 1)}
    return found | {(*path[:-1], ModuleStep(path[-1].name)) for path in found}


def moved_along(address: Address, old: ModulePath, new: ModulePath) -> Address | None:
    """The address when the module ``old`` is called ``new``; None where it does not lie in it.

    Every instance of a call goes along with its key; into one instance goes only what had no key.
    """
    head, rest = address.module[: len(old)], address.module[len(old) :]
    if len(head) < len(old):
        return None
    steps = list(new)
    for from_end, (step, real) in enumerate(zip(reversed(old), reversed(head), strict=True), 1):
        if step == real:
            continue
        if not _is(step, real) or from_end > len(steps) or steps[-from_end].key is not None:
            return None
        steps[-from_end] = ModuleStep(steps[-from_end].name, real.key)
    return Address(address.type, address.name, address.key, (*steps, *rest))


def _is(step: ModuleStep, real: ModuleStep) -> bool:
    return step == real or (step.key is None and step.name == real.name)
