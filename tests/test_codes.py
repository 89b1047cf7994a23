"""Error codes keep their meaning: one code, one message, and all of them are explained."""

from __future__ import annotations

import re
from pathlib import Path

from mlinfra.cli.errors import meanings

PACKAGE = Path(__file__).parents[1] / "mlinfra"
CODE = re.compile(r"\bMLI-[A-Z]+-(?:\d{3}|[A-Z]+(?:-[A-Z]+)*)\b")
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


def test_every_code_in_the_source_is_explained_and_no_other() -> None:
    written = {
        code
        for file in PACKAGE.rglob("*.py")
        for code in re.findall(
            r"\bMLI-[A-Z]+-(?:\d{3}|[A-Z]+(?:-[A-Z]+)*)\b", file.read_text(encoding="utf-8")
        )
    }
    assert meanings().keys() == written


def test_what_is_wrong_and_what_to_do_are_sentences_and_stand_in_order() -> None:
    known = meanings()
    assert list(known) == sorted(known)
    for code, meaning in known.items():
        for text in (meaning.wrong, meaning.remedy):
            assert text.endswith((".", "`.", "?")), code
            assert text == text.strip()
            assert "\n" not in text
