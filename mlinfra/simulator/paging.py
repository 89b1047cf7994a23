"""Pages of what is no stored resource, or needs more than a stored one to be listed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from mlinfra.simulator.errors import invalid_value
from mlinfra.simulator.world import Call


def next_link(call: Call, token: str) -> str:
    """The address of the next page: the same request with a ``$skipToken``."""
    kept = {key: value for key, value in call.request.query.items() if key.lower() != "$skiptoken"}
    kept["$skipToken"] = token
    return f"{call.host}{quote(call.path.text, safe='/')}?{urlencode(kept)}"


def top(call: Call, size: int) -> int:
    """The page size with ``$top`` obeyed. Raises ArmError 400 when it is no number from 1."""
    asked = call.query.get("$top")
    if not asked:
        return size
    if not asked.isascii() or not asked.isdigit() or int(asked[:9]) == 0:
        raise invalid_value("$top", asked)
    return min(size, int(asked[:9]))


def paged(call: Call, bodies: list[dict[str, Any]], size: int) -> dict[str, Any]:
    """One page of a list made in memory; the token is a position."""
    token = call.query.get("$skiptoken", "0")
    if not token.isascii() or not token.isdigit():
        raise invalid_value("$skiptoken", token)
    start, size = int(token[:9]), top(call, size)
    answer: dict[str, Any] = {"value": bodies[start : start + size]}
    if start + size < len(bodies):
        answer["nextLink"] = next_link(call, str(start + size))
    return answer
