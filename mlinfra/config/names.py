"""Names that expressions use: of blocks, types, variables, locals and outputs."""

from __future__ import annotations

import keyword
import re

from mlinfra.config import codes
from mlinfra.config.dotted import LITERALS
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Position

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_STACK = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\Z")


def bad_name(name: str, what: str, position: Position, *, remote: bool = False) -> Diagnostic | None:
    """Why ``name`` cannot be the name of ``what`` (``block compute``), if it cannot.

    ``remote`` says that the thing has a name in the cloud too, which may be any.
    """
    if _NAME.match(name) and not keyword.iskeyword(name) and name not in LITERALS:
        return None
    better = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "main"
    if better[0].isdigit():
        better = f"_{better}"
    if keyword.iskeyword(better) or better in LITERALS:
        better = f"{better}_"
    if _NAME.match(name):
        why = f"`{name}` is a word of the expression language."
    elif re.match(r"[A-Za-z_]\w*(-\w+)+\Z", name, re.ASCII):
        left, _, right = name.partition("-")
        why = f"In an expression it would be a subtraction: {left} minus {right}."
    elif not name:
        why = "It is empty."
    elif name[0].isdigit():
        why = "A name starts with a letter or _."
    else:
        why = "A name has letters, digits and _ only."
    advice = f" Write `{better}`"
    advice += f"; what Azure calls it can stay, with  name: {name}." if remote and name else "."
    return error(
        codes.BAD_NAME,
        f"`{name}` cannot be the name of {'an' if what[0] in 'aeiou' else 'a'} {what}",
        why + advice,
        position,
    )


def bad_stack_name(name: str, position: Position) -> Diagnostic | None:
    """Why ``name`` cannot be a stack's, if it cannot."""
    if _STACK.match(name):
        return None
    return error(
        codes.BAD_NAME,
        f"`{name}` cannot be the name of a stack",
        "It has letters, digits, - and _ only, at most 63 of them, and starts and ends with a letter or "
        "a digit.",
        position,
    )
