"""Files → nodes: YAML with the place of every key and value.

`read_source` decodes, `parse` builds. What YAML allows and a stack does not (several documents, tags, keys
that are no text, aliases without end) is refused with its place.
"""

from __future__ import annotations

from pathlib import Path

from mlinfra.config import codes
from mlinfra.config.tree import Builder
from mlinfra.model.collector import resting_collector
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.model.source import Node, Position, SourceFile

MAX_BYTES = 16 * 1024 * 1024
"""Size of one file; 10,000 resources are about 4 MB."""

_BOMS = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
LARGE = 100_000
"""Characters of a file from which on the garbage collector rests while nodes are made of it."""


def read_source(path: Path, shown: str) -> SourceFile:
    """Read a text file; ``shown`` is how messages call it.

    Raises MlinfraError when it is missing, a folder, not UTF-8, or larger than `MAX_BYTES`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise MlinfraError(
            error(codes.UNREADABLE, f"there is no file {shown}", "Look at its name.")
        ) from None
    except IsADirectoryError:
        raise MlinfraError(error(codes.UNREADABLE, f"{shown} is a folder, not a file")) from None
    except OSError as wrong:
        raise MlinfraError(
            error(
                codes.UNREADABLE, f"{shown} cannot be read", f"{wrong.strerror or 'The system refused it'}."
            )
        ) from None
    if len(data) > MAX_BYTES:
        limit = MAX_BYTES // 2**20
        raise MlinfraError(
            error(codes.TOO_LARGE, f"{shown} is larger than {limit} MiB", "Divide it into several stacks.")
        )
    return decode(data, shown)


def decode(data: bytes, shown: str) -> SourceFile:
    """The text of these bytes. Raises MlinfraError when they are not UTF-8."""
    try:
        return SourceFile(shown, data.decode("utf-8-sig"))
    except UnicodeDecodeError as wrong:
        # The codec counts from after the byte order mark.
        offset = wrong.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        line = data.count(b"\n", 0, offset) + 1
        seems = next((f"It seems to be {name}. " for bom, name in _BOMS if data.startswith(bom)), "")
        start = data.rfind(b"\n", 0, offset) + 1
        readable = SourceFile(shown, data.decode("utf-8-sig", errors="replace"))
        column = len(data[start:offset].decode("utf-8-sig", errors="replace")) + 1
        raise MlinfraError(
            error(
                codes.ENCODING,
                f"{shown} is not UTF-8",
                f"{seems}Byte {offset} (0x{data[offset]:02x}, line {line}) is no part of UTF-8 text. "
                "Save the file as UTF-8.",
                Position(readable, line, column) if not seems else None,
            )
        ) from None


def parse(source: SourceFile, *, expressions: bool = True) -> Node:
    """The file as one mapping. With ``expressions`` off, ``${…}`` is text.

    Raises MlinfraError with every problem found: syntax, tabs, duplicate keys, nesting, aliases, tags,
    several documents, an empty file, a file that is no mapping, an expression that is none.
    """
    problems: list[Diagnostic] = []
    node = read_mapping(source, problems, expressions=expressions)
    refuse_errors(problems)
    if node is None:
        raise AssertionError("a file without a node has a problem")
    return node


def read_mapping(
    source: SourceFile, problems: list[Diagnostic], *, expressions: bool = True, hint: str = ""
) -> Node | None:
    """`parse` that collects: None when there is no mapping to go on with. Warnings are collected too.

    ``hint`` says what an empty file of this kind should hold.
    """
    node = read_value(source, problems, expressions=expressions)
    if node is None:
        return None
    if node.value is None:
        problems.append(error(codes.EMPTY, f"{source.path} is empty", hint, _nowhere(source)))
        return None
    if not node.is_map:
        problems.append(
            error(
                codes.WRONG_SHAPE,
                f"{source.path} is {'a list' if node.is_list else 'a single value'}, it should be a map",
                "At its top stand keys with a colon:  name: value.",
                node.position,
            )
        )
        return None
    return node


def _nowhere(source: SourceFile) -> Position:
    """The start of a file, without showing its first line."""
    return Position(SourceFile(source.path, ""), 1, 1)


def read_value(source: SourceFile, problems: list[Diagnostic], *, expressions: bool = True) -> Node | None:
    """Whatever the text holds, a single scalar too; None when it cannot be read."""
    with resting_collector(large=len(source.text) > LARGE):
        return Builder(source, problems, expressions=expressions).build()
