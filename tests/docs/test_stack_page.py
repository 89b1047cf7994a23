"""Every example of the page about the stack file is a stack that loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlinfra.config import include, inputs, loader
from mlinfra.config.expression import evaluate
from mlinfra.config.loader import load
from mlinfra.config.scopes import base_scope
from mlinfra.model.diagnostic import Diagnostic

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "stack.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
FILES = {
    "network.yaml": "locals: {prefix: churn}\n",
    "teams/people.yaml": "variables: {people: {default: []}}\n",
    "teams/ana.txt": "Ana\n",
    "about.txt": "Owned by ${team}.\n",
    "modules/team/module.yaml": "inputs: {name: {}}\noutputs: {group: {value: '${var.name}'}}\n",
}


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_example_loads_and_its_locals_have_values(tmp_path: Path, number: int) -> None:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "mlinfra.yaml").write_text(EXAMPLES[number])
    config = load(tmp_path)
    assert config.warnings == ()
    problems: list[Diagnostic] = []
    for node in config.locals.values():
        evaluate(node, base_scope(config), problems)
    assert problems == []


def test_there_are_examples_and_every_key_is_explained() -> None:
    assert len(EXAMPLES) >= 4
    assert all(f"| `{key}` |" in PAGE for key in inputs.KEYS if key != "description")
    assert all(f"`{section}`" in PAGE for section in include.SECTIONS)
    assert set(include.SECTIONS) < set(loader.SECTIONS)
