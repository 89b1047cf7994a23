"""What a user wants to hold of a resource or of a whole stack, and whether it does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mlinfra.model.address import Address
from mlinfra.model.diagnostic import Severity
from mlinfra.model.source import Node, Position


class When(Enum):
    """At which moment a check is held against what there is."""

    BEFORE = "before"
    """While planning, or right before the resource's step where it is only known then."""
    AFTER = "after"
    """When the resource was applied; while planning where it is known already."""
    END = "end"
    """At the end of a plan and of an apply: a check of the stack."""


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that should be true, and what is said where it is not. ``name`` is that of a stack's."""

    when: When
    condition: Node
    message: Node
    name: str = ""
    severity: Severity = Severity.ERROR


class Verdict(Enum):
    """How a check came out, in Terraform's words."""

    HOLDS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Only an apply can tell."""
    ERROR = "error"
    """The condition could not be worked out."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """How one check came out for one instance, or for the stack where ``address`` is None.

    ``message`` is empty but where it failed; ``needs`` names what an unknown one waits for.
    """

    address: Address | None
    name: str
    when: When
    verdict: Verdict
    severity: Severity
    position: Position
    message: str = ""
    needs: str = ""

    @property
    def label(self) -> str:
        """What messages call it: ``check.reachable``, ``workspace.main after``."""
        return f"check.{self.name}" if self.address is None else f"{self.address} {self.when.value}"
