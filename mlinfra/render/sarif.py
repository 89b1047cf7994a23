"""Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines of a pull request."""

from __future__ import annotations

import hashlib
import posixpath
from typing import Any
from urllib.parse import quote

from mlinfra.model.policy import Level, RuleInfo
from mlinfra.model.source import Position
from mlinfra.render.findings import PASSED, UNSURE, FindingsView, Told

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
HELP = "mlinfra:docs/reference/policy.md#"
"""Where rules are explained: a page of mlinfra's own documentation, anchored by code."""

_LEVELS = {"error": "error", "warning": "warning", "info": "note", "off": "none"}


def document(view: FindingsView, *, version: str, folder: str, main: str) -> dict[str, Any]:
    """One log with one run. ``folder`` is the stack's, seen from the repository's root, with ``/``.

    What has no place in the repository is told at the beginning of the file ``main``: a code host drops what
    is nowhere.
    """
    order = {rule.code: number for number, rule in enumerate(view.rules)}
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "mlinfra",
                        "semanticVersion": version,
                        "rules": [_rule(rule) for rule in view.rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(told, order, folder, main) for told in view.findings],
            }
        ],
    }


def _rule(info: RuleInfo) -> dict[str, Any]:
    name = info.name or info.code
    told = {"id": info.code, "name": name, "shortDescription": {"text": name}}
    if info.why:
        told["fullDescription"] = {"text": info.why}
    if info.mend:
        told["help"] = {"text": info.mend, "markdown": info.mend}
    return {
        **told,
        "helpUri": HELP + quote(info.code.lower()),
        "defaultConfiguration": {"level": _level(info.level)},
        "properties": {"tags": ["policy"]},
    }


def _result(told: Told, order: dict[str, int], folder: str, main: str) -> dict[str, Any]:
    identity = "\n".join((told.code, told.address, told.path, told.summary))
    result: dict[str, Any] = {
        "ruleId": told.code,
        **({"ruleIndex": order[told.code]} if told.code in order else {}),
        "level": _LEVELS[told.level],
        "message": {"text": told.summary + (f" ({told.place})" if _is_fetched(told) else "")},
        "locations": [_location(told, folder, main)],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode()).hexdigest()[:32]},
        "properties": {"kind": told.kind, "path": told.path, "cannotTell": told.kind == UNSURE},
    }
    if told.kind == PASSED:
        result["suppressions"] = [{"kind": "external", "justification": told.passing}]
    return result


def _location(told: Told, folder: str, main: str) -> dict[str, Any]:
    position = None if _is_fetched(told) else told.position
    file = position.source.path if position else main
    physical = {
        "artifactLocation": {"uri": quote(posixpath.normpath(posixpath.join(folder, file)))},
        "region": _region(position),
    }
    location: dict[str, Any] = {"physicalLocation": physical}
    if told.address:
        location["logicalLocations"] = [{"fullyQualifiedName": told.address, "kind": "resource"}]
    return location


def _is_fetched(told: Told) -> bool:
    """Whether it is written in a module of another repository: none of this one's files has the place."""
    return told.place.startswith("git::")


def _region(at: Position | None) -> dict[str, int]:
    if at is None:
        return {"startLine": 1}
    return {"startLine": at.line, "startColumn": at.column, "endColumn": at.column + at.length}


def _level(level: Level) -> str:
    return _LEVELS[level.value]
