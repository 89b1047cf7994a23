"""Why a comparison that did not come out equal is not held against us. Everything else is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.replay.asked import About
from conformance.replay.comparing import Aspect, Comparison
from conformance.replay.door import body_of
from conformance.replay.exchanges import error_code
from conformance.replay.progress import at_work
from conformance.score import Cause
from conformance.specification.supported import FEATURES


@dataclass(frozen=True, slots=True)
class Rule:
    """``holds`` is asked of a comparison that failed; ``reason`` can be checked against the corpus."""

    cause: Cause
    reason: str
    holds: Callable[[Comparison], bool]


_RUNS = "tasks, builds and their runs are types of their own, none of them simulated"

OUT_OF_SCOPE: Mapping[str, str] = {
    **FEATURES,
    r"microsoft\.containerregistry/registries/(schedulerun|queuebuild|(list|get)buildsourceuploadurl)": _RUNS,
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


def _foreign(one: Comparison) -> bool:
    return not one.played.asked.supported


def _poll_of_foreign(one: Comparison) -> bool:
    begun = one.played.begun_by
    return one.played.asked.about is About.POLL and begun is not None and not begun.supported


def _out_of_scope(one: Comparison) -> bool:
    asked = one.played.begun_by if one.played.asked.about is About.POLL else one.played.asked
    return asked is not None and any(re.fullmatch(type_, asked.path.type) for type_ in OUT_OF_SCOPE)


def _foreign_principal(one: Comparison) -> bool:
    """The principal that was too young to be found belongs to something that we did not make."""
    exchange = one.played.exchange
    if exchange.error_code != "PrincipalNotFound":
        return False
    principal = exchange.body["properties"]["principalId"]
    before = zip(one.played.session.exchanges[: one.played.place], one.played.before, strict=True)
    return any(not asked.supported and principal in json.dumps(earlier.answer) for earlier, asked in before)


def _foreign_child(one: Comparison) -> bool:
    """It went more slowly with something inside that we could not put there."""
    exchange, target = one.played.exchange, one.played.asked.target
    before = zip(one.played.session.exchanges[: one.played.place], one.played.before, strict=True)
    return exchange.method == "DELETE" and any(
        not asked.supported and earlier.method == "PUT" and asked.path.text.lower().startswith(target + "/")
        for earlier, asked in before
    )


# -- what the recording lacks ------------------------------------------------------------------------------


def _poll_of_nothing(one: Comparison) -> bool:
    return one.played.asked.about is About.POLL and one.played.begun_by is None


def _further_page(one: Comparison) -> bool:
    asked_more = any(key.lower() == "$skiptoken" for key in one.played.exchange.query)
    return asked_more and one.played.response is None


def _found_at_work(one: Comparison) -> bool:
    """The first that the session shows of a resource is a GET that finds it at work."""
    if one.aspect is not Aspect.OPERATIONS:
        return False
    target = one.played.exchange.path.lower()
    shown = (each for each in one.played.session.exchanges if each.path.lower() == target)
    first = next(shown)
    return first.method == "GET" and at_work(first.status, first.answer)


def _failed_by_itself(one: Comparison) -> bool:
    return one.played.exchange.status >= 500


def _taken_elsewhere(one: Comparison) -> bool:
    """A name that nobody in the session had was taken all the same."""
    taken = at(one.played.exchange.answer, "reason") == "AlreadyExists"
    name = str(at(one.played.exchange.body, "name")).lower()
    before = one.played.session.exchanges[: one.played.place]
    return taken and not any(f"/{name}" in earlier.path.lower() for earlier in before)


def _other_quota(one: Comparison) -> bool:
    return b"ClusterMinNodesExceedCoreQuota" in (one.played.response.body if one.played.response else b"")


def _of_another_kind(one: Comparison) -> bool:
    return one.played.assumed and _refusal(one) == "FeatureNotSupportedForAccount"


# -- what has changed since --------------------------------------------------------------------------------


def _refusal(one: Comparison) -> str:
    response = one.played.response
    return error_code(response.status, body_of(response)) if response is not None else ""


def at(body: Any, *path: str) -> Any:
    """The value at a path, None when the path leads nowhere."""
    for key in path:
        body = body.get(key) if isinstance(body, dict) else None
    return body


def _without_soft_delete(one: Comparison) -> bool:
    off = at(one.played.exchange.body, "properties", "enableSoftDelete") is False
    return one.played.asked.path.type == "microsoft.keyvault/vaults" and off and _refusal(one) == "BadRequest"


def _old_python(one: Comparison) -> bool:
    response = one.played.response
    refused = response is not None and b"NewRecommendedPythonVersions" in response.body
    made = str(at(one.played.exchange.answer, "systemData", "createdAt"))
    return refused and made < "2023-06"


def _classic(one: Comparison) -> bool:
    made = str(at(one.played.exchange.answer, "properties", "CreationDate"))
    return one.beyond == {"properties.WorkspaceResourceId"} and made[:4].isdigit() and made < "2024-03"


def _was_public(one: Comparison) -> bool:
    return _refusal(one) == "PublicAccessNotPermitted" and one.played.session.source.endswith("2021")


def _another_world(one: Comparison) -> bool:
    return (one.played.asked.path.type, one.played.exchange.api_version) in NOT_OF_THEN


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
    "found at work": Rule(
        _ODD, "the session begins while the resource is being made, and never shows by what", _found_at_work
    ),
    "failed by itself": Rule(
        _ODD,
        "the service answered 5xx, and the same request went through elsewhere in the corpus",
        _failed_by_itself,
    ),
    "taken elsewhere": Rule(
        _ODD, "the name was taken by somebody whom the session never shows", _taken_elsewhere
    ),
    "other quota": Rule(
        _ODD, "the recorded subscription had a larger quota of cores than the simulated one", _other_quota
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
    "classic": Rule(
        _ODD,
        "made before March 2024; since then a component without a workspace gets one of its own "
        "(azure-monitor/app/create-workspace-resource)",
        _classic,
    ),
    "was public": Rule(
        _ODD,
        "recorded in 2021; since November 2023 a new account allows no public access unless it says so "
        "(storage anonymous-read-access-configure)",
        _was_public,
    ),
}
"""By name; the first that holds gives the cause. Those of single keys stand in `key_rules`."""
