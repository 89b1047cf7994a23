"""One container of Blob Storage, in the words that the store needs: each method is one request.

The SDK's own retries are off: they send a write again without a word, and what answers the second one (412,
the blob is not what it was) says nothing about the first. Here a request that got no answer, or a 5xx, is
sent again after a moment, under the same condition, and a refusal then says that there is doubt (`Refused`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from mlinfra.model.clock import Clock
from mlinfra.state.api import StoreError
from mlinfra.state.blob import trouble
from mlinfra.state.blob.trouble import Place, Refused

if TYPE_CHECKING:
    from azure.storage.blob import BlobClient, BlobProperties, ContainerClient

VERSION = "2025-01-05"
"""Version of the service: one that every cloud and Azurite have. The SDK's newest may be unknown to them."""

WAITS = (0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts of one request: together less than a third of the shortest lease."""

BUSY = frozenset({408, 429, 500, 502, 503, 504})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A blob; ``data`` is empty where only properties were asked for. ``appends``: its blocks, if any."""

    name: str
    etag: str
    written: datetime
    size: int
    data: bytes = b""
    leased: bool = False
    appends: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)


class BlobService:
    """Requests to one container. Thread-safe. Every method raises StoreError; a refusal is a `Refused`."""

    def __init__(self, container: ContainerClient, place: Place, clock: Clock) -> None:
        self._container = container
        self._place = place
        self._clock = clock
        self._blobs: dict[str, BlobClient] = {}

    def url(self, name: str) -> str:
        """Where people find a blob; never with a signature."""
        return f"{self._place.address}/{self._place.container}/{name}"

    # -- reading

    def get(self, name: str, unless: str | None = None) -> Found | None:
        """A blob; None when it is not there. Refused with 304 where its etag is still ``unless``."""
        from azure.core import MatchConditions

        words: dict[str, Any] = {"etag": unless, "match_condition": MatchConditions.IfModified}

        def read() -> Found:
            stream = self._blob(name).download_blob(**(words if unless else {}))
            return _found(stream.properties, stream.readall())

        return self._if_there(lambda: self._ask(read))

    def look(self, name: str, *, lease: str | None = None, match: str | None = None) -> Found | None:
        """A blob's properties; refused where ``lease`` does not hold it, or its etag is not ``match``."""
        return self._if_there(
            lambda: _found(
                self._ask(lambda: self._blob(name).get_blob_properties(**_if(lease=lease, match=match)))
            )
        )

    def list(self, prefix: str) -> Sequence[Found]:
        """The blobs whose names begin so, by name."""
        return self._ask(
            lambda: [
                _found(one) for one in self._container.list_blobs(name_starts_with=prefix, include="metadata")
            ]
        )

    # -- writing

    def put(
        self,
        name: str,
        data: bytes,
        *,
        lease: str | None = None,
        match: str | None = None,
        new: bool = False,
        metadata: Mapping[str, str] | None = None,
    ) -> Found:
        """Write a blob whole; with ``new`` only where there is none yet."""
        words = _if(lease=lease, match=match)
        told = self._ask(
            lambda: self._blob(name).upload_blob(
                data, overwrite=not new, metadata=dict(metadata or {}), **words
            )
        )
        return Found(name, told["etag"], told["last_modified"], len(data), data, metadata=metadata or {})

    def start(self, name: str, *, lease: str | None = None, new: bool = False) -> None:
        """Make an append blob, empty; with ``new`` only where there is none yet."""
        words = _if(lease=lease, new=new)
        self._ask(lambda: self._blob(name).create_append_blob(**words))

    def append(self, name: str, data: bytes, at: int, lease: str) -> int:
        """Append where the blob is ``at`` bytes long; how many blocks it has then."""
        told = self._ask(
            lambda: self._blob(name).append_block(data, len(data), appendpos_condition=at, lease=lease)
        )
        return int(str(told["blob_committed_block_count"]))

    def remove(
        self, name: str, *, lease: str | None = None, match: str | None = None, patient: bool = True
    ) -> None:
        """Delete a blob; none that is not there."""
        words, waits = _if(lease=lease, match=match), WAITS if patient else ()
        self._if_there(lambda: self._ask(lambda: self._blob(name).delete_blob(**words), waits))

    # -- leases

    def acquire(self, name: str, id: str, seconds: int) -> None:
        """Lease a blob under an id of ours; asked again with the same id, it is the same lease."""
        self._ask(lambda: self._lease(name, id).acquire(lease_duration=seconds))

    def renew(self, name: str, id: str, *, patient: bool = True) -> None:
        """Begin the lease's time anew."""
        self._ask(lambda: self._lease(name, id).renew(), WAITS if patient else ())

    def release(self, name: str, id: str) -> None:
        """Let go of a lease."""
        self._ask(lambda: self._lease(name, id).release(), ())

    def break_lease(self, name: str) -> None:
        """End whatever lease is on a blob, at once."""
        self._ask(lambda: self._lease(name).break_lease(lease_break_period=0))

    # -- one request

    def _blob(self, name: str) -> BlobClient:
        # Making one costs as much as a request in the same region takes.
        found = self._blobs.get(name)
        if found is None:
            found = self._blobs[name] = self._container.get_blob_client(name)
        return found

    def _lease(self, name: str, id: str | None = None) -> Any:
        from azure.storage.blob import BlobLeaseClient

        return BlobLeaseClient(self._blob(name), id)

    def _if_there(self, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except Refused as wrong:
            if wrong.code != "BlobNotFound":
                raise
            return None

    def _ask(self, send: Callable[[], T], waits: Sequence[float] = WAITS) -> T:
        """Send until there is an answer that says something, or ``waits`` are used up."""
        from azure.core.exceptions import AzureError

        doubt = False
        for wait in (*waits, None):
            try:
                return send()
            except AzureError as wrong:
                what, may_have_acted = self._told(wrong, doubt)
                if wait is None or isinstance(what, Refused) or may_have_acted is None:
                    # Not chained: what the library says may hold a signed address.
                    raise what from None
                doubt = doubt or may_have_acted
            self._clock.sleep(wait)
        raise AssertionError("the last attempt answers or raises")

    def _told(self, wrong: Exception, doubt: bool) -> tuple[StoreError, bool | None]:
        """What went wrong, and whether the request may have done its work; None: asking again is no use."""
        from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ServiceRequestError

        response = getattr(wrong, "response", None)
        if isinstance(wrong, ClientAuthenticationError) and response is None:
            return trouble.not_signed_in(self._place), None
        if isinstance(wrong, HttpResponseError) and response is not None and wrong.status_code is not None:
            status = int(wrong.status_code)
            code = str(response.headers.get("x-ms-error-code") or wrong.reason or "")
            if status in BUSY:
                return trouble.busy(self._place, status, code), True
            if status >= 300:
                return trouble.refused(self._place, status, code, doubt=doubt), None
        if isinstance(wrong, ServiceRequestError):
            if _no_such_host(wrong):
                return trouble.unknown_host(self._place), None
            return trouble.silent(self._place), False
        return trouble.silent(self._place), True  # the answer did not come, or not whole


def _no_such_host(wrong: BaseException) -> bool:
    """Whether it began with a name that DNS does not have (not: with a DNS that does not answer)."""
    left: list[object] = [wrong]
    for one in left:  # grows while it is walked: libraries hand the cause on in different ways
        if isinstance(one, socket.gaierror):
            return one.errno == socket.EAI_NONAME
        if isinstance(one, BaseException) and len(left) < 50:
            named = (getattr(one, name, None) for name in ("inner_exception", "reason", "__cause__"))
            left += [*named, *one.args]
    return False


def _if(*, lease: str | None = None, match: str | None = None, new: bool = False) -> dict[str, Any]:
    """Conditions, as the SDK takes them."""
    from azure.core import MatchConditions

    words: dict[str, Any] = {}
    if lease:
        words["lease"] = lease
    if match:
        words |= {"etag": match, "match_condition": MatchConditions.IfNotModified}
    if new:
        words["match_condition"] = MatchConditions.IfMissing
    return words


def _found(of: BlobProperties, data: bytes = b"") -> Found:
    return Found(
        name=str(of.name),
        etag=str(of.etag),
        written=of.last_modified,
        size=int(of.size or 0),
        data=data,
        leased=of.lease.status == "locked",
        appends=int(of.append_blob_committed_block_count or 0),
        metadata=dict(of.metadata or {}),
    )
