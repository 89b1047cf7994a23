"""YAML events → nodes, without recursion: no depth of nesting can end the process.

libyaml gives the events (its composer would recurse, and dies of 100,000 brackets); the tree is built here,
where every place is kept, scalars are read as YAML 1.2 has them, and every bound is held.
"""

from __future__ import annotations

from typing import Any, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from mlinfra.config import codes, traps
from mlinfra.config.places import locator
from mlinfra.config.scalars import YAML_1_1_BOOLEANS, NumberTooLarge, resolve
from mlinfra.config.syntax import explain
from mlinfra.config.template import compile_placed
from mlinfra.model.diagnostic import Diagnostic, error, warning
from mlinfra.model.source import Node, Position, SourceFile, Template

try:
    from yaml import CSafeLoader
except ImportError as missing:  # pragma: no cover
    raise ImportError(
        "PyYAML was built without libyaml, without which stacks would load twenty times slower and parse "
        "differently. Install PyYAML from its wheel, or install libyaml before building it."
    ) from missing

MAX_DEPTH = 64
"""Maps and lists inside each other."""

MAX_EXPANDED = 1_000_000
"""Values that a file with aliases stands for."""

_PLAIN_TAGS = {"tag:yaml.org,2002:str", "!"}
_MAP_TAGS = {"tag:yaml.org,2002:map", "!"}
_LIST_TAGS = {"tag:yaml.org,2002:seq", "!"}


class _Stop(Exception):
    """What makes going on pointless; said already."""


class _Frame:
    """A map or list that is being filled. ``size`` and ``height`` are those of what is in it, expanded."""

    __slots__ = (
        "anchor", "column", "height", "key", "key_position", "line", "map", "merged", "merging", "name",
        "size", "values",
    )  # fmt: skip

    def __init__(
        self, is_map: bool, line: int, column: int, key_position: Position | None, anchor: str | None
    ) -> None:
        self.map: dict[str, Node] | None = {} if is_map else None
        self.values: list[Node] = []
        self.line, self.column = line, column
        self.key_position = key_position
        self.anchor = anchor
        self.key: str | None = None
        self.name: Position | None = None
        self.merging = False
        self.merged: list[Node] = []
        self.size = 1
        self.height = 1


class _Anchored:
    __slots__ = ("height", "node", "size")

    def __init__(self, node: Node, size: int, height: int) -> None:
        self.node, self.size, self.height = node, size, height


_MERGE = "<<"


class Builder:
    """Builds the tree of one file; what is wrong goes to ``problems``."""

    def __init__(self, source: SourceFile, problems: list[Diagnostic], *, expressions: bool) -> None:
        self.source = source
        self.text = source.text
        self.problems = problems
        self.expressions = expressions
        self.anchors: dict[str, _Anchored] = {}
        self.open: set[str] = set()
        self.stack: list[_Frame] = []
        self.root: Node | None = None
        self.expanded = 0

    def build(self) -> Node | None:
        """The root; a node of None for an empty file; None when the file cannot be read."""
        try:
            self._events()
        except _Stop:
            return None
        except yaml.YAMLError as wrong:
            found = explain(wrong, self.source)
            if found not in self.problems:
                self.problems.append(found)
            return None
        except UnicodeEncodeError:
            self.problems.append(
                error(codes.ENCODING, f"{self.source.path} holds characters that are no Unicode text")
            )
            return None
        return self.root or Node(None, Position(self.source, 1, 1))

    def _events(self) -> None:
        parser = CSafeLoader(self.text)
        try:
            next_event = parser.get_event
            documents = 0
            while True:
                event = next_event()
                kind = type(event)
                if kind is ScalarEvent:
                    self._scalar(event)
                elif kind is MappingStartEvent or kind is SequenceStartEvent:
                    self._start(event, kind is MappingStartEvent)
                elif kind is MappingEndEvent or kind is SequenceEndEvent:
                    self._end(event)
                elif kind is AliasEvent:
                    self._alias(event)
                elif kind is StreamEndEvent:
                    return
                elif kind is DocumentStartEvent:
                    documents += 1
                    if documents > 1:
                        self._stop(
                            codes.YAML_FEATURE,
                            "a second document starts here",
                            "A file is one document: take out the `---`, or put what follows into a file of "
                            "its own.",
                            event,
                        )
        finally:
            parser.dispose()

    # ---- events --------------------------------------------------------------------------------------

    def _scalar(self, event: Any) -> None:
        stack = self.stack
        frame = stack[-1] if stack else None
        start, end = event.start_mark, event.end_mark
        line, column = start.line + 1, start.column + 1
        # A scalar of several lines is underlined at its start only.
        length = end.column - start.column if end.line == start.line else 1
        position = Position(self.source, line, column, length if length > 0 else 1)
        if frame is not None and frame.map is not None and frame.key is None:
            self._key(frame, event, position)
            return
        text = event.value
        if event.tag is not None and event.tag not in _PLAIN_TAGS:
            self._tag(event, position)
        value: Any = text
        if event.implicit[0] and event.tag != "!":
            try:
                value = resolve(text)
            except NumberTooLarge:
                self.problems.append(
                    error(
                        codes.NUMBER,
                        "this number is too large",
                        "No service takes it. If it is meant as text, put quotes around it.",
                        position,
                    )
                )
            if value is text and text in YAML_1_1_BOOLEANS:
                self._looks_like_boolean(text, position)
        if self.expressions and "${" in text:
            value = self._template(event, position)
        key_position = frame.name if frame is not None else None
        node = Node(value, position, key_position)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(node, 1, 0)
        self._add(frame, node, 1, 0)

    def _key(self, frame: _Frame, event: Any, position: Position) -> None:
        key = event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchored(Node(key, position), 1, 0)
        if event.implicit[0]:
            if key == _MERGE:
                frame.key, frame.name, frame.merging = _MERGE, position, True
                return
            try:
                plain = resolve(key)
            except NumberTooLarge:
                plain = 0
            if plain is not key:
                self._key_not_text(key, position)
        if self.expressions and "${" in key:
            key = self._key_with_expression(event, position)
        self._named(frame, key, position)

    def _named(self, frame: _Frame, key: str, position: Position) -> None:
        map = frame.map
        if map is not None and key in map:
            first = map[key].key
            self.problems.append(
                error(
                    codes.DUPLICATE_KEY,
                    f"the key `{key}` stands here twice",
                    f"The first is at {first}. Keep one of them.",
                    position,
                )
            )
        frame.key, frame.name = key, position

    def _start(self, event: Any, is_map: bool) -> None:
        stack = self.stack
        frame = stack[-1] if stack else None
        mark = event.start_mark
        if frame is not None and frame.map is not None and frame.key is None:
            self._stop(
                codes.KEY_NOT_TEXT,
                f"this key is {'a map' if is_map else 'a list'}",
                "Keys are text. A `{` or `[` that belongs to the text needs quotes around the whole.",
                event,
            )
        if len(stack) >= MAX_DEPTH:
            self._stop(
                codes.TOO_DEEP,
                f"this is nested more than {MAX_DEPTH} levels deep",
                "No resource needs that; look for a bracket that is never closed.",
                event,
            )
        if event.tag is not None and event.tag not in (_MAP_TAGS if is_map else _LIST_TAGS):
            self._tag(event, self._place(event))
        anchor = event.anchor
        if anchor is not None:
            self.open.add(anchor)
            self.anchors.pop(anchor, None)
        stack.append(
            _Frame(is_map, mark.line + 1, mark.column + 1, frame.name if frame is not None else None, anchor)
        )

    def _end(self, event: Any) -> None:
        frame = self.stack.pop()
        end = event.end_mark
        length = end.column + 1 - frame.column if end.line + 1 == frame.line else 1
        position = Position(self.source, frame.line, frame.column, length if length > 0 else 1)
        value: Any = tuple(frame.values) if frame.map is None else frame.map
        for merged in frame.merged:
            for key, child in merged.value.items():
                value.setdefault(key, child)
        node = Node(value, position, frame.key_position)
        if frame.anchor is not None:
            self.open.discard(frame.anchor)
            self.anchors[frame.anchor] = _Anchored(node, frame.size, frame.height)
        self._add(self.stack[-1] if self.stack else None, node, frame.size, frame.height)

    def _alias(self, event: Any) -> None:
        name = event.anchor
        anchored = self.anchors.get(name)
        if name in self.open:
            self._stop(codes.ALIAS, f"`*{name}` stands inside of what it names", "Write it out.", event)
        if anchored is None:
            self._stop(
                codes.ALIAS,
                f"nothing before this is marked `&{name}`",
                "If it is meant as text, put quotes around it.",
                event,
            )
        self.expanded += anchored.size
        if self.expanded > MAX_EXPANDED:
            self._stop(
                codes.ALIAS,
                f"the aliases of this file stand for more than {MAX_EXPANDED:,} values",
                "Aliases of aliases grow fast. Write fewer of them, or use for_each.",
                event,
            )
        if len(self.stack) + anchored.height > MAX_DEPTH:
            self._stop(
                codes.TOO_DEEP, f"with this alias it is nested more than {MAX_DEPTH} levels deep", "", event
            )
        frame = self.stack[-1] if self.stack else None
        node = anchored.node
        if frame is not None and frame.map is not None and frame.key is None:
            position = self._place(event)
            if not isinstance(node.value, str):
                self._key_not_text(f"*{name}", position)
            self._named(frame, str(node.value), position)
            return
        key_position = frame.name if frame is not None else None
        self._add(frame, Node(node.value, node.position, key_position), anchored.size, anchored.height)

    def _add(self, frame: _Frame | None, node: Node, size: int, height: int) -> None:
        if frame is None:
            self.root = node
            return
        frame.size += size
        if height >= frame.height:
            frame.height = height + 1
        if frame.map is None:
            frame.values.append(node)
            return
        key, frame.key = frame.key, None
        if frame.merging:
            frame.merging = False
            self._merge(frame, node)
        elif key is not None and key not in frame.map:
            frame.map[key] = node

    def _merge(self, frame: _Frame, node: Node) -> None:
        maps = node.value if isinstance(node.value, tuple) else (node,)
        if all(member.is_map for member in maps):
            frame.merged += maps
            return
        self.problems.append(
            error(
                codes.YAML_FEATURE,
                "`<<` takes a map, or a list of maps",
                "It lays the keys of another map beneath:  <<: *defaults.",
                node.position,
            )
        )

    # ---- expressions ---------------------------------------------------------------------------------

    def _template(self, event: Any, position: Position) -> Template | str:
        found: list[Diagnostic] = []
        value = compile_placed(event.value, locator(self.source, event, position), found)
        self._report(event, position, found)
        return value

    def _key_with_expression(self, event: Any, position: Position) -> str:
        found: list[Diagnostic] = []
        value = compile_placed(event.value, locator(self.source, event, position), found)
        if isinstance(value, str):
            self._report(event, position, found)
            return value
        self.problems.append(
            error(
                codes.KEY_NOT_TEXT,
                "a key cannot hold an expression",
                "Write the whole map as one expression:  key: ${ {var.name: 1} }  in quotes.",
                position,
            )
        )
        return event.value if isinstance(event.value, str) else ""

    def _report(self, event: Any, position: Position, found: list[Diagnostic]) -> None:
        """Add what is wrong with an expression; where YAML cut it short, say that instead."""
        if found and not event.style:
            trap = traps.cut_short(self.source, event, found[0], position)
            if trap is not None:
                found = [trap]
        self.problems += found

    # ---- problems ------------------------------------------------------------------------------------

    def _place(self, event: Any) -> Position:
        start, end = event.start_mark, event.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return Position(self.source, start.line + 1, start.column + 1, max(length, 1))

    def _stop(self, code: str, summary: str, detail: str, event: Any) -> NoReturn:
        self.problems.append(error(code, summary, detail, self._place(event)))
        raise _Stop

    def _tag(self, event: Any, position: Position) -> None:
        tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
        self.problems.append(
            error(
                codes.YAML_FEATURE,
                f"the tag `{tag}` is not taken",
                "Take it out; what a value is follows from how it is written. Text that looks like something "
                "else is put in quotes.",
                Position(self.source, position.line, position.column, 1),
            )
        )

    def _key_not_text(self, key: str, position: Position) -> None:
        self.problems.append(
            error(
                codes.KEY_NOT_TEXT,
                f"the key `{key}` is no text" if key else "a key is missing here",
                f'Put quotes around it: "{key}".' if key else "Write the key before the colon.",
                position,
            )
        )

    def _looks_like_boolean(self, text: str, position: Position) -> None:
        meant = "true" if text.casefold() in ("yes", "on") else "false"
        self.problems.append(
            warning(
                codes.LOOKS_LIKE_OTHER,
                f"`{text}` is text here, not {meant}",
                f'Write {meant}, or "{text}" in quotes if the text is meant.',
                position,
            )
        )
