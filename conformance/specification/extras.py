"""Keys that Azure answers though its specification lacks them: those that recorded answers have.

A key of an answer that no definition has is a mistake of ours, unless a recording shows it at the same place
of the same type.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from conformance.specification.check import Extras
from mlinfra.simulator.ids import parse


class Recorded:
    """The keys of recorded answers by the type that was asked for."""

    def __init__(self, traffic: Iterable[Mapping[str, Any]]) -> None:
        self._known: dict[str, set[str]] = defaultdict(set)
        self.used: set[tuple[str, str]] = set()
        """Types and keys that were looked up and found, for the reader."""
        for one in traffic:
            if 200 <= one["status"] < 300 and isinstance(one.get("resp_body"), dict):
                _collect(one["resp_body"], "", self._known[parse(one["path"]).type])

    def of(self, path: str) -> Extras:
        """Whether a key of an answer from this path is known."""
        type_ = parse(path).type

        def known(where: str) -> bool:
            where = where.removeprefix("value[].")
            found = where in self._known[type_]
            if found:
                self.used.add((type_, where))
            return found

        return known


def _collect(value: Any, path: str, into: set[str]) -> None:
    if isinstance(value, dict):
        for key, one in value.items():
            where = f"{path}.{key}" if path else key
            into.add(where.removeprefix("value[]."))
            _collect(one, where, into)
    elif isinstance(value, list):
        for one in value:
            _collect(one, f"{path}[]", into)
