"""``exceptions:`` of a policy."""

from __future__ import annotations

from datetime import date

from mlinfra.config import codes
from mlinfra.config.shape import Reader
from mlinfra.model.address import Address, parse_address
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.policy import Exemption
from mlinfra.model.source import Node

EXCEPTION_KEYS = ("rule", "address", "stack", "owner", "reason", "expires")


def read_exemptions(node: Node | None, problems: list[Diagnostic], *, shared: bool) -> tuple[Exemption, ...]:
    """Those that are whole: each with a rule, an address or a stack, an owner, a reason and a last day."""
    if node is None or node.value is None:
        return ()
    if not node.is_list:
        example = "Write  - {rule: …, address: …, owner: …, reason: …, expires: 2027-01-31}."
        problems.append(error(codes.WRONG_SHAPE, "`exceptions` is a list", example, node.position))
        return ()
    read = (_exemption(member, problems, shared=shared) for member in node.value)
    return tuple(each for each in read if each is not None)


_WHY_NEEDED = {
    "rule": "It is the code of the rule, or the name of a declared one.",
    "address": "It is the resource, or the block, that is let pass; `stack: NAME` where a rule finds "
    "something of the stack as a whole.",
    "owner": "Somebody answers for it: write a name or a mail address.",
    "reason": "Whoever reads it later must know why.",
    "expires": "An exception is for a while: write the last day that it holds, such as 2027-01-31.",
}


def _exemption(node: Node, problems: list[Diagnostic], *, shared: bool) -> Exemption | None:
    reader = Reader(problems, "an exception")
    before = len(problems)
    body = reader.body(node, EXCEPTION_KEYS)
    read = {key: reader.text(body.get(key), key).strip() for key in EXCEPTION_KEYS}
    if len(problems) > before:
        return None
    stack = read["stack"]
    problems += (
        error(codes.MISSING_KEY, f"an exception needs `{key}`", why, node.position)
        for key, why in _WHY_NEEDED.items()
        if not read[key] and not (key == "address" and stack)
    )
    if stack and read["address"]:
        advice = "Leave `stack` out: what is found at an address is let pass there."
        what = "an exception is about an address or about a stack, not both"
        problems.append(error(codes.WRONG_SHAPE, what, advice, body["stack"].position))
    if len(problems) > before:
        return None
    address = None if stack else _address(body["address"], problems)
    expires = _date(body["expires"], problems)
    if len(problems) > before or expires is None:
        return None
    return Exemption(
        read["rule"], address, read["owner"], read["reason"], expires, node.position, shared, stack
    )


def _address(node: Node, problems: list[Diagnostic]) -> Address | None:
    try:
        return parse_address(str(node.value))
    except ValueError as wrong:
        problems.append(error(codes.WRONG_SHAPE, f"{wrong}", "For example workspace.main.", node.position))
        return None


def _date(node: Node, problems: list[Diagnostic]) -> date | None:
    try:
        return date.fromisoformat(str(node.value))
    except ValueError:
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"`{node.value}` is no day",
                "Write year, month and day: 2027-01-31.",
                node.position,
            )
        )
        return None
