"""A plan without a secret's value: what rules are shown."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from mlinfra.model.plan import Change, OutputChange, Plan
from mlinfra.model.value import Attrs, Redacted, Sensitive, is_sensitive, transform

_HIDDEN = Redacted("")


def masked(plan: Plan) -> Plan:
    """The same plan; where a secret stood, there is a mark that says so and nothing else."""
    return replace(
        plan, changes=tuple(map(_change, plan.changes)), outputs=tuple(map(_output, plan.outputs)), drift=()
    )


def _change(change: Change) -> Change:
    before, after = _attrs(change.before), _attrs(change.after)
    attributes = change.attributes
    if any(is_sensitive(each.before) or is_sensitive(each.after) for each in attributes):
        attributes = tuple(replace(a, before=_value(a.before), after=_value(a.after)) for a in attributes)
    if before is change.before and after is change.after and attributes is change.attributes:
        return change
    return replace(change, before=before, after=after, attributes=attributes)


def _output(output: OutputChange) -> OutputChange:
    return replace(output, before=_value(output.before), after=_value(output.after))


def _attrs(attrs: Attrs | None) -> Attrs | None:
    if attrs is None or not is_sensitive(attrs):
        return attrs
    hidden: Attrs = _value(attrs)
    return hidden


def _value(value: Any) -> Any:
    return transform(value, lambda leaf: _HIDDEN if isinstance(leaf, Sensitive | Redacted) else leaf)
