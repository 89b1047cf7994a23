"""Cases of rules: files that end in ``.policy-test.yaml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlinfra.config import codes
from mlinfra.config.policy import policy_of_stack, read_policy_file
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import FILE, in_order, shown
from mlinfra.model.diagnostic import Diagnostic, error, refuse_errors
from mlinfra.model.policy import Policy
from mlinfra.model.source import Node, Position
from mlinfra.model.value import Attrs, Unknown, get, put

ENDING = ".policy-test.yaml"
_KEYS = ("case", "rule", "type", "action", "before", "after", "unknown", "expect")
EXPECTED = ("fail", "pass", "cannot tell")
_EXAMPLE = "Write  - {case: …, rule: …, type: …, after: {…}, expect: fail}."
ACTIONS = ("create", "update", "replace", "delete")


@dataclass(frozen=True, slots=True)
class Case:
    """One change, the rule that looks at it, and what it should say: one of `EXPECTED`."""

    name: str
    rule: str
    type: str
    action: str
    before: Attrs | None
    after: Attrs | None
    expect: str
    position: Position


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one file, and the policy that they are about."""

    path: str
    policy: Policy
    cases: tuple[Case, ...]


def case_files(target: Path) -> list[Path]:
    """Every file of cases at or below a path, sorted."""
    return [target] if target.is_file() else sorted(target.rglob(f"*{ENDING}"))


def read_cases(path: Path, folder: Path) -> CaseFile:
    """The cases in a file; ``folder`` is what messages see it from. Raises MlinfraError."""
    problems: list[Diagnostic] = []
    source = read_source(path, shown(path, folder))
    top = read_mapping(source, problems, expressions=False, hint="It holds  cases:  and often  policy:.")
    cases: list[Case] = []
    policy = Policy()
    if top is not None:
        reader = Reader(problems, "a file of cases")
        body = reader.body(top, ("policy", "cases"))
        named = reader.text(body.get("policy"), "policy") or FILE
        place = path.parent / named
        its = shown(place, folder)
        policy = policy_of_stack(place.parent) if place.name == FILE else read_policy_file(place, its)
        members = body["cases"].value if "cases" in body and body["cases"].is_list else ()
        if not members:
            problems.append(
                error(
                    codes.MISSING_KEY,
                    f"{source.path} has no cases",
                    f"Under  cases:  {_EXAMPLE[0].lower()}{_EXAMPLE[1:]}",
                    top.position,
                )
            )
        read = (_case(member, problems) for member in members)
        cases = [case for case in read if case is not None]
    refuse_errors(in_order(problems, source))
    return CaseFile(source.path, policy, tuple(cases))


def _case(node: Node, problems: list[Diagnostic]) -> Case | None:
    reader = Reader(problems, "a case")
    before = len(problems)
    body = reader.body(node, _KEYS)
    words = {key: reader.text(body.get(key), key) for key in ("case", "rule", "type")}
    expect = reader.one_of(body.get("expect"), "expect", EXPECTED)
    action = reader.one_of(body.get("action"), "action", ACTIONS)
    missing = [key for key in ("rule", "type", "expect") if key not in body and len(problems) == before]
    problems += (
        error(codes.MISSING_KEY, f"a case needs `{key}`", _EXAMPLE, node.position) for key in missing
    )
    sides = {key: _side(body.get(key), reader, key) for key in ("before", "after")}
    if len(problems) > before:
        return None
    if "action" not in body:
        action = "update" if all(sides.values()) else "delete" if sides["before"] else "create"
    after = _with_unknown(sides["after"], body.get("unknown"))
    name = words["case"] or f"{words['rule']} on {words['type']}"
    return Case(name, words["rule"], words["type"], action, sides["before"], after, expect, node.position)


def _side(node: Node | None, reader: Reader, key: str) -> Attrs | None:
    if node is None or node.value is None:
        return None
    found: Attrs = {name: _plain(child) for name, child in reader.members(node, key).items()}
    return found


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(child) for key, child in node.value.items()}
    return [_plain(child) for child in node.value] if isinstance(node.value, tuple) else node.value


def _with_unknown(after: Attrs | None, node: Node | None) -> Attrs | None:
    """The attributes with an unknown at each of these dotted paths; what leads there is made."""
    members = node.value if node is not None and node.is_list else ()
    for member in members:
        parts = tuple(str(member.value).split("."))
        for length in range(1, len(parts)):
            if not isinstance(get(after or {}, parts[:length]), dict):
                after = _put(after or {}, parts[:length], {})
        after = _put(after or {}, parts, Unknown())
    return after


def _put(attrs: Attrs, path: tuple[str, ...], value: Any) -> Attrs:
    if len(path) == 1:
        return {**attrs, path[0]: value}
    changed: Attrs = put(attrs, path[:-1], {**get(attrs, path[:-1]), path[-1]: value})
    return changed
