"""What was answered then and what is answered now, as comparisons that are right or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from conformance.replay.asked import About
from conformance.replay.door import body_of
from conformance.replay.exchanges import error_code
from conformance.replay.mapping import OPERATION_HEADERS, address, address_of, among
from conformance.replay.play import Played
from conformance.replay.progress import state_of

NO_HEADERS = "none"


class Aspect(Enum):
    """What is compared; each is a score of its own."""

    STATUS = "replay status"
    OPERATIONS = "replay operations"
    KEYS = "replay keys"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One thing of one exchange. ``then`` and ``now`` are texts for people.

    ``lacking`` are keys that the recording has and we do not, ``beyond`` those that only we have; both are
    empty for other aspects.
    """

    aspect: Aspect
    played: Played
    right: bool
    then: str
    now: str
    lacking: frozenset[str] = frozenset()
    beyond: frozenset[str] = frozenset()


def compare(played: Sequence[Played]) -> Iterator[Comparison]:
    """All comparisons of one session, in its order."""
    for place, one in enumerate(played):
        if not one.seeded:
            yield _status(one)
        if one.exchange.status >= 400:
            continue
        if one.exchange.method not in ("GET", "HEAD") and one.asked.supported:
            yield from _operation(played, place)
        if one.response is not None and one.response.status < 400:
            yield from _keys(one)


# -- status ------------------------------------------------------------------------------------------------


def _status(one: Played) -> Comparison:
    then = _said(one.exchange.status, one.exchange.error_code)
    if one.response is None:
        return Comparison(Aspect.STATUS, one, False, then, "not asked")
    now = _said(one.response.status, error_code(one.response.status, body_of(one.response)))
    return Comparison(Aspect.STATUS, one, then == now, then, now)


def _said(status: int, code: str) -> str:
    return f"{status} {code}".strip()


# -- long operations ---------------------------------------------------------------------------------------


def _operation(played: Sequence[Played], place: int) -> Iterator[Comparison]:
    """The headers of a write's answer, its state, and the last state that a poll or a GET shows of it.

    A POST that neither side answers with a header is a question (listKeys, checkNameAvailability), no write.
    """
    one = played[place]
    if one.response is None:
        return
    then, now = _headers(one.exchange.headers), _headers(one.response.headers)
    if one.exchange.method == "POST" and then == now == NO_HEADERS:
        return
    yield Comparison(Aspect.OPERATIONS, one, then == now, f"headers {then}", f"headers {now}")
    then, now = state_of(one.exchange.answer), state_of(body_of(one.response))
    if then or now:
        yield Comparison(
            Aspect.OPERATIONS, one, _same(then, now), f"first state {then}", f"first state {now}"
        )
    last = _last(played, place)
    if last is not None:
        then, now = _seen(last.exchange.status, last.exchange.answer), _after(last)
        yield Comparison(Aspect.OPERATIONS, last, _same(then, now), f"last state {then}", f"last state {now}")


def _headers(headers: Mapping[str, str]) -> str:
    """Which headers show the way. The corpus holds no Retry-After."""
    return ", ".join(name for name in OPERATION_HEADERS if name in headers) or NO_HEADERS


def _same(then: str, now: str) -> bool:
    return then.lower() == now.lower()


def _last(played: Sequence[Played], place: int) -> Played | None:
    """The last exchange that shows how this write went: a poll of its URL, or a GET before the next write."""
    begun = played[place]
    target = begun.exchange.path.lower()
    urls = {address_of(begun.exchange.headers[h]) for h in OPERATION_HEADERS if h in begun.exchange.headers}
    found = None
    for later in played[place + 1 :]:
        exchange = later.exchange
        if exchange.method != "GET":
            if exchange.path.lower() == target or urls & {
                address_of(exchange.headers[h]) for h in OPERATION_HEADERS if h in exchange.headers
            }:
                break
        elif (later.asked.about is About.ITEM and exchange.path.lower() == target) or among(
            address(exchange.path, exchange.query), urls
        ):
            found = later
    return found


def _seen(status: int, body: Any) -> str:
    return state_of(body) or ("at work" if status == 202 else "gone" if status == 404 else "")


def _after(last: Played) -> str:
    return "not asked" if last.response is None else _seen(last.response.status, body_of(last.response))


# -- keys --------------------------------------------------------------------------------------------------

FREE = frozenset({"tags", "userassignedidentities", "outboundrules"})
"""Objects whose keys are names that users chose, in lower case."""


def keys_of(body: Any, at: str = "") -> frozenset[str]:
    """Every key of a body by its path; items of a list share one path, a null counts as a key."""
    found: set[str] = set()
    if isinstance(body, dict):
        for key, value in body.items():
            path = f"{at}.{key}" if at else key
            found.add(path)
            if key.lower() not in FREE and not path.endswith("properties.properties"):
                found |= keys_of(value, path)
    elif isinstance(body, list):
        for item in body:
            found |= keys_of(item, f"{at}[]")
    return frozenset(found)


def _keys(one: Played) -> Iterator[Comparison]:
    then, now = one.exchange.answer, body_of(one.response)
    if isinstance(then, dict) and isinstance(then.get("value"), list):
        then, now = _matched(then, now, one.known)
    if not isinstance(then, dict) or not then:
        return
    lacking, beyond = keys_of(then) - keys_of(now), keys_of(now) - keys_of(then)
    yield Comparison(
        Aspect.KEYS, one, not lacking and not beyond, _listed("lacking", lacking), _listed("beyond", beyond),
        lacking, beyond,
    )  # fmt: skip


def _listed(word: str, keys: frozenset[str]) -> str:
    return f"{word} {', '.join(sorted(keys))}" if keys else f"nothing {word}"


def _matched(then: dict[str, Any], now: Any, known: frozenset[str]) -> tuple[Any, Any]:
    """Of two lists the items that both have: a subscription held much that no session shows.

    What both worlds are known to have must be in both.
    """
    ours, theirs = _items(now), _items(then)
    both = sorted(ours.keys() & theirs.keys())
    missing = {f"[{id}]": None for id in (theirs.keys() & known) - ours.keys()}
    return {"value": [theirs[id] for id in both], **missing}, {"value": [ours[id] for id in both]}


def _items(body: Any) -> dict[str, Any]:
    """The items of a list by id, or by name where they have none."""
    found = body.get("value", []) if isinstance(body, dict) else []
    named = [item for item in found if isinstance(item, dict) and (item.get("id") or item.get("name"))]
    return {str(item.get("id") or item["name"]).lower(): item for item in named}
