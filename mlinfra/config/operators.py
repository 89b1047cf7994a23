"""Operators on plain values: strict about kinds, bounded in what they make."""

from __future__ import annotations

import ast
import math
from typing import Any

from mlinfra.config.functions import MAX_ITEMS, MAX_TEXT, TooMuch, kind

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%",
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


class Mismatch(Exception):
    """Values that the operator cannot put together; says kinds, never values."""

    def __init__(self, summary: str, advice: str = "") -> None:
        self.summary, self.advice = summary, advice
        super().__init__(summary)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _finite(value: int | float) -> int | float:
    if (isinstance(value, float) and not math.isfinite(value)) or abs(value) >= 1e300:
        raise TooMuch("the number would be too large")
    return value


def unary(op: ast.unaryop, value: Any) -> Any:
    """``-x`` and ``+x``. Raises Mismatch."""
    if not _is_number(value):
        raise Mismatch(f"a sign takes a number, and this is {kind(value)}")
    return -value if isinstance(op, ast.USub) else value


def binary(op: ast.operator, left: Any, right: Any) -> Any:
    """``+ - * / // %``. Raises Mismatch, TooMuch."""
    if _is_number(left) and _is_number(right):
        return _arithmetic(op, left, right)
    if isinstance(op, ast.Add):
        if isinstance(left, str) and isinstance(right, str):
            if len(left) + len(right) > MAX_TEXT:
                raise TooMuch(f"the text would have more than {MAX_TEXT} characters")
            return left + right
        if isinstance(left, list) and isinstance(right, list):
            if len(left) + len(right) > MAX_ITEMS:
                raise TooMuch(f"the list would have more than {MAX_ITEMS} members")
            return left + right
    if isinstance(op, ast.Mult):
        for many, times in ((left, right), (right, left)):
            if isinstance(many, str | list) and isinstance(times, int) and not isinstance(times, bool):
                limit = MAX_TEXT if isinstance(many, str) else MAX_ITEMS
                if len(many) * times > limit or times > limit:
                    raise TooMuch(f"the result would be longer than {limit}")
                return many * times
    advice = ""
    if isinstance(op, ast.Add) and (isinstance(left, str) or isinstance(right, str)):
        advice = 'To put values into text write "${a}-${b}", or turn a number into text with tostring(…).'
    if isinstance(op, ast.Add) and isinstance(left, dict) and isinstance(right, dict):
        advice = "Maps are put together with merge(a, b)."
    raise Mismatch(f"`{_SIGNS[type(op)]}` cannot put {kind(left)} and {kind(right)} together", advice)


def _arithmetic(op: ast.operator, left: int | float, right: int | float) -> int | float:
    if isinstance(op, ast.Div | ast.FloorDiv | ast.Mod) and right == 0:
        raise Mismatch("this divides by zero")
    try:
        if isinstance(op, ast.Add):
            return _finite(left + right)
        if isinstance(op, ast.Sub):
            return _finite(left - right)
        if isinstance(op, ast.Mult):
            return _finite(left * right)
        if isinstance(op, ast.FloorDiv):
            return _finite(left // right)
        if isinstance(op, ast.Mod):
            return _finite(left % right)
        if isinstance(left, int) and isinstance(right, int) and left % right == 0:
            return left // right  # 4 / 2 is 2, as a service that wants a whole number needs it
        return _finite(left / right)
    except OverflowError:
        raise TooMuch("the number would be too large") from None


def compare(op: ast.cmpop, left: Any, right: Any) -> bool:
    """``== != < <= > >= in not in``. Raises Mismatch."""
    if isinstance(op, ast.Eq):
        return same(left, right)
    if isinstance(op, ast.NotEq):
        return not same(left, right)
    if isinstance(op, ast.In | ast.NotIn):
        return _contains(right, left) is isinstance(op, ast.In)
    if not ((_is_number(left) and _is_number(right)) or (isinstance(left, str) and isinstance(right, str))):
        raise Mismatch(
            f"`{_SIGNS[type(op)]}` cannot compare {kind(left)} with {kind(right)}",
            "It compares numbers with numbers and text with text.",
        )
    if isinstance(op, ast.Lt):
        return bool(left < right)
    if isinstance(op, ast.LtE):
        return bool(left <= right)
    return bool(left > right) if isinstance(op, ast.Gt) else bool(left >= right)


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        if not isinstance(part, str):
            raise Mismatch(f"`in` looks for text in text, and this is {kind(part)}")
        return part in whole
    if isinstance(whole, list):
        return any(same(member, part) for member in whole)
    raise Mismatch(f"`in` looks into text, lists and maps, and this is {kind(whole)}")


def same(left: Any, right: Any) -> bool:
    """Equal values of equal kind: ``1`` is 1.0, but neither is true."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    return bool(left == right)
