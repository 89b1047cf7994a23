"""The files of modules, each read once however often it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.bodies import Bodies
from mlinfra.config.calls import Trail
from mlinfra.config.definition import SHARED, keys, read_definition
from mlinfra.config.files import Refused, confined
from mlinfra.config.gitsource import PREFIX, GitSource, is_git, read_git_source
from mlinfra.config.include import Part
from mlinfra.config.inputs import read_inputs
from mlinfra.config.lock import Checkouts, Pin
from mlinfra.config.near import did_you_mean
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.config.stackfile import repository, seen_from
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.module import Definition
from mlinfra.model.source import Node, SourceFile

FILE = "module.yaml"
SECTIONS = ("description", "inputs", *SHARED)
"""What a module's file may hold."""

COMMIT = 12
"""Characters of a commit's name that messages show."""

_HINT = f"A module holds {', '.join(SECTIONS[1:-1])} or {SECTIONS[-1]}."


class ModuleFiles:
    """Modules in folders, and in repositories that are fetched.

    ``stack`` is the stack's folder: messages call files as seen from it. ``pins`` says which commits are
    used; what is not in it is fetched and goes to ``pinned``, as does all that is used.
    """

    def __init__(self, stack: Path, pins: Mapping[str, Pin], checkouts: Checkouts | None) -> None:
        self._stack = stack
        self._pins, self._checkouts = pins, checkouts
        self.pinned: dict[str, Pin] = {}
        self._fetched: dict[str, Path] = {}
        self._origins: dict[Path, tuple[str, str]] = {}
        self._read: dict[Path, Definition | None] = {}

    def open(
        self, source: Node, folder: Path, root: Path, trail: Trail, problems: list[Diagnostic]
    ) -> Definition | None:
        """The module that ``source``, written in a file of ``folder``, names; None with a problem."""
        try:
            if is_git(source.value):
                wanted = read_git_source(source.value)
                root = self._fetch(wanted, inside=root != repository(self._stack))
                path = confined(wanted.folder, root, root)
            else:
                path = confined(source.value, folder, root.resolve())
        except Refused as wrong:
            problems.append(error(wrong.code, wrong.summary, wrong.detail, source.position))
            return None
        if path in trail.folders:
            problems.append(_ring(path, source, trail))
            return None
        if path not in self._read:
            if not (path / FILE).is_file():
                problems.append(_missing(source, path))
                return None
            self._read[path] = self._definition(path, root, trail, problems)
        return self._read[path]

    def _fetch(self, source: GitSource, *, inside: bool) -> Path:
        """The checkout of a source; ``inside``: a repository that was fetched asks for it. Raises Refused."""
        if inside and not source.is_remote:
            raise Refused(
                codes.MODULE_SOURCE,
                "a module that was fetched names a repository of this machine",
                "What comes from elsewhere does not reach into local folders.",
            )
        if self._checkouts is None:
            raise Refused(codes.MODULE_FETCH, "modules cannot be fetched here", "Use a folder.")
        name = source.pinned_as
        if name not in self._fetched:
            folder, self.pinned[name] = self._checkouts.checkout(source, self._pins.get(name))
            self._fetched[name] = folder.resolve()
            self._origins[folder.resolve()] = source.url, self.pinned[name].commit
        return self._fetched[name]

    def _definition(
        self, path: Path, root: Path, trail: Trail, problems: list[Diagnostic]
    ) -> Definition | None:
        found: list[Diagnostic] = []
        shown = self._shown(path / FILE, root)
        definition = None
        try:
            definition = self._parsed(read_source(path / FILE, shown), path, root, trail, found)
        except MlinfraError as wrong:
            found += wrong.diagnostics
        problems += (one.within(trail.via) for one in found)
        return definition

    def _shown(self, path: Path, root: Path) -> str:
        """A file as messages call it: as seen from the stack, or, of what was fetched, where it came from."""
        if root not in self._origins:
            return seen_from(self._stack, path)
        url, commit = self._origins[root]
        return f"{PREFIX}{url}//{path.relative_to(root).as_posix()}@{commit[:COMMIT]}"

    def _parsed(
        self, source: SourceFile, path: Path, root: Path, trail: Trail, problems: list[Diagnostic]
    ) -> Definition | None:
        top = read_mapping(source, problems, hint=_HINT)
        if top is None:
            return None
        sections: dict[str, Node] = {}
        for key, node in top.value.items():
            if key in SECTIONS:
                sections[key] = node
            else:
                problems.append(_no_section(key, node))
        about = Reader(problems).text(sections.get("description"), "description")
        definition, _ = read_definition(
            [Part(source, sections, path)],
            root,
            read_inputs(sections.get("inputs"), problems, word="input"),
            list(keys(sections.get("inputs"))),
            self,
            Trail(trail.via, (*trail.folders, path)),
            Bodies(root, problems, partial(self._shown, root=root)),
            problems,
        )
        return replace(definition, description=about)


def _no_section(key: str, node: Node) -> Diagnostic:
    if key == "variables":
        advice = "What a module is given stands under `inputs:`."
    else:
        advice = f"{did_you_mean(key, SECTIONS)}{_HINT} All else stands in mlinfra.yaml."
    return error(codes.UNKNOWN_KEY, f"`{key}` cannot stand in a module", advice, node.key or node.position)


def _missing(source: Node, path: Path) -> Diagnostic:
    if path.is_file():
        advice = f"It is a file; `source` is the folder in which {FILE} lies."
    elif path.is_dir():
        advice = f"The folder is there, and has no {FILE}."
    else:
        above = path.parent
        names = [each.name for each in above.iterdir() if each.is_dir()] if above.is_dir() else []
        advice = (
            f"{did_you_mean(path.name, names)}It is a folder with a {FILE}, seen from the file that says so."
        )
    return error(codes.MODULE_MISSING, f"there is no module `{source.value}`", advice, source.position)


def _ring(path: Path, source: Node, trail: Trail) -> Diagnostic:
    if len(trail.folders) and path == trail.folders[0]:
        summary, advice = "a module cannot be the stack itself", "Take this call out."
    else:
        summary = f"the module `{source.value}` calls itself"
        advice = "It would never end. Take the call out, or move what both need to a module of its own."
    return error(codes.MODULE_CYCLE, summary, advice, source.position)
