"""A plan's values by the names that people know: ``workspace.main.id`` for an id of the stack itself.

An id of Azure is longer than a terminal is wide, and says less than the reference that it came from. A GUID
says nothing at all: beside it stands whose it is, where the plan knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from mlinfra.model.plan import Action, AttributeChange, Change, Drift, Plan
from mlinfra.model.value import Attrs, transform

_SECONDS = "s"
_LENGTH = 36
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def by_name(plan: Plan) -> Plan:
    """The same plan, for showing: ids of the stack's own resources as references, seconds as durations,
    and without what each creation only repeats: its own id, and the subscription that the heading names.

    Outputs stay as they are: their values are what others will read.
    """
    names = Names(plan)
    return replace(
        plan,
        changes=tuple(_change(change, names, plan.context) for change in plan.changes),
        drift=tuple(_drift(drift, names) for drift in plan.drift),
    )


class Names:
    """What ids and GUIDs are called. Worked out when the first of them is shown: of ten thousand resources
    that stay as they are none is."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def of(self, text: str) -> str:
        """The name of an id or of a GUID; what has none stays as it is."""
        if text.startswith("/"):
            return self._ids.get(text.casefold(), text)
        if _is_guid(text):
            return self._guids.get(text.casefold(), text)
        return text

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        now = {c.id.casefold(): f"{c.address}.id" for c in self._plan.changes if c.id is not None}
        return {**dict(_earlier(self._plan)), **now}

    @cached_property
    def _guids(self) -> Mapping[str, str]:
        return {guid: f"{name} ({guid})" for guid, name in _owners(self._plan).items()}


def _change(change: Change, names: Names, context: Mapping[str, str]) -> Change:
    if change.action is Action.NO_OP:
        return change
    attributes = tuple(_attribute(attribute, names) for attribute in change.attributes)
    after = _whole(change.after, change, names)
    if change.action.makes and after is not None:
        heading = {"id": change.id, "subscription": context.get("subscription")}
        told = {key for key, value in heading.items() if value is not None and after.get(key) == value}
        after = {key: value for key, value in after.items() if key not in told}
        attributes = tuple(a for a in attributes if a.path[0] not in told)
    return replace(change, attributes=attributes, before=_whole(change.before, change, names), after=after)


def _drift(drift: Drift, names: Names) -> Drift:
    return replace(drift, attributes=tuple(_attribute(attribute, names) for attribute in drift.attributes))


def _attribute(attribute: AttributeChange, names: Names) -> AttributeChange:
    if attribute.path == ("id",):
        return attribute
    timed = attribute.unit == _SECONDS
    before, after = (
        _duration(value) if timed else named(value, names) for value in (attribute.before, attribute.after)
    )
    return replace(attribute, before=before, after=after, unit="")


def _whole(attrs: Attrs | None, change: Change, names: Names) -> Attrs | None:
    if attrs is None:
        return None
    timed = {a.path[0] for a in change.attributes if a.unit == _SECONDS and len(a.path) == 1}
    return {
        key: value if key == "id" else _duration(value) if key in timed else named(value, names)
        for key, value in attrs.items()
    }


def named(value: Any, names: Names) -> Any:
    """The value with what ids and GUIDs in it are called in their place."""
    return transform(value, lambda leaf: names.of(leaf) if isinstance(leaf, str) else leaf)


def _earlier(plan: Plan) -> Iterator[tuple[str, str]]:
    """The ids that resources have now and lose, when they are made anew under another name."""
    for change in plan.changes:
        id = (change.before or {}).get("id")
        if change.action.replaces and isinstance(id, str):
            yield id.casefold(), f"{change.address}.id (was {id.rpartition('/')[2]})"


def _owners(plan: Plan) -> dict[str, str]:
    """Whose each GUID is that a change shows: that of a resource's id, or one that a resource has under a key
    of its own (``principal_id``). What several resources have, like a tenant, is nobody's."""
    found: dict[str, set[str]] = {}
    for change in plan.changes:
        for guid, name in _own(change):
            found.setdefault(guid, set()).add(name)
    return {guid: names.pop() for guid, names in found.items() if len(names) == 1}


def _own(change: Change) -> Iterator[tuple[str, str]]:
    last = (change.id or "").rpartition("/")[2].casefold()
    if _is_guid(last):
        yield last, str(change.address)
    for key, value in (change.before or change.after or {}).items():
        inner = ((f"{key}.{name}", leaf) for name, leaf in value.items()) if isinstance(value, dict) else ()
        for name, leaf in ((key, value), *inner):
            if name.endswith("_id") and isinstance(leaf, str) and _is_guid(leaf) and leaf.casefold() != last:
                yield leaf.casefold(), f"{change.address}.{name}"


def _is_guid(text: str) -> bool:
    return len(text) == _LENGTH and _GUID.fullmatch(text) is not None


def _duration(value: Any) -> Any:
    """A number of seconds in ISO 8601, which is put into words wherever it is shown."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return value
    for seconds, unit in ((3600, "H"), (60, "M")):
        if value and value % seconds == 0:
            return f"PT{int(value // seconds)}{unit}"
    return f"PT{value:g}S"
