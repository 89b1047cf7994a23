from __future__ import annotations

import re
from pathlib import Path

from mlinfra.config import codes

PACKAGE = Path(codes.__file__).parents[1]
REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"


def in_code() -> list[str]:
    return [value for name, value in vars(codes).items() if name.isupper()]


def test_no_code_has_two_names() -> None:
    assert len(set(in_code())) == len(in_code())


def test_each_code_is_explained_in_the_reference() -> None:
    rows = re.findall(
        r"^\| (MLI-(?:CFG|REF|TST)-\d+) \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert set(in_code()) <= set(rows)
    assert rows == sorted(rows)


def test_each_code_of_tests_is_explained_too() -> None:
    """They stand in several rooms: reading a test file, running it, and the command."""
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    rows = re.findall(r"^\| (MLI-TST-\d+) \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == sorted(set(re.findall(r'"(MLI-TST-\d+)"', text)))


def test_each_code_is_used() -> None:
    room = Path(codes.__file__).parent
    text = "".join(path.read_text(encoding="utf-8") for path in room.rglob("*.py") if path.name != "codes.py")
    unused = [name for name in vars(codes) if name.isupper() and f"codes.{name}" not in text]
    assert unused == []
