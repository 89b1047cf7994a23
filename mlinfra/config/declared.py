"""``declared:`` of a policy: rules written in YAML."""

from __future__ import annotations

from collections.abc import Mapping

from mlinfra.config import codes
from mlinfra.config.dotted import ROOTS
from mlinfra.config.functions import FUNCTIONS, kind
from mlinfra.config.near import did_you_mean, listed
from mlinfra.config.shape import Reader
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.policy import DeclaredRule, Level
from mlinfra.model.source import Node, Template

DECLARED_KEYS = ("match", "require", "message", "severity", "why", "mend")
CHANGE_KEYS = ("address", "type", "name", "action", "data_loss")
"""What ``change`` has in a condition."""
READABLE: Mapping[str, tuple[str, ...]] = {
    "change": CHANGE_KEYS,
    "stack": ("name",),
    "before": (),
    "after": (),
}
"""What a condition reads, and the keys that it has; none: those of the resource's type."""

_LEVELS = tuple(level.value for level in Level)


def read_level(node: Node | None, reader: Reader) -> Level | None:
    """What ``severity:`` says; None where it is left out."""
    if node is None or node.value is None:
        return None
    # `off` is a word here, and no YAML 1.1 false that was meant.
    reader.problems[:] = [
        p for p in reader.problems if not (p.code == codes.LOOKS_LIKE_OTHER and p.position == node.position)
    ]
    word = reader.one_of(node, "severity", _LEVELS)
    return Level(word)


def read_declared(name: str, node: Node, problems: list[Diagnostic]) -> DeclaredRule | None:
    """One rule; None where it is not one, and why goes to ``problems``."""
    reader = Reader(problems, f"declared rule `{name}`")
    before = len(problems)
    body = reader.body(node, DECLARED_KEYS)
    message = reader.text(body.get("message"), "message")
    words = {key: reader.text(body.get(key), key) for key in ("why", "mend")}
    level = read_level(body.get("severity"), reader) or Level.ERROR
    for key in ("match", "require"):
        if key in body:
            _check_condition(body[key], f"`{key}` of {reader.what}", problems)
    if len(problems) > before:
        return None
    for key, given in (("require", "require" in body), ("message", bool(message))):
        if not given:
            problems.append(_missing(key, reader.what, node, 'require: "${…}", message: …'))
    if len(problems) > before:
        return None
    position = node.key or node.position
    return DeclaredRule(name, body.get("match"), body["require"], message, level, **words, position=position)


def _missing(key: str, what: str, node: Node, example: str) -> Diagnostic:
    return error(
        codes.MISSING_KEY, f"{what} needs `{key}`", f"Write  {{{example}}}.", node.key or node.position
    )


def _check_condition(node: Node, what: str, problems: list[Diagnostic]) -> None:
    """It is one expression, and every name in it means something."""
    if isinstance(node.value, bool):
        return
    if not isinstance(node.value, Template) or len(node.value.parts) != 1:
        held = "a text around expressions" if isinstance(node.value, Template) else kind(node.value)
        if isinstance(node.value, str) and "${" in node.value:
            return  # an expression that could not be read, which was said already
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"{what} is {held}, it should be one expression",
                "For example  \"${after.location == 'westeurope'}\".",
                node.position,
            )
        )
        return
    for expression in node.expressions():
        for path in expression.references:
            wrong = _unreadable(path)
            if wrong is not None:
                problems.append(error(codes.NO_SUCH_NAME, *wrong, expression.position))


def _unreadable(path: tuple[str, ...]) -> tuple[str, str] | None:
    """Why a name means nothing in a condition, and what to do."""
    root = path[0]
    if root in READABLE:
        keys = READABLE[root]
        if keys and len(path) > 1 and path[1] not in keys:
            advice = f"{did_you_mean(path[1], keys)}There are: {listed(f'{root}.{key}' for key in keys)}."
            return f"there is no `{root}.{path[1]}`", advice
        return None
    if root in FUNCTIONS:
        return f"`{root}` is a function", f"Call it: {FUNCTIONS[root].example}."
    known = "A rule reads change, before, after and stack, and is the same for every stack."
    near = "" if root in ROOTS else did_you_mean(root, READABLE)
    return f"`{'.'.join(path[:2])}` cannot be read in a rule", f"{near}{known}"
