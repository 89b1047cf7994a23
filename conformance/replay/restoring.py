"""Names that were taken out of requests, put back from the answers that still have them.

``azext-mlv2-2025`` holds requests with every name zeroed and answers with real ids. Without this, two
assets of one session would be one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from conformance.replay.exchanges import Exchange

_ZEROED = re.compile(r"0{15}")


def restored(exchanges: Sequence[Exchange]) -> tuple[Exchange, ...]:
    """The same exchanges with the names that answers tell.

    An exchange without an id in its answer takes the names that were last told for the same place, or
    else those that are told next.
    """
    if not any(_ZEROED.fullmatch(part) for one in exchanges for part in one.path.split("/")):
        return tuple(exchanges)
    told = [_told(one) for one in exchanges]
    found = []
    for place, one in enumerate(exchanges):
        names: dict[str, str] = {}
        for near in (*reversed(told[place + 1 :]), *told[:place], told[place]):
            names.update(near)
        found.append(replace(one, path=_path(one.path, names), body=_body(one.body, names)))
    return tuple(found)


def _told(exchange: Exchange) -> dict[str, str]:
    """What one answer tells: a zeroed path in lower case, and the same with its last name."""
    answer = exchange.answer if isinstance(exchange.answer, dict) else {}
    listed = answer.get("value")
    item = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else answer
    id = item.get("id")
    if not isinstance(id, str) or not id.startswith("/"):
        return {}
    asked, real = exchange.path.split("/"), id.split("/")
    found: dict[str, str] = {}
    for place in range(2, min(len(asked), len(real)) + 1):
        if asked[place - 1].lower() != real[place - 1].lower():
            if not _ZEROED.fullmatch(asked[place - 1]):
                break
            found["/".join(asked[:place]).lower()] = real[place - 1]
    return found


def _path(path: str, names: dict[str, str]) -> str:
    parts = path.split("/")
    told = [names.get("/".join(parts[: place + 1]).lower(), part) for place, part in enumerate(parts)]
    return "/".join(told)


def _body(body: Any, names: dict[str, str]) -> Any:
    """Ids that stand in a body, as far as their places were told."""
    if isinstance(body, str):
        return _path(body, names) if body.startswith("/subscriptions/") and _ZEROED.search(body) else body
    if isinstance(body, dict):
        return {key: _body(value, names) for key, value in body.items()}
    return [_body(item, names) for item in body] if isinstance(body, list) else body
