"""What expressions see of resources: ``workspace.main.id``, ``role_assignment.team["ana"].id``.

Scopes are looked up, never walked: `mlinfra.config.expression` explains why that matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mlinfra.model.address import Address, Key
from mlinfra.model.value import Attrs, Unknown


class InstanceScope:
    """One resource: what is written of it, then what is known of it, then what only an apply can tell.

    ``observed`` is what the service says of it as it will stay; None while it does not exist yet, is about
    to be replaced, or was not read.
    """

    __slots__ = ("_attrs", "_id", "_observed", "_schema")

    def __init__(
        self, attrs: Attrs, id: str | None, observed: Attrs | None, schema: Mapping[str, Any]
    ) -> None:
        self._attrs, self._id, self._observed, self._schema = attrs, id, observed, schema

    def find(self, name: str) -> Any:
        """The value of one attribute; KeyError when the type has no such key."""
        if name == "id" and self._id is not None:
            return self._id
        if name in self._attrs:
            return self._attrs[name]
        if self._observed is not None and name in self._observed:
            return self._observed[name]
        part = self._schema["properties"][name]
        if part.get("x-computed") and (self._observed is None or part.get("x-follows")):
            return Unknown(sensitive=bool(part.get("x-sensitive")))
        return None

    def called(self) -> set[str]:
        """What written names and ids mean this one, as `spelled` spells them."""
        return {spelled(own) for own in (self._id, self._attrs.get("name")) if isinstance(own, str)}

    def names(self) -> Iterable[str]:
        """Every key of the type."""
        return list(self._schema["properties"])


def spelled(name: str) -> str:
    """A name or id in the one spelling that all its spellings have: in Azure neither has case."""
    return name.casefold().rstrip("/")


class Called:
    """The instances of one type by what they are called: looked up, for there may be ten thousand."""

    def __init__(self, members: Iterable[tuple[Address, InstanceScope]]) -> None:
        self._names: dict[Address, set[str]] = {}
        self._found: dict[str, dict[Address, InstanceScope]] = {}
        for address, scope in members:
            self.put(address, scope)

    def find(self, name: str) -> InstanceScope | None:
        """The first that a written name or id means."""
        return next(iter(self._found.get(spelled(name), {}).values()), None)

    def put(self, address: Address, scope: InstanceScope | None) -> None:
        """Say what an instance is now; None: there is none any more."""
        names = scope.called() if scope is not None else set()
        for old in self._names.pop(address, set()) - names:
            del self._found[old][address]
        if scope is not None:
            self._names[address] = names
            for name in names:
                self._found.setdefault(name, {})[address] = scope


class KeyedScope:
    """The instances of a block with ``for_each`` or ``count``, or the blocks of a type: looked up by key."""

    __slots__ = ("_members",)

    def __init__(self, members: Mapping[Any, Any]) -> None:
        self._members = members

    def find(self, name: Key) -> Any:
        """One member; KeyError when there is none."""
        return self._members[name]

    def names(self) -> Iterable[str]:
        """The keys."""
        return map(str, self._members)


class Own:
    """``self`` while its fingerprint is not known yet; remembers whether an expression read it."""

    __slots__ = ("was_read",)

    def __init__(self) -> None:
        self.was_read = False

    def find(self, name: str) -> Any:
        """The fingerprint, unknown; KeyError for any other name."""
        if name != "fingerprint":
            raise KeyError(name)
        self.was_read = True
        return Unknown("${self.fingerprint}")

    def names(self) -> Iterable[str]:
        """The one name."""
        return ("fingerprint",)
