"""A stack as a drawing: what there is, what lies in what, what needs what, and what is to happen to it."""

from __future__ import annotations

from dataclasses import dataclass

from mlinfra.model.address import Address
from mlinfra.model.plan import Action


@dataclass(frozen=True, slots=True)
class Box:
    """One resource, or a block with all its instances.

    ``inside`` is the box that it lives in; ``count`` how many instances it stands for (None: it is a single
    one or an instance itself). ``actions`` are what a plan does to it, the gravest first, with the number of
    instances each; empty where no plan was made or nothing is to happen.
    """

    address: Address
    inside: Address | None = None
    count: int | None = None
    actions: tuple[tuple[Action, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """``source`` needs ``target``."""

    source: Address
    target: Address


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes in the user's order, each after the one that it lives in; arrows in the order of the boxes."""

    stack: str
    boxes: tuple[Box, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    planned: bool = False
