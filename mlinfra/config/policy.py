"""``policy:`` of a stack, and policies in files of their own.

A policy reads no variable and no resource: it says the same of every stack, and no variable of the stack
that it judges can change it. Only the conditions of its declared rules are expressions, over the change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mlinfra.config import codes
from mlinfra.config.declared import read_declared, read_level
from mlinfra.config.exemptions import read_exemptions
from mlinfra.config.files import Refused, find
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import in_order, repository, shown, stack_file
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.model.policy import DeclaredRule, Policy, RuleChoice
from mlinfra.model.source import Node, Template

KEYS = ("rules", "declared", "exceptions", "strict")


def read_policy(section: Node | None, folder: Path, root: Path, problems: list[Diagnostic]) -> Policy:
    """The stack's own policy: what stands under ``policy:``, laid over what the files that it names say."""
    if section is None or section.value is None:
        return Policy()
    reader = Reader(problems, "`policy`")
    body = reader.body(section, ("file", *KEYS))
    policies: list[Policy] = []
    for node in _file_nodes(body.get("file"), reader):
        try:
            path = find(node.value, folder, root, "the stack's folder")
            policies.append(_in_file(path, shown(path, folder), problems))
        except Refused as wrong:
            problems.append(error(wrong.code, wrong.summary, wrong.detail, node.position))
        except MlinfraError as wrong:
            problems += (found.located(None, node.position) for found in wrong.diagnostics)
    return _laid_over([*policies, _policy(body, problems, shared=False)], problems)


def read_policy_file(path: Path, name: str) -> Policy:
    """A policy that whoever runs the command names; ``name`` is how messages call it. Raises MlinfraError."""
    problems: list[Diagnostic] = []
    source = read_source(path, name)
    top = read_mapping(source, problems, hint=_HINT)
    policy = _whole(top, problems) if top is not None else Policy()
    refuse_errors(in_order(problems, source))
    return replace(policy, outside=True)


def policy_of_stack(folder: Path) -> Policy:
    """What the stack in a folder says of rules; nothing else of it is looked at. Raises MlinfraError."""
    problems: list[Diagnostic] = []
    source = stack_file(folder)
    top = read_mapping(source, problems)
    problems = [found for found in problems if top is None]
    section = top.value.get("policy") if top is not None else None
    policy = read_policy(section, folder, repository(folder), problems)
    refuse_errors(in_order(problems, source))
    return policy


_HINT = "A policy holds rules, declared, exceptions or strict."


def _file_nodes(node: Node | None, reader: Reader) -> list[Node]:
    if node is None or node.value is None:
        return []
    members = list(node.value) if isinstance(node.value, tuple) else [node]
    return [member for member in members if reader.text(member, "file")]


def _in_file(path: Path, name: str, problems: list[Diagnostic]) -> Policy:
    top = read_mapping(read_source(path, name), problems, hint=_HINT)
    return _whole(top, problems) if top is not None else Policy()


def _whole(top: Node, problems: list[Diagnostic]) -> Policy:
    return _policy(Reader(problems, "a policy").body(top, KEYS), problems, shared=True)


def _policy(body: Mapping[str, Node], problems: list[Diagnostic], *, shared: bool) -> Policy:
    reader = Reader(problems, "`policy`")
    rules = reader.members(body.get("rules"), "rules")
    declared = reader.members(body.get("declared"), "declared")
    return Policy(
        _known(_choice(code, node, problems) for code, node in rules.items()),
        _known(read_declared(name, node, problems) for name, node in declared.items()),
        read_exemptions(body.get("exceptions"), problems, shared=shared),
        reader.flag(body.get("strict"), "strict"),
    )


def _known(found: Any) -> tuple[Any, ...]:
    return tuple(each for each in found if each is not None)


def _laid_over(policies: list[Policy], problems: list[Diagnostic]) -> Policy:
    """One policy of several: of a rule later ones win, key by key; all else is put together."""
    rules: dict[str, RuleChoice] = {}
    declared: dict[str, DeclaredRule] = {}
    for policy in policies:
        for choice in policy.rules:
            below = rules.get(choice.code)
            if below is not None:
                settings = {**below.settings, **choice.settings}
                choice = replace(choice, level=choice.level or below.level, settings=settings)
            rules[choice.code] = choice
        for rule in policy.declared:
            first = declared.setdefault(rule.name, rule)
            if first is not rule:
                problems.append(
                    error(
                        codes.DECLARED_TWICE,
                        f"rule `{rule.name}` is declared twice",
                        f"The first is at {first.position}. Give this one another name.",
                        rule.position,
                    )
                )
    return Policy(
        tuple(rules.values()),
        tuple(declared.values()),
        tuple(each for policy in policies for each in policy.exemptions),
        any(policy.strict for policy in policies),
    )


# ---- rules -----------------------------------------------------------------------------------------------


def _choice(code: str, node: Node, problems: list[Diagnostic]) -> RuleChoice:
    reader = Reader(problems, f"rule `{code}`")
    members = dict(reader.map(node))
    level = read_level(members.pop("severity", None), reader)
    return RuleChoice(code, level, {k: _plain(child, reader) for k, child in members.items()}, node)


def _plain(node: Node, reader: Reader) -> Any:
    if isinstance(node.value, Template):
        reader.problems.append(
            error(
                codes.NOT_HERE,
                f"a setting of {reader.what} cannot be an expression",
                "A policy says the same of every stack: write the value itself.",
                node.position,
            )
        )
        return None
    if isinstance(node.value, dict):
        return {key: _plain(child, reader) for key, child in node.value.items()}
    if isinstance(node.value, tuple):
        return [_plain(child, reader) for child in node.value]
    return node.value
