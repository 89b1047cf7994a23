"""Which keys the pinned specification defines, and which any recording shows, at which api-version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.replay.asked import About, Asked, ask
from conformance.replay.comparing import keys_of
from conformance.replay.exchanges import ZEROED
from conformance.specification.documents import Documents, Node
from conformance.specification.operations import read_operations
from conformance.specification.schemas import Schemas
from conformance.specification.supported import path_of
from mlinfra.providers.azure.versions import API_VERSIONS

if TYPE_CHECKING:
    from conformance.replay.exchanges import Exchange, Session

CANARY = "euap"
"""What the names of canary regions end on."""

NEAR = "2023"
"""Answers at older api-versions gained keys over the years in which they were recorded."""

Sort = tuple[str, bool]
"""A type in lower case, and whether it is about a list: lists show less."""


def sort_of(asked: Asked, answer: Any) -> Sort:
    """What answers of a kind have in common; the last poll of an operation may answer a resource."""
    said = answer.get("type") if isinstance(answer, dict) and "id" in answer else None
    type_ = said.lower() if isinstance(said, str) and "/" in said else asked.path.type
    return type_, asked.about is About.LIST


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
    """Everything that sessions show, beside the definitions of the pinned specifications."""

    def __init__(self, sessions: Iterable[Session], specifications: Mapping[str, bytes]) -> None:
        self._sessions = tuple(sessions)
        self._schemas = Schemas(Documents(specifications))

    def specified(self, method: str, sort: Sort, answer: Any) -> frozenset[str]:
        """The keys of an answer that the pinned specification defines for it."""
        type_, listed = sort
        schema = self._responses.get((method, type_, not listed)) or self._responses.get(("GET", type_, True))
        return frozenset(self._defined(schema, answer, "")) if schema is not None else frozenset()

    def shown(self, sort: Sort, era: str, key: str) -> bool:
        """Whether any answer of an `era` has the key."""
        return key in self._shown.get((*sort, era), ())

    def dropped(self, sort: Sort, version: str, key: str) -> bool:
        """Whether the latest api-version that answers are recorded at is a later one, and lacks the key."""
        versions = {era.split()[0] for (*other, era) in self._shown if tuple(other) == sort}
        latest = max(versions - {ZEROED}, default=version)
        return latest > version and not any(
            key in keys for (*other, era), keys in self._shown.items()
            if tuple(other) == sort and era.startswith(latest)
        )  # fmt: skip

    def optional(self, sort: Sort, key: str) -> bool:
        """Whether in some era of answers none has the key."""
        return any(key not in keys for (*other, _), keys in self._shown.items() if tuple(other) == sort)

    def ever(self, sort: Sort, key: str) -> bool:
        """Whether any answer at all has the key."""
        return any(key in keys for (*other, _), keys in self._shown.items() if tuple(other) == sort)

    @cached_property
    def _responses(self) -> dict[tuple[str, str, bool], Node]:
        """What operations answer, by method, path type, and whether the path ends on a name."""
        found: dict[tuple[str, str, bool], Node] = {}
        for operation in read_operations(self._schemas.documents, API_VERSIONS):
            path = path_of(operation)
            for status, schema in sorted(operation.responses.items()):
                if schema is not None and status.startswith("2"):
                    found.setdefault((operation.method, path.type, path.item), schema)
        return found

    def _defined(self, node: Node, value: Any, at: str) -> Iterator[str]:
        node = self._schemas.documents.follow(node)
        if isinstance(value, list):
            items = node.at("items")
            for item in value if items is not None else ():
                yield from self._defined(items, item, f"{at}[]")  # type: ignore[arg-type]
        elif isinstance(value, dict):
            flat = self._schemas.flat(self._schemas.meant(node, value)[0])
            for key, inner in value.items():
                found = flat.keys.get(key) or flat.more
                if found is not None:
                    path = f"{at}.{key}" if at else key
                    yield path
                    yield from self._defined(found, inner, path)

    @cached_property
    def _shown(self) -> dict[tuple[str, bool, str], set[str]]:
        found: dict[tuple[str, bool, str], set[str]] = {}
        for session in self._sessions:
            for exchange in session.exchanges:
                if exchange.status < 400 and exchange.answer is not None:
                    key = (*sort_of(ask(exchange), exchange.answer), era(session, exchange))
                    found.setdefault(key, set()).update(keys_of(exchange.answer))
        return found
