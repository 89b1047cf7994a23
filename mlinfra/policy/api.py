"""The seam to rules: what judges a plan before anyone applies it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Plan


class Rule(Protocol):
    """One rule. ``code`` is stable (``AZ-NET-001``), ``name`` is what people call it."""

    code: str
    name: str

    def check(self, plan: Plan, settings: Mapping[str, Any]) -> Iterable[Diagnostic]:
        """What the rule finds; a value that is unknown is answered with ``cannot tell``."""
        ...
