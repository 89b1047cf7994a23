"""Which keys the published specification has, and which any recording shows, at which api-version."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.replay.asked import About, Asked, ask
from conformance.replay.comparing import keys_of

if TYPE_CHECKING:
    from conformance.replay.exchanges import Exchange, Session

CANARY = "euap"
"""What the names of canary regions end on."""

Sort = tuple[str, bool]
"""A type in lower case, and whether it is about a list: lists show less."""


def sort_of(asked: Asked, answer: Any) -> Sort:
    """What answers of a kind have in common; the last poll of an operation may answer a resource."""
    said = answer.get("type") if isinstance(answer, dict) and "id" in answer else None
    type_ = said.lower() if isinstance(said, str) and "/" in said else asked.path.type
    return type_, asked.about is About.LIST


NEAR = "2022"
"""Answers at older api-versions gained keys over the years in which they were recorded."""


def era(session: Session, exchange: Exchange) -> str:
    """The api-version of an answer; where it is old, or was taken out, that and the session.

    Canary regions run ahead of the others, so they are an era of their own.
    """
    version = exchange.api_version
    place = f" {CANARY}" if in_canary(exchange.answer) else ""
    return version + place if version >= NEAR else f"{version}{place} {session.name}"


def in_canary(answer: Any) -> bool:
    """Whether an answer shows a resource in a region of Microsoft's early updates."""
    return isinstance(answer, dict) and str(answer.get("location", "")).endswith(CANARY)


class Evidence:
    """Everything that sessions show, beside the names of the specification's properties."""

    def __init__(self, sessions: Iterable[Session], specifications: Mapping[str, bytes]) -> None:
        self._sessions = tuple(sessions)
        self._specifications = specifications

    def specified(self, type_: str, key: str) -> bool:
        """Whether the specification of a type's provider has a property of the name that a path ends on."""
        return key.rpartition(".")[2].removesuffix("[]") in self._names.get(type_.partition("/")[0], ())

    def shown(self, sort: Sort, era: str, key: str) -> bool:
        """Whether any answer of an `era` has the key."""
        return key in self._shown.get((*sort, era), ())

    def ever(self, sort: Sort, key: str) -> bool:
        """Whether any answer at all has the key."""
        return any(key in keys for (*other, _), keys in self._shown.items() if tuple(other) == sort)

    @cached_property
    def _names(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for path, text in self._specifications.items():
            namespace = next((part for part in path.split("/") if part.startswith("Microsoft.")), "")
            if path.endswith(".json") and "/examples/" not in path:
                found.setdefault(namespace.lower(), set()).update(_properties(json.loads(text)))
        for names in found.values():
            names |= found.get("", set())  # the common types belong to everybody
        return found

    @cached_property
    def _shown(self) -> dict[tuple[str, bool, str], set[str]]:
        found: dict[tuple[str, bool, str], set[str]] = {}
        for session in self._sessions:
            for exchange in session.exchanges:
                if exchange.status < 400 and exchange.answer is not None:
                    key = (*sort_of(ask(exchange), exchange.answer), era(session, exchange))
                    found.setdefault(key, set()).update(keys_of(exchange.answer))
        return found


def _properties(schema: Any) -> Iterator[str]:
    """Every name under every ``properties`` of a specification."""
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties" and isinstance(value, dict):
                yield from value
            yield from _properties(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from _properties(item)
