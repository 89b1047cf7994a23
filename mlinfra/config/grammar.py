"""The inside of one ``${…}``: parsed, and held against what the language has.

The language is a part of Python's expressions (``ast`` parses them). What is not listed here is refused
before anything is evaluated, with words that say what to write instead.
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

from mlinfra.config import codes
from mlinfra.config.dotted import LITERALS, ROOTS, references
from mlinfra.config.functions import FUNCTIONS
from mlinfra.config.near import did_you_mean, listed
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Position, SourceFile

MAX_LENGTH = 4096
"""Characters of one expression."""

MAX_DEPTH = 60
"""Levels of one expression; more than a person can read, and far from Python's own limit."""

_ALLOWED: tuple[type[ast.AST], ...] = (
    ast.Constant, ast.Name, ast.Attribute, ast.Subscript, ast.Slice, ast.UnaryOp, ast.BinOp, ast.BoolOp,
    ast.Compare, ast.IfExp, ast.Call, ast.keyword, ast.List, ast.Tuple, ast.Dict, ast.ListComp,
    ast.GeneratorExp, ast.DictComp, ast.comprehension, ast.Starred,
    ast.Load, ast.Store, ast.And, ast.Or, ast.Not, ast.USub, ast.UAdd,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod,
    ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn,
)  # fmt: skip

_REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Pow: ("`**`", "There are no powers; write the number itself."),
    ast.LShift: ("`<<`", "There is no shifting of bits; write the number itself."),
    ast.RShift: ("`>>`", "There is no shifting of bits; write the number itself."),
    ast.BitAnd: ("`&`", "For both of two conditions write `and`."),
    ast.BitOr: ("`|`", "For one of two conditions write `or`; maps are put together with merge(a, b)."),
    ast.BitXor: ("`^`", "Numbers have no bits here; write `!=` for one but not both."),
    ast.Invert: ("`~`", "For the opposite of a condition write `not`."),
    ast.MatMult: ("`@`", "To multiply write `*`."),
    ast.Is: ("`is`", "To compare write `==`."),
    ast.IsNot: ("`is not`", "To compare write `!=`."),
    ast.JoinedStr: ("an f-string", 'Put text together with "${…}", or with format("%s-%s", a, b).'),
    ast.FormattedValue: ("an f-string", 'Put text together with "${…}", or with format("%s-%s", a, b).'),
    ast.Lambda: ("lambda", "There are no functions to define; a list is made with [… for x in …]."),
    ast.NamedExpr: ("`:=`", "Nothing is assigned inside an expression; give it a name under `locals:`."),
    ast.Set: ("a set", "Sets have no order; write a list, [a, b]."),
    ast.SetComp: ("a set", "Sets have no order; write a list, [… for x in …]."),
    ast.Await: ("await", "Expressions only work out values."),
    ast.Yield: ("yield", "Expressions only work out values."),
    ast.YieldFrom: ("yield", "Expressions only work out values."),
}

_NEEDS_QUIET = re.compile(r"\\|[0-9][A-Za-z_]")
"""Text for which Python's parser may print a warning."""

QUESTION_MARK = (
    "`a ? b : c` is written `b if a else c`",
    'For example ${"Premium" if var.production else "Standard"}.',
)
"""What is said of the conditional of other languages."""

_OTHER_LANGUAGES = (
    (re.compile(r"&&"), "`&&` is written `and`", "For example ${var.a and var.b}."),
    (re.compile(r"\|\|"), "`||` is written `or`", "For example ${var.a or var.b}."),
    (re.compile(r"\?"), *QUESTION_MARK),
    (re.compile(r"!(?!=)"), "`!x` is written `not x`", "For example ${not var.public}."),
)
_HALF = re.compile("[\ud800-\udfff]")

_SHELL = re.compile(r"[A-Z_][A-Z0-9_]*(?::[-=?+]|[%#^,/])")
"""Variables as only a shell has them: ``${NAME:-default}``."""

_STRING = re.compile(r"'(?:[^\\']|\\.)*'|\"(?:[^\\\"]|\\.)*\"", re.DOTALL)
_METHOD_OF_PYTHON = {"strip": "trim", "items": "items", "get": "lookup", "len": "length"}


@dataclass(frozen=True, slots=True)
class Read:
    """A parsed expression and the dotted names that it reads."""

    tree: ast.expr
    references: tuple[tuple[str, ...], ...]


class _Refused(Exception):
    """Why an expression is none: code, summary, detail, and where in its text."""

    def __init__(self, code: str, summary: str, detail: str, start: int = 0, end: int | None = None) -> None:
        self.code, self.summary, self.detail, self.start, self.end = code, summary, detail, start, end
        super().__init__(summary)


def read_expression(text: str, position: Position, problems: list[Diagnostic]) -> Read | None:
    """Parse the inside of a ``${…}`` that stands at ``position``; None when it is none, with a problem."""
    try:
        return _read(text)
    except _Refused as wrong:
        place = within(text, position, wrong.start, wrong.end)
        problems.append(error(wrong.code, wrong.summary, wrong.detail, place))
        return None


def within(text: str, position: Position, start: int = 0, end: int | None = None) -> Position:
    """The place of ``text[start:end]`` where the file has it just so, else the whole ``${…}``."""
    if end is None or end <= start:
        return position
    column = position.column + 2 + start
    line = _lines(position.source)[position.line - 1 : position.line]
    if not line or line[0][column - 1 : column - 1 + end - start] != text[start:end]:
        return position
    return Position(position.source, position.line, column, end - start)


def span(text: str, node: ast.AST) -> tuple[int, int]:
    """Where a node of the tree stands in the expression's text."""
    lead = len(text) - len(text.lstrip())
    start, end = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
    if not text.isascii():
        raw = text.strip().encode()
        start, end = len(raw[:start].decode(errors="replace")), len(raw[:end].decode(errors="replace"))
    return lead + start, lead + end


@lru_cache(maxsize=8)
def _lines(source: SourceFile) -> list[str]:
    return source.text.splitlines()


@lru_cache(maxsize=4096)
def _read(text: str) -> Read:
    if not text.strip():
        raise _Refused(
            codes.EXPRESSION_SYNTAX, "this expression is empty", "Write a value between the braces."
        )
    if len(text) > MAX_LENGTH:
        raise _Refused(
            codes.TOO_MUCH,
            f"this expression has more than {MAX_LENGTH} characters",
            "Give parts of it a name under `locals:`.",
        )
    tree = _parsed(text)
    _check(text, tree)
    return Read(tree, tuple(dict.fromkeys(found.path for found in references(tree))))


def _parsed(text: str) -> ast.expr:
    lead = len(text) - len(text.lstrip())
    line = re.sub(r"[\r\n\f\v]", " ", text).strip()
    if "#" in _STRING.sub("", line):
        at = masked(line).index("#")
        raise _Refused(
            codes.EXPRESSION_SYNTAX,
            "`#` means nothing inside an expression",
            "Put quotes around text, and comments outside.",
            lead + at,
            lead + at + 1,
        )
    try:
        if _NEEDS_QUIET.search(line):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(line, mode="eval").body
        return ast.parse(line, mode="eval").body
    except SyntaxError as wrong:
        raise _syntax(line, lead, wrong) from None
    except (RecursionError, MemoryError):
        raise _too_deep() from None
    except ValueError:
        raise _Refused(
            codes.EXPRESSION_SYNTAX, "this expression holds a character that nothing can read", "Take it out."
        ) from None


def _syntax(line: str, lead: int, wrong: SyntaxError) -> _Refused:
    bare = masked(line)
    for pattern, summary, detail in _OTHER_LANGUAGES:
        if found := pattern.search(bare):
            return _Refused(codes.OTHER_LANGUAGE, summary, detail, lead + found.start(), lead + found.end())
    if "too many nested" in wrong.msg:
        return _too_deep()
    told = re.sub(r"\s*\((?:detected at|<unknown>).*", "", wrong.msg)
    told = re.sub(r"^invalid syntax\.?\s*", "", told)
    if _SHELL.match(line):
        told = "to leave it to the shell write $${…}"
    start = max((wrong.offset or 1) - 1, 0)
    if re.match(r"=(?!=)", bare[start:]):
        told = "to compare two values write =="
    end = (wrong.end_offset or 0) - 1
    if end <= start:
        end = start + 1
    return _Refused(
        codes.EXPRESSION_SYNTAX,
        "this is no expression that can be read",
        f"{told[0].upper()}{told[1:].rstrip('.')}." if told else "Look at what stands here.",
        lead + start,
        min(lead + end, lead + len(line)),
    )


def masked(line: str) -> str:
    """The line with what stands in quotes blanked out."""
    return _STRING.sub(lambda found: " " * len(found[0]), line)


def _too_deep() -> _Refused:
    return _Refused(
        codes.TOO_MUCH,
        "this expression is nested too deep",
        f"At most {MAX_DEPTH} levels; give parts of it a name under `locals:`.",
    )


def _check(text: str, tree: ast.expr) -> None:
    """Refuse what the language does not have."""
    level: list[ast.AST] = [tree]
    for _ in range(MAX_DEPTH):
        for node in level:
            _check_node(text, node)
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise _too_deep()


def _check_node(text: str, node: ast.AST) -> None:
    if isinstance(node, ast.Call):
        _check_call(text, node)
    elif isinstance(node, ast.Attribute):
        if node.attr.startswith("__"):
            raise _forbidden(text, node, f"`{node.attr}`", "Only data can be read: keys of maps.")
    elif isinstance(node, ast.Constant):
        if not isinstance(node.value, str | int | float | None):
            raise _forbidden(text, node, "this kind of value", "Values are text, numbers, true, false, null.")
        if isinstance(node.value, str) and not node.value.isprintable() and _HALF.search(node.value):
            raise _forbidden(text, node, "half a character", "Write the whole one.")
        if isinstance(node.value, int | float) and abs(node.value) >= 1e300:
            raise _Refused(
                codes.TOO_MUCH, "this number is too large", "No service takes it.", *span(text, node)
            )
    elif isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Store) and (node.id in LITERALS or node.id in ROOTS):
            raise _forbidden(
                text, node, f"`{node.id}` as a name of your own", "It has a meaning already; choose another."
            )
    elif isinstance(node, ast.comprehension):
        if node.is_async:
            raise _forbidden(text, node.target, "async", "Expressions only work out values.")
        if any(not isinstance(t, ast.Name | ast.Tuple | ast.List | ast.Store) for t in ast.walk(node.target)):
            raise _forbidden(
                text, node.target, "this target", "After `for` stand names: `for key, value in …`."
            )
    elif isinstance(node, ast.BinOp | ast.UnaryOp | ast.BoolOp | ast.Compare):
        for operator in node.ops if isinstance(node, ast.Compare) else (node.op,):
            _check_kind(text, operator, node)
    else:
        _check_kind(text, node, node)


def _check_kind(text: str, node: ast.AST, place: ast.AST) -> None:
    """An operator has no place of its own: ``place`` is the node around it."""
    if not isinstance(node, _ALLOWED):
        what, advice = _REFUSED.get(
            type(node), (f"`{type(node).__name__}`", "Only values can be worked out.")
        )
        raise _forbidden(text, place, what, advice)


def _check_call(text: str, node: ast.Call) -> None:
    function = node.func
    if isinstance(function, ast.Attribute):
        name = _METHOD_OF_PYTHON.get(function.attr, function.attr)
        value = ast.unparse(function.value)
        advice = (
            f"Write  {name}({value}{', …' if node.args else ''})."
            if name in FUNCTIONS
            else f"{did_you_mean(name, FUNCTIONS)}Functions stand before their values: upper(var.name)."
        )
        raise _forbidden(text, node, f"calling `.{function.attr}(…)`", advice)
    if not isinstance(function, ast.Name):
        raise _forbidden(text, node, "calling this", "Only functions with a name can be called.")
    known = FUNCTIONS.get(function.id)
    if known is None:
        other = _METHOD_OF_PYTHON.get(function.id)
        hint = f"Did you mean `{other}`? " if other else did_you_mean(function.id, FUNCTIONS)
        raise _Refused(
            codes.FUNCTION,
            f"there is no function `{function.id}`",
            f"{hint}Functions are: {listed(sorted(FUNCTIONS), 100)}.",
            *span(text, function),
        )
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        raise _forbidden(text, node, "`*` and `**` in a call", "Write the values one by one.")
    try:
        known.signature.bind(*node.args, **{str(k.arg): k.value for k in node.keywords})
    except TypeError:
        raise _Refused(
            codes.FUNCTION,
            f"`{function.id}` is not called like this",
            f"It takes {function.id}{known.signature_text}, for example {known.example}.",
            *span(text, node),
        ) from None


def _forbidden(text: str, node: ast.AST, what: str, advice: str) -> _Refused:
    start, end = span(text, node)
    return _Refused(codes.FORBIDDEN, f"{what} is not possible in an expression", advice, start, end)
