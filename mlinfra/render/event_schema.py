"""The JSON Schema of a line of ``plan --json``, ``apply --json`` and ``destroy --json``."""

from __future__ import annotations

from typing import Any

from mlinfra.model.plan import Op
from mlinfra.render.events import FOUND
from mlinfra.render.plan_schema import plan_body, plan_parts
from mlinfra.render.shapes import COUNT, FLAG, SECONDS, TEXT, array, obj, ref, words
from mlinfra.render.stream import FORMAT_VERSION

_OP = words(op.value for op in Op)
_STEP: dict[str, Any] = {"step": TEXT, "address": TEXT, "op": _OP}
_AT: dict[str, Any] = {"at": {"type": "number"}, **_STEP}
"""``at`` is in seconds of the event's own clock."""
_TIMING = obj({**_STEP, "seconds": SECONDS, "done": FLAG})
_COUNTS = ("imports", "add", "change", "replace", "destroy", "forget", "unchanged", "drift")
_DONE = ("added", "changed", "destroyed", "failed", "skipped", "requests")


def event_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    lines = {name: obj({"type": {"const": name}, **keys}) for name, keys in _lines().items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mlinfra events",
        "description": "A line of `--json` of `mlinfra plan`, `mlinfra apply` and `mlinfra destroy`, in "
        "this format_version; a later one may have more keys and types.",
        "oneOf": [ref(f"line_{name}") for name in lines],
        "$defs": {
            **{f"line_{name}": line for name, line in lines.items()},
            "plan": plan_body(),
            **plan_parts(),
        },
    }


def _lines() -> dict[str, dict[str, Any]]:
    """The keys of each line beside ``type``, in the order in which lines come."""
    return {
        "version": {"format_version": {"const": FORMAT_VERSION}, "mlinfra": TEXT, "command": TEXT},
        "reading": {"folder": TEXT},
        "taken_over": {"owner": TEXT, "host": TEXT, "command": TEXT, "since": TEXT},
        "settled": {"address": TEXT, "op": _OP, "found": words(FOUND)},
        "refreshing": {"read": COUNT, "resources": COUNT},
        "resource_drift": {"drift": ref("drift")},
        "planned_change": {"change": ref("resource_change")},
        "output_change": {"name": TEXT, "change": ref("output_change")},
        "finding": {"finding": ref("finding")},
        "diagnostics": {
            "format_version": TEXT,
            "valid": FLAG,
            "error_count": COUNT,
            "warning_count": COUNT,
            "diagnostics": array(ref("diagnostic")),
        },
        "planned": {
            "summary": obj({**dict.fromkeys(_COUNTS, COUNT), "seconds": SECONDS}),
            "plan": ref("plan"),
        },
        "started": {**_AT, "expected": {"type": ["number", "null"]}},
        "accepted": _AT,
        "uploading": {**_AT, "sent": COUNT, "total": COUNT},
        "retrying": {**_AT, "after": SECONDS, "why": TEXT},
        "finished": {**_AT, "seconds": SECONDS, "changed": FLAG},
        "failed": {
            **_AT,
            "seconds": SECONDS,
            "done": FLAG,
            "diagnostic": ref("diagnostic"),
            "skipped": array(obj(_STEP)),
        },
        "summary": {
            **dict.fromkeys(_DONE, COUNT),
            "seconds": SECONDS,
            "interrupted": FLAG,
            "serial": COUNT,
            "durations": array(_TIMING),
            "checks": array(ref("check")),
            "chain": array(_TIMING),
        },
    }
