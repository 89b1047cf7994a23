"""Nodes → values. The door to this room's expression language.

A value is plain data whose leaves may carry marks (`mlinfra.model.value`). An expression that reads what
only an apply can tell is `Unknown`, with the text of the whole string it stands in; one that reads a secret
is `Sensitive`, or unknown and sensitive. One that fails says so, with its place, and is `Unknown` too.
"""

from __future__ import annotations

from typing import Any

from mlinfra.config import codes
from mlinfra.config.calling import located, not_text
from mlinfra.config.evaluator import Evaluator
from mlinfra.config.functions import scalar_text
from mlinfra.config.marks import Failure, UnknownRead
from mlinfra.config.namespace import Lazy, Namespace, Unresolved, is_namespace
from mlinfra.config.template import compile_template
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Expression, Node, Template
from mlinfra.model.value import Sensitive, Unknown

__all__ = ["Namespace", "Unresolved", "compile_template", "evaluate", "evaluate_with_cause", "is_namespace"]


def evaluate(node: Node, scope: Namespace, problems: list[Diagnostic]) -> Any:
    """The value of a node and all below it; each expression that fails adds to ``problems``."""
    return _Evaluation(scope, problems).value(node)


def evaluate_with_cause(node: Node, scope: Namespace, problems: list[Diagnostic]) -> tuple[Any, str]:
    """`evaluate`, and what was read that made the result unknown (empty when nothing was)."""
    evaluation = _Evaluation(scope, problems)
    return evaluation.value(node), evaluation.cause


class _Evaluation:
    """One call of `evaluate`, with the one evaluator that it needs."""

    __slots__ = ("_evaluator", "cause", "problems", "scope")

    def __init__(self, scope: Namespace, problems: list[Diagnostic]) -> None:
        self.scope = scope
        self.problems = problems
        self.cause = ""
        self._evaluator: Evaluator | None = None

    def value(self, node: Node) -> Any:
        value = node.value
        if isinstance(value, Template):
            return self._template(value)
        if isinstance(value, dict):
            return {key: self.value(child) for key, child in value.items()}
        if isinstance(value, tuple):
            return [self.value(child) for child in value]
        return value

    def _template(self, template: Template) -> Any:
        if len(template.parts) == 1 and isinstance(template.parts[0], Expression):
            return self._part(template.parts[0], template)
        texts: list[str] = []
        unknown = sensitive = failed = False
        for part in template.parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = self._part(part, template)
            if isinstance(value, Sensitive):
                sensitive = True
                value = value.value
            if isinstance(value, Unknown):
                unknown = True
                sensitive = sensitive or value.sensitive
                continue
            try:
                texts.append(scalar_text(value))
            except ValueError:
                self.problems.append(not_text(part, value))
                failed = True
        if unknown or failed:
            return Unknown(template.text, sensitive)
        text = "".join(texts)
        return Sensitive(text) if sensitive else text

    def _part(self, expression: Expression, template: Template) -> Any:
        try:
            plain = self._looked_up(expression)
        except Unresolved as wrong:
            self.problems.extend(d.located(None, expression.position) for d in wrong.diagnostics)
            return Unknown(template.text)
        return self._worked_out(expression, template) if plain is None else plain

    def _looked_up(self, expression: Expression) -> Any:
        """What a dotted name means where that is text or a number; None where it takes the evaluator.

        Most expressions are such names. The evaluator answers the same, in ten times the time. What is
        worked out when it is looked up, such as a local, is left to it.
        """
        path = expression.references[0] if len(expression.references) == 1 else ()
        if not path or ".".join(path) != expression.text.strip():
            return None
        found: Any = self.scope
        for name in path:
            try:
                if isinstance(found, Lazy):
                    found = found.kept(name)
                else:
                    found = found.find(name) if is_namespace(found) else None
            except KeyError:
                return None
        return found if type(found) in _PLAIN else None

    def _worked_out(self, expression: Expression, template: Template) -> Any:
        if self._evaluator is None:
            self._evaluator = Evaluator(self.scope)
        try:
            return self._evaluator.result(expression.tree)
        except UnknownRead as unknown:
            self.cause = self.cause or unknown.cause
            return Unknown(template.text, unknown.sensitive or self._evaluator.tainted)
        except Unresolved as wrong:
            self.problems.extend(d.located(None, expression.position) for d in wrong.diagnostics)
        except Failure as wrong:
            self.problems.append(located(wrong, expression))
        except (RecursionError, MemoryError):
            deep = Failure(codes.TOO_MUCH, "this expression is nested too deep", "Give parts of it a name.")
            self.problems.append(located(deep, expression))
        return Unknown(template.text, self._evaluator.tainted)


_PLAIN = frozenset({str, bool, int, float})
