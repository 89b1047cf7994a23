"""The JSON Schema of a plan's JSON: what `json.plan` writes, and nothing else where the words are ours.

What holds values of resources is open: their keys are the types' business.
"""

from __future__ import annotations

from typing import Any

from mlinfra.model.check import Verdict
from mlinfra.model.diagnostic import Severity
from mlinfra.model.plan import Action, Op, Reason, Threat
from mlinfra.render.findings import KINDS
from mlinfra.render.json import ACTIONS, FORMAT_VERSION, REASONS
from mlinfra.render.shapes import (
    COUNT,
    FLAG,
    KEY,
    OPTIONAL,
    TEXT,
    array,
    mapping,
    obj,
    ref,
    words,
)

_MARKS: dict[str, Any] = {"type": ["boolean", "object", "array"]}
"""True where a leaf is marked; an object has only the keys that have something to say."""
_VALUES: dict[str, Any] = {"type": ["object", "null"]}


def plan_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mlinfra plan",
        "description": "What `mlinfra plan --format json` and `mlinfra show FILE --json` write: Terraform's "
        "JSON output format, and under `mlinfra` what that has no word for.",
        **plan_body(),
        "$defs": plan_parts(),
    }


def plan_body() -> dict[str, Any]:
    """The plan itself; it refers to `plan_parts`."""
    return obj(
        {
            "format_version": {"const": FORMAT_VERSION},
            "mlinfra_version": TEXT,
            "planned_values": obj({"outputs": mapping(_output()), "root_module": ref("module")}),
            "resource_drift": array(ref("drift")),
            "resource_changes": array(ref("resource_change")),
            "output_changes": mapping(ref("output_change")),
            "checks": array(ref("check")),
            "applyable": FLAG,
            "complete": FLAG,
            "errored": FLAG,
            "mlinfra": ref("mlinfra"),
        }
    )


def plan_parts() -> dict[str, Any]:
    """The parts of a plan, by the names under which `plan_body` refers to them."""
    return {
        "module": _module(),
        "drift": obj({**_IDENTITY, "change": _change(_MARKS)}, optional=_PLACED),
        "resource_change": _resource_change(),
        "output_change": _change(_MARKS),
        "check": _check(),
        "diagnostic": _diagnostic(),
        "finding": _finding(),
        "range": _range(),
        "mlinfra": _mlinfra(),
    }


_IDENTITY: dict[str, Any] = {
    "address": TEXT,
    "module_address": TEXT,
    "mode": {"const": "managed"},
    "type": TEXT,
    "name": TEXT,
    "index": KEY,
    "provider_name": TEXT,
}
_PLACED = ("module_address", "index")


def _change(unknown: dict[str, Any], **more: Any) -> dict[str, Any]:
    lists = [list(each) for each in dict.fromkeys(map(tuple, ACTIONS.values()))]
    properties = {
        "actions": {"enum": lists},
        "before": {},
        "after": {},
        "after_unknown": unknown,
        "before_sensitive": _MARKS,
        "after_sensitive": _MARKS,
        **more,
    }
    return obj(properties, optional=tuple(more))


def _output() -> dict[str, Any]:
    return obj({"sensitive": FLAG, "value": {}}, optional=("value",))


def _module() -> dict[str, Any]:
    resource = obj({**_IDENTITY, "values": _VALUES, "sensitive_values": _MARKS}, optional=_PLACED)
    parts = {"address": TEXT, "resources": array(resource), "child_modules": array(ref("module"))}
    return obj(parts, optional=tuple(parts))


def _resource_change() -> dict[str, Any]:
    change = _change({"type": "object"}, replace_paths=array(array(KEY)), importing=obj({"id": OPTIONAL}))
    change["properties"] |= {"before": _VALUES, "after": _VALUES}
    risk = obj({"kind": words(t.value for t in Threat), "path": array(KEY), "certain": FLAG})
    ours = obj(
        {
            "id": OPTIONAL,
            "reason": words(reason.value for reason in Reason),
            "dies_with": OPTIONAL,
            "loses": array(TEXT),
            "unmanaged": array(TEXT),
            "data_loss": TEXT,
            "seconds": {"type": ["number", "null"]},
            "range": ref("range"),
            "risks": array(risk),
            "soft_deleted": words(a.name.lower() for a in (Action.RECOVER, Action.PURGE)),
        },
        optional=("range", "risks", "soft_deleted"),
    )
    parts = {**_IDENTITY, "change": change, "action_reason": words(REASONS), "mlinfra": ours}
    return obj(parts, optional=(*_PLACED, "action_reason"))


def _check() -> dict[str, Any]:
    status = words(verdict.value for verdict in Verdict)
    about = {
        "kind": words(("check", "resource")),
        "mode": {"const": "managed"},
        "type": TEXT,
        "name": TEXT,
        "module": TEXT,
        "to_display": TEXT,
    }
    where = obj({"to_display": TEXT, "instance_key": KEY}, optional=("instance_key",))
    instance = obj(
        {"address": where, "status": status, "problems": array(obj({"message": TEXT}))},
        optional=("problems",),
    )
    of_block = obj(about, optional=("mode", "type", "module"))
    return obj({"address": of_block, "status": status, "instances": array(instance)})


def _range() -> dict[str, Any]:
    at = obj({"line": COUNT, "column": COUNT})
    return obj({"filename": TEXT, "start": at, "end": at})


def _diagnostic() -> dict[str, Any]:
    parts = {
        "severity": words(severity.value for severity in Severity),
        "code": TEXT,
        "summary": TEXT,
        "detail": TEXT,
        "address": TEXT,
        "path": array(KEY),
        "range": ref("range"),
        "called": array(obj({"module": TEXT, "filename": TEXT, "line": COUNT, "column": COUNT})),
    }
    return obj(parts, optional=("address", "path", "range", "called"))


def _finding() -> dict[str, Any]:
    parts = {
        "code": TEXT,
        "kind": words(KINDS),
        "severity": TEXT,
        "summary": TEXT,
        "why": TEXT,
        "mend": TEXT,
        "address": OPTIONAL,
        "path": OPTIONAL,
        "exception": TEXT,
        "range": ref("range"),
    }
    return obj(parts, optional=("exception", "range"))


def _mlinfra() -> dict[str, Any]:
    step = obj(
        {
            "id": TEXT,
            "address": TEXT,
            "op": words(op.value for op in Op),
            "after": array(TEXT),
            "with_parent": OPTIONAL,
        }
    )
    policy = obj({"refused": FLAG, "strict": FLAG, "findings": array(ref("finding"))})
    parts = {
        "stack": TEXT,
        "lineage": TEXT,
        "serial": COUNT,
        "destroy": FLAG,
        "context": mapping(TEXT),
        "refreshed": FLAG,
        "steps": array(step),
        "joins": mapping(array(TEXT)),
        "warnings": array(ref("diagnostic")),
        "policy": policy,
    }
    return obj(parts, optional=("joins", "policy"))
