"""``checks:`` of resources and of the stack: conditions, and what is said where one does not hold."""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.config import codes
from mlinfra.config.names import bad_name
from mlinfra.config.rules import KEYS, read_rule, read_rules
from mlinfra.config.shape import Reader
from mlinfra.model.address import Address
from mlinfra.model.check import Check, When
from mlinfra.model.diagnostic import Diagnostic, Severity, error
from mlinfra.model.source import Node, Template

_MOMENTS = (When.BEFORE, When.AFTER)
_SEVERITIES = [Severity.ERROR.value, Severity.WARNING.value]


def read_checks(node: Node | None, address: Address, problems: list[Diagnostic]) -> tuple[Check, ...]:
    """The checks of a resource, those before it first; what is wrong with them goes to ``problems``."""
    if node is None or node.value is None:
        return ()
    what = f"`checks` of {address}"
    if not node.is_map:
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"{what} is a map with `before` and `after`",
                'Write  checks: {before: [{condition: "${…}", message: …}]}.',
                node.position,
                address,
            )
        )
        return ()
    read = Reader(problems, what).body(node, [when.value for when in _MOMENTS])
    found: list[Check] = []
    for when in (when for when in _MOMENTS if when.value in read):
        place = f"`{when.value}` in {what}"
        rules = read_rules(read[when.value], place, problems)
        good = [rule for rule in rules if _is_text(rule["message"], place, problems)]
        found += [Check(when, rule["condition"], rule["message"]) for rule in good]
    return tuple(found)


def read_stack_checks(nodes: Mapping[str, Node], problems: list[Diagnostic]) -> tuple[Check, ...]:
    """The checks of the stack, by their names."""
    found: list[Check] = []
    for name, node in nodes.items():
        wrong = bad_name(name, "check", node.key or node.position)
        if wrong is not None:
            problems.append(wrong)
            continue
        what = f"check `{name}`"
        rule = read_rule(node, what, problems, (*KEYS, "severity"))
        if rule is not None and _is_text(rule["message"], what, problems):
            word = Reader(problems, what).one_of(rule.get("severity"), "severity", _SEVERITIES)
            found.append(Check(When.END, rule["condition"], rule["message"], name, Severity(word)))
    return tuple(found)


def _is_text(message: Node, what: str, problems: list[Diagnostic]) -> bool:
    """Whether a message is text, which may hold expressions; reported where it is not."""
    return isinstance(message.value, Template) or bool(Reader(problems, what).text(message, "message"))
