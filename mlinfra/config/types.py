"""The types of variables: ``string number bool any list(T) map(T) object({key: T, …})``.

A value either has the type or it has not: ``4`` is no string, since ``1.10`` and ``007`` would lose what was
written. The message says to put quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.config.functions import kind
from mlinfra.config.near import did_you_mean
from mlinfra.model.value import Redacted, Sensitive, Unknown

_SIMPLE = ("string", "number", "bool", "any")
_NESTED = ("list", "map", "object")
_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_-]*|[(){},:=]|\"[^\"]*\")")
_MAX_LEVELS = 16


class BadType(ValueError):
    """A text that names no type; says why."""


@dataclass(frozen=True, slots=True)
class Type:
    """``members`` are an object's keys with their types; those in ``optional`` may be left out: null then."""

    name: str
    of: Type | None = None
    members: Mapping[str, Type] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()

    def mismatch(self, value: Any, at: str = "") -> str | None:
        """Why a value has not this type, in words that never quote the value; None when it has.

        What is unknown may have any type; of what is secret not even its keys are told.
        """
        if value is None or self.name == "any" or isinstance(value, Unknown | Redacted):
            return None
        where = f"{at} " if at else "it "
        if isinstance(value, Sensitive):
            wrong_inside = self.mismatch(value.value)
            return f"{where}is secret, and not what its type says" if wrong_inside else None
        if self.name in _EXPECTED:
            python, words = _EXPECTED[self.name]
            fits = isinstance(value, python) and (self.name == "bool" or not isinstance(value, bool))
            if fits:
                return None
            hint = (
                "; put quotes around it"
                if self.name == "string" and not isinstance(value, list | dict)
                else ""
            )
            return f"{where}is {kind(value)} and should be {words}{hint}"
        if self.name == "list":
            if not isinstance(value, list):
                return f"{where}is {kind(value)} and should be a list"
            wrong = (self._inner(item, f"{at}[{i}]") for i, item in enumerate(value))
            return next((w for w in wrong if w), None)
        if not isinstance(value, dict):
            return f"{where}is {kind(value)} and should be a map"
        if self.name == "map":
            wrong = (self._inner(item, f"{at}.{key}" if at else key) for key, item in value.items())
            return next((w for w in wrong if w), None)
        return self._object(value, at)

    def filled(self, value: Any) -> Any:
        """A value of this type, with null for each optional key that is left out."""
        if isinstance(value, Sensitive):
            return Sensitive(self.filled(value.value))
        if self.name == "list" and self.of is not None and isinstance(value, list):
            return [self.of.filled(item) for item in value]
        if self.name == "map" and self.of is not None and isinstance(value, dict):
            return {key: self.of.filled(item) for key, item in value.items()}
        if self.name == "object" and isinstance(value, dict):
            return {
                **{key: self.members[key].filled(item) for key, item in value.items()},
                **{key: None for key in self.members if key not in value},
            }
        return value

    def _inner(self, value: Any, at: str) -> str | None:
        return self.of.mismatch(value, at) if self.of is not None else None

    def _object(self, value: dict[str, Any], at: str) -> str | None:
        for key in value:
            if key not in self.members:
                near = did_you_mean(key, self.members).rstrip()
                told = f"{at or 'it'} has a key `{key}` that its type has not"
                return f"{told}. {near}" if near else told
        for key, type_ in self.members.items():
            if key not in value and key not in self.optional:
                return f"{at or 'it'} needs the key `{key}`"
            if key in value and (wrong := type_.mismatch(value[key], f"{at}.{key}" if at else key)):
                return wrong
        return None


_EXPECTED: dict[str, tuple[Any, str]] = {
    "string": (str, "text"),
    "number": (int | float, "a number"),
    "bool": (bool, "true or false"),
}
ANY = Type("any")


def read_type(text: str) -> Type:
    """The type that a text names. Raises BadType."""
    tokens: list[str] = []
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if not found or len(tokens) > 1000:
            raise BadType(f"`{text[at:].strip()[:20]}` means nothing in a type")
        tokens.append(found[1])
        at = found.end()
    type_, rest = _type(tokens, 0)
    if rest:
        raise BadType(f"`{rest[0]}` stands after the end of the type")
    return type_


def _type(tokens: list[str], level: int) -> tuple[Type, list[str]]:
    if level > _MAX_LEVELS:
        raise BadType(f"a type has at most {_MAX_LEVELS} levels")
    if not tokens:
        raise BadType("a type is missing")
    name, rest = tokens[0], tokens[1:]
    if name in _SIMPLE:
        return Type(name), rest
    if name in ("list", "map"):
        if rest[:1] != ["("]:
            return Type(name, ANY), rest
        inner, rest = _type(rest[1:], level + 1)
        return Type(name, inner), _after(")", rest)
    if name == "object":
        if rest[:2] != ["(", "{"]:
            raise BadType("an object names its keys: object({name: string})")
        return _members(rest[2:], level)
    if name in ("set", "tuple"):
        raise BadType(f"there is no `{name}`; write list(…)")
    raise BadType(f"there is no type `{name}`. {did_you_mean(name, (*_SIMPLE, *_NESTED))}".strip())


def _members(tokens: list[str], level: int) -> tuple[Type, list[str]]:
    members: dict[str, Type] = {}
    optional: set[str] = set()
    while tokens[:1] != ["}"]:
        if not tokens or not (tokens[0][0].isalpha() or tokens[0][0] in '_"'):
            raise BadType("an object names its keys: object({name: string})")
        name = tokens[0].strip('"')
        if tokens[1:2] not in ([":"], ["="]):
            raise BadType(f"after the key `{name}` a colon and its type are missing")
        rest = tokens[2:]
        if rest[:2] == ["optional", "("]:
            optional.add(name)
            members[name], rest = _type(rest[2:], level + 1)
            rest = _after(")", rest)
        else:
            members[name], rest = _type(rest, level + 1)
        tokens = rest[1:] if rest[:1] == [","] else rest
        if rest[:1] not in ([","], ["}"]):
            raise BadType("the `{` of an object is not closed, or a comma is missing")
    return Type("object", None, members, frozenset(optional)), _after(")", tokens[1:])


def _after(token: str, tokens: list[str]) -> list[str]:
    if tokens[:1] != [token]:
        raise BadType(f"a `{token}` is missing")
    return tokens[1:]
