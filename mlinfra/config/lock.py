"""``mlinfra.lock.yaml``: which commit of each git module a stack uses, and a hash of what that holds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mlinfra.config import codes
from mlinfra.config.files import Refused
from mlinfra.config.gitsource import GitSource, is_git, read_git_source
from mlinfra.config.near import did_you_mean
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import stack_file
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.model.source import Node

FILE = "mlinfra.lock.yaml"
_HEAD = """\
# Written by mlinfra: the commit of each git module of this stack, and a hash of what it holds.
# Keep it in git; `mlinfra modules upgrade` takes newer commits.
"""
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Pin:
    """One commit (its full name) and the hash of its files."""

    commit: str
    hash: str


class Checkouts(Protocol):
    """Where the files of git modules come from."""

    def checkout(self, source: GitSource, pin: Pin | None) -> tuple[Path, Pin]:
        """The folder with the files of a commit: the pinned one, else what the source's ref names now.

        Asks nobody where the pinned one is there already. Raises Refused where it cannot be had, or is not
        what the pin says.
        """
        ...


def read_lock(folder: Path) -> dict[str, Pin]:
    """The pins beside a stack; none where there is no such file. Raises MlinfraError."""
    path = folder / FILE
    if not path.exists():
        return {}
    problems: list[Diagnostic] = []
    top = read_mapping(read_source(path, FILE), problems, expressions=False)
    pins: dict[str, Pin] = {}
    if top is not None:
        sections = Reader(problems, FILE).body(top, ("modules",))
        for name, node in Reader(problems).members(sections.get("modules"), "modules").items():
            pin = _pin(node)
            if pin is None:
                problems.append(_damaged(name, node))
            else:
                pins[name] = pin
    refuse_errors(problems)
    return pins


def _pin(node: Node) -> Pin | None:
    held = {key: child.value for key, child in node.value.items()} if isinstance(node.value, Mapping) else {}
    commit, digest = str(held.get("commit", "")), str(held.get("hash", ""))
    return Pin(commit, digest) if _COMMIT.fullmatch(commit) and _HASH.fullmatch(digest) else None


def _damaged(name: str, node: Node) -> Diagnostic:
    return error(
        codes.MODULE_PIN,
        f"the pin of `{name}` is damaged",
        "It has a commit and a hash. Take the file as it was from git, or take this entry out: then it is "
        "pinned anew.",
        node.key or node.position,
    )


class _Everything:
    def __contains__(self, name: object) -> bool:
        return True


def every_pin() -> Container[str]:
    """What has the name of every pin in it."""
    return _Everything()


def pin_of_call(folder: Path, name: str) -> str:
    """The name of the pin of a call under ``modules:``. Raises MlinfraError where that is no git module."""
    problems: list[Diagnostic] = []
    top = read_mapping(stack_file(folder), problems)
    calls = Reader(problems).members(top.value.get("modules") if top is not None else None, "modules")
    source = calls[name].at(("source",)).value if name in calls else None
    if isinstance(source, str) and is_git(source):
        try:
            return read_git_source(source).pinned_as
        except Refused as wrong:
            raise MlinfraError(error(wrong.code, wrong.summary, wrong.detail, calls[name].position)) from None
    what = "is taken from a folder" if name in calls else "is none of this stack"
    raise MlinfraError(
        error(
            codes.MODULE_SOURCE,
            f"the module `{name}` {what}",
            f"{did_you_mean(name, calls) if name not in calls else ''}Only git modules have commits to pin.",
        )
    )


def write_lock(folder: Path, pins: Mapping[str, Pin]) -> None:
    """Write the pins, sorted. Raises MlinfraError where the file cannot be written."""
    lines = [_HEAD, "modules:\n" if pins else "modules: {}\n"]
    for name, pin in sorted(pins.items()):
        quoted = json.dumps(name, ensure_ascii=False)
        lines.append(f"  {quoted}:\n    commit: {json.dumps(pin.commit)}\n    hash: {pin.hash}\n")
    path = folder / FILE
    beside = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        beside.write_text("".join(lines), encoding="utf-8")
        beside.replace(path)
    except OSError as wrong:
        raise MlinfraError(
            error(
                codes.MODULE_PIN,
                f"{FILE} cannot be written: {wrong.strerror}",
                "Look at the folder's rights.",
            )
        ) from wrong
