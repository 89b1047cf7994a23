"""Reads the folder of material from outside. Every file is read when it is first asked for."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any


class CorpusError(Exception):
    """The folder is not there, or it lacks a file."""


class Corpus:
    """The folder at ``path``. Raises CorpusError where something of it is missing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_dir():
            raise CorpusError(f"there is no folder {path}: make conformance CORPUS=folder")

    def traffic(self) -> Iterator[dict[str, Any]]:
        """Every recorded exchange, in the order of its files and lines."""
        for file in sorted(self._at("traffic").glob("*.jsonl.gz")):
            yield from _json_lines(file)

    @cached_property
    def golden(self) -> list[dict[str, Any]]:
        """The recorded ``az ml`` tests: commands, YAML files, and the bodies that were sent."""
        return list(_json_lines(self._at("golden.jsonl.gz")))

    @cached_property
    def examples(self) -> Mapping[str, bytes]:
        """Microsoft's example files by path."""
        return _members(self._at("azureml-examples.tar.gz"))

    @cached_property
    def verdicts(self) -> list[dict[str, str]]:
        """What azure-ai-ml said to each example file: ``file``, ``kind``, ``azure-ai-ml 1.35.2``."""
        return _table(self._at("azureml-examples.tsv"))

    @cached_property
    def specifications(self) -> Mapping[str, bytes]:
        """Published REST specifications and their examples, by path."""
        return _members(self._at("specs.tar.gz"))

    @cached_property
    def answers(self) -> list[dict[str, str]]:
        """What services answered: type, method, status, operation headers, state in first body, count."""
        return _table(self._at("answers.tsv"))

    @cached_property
    def errors(self) -> list[dict[str, str]]:
        """Rows of what services refused: type, method, status, code, count, example."""
        return _table(self._at("errors.tsv"))

    def _at(self, name: str) -> Path:
        found = self.path / name
        if not found.exists():
            raise CorpusError(f"{self.path} has no {name}")
        return found


def _json_lines(file: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _members(file: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(file) as archive:
        for member in archive:
            opened = archive.extractfile(member) if member.isfile() else None
            if opened is not None:
                found[member.name] = opened.read()
    return found


def _table(file: Path) -> list[dict[str, str]]:
    text = file.read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
