"""Works out one expression: a hardened subclass of simpleeval's evaluator.

What is taken away: methods, builtins, attributes of objects (``a.b`` looks a key up, nothing else), powers,
shifts, f-strings, ``%`` on text. What is added: values with marks, functions that are bounded, a budget of
work, and errors that know where they are.

Scopes are `Namespace`s, never dicts. simpleeval checks every dict or list that it meets, with all that is in
it, on every node of an expression, which makes one expression over 10,000 resources cost milliseconds; here
the check looks at the value's own type and no further.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, NoReturn

from simpleeval import EvalWithCompoundTypes

from mlinfra.config import codes, operators
from mlinfra.config.calling import Calling
from mlinfra.config.dotted import LITERALS
from mlinfra.config.functions import FUNCTIONS, kind
from mlinfra.config.marks import BUDGET, Failure, UnknownRead, truth
from mlinfra.config.namespace import DATA, Namespace, is_namespace
from mlinfra.config.near import did_you_mean, listed
from mlinfra.model.value import Redacted, Sensitive, Unknown


class Evaluator(Calling, EvalWithCompoundTypes):  # type: ignore[misc]
    """Works out expressions against one scope; not thread-safe, so make one for each use.

    A mark moves through an expression until something looks at it: then an unknown ends the evaluation
    (`UnknownRead`), and a secret taints it (``tainted``).
    """

    def __init__(self, scope: Namespace) -> None:
        # The parent's __init__ fiddles with the process-wide warning filters, which threads share.
        Calling.__init__(self)
        self.scope = scope
        self.operators: dict[Any, Any] = {}
        self.functions: dict[Any, Any] = {}
        self.names: dict[Any, Any] = {}
        self.allowed_attrs = None
        self.expr = ""
        self.nodes: dict[type[ast.AST], Callable[[Any], Any]] = {
            ast.Constant: self._eval_constant,
            ast.Name: self._eval_name,
            ast.Attribute: self._eval_attribute,
            ast.Subscript: self._eval_subscript,
            ast.Slice: self._eval_slice,
            ast.UnaryOp: self._eval_unaryop,
            ast.BinOp: self._eval_binop,
            ast.BoolOp: self._eval_boolop,
            ast.Compare: self._eval_compare,
            ast.IfExp: self._eval_ifexp,
            ast.Call: self._eval_call,
            ast.List: self._eval_list,
            ast.Tuple: self._eval_list,
            ast.Dict: self._eval_dict,
            ast.ListComp: self._eval_comprehension,
            ast.GeneratorExp: self._eval_comprehension,
            ast.DictComp: self._eval_comprehension,
        }

    def result(self, tree: ast.expr, budget: int = BUDGET, tainted: bool = False) -> Any:
        """The value of an expression, with marks in it. Raises UnknownRead, Failure, Unresolved.

        ``budget`` is the work that it may be; ``tainted`` says that what it reads came from a secret.
        """
        Calling.__init__(self, budget, tainted)
        value = self._eval(tree)
        if isinstance(value, Unknown | Redacted):
            self.use(value, tree)
        if is_namespace(value):
            self.whole(value, tree)
        if isinstance(value, Sensitive):
            self.tainted = True
            value = value.value
        value, unknown = self.finished(value, tree)
        if self.tainted and unknown:
            raise UnknownRead(True, ast.unparse(tree))
        return Sensitive(value) if self.tainted and value is not None else value

    def _check_disallowed_items(self, item: Any) -> None:
        """Called by simpleeval with what each node gives: data, a slice or a Namespace, and nothing else."""
        if type(item) not in DATA and not isinstance(item, slice) and not is_namespace(item):
            raise Failure(codes.FAILS, "this gives something that is no value")

    def _eval(self, node: ast.AST) -> Any:
        self.spend(1, node)
        return EvalWithCompoundTypes._eval(self, node)

    # ---- names and keys ------------------------------------------------------------------------------

    def _eval_name(self, node: ast.Name) -> Any:
        for bound in reversed(self._bound):
            if node.id in bound:
                return bound[node.id]
        if node.id in LITERALS:
            return LITERALS[node.id]
        try:
            return self.scope.find(node.id)
        except KeyError:
            pass
        if node.id in FUNCTIONS:
            known = FUNCTIONS[node.id]
            raise Failure(
                codes.NOTHING_THERE,
                f"`{node.id}` is a function",
                f"Call it: {node.id}{known.signature_text}.",
                node,
            )
        names = [*(name for bound in self._bound for name in bound), *self.scope.names()]
        raise Failure(
            codes.NOTHING_THERE,
            f"there is no `{node.id}` here",
            f"{did_you_mean(node.id, names)}There are: {listed(names)}.",
            node,
        )

    def _eval_attribute(self, node: ast.Attribute) -> Any:
        return self._member(self.use(self._eval(node.value), node.value), node.attr, node, node.value)

    def _eval_subscript(self, node: ast.Subscript) -> Any:
        base = self.use(self._eval(node.value), node.value)
        key = self.use(self._eval(node.slice), node.slice)
        if isinstance(base, str | list | tuple):
            return self._indexed(base, key, node)
        if isinstance(key, str) or (
            is_namespace(base) and isinstance(key, int) and not isinstance(key, bool)
        ):
            return self._member(base, key, node, node.value)
        if isinstance(base, dict) or is_namespace(base):
            raise Failure(
                codes.FAILS, f"a map has no key that is {kind(key)}", "Keys of maps are text.", node.slice
            )
        return self._member(base, "", node, node.value)

    def _member(self, base: Any, key: str | int, node: ast.AST, of: ast.AST) -> Any:
        if isinstance(base, dict):
            if key in base:
                return base[key]
            names: Any = base
        elif is_namespace(base):
            try:
                return base.find(key)
            except KeyError:
                names = base.names()
        else:
            self._no_keys(base, key, node, of)
        # The names of a secret map, and a key that came from a secret, stay out of the message.
        written = ast.unparse(of)
        if self.tainted:
            raise Failure(codes.NOTHING_THERE, f"`{written}` has no such key", "", node)
        known = [str(name) for name in names]
        raise Failure(
            codes.NOTHING_THERE,
            f"`{written}` has no `{key}`",
            f"{did_you_mean(str(key), known)}It has: {listed(known)}." if known else "It has no keys at all.",
            node,
        )

    def _no_keys(self, base: Any, key: str | int, node: ast.AST, of: ast.AST) -> NoReturn:
        written = ast.unparse(of)
        advice = "Only maps have keys."
        if base is None:
            advice = f'Where it may be null, write  {written}.{key or "key"} if {written} != null else "…".'
        elif isinstance(base, list | tuple):
            advice = (
                f"Take one member, {written}[0], or go through all: [x.{key or 'key'} for x in {written}]."
            )
        raise Failure(codes.FAILS, f"`{written}` is {kind(base)} and has no keys", advice, node)

    def _indexed(self, base: str | list[Any] | tuple[Any, ...], key: Any, node: ast.Subscript) -> Any:
        if isinstance(key, slice):
            part = base[key]
            self.spend(len(part), node)
            return part
        if isinstance(key, bool) or not isinstance(key, int):
            raise Failure(
                codes.FAILS, f"{kind(base)} is counted through, so [{kind(key)}] is no place in it",
                "Write a whole number: the first is [0], the last is [-1].", node.slice,
            )  # fmt: skip
        if not -len(base) <= key < len(base):
            raise Failure(
                codes.FAILS,
                f"`{ast.unparse(node.value)}` has no [{'…' if self.tainted else key}]",
                "" if self.tainted else f"It has {len(base)} members, counted from 0.",
                node,
            )
        return base[key]

    def _eval_slice(self, node: ast.Slice) -> slice:
        ends = []
        for part in (node.lower, node.upper, node.step):
            end = None if part is None else self.use(self._eval(part), part)
            if isinstance(end, bool) or not isinstance(end, int | None) or (part is node.step and end == 0):
                raise Failure(codes.FAILS, "a part of a list is taken by whole numbers", "", part or node)
            ends.append(end)
        return slice(*ends)

    # ---- operators -----------------------------------------------------------------------------------

    def _eval_unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.use(self._eval(node.operand), node.operand)
        if isinstance(node.op, ast.Not):
            return not truth(value)
        return self.guarded(node, operators.unary, node.op, value)

    def _eval_binop(self, node: ast.BinOp) -> Any:
        left = self.use(self._eval(node.left), node.left)
        right = self.use(self._eval(node.right), node.right)
        result = self.guarded(node, operators.binary, node.op, left, right)
        if isinstance(result, str | list):
            self.spend(len(result), node)
        return result

    def _eval_boolop(self, node: ast.BoolOp) -> Any:
        stop = isinstance(node.op, ast.Or)
        for part in node.values[:-1]:
            value = self.use(self._eval(part), part)
            if truth(value) is stop:
                return value
        return self._eval(node.values[-1])

    def _eval_compare(self, node: ast.Compare) -> bool:
        left, left_node = self._eval(node.left), node.left
        for op, right_node in zip(node.ops, node.comparators, strict=True):
            right = self._eval(right_node)
            if isinstance(op, ast.In | ast.NotIn) and isinstance(self.use(right, right_node), dict):
                members: Any = list(self.use(right, right_node))
            elif isinstance(op, ast.In | ast.NotIn) and is_namespace(self.use(right, right_node)):
                members = list(self.use(right, right_node).names())
            else:
                members = self.bare(right, right_node)
            if not self.guarded(node, operators.compare, op, self.bare(left, left_node), members):
                return False
            left, left_node = right, right_node
        return True

    def _eval_ifexp(self, node: ast.IfExp) -> Any:
        test = truth(self.use(self._eval(node.test), node.test))
        return self._eval(node.body if test else node.orelse)
