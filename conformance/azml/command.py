"""An ``az ml`` command line → which file it sends and what it changes in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

KINDS: Mapping[str, str] = {
    "workspace": "workspace",
    "compute": "compute",
    "datastore": "datastore",
    "environment": "environment",
    "data": "data_asset",
}
"""The group of a command to our word for the kind."""

_KEYS: Mapping[str, str] = {
    "--name": "name",
    "-n": "name",
    "--version": "version",
    "-v": "version",
    "--type": "type",
    "--location": "location",
    "--size": "size",
    "--min-instances": "min_instances",
    "--max-instances": "max_instances",
    "--datastore": "datastore",
    "--build-context": "build.path",
    "--identity-type": "identity.type",
    "--enable-node-public-ip": "enable_node_public_ip",
}
"""A flag to the key of the file that it stands for."""

_TEXT = frozenset({"name", "version"})
_FILE = ("--file", "-f")


@dataclass(frozen=True, slots=True)
class Command:
    """``file`` is a path, or empty; ``keys`` are what the flags say, by dotted key of the file."""

    group: str
    verb: str
    file: str = ""
    keys: Mapping[str, Any] = field(default_factory=dict)

    @property
    def kind(self) -> str | None:
        """Our word for what it is about; None for what is none of these kinds."""
        return KINDS.get(self.group)


def read_command(text: str) -> Command:
    """A command line that begins with ``az ml``. Raises ValueError for any other."""
    words = shlex.split(text)
    if words[:2] != ["az", "ml"] or len(words) < 4:
        raise ValueError(f"{text!r} is no command of az ml")
    file, keys = "", {}
    for flag, values in _flags(words[4:]):
        if flag in _FILE and values:
            file = values[0]
        elif flag in _KEYS and values:
            keys[_KEYS[flag]] = _value(_KEYS[flag], values[0])
        elif flag == "--tags":
            keys |= {f"tags.{name}": value for name, value in _pairs(values)}
        elif flag == "--set":
            keys |= {name: _value(name, value) for name, value in _pairs(values)}
    return Command(words[2], words[3], file, keys)


def nested(keys: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys as maps in maps."""
    found: dict[str, Any] = {}
    for path, value in keys.items():
        *above, last = path.split(".")
        place = found
        for step in above:
            place = place.setdefault(step, {})
        place[last] = value
    return found


def _flags(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Each flag with the words up to the next one; what stands before the first is no flag's."""
    flag, values = "", list[str]()
    for word in words:
        if re.match(r"-{1,2}[A-Za-z]", word):
            if flag:
                yield flag, values
            flag, values = word, []
        else:
            values.append(word)
    if flag:
        yield flag, values


def _pairs(values: Sequence[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        name, _, text = value.partition("=")
        yield name, text


def _value(key: str, text: str) -> Any:
    """A number or boolean where the file would have one."""
    if key in _TEXT or key.startswith("tags."):
        return text
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    return int(text) if re.fullmatch(r"-?\d+", text) else text
