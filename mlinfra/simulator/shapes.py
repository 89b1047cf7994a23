"""Which JSON a service can read: types of the keys we know, nothing about keys we do not.

A null is read as "left out" everywhere, as ARM's services do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from mlinfra.simulator.errors import ArmError, invalid_content, invalid_value


class Shape(Protocol):
    """Reads one value: gives what is kept, or raises ArmError.

    ``path`` is for the message. ``partial`` (a PATCH) asks for no required keys; items of lists are whole.
    """

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """The value as kept."""
        ...


def wrong_type(value: Any, path: str, wanted: str) -> ArmError:
    """The refusal of JSON of another type, in the words of the deserializer that ARM's services share."""
    shown = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    problem = f"Error converting value {shown!r} to type '{wanted}'. Path '{path}'"
    return invalid_content(problem)


class Text(msgspec.Struct, frozen=True):
    """A string. ``among`` are the words taken, found without case and kept in their own casing.

    ``echo`` keeps the casing of the request, as some services do.
    """

    among: tuple[str, ...] = ()
    echo: bool = False
    pattern: str = ""
    size: int = 0
    refuse: Callable[[str, Any], ArmError] | None = None

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """Raises ArmError for another type (InvalidRequestContent) or word (InvalidParameterValue)."""
        if not isinstance(value, str):
            raise wrong_type(value, path, "System.String")
        make = self.refuse or (lambda where, what: invalid_value(where, what))
        if self.among:
            for word in self.among:
                if word.lower() == value.lower():
                    return value if self.echo else word
            raise make(path, value)
        if (self.pattern and not re.fullmatch(self.pattern, value)) or (self.size and len(value) > self.size):
            raise make(path, value)
        return value


class Bool(msgspec.Struct, frozen=True):
    """True or false."""

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """Raises ArmError for anything else."""
        if not isinstance(value, bool):
            raise wrong_type(value, path, "System.Boolean")
        return value


class Number(msgspec.Struct, frozen=True):
    """A number between bounds, or one of some. ``whole`` takes integers only.

    ``lenient`` takes digits in a string too, as the .NET services with the default deserializer do.
    """

    low: float | None = None
    high: float | None = None
    among: tuple[float, ...] = ()
    whole: bool = True
    lenient: bool = False
    refuse: Callable[[str, Any], ArmError] | None = None

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """Raises ArmError for another type or a number out of bounds."""
        if self.lenient and isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
            value = int(value)
        right = isinstance(value, int) if self.whole else isinstance(value, int | float)
        if not right or isinstance(value, bool):
            raise wrong_type(value, path, "System.Int32" if self.whole else "System.Double")
        make = self.refuse or (lambda where, what: invalid_value(where, what))
        low, high = self.low, self.high
        if (
            (low is not None and value < low)
            or (high is not None and value > high)
            or (self.among and value not in self.among)
        ):
            raise make(path, value)
        return value


class Anything(msgspec.Struct, frozen=True):
    """Anything that is JSON."""

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """The value itself."""
        return value


class Items(msgspec.Struct, frozen=True):
    """A list, each item of one shape."""

    item: Shape = Anything()
    most: int = 0

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """Raises ArmError when it is no list, or too long."""
        if not isinstance(value, list):
            raise wrong_type(value, path, "System.Collections.Generic.List")
        if self.most and len(value) > self.most:
            raise invalid_value(path, f"{len(value)} items", f"may have {self.most} at most")
        return [self.item.read(one, f"{path}[{index}]") for index, one in enumerate(value)]


class Table(msgspec.Struct, frozen=True):
    """An object with any keys, each value of one shape. Nulls stay, they mean removal in some services."""

    item: Shape = Anything()

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """Raises ArmError when it is no object."""
        if not isinstance(value, dict):
            raise wrong_type(value, path, "System.Collections.Generic.Dictionary")
        return {
            key: None if one is None else self.item.read(one, f"{path}.{key}") for key, one in value.items()
        }


@dataclass(frozen=True, slots=True)
class Object:
    """An object with known keys, found without case and kept in their own casing.

    Unknown keys are dropped, as the services do that ignore them, unless ``open`` keeps them. ``required``
    keys must be there and not null; ``refuse`` makes their error from the path.
    """

    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()
    open: bool = False
    refuse: Callable[[str], ArmError] | None = None
    _folded: dict[str, str] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._folded.update({key.lower(): key for key in self.keys})

    def read(self, value: Any, path: str, partial: bool = False) -> Any:
        """Raises ArmError when it is no object, lacks a required key, or holds a wrong value."""
        if not isinstance(value, dict):
            raise wrong_type(value, path, "System.Object")
        found: dict[str, Any] = {}
        for key, item in value.items():
            own = self._folded.get(key.lower())
            if own is not None:
                where = f"{path}.{own}" if path else own
                found[own] = None if item is None else self.keys[own].read(item, where, partial)
            elif self.open:
                found[key] = item
        for key in () if partial else self.required:
            if found.get(key) is None:
                where = f"{path}.{key}" if path else key
                raise (self.refuse or missing_value)(where)
        return found


def missing_value(path: str) -> ArmError:
    """A required key that is left out."""
    return invalid_content(f"Required property '{path.rpartition('.')[2]}' not found in JSON. Path '{path}'")
