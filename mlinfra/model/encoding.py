"""Values as JSON bytes, and back.

A value is written as it is, but for the four marks: `Sensitive` and `Redacted` become
``{"$redacted": "<hmac>"}``, `Unknown` becomes ``{"$unknown": "<expression>"}``, `LocalPath` becomes
``{"$path": {"digest": …, "folder": …, "shown": …}}`` without its place on this machine. So that a user's own
keys stay apart from these, each that starts with ``$`` is written with one ``$`` more.

Walking values in Python costs more than all the rest. So msgspec writes and reads them as they stand, and
they are walked only where the bytes show that there may be a mark, a ``$`` or a number that JSON lacks.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from mlinfra.model.redaction import digest
from mlinfra.model.value import Attrs, LocalPath, Redacted, Sensitive, Unknown, has_unknown, may_have_mark

T = TypeVar("T")

ABSENT = msgspec.Raw()
"""Stands where nothing is written; it is false, and there is only this one."""

_encoder = msgspec.json.Encoder(order="deterministic")
_any: msgspec.json.Decoder[Any] = msgspec.json.Decoder()
_mapping = msgspec.json.Decoder(dict[str, Any])


class Malformed(ValueError):
    """Bytes that are not what they should be.

    ``problem`` is in words; ``path`` says where in the document it is (``records[3].id``), ``place`` line and
    column where the text stops being JSON. ``newer`` is set when a newer mlinfra wrote it.
    """

    def __init__(
        self, problem: str, path: str = "", place: tuple[int, int] | None = None, *, newer: bool = False
    ) -> None:
        self.problem = problem
        self.path = path
        self.place = place
        self.newer = newer
        super().__init__(f"{path}: {problem}" if path else problem)

    def within(self, outer: str) -> Malformed:
        """The same, told from further out."""
        path = f"{outer}.{self.path}" if self.path and self.path[0] != "[" else outer + self.path
        return Malformed(self.problem, path, self.place, newer=self.newer)


def encode(value: Any, key: bytes, *, unknown: bool = False) -> msgspec.Raw:
    """A value with its marks, secrets traced with ``key``; mappings in the order of their keys.

    Raises TypeError for an `Unknown` unless ``unknown`` allows it, ValueError for a number that JSON lacks.
    """
    data = _encoder.encode(value)
    # msgspec writes nan and inf as null.
    if may_have_mark(data) or b'"$' in data or b"null" in data:
        data = _encoder.encode(_written(value, key, unknown))
    return msgspec.Raw(data)


def as_json(value: Any, key: bytes) -> Any:
    """A value with its marks as plain data, in its own order. Raises ValueError as `encode` does."""
    return _written(value, key, True)


def decode(decoder: msgspec.json.Decoder[T], data: bytes | msgspec.Raw) -> T:
    """What ``decoder`` makes of these bytes. Raises Malformed, in words."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as wrong:
        raise _in_words(str(wrong)) from None
    except msgspec.DecodeError as wrong:
        raise _not_json(str(wrong), bytes(data)) from None
    except UnicodeDecodeError:
        raise _not_json("it is not UTF-8", bytes(data)) from None
    except RecursionError:
        raise Malformed("it is nested too deep") from None


def read(data: msgspec.Raw) -> Any:
    """A value with its marks. Raises Malformed."""
    return _marked(decode(_any, data), data)


def read_mapping(data: msgspec.Raw) -> Attrs:
    """A mapping with its marks. Raises Malformed."""
    found = _marked(decode(_mapping, data), data)
    if not isinstance(found, dict):
        raise Malformed("expected a mapping, found a mark")
    return found


def restored(value: Any) -> Any:
    """A value of plain JSON, as `encode` wrote it, with its marks. Raises Malformed."""
    return _restored(value)


def _marked(value: Any, data: msgspec.Raw) -> Any:
    text = bytes(data)
    # Single bytes are looked for at the speed of memory; a key may have its $ written as \u0024.
    return _restored(value) if b"$" in text or b"\\" in text else value


def _written(value: Any, key: bytes, unknown: bool) -> Any:
    if isinstance(value, Mapping):
        return {
            f"${name}" if name.startswith("$") else name: _written(item, key, unknown)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_written(item, key, unknown) for item in value]
    if isinstance(value, Sensitive):
        if unknown and has_unknown(value.value):
            value = Unknown(sensitive=True)
        else:
            return {"$redacted": digest(value.value, key).hmac}
    if isinstance(value, Redacted):
        return {"$redacted": value.hmac}
    if isinstance(value, Unknown):
        if not unknown:
            raise TypeError(f"what is not known cannot be recorded: {value.expression or 'a computed value'}")
        taint = {"$sensitive": True} if value.sensitive else {}
        return {"$unknown": value.expression, **taint}
    if isinstance(value, LocalPath):
        return {"$path": {"digest": value.digest, "folder": value.is_folder, "shown": value.shown}}
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number of JSON")
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, list):
        return [_restored(item) for item in value]
    if not isinstance(value, dict):
        return value
    marks = {name for name in value if name.startswith("$") and not name.startswith("$$")}
    if not marks:
        return {name[1:] if name.startswith("$") else name: _restored(item) for name, item in value.items()}
    if value.keys() == {"$redacted"} and isinstance(value["$redacted"], str):
        return Redacted(value["$redacted"])
    if "$unknown" in marks and value.keys() <= {"$unknown", "$sensitive"}:
        expression, sensitive = value["$unknown"], value.get("$sensitive", False)
        if isinstance(expression, str) and isinstance(sensitive, bool):
            return Unknown(expression, sensitive)
    if value.keys() == {"$path"}:
        return _path(value["$path"])
    raise Malformed(f"it holds {', '.join(sorted(marks))}, which this mlinfra does not know")


def _path(told: Any) -> LocalPath:
    """A local path, as far as it is written down. Raises Malformed."""
    if isinstance(told, dict) and told.keys() == {"digest", "folder", "shown"}:
        digest, folder, shown = told["digest"], told["folder"], told["shown"]
        if isinstance(digest, str) and isinstance(folder, bool) and isinstance(shown, str):
            return LocalPath(shown, "", digest, folder)
    raise Malformed("it holds $path, which is not as this mlinfra writes it")


_PLACE = re.compile(r"^(.*?)(?: - at `\$\.?(.*)`)?$", re.DOTALL)
_EXPECTED = re.compile(r"^Expected `(.+)`, got `(.+)`$")
_KEY = re.compile(r"^Object (missing required|contains unknown) field `(.+)`$")
_OFFSET = re.compile(r"^(?:JSON is malformed: )?(.*) \(byte (\d+)\)$")
_WORDS = {
    "str": "a string",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def _in_words(message: str) -> Malformed:
    """msgspec's complaint about a value's type, as people say it."""
    split = _PLACE.match(message)
    what, path = (split[1], split[2] or "") if split else (message, "")
    if match := _EXPECTED.match(what):
        wanted, got = (
            " or ".join(_WORDS.get(part, part) for part in text.split(" | ")) for text in match.groups()
        )
        return Malformed(f"expected {wanted}, found {got}", path)
    if match := _KEY.match(what):
        if match[1] == "missing required":
            return Malformed(f'the key "{match[2]}" is missing', path)
        return Malformed(f'it has the key "{match[2]}", which this mlinfra does not know', path)
    return Malformed(f"{what[:1].lower()}{what[1:]}", path)


def _not_json(message: str, data: bytes) -> Malformed:
    """msgspec's complaint about the text, with line and column counted from 1, in code points."""
    offset = len(data)
    if match := _OFFSET.match(message):
        message, offset = match[1], int(match[2])
    elif message == "Input data was truncated":
        message = "it ends in the middle" if data.strip() else "it is empty"
    else:
        try:
            data.decode()
        except UnicodeDecodeError as wrong:
            offset = wrong.start
    before = data[:offset]
    column = len(before[before.rfind(b"\n") + 1 :].decode(errors="replace")) + 1
    return Malformed(f"not JSON: {message}", place=(before.count(b"\n") + 1, column))
