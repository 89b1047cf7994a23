"""What stands in a test file under ``runs``: commands, what has to hold after them, what others send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mlinfra.config import codes
from mlinfra.config.inputs import plain
from mlinfra.config.shape import Reader
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node, Template
from mlinfra.model.trial import Assertion, Command, Refusal, Request, Run

RUN_KEYS = ("name", "command", "variables", "simulator", "assert", "expect_error", "settles", "reason")
REQUEST_KEYS = ("method", "path", "body")
ASSERT_KEYS = ("condition", "message")
REFUSAL_KEYS = ("code", "message")
METHODS = ("PUT", "PATCH", "POST", "DELETE")
EXAMPLE = "Write  runs: [{name: it can be applied}]."

_COMMANDS = tuple(command.value for command in Command)


def read_runs(node: Node | None, top: Node, problems: list[Diagnostic]) -> tuple[Run, ...]:
    """Every run; that there is none, and what is wrong with one, goes to ``problems``."""
    if node is None or node.value is None or node.value == ():
        place = top.position if node is None else node.key or node.position
        problems.append(error(codes.MISSING_KEY, "a test file needs `runs`", EXAMPLE, place))
        return ()
    found: Sequence[Run] = _each(node, "runs", EXAMPLE, _run, problems)
    first: dict[str, Run] = {}
    for run in found:
        other = first.setdefault(run.name, run)
        if other is not run:
            problems.append(
                error(
                    codes.RUN_TWICE,
                    f"two runs are called `{run.name}`",
                    f"The first is at {other.position}. Reports tell runs by their names: change this one.",
                    run.position,
                )
            )
    return tuple(found)


def _run(node: Node, problems: list[Diagnostic]) -> Run:
    reader = Reader(problems, "a run")
    body = reader.body(node, RUN_KEYS)
    name = reader.text(body.get("name"), "name")
    if node.is_map and not name and ("name" not in body or body["name"].value in (None, "")):
        problems.append(
            error(
                codes.MISSING_KEY,
                "a run needs `name`",
                "Say what it shows:  - name: a second plan is empty",
                node.position,
            )
        )
    command = Command(reader.one_of(body.get("command"), "command", _COMMANDS))
    refusal = _refusal(body["expect_error"], problems) if "expect_error" in body else None
    if refusal is not None and "assert" in body:
        problems.append(
            error(
                codes.RUN_KEYS,
                "a run that expects an error has nothing to assert",
                "It is refused before there is anything to look at. Put the conditions into a run of their "
                "own.",
                body["assert"].key or body["assert"].position,
            )
        )
    return Run(
        name,
        command,
        body["name"].position if "name" in body else node.position,
        reader.members(body.get("variables"), "variables"),
        read_requests(body.get("simulator"), problems),
        _assertions(body.get("assert"), problems),
        refusal,
        _settles(body, command, reader),
    )


def _settles(body: Mapping[str, Node], command: Command, reader: Reader) -> bool:
    node = body.get("settles")
    if node is None:
        if "reason" in body:
            reader.problems.append(_without_settles(body["reason"]))
        return True
    settles = reader.flag(node, "settles")
    if command is not Command.APPLY:
        reader.problems.append(
            error(
                codes.RUN_KEYS,
                f"`settles` says nothing of a run that does {command.value}",
                "Only after an apply a second plan is made. Take it out.",
                node.key or node.position,
            )
        )
    elif not settles and not reader.text(body.get("reason"), "reason"):
        reader.problems.append(
            error(
                codes.RUN_KEYS,
                "a run with `settles: false` needs `reason`",
                "Say why a second plan may have something to do:  reason: the service changes it every night",
                node.key or node.position,
            )
        )
    return settles


def _refusal(node: Node, problems: list[Diagnostic]) -> Refusal | None:
    reader = Reader(problems, "`expect_error`")
    if node.is_map:
        body = reader.body(node, REFUSAL_KEYS)
        code, message = (reader.text(body.get(key), key) for key in REFUSAL_KEYS)
    else:
        code, message = Reader(problems).text(node, "expect_error"), ""
    if code:
        return Refusal(code, message, node.position)
    problems.append(
        error(
            codes.MISSING_KEY,
            "`expect_error` needs the code of an error",
            "Write  expect_error: MLI-CFG-025  or  expect_error: {code: …, message: a part of its text}.",
            node.position,
        )
    )
    return None


def _assertions(node: Node | None, problems: list[Diagnostic]) -> tuple[Assertion, ...]:
    example = 'Write  assert: [{condition: "${plan.create == 1}"}].'
    found = _each(node, "assert", example, _assertion, problems)
    return tuple(one for one in found if one is not None)


def _assertion(node: Node, problems: list[Diagnostic]) -> Assertion | None:
    reader = Reader(problems, "a member of `assert`")
    body = reader.body(node, ASSERT_KEYS)
    message = reader.text(body.get("message"), "message")
    if "condition" not in body:
        if node.is_map:
            example = 'Write  - condition: ${output.name == "churn"}.'
            problems.append(
                error(codes.MISSING_KEY, "an assertion needs `condition`", example, node.position)
            )
        return None
    condition = body["condition"]
    if isinstance(condition.value, str) and "${" in condition.value:
        return None  # what is wrong with it was said when the file was read
    if not isinstance(condition.value, Template):
        problems.append(
            error(
                codes.WRONG_SHAPE,
                "a condition is an expression",
                "Write it as  condition: ${…}. As it stands it always says the same.",
                condition.position,
            )
        )
        return None
    return Assertion(condition, message)


# ---- requests --------------------------------------------------------------------------------------------


def read_requests(node: Node | None, problems: list[Diagnostic]) -> tuple[Request, ...]:
    """Every request; what is wrong with one goes to ``problems``."""
    example = "Write  - {method: PUT, path: /subscriptions/…, body: {…}}."
    found = _each(node, "simulator", example, _request, problems)
    return tuple(one for one in found if one is not None)


def _request(node: Node, problems: list[Diagnostic]) -> Request | None:
    reader = Reader(problems, "a request")
    before = len(problems)
    body = reader.body(node, REQUEST_KEYS)
    method = reader.one_of(body.get("method"), "method", METHODS)
    path = reader.text(body.get("path"), "path")
    if len(problems) == before and not path.startswith("/"):
        problems.append(
            error(
                codes.MISSING_KEY,
                "a request needs `path`, which begins with a slash",
                "For example  path: /subscriptions/SUBSCRIPTION/resourceGroups/rg-old",
                body["path"].position if "path" in body else node.position,
            )
        )
    value = plain_value(body["body"], problems) if "body" in body else None
    return Request(method, path, node.position, value) if len(problems) == before else None


# ---- what they have in common ----------------------------------------------------------------------------


def _each(
    node: Node | None,
    key: str,
    example: str,
    read: Callable[[Node, list[Diagnostic]], Any],
    problems: list[Diagnostic],
) -> Sequence[Any]:
    if node is None or node.value is None:
        return ()
    if not node.is_list:
        problems.append(error(codes.WRONG_SHAPE, f"`{key}` is a list", example, node.position))
        return ()
    return [read(member, problems) for member in node.value]


def plain_value(node: Node, problems: list[Diagnostic]) -> Any:
    """Plain data; an expression in it is reported."""
    expression = next(iter(node.expressions()), None)
    if expression is None:
        return plain(node)
    problems.append(
        error(
            codes.WRONG_SHAPE,
            "there is nothing here that an expression could read",
            "It says what others did before the run: write the value itself.",
            expression.position,
        )
    )
    return None


def _without_settles(node: Node) -> Diagnostic:
    return error(
        codes.RUN_KEYS,
        "`reason` says why a run does not settle, and `settles: false` is missing",
        "Write both, or take it out.",
        node.key or node.position,
    )
