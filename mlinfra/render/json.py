"""A plan in Terraform's published JSON shape, so that policy tools for Terraform plans read it.

The shape is that of Terraform's "JSON Output Format", ``format_version`` 1.2. What it has no word for
stands under ``mlinfra``. One plan gives one document: it holds no time but the seconds that are expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Diagnostic, Severity, Via
from mlinfra.model.plan import Action, Change, Delta, Drift, OutputChange, Plan, Reason
from mlinfra.model.source import Position
from mlinfra.model.state import OutputValue, Record, State
from mlinfra.model.value import has_unknown, is_sensitive
from mlinfra.render.checks import checks_json
from mlinfra.render.findings import FindingsView, Told
from mlinfra.render.marks import bare, sensitive, unknown, with_value, without

FORMAT_VERSION = "1.2"

ACTIONS = {
    Action.NO_OP: ["no-op"],
    Action.CREATE: ["create"],
    Action.UPDATE: ["update"],
    Action.DELETE_CREATE: ["delete", "create"],
    Action.CREATE_DELETE: ["create", "delete"],
    Action.DELETE: ["delete"],
    Action.FORGET: ["forget"],
    Action.ADOPT: ["no-op"],
    Action.READ: ["read"],
    Action.RECOVER: ["create"],
    Action.PURGE: ["create"],
}
_REPLACED = {Reason.IMMUTABLE: "replace_because_cannot_update", Reason.BROKEN: "replace_because_tainted"}
_DELETED = {Reason.REMOVED: "delete_because_no_resource_config"}
REASONS = (*_REPLACED.values(), *_DELETED.values())
"""What `action_reason` may say."""


def plan(plan: Plan, judged: FindingsView | None = None) -> dict[str, Any]:
    """The plan as plain JSON data; a sensitive leaf is ``None`` in values and ``True`` in ``*_sensitive``.

    ``judged`` is what rules say of it.
    """
    changes = {change.address: change for change in plan.changes}
    return {
        "format_version": FORMAT_VERSION,
        "mlinfra_version": plan.version,
        "planned_values": _planned(plan),
        "resource_drift": [resource_drift(drift, changes.get(drift.address)) for drift in plan.drift],
        "resource_changes": [resource_change(change) for change in plan.changes],
        "output_changes": {output.name: output_change(output) for output in plan.outputs},
        "checks": checks_json(plan.checks),
        "applyable": not plan.is_empty,
        "complete": True,
        "errored": False,
        "mlinfra": {
            "stack": plan.stack,
            "lineage": plan.lineage,
            "serial": plan.serial,
            "destroy": plan.destroy,
            "context": dict(plan.context),
            "refreshed": not plan.refresh.skipped,
            "steps": [
                {
                    "id": step.id,
                    "address": str(step.address),
                    "op": step.op.value,
                    "after": list(step.after),
                    "with_parent": step.with_parent,
                }
                for step in plan.steps
            ],
            **({"joins": {join.id: list(join.after) for join in plan.joins}} if plan.joins else {}),
            "warnings": [diagnostic(found) for found in plan.warnings],
            **({"policy": policy(judged)} if judged is not None else {}),
        },
    }


def outputs(values: Mapping[str, OutputValue]) -> dict[str, Any]:
    """``output --json``: name to ``{"sensitive": …, "value": …}``, the value of a sensitive one ``None``."""
    return {name: _output(output.value, output.sensitive) for name, output in values.items()}


def policy(view: FindingsView) -> dict[str, Any]:
    """``policy check --json``, and ``mlinfra.policy`` of a plan: what rules found, the worst first."""
    return {
        "refused": bool(view.refused),
        "strict": view.strict,
        "findings": [finding(told) for told in view.findings],
    }


def finding(told: Told) -> dict[str, Any]:
    """One thing that a rule found."""
    result: dict[str, Any] = {
        "code": told.code,
        "kind": told.kind,
        "severity": told.level,
        "summary": told.summary,
        "why": told.why,
        "mend": told.mend,
        "address": told.address or None,
        "path": told.path or None,
    }
    if told.passing:
        result["exception"] = told.passing
    if told.position:
        result["range"] = place(told.position)
    return result


def resource(record: Record) -> dict[str, Any]:
    """``state show --json``: one record, sensitive leaves ``None`` and told in ``sensitive_values``."""
    values = {**record.desired, **record.observed}
    return {
        **_identity(record.address, record.provider),
        "schema_version": record.type_version,
        "values": bare(values),
        "sensitive_values": sensitive(values),
        "depends_on": [str(address) for address in record.dependencies],
        "tainted": record.broken,
        "mlinfra": {"id": record.id, "managed": sorted(record.desired)},
    }


def state(state: State) -> dict[str, Any]:
    """``show --json``: the state in the shape of Terraform's ``values``."""
    records = [state.records[address] for address in sorted(state.records)]
    return {
        "format_version": "1.0",
        "values": {
            "outputs": outputs(state.outputs),
            "root_module": _modules((record.address, resource(record)) for record in records),
        },
        "mlinfra": {"stack": state.stack, "lineage": state.lineage, "serial": state.serial},
    }


def diagnostics(found: Sequence[Diagnostic]) -> dict[str, Any]:
    """``validate --json``: Terraform's shape, each message with our code besides."""
    return messages([diagnostic(each) for each in found])


def messages(told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The same of messages that are JSON already."""
    errors = sum(each["severity"] == Severity.ERROR.value for each in told)
    return {
        "format_version": "1.0",
        "valid": not errors,
        "error_count": errors,
        "warning_count": len(told) - errors,
        "diagnostics": list(told),
    }


def diagnostic(found: Diagnostic) -> dict[str, Any]:
    """One message; ``range`` is where it points."""
    result: dict[str, Any] = {
        "severity": found.severity.value,
        "code": found.code,
        "summary": found.summary,
        "detail": found.detail,
    }
    if found.address:
        result["address"] = str(found.address)
    if found.path:
        result["path"] = list(found.path)
    if found.position:
        result["range"] = place(found.position)
    if found.via:
        result["called"] = [_called(via) for via in found.via]
    return result


def _called(via: Via) -> dict[str, Any]:
    """One call on the way to the module that a message speaks of, innermost first."""
    at = via.position
    return {"module": via.name, "filename": at.source.path, "line": at.line, "column": at.column}


def place(at: Position) -> dict[str, Any]:
    """Where a message points, line and column from 1 in code points."""
    return {
        "filename": at.source.path,
        "start": {"line": at.line, "column": at.column},
        "end": {"line": at.line, "column": at.column + at.length},
    }


def resource_change(change: Change) -> dict[str, Any]:
    """One member of ``resource_changes``."""
    body = _change(_actions(change), change.before, change.after)
    forced = [list(each.path) for each in change.attributes if each.forces_replacement]
    if forced:
        body["replace_paths"] = forced
    if change.action is Action.ADOPT:
        body["importing"] = {"id": change.id}
    result = {**_identity(change.address, change.provider), "change": body}
    words = _REPLACED if change.action.replaces else _DELETED if change.action is Action.DELETE else {}
    if change.reason in words:
        result["action_reason"] = words[change.reason]
    result["mlinfra"] = {
        "id": change.id,
        "reason": change.reason.value,
        "dies_with": str(change.dies_with) if change.dies_with else None,
        "loses": [str(address) for address in change.loses],
        "unmanaged": list(change.unmanaged),
        "data_loss": change.data_loss,
        "seconds": change.seconds,
    }
    if change.position:
        result["mlinfra"]["range"] = place(change.position)
    if change.risks:
        result["mlinfra"]["risks"] = [
            {"kind": risk.threat.value, "path": list(risk.path), "certain": risk.certain}
            for risk in change.risks
        ]
    if change.action in (Action.RECOVER, Action.PURGE):
        result["mlinfra"]["soft_deleted"] = change.action.name.lower()
    return result


def _actions(change: Change) -> list[str]:
    """Terraform has no word for taking over: it is what else happens, beside ``importing``."""
    if change.action is Action.ADOPT and change.attributes:
        return ["update"]
    return list(ACTIONS[change.action])


def resource_drift(drift: Drift, change: Change | None) -> dict[str, Any]:
    """One member of ``resource_drift``: what was recorded against what is there; of a resource that is gone
    only what is known of it."""
    live = change.before if change else None
    before: Any = {"id": drift.id, **(live or {})}
    after: Any = before
    for each in drift.attributes:
        added, removed = each.delta is Delta.ADDED, each.delta is Delta.REMOVED
        before = without(before, each.path) if added else with_value(before, each.path, each.before)
        after = without(after, each.path) if removed else with_value(after, each.path, each.after)
    action = "delete" if drift.deleted else "update"
    return {
        **_identity(drift.address, change.provider if change else ""),
        "change": _change([action], before, None if drift.deleted else after),
    }


def _change(actions: list[str], before: Any, after: Any) -> dict[str, Any]:
    return {
        "actions": actions,
        "before": bare(before),
        "after": bare(after),
        "after_unknown": unknown(after) if has_unknown(after) else {},
        "before_sensitive": sensitive(before),
        "after_sensitive": sensitive(after),
    }


def output_change(output: OutputChange) -> dict[str, Any]:
    """One member of ``output_changes``."""
    body = _change(list(ACTIONS[output.action]), output.before, output.after)
    return {**body, "after_unknown": unknown(output.after) if has_unknown(output.after) else False}


def _planned(plan: Plan) -> dict[str, Any]:
    """What there will be, as far as it is known."""
    gone = (Action.DELETE, Action.FORGET)
    kept = [change for change in plan.changes if change.action not in gone and change.after is not None]
    return {
        "outputs": {
            output.name: _output(output.after, False)
            for output in plan.outputs
            if output.action is not Action.DELETE
        },
        "root_module": _modules((change.address, _planned_resource(change)) for change in kept),
    }


def _planned_resource(change: Change) -> dict[str, Any]:
    identity = _identity(change.address, change.provider)
    return {**identity, "values": bare(change.after), "sensitive_values": sensitive(change.after)}


def _output(value: Any, declared: bool) -> dict[str, Any]:
    """One output; one that is or holds something sensitive is sensitive as a whole."""
    hidden = declared or is_sensitive(value)
    result: dict[str, Any] = {"sensitive": hidden}
    if not has_unknown(value):
        result["value"] = None if hidden else bare(value)
    return result


def _modules(found: Iterable[tuple[Address, dict[str, Any]]]) -> dict[str, Any]:
    """Resources in the tree of the modules that they are in."""
    root: dict[str, Any] = {}
    for address, body in found:
        node, path = root, ""
        for step in address.module:
            path = f"{path}.{step}" if path else str(step)
            children = node.setdefault("child_modules", [])
            inner = next((child for child in children if child["address"] == path), None)
            if inner is None:
                inner = {"address": path}
                children.append(inner)
            node = inner
        node.setdefault("resources", []).append(body)
    return root


def _identity(address: Address, provider: str) -> dict[str, Any]:
    identity: dict[str, Any] = {"address": str(address)}
    if address.module:
        identity["module_address"] = ".".join(map(str, address.module))
    identity |= {"mode": "managed", "type": address.type, "name": address.name}
    if address.key is not None:
        identity["index"] = address.key
    return {**identity, "provider_name": provider}
