"""The reference is what the schemas say."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_page_is_as_generated() -> None:
    generate = runpy.run_path(str(ROOT / "docs" / "generate.py"))
    wanted = generate["pages"]()
    written = {page.name: page.read_text() for page in (ROOT / "docs" / "reference" / "types").glob("*.md")}
    assert written == wanted, "run `make docs`"
