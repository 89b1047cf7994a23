"""A stack as the machine knows it: what is written, from which follows what there should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

INSTANCES = ("x", "y", "z")
"""What `for_each` makes one of each of."""


@dataclass
class Block:
    """One block. ``name`` is the resource's own, which cannot change in place; ``value`` can.

    ``inside`` is the label of its container's block, ``reads`` that of one whose computed key becomes part of
    the value. ``keys`` are those of `for_each`. ``place`` cannot change in place, and leaves the id as it is.
    """

    type: str
    name: str
    value: str
    inside: str | None = None
    reads: str | None = None
    keys: tuple[str, ...] | None = None
    place: str = ""
    life: dict[str, Any] = field(default_factory=dict)
    adopts: bool = False
    """Whether it has an `import:` of what it would be."""

    @property
    def instances(self) -> tuple[str | None, ...]:
        """The keys of its instances; None alone for a block without `for_each`."""
        return (None,) if self.keys is None else self.keys

    def named(self, key: str | None) -> str:
        """The name of one instance."""
        return self.name if key is None else f"{self.name}-{key}"


class Stack:
    """Blocks by label, in an order in which each needs only earlier ones; and the renames of labels."""

    def __init__(self) -> None:
        self.blocks: dict[str, Block] = {}
        self.moved: dict[str, str] = {}

    def address(self, label: str, key: str | None) -> str:
        """As plans print it."""
        return label if key is None else f'{label}["{key}"]'

    def instances(self) -> Iterator[tuple[str, Block, str | None]]:
        """Every instance: the label of its block, the block, the key."""
        for label, block in self.blocks.items():
            for key in block.instances:
                yield label, block, key

    def before(self, label: str) -> dict[str, Block]:
        """What this block may need."""
        labels = list(self.blocks)
        return {name: self.blocks[name] for name in labels[: labels.index(label)]}

    def remove(self, label: str) -> None:
        """Take out a block, what lies in it, and the references to both."""
        del self.blocks[label]
        for other, block in list(self.blocks.items()):
            if block.reads == label:
                block.reads = None
            if block.inside == label and other in self.blocks:
                self.remove(other)

    def rename(self, label: str, new: str) -> None:
        """Give a block another label, in its place."""
        self.blocks = {new if name == label else name: block for name, block in self.blocks.items()}
        for block in self.blocks.values():
            block.inside = new if block.inside == label else block.inside
            block.reads = new if block.reads == label else block.reads
        self.moved[label] = new

    def free_names(
        self, label: str | None, type_: str, inside: str | None, names: tuple[str, ...]
    ) -> list[str]:
        """Names that no other block of the type has in the same container."""
        taken = {
            block.name
            for other, block in self.blocks.items()
            if other != label and (block.type, block.inside) == (type_, inside)
        }
        return [name for name in names if name not in taken]
