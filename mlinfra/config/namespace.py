"""Names that expressions look up: a `Namespace` is asked, never walked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.value import Redacted, Sensitive, Unknown

DATA = frozenset({str, int, float, bool, type(None), list, dict, tuple, Unknown, Sensitive, Redacted})
"""The types of values; anything else that an expression meets is a Namespace, or refused."""


class Namespace(Protocol):
    """Names that expressions can look up, without there being a dict of them."""

    def find(self, name: Any) -> Any:
        """A value (with marks) or a Namespace; KeyError when there is none of this name.

        The name is text, or a whole number where an expression writes one in brackets.
        """
        ...

    def names(self) -> Iterable[str]:
        """Every name, for near names and for going through all."""
        ...


class Lazy:
    """A Namespace that works values out when they are looked up: looking up twice is working out twice."""

    __slots__ = ()

    def kept(self, name: Any) -> Any:
        """The value where it is at hand; None where it has to be worked out, or is null."""
        return None


class Unresolved(Exception):
    """A Namespace that cannot answer, and why; ``diagnostics`` is empty when it was said before."""

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(d.summary for d in self.diagnostics))


def is_namespace(value: Any) -> bool:
    """Whether names can be looked up in it, rather than it being a value."""
    kind_of = type(value)
    return kind_of not in DATA and hasattr(kind_of, "find") and hasattr(kind_of, "names")
