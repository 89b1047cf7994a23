"""A saved plan as bytes, and back.

The document is JSON: its format, a checksum over all the rest, and the plan. No secret gets in: each
sensitive leaf becomes an empty `Redacted` first, and places keep their line number and lose their line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import msgspec

from mlinfra.model.encoding import Malformed, as_json, decode, restored
from mlinfra.model.plan import AttributeChange, Change, OutputChange
from mlinfra.model.savedplan import FORMAT_VERSION, SavedPlan
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Mark, Redacted, Sensitive, transform

__all__ = ["UPGRADE", "Malformed", "decode_plan", "encode_plan", "hidden"]

UPGRADE = "Upgrade mlinfra to at least that version, or plan again with this one."

T = TypeVar("T")


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    mlinfra_plan: int
    tool: str
    checksum: str
    saved: msgspec.Raw


class _Head(msgspec.Struct, frozen=True):
    mlinfra_plan: int
    tool: str = "another mlinfra"


_head = msgspec.json.Decoder(_Head)
_document = msgspec.json.Decoder(_Document)


def encode_plan(saved: SavedPlan) -> bytes:
    """The file of a saved plan. It holds no secret, whatever ``saved`` holds."""
    body = msgspec.json.encode(_portable(replace(saved, digest="")))
    document = _Document(FORMAT_VERSION, saved.plan.version, _checksum(body), msgspec.Raw(body))
    return msgspec.json.encode(document) + b"\n"


def decode_plan(data: bytes) -> SavedPlan:
    """The saved plan in a file. Raises Malformed: it is none, or damaged; ``newer``: another mlinfra's."""
    head = decode(_head, data)
    if head.mlinfra_plan != FORMAT_VERSION:
        raise Malformed(
            f"made by {head.tool}, in format {head.mlinfra_plan}; this one reads {FORMAT_VERSION}",
            newer=head.mlinfra_plan > FORMAT_VERSION,
        )
    document = decode(_document, data)
    if _checksum(bytes(document.saved)) != document.checksum:
        raise Malformed("it is not as it was written: its checksum is another one")
    saved = _marked(decode(msgspec.json.Decoder(SavedPlan), document.saved))
    return replace(saved, digest=document.checksum)


def hidden(value: Any) -> Any:
    """The value with nothing left of what is sensitive but that it is."""
    return transform(value, lambda leaf: _NOTHING if isinstance(leaf, Sensitive | Redacted) else leaf)


_NOTHING = Redacted("")
_HOLDERS = (Change, AttributeChange, OutputChange)
"""What has values ``before`` and ``after``; all else in a plan is plain."""


def _portable(item: T) -> T:
    """The same with values as JSON, and places without their lines."""
    if isinstance(item, Position):
        return Position(SourceFile(item.source.path, ""), item.line, item.column, item.length)  # type: ignore[return-value]
    if isinstance(item, tuple):
        return tuple(map(_portable, item))  # type: ignore[return-value]
    if isinstance(item, Mark):
        return item
    portable: T = _rebuilt(item, _written, _portable)
    return portable


def _written(value: Any) -> Any:
    return as_json(hidden(value), b"")


def _marked(item: T) -> T:
    """What `_portable` made, with marks as they were."""
    if isinstance(item, tuple):
        return tuple(map(_marked, item))  # type: ignore[return-value]
    marked: T = _rebuilt(item, restored, _marked)
    return marked


def _rebuilt(item: Any, value: Callable[[Any], Any], other: Callable[[Any], Any]) -> Any:
    """A noun of its parts: ``value`` of those that are values, ``other`` of the rest; all else as it is."""
    if isinstance(item, msgspec.Struct):
        names: Iterable[str] = item.__struct_fields__
    elif is_dataclass(item) and not isinstance(item, type):
        names = [one.name for one in fields(item)]
    else:
        return item
    values = {"before", "after"} if isinstance(item, _HOLDERS) else set()
    parts = {name: (value if name in values else other)(getattr(item, name)) for name in names}
    return type(item)(**parts)


def _checksum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
