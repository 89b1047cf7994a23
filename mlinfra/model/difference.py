"""What differs between two states of one stack."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.model.address import Address
from mlinfra.model.plan import AttributeChange, OutputChange
from mlinfra.model.state import Record


@dataclass(frozen=True, slots=True)
class Altered:
    """One resource that both record, otherwise in each: under another address too where ``old`` is one."""

    address: Address
    old: Address
    attributes: tuple[AttributeChange, ...] = ()
    notes: tuple[str, ...] = ()
    """What differs beside attributes, in a few words each."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be done to one state to make it another, in the order of addresses."""

    added: tuple[Record, ...] = ()
    removed: tuple[Record, ...] = ()
    altered: tuple[Altered, ...] = ()
    outputs: tuple[OutputChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered or self.outputs)
