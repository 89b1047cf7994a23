"""What services invent: addresses of operations, next pages, GUIDs, versions. Then and now they differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.replay.door import body_of
from conformance.replay.exchanges import Exchange
from mlinfra.simulator.ids import GUID
from mlinfra.simulator.wire import Response

OPERATION_HEADERS = ("azure-asyncoperation", "location")

_NOBODY = "00000000-0000-0000-0000-000000000000"
_ZEROS = re.compile(r"0{12,}")

_INVENTED = re.compile(rf"{GUID.pattern}|01D[0-9A-F]{{13}}")
"""GUIDs, and times in the form by which storage tells deleted shares apart."""

Address = tuple[str, frozenset[tuple[str, str]]]
"""A path in lower case and the words of the query that say what is meant."""


def address(path: str, query: Mapping[str, str]) -> Address:
    """What identifies a URL: not its api-version, nor the signature that newer services add (t, c, s, h)."""
    words = {(key.lower(), value) for key, value in query.items() if len(key) > 1 and key != "api-version"}
    return path.lower().rstrip("/"), frozenset(words)


def address_of(url: str) -> Address:
    """The address of a header's URL."""
    parts = urlsplit(url)
    return address(parts.path, dict(parse_qsl(parts.query)))


def among(asked: Address, known: Collection[Address]) -> bool:
    """Whether an address is one of these. Some requests lost the last name of their path to zeros."""
    head, _, last = asked[0].rpartition("/")
    if _ZEROS.fullmatch(last):
        return any(one[0].rpartition("/")[0] == head for one in known)
    return asked in known


class Mapped:
    """Learns from each pair of answers; translates the requests that follow."""

    def __init__(self) -> None:
        self._urls: dict[Address, str] = {}
        self._zeroed: dict[str, str] = {}
        self._words: dict[str, str] = {}

    def learn(self, exchange: Exchange, response: Response) -> None:
        """Take note of what both answers invented."""
        for header in OPERATION_HEADERS:
            then, now = exchange.headers.get(header), response.headers.get(header)
            if then and now:
                self._learn_url(then, now)
        body = body_of(response)
        for then, now in _pairs(exchange.answer, body):
            if _INVENTED.fullmatch(then) and _INVENTED.fullmatch(now) and _NOBODY not in (then, now):
                if then.lower() != now.lower():
                    self._words[then.lower()] = now
            elif then.startswith("https://") and now.startswith("https://") and "skiptoken" in now.lower():
                self._learn_url(then, now)

    def _learn_url(self, then: str, now: str) -> None:
        key = address_of(then)
        self._urls[key] = now
        # the request's copy of the URL may have lost its last name to zeros
        self._zeroed[key[0].rpartition("/")[0]] = now

    def url(self, exchange: Exchange) -> str | None:
        """The URL of ours for a recorded one, None when no answer of ours had one in its place."""
        key = address(exchange.path, exchange.query)
        found = self._urls.get(key)
        if found is None and _ZEROS.fullmatch(key[0].rpartition("/")[2]):
            found = self._zeroed.get(key[0].rpartition("/")[0])
        return found

    def text(self, text: str) -> str:
        """A path, or a body as JSON, with what was invented and is now another."""
        if not self._words:
            return text
        return _INVENTED.sub(lambda match: self._words.get(match[0].lower(), match[0]), text)


def _pairs(then: Any, now: Any) -> Iterator[tuple[str, str]]:
    """Texts that stand at the same place of two bodies. Items of lists are paired by their order."""
    if isinstance(then, str) and isinstance(now, str):
        yield then, now
    elif isinstance(then, dict) and isinstance(now, dict):
        folded = {key.lower(): value for key, value in now.items()}
        for key, value in then.items():
            yield from _pairs(value, folded.get(key.lower()))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for one, other in zip(then, now, strict=True):
            yield from _pairs(one, other)
