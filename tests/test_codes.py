"""Error codes keep their meaning: one code, one message."""

from __future__ import annotations

import re
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "mlinfra"
SHARED = {
    "MLI-PLN-001": "a type that no provider here knows, recorded or left open",
    "MLI-PLN-003": "it exists already, found while planning or while applying",
    "MLI-PLN-010": "a plan of a part, by --target or by --exclude",
    "MLI-REF-004": "a cycle of resources: told where it is found, and looked for where the rest is not",
    "MLI-STA-007": "a state that cannot be read",
}
"""Codes that stand at several places in the code, and the one meaning that they have there."""


def test_a_code_of_the_engine_stands_at_one_place() -> None:
    found: dict[str, list[str]] = {}
    for room in ("engine", "cli", "state"):
        for file in sorted((PACKAGE / room).rglob("*.py")):
            for code in re.findall(r'"(MLI-[A-Z]+-\d+)"', file.read_text(encoding="utf-8")):
                found.setdefault(code, []).append(file.name)
    several = {code: files for code, files in found.items() if len(files) > 1}
    assert several.keys() == SHARED.keys(), several
