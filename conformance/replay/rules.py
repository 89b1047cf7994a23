"""Why a comparison that did not come out equal is not held against us. Everything else is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.replay.asked import About, pinned
from conformance.replay.comparing import Aspect, Comparison
from conformance.replay.door import body_of
from conformance.replay.evidence import Evidence, era, in_canary, sort_of
from conformance.replay.exchanges import ZEROED, error_code
from conformance.score import Cause
from conformance.specification.supported import FEATURES


@dataclass(frozen=True, slots=True)
class Rule:
    """``holds`` is asked of a comparison that failed; ``reason`` can be checked against the corpus."""

    cause: Cause
    reason: str
    holds: Callable[[Comparison, Evidence], bool]


_RUNS = "tasks, builds and their runs are types of their own, none of them simulated"

OUT_OF_SCOPE: Mapping[str, str] = {
    **FEATURES,
    r"microsoft\.containerregistry/registries/(schedulerun|queuebuild|(list|get)buildsourceuploadurl)": _RUNS,
    r"microsoft\.storage/storageaccounts/fileservices/shares/restore": "deleted shares are not kept",
}
"""Operations on types of ours that the simulator refuses with 501 for good, and why: beside those of the
specifications some that older ones had."""

NOT_OF_THEN: Mapping[tuple[str, str], str] = {
    ("microsoft.containerregistry/registries", "2017-03-01"): (
        "this preview of the API made registries of the kind that is now refused as Classic"
    ),
}
"""Types and api-versions that the simulator does not take and that meant something else."""


# -- what the simulator has not ----------------------------------------------------------------------------


def _foreign(one: Comparison, evidence: Evidence) -> bool:
    return not one.played.asked.supported


def _poll_of_foreign(one: Comparison, evidence: Evidence) -> bool:
    begun = one.played.begun_by
    return one.played.asked.about is About.POLL and begun is not None and not begun.supported


def _out_of_scope(one: Comparison, evidence: Evidence) -> bool:
    asked = one.played.begun_by if one.played.asked.about is About.POLL else one.played.asked
    return asked is not None and any(re.fullmatch(type_, asked.path.type) for type_ in OUT_OF_SCOPE)


def _foreign_principal(one: Comparison, evidence: Evidence) -> bool:
    """The principal that was too young to be found belongs to something that we did not make."""
    exchange = one.played.exchange
    if exchange.error_code != "PrincipalNotFound":
        return False
    principal = exchange.body["properties"]["principalId"]
    before = zip(one.played.session.exchanges[: one.played.place], one.played.before, strict=True)
    return any(not asked.supported and principal in json.dumps(earlier.answer) for earlier, asked in before)


def _foreign_child(one: Comparison, evidence: Evidence) -> bool:
    """It went more slowly with something inside that we could not put there."""
    exchange, target = one.played.exchange, one.played.asked.target
    before = zip(one.played.session.exchanges[: one.played.place], one.played.before, strict=True)
    return exchange.method == "DELETE" and any(
        not asked.supported and earlier.method == "PUT" and asked.path.text.lower().startswith(target + "/")
        for earlier, asked in before
    )


# -- what the recording lacks ------------------------------------------------------------------------------


def _poll_of_nothing(one: Comparison, evidence: Evidence) -> bool:
    return one.played.asked.about is About.POLL and one.played.begun_by is None


def _further_page(one: Comparison, evidence: Evidence) -> bool:
    asked_more = any(key.lower() == "$skiptoken" for key in one.played.exchange.query)
    return asked_more and one.played.response is None


def _failed_by_itself(one: Comparison, evidence: Evidence) -> bool:
    return one.played.exchange.status >= 500


def _of_another_kind(one: Comparison, evidence: Evidence) -> bool:
    return one.played.assumed and _refusal(one) == "FeatureNotSupportedForAccount"


# -- what has changed since --------------------------------------------------------------------------------


def _refusal(one: Comparison) -> str:
    response = one.played.response
    return error_code(response.status, body_of(response)) if response is not None else ""


def _at(body: Any, *path: str) -> Any:
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _without_soft_delete(one: Comparison, evidence: Evidence) -> bool:
    off = _at(one.played.exchange.body, "properties", "enableSoftDelete") is False
    return one.played.asked.path.type == "microsoft.keyvault/vaults" and off and _refusal(one) == "BadRequest"


def _old_python(one: Comparison, evidence: Evidence) -> bool:
    response = one.played.response
    refused = response is not None and b"NewRecommendedPythonVersions" in response.body
    made = str(_at(one.played.exchange.answer, "systemData", "createdAt"))
    return refused and made < "2023-06"


def _was_public(one: Comparison, evidence: Evidence) -> bool:
    return _refusal(one) == "PublicAccessNotPermitted" and one.played.session.source.endswith("2021")


def _another_world(one: Comparison, evidence: Evidence) -> bool:
    return (one.played.asked.path.type, one.played.exchange.api_version) in NOT_OF_THEN


def _other_keys(one: Comparison, evidence: Evidence) -> bool:
    """Every key that differs came or went between the recording's api-version and the pinned one."""
    sort = sort_of(one.played.asked, one.played.exchange.answer)
    type_, version = sort[0], one.played.exchange.api_version
    now = pinned(type_)
    if one.aspect is not Aspect.KEYS or version == now:
        return False
    then = era(one.played.session, one.played.exchange)
    method, answer = one.played.exchange.method, body_of(one.played.response)
    had = evidence.specified(method, sort, one.played.exchange.answer)
    has = evidence.specified(method, sort, answer)
    # a stable version keeps what it had, so that a key of it which is in no specification is still answered
    lost = version > now or version == ZEROED or version.endswith("-preview")
    gone = all(key not in had and (lost or evidence.dropped(sort, version, key)) for key in one.lacking)
    came = all(
        (version < now or version == ZEROED)
        and not evidence.shown(sort, then, key)
        and (key in has or evidence.ever(sort, key))
        for key in one.beyond
    )
    return gone and came


def _canary(one: Comparison, evidence: Evidence) -> bool:
    """Every key that we have beyond is one that the region lacks and others have at the same api-version."""
    exchange = one.played.exchange
    sort = sort_of(one.played.asked, exchange.answer)
    then = era(one.played.session, exchange)
    return (
        one.aspect is Aspect.KEYS
        and in_canary(exchange.answer)
        and not one.lacking
        and all(
            evidence.shown(sort, exchange.api_version, key) and not evidence.shown(sort, then, key)
            for key in one.beyond
        )
    )


def _written_over(one: Comparison, evidence: Evidence) -> bool:
    """The session made it before its api-version was published."""
    exchange = one.played.exchange
    made = str(_at(exchange.answer, "properties", "creationTime"))
    return one.aspect is Aspect.KEYS and made[:4].isdigit() and made[:10] < exchange.api_version[:10]


_NO, _ODD, _OTHER = Cause.UNSUPPORTED, Cause.ARTEFACT, Cause.VERSION

RULES: Mapping[str, Rule] = {
    "foreign": Rule(_NO, "the simulator has no such type", _foreign),
    "poll of a foreign type": Rule(
        _NO, "the operation was begun by a request about a type that is not simulated", _poll_of_foreign
    ),
    "out of scope": Rule(_NO, "an operation that is out of scope: OUT_OF_SCOPE says why", _out_of_scope),
    "foreign principal": Rule(
        _NO, "the principal belongs to a resource of a type that is not simulated", _foreign_principal
    ),
    "foreign child": Rule(
        _NO, "it was deleted with resources in it of a type that is not simulated", _foreign_child
    ),
    "another world": Rule(
        _OTHER, "the api-version meant something else: NOT_OF_THEN says what", _another_world
    ),
    "other keys": Rule(
        _OTHER,
        "keys of a preview or a later api-version that the pinned specification lacks, keys that no answer "
        "at a later one has, or keys that no answer at the recorded one has while the pinned specification "
        "or other answers have them",
        _other_keys,
    ),
    "canary": Rule(
        _ODD,
        "recorded in a canary region, where no answer has the keys that others at the api-version have",
        _canary,
    ),
    "written over": Rule(
        _ODD,
        "what it shows was made before its api-version was published: somebody wrote another version over",
        _written_over,
    ),
    "poll of nothing": Rule(
        _ODD,
        "the operation was begun by no answer of the session: it began before, or the answer was left out",
        _poll_of_nothing,
    ),
    "further page": Rule(
        _ODD,
        "a further page of a list over a whole subscription, whose other resources the session never shows",
        _further_page,
    ),
    "failed by itself": Rule(
        _ODD,
        "the service answered 5xx, and the same request went through elsewhere in the corpus",
        _failed_by_itself,
    ),
    "of another kind": Rule(
        _ODD, "the session never shows the account, and it must have been of another kind", _of_another_kind
    ),
    "without soft delete": Rule(
        _ODD,
        "recorded in 2020; since then a vault cannot be without soft delete (key-vault soft-delete-change)",
        _without_soft_delete,
    ),
    "old Python": Rule(
        _ODD,
        "recorded before June 2023; another recording of April 2023 has the refusal of such Pythons, which "
        "was on its way through the regions then",
        _old_python,
    ),
    "was public": Rule(
        _ODD,
        "recorded in 2021; since November 2023 a new account allows no public access unless it says so "
        "(storage anonymous-read-access-configure)",
        _was_public,
    ),
}
"""By name; the first that holds gives the cause."""


class Judge:
    """Judges the comparisons of one session in their order.

    What follows from an explained miss has its cause: a resource that could not be made is not there to be
    read or polled later, nor what would lie in it.
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._explained: dict[str, Rule] = {}

    def judge(self, one: Comparison) -> Rule | None:
        """The rule that explains a comparison which failed; None: it is ours."""
        found = next((rule for rule in RULES.values() if rule.holds(one, self._evidence)), None)
        played = one.played
        if found is not None:
            if one.aspect is Aspect.STATUS and played.asked.target and played.exchange.method != "GET":
                self._explained[played.asked.target] = found
            return found
        response, path = played.response, played.asked.path.text.lower()
        if response is not None and response.status < 400 and not played.assumed:
            return None
        return next((rule for id, rule in self._explained.items() if f"{path}/".startswith(f"{id}/")), None)
