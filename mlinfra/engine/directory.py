"""The blocks of a stack, found by what they are called and by what can live in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from mlinfra.engine.check import near
from mlinfra.model.address import Address, ModuleStep, parse_address
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Template


class Directory:
    """Looked up, never searched: a stack may have ten thousand blocks, each of which names some others."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._of_type: dict[tuple[str, tuple[ModuleStep, ...]], dict[Address, Block]] = {}
        self._called: dict[tuple[str, str], list[Address]] = {}
        for block in blocks:
            address = block.address
            self._of_type.setdefault((address.type, address.module), {})[address] = block
            written = block.body.value.get("name")
            called = written.value if written is not None else address.name
            if isinstance(called, str):
                self._called.setdefault((address.type, called.casefold()), []).append(address)

    def __contains__(self, address: Address) -> bool:
        return address in self._of_type.get((address.type, address.module), {})

    def named(self, type_name: str, value: str) -> Sequence[Address]:
        """Blocks of a type that a name or id written as plain text means."""
        name = value.removeprefix("azureml:").rsplit("/", 1)[-1].casefold()
        return self._called.get((type_name, name), ())

    def parent(self, block: Block, type_name: str, problems: list[Diagnostic]) -> Address | None:
        """The block (or, with a key, the instance) of a type that ``block`` lives in.

        What its ``parent:`` says, else the only one that there is. None where there is none; where there are
        several, or the one that is named is wrong, that goes to ``problems``.
        """
        candidates = self._of_type.get((type_name, block.address.module), {})
        if block.parent is not None:
            return _chosen(block, block.parent, type_name, candidates, problems)
        if len(candidates) > 1:
            listed = "\n".join(f"{each.address}  ({each.position})" for each in candidates.values())
            problems.append(
                error(
                    "MLI-REF-005",
                    f"{block.address} could live in {len(candidates)} {type_name}s",
                    f"{listed}\nSay which, for example  parent: {next(iter(candidates))}",
                    block.position,
                    block.address,
                )
            )
            return None
        return next(iter(candidates), None)


def _chosen(
    block: Block, node: Node, type_name: str, known: Collection[Address], problems: list[Diagnostic]
) -> Address | None:
    """What ``parent:`` names: an address, with or without ``${…}``."""
    text = node.value.text if isinstance(node.value, Template) else node.value
    try:
        wanted = parse_address(str(text).removeprefix("${").removesuffix("}").strip().removesuffix(".id"))
    except ValueError:
        wanted = None
    if wanted is not None:
        wanted = Address(wanted.type, wanted.name, wanted.key, block.address.module)
    if wanted is None or wanted.block not in known:
        problems.append(
            error(
                "MLI-REF-008",
                f"`{text}` is no {type_name} of this stack",
                f"{near(str(text), known)}parent: takes the address of the {type_name} that "
                f"{block.address} lives in: {', '.join(map(str, known)) or 'there is none'}.",
                node.position,
                block.address,
            )
        )
        return None
    return wanted
