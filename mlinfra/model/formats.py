"""Formats of files that outlive a release: each says its own, and earlier ones are brought up to date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import msgspec

from mlinfra.model.encoding import Malformed, decode

T = TypeVar("T")

Upgrade: TypeAlias = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes of a document of one format that of the next; the number itself is not its business."""

_document = msgspec.json.Decoder(dict[str, Any])


class _Header(msgspec.Struct, frozen=True):
    format_version: Any = None
    tool: Any = None


_header = msgspec.json.Decoder(_Header)


@dataclass(frozen=True)
class Format:
    """A kind of JSON document that says its format under ``format_version``.

    ``upgrades`` has for each earlier format, from 1 on, what makes of it the next one.
    """

    number: int
    upgrades: Mapping[int, Upgrade]

    def __post_init__(self) -> None:
        if sorted(self.upgrades) != list(range(1, self.number)):
            raise ValueError(f"format {self.number} needs an upgrade of each that was before it")

    def read(self, decoder: msgspec.json.Decoder[T], data: bytes) -> T:
        """What ``decoder``, which reads today's format, makes of a document of this or an earlier one.

        Raises Malformed; ``newer``: it is of a later one, whatever else is wrong with it.
        """
        try:
            document = decode(decoder, data)  # nearly always of today's, and large: the header costs a look
        except Malformed:
            current = self._current(data)
            if current is data:
                raise
            return decode(decoder, current)
        if getattr(document, "format_version", self.number) == self.number:
            return document
        return decode(decoder, self._current(data))

    def _current(self, data: bytes) -> bytes:
        """The document in today's format; the same bytes where it is of that, or says none."""
        try:
            header = _header.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return data
        found = header.format_version
        if type(found) is not int or found < 1 or found == self.number:
            return data
        if found > self.number:
            tool = header.tool if isinstance(header.tool, str) else "a newer version"
            raise Malformed(
                f"written by a newer mlinfra ({tool}): its format is {found}, this one knows {self.number}",
                newer=True,
            )
        document = decode(_document, data)
        for number in range(found, self.number):
            document = {**self.upgrades[number](document), "format_version": number + 1}
        return msgspec.json.encode(document)
