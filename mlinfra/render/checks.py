"""Checks in words, and in Terraform's published JSON shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mlinfra.model.address import Address
from mlinfra.model.check import CheckResult, Verdict
from mlinfra.model.diagnostic import Severity
from mlinfra.render.escape import visible

_COUNTED = {
    Verdict.HOLDS: "passed",
    Verdict.FAIL: "failed",
    Verdict.ERROR: "could not be told",
    Verdict.UNKNOWN: "checked when applied",
}
_GRAVITY = (Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.HOLDS)
"""Of several instances the first of these is what all of them together are."""


@dataclass(frozen=True, slots=True)
class ChecksView:
    """The checks of a plan: how many came out how, and a line for each that does not simply hold."""

    counts: str = ""
    lines: tuple[str, ...] = ()


def checks_view(results: Sequence[CheckResult]) -> ChecksView:
    """``2 passed, 1 failed``, and what stands beneath it; empty where there is no check."""
    numbers = Counter(result.verdict for result in results)
    counts = [f"{numbers[verdict]:,} {word}" for verdict, word in _COUNTED.items() if numbers[verdict]]
    return ChecksView(", ".join(counts), tuple(_line(result) for result in results if _is_told(result)))


def _is_told(result: CheckResult) -> bool:
    """Whether it needs a line here; one that only warns stands among the warnings."""
    warns = result.verdict is Verdict.FAIL and result.severity is Severity.WARNING
    return result.verdict is not Verdict.HOLDS and not warns


def _line(result: CheckResult) -> str:
    label = visible(result.label)
    if result.verdict is Verdict.FAIL:
        return f"{label}: {visible(result.message)}   {visible(str(result.position))}"
    needs = f" {visible(result.needs)} is" if result.needs else ""
    return f"{label}: when{needs} known" if needs else f"{label}: when it is applied"


def checks_json(results: Iterable[CheckResult]) -> list[dict[str, Any]]:
    """``checks`` of a plan as Terraform has them: by resource or check, then by instance."""
    by_block: dict[tuple[Address | None, str], dict[Address | None, list[CheckResult]]] = {}
    for result in results:
        block = result.address.block if result.address is not None else None
        by_block.setdefault((block, result.name), {}).setdefault(result.address, []).append(result)
    return [
        {
            "address": _of_block(block, name),
            "status": _status(result for found in instances.values() for result in found),
            "instances": [_instance(address, name, found) for address, found in instances.items()],
        }
        for (block, name), instances in by_block.items()
    ]


def _of_block(block: Address | None, name: str) -> dict[str, Any]:
    if block is None:
        return {"kind": "check", "name": name, "to_display": f"check.{name}"}
    found: dict[str, Any] = {"kind": "resource", "mode": "managed", "type": block.type, "name": block.name}
    if block.module:
        found["module"] = ".".join(map(str, block.module))
    return {**found, "to_display": str(block)}


def _instance(address: Address | None, name: str, found: Sequence[CheckResult]) -> dict[str, Any]:
    where: dict[str, Any] = {"to_display": str(address) if address is not None else f"check.{name}"}
    if address is not None and address.key is not None:
        where["instance_key"] = address.key
    told: dict[str, Any] = {"address": where, "status": _status(found)}
    problems = [{"message": result.message} for result in found if result.verdict is Verdict.FAIL]
    return {**told, "problems": problems} if problems else told


def _status(found: Iterable[CheckResult]) -> str:
    verdicts = {result.verdict for result in found}
    return next(verdict.value for verdict in _GRAVITY if verdict in verdicts)
