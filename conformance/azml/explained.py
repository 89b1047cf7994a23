"""Differences between az ml's body and ours that have a reason. The reference page shows this table.

A row holds for exactly the values that it names; any other difference is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.azml.compare import NOTHING, Difference, differences
from conformance.score import Cause, Miss
from mlinfra.model.diagnostic import MlinfraError, Severity


class _SameWord:
    """What stands for the word that we send, in another case."""

    def __repr__(self) -> str:
        return "the same word in another case"


SAME_WORD = _SameWord()


@dataclass(frozen=True, slots=True)
class Explained:
    """At ``path`` (``*`` is any one step) az ml sends ``theirs`` where we send ``ours``.

    ``theirs`` may be `SAME_WORD`, and ``ours`` is then no matter. ``cause`` None: both say the same to the
    service.
    """

    kind: str
    path: str
    theirs: Any
    ours: Any
    why: str
    cause: Cause | None = None

    def explains(self, kind: str, found: Difference) -> bool:
        """Whether this is the reason of a difference."""
        steps = self.path.split(".")
        return (
            kind == self.kind
            and len(steps) == len(found.path)
            and all(step in ("*", part) for step, part in zip(steps, found.path, strict=True))
            and self._holds(found.theirs, found.ours)
        )

    def _holds(self, theirs: Any, ours: Any) -> bool:
        if self.theirs is SAME_WORD:
            return isinstance(theirs, str) and isinstance(ours, str) and theirs.lower() == ours.lower()
        return (theirs, ours) == (self.theirs, self.ours)


_TEMPLATE = (
    "az ml deploys a workspace with api-version 2023-08-01-preview and always sends these keys, with the "
    "service's own defaults; api-version 2024-04-01 has none of them"
)
_NEWER = (
    "az ml always sends these keys of a compute instance, with the service's own defaults; only later or "
    "preview api-versions have them"
)
_CASE = "the service does not see the case of its own words; we send them as its specification has them"
_TWICE = "az ml repeats triggerType within the trigger, as api-version 2025-12-01 has it; 2024-04-01 has not"

_INSTANCE = "properties.properties"
_TIMES = f"{_INSTANCE}.schedules.computeStartStop.*"

EXPLAINED = (
    *(
        Explained(kind, path, SAME_WORD, NOTHING, _CASE)
        for kind, path in (
            ("workspace", "kind"),
            ("workspace", "identity.type"),
            ("compute", f"{_TIMES}.status"),
            ("environment", "properties.osType"),
        )
    ),
    Explained(
        "compute",
        f"{_INSTANCE}.vmPriority",
        "Dedicated",
        NOTHING,
        "`tier: dedicated` is the service's own default; az ml sends it where it is written",
    ),
    Explained("compute", "identity.type", "None", NOTHING, "no identity is said by saying nothing"),
    Explained(
        "compute",
        f"{_INSTANCE}.setupScripts.scripts.*.timeout",
        "Nonem",
        NOTHING,
        "az ml makes this word of a `timeout_minutes` that is not written; we leave it out",
    ),
    Explained(
        "workspace",
        "properties.encryption.status",
        "Disabled",
        NOTHING,
        "az ml says that there is no key of your own; we say nothing where there is none",
    ),
    *(
        Explained("workspace", f"properties.{path}", theirs, NOTHING, _TEMPLATE, Cause.VERSION)
        for path, theirs in (
            ("softDeleteEnabled", False),
            ("allowRecoverSoftDeletedWorkspace", False),
            ("allowRoleAssignmentOnRG", True),
            ("provisionNetworkNow", False),
            ("managedNetwork.firewallSku", "Standard"),
        )
    ),
    *(
        Explained("compute", f"{_INSTANCE}.{key}", theirs, NOTHING, _NEWER, Cause.VERSION)
        for key, theirs in (
            ("enableSSO", True),
            ("enableRootAccess", True),
            ("releaseQuotaOnStop", False),
            ("enableOSPatching", False),
        )
    ),
    *(
        Explained("compute", f"{_TIMES}.{kind}.triggerType", word, NOTHING, _TWICE, Cause.VERSION)
        for kind, word in (("cron", "Cron"), ("recurrence", "Recurrence"))
    ),
)
"""Every difference that az ml and we have on purpose."""


def judge(
    case: str, kind: str, theirs: dict[str, Any], ours: dict[str, Any], *, uploads: bool = True
) -> Miss | None:
    """None when the bodies are equal, or differ in what says the same; else the miss."""
    rest, reasons = explain(kind, differences(theirs, ours, uploads=uploads))
    if rest:
        return Miss(case, Cause.OURS, "; ".join(map(str, rest)))
    told = [row for row in reasons if row.cause is not None]
    if not told:
        return None
    detail = ", ".join(dict.fromkeys(f"{row.path} {row.theirs!r}" for row in told))
    cause = told[0].cause
    assert cause is not None
    return Miss(case, cause, f"az ml also sends {detail}", "; ".join(dict.fromkeys(row.why for row in told)))


def explain(kind: str, found: Iterable[Difference]) -> tuple[tuple[Difference, ...], tuple[Explained, ...]]:
    """The differences that have no reason, and the rows that are the reason of the others."""
    rest: list[Difference] = []
    reasons: list[Explained] = []
    for one in found:
        row = next((row for row in EXPLAINED if row.explains(kind, one)), None)
        if row is None:
            rest.append(one)
        else:
            reasons.append(row)
    return tuple(rest), tuple(reasons)


def refusal(wrong: MlinfraError) -> tuple[Cause, str]:
    """Why we refuse what az ml takes: for keys that only other api-versions have, or without an excuse."""
    told = [one for one in wrong.diagnostics if one.severity is Severity.ERROR]
    reasons = {one.detail for one in told if one.code == "MLI-TYP-013" and "api-version" in one.detail}
    if told and all(one.detail in reasons for one in told):
        keys = ", ".join(sorted(".".join(map(str, one.path)) for one in told))
        return Cause.VERSION, f"refused with a reason: {keys}: {' '.join(sorted(reasons))}"
    return Cause.OURS, ""
