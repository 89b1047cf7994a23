"""The cases of ``tests/config/errors``: what a user wrote, and what the user is told."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "errors"


@dataclass(frozen=True)
class Case:
    """One folder. ``room`` says whose message it is: ``config`` is the loader's, others need the CLI."""

    name: str
    title: str
    command: str
    exit: int
    room: str
    expected: str
    mask: str = ""

    def masked(self, text: str) -> str:
        """The text without what depends on the moment."""
        return re.sub(self.mask, "…", text) if self.mask else text

    def build(self, target: Path) -> Path:
        """Copy the inputs to ``target`` (outside of any repository), with what has to be generated."""
        shutil.copytree(
            FOLDER / self.name, target, ignore=shutil.ignore_patterns("case.yaml", "expected.txt")
        )
        recipe = target / "generate.txt"
        if recipe.exists():
            generate(recipe.read_text(encoding="utf-8"), target)
            recipe.unlink()
        return target


def cases() -> list[Case]:
    """Every case, by name."""
    found = []
    for header in sorted(FOLDER.glob("*/case.yaml")):
        words = yaml.safe_load(header.read_text(encoding="utf-8"))
        expected = (header.parent / "expected.txt").read_text(encoding="utf-8")
        found.append(Case(name=header.parent.name, expected=expected, **words))
    return found


def generate(recipe: str, target: Path) -> None:
    """Write a file too large, or too strange, to be kept: see ``errors/README.md``."""
    path, data = target / "unnamed", bytearray()
    for line in recipe.splitlines():
        word, _, rest = line.partition(" ")
        if word == "file":
            path = target / rest
        elif word == "text":
            data += str(yaml.safe_load(rest)).encode()
        elif word == "bytes":
            data += bytes.fromhex(rest)
        elif word == "repeat":
            times, _, text = rest.partition(" ")
            data += str(yaml.safe_load(text)).encode() * int(times)
        else:
            raise ValueError(f"no such word in a recipe: {word}")
    path.write_bytes(data)
