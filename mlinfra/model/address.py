"""Addresses: ``module.ws["a"].role_assignment.scientists["ana"]``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

Key: TypeAlias = str | int | None
"""What ``for_each`` (str) or ``count`` (int) tells an instance by; None for a single one."""

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_KEY = r'"(?:[^"\\]|\\.)*"|\d+'
_STEP = re.compile(rf"module\.({_NAME})(?:\[({_KEY})\])?\.")
_MODULE = re.compile(rf"((?:module\.{_NAME}(?:\[(?:{_KEY})\])?\.)+)")
_PATHS = re.compile(rf"(?:\bmodule\.{_NAME}(?:\[(?:{_KEY})\])?\.?)+")
_ADDRESS = re.compile(
    rf"((?:module\.{_NAME}(?:\[(?:{_KEY})\])?\.)*)(?!module\.)({_NAME})\.({_NAME})(?:\[({_KEY})\])?"
)


@dataclass(frozen=True, slots=True, order=True)
class ModuleStep:
    """One module call on the way down, with its instance key."""

    name: str
    key: Key = None

    def __str__(self) -> str:
        return f"module.{self.name}{_bracket(self.key)}"


ModulePath: TypeAlias = tuple[ModuleStep, ...]
"""One module of a stack by the calls that lead to it, outermost first; empty is the stack itself."""


class Address(msgspec.Struct, frozen=True, gc=False):
    """Names one resource instance, or with ``key=None`` a block that has no instances.

    Addresses are the keys of nearly every table: a plan asks a hundred times for the hash of each. A Struct's
    is as quick as a tuple's.
    """

    type: str
    name: str
    key: Key = None
    module: ModulePath = ()

    def __str__(self) -> str:
        modules = "".join([f"{step}." for step in self.module]) if self.module else ""
        return f"{modules}{self.type}.{self.name}{_bracket(self.key)}"

    def __lt__(self, other: Address) -> bool:
        return self.sort_key < other.sort_key

    @property
    def sort_key(self) -> tuple[object, ...]:
        """What addresses are ordered by: modules, type, name, then the key, numbers by their size."""
        return tuple((s.name, str(s.key)) for s in self.module), self.type, self.name, _rank(self.key)

    @property
    def block(self) -> Address:
        """The block that this is an instance of."""
        return self if self.key is None else Address(self.type, self.name, None, self.module)

    def instance(self, key: Key) -> Address:
        """The instance of this block with this key."""
        return self if key == self.key else Address(self.type, self.name, key, self.module)


def _rank(key: Key) -> tuple[int, int, str]:
    return (0, key, "") if isinstance(key, int) else (1, 0, key or "")


def _bracket(key: Key) -> str:
    return (
        ""
        if key is None
        else f"[{key}]"
        if isinstance(key, int)
        else f"[{json.dumps(key, ensure_ascii=False)}]"
    )


def parse_address(text: str) -> Address:
    """Read an address as users type it.

    Raises ValueError that says what an address looks like.
    """
    match = _ADDRESS.fullmatch(text)
    if not match:
        raise ValueError(f'{text!r} is no address; one looks like compute.cpu or role_assignment.team["ana"]')
    modules, type_name, name, key = match.groups()
    steps = tuple(ModuleStep(step[1], _key(step[2])) for step in _STEP.finditer(modules)) if modules else ()
    return Address(type_name, name, _key(key), steps)


def parse_module(text: str) -> ModulePath | None:
    """Read the path of a module, ``module.ws["a"]``; None when it is none."""
    match = _MODULE.fullmatch(f"{text}.")
    return tuple(ModuleStep(s[1], _key(s[2])) for s in _STEP.finditer(match[1])) if match else None


def shown_module(path: ModulePath) -> str:
    """The path as users type it."""
    return ".".join(map(str, path))


def without_modules(text: str) -> str:
    """The text without every path of a module in it."""
    return _PATHS.sub("", text)


def _key(written: str | None) -> Key:
    """What stands in brackets. Raises ValueError where that is no JSON."""
    key: Key = None if written is None else json.loads(written)
    return key
