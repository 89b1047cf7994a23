"""A condition and what is said where it is not true: the shape that rules of all kinds have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mlinfra.config import codes
from mlinfra.config.shape import Reader
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node

KEYS = ("condition", "message")


def read_rules(node: Node, what: str, problems: list[Diagnostic]) -> list[Mapping[str, Node]]:
    """Each rule of a list; those of the wrong shape are reported and left out."""
    if node.value is None:
        return []
    if not node.is_list:
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"{what} is a list",
                'Each of its members is a rule:  - {condition: "${…}", message: …}.',
                node.position,
            )
        )
        return []
    rules = (read_rule(member, f"a rule in {what}", problems, within=what) for member in node.value)
    return [rule for rule in rules if rule is not None]


def read_rule(
    node: Node, what: str, problems: list[Diagnostic], keys: Sequence[str] = KEYS, *, within: str = ""
) -> Mapping[str, Node] | None:
    """The keys of one rule; None where they are not such, which is reported. ``within`` has the rule."""
    before = len(problems)
    read = Reader(problems, within or what).body(node, keys)
    if len(problems) > before:
        return None
    missing = next((key for key in KEYS if key not in read or read[key].value in (None, "")), None)
    if missing is None:
        return read
    problems.append(
        error(
            codes.MISSING_KEY,
            f"{what} needs `{missing}`",
            f'Write  {"- " if within else ""}{{condition: "${{…}}", message: …}}.',
            node.position if within else node.key or node.position,
        )
    )
    return None
