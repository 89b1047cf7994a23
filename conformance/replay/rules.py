"""Why a comparison that did not come out equal is not held against us. Everything else is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.replay.asked import About
from conformance.replay.comparing import Aspect, Comparison
from conformance.score import Cause

STATUS, OPERATIONS, KEYS = (
    frozenset({Aspect.STATUS}),
    frozenset({Aspect.OPERATIONS}),
    frozenset({Aspect.KEYS}),
)
EVERY = frozenset(Aspect)


@dataclass(frozen=True, slots=True)
class Rule:
    """``holds`` is asked of a comparison that failed; ``reason`` can be checked against the recording."""

    name: str
    cause: Cause
    reason: str
    aspects: frozenset[Aspect]
    holds: Callable[[Comparison], bool]


def _foreign(one: Comparison) -> bool:
    return not one.played.asked.supported


def _poll_of_foreign(one: Comparison) -> bool:
    begun = one.played.begun_by
    return one.played.asked.about is About.POLL and begun is not None and not begun.supported


def _poll_of_nothing(one: Comparison) -> bool:
    return one.played.asked.about is About.POLL and one.played.begun_by is None


def _further_page(one: Comparison) -> bool:
    asked_more = any(key.lower() == "$skiptoken" for key in one.played.exchange.query)
    return asked_more and one.played.response is None


def _failed_by_itself(one: Comparison) -> bool:
    return one.played.exchange.status >= 500


RULES: tuple[Rule, ...] = (
    Rule(
        "foreign", Cause.UNSUPPORTED, "the simulator has no such type", EVERY, _foreign,
    ),
    Rule(
        "poll of a foreign type", Cause.UNSUPPORTED,
        "the operation was begun by a request about a type that is not simulated", EVERY, _poll_of_foreign,
    ),
    Rule(
        "poll of nothing", Cause.ARTEFACT,
        "the operation was begun by no answer of the session: it began before, or the answer was left out",
        EVERY, _poll_of_nothing,
    ),
    Rule(
        "further page", Cause.ARTEFACT,
        "a further page of a list over a whole subscription, whose other resources the session never shows",
        EVERY, _further_page,
    ),
    Rule(
        "failed by itself", Cause.ARTEFACT,
        "the service answered 5xx, and the same request went through elsewhere in the corpus",
        EVERY, _failed_by_itself,
    ),
)  # fmt: skip
"""The first that holds gives the cause."""


def judge(one: Comparison) -> Rule | None:
    """The rule that explains a comparison which failed; None: it is ours."""
    return next((rule for rule in RULES if one.aspect in rule.aspects and rule.holds(one)), None)
