"""A plan's JSON read back, as far as rules look at it: what `json.plan` wrote, alone or as a line of events.

What it does not hold comes back empty: drift, checks, warnings, what an expression was. A secret is a mark.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from mlinfra.model.address import parse_address
from mlinfra.model.encoding import Malformed
from mlinfra.model.plan import (
    Action,
    AttributeChange,
    Change,
    Delta,
    Join,
    Op,
    OutputChange,
    Plan,
    Reason,
    Risk,
    Step,
    Threat,
)
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Redacted, Unknown
from mlinfra.render.json import ACTIONS, FORMAT_VERSION
from mlinfra.render.plan_schema import plan_schema

_PLANNED = (b'{"type": "planned",', b'{"type":"planned",')
"""How the line of events begins that has the plan; the second when a tool has written it anew."""


def document(data: bytes) -> Mapping[str, Any] | None:
    """The plan's JSON in these bytes; None where there is none."""
    texts = [data, *(line for line in data.splitlines() if line.startswith(_PLANNED))]
    for text in texts:
        try:
            found = msgspec.json.decode(text)
        except msgspec.DecodeError:
            continue
        if isinstance(found, dict) and found.get("type") == "planned":
            found = found.get("plan")
        if isinstance(found, dict) and "resource_changes" in found:
            return found
    return None


def plan(found: Mapping[str, Any]) -> Plan:
    """The plan that this is the JSON of. Raises Malformed with the place where it is not."""
    if "terraform_version" in found:
        raise Malformed("it is a plan of Terraform, whose resources no rule here knows")
    version = found.get("format_version")
    if isinstance(version, str) and version != FORMAT_VERSION:
        raise Malformed(f"made in format {version}; this one reads {FORMAT_VERSION}", newer=True)
    _validate(found)
    ours = found["mlinfra"]
    try:
        return Plan(
            ours["stack"],
            ours["lineage"],
            ours["serial"],
            found["mlinfra_version"],
            changes=tuple(map(_change, found["resource_changes"])),
            steps=tuple(map(_step, ours["steps"])),
            joins=tuple(Join(id, tuple(after)) for id, after in ours.get("joins", {}).items()),
            outputs=tuple(_output(name, body) for name, body in found["output_changes"].items()),
            context=ours["context"],
            destroy=ours["destroy"],
        )
    except ValueError as wrong:  # an address that is none
        raise Malformed(str(wrong)) from None


def _validate(found: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator  # takes 60 ms

    wrong = next(Draft202012Validator(plan_schema()).iter_errors(found), None)
    if wrong is not None:
        raise Malformed("it is not what a plan has there", wrong.json_path.removeprefix("$.") or "the plan")


def _change(told: Mapping[str, Any]) -> Change:
    body, ours = told["change"], told["mlinfra"]
    before = _marked(body["before"], body["before_sensitive"], {})
    after = _marked(body["after"], body["after_sensitive"], body["after_unknown"])
    forced = {path[0] for path in body.get("replace_paths", ()) if path}
    return Change(
        address=parse_address(told["address"]),
        type=told["type"],
        provider=told["provider_name"],
        action=_action(body, ours),
        id=ours["id"],
        reason=Reason(ours["reason"]),
        before=before,
        after=after,
        attributes=tuple(_attributes(before or {}, after or {}, forced)),
        dies_with=parse_address(ours["dies_with"]) if ours["dies_with"] else None,
        loses=tuple(map(parse_address, ours["loses"])),
        unmanaged=tuple(ours["unmanaged"]),
        data_loss=ours["data_loss"],
        position=_position(ours["range"]) if "range" in ours else None,
        seconds=ours["seconds"],
        risks=tuple(_risk(each) for each in ours.get("risks", ())),
    )


def _action(body: Mapping[str, Any], ours: Mapping[str, Any]) -> Action:
    if "importing" in body:
        return Action.ADOPT
    if "soft_deleted" in ours:
        return Action[ours["soft_deleted"].upper()]
    return next(action for action, words in ACTIONS.items() if words == body["actions"])


def _attributes(
    before: Mapping[str, Any], after: Mapping[str, Any], forced: set[Any]
) -> Iterator[AttributeChange]:
    """The keys that differ, each as a whole."""
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old != new:
            delta = Delta.ADDED if key not in before else Delta.REMOVED if key not in after else Delta.CHANGED
            yield AttributeChange((key,), delta, old, new, key in forced)


def _marked(value: Any, sensitive: Any, unknown: Any) -> Any:
    """The value with its marks again."""
    if unknown is True:
        return Unknown(sensitive=sensitive is True)
    if sensitive is True:
        return Redacted("")
    if isinstance(value, dict):
        keys = dict.fromkeys([*value, *(unknown if isinstance(unknown, dict) else ())])
        return {key: _marked(value.get(key), _of(sensitive, key), _of(unknown, key)) for key in keys}
    if isinstance(value, list):
        return [_marked(item, _of(sensitive, at), _of(unknown, at)) for at, item in enumerate(value)]
    return value


def _of(marks: Any, key: Any) -> Any:
    """What marks say of one member; nothing where they say nothing."""
    if isinstance(marks, dict):
        return marks.get(key)
    return marks[key] if isinstance(marks, list) and isinstance(key, int) and key < len(marks) else None


def _position(told: Mapping[str, Any]) -> Position:
    start, end = told["start"], told["end"]
    source = SourceFile(told["filename"], "")
    return Position(source, start["line"], start["column"], end["column"] - start["column"])


def _risk(told: Mapping[str, Any]) -> Risk:
    return Risk(Threat(told["kind"]), tuple(told["path"]), certain=told["certain"])


def _step(told: Mapping[str, Any]) -> Step:
    address, op = parse_address(told["address"]), Op(told["op"])
    return Step(told["id"], address, op, tuple(told["after"]), told["with_parent"])


def _output(name: str, body: Mapping[str, Any]) -> OutputChange:
    action = next(action for action, words in ACTIONS.items() if words == body["actions"])
    before = _marked(body["before"], body["before_sensitive"], None)
    after = _marked(body["after"], body["after_sensitive"], body["after_unknown"])
    return OutputChange(name, action, before, after)
