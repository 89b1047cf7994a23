"""A stack → the files that its meaning rests on, told without working anything out.

Whatever a stack's YAML says anywhere may be a path: each text is taken as one, and YAML that is so named, and
the ``module.yaml`` of folders that are, are read on. Of an expression its literals count, and what stands
before it (``../envs/${var.env}.yml``), each as the beginning of a path. So a file more than needed may be
found, and none less, but for a path that an expression puts together from values alone.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mlinfra.config.content import bare_path, plain
from mlinfra.config.files import is_file, is_pattern, matching
from mlinfra.config.library import FILE as MODULE_FILE
from mlinfra.config.source import read_source, read_value
from mlinfra.config.stackfile import FILE
from mlinfra.model.diagnostic import Diagnostic, MlinfraError

MAX_TEXT = 4096
"""Characters of a text that may be a path, as long as one can be."""

_YAML = (".yaml", ".yml")
_OPENS = "environment_files("
"""The call of the one function that reads what files name."""
_LITERAL = re.compile(r"'([^'\n]+)'|\"([^\"\n]+)\"")


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one stack rests on. Paths are absolute and normalised, as texts.

    ``stack`` is its name, that of its folder where none can be read; ``named`` are files and folders, whole
    ones with all that is in them; ``begun`` are beginnings of paths; ``readable`` is false where its
    own file, or a module's, is no YAML, so that more may be meant.
    """

    folder: Path
    stack: str
    named: frozenset[str]
    begun: frozenset[str]
    readable: bool


@dataclass(frozen=True, slots=True)
class _Texts:
    """What stands in one file: ``whole`` texts, and ``begun`` ones; its name, where it is a stack's."""

    whole: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    stack: str = ""
    readable: bool = True


@dataclass(slots=True)
class Surveyor:
    """Finds footprints in the repository at ``root``; a file that several stacks name is read once."""

    root: Path
    _texts: dict[str, _Texts] = field(default_factory=dict)

    def footprint(self, folder: Path) -> Footprint:
        """What the stack in this folder rests on; never fails."""
        home = os.fspath(folder.resolve())
        named: set[str] = set()
        begun: set[str] = set()
        readable = True
        seen: set[tuple[str, str]] = set()
        ahead = [(f"{home}/{FILE}", home)]
        while ahead:
            file, home_of_file = ahead.pop()
            if (file, home_of_file) in seen:
                continue
            seen.add((file, home_of_file))
            texts = self._read(file)
            # What is only uploaded may be YAML that a stack could not take, such as several documents.
            readable &= texts.readable or not file.endswith((f"/{FILE}", f"/{MODULE_FILE}"))
            for base in {home_of_file, os.fspath(Path(file).parent)}:
                begun.update(path for text in texts.begun if (path := self._inside(base, text)))
                for path in self._paths(base, texts.whole):
                    named.add(path)
                    ahead += _read_on(path, home_of_file)
        top = self._read(f"{home}/{FILE}")
        return Footprint(folder, top.stack or Path(home).name, frozenset(named), frozenset(begun), readable)

    def _paths(self, base: str, texts: tuple[str, ...]) -> Iterator[str]:
        """The paths that these texts may name, and where links among them lead."""
        for text in texts:
            if is_pattern(text) and text.endswith(_YAML):
                yield from self._matching(base, text)
            elif path := self._inside(base, text):
                yield path
                if _is_link(path):
                    yield os.path.realpath(path)

    def _inside(self, base: str, text: str) -> str:
        """The path, without a look at whether it is there; empty where it leads out of the repository.

        A slash at its end is kept: it is the beginning of what lies in that folder.
        """
        path = os.path.normpath(f"{base}/{text}" if not text.startswith("/") else text)
        path += "/" if text.endswith("/") else ""
        return path if path.startswith(f"{self.root}/") or path == os.fspath(self.root) else ""

    def _matching(self, base: str, pattern: str) -> Iterator[str]:
        parts = pattern.split("/")
        first = next(n for n, part in enumerate(parts) if is_pattern(part))
        folder = self._inside(base, "/".join(parts[:first]) or ".")
        try:
            found = matching(Path(folder), "/".join(parts[first:]), self.root) if folder else ()
        except ValueError:
            return  # no pattern after all
        yield from (f"{folder}/{name}" for name in found)

    def _read(self, file: str) -> _Texts:
        if file not in self._texts:
            self._texts[file] = _read(Path(file))
        return self._texts[file]


def _is_link(path: str) -> bool:
    try:
        return Path(path).is_symlink()
    except (OSError, ValueError):  # a name that is too long for one
        return False


def _read_on(path: str, home: str) -> Iterator[tuple[str, str]]:
    """The YAML to read next where a path leads to some, each with the folder that its expressions mean."""
    if path.endswith(_YAML):
        if is_file(Path(path)):
            yield path, home
    elif is_file(Path(path, MODULE_FILE)):
        yield f"{path.rstrip('/')}/{MODULE_FILE}", path.rstrip("/")


def _read(path: Path) -> _Texts:
    problems: list[Diagnostic] = []
    try:
        node = read_value(read_source(path, path.name), problems, expressions=False)
    except MlinfraError:
        node = None
    if node is None:
        return _Texts(readable=False)
    value = plain(node)
    stack = value.get("stack") if isinstance(value, dict) else None
    whole: dict[str, None] = {}
    begun: dict[str, None] = {}
    for text in _strings(value):
        if "${" not in text:
            whole[bare_path(text)] = None
            continue
        start = text.partition("${")[0]
        literals = (single or double for single, double in _LITERAL.findall(text))
        parts = [bare_path(each) for each in (start, *literals) if _may_be_path(each)]
        begun.update(dict.fromkeys(parts))
        if _OPENS in text:  # what the files in these folders name is read too
            whole.update(dict.fromkeys(f"{each}/**/*{ending}" for each in parts for ending in _YAML))
    return _Texts(tuple(whole), tuple(begun), stack if isinstance(stack, str) else "")


def _strings(value: Any) -> Iterator[str]:
    """Every text in it that may be a path, keys left out."""
    if isinstance(value, str):
        if "${" in value or _may_be_path(value):
            yield value
    elif isinstance(value, dict):
        for member in value.values():
            yield from _strings(member)
    elif isinstance(value, list):
        for member in value:
            yield from _strings(member)


def _may_be_path(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and "\n" not in text and "\0" not in text
