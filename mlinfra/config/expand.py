"""One block, or one call of a module → its instances: ``for_each``, ``count``, ``when``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from mlinfra.config import codes
from mlinfra.config.expression import Namespace, evaluate_with_cause
from mlinfra.config.functions import MAX_ITEMS, kind
from mlinfra.model.address import Address, Key
from mlinfra.model.diagnostic import Diagnostic, error
from mlinfra.model.source import Node
from mlinfra.model.value import Redacted, Sensitive, Unknown, is_sensitive


@dataclass(frozen=True, slots=True)
class Each:
    """One instance: its key and value as `each` has them; the key is None for a block that has only one."""

    key: Key
    value: Any


SINGLE = Each(None, None)


class Repeated(Protocol):
    """What may have several instances: a block, a call of a module."""

    @property
    def label(self) -> str:
        """What messages call it."""
        ...

    @property
    def address(self) -> Address | None:
        """A block's."""
        ...

    @property
    def for_each(self) -> Node | None:
        """One instance for each member."""
        ...

    @property
    def count(self) -> Node | None:
        """So many instances."""
        ...

    @property
    def when(self) -> Node | None:
        """Whether there is any."""
        ...


def instances(block: Repeated, scope: Namespace, problems: list[Diagnostic]) -> list[Each]:
    """The instances that a block asks for; what is wrong goes to ``problems``.

    ``for_each`` takes a list of different texts (key and value are the text) or a map; null is as if it
    were not there. ``count`` takes a whole number (key and value count from 0). ``when: false`` is none.
    """
    expansion = _Expansion(block, scope, problems)
    if block.when is not None and not expansion.wanted(block.when):
        return []
    if block.for_each is not None:
        return expansion.for_each(block.for_each)
    if block.count is not None:
        return expansion.count(block.count)
    return [SINGLE]


class _Expansion:
    def __init__(self, block: Repeated, scope: Namespace, problems: list[Diagnostic]) -> None:
        self.block = block
        self.scope = scope
        self.problems = problems

    def wanted(self, node: Node) -> bool:
        known, value = self._value(node, "when")
        if not known:
            return False
        if isinstance(value, bool):
            return value
        self._wrong("when", "true or false", value, node)
        return False

    def count(self, node: Node) -> list[Each]:
        known, value = self._value(node, "count")
        if not known:
            return []
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            self._wrong("count", "a whole number, 0 or more", value, node)
            return []
        if value > MAX_ITEMS:
            self._problem(codes.FOR_EACH_SHAPE, f"asks for {value} instances", f"At most {MAX_ITEMS}.", node)
            return []
        return [Each(number, number) for number in range(value)]

    def for_each(self, node: Node) -> list[Each]:
        known, value = self._value(node, "for_each")
        if not known:
            return []
        if value is None:
            return [SINGLE]
        if isinstance(value, dict):
            return [Each(key, item) for key, item in value.items()]
        if not isinstance(value, list):
            self._wrong("for_each", "a list of texts, or a map", value, node)
            return []
        return self._members(value, node)

    def _members(self, members: list[Any], node: Node) -> list[Each]:
        found: dict[str, Each] = {}
        for index, member in enumerate(members):
            place = node.value[index] if isinstance(node.value, tuple) else node
            if isinstance(member, Unknown) and not member.sensitive:
                self._unknown("for_each", member.expression, place)
                return []
            if is_sensitive(member):
                self._sensitive("for_each", place)
                return []
            if not isinstance(member, str):
                self._problem(
                    codes.FOR_EACH_SHAPE,
                    f"has {kind(member)} in the list of `for_each`",
                    "Each member is the key of an instance, and keys are text. Numbers become text with "
                    "tostring(…); anything else goes into a map.",
                    place,
                )
                return []
            if member in found:
                self._problem(
                    codes.FOR_EACH_SHAPE,
                    f"has `{member}` twice in `for_each`",
                    "Each member makes one instance. Take one out, or write toset(…) around the list.",
                    place,
                )
                return []
            found[member] = Each(member, member)
        return list(found.values())

    def _value(self, node: Node, key: str) -> tuple[bool, Any]:
        """Whether there is a value to go on with, and it."""
        before = len(self.problems)
        value, cause = evaluate_with_cause(node, self.scope, self.problems)
        if len(self.problems) > before:
            return False, None
        if isinstance(value, Sensitive | Redacted) or (isinstance(value, Unknown) and value.sensitive):
            self._sensitive(key, node)
            return False, None
        if isinstance(value, Unknown):
            self._unknown(key, cause or value.expression, node)
            return False, None
        return True, value

    def _unknown(self, key: str, cause: str, node: Node) -> None:
        if self.block.address is None:
            self._problem(
                codes.FOR_EACH_UNKNOWN,
                f"needs {cause or 'a value'} for `{key}`, which is not known yet",
                "Which modules there are is decided before any resource is looked at. Take the members from "
                "variables and locals, and give what resources tell to the inputs.",
                node,
            )
            return
        self._problem(
            codes.FOR_EACH_UNKNOWN,
            f"needs {cause or 'a value'} for `{key}`, which only an apply can tell",
            "Which instances there are must be known while planning. Take the members from a variable or "
            "from names, and use what the service tells in the body only.",
            node,
        )

    def _sensitive(self, key: str, node: Node) -> None:
        self._problem(
            codes.FOR_EACH_SENSITIVE,
            f"takes `{key}` from a secret",
            "Keys of instances are shown in every plan. Take them from something else; the values of a map "
            "may be secret.",
            node,
        )

    def _wrong(self, key: str, wanted: str, value: Any, node: Node) -> None:
        self._problem(
            codes.FOR_EACH_SHAPE, f"has {kind(value)} for `{key}`", f"`{key}` takes {wanted}.", node
        )

    def _problem(self, code: str, rest: str, detail: str, node: Node) -> None:
        summary = f"{self.block.label} {rest}"
        self.problems.append(error(code, summary, detail, node.position, self.block.address))
