"""The conditions of declared rules: expressions over one change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mlinfra.config.expression import evaluate
from mlinfra.config.functions import kind
from mlinfra.config.scope import Scope, Table
from mlinfra.engine.check import near
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.plan import Action, Change, Plan
from mlinfra.model.policy import DeclaredRule
from mlinfra.model.source import Node
from mlinfra.model.value import LocalPath, Path, Unknown, transform
from mlinfra.policy.declared import Answer, Condition, Declared
from mlinfra.policy.values import UNSURE
from mlinfra.providers.api import Catalogue

WORDS: Mapping[Action, str] = {
    Action.NO_OP: "no-op",
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.DELETE_CREATE: "replace",
    Action.CREATE_DELETE: "replace",
    Action.DELETE: "delete",
    Action.FORGET: "forget",
    Action.ADOPT: "adopt",
    Action.READ: "read",
    Action.RECOVER: "recover",
    Action.PURGE: "purge",
}
"""What ``change.action`` is in a condition."""

_SIDES = ("before", "after")


def _text(leaf: Any) -> Any:
    """A local path is told as it is written."""
    return leaf.shown if isinstance(leaf, LocalPath) else leaf


class Side:
    """``before`` or ``after``: a key that is not written, or a side that is not there, is null."""

    __slots__ = ("_attrs", "_known")

    def __init__(self, attrs: Mapping[str, Any] | None, known: frozenset[str]) -> None:
        self._attrs: Mapping[str, Any] = attrs or {}
        self._known = known

    def find(self, name: Any) -> Any:
        """The value; KeyError for what no type has as a key."""
        if name in self._attrs:
            return transform(self._attrs[name], _text)
        if name in self._known:
            return None
        raise KeyError(name)

    def names(self) -> Iterable[str]:
        """The keys that are there."""
        return self._attrs


def keys_of(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """The keys of each type, of all its kinds."""
    found: dict[str, frozenset[str]] = {}
    for name, registered in catalogue.types.items():
        usual = registered.type.schema({})
        word = str(usual.get("x-discriminator", ""))
        kinds = usual["properties"].get(word, {}).get("enum", ())
        schemas = [usual, *(registered.type.schema({word: kind_}) for kind_ in kinds)]
        found[name] = frozenset(key for schema in schemas for key in schema["properties"])
    return found


def declared_rule(written: DeclaredRule, known: frozenset[str], problems: list[Diagnostic]) -> Declared:
    """The rule at work; keys that no type has go to ``problems``."""
    nodes = [written.require, *([written.match] if written.match is not None else [])]
    for node in nodes:
        problems.extend(_no_keys(node, known))
    return Declared(
        written,
        _always if written.match is None else _condition(written.match, known),
        _condition(written.require, known),
        _subject(written.require),
    )


def _always(plan: Plan, change: Change) -> Answer:
    return True


def _condition(node: Node, known: frozenset[str]) -> Condition:
    def holds(plan: Plan, change: Change) -> Answer:
        problems: list[Diagnostic] = []
        value = evaluate(node, _scope(plan, change, known), problems)
        if problems:
            raise MlinfraError([found.located(change.address, None) for found in problems])
        if isinstance(value, Unknown):
            return UNSURE
        if isinstance(value, bool):
            return value
        raise MlinfraError(
            error(
                "MLI-POL-011",
                f"a condition gives {kind(value)} for {change.address}, it should give true or false",
                "For example ${after.tags != null}, or ${after.location == 'westeurope'}.",
                node.position,
                change.address,
            )
        )

    return holds


def _scope(plan: Plan, change: Change, known: frozenset[str]) -> Scope:
    about = {
        "address": str(change.address),
        "type": change.type,
        "name": change.address.name,
        "action": WORDS[change.action],
        "data_loss": change.data_loss,
    }
    return Scope(
        {
            "change": Table(about),
            "stack": Table({"name": plan.stack}),
            "before": Side(change.before, known),
            "after": Side(change.after, known),
        }
    )


def _subject(require: Node) -> Path:
    """The key that a rule is about: the first that it reads."""
    return next((path[1:2] for path in _reads(require)), ())


def _reads(node: Node) -> Iterator[tuple[str, ...]]:
    for expression in node.expressions():
        yield from (path for path in expression.references if path[0] in _SIDES and len(path) > 1)


def _no_keys(node: Node, known: frozenset[str]) -> Iterator[Diagnostic]:
    for expression in node.expressions():
        for path in expression.references:
            if path[0] in _SIDES and len(path) > 1 and path[1] not in known:
                yield error(
                    "MLI-POL-006",
                    f"no type has a key `{path[1]}`",
                    f"{near(path[1], known)}`{path[0]}` has the keys of the resource's type.",
                    expression.position,
                )
