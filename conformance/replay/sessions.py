"""Recorded exchanges, session by session."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.corpus import Corpus

ZEROED = "0000-00-00"
"""What stands for an api-version that was taken out of a recording."""


_SHORT = re.compile(r"00000000-0000-0000-0000-0{1,11}(?![0-9a-fA-F])")
NOBODY = "00000000-0000-0000-0000-000000000000"
"""The subscription of most recordings; azure-ai-ml-2023 wrote it with some zeros less."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer. Header names are lower case; ``query`` lacks the api-version.

    ``cut``: the answer was too long for the corpus, ``answer`` is None then. ``seq`` counts what was
    recorded, so a gap in it is a request that the corpus does not hold.
    """

    seq: int
    method: str
    path: str
    query: Mapping[str, str]
    api_version: str
    body: Any
    status: int
    headers: Mapping[str, str]
    answer: Any
    cut: bool = False

    @property
    def error_code(self) -> str:
        """The code of a refusal; empty when there is none."""
        return error_code(self.status, self.answer)


@dataclass(frozen=True, slots=True)
class Session:
    """One recorded test. ``source`` is the file it came from, ``name`` the recording."""

    source: str
    name: str
    exchanges: tuple[Exchange, ...]

    def where(self, exchange: Exchange) -> str:
        """How a miss names an exchange."""
        return f"{self.source} {self.name.rpartition('/')[2]}#{exchange.seq}"


def error_code(status: int, body: Any) -> str:
    """``error.code`` of an envelope, ``code`` of a bare error; empty for other bodies and for successes."""
    if status < 400 or not isinstance(body, dict):
        return ""
    error = body.get("error", body)
    return str(error.get("code", "")) if isinstance(error, dict) else ""


def sessions(corpus: Corpus) -> Iterator[Session]:
    """Every session of the corpus with its exchanges in order."""
    held: dict[tuple[str, str], list[Exchange]] = {}
    for row in corpus.traffic():
        held.setdefault((row["source"], row["recording"]), []).append(read_exchange(row))
    for (source, name), exchanges in held.items():
        yield Session(source, name, tuple(sorted(exchanges, key=lambda one: one.seq)))


def read_exchange(row: Mapping[str, Any]) -> Exchange:
    """A line of the corpus as an exchange."""
    answer = row["resp_body"]
    cut = isinstance(answer, dict) and "$truncated" in answer
    return Exchange(
        seq=int(row["seq"]),
        method=row["method"],
        path=_whole(row["path"]),
        query={key: value for key, value in (row["query"] or {}).items() if key != "api-version"},
        api_version=row["api_version"] or ZEROED,
        body=_whole(_unwrapped(row["req_body"])),
        status=int(row["status"]),
        headers={key.lower(): _whole(value) for key, value in row["resp_headers"].items()},
        answer=None if cut else _whole(_unwrapped(answer)),
        cut=cut,
    )


def _unwrapped(body: Any) -> Any:
    """Some recorders wrote a body as the text of Python's bytes, once or several times over."""
    while isinstance(body, str):
        try:
            body = json.loads(body)
            continue
        except ValueError:
            pass
        if not body.startswith(("b'", 'b"')):
            return body
        try:
            body = ast.literal_eval(body).decode()
        except (ValueError, SyntaxError, UnicodeDecodeError):
            return body
    return body


def _whole(value: Any) -> Any:
    """The same with every zeroed subscription id at its full length."""
    if isinstance(value, str):
        return _SHORT.sub(NOBODY, value)
    if isinstance(value, dict):
        return {_SHORT.sub(NOBODY, key): _whole(one) for key, one in value.items()}
    return [_whole(one) for one in value] if isinstance(value, list) else value
