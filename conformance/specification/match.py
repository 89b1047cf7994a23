"""Which operation a request is: the template that its path fits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from conformance.specification.operations import Operation
from conformance.specification.supported import path_of

_WHOLE = frozenset(
    {"scope", "resourceid", "roleassignmentid", "roleid", "denyassignmentid", "parentresourcepath"}
)
"""Placeholders that stand for more than one segment."""


class Matcher:
    """Finds operations by method, path and api-version; the template that says most of a path goes first."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        ordered = sorted(operations, key=lambda one: -len(re.sub(r"\{\w+\}", "", one.path)))
        self.types = frozenset(path_of(one).type for one in ordered)
        """The path types that any of them has."""
        self._known = [(_pattern(one.path), one) for one in ordered]

    def find(self, method: str, path: str, version: str) -> Operation | None:
        """The operation, None when no specification of that version has it."""
        for pattern, operation in self._known:
            if operation.method == method and operation.api_version == version and pattern.fullmatch(path):
                return operation
        return None


def _pattern(template: str) -> re.Pattern[str]:
    parts = map(_part, re.split(r"(\{\w+\})", template))
    return re.compile("".join(parts), re.IGNORECASE)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    return ".+" if part[1:-1].lower() in _WHOLE else "[^/]+"
