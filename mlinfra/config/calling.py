"""How an expression calls functions: arguments without marks, bounded results, and the special ones."""

from __future__ import annotations

import ast
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mlinfra.config import codes, operators
from mlinfra.config.collecting import Collecting
from mlinfra.config.files import Refused
from mlinfra.config.functions import FUNCTIONS, Function, TooMuch, bounded, kind, scalar_text
from mlinfra.config.functions.files import read_text
from mlinfra.config.grammar import span, within
from mlinfra.config.marks import BUDGET, Failure
from mlinfra.config.namespace import Namespace, Unresolved, is_namespace
from mlinfra.config.surroundings import Surroundings
from mlinfra.config.template import compile_placed
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Expression, Position, SourceFile, Template
from mlinfra.model.value import Sensitive


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A file that was read as a template; ``problems`` are why it is none."""

    value: Template | str
    problems: tuple[Diagnostic, ...]


class _Vars:
    """What a template file sees: the names that it is given."""

    __slots__ = ("_values", "around")

    def __init__(self, values: Mapping[str, Any], around: Surroundings) -> None:
        self._values = values
        self.around = around

    def find(self, name: Any) -> Any:
        """The value; KeyError when there is none."""
        return self._values[name]

    def names(self) -> Iterable[str]:
        """Every name."""
        return self._values


class Calling(Collecting):
    """The part of the evaluator that calls functions. ``scope`` may say what is ``around`` it."""

    scope: Namespace

    def result(self, tree: ast.expr, budget: int = BUDGET, tainted: bool = False) -> Any:
        """The value of a whole expression; whoever evaluates has it."""
        raise AssertionError(f"nobody evaluates {tree!r}")

    def guarded(self, node: ast.AST, call: Callable[..., Any], *values: Any) -> Any:
        """What an operator gives. Raises Failure at ``node``."""
        try:
            return call(*values)
        except TooMuch as wrong:
            raise Failure(codes.TOO_MUCH, "this makes too much", f"{_sentence(wrong)}", node) from None
        except operators.Mismatch as wrong:
            raise Failure(codes.FAILS, wrong.summary, wrong.advice, node) from None

    def _eval_call(self, node: ast.Call) -> Any:
        function = FUNCTIONS[node.func.id]  # type: ignore[attr-defined]
        if function.name == "coalesce":
            found = self._first(node.args)
            if found:
                return found[0]
        elif function.name == "try_" and node.args:
            return self._try(node.args)
        elif function.name == "can":
            return self._can([*node.args, *(part.value for part in node.keywords)][0])
        given = [self._argument(function, part) for part in node.args]
        named = {str(part.arg): self._argument(function, part.value) for part in node.keywords}
        before = self._before(function, node)
        result = self._called(function, node, lambda: function.call(*before, *given, **named))
        if isinstance(result, Path):
            vars = function.signature.bind(*given, **named).arguments["vars"]
            result = self._rendered(function, node, result, vars)
        if isinstance(result, str | list | dict):
            self.spend(len(result), node)
            self.guarded(node, bounded, result)
        return result

    def _called(self, function: Function, node: ast.Call, call: Callable[[], Any]) -> Any:
        """What ``call`` gives. Raises Failure that names the function, and never a value."""
        try:
            return call()
        except TooMuch as wrong:
            raise Failure(
                codes.TOO_MUCH, f"`{function.name}` would make too much", _sentence(wrong), node
            ) from None
        except UnicodeError:
            raise Failure(
                codes.FAILS, f"`{function.name}` was given text that is no Unicode", "", node
            ) from None
        except (ValueError, OverflowError, ZeroDivisionError) as wrong:
            raise Failure(
                codes.FAILS,
                f"`{function.name}` cannot do with what it is given",
                f"{_sentence(wrong)} For example {function.example}.",
                node,
            ) from None
        except Refused as wrong:
            if self.tainted:  # the path came from a secret
                raise Failure(wrong.code, f"`{function.name}` cannot take this path", "", node) from None
            raise Failure(wrong.code, wrong.summary, wrong.detail, node) from None

    def _before(self, function: Function, node: ast.Call) -> list[Any]:
        """What the function is handed before its arguments."""
        if function.wants == "spend":
            return [lambda amount: self.spend(amount, node)]
        return [self._around(function, node)] if function.wants == "around" else []

    def _around(self, function: Function, node: ast.Call) -> Surroundings:
        around: Surroundings | None = getattr(self.scope, "around", None)
        if around is None:
            summary = f"`{function.name}` means nothing here"
            raise Failure(codes.NOT_HERE, summary, "There is no stack around this expression.", node)
        return around

    def _argument(self, function: Function, node: ast.expr) -> Any:
        value = self._eval(node)
        if is_namespace(self.use(value, node)):
            value = dict(self._pairs(self.use(value, node)))
        return self.use(value, node) if function.shallow else self.bare(value, node)

    def _pairs(self, space: Namespace) -> Iterator[tuple[str, Any]]:
        for name in space.names():
            self.spend(1)
            try:
                yield name, space.find(name)
            except KeyError:
                yield name, space.find(int(name))

    # ---- special functions ---------------------------------------------------------------------------

    def _first(self, nodes: list[ast.expr]) -> tuple[Any, ...]:
        """The first value that is neither null nor empty text, alone; or nothing."""
        for node in nodes:
            value = self._eval(node)
            if self.use(value, node) not in (None, ""):
                return (value,)
        return ()

    def _try(self, nodes: list[ast.expr]) -> Any:
        """The first value that can be worked out; of the last one, why it cannot."""
        for node in nodes[:-1]:
            try:
                return self._settled(node)
            except Failure as wrong:
                if wrong.code == codes.TOO_MUCH:
                    raise
        return self._eval(nodes[-1])

    def _can(self, node: ast.expr) -> bool:
        try:
            self._settled(node)
        except Failure as wrong:
            if wrong.code == codes.TOO_MUCH:
                raise
            return False
        return True

    def _settled(self, node: ast.expr) -> Any:
        """The value, looked at: what is unknown ends the evaluation, a secret taints it."""
        value = self._eval(node)
        if is_namespace(self.use(value, node)):
            self.whole(value, node)
        return value

    # ---- templates -----------------------------------------------------------------------------------

    def _rendered(self, function: Function, node: ast.Call, path: Path, vars: Any) -> str:
        """The text of a template file. Raises Failure, and Unresolved with places in the file."""
        around = self._around(function, node)
        parsed = self._called(function, node, lambda: _parsed(path, around))
        if parsed.problems:
            raise Unresolved(parsed.problems)
        if isinstance(parsed.value, str):
            return parsed.value
        # A template has the same evaluator, with the work that is left to this one.
        inner = type(self)(_Vars(vars, replace(around, in_template=True)))  # type: ignore[arg-type]
        texts: list[str] = []
        for part in parsed.value.parts:
            texts.append(part if isinstance(part, str) else self._part(inner, part))
            self.spend(len(texts[-1]), node)
        return "".join(texts)

    def _part(self, inner: Calling, part: Expression) -> str:
        try:
            value = inner.result(part.tree, self.left, self.tainted)
            value = value.value if isinstance(value, Sensitive) else value
            return scalar_text(value)
        except Failure as wrong:
            raise Unresolved([located(wrong, part)]) from None
        except ValueError:
            raise Unresolved([not_text(part, value)]) from None
        finally:
            self.spend(inner.spent)


def _parsed(path: Path, around: Surroundings) -> _Parsed:
    """The file as a template, read once. Raises Refused, ValueError."""
    kept = around.templates.get(path)
    if isinstance(kept, _Parsed):
        return kept
    text = read_text(path)
    source = SourceFile(Path(os.path.relpath(path, around.folder.resolve())).as_posix(), text)

    def place(start: int, end: int) -> Position:
        column = start - text.rfind("\n", 0, start)
        length = end - start if "\n" not in text[start:end] else 2
        return Position(source, text.count("\n", 0, start) + 1, column, length)

    problems: list[Diagnostic] = []
    parsed = _Parsed(compile_placed(text, place, problems), tuple(problems))
    around.templates[path] = parsed
    return parsed


def located(wrong: Failure, expression: Expression) -> Diagnostic:
    """A failure as a message that points at the part of the expression that failed."""
    position = expression.position
    if isinstance(wrong.node, ast.expr):
        position = within(expression.text, position, *span(expression.text, wrong.node))
    return error(wrong.code, wrong.summary, wrong.detail, position)


def not_text(part: Expression, value: Any) -> Diagnostic:
    """What is said of a null, list or map in the middle of text."""
    if value is None:
        advice = f'Say what to write instead, for example ${{{part.text} or "none"}}.'
    elif isinstance(value, list):
        advice = f'Join its members, for example ${{join(", ", {part.text})}}, or use jsonencode(…).'
    else:
        advice = f"Take one of its values, or use jsonencode({part.text})."
    return error(codes.NOT_TEXT, f"{kind(value)} cannot be put into text", advice, part.position)


def _sentence(wrong: Exception) -> str:
    text = str(wrong)
    return f"{text[:1].upper()}{text[1:]}." if text else ""
