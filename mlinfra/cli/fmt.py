"""``mlinfra fmt``."""

from __future__ import annotations

import difflib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from rich.text import Text

from mlinfra.cli import console
from mlinfra.config.layout import layout
from mlinfra.config.source import read_source, read_value
from mlinfra.config.stackfile import FILE
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity
from mlinfra.render import diagnostics
from mlinfra.render.escape import visible, visible_lines
from mlinfra.state import durable

_ENDINGS = (".yaml", ".yml")
_BOM = b"\xef\xbb\xbf"
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


@dataclass(frozen=True, slots=True)
class _File:
    """A file that was read: ``shown`` as messages call it, its text before and after."""

    path: Path
    shown: str
    before: str
    after: str

    @property
    def differs(self) -> bool:
        return self.before != self.after


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when something would change.")
@click.option("--diff", is_flag=True, help="Show what changes.")
@click.pass_context
def fmt(ctx: click.Context, paths: tuple[Path, ...], check: bool, diff: bool) -> int:
    """Lay out YAML files in one way; comments stay.

    Two spaces a level, at most one blank line. Lines are moved and nothing else: comments, quotes, the order
    of keys and what a file means stay. Without PATH it is mlinfra.yaml; of a folder, every YAML file beneath
    it that is not hidden. Paths are seen from the stack's folder. Lists the files that change. A file that
    cannot be read as YAML is told and left alone.
    """
    folder: Path = ctx.obj
    problems: list[Diagnostic] = []
    changed = 0
    for path in _files(folder, paths or (Path(FILE),)):
        file = _read(path, _shown(path, folder), problems)
        if file is None or not file.differs:
            continue
        changed += 1
        if not check:
            _write(file)
        console.say(visible(file.shown))
        if diff:
            console.show(console.stdout(), _difference(file))
    if problems:
        console.show(console.stderr(), diagnostics.report(problems, untouched=False))
    failed = any(found.severity is Severity.ERROR for found in problems)
    return 1 if failed or (check and changed) else 0


def _files(folder: Path, paths: tuple[Path, ...]) -> Iterator[Path]:
    """Every file that is meant, each once, in the order given; those of a folder by name."""
    seen: set[Path] = set()
    for path in paths:
        start = folder / path
        for file in _beneath(start) if start.is_dir() else (start,):
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file


def _beneath(folder: Path) -> Iterator[Path]:
    for where, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_ENDINGS) and not name.startswith("."):
                yield Path(where) / name


def _shown(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _read(path: Path, shown: str, problems: list[Diagnostic]) -> _File | None:
    """The file laid out; None with a problem where it cannot be read."""
    try:
        source = read_source(path, shown)
    except MlinfraError as wrong:
        problems += wrong.diagnostics
        return None
    found: list[Diagnostic] = []
    node = read_value(source, found, expressions=False)
    errors = [each for each in found if each.severity is Severity.ERROR]
    if node is None or errors:
        problems += errors
        return None
    return _File(path, shown, source.text, layout(source.text))


def _write(file: _File) -> None:
    """Put the new text in the file's place at once; its rights stay, and so does a link to it."""
    target = file.path.resolve()
    with target.open("rb") as old:
        mark = _BOM if old.read(len(_BOM)) == _BOM else b""
    mode = stat.S_IMODE(target.stat().st_mode)
    durable.replace(target, mark + file.after.encode(), mode)
    target.chmod(mode)  # whatever the umask took away


def _difference(file: _File) -> Text:
    """A unified diff, in colour where there is one."""
    texts = (text.replace("\r\n", "\n").removesuffix("\n") for text in (file.before, file.after))
    before, after = map(visible_lines, texts)
    lines = difflib.unified_diff(before, after, visible(file.shown), visible(file.shown), lineterm="")
    told = [Text(line, _STYLES.get(line[:1], "")) for line in lines]
    return Text("\n").join(told or [Text("\\ No newline at end of file", "red")])
