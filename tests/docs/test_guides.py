"""Every ``backend:`` that a guide shows is one that its store takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace

GUIDES = Path(__file__).parents[2] / "docs" / "guides"
EXAMPLES = [
    (page.name, text)
    for page in sorted(GUIDES.glob("*.md"))
    for text in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if "backend:" in text
]


@pytest.mark.parametrize("number", range(len(EXAMPLES)), ids=lambda number: EXAMPLES[number][0])
def test_the_settings_are_right(tmp_path: Path, number: int) -> None:
    (tmp_path / "mlinfra.yaml").write_text(EXAMPLES[number][1])
    given = {name: "given" for name in ("state_sas", "key") if f"{name}:" in EXAMPLES[number][1]}
    with Workplace(tmp_path, {}) as place:
        head = place.head(Inputs(given))
        kind, settings = place.store_kind(head.backend)
    assert kind.name in ("azure_blob", "postgres")
    assert settings
