"""Long-running operations of ARM: what an answer started, and how it is doing.

A token is plain JSON and holds no secret: ``kind`` is ``async`` (the ``Azure-AsyncOperation`` header),
``location`` (the ``Location`` header) or ``state`` (read the resource until it has settled); ``url`` is path
and query below the ARM endpoint, never a host: what Azure answers is not trusted with our bearer token.
Order and statuses: R (610 recorded first answers), S, and ARM's asynchronous-operations contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from mlinfra.model.plan import Op
from mlinfra.providers.api import Pending
from mlinfra.providers.azure import ids
from mlinfra.providers.azure.envelope import retry_after
from mlinfra.providers.azure.errors import AzureError, failed_operation, gone

if TYPE_CHECKING:
    from mlinfra.providers.azure.arm import Answer, Arm

DEFAULT_WAIT = 5.0
"""Seconds between polls when the service names none (the Azure ML SDK polls every 5 s)."""

_PATIENCE = 12
"""How often a resource that was just written may be missing before we call it gone: Azure's reads lag."""

_SECRET_QUERY = frozenset({"sig", "sas", "signature", "token", "access_token", "code", "key", "secret"})
"""Query keys that may carry authority of their own. ARM's own ``t c s h`` (in 431 of 1,574 recorded headers)
do not: such an address still needs our token."""

_ENDED_WELL = frozenset({"succeeded", "completed", "ready"})
_ENDED_BADLY = frozenset({"failed", "canceled", "cancelled", "aborted"})


def accepted(answer: Answer, *, op: Op, id: str, api_version: str) -> Pending | None:
    """What an answer to a write started; None when it is done already.

    Raises ProviderError when the answer itself says that it failed.
    """
    wait = retry_after(answer.headers) or DEFAULT_WAIT
    token = {"id": id, "op": op.value, "api_version": api_version}
    for kind, header in (("async", "azure-asyncoperation"), ("location", "location")):
        url = answer.headers.get(header)
        if not url or (kind == "location" and not _is_operation(url, id, answer.status)):
            continue
        path = safe_path(answer.endpoint, url)
        if path is not None:
            return Pending({"kind": kind, "url": path, **token}, wait)
        return Pending({"kind": "state", **token}, wait)
    if op is Op.DELETE:
        return Pending({"kind": "state", **token}, wait) if answer.status == 202 else None
    if answer.status == 202 or not settled(answer.body):
        return Pending({"kind": "state", **token}, wait)
    return None


@contextmanager
def asking() -> Iterator[None]:
    """Around requests that only ask how an operation is doing: ``sent`` of an error is True when the asking
    is to be repeated, and False only when the operation itself ended and may be started anew."""
    try:
        yield
    except AzureError as wrong:
        wrong.sent = wrong.sent or not wrong.ended
        # A conflict that meets the question says nothing about the operation.
        wrong.retryable = wrong.retryable or (wrong.status in (409, 412) and not wrong.ended)
        raise


def poll(arm: Arm, pending: Pending) -> Pending | None:
    """How it is doing: None when it has finished.

    Raises ProviderError when it failed: ``sent`` is False on one that is retryable because the operation
    itself must be started anew, True when only this poll must be repeated.
    """
    with asking():
        return _poll_state(arm, pending) if pending.token["kind"] == "state" else _poll_url(arm, pending)


def _poll_url(arm: Arm, pending: Pending) -> Pending | None:
    token = pending.token
    try:
        answer = arm.read(token["url"])
    except AzureError as wrong:
        if wrong.status in (404, 410):
            return Pending({**_without_url(token), "kind": "state"}, 0.0)
        raise
    wait = retry_after(answer.headers) or DEFAULT_WAIT
    status = _status(answer.body)
    if status in _ENDED_BADLY:
        raise failed_operation(answer.body)
    if token["kind"] == "async":
        running = answer.status == 202 or (status is not None and status not in _ENDED_WELL)
        header = "azure-asyncoperation"
    else:
        running = answer.status == 202 and status not in _ENDED_WELL
        header = "location"
    if not running:
        return None
    moved = answer.headers.get(header)
    path = safe_path(answer.endpoint, moved) if moved else None
    return Pending({**token, "url": path or token["url"]}, wait)


def settled(raw: Any) -> bool:
    """Whether a resource's own body says that nothing is going on any more.

    Raises ProviderError when it says that the last operation failed.
    """
    state = _state(raw)
    if state in _ENDED_BADLY:
        raise failed_operation(raw)
    return state is None or state in _ENDED_WELL


def has_failed(raw: Any) -> bool:
    """Whether a resource's own body says that the last operation on it ended badly."""
    return _state(raw) in _ENDED_BADLY


def refuse_unsettled(raw: Mapping[str, Any], id: str) -> None:
    """Raise a ``busy`` ProviderError for a resource that somebody is still at work on.

    What it says of itself then is neither what was nor what will be. One that failed can be read.
    """
    state = _state(raw)
    if state is not None and state not in _ENDED_WELL | _ENDED_BADLY:
        raise AzureError(
            "MLI-AZ-BUSY",
            f"{ids.name_of(id)} is {state}: somebody is still at work on it",
            hint="Wait until that is over, then try again.",
            busy=True,
            after=DEFAULT_WAIT,
            sent=False,
        )


def missing(token: Mapping[str, Any]) -> Pending:
    """Look again for a resource that was written and is not to be read yet.

    Raises ProviderError when it has been missing for too long.
    """
    seen = int(token.get("missing", 0)) + 1
    if seen > _PATIENCE:
        raise gone(token["id"])
    return Pending({**_without_url(token), "kind": "state", "missing": seen}, DEFAULT_WAIT)


def safe_path(endpoint: str, url: str) -> str | None:
    """Path and query of an operation's address; None when it lies elsewhere or carries a secret."""
    path = relative(endpoint, url)
    if path is None:
        return None
    names = {name.lower() for name, _ in parse_qsl(urlsplit(path).query, keep_blank_values=True)}
    return None if names & _SECRET_QUERY else path


def relative(endpoint: str, url: str) -> str | None:
    """Path and query of an address below the ARM endpoint; None when it is on another host or scheme.

    What Azure answers is untrusted: a bearer token sent to a foreign ``nextLink`` would be lost.
    """
    there = urlsplit(url)
    if there.scheme or there.netloc:
        here = urlsplit(endpoint)
        try:
            if (there.scheme, there.hostname, there.port or 443) != (
                "https",
                here.hostname,
                here.port or 443,
            ):
                return None
        except ValueError:  # a port that is no number
            return None
        if there.username is not None:
            return None
    if not there.path.startswith("/") or there.path.startswith("//") or "\\" in there.path:
        return None
    return f"{there.path}?{there.query}" if there.query else there.path


def _poll_state(arm: Arm, pending: Pending) -> Pending | None:
    token = pending.token
    raw = arm.get(token["id"], token["api_version"])
    if token["op"] == Op.DELETE.value:
        return None if raw is None else Pending(token, DEFAULT_WAIT)
    if raw is None:
        return missing(token)
    return None if settled(raw) else Pending(token, DEFAULT_WAIT)


def _is_operation(url: str, id: str, status: int) -> bool:
    """Whether a Location leads to an operation: on 201 it is often the resource's own address (R:az identity,
    Log Analytics workspace; R:mlv2 endpoints)."""
    return status in (201, 202) and not ids.same(urlsplit(url).path, id)


def _status(body: Any) -> str | None:
    """The word for how an operation stands: of a status body, else of the resource that was answered."""
    if isinstance(body, Mapping):
        status = body.get("status")
        if isinstance(status, str):
            return status.lower()
    return _state(body)


def _state(body: Any) -> str | None:
    if not isinstance(body, Mapping):
        return None
    properties = body.get("properties")
    state = properties.get("provisioningState") if isinstance(properties, Mapping) else None
    return state.lower() if isinstance(state, str) and state else None


def _without_url(token: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in token.items() if name != "url"}
