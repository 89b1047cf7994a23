"""The README of each module in ``modules/``, out of its file and its example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from mlinfra.config.inputs import plain
from mlinfra.config.loader import load
from mlinfra.model.module import Definition, Input

MODULES = Path(__file__).parents[1] / "modules"


def readmes() -> dict[Path, str]:
    """The text of every README by its path."""
    return {
        folder / "README.md": "\n".join(_page(folder)) + "\n"
        for folder in sorted(MODULES.iterdir())
        if (folder / "module.yaml").exists()
    }


def _page(folder: Path) -> Iterator[str]:
    config = load(folder / "example")
    definition = next(
        call.definition
        for call in config.main.calls.values()
        if call.definition.folder.resolve() == folder.resolve()
    )
    yield from (f"# {folder.name}", "", definition.description, "", "```yaml")
    yield from config.source.text.splitlines()
    yield from ("```", "", "| input | takes | default | what it is |", "|---|---|---|---|")
    for one in definition.inputs.values():
        cells = (f"`{one.name}`", f"`{one.type}`", _default(one), one.description)
        yield "| " + " | ".join(map(_cell, cells)) + " |"
    yield from ("", "| output | what it is |", "|---|---|")
    for output in definition.outputs.values():
        yield f"| `{output.name}` | {_cell(output.description)} |"
    yield from ("", "It makes:", "", *_made(definition))


def _made(definition: Definition) -> Iterator[str]:
    for block in definition.blocks:
        asked = " (where it is asked for)" if block.when is not None else ""
        yield f"- `{block.address}`{asked}"
    for call in definition.calls.values():
        yield f"- `module.{call.name}` from `{call.source}`"


def _default(one: Input) -> str:
    return "**needed**" if one.default is None else f"`{json.dumps(plain(one.default), ensure_ascii=False)}`"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
