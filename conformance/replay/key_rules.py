"""Why a key that only one side has is not held against us. A body is explained when all its keys are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.replay.asked import pinned
from conformance.replay.comparing import Comparison
from conformance.replay.door import body_of
from conformance.replay.evidence import Evidence, Sort, era, in_canary, sort_of
from conformance.replay.exchanges import ZEROED
from conformance.replay.rules import at
from conformance.score import Cause


@dataclass(frozen=True, slots=True)
class Difference:
    """One key of one body. ``lacking``: the recording has it and we do not; else only we have it."""

    one: Comparison
    key: str
    lacking: bool
    evidence: Evidence

    @property
    def sort(self) -> Sort:
        """What kind of answer it is."""
        return sort_of(self.one.played.asked, self.one.played.exchange.answer)

    @property
    def version(self) -> str:
        """The recorded api-version."""
        return self.one.played.exchange.api_version

    @property
    def era(self) -> str:
        """The era of the recorded answer."""
        return era(self.one.played.session, self.one.played.exchange)

    @property
    def now(self) -> str:
        """The pinned api-version."""
        return pinned(self.sort[0])

    def specified(self) -> bool:
        """Whether the pinned specification defines the key, in the body that has it."""
        exchange = self.one.played.exchange
        body = exchange.answer if self.lacking else body_of(self.one.played.response)
        return self.key in self.evidence.specified(exchange.method, self.sort, body)

    def values(self) -> list[Any]:
        """The recorded values of the key: one, or one for each item of the lists it stands in."""
        return _values(self.one.played.exchange.answer, self.key.split("."))


def _values(body: Any, path: list[str]) -> list[Any]:
    if not path:
        return [body]
    head, rest = path[0], path[1:]
    if not isinstance(body, dict) or head.removesuffix("[]") not in body:
        return []
    value = body[head.removesuffix("[]")]
    inner = value if head.endswith("[]") and isinstance(value, list) else [value]
    return [found for one in inner for found in _values(one, rest)]


@dataclass(frozen=True, slots=True)
class KeyRule:
    """``holds`` is asked of every key that differs."""

    cause: Cause
    reason: str
    holds: Callable[[Difference], bool]


def _of_private_endpoints(it: Difference) -> bool:
    return it.lacking and "privateEndpointConnections" in it.key and any(it.values())


def _of_immutability(it: Difference) -> bool:
    return it.lacking and "immutabilityPolicy" in it.key.split(".")


def _written_over(it: Difference) -> bool:
    """The session shows something older than the api-version at which it was asked for."""
    made = str(at(it.one.played.exchange.answer, "properties", "creationTime"))
    return made[:4].isdigit() and made[:10] < it.version[:10]


def _canary(it: Difference) -> bool:
    if it.lacking or not in_canary(it.one.played.exchange.answer):
        return False
    elsewhere = it.evidence.shown(it.sort, it.version, it.key)
    return elsewhere and not it.evidence.shown(it.sort, it.era, it.key)


def _lost(it: Difference) -> bool:
    """A preview, a later version, or one that was taken out had more. A stable version keeps what it had, so
    that a key of it which is in no specification is still answered, unless the latest answers lack it."""
    if not it.lacking or it.version == it.now or it.specified():
        return False
    more = it.version > it.now or it.version == ZEROED or it.version.endswith("-preview")
    return more or it.evidence.dropped(it.sort, it.version, it.key)


def _came(it: Difference) -> bool:
    if it.lacking or not (it.version < it.now or it.version == ZEROED):
        return False
    real = it.specified() or it.evidence.ever(it.sort, it.key)
    return real and not it.evidence.shown(it.sort, it.era, it.key)


def _empty(it: Difference) -> bool:
    nothing = all(value is None or value == "" for value in it.values())
    return it.lacking and it.version != it.now and nothing and it.evidence.optional(it.sort, it.key)


_NO, _ODD, _OTHER = Cause.UNSUPPORTED, Cause.ARTEFACT, Cause.VERSION

KEY_RULES: Mapping[str, KeyRule] = {
    "private endpoints": KeyRule(
        _NO, "keys of private endpoint connections, a type that is not simulated", _of_private_endpoints
    ),
    "immutability": KeyRule(
        _NO, "keys of an immutability policy, a type that is not simulated", _of_immutability
    ),
    "written over": KeyRule(
        _ODD,
        "what it shows was made before its api-version was published: somebody wrote another version over",
        _written_over,
    ),
    "canary": KeyRule(
        _ODD,
        "recorded in a canary region, where no answer has the keys that others at the api-version have",
        _canary,
    ),
    "lost": KeyRule(
        _OTHER,
        "keys of a preview, of a later or of an unknown api-version that the pinned specification lacks, or "
        "keys that no answer at the latest recorded api-version has",
        _lost,
    ),
    "came": KeyRule(
        _OTHER,
        "keys of the pinned specification, or of later answers, that no answer at the older or unknown "
        "api-version has",
        _came,
    ),
    "empty": KeyRule(
        _OTHER, "a null or an empty text at another api-version, where some answers have no key", _empty
    ),
}
"""By name; the first that holds explains a key."""


STATE = "properties.provisioningState"


def explain_state(one: Comparison, evidence: Evidence) -> KeyRule | None:
    """The same for a state that only we show: it is a key, too."""
    came = KEY_RULES["came"]
    if one.then.rpartition("state ")[2] or "state" not in one.then:
        return None
    return came if came.holds(Difference(one, STATE, False, evidence)) else None


def explain(one: Comparison, evidence: Evidence) -> KeyRule | None:
    """The rule that explains most of the keys that differ; None when one of them is not explained."""
    differences = [
        *(Difference(one, key, True, evidence) for key in sorted(one.lacking)),
        *(Difference(one, key, False, evidence) for key in sorted(one.beyond)),
    ]
    found = [next((rule for rule in KEY_RULES.values() if rule.holds(it)), None) for it in differences]
    rules = [rule for rule in found if rule is not None]
    if not rules or len(rules) < len(found):
        return None
    return max(KEY_RULES.values(), key=rules.count)
