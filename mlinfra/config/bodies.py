"""``file:``: a body that lives in a file of its own, such as a YAML file of ``az ml``.

Such a body is verbatim: ``${…}`` in it is text unless ``expressions: true`` asks otherwise. The file must lie
in the repository, links followed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.files import Refused, find
from mlinfra.config.shape import Reader
from mlinfra.config.source import read_mapping, read_source
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error
from mlinfra.model.source import Node

_KEYS = ("path", "expressions")


class Bodies:
    """Reads body files, each once. ``root`` is what they are confined to, ``shown`` how messages call one."""

    def __init__(self, root: Path, problems: list[Diagnostic], shown: Callable[[Path], str]) -> None:
        self.shown = shown
        self.root = root.resolve()
        self.problems = problems
        self._read: dict[tuple[Path, bool], Node | None] = {}

    def read(self, node: Node, address: str, folder: Path) -> tuple[Node, Path] | None:
        """The body that a ``file:`` names, and the folder that it lies in; None with a problem."""
        place, expressions = node, False
        if node.is_map:
            reader = Reader(self.problems, f"`file` of {address}")
            found = reader.body(node, _KEYS)
            expressions = reader.flag(found.get("expressions"), "expressions")
            if "path" not in found:
                self.problems.append(
                    error(
                        codes.MISSING_KEY,
                        f"`file` of {address} needs `path`",
                        "It is the path of the file, relative to this one.",
                        node.key or node.position,
                    )
                )
                return None
            place = found["path"]
        if not isinstance(place.value, str) or not place.value:
            self.problems.append(
                error(
                    codes.WRONG_SHAPE,
                    f"`file` of {address} takes the path of a file",
                    "It cannot hold an expression: which files belong to a stack is known before anything is "
                    "worked out.",
                    place.position,
                )
            )
            return None
        return self._found(place, expressions, folder)

    def _found(self, place: Node, expressions: bool, folder: Path) -> tuple[Node, Path] | None:
        try:
            path = find(place.value, folder, self.root)
        except Refused as wrong:
            self.problems.append(error(wrong.code, wrong.summary, wrong.detail, place.position))
            return None
        key = (path, expressions)
        if key not in self._read:
            self._read[key] = self._mapping(path, expressions, place)
        body = self._read[key]
        return None if body is None else (body, path.parent)

    def _mapping(self, path: Path, expressions: bool, place: Node) -> Node | None:
        try:
            source = read_source(path, self.shown(path))
        except MlinfraError as wrong:
            self.problems += (found.located(None, place.position) for found in wrong.diagnostics)
            return None
        return read_mapping(
            source, self.problems, expressions=expressions, hint="It should hold the keys of a resource."
        )
