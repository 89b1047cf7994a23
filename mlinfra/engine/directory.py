"""The blocks of a stack, found by what they are called and by what can live in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from mlinfra.engine.check import near
from mlinfra.engine.tracing import traced
from mlinfra.model.address import Address, ModulePath
from mlinfra.model.configuration import Block
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.module import Module
from mlinfra.model.source import Node, Template


class Directory:
    """Looked up, never searched: a stack may have ten thousand blocks, each of which names some others."""

    def __init__(self, blocks: Iterable[Block], modules: Mapping[ModulePath, Module]) -> None:
        self._modules = modules
        self._blocks: dict[Address, Block] = {}
        self._of_type: dict[tuple[str, ModulePath], dict[Address, Block]] = {}
        self._called: dict[tuple[str, ModulePath, str], list[Address]] = {}
        self._inside: dict[ModulePath, list[Address]] = {}
        for block in blocks:
            address = block.address
            self._blocks[address] = block
            self._of_type.setdefault((address.type, address.module), {})[address] = block
            written = block.body.value.get("name")
            called = written.value if written is not None else address.name
            if isinstance(called, str):
                key = address.type, address.module, called.casefold()
                self._called.setdefault(key, []).append(address)

    def __contains__(self, address: Address) -> bool:
        return address in self._blocks

    def named(self, type_name: str, value: str, module: ModulePath) -> Sequence[Address]:
        """Blocks of a type that a name or id, written in a module as plain text, means: there, or further
        out."""
        name = value.removeprefix("azureml:").rsplit("/", 1)[-1].casefold()
        for depth in range(len(module), -1, -1):
            found = self._called.get((type_name, module[:depth], name))
            if found:
                return found
        return ()

    def inside(self, module: ModulePath) -> Sequence[Address]:
        """The blocks in a module and in all that it calls; without a key, in all its instances."""
        if module not in self._inside:
            last = module[-1]
            self._inside[module] = [
                address
                for address in self._blocks
                if address.module[: len(module) - 1] == module[:-1]
                and len(address.module) >= len(module)
                and address.module[len(module) - 1].name == last.name
                and last.key in (None, address.module[len(module) - 1].key)
            ]
        return self._inside[module]

    def parent(self, block: Block, type_name: str, problems: list[Diagnostic]) -> Address | None:
        """The block (or, with a key, the instance) of a type that ``block`` lives in.

        What its ``parent:`` says, else the only one that there is in its module, else what the module is
        handed. None where there is none; where there are several, or the one that is named is wrong, that
        goes to ``problems``.
        """
        candidates = self._of_type.get((type_name, block.address.module), {})
        if block.parent is not None:
            return self._chosen(block, block.parent, type_name, candidates, problems)
        if len(candidates) > 1:
            listed = "\n".join(f"{each.address}  ({each.position})" for each in candidates.values())
            problems.append(
                error(
                    "MLI-REF-005",
                    f"{block.address} could live in {len(candidates)} {type_name}s",
                    f"{listed}\nSay which, for example  parent: {_bare(next(iter(candidates)))}",
                    block.position,
                    block.address,
                )
            )
            return None
        return next(iter(candidates), None) or self._handed(block.address.module, type_name, problems)

    def _handed(self, path: ModulePath, type_name: str, problems: list[Diagnostic]) -> Address | None:
        """The parent of this type that the call of a module, or of one around it, hands down: what its
        ``parent:`` names, or what that lives in."""
        while path:
            module = self._modules[path]
            if module.call is not None and module.call.parent is not None:
                above = traced(module.call.parent, path[:-1], self._modules, module.key)
                block = self._blocks.get(above.block) if above is not None else None
                if above is None or block is None:
                    problems.append(_no_parent(module, module.call.parent).within(module.via[1:]))
                    return None
                return above if above.type == type_name else self.parent(block, type_name, problems)
            path = path[:-1]
        return None

    def _chosen(
        self,
        block: Block,
        node: Node,
        type_name: str,
        known: Collection[Address],
        problems: list[Diagnostic],
    ) -> Address | None:
        """What ``parent:`` names: an address, or an output or input that is the id of one."""
        module = block.address.module
        wanted = traced(node, module, self._modules)
        if wanted is not None and wanted.type == type_name and wanted.block in self._blocks:
            return wanted
        text = node.value.text if isinstance(node.value, Template) else str(node.value)
        near_by = [_bare(address) for address in known]
        problems.append(
            error(
                "MLI-REF-008",
                f"`{text}` is no {type_name} of this {'module' if module else 'stack'}",
                f"{near(text, near_by)}parent: takes the address of the {type_name} that "
                f"{block.address} lives in: {', '.join(near_by) or 'there is none'}.",
                node.position,
                block.address,
            )
        )
        return None


def _bare(address: Address) -> str:
    """The address as it is written inside its module."""
    return str(Address(address.type, address.name, address.key))


def _no_parent(module: Module, node: Node) -> Diagnostic:
    text = node.value.text if isinstance(node.value, Template) else str(node.value)
    return error(
        "MLI-REF-018",
        f"`{text}` is no resource that {module} could live in",
        "parent: takes the address of a resource, ${workspace.main}, or the output of a module that is the "
        "id of one, ${module.ws.workspace}.",
        node.position,
    )
