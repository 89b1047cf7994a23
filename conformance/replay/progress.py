"""How long an operation of a recording is at work: until the last answer that shows it so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from conformance.replay.exchanges import Exchange
from conformance.replay.mapping import OPERATION_HEADERS, Address, address, address_of, among

OVER = frozenset({"succeeded", "failed", "canceled", "cancelled", "completed", "ready", "active"})
"""States in which nothing is at work, lower case. Any other word says that something is."""


def state_of(body: Any) -> str:
    """The state that an answer shows: of a resource or of an operation; empty when it shows none."""
    if not isinstance(body, dict):
        return ""
    properties = body.get("properties")
    holders = (properties, body) if isinstance(properties, dict) else (body,)
    for holder, key in ((one, key) for one in holders for key in ("provisioningState", "status")):
        value = holder.get(key)
        if isinstance(value, str) and (key == "provisioningState" or holder is body):
            return value
    return ""


def at_work(status: int, body: Any) -> bool:
    """Whether an answer says that something is still at work."""
    word = state_of(body).lower()
    return status == 202 or (status < 400 and word != "" and word not in OVER)


def last_shown(exchanges: Sequence[Exchange]) -> dict[int, int]:
    """For each write that succeeded the place of the last exchange that shows it at work, else its own.

    The next write of the resource begins something new, unless it is answered in the very state that the
    first had, with no end of that in between: then it did not end it (a vault whose name DNS still learns).
    """
    found: dict[int, int] = {}
    for begun, exchange in enumerate(exchanges):
        if exchange.method in ("GET", "HEAD") or exchange.status >= 400:
            continue
        found[begun] = begun
        urls = _urls(exchange)
        resource = exchange.path.lower()
        live, open_ = True, True
        for place in range(begun + 1, len(exchanges)):
            later = exchanges[place]
            if later.method == "GET":
                asked = address(later.path, later.query)
                mine = among(asked, urls) or (live and later.path.lower() == resource)
                if mine and at_work(later.status, later.answer):
                    found[begun] = place
                elif mine:
                    open_ = False
                continue
            if later.path.lower() == resource and later.status < 400:
                live = live and open_ and _goes_on(exchange, later)
                if live:
                    found[begun] = place
            urls -= _urls(later)
            if live and later.status == 409 and later.path.lower().startswith(resource):
                found[begun] = place
    return found


def _goes_on(first: Exchange, later: Exchange) -> bool:
    states = (state_of(first.answer), state_of(later.answer))
    return later.method != "DELETE" and at_work(first.status, first.answer) and states[0] == states[1]


def _urls(exchange: Exchange) -> set[Address]:
    return {
        address_of(exchange.headers[header]) for header in OPERATION_HEADERS if header in exchange.headers
    }
