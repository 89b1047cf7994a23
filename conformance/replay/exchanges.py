"""The nouns: one recorded request with its answer, and a session of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ZEROED = "0000-00-00"
"""What stands for an api-version that was taken out of a recording."""


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
