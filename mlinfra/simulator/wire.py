"""What goes through the door: a request, a response, and the answer a service makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. ``path`` is what stands before the question mark, ``query`` holds decoded values."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response. Header names are lower case, as most of ARM's are recorded."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body as JSON; None when there is none."""
        return decode(self.body) if self.body else None


@dataclass(slots=True)
class Answer:
    """What a service says; the simulator adds the headers every answer of ARM has.

    ``body`` None is an answer without body (ARM never answers a bare JSON ``null``); bytes go out as they are
    (the blob service), anything else as JSON. A ``content-length`` in ``headers`` stays (HEAD of a blob).
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
