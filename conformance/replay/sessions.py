"""Reads the recorded exchanges, session by session."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance.replay.exchanges import ZEROED, Exchange, Session
from conformance.replay.restoring import restored

if TYPE_CHECKING:
    from conformance.corpus import Corpus

_SHORT = re.compile(r"00000000-0000-0000-0000-0{1,11}(?![0-9a-fA-F])")
NOBODY = "00000000-0000-0000-0000-000000000000"
"""The subscription of most recordings; azure-ai-ml-2023 wrote it with some zeros less."""


def sessions(corpus: Corpus) -> Iterator[Session]:
    """Every session of the corpus with its exchanges in order."""
    held: dict[tuple[str, str], list[Exchange]] = {}
    for row in corpus.traffic():
        held.setdefault((row["source"], row["recording"]), []).append(read_exchange(row))
    for (source, name), exchanges in held.items():
        yield Session(source, name, restored(sorted(exchanges, key=lambda one: one.seq)))


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
