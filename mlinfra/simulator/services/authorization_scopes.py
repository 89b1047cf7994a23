"""Scopes that lie in one another, and the ``$filter`` of Microsoft.Authorization."""

from __future__ import annotations

import re

import msgspec

from mlinfra.simulator.errors import not_simulated
from mlinfra.simulator.store import Resource, Store
from mlinfra.simulator.world import Call

_EQUALS = re.compile(r"(\w+)\s+eq\s+'([^']*)'", re.IGNORECASE)
_CALLED = re.compile(r"(\w+)\(\s*(?:'([^']*)')?\s*\)", re.IGNORECASE)


def within(scope: str, above: str) -> bool:
    """Whether a scope is another one or lies in it. ``/`` holds everything."""
    inner, outer = scope.rstrip("/").lower(), above.rstrip("/").lower()
    return inner == outer or inner.startswith(outer + "/")


def at_scope(store: Store, type_: str, scope: str) -> list[Resource]:
    """What of a type stands right at this scope (``""`` is the tenant)."""
    return store.under(f"{scope}/providers/{type_}", type_)


def above_or_at(store: Store, type_: str, scope: str) -> list[Resource]:
    """What of a type stands at this scope or at one that holds it."""
    parts = scope.split("/")
    found: list[Resource] = []
    for size in range(1, len(parts) + 1):
        found.extend(at_scope(store, type_, "/".join(parts[:size])))
    return found


class Filter(msgspec.Struct, frozen=True):
    """What a ``$filter`` asks for: ``atScope()``, and values by key in lower case."""

    at_scope: bool
    values: dict[str, str]


def read_filter(call: Call, keys: tuple[str, ...]) -> Filter:
    """``atScope()``, ``key eq 'value'`` and ``key('value')``, joined with ``and``.

    Raises ArmError 501 for another filter: Azure has more of them.
    """
    text = call.query.get("$filter", "").strip()
    here, values = False, {}
    for part in re.split(r"\s+and\s+", text, flags=re.IGNORECASE) if text else []:
        match = _EQUALS.fullmatch(part.strip()) or _CALLED.fullmatch(part.strip())
        name = match[1].lower() if match is not None else ""
        if match is not None and name == "atscope" and match[2] is None:
            here = True
        elif match is not None and name in keys and match[2] is not None:
            values[name] = match[2]
        else:
            raise not_simulated("GET", f"the filter '{text}' of {call.path.type}")
    return Filter(here, values)
