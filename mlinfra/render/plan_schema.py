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

_TEXT: dict[str, Any] = {"type": "string"}
_FLAG: dict[str, Any] = {"type": "boolean"}
_OPTIONAL: dict[str, Any] = {"type": ["string", "null"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_KEY: dict[str, Any] = {"type": ["string", "integer"]}
_MARKS: dict[str, Any] = {"type": ["boolean", "object", "array"]}
"""True where a leaf is marked; an object has only the keys that have something to say."""
_VALUES: dict[str, Any] = {"type": ["object", "null"]}


def plan_schema() -> dict[str, Any]:
    """The schema, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mlinfra plan",
        "description": "What `mlinfra plan --json` and `mlinfra show FILE --json` write: Terraform's JSON "
        "output format, and under `mlinfra` what that has no word for.",
        **_object(
            {
                "format_version": {"const": FORMAT_VERSION},
                "mlinfra_version": _TEXT,
                "planned_values": _object({"outputs": _map(_output()), "root_module": _ref("module")}),
                "resource_drift": _list(_ref("drift")),
                "resource_changes": _list(_ref("resource_change")),
                "output_changes": _map(_change(_MARKS)),
                "checks": _list(_ref("check")),
                "applyable": _FLAG,
                "complete": _FLAG,
                "errored": _FLAG,
                "mlinfra": _ref("mlinfra"),
            }
        ),
        "$defs": {
            "module": _module(),
            "drift": _object({**_IDENTITY, "change": _change(_MARKS)}, optional=_PLACED),
            "resource_change": _resource_change(),
            "check": _check(),
            "diagnostic": _diagnostic(),
            "finding": _finding(),
            "range": _range(),
            "mlinfra": _mlinfra(),
        },
    }


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _map(values: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _words(found: Any) -> dict[str, Any]:
    return {"enum": list(found)}


_IDENTITY: dict[str, Any] = {
    "address": _TEXT,
    "module_address": _TEXT,
    "mode": {"const": "managed"},
    "type": _TEXT,
    "name": _TEXT,
    "index": _KEY,
    "provider_name": _TEXT,
}
_PLACED = ("module_address", "index")


def _change(unknown: dict[str, Any], **more: Any) -> dict[str, Any]:
    lists = [list(words) for words in dict.fromkeys(map(tuple, ACTIONS.values()))]
    properties = {
        "actions": {"enum": lists},
        "before": {},
        "after": {},
        "after_unknown": unknown,
        "before_sensitive": _MARKS,
        "after_sensitive": _MARKS,
        **more,
    }
    return _object(properties, optional=tuple(more))


def _output() -> dict[str, Any]:
    return _object({"sensitive": _FLAG, "value": {}}, optional=("value",))


def _module() -> dict[str, Any]:
    resource = _object({**_IDENTITY, "values": _VALUES, "sensitive_values": _MARKS}, optional=_PLACED)
    parts = {"address": _TEXT, "resources": _list(resource), "child_modules": _list(_ref("module"))}
    return _object(parts, optional=tuple(parts))


def _resource_change() -> dict[str, Any]:
    change = _change(
        {"type": "object"}, replace_paths=_list(_list(_KEY)), importing=_object({"id": _OPTIONAL})
    )
    change["properties"] |= {"before": _VALUES, "after": _VALUES}
    risk = _object({"kind": _words(t.value for t in Threat), "path": _list(_KEY), "certain": _FLAG})
    ours = _object(
        {
            "id": _OPTIONAL,
            "reason": _words(reason.value for reason in Reason),
            "dies_with": _OPTIONAL,
            "loses": _list(_TEXT),
            "unmanaged": _list(_TEXT),
            "data_loss": _TEXT,
            "seconds": {"type": ["number", "null"]},
            "risks": _list(risk),
            "soft_deleted": _words(a.name.lower() for a in (Action.RECOVER, Action.PURGE)),
        },
        optional=("risks", "soft_deleted"),
    )
    parts = {**_IDENTITY, "change": change, "action_reason": _words(REASONS), "mlinfra": ours}
    return _object(parts, optional=(*_PLACED, "action_reason"))


def _check() -> dict[str, Any]:
    status = _words(verdict.value for verdict in Verdict)
    about = {
        "kind": _words(("check", "resource")),
        "mode": {"const": "managed"},
        "type": _TEXT,
        "name": _TEXT,
        "module": _TEXT,
        "to_display": _TEXT,
    }
    where = _object({"to_display": _TEXT, "instance_key": _KEY}, optional=("instance_key",))
    instance = _object(
        {"address": where, "status": status, "problems": _list(_object({"message": _TEXT}))},
        optional=("problems",),
    )
    of_block = _object(about, optional=("mode", "type", "module"))
    return _object({"address": of_block, "status": status, "instances": _list(instance)})


def _range() -> dict[str, Any]:
    at = _object({"line": _COUNT, "column": _COUNT})
    return _object({"filename": _TEXT, "start": at, "end": at})


def _diagnostic() -> dict[str, Any]:
    parts = {
        "severity": _words(severity.value for severity in Severity),
        "code": _TEXT,
        "summary": _TEXT,
        "detail": _TEXT,
        "address": _TEXT,
        "path": _list(_KEY),
        "range": _ref("range"),
    }
    return _object(parts, optional=("address", "path", "range"))


def _finding() -> dict[str, Any]:
    parts = {
        "code": _TEXT,
        "kind": _words(KINDS),
        "severity": _TEXT,
        "summary": _TEXT,
        "why": _TEXT,
        "mend": _TEXT,
        "address": _OPTIONAL,
        "path": _OPTIONAL,
        "exception": _TEXT,
        "range": _ref("range"),
    }
    return _object(parts, optional=("exception", "range"))


def _mlinfra() -> dict[str, Any]:
    step = _object(
        {
            "id": _TEXT,
            "address": _TEXT,
            "op": _words(op.value for op in Op),
            "after": _list(_TEXT),
            "with_parent": _OPTIONAL,
        }
    )
    policy = _object({"refused": _FLAG, "strict": _FLAG, "findings": _list(_ref("finding"))})
    parts = {
        "stack": _TEXT,
        "lineage": _TEXT,
        "serial": _COUNT,
        "destroy": _FLAG,
        "context": _map(_TEXT),
        "refreshed": _FLAG,
        "steps": _list(step),
        "joins": _map(_list(_TEXT)),
        "warnings": _list(_ref("diagnostic")),
        "policy": policy,
    }
    return _object(parts, optional=("joins", "policy"))
