"""ARM paths taken apart, and GUIDs that come from a seed."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import unquote

import msgspec

GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
"""A GUID as ARM writes it; use ``fullmatch``."""

_SLASHES = re.compile(r"/{2,}")


class Path(msgspec.Struct, frozen=True):
    """An ARM path by its parts. Types are lower case, names and ``text`` as they were sent.

    ``scope`` is what an id extends: everything before the last ``/providers/``. Paths without a provider
    get the type ARM's own resources have: ``/subscriptions/{s}/resourceGroups/{g}`` is an item of
    ``microsoft.resources/resourcegroups`` in the scope ``/subscriptions/{s}``.
    """

    text: str
    scope: str
    type: str
    names: tuple[str, ...]
    subscription: str
    group: str
    item: bool
    """Whether the last segment is a name (an item), not a type or a verb (a collection or an action)."""

    @property
    def name(self) -> str:
        """The last name; of a collection or an action that of the parent."""
        return self.names[-1] if self.names else ""

    @property
    def parent(self) -> str:
        """The id this one lies under: without its last name and type, or without its verb."""
        text = self.text.rpartition("/")[0]
        if not self.item:
            return text
        text = text.rpartition("/")[0]
        if self.type.count("/") > 1:
            return text
        return self.scope

    @property
    def parent_type(self) -> str:
        """The type without its last part; of an action the type it acts on."""
        return self.type.rpartition("/")[0]


@lru_cache(maxsize=16384)
def parse(raw: str) -> Path:
    """Take a path apart. ``//`` counts as one slash (``az resource`` sends it), a last slash as none."""
    text = _SLASHES.sub("/", unquote(raw) if "%" in raw else raw).rstrip("/")
    if not text.isascii():
        text = text.encode(errors="replace").decode()  # half a character is none that can be stored
    parts = text.split("/")[1:]
    lowered = [part.lower() for part in parts]
    subscription = parts[1] if len(parts) > 1 and lowered[0] == "subscriptions" else ""
    group = parts[3] if subscription and len(parts) > 3 and lowered[2] == "resourcegroups" else ""
    # ids go in pairs, so a group that is called "providers" stands at an odd place
    at = max((place for place in range(0, len(lowered), 2) if lowered[place] == "providers"), default=-1)
    if at >= 0 and len(parts) > at + 2:
        rest = parts[at + 2 :]
        kinds, names = rest[0::2], tuple(rest[1::2])
        scope = "/" + "/".join(parts[:at]) if at else ""
        return Path(
            text=text,
            scope=scope,
            type="/".join([lowered[at + 1], *(kind.lower() for kind in kinds)]),
            names=names,
            subscription=subscription,
            group=group,
            item=len(kinds) == len(names),
        )
    if at >= 0:  # …/providers or …/providers/{namespace}: ARM's list of providers
        scope = "/" + "/".join(parts[:at]) if at else ""
        names = tuple(parts[at + 1 :])
        return Path(text, scope, "microsoft.resources/providers", names, subscription, group, bool(names))
    if group:
        tail, names, scope = lowered[4:], (group, *parts[5::2]), "/" + "/".join(parts[:2])
        kind = "/".join(["microsoft.resources/resourcegroups", *tail[0::2]])
        return Path(text, scope, kind, names, subscription, group, len(tail) % 2 == 0)
    if subscription and len(parts) == 3 and lowered[2] == "resourcegroups":
        scope = "/" + "/".join(parts[:2])
        return Path(text, scope, "microsoft.resources/resourcegroups", (), subscription, "", False)
    tail = lowered[0::2] if lowered != [""] else []
    kind = "/".join(["microsoft.resources", *tail])
    return Path(text, "", kind, tuple(parts[1::2]), subscription, "", len(parts) % 2 == 0 and bool(parts))


def segment(id: str, word: str) -> str:
    """What follows ``word`` in an id, ``""`` when it is not there: ``segment(id, "resourceGroups")``."""
    parts = id.split("/")
    lowered = [part.lower() for part in parts]
    try:
        return parts[lowered.index(word.lower()) + 1]
    except (ValueError, IndexError):
        return ""


class Ids:
    """GUIDs that depend on the seed and on what they are for, never on the order of requests.

    The same question asked again (an identity created a second time) gets another GUID: ``count`` says how
    often it was asked, and the store keeps that.
    """

    def __init__(self, seed: int, count: Callable[[str], int]) -> None:
        self._seed = seed
        self._count = count

    def guid(self, *about: str) -> str:
        """A new GUID for this purpose, as ``guid("principal", resource_id)``."""
        key = "|".join(about).lower()
        return self._make(f"{self._seed}|{key}|{self._count(key)}")

    def fixed(self, *about: str) -> str:
        """The one GUID of this purpose under this seed, as the tenant's."""
        return self._make(f"{self._seed}|{'|'.join(about).lower()}")

    def secret(self, size: int, *about: str) -> bytes:
        """``size`` bytes that look random, for keys. New ones at each call."""
        key = "|".join(about).lower()
        return hashlib.shake_256(f"{self._seed}|{key}|{self._count(key)}".encode()).digest(size)

    @staticmethod
    def _make(text: str) -> str:
        return str(uuid.UUID(bytes=hashlib.sha256(text.encode()).digest()[:16], version=4))
