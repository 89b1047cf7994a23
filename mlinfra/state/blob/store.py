"""State in Azure Blob Storage: what is written is leased, so that the service refuses who lost the lease."""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

import msgspec

from mlinfra.model.clock import Clock
from mlinfra.model.state import LockInfo
from mlinfra.state.api import Conflict, Held, Lease, LeaseLost, StoreError, Version
from mlinfra.state.blob.journal import HELD, LOST, BlobJournal
from mlinfra.state.blob.service import BlobService, Found
from mlinfra.state.blob.trouble import Refused

KEPT = 20
"""How many earlier states the history keeps."""

SHORTEST, LONGEST = 15, 60
"""Seconds that Azure leases a blob for."""

UNKNOWN = "unknown"
"""The id of a lease whose holder has not said who they are: it is broken, not let go."""

_UNLEASED = (
    "LeaseIdMismatchWithLeaseOperation",
    "LeaseNotPresentWithLeaseOperation",
    "LeaseIsBrokenAndCannotBeRenewed",
    "BlobNotFound",
)
"""How a renewal is refused to who does not hold the lease any more."""

T = TypeVar("T")


class _Info(msgspec.Struct, frozen=True):
    """Who holds the lock, as it stands beside the state; ``seconds`` is how long its lease is.

    The id lets others let it go (``state unlock``). It is no secret: who may write may break any lease.
    """

    id: str
    owner: str
    host: str
    command: str
    since: datetime
    seconds: int


_info = msgspec.json.Decoder(_Info)


class BlobStore:
    """A `Store` in one container; of the key ``churn``:

    =========================  ==============================================================================
    ``churn/state.json``       the state, which is what the lock leases; empty: none yet
    ``churn/lock.json``        who holds that lease; who wrote it last, if nobody does
    ``churn/journal/8/0000``   the journal of the state with serial 8, in append blobs, leased as well
    ``churn/history/7.json``   earlier states by serial, the last 20
    ``churn/secret``           the key that secrets are traced with
    =========================  ==============================================================================

    A lease is over when Azure says so. Its end is not told, so ``expires`` of who holds it is the latest that
    it can be.
    """

    def __init__(self, service: BlobService, key: str, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._state = f"{key}/state.json"
        self._lock = f"{key}/lock.json"
        self._secret = f"{key}/secret"
        self._history = f"{key}/history/"
        self._journal = BlobJournal(service, f"{key}/journal/", self._confirm)
        self._known: Found | None = None
        """The state as last read or written."""
        self._told: tuple[str, str] | None = None
        """The lease that ``lock.json`` was written for, and its etag."""

    def where(self, journal: int | None = None) -> str:
        """The URL of the state, or of a journal."""
        return self._service.url(self._state if journal is None else self._journal.name(journal))

    def read(self) -> tuple[bytes, str] | None:
        """The state and its etag. What was read before is not sent again."""
        known = self._known
        try:
            self._known = known = self._service.get(self._state, known.etag if known else None)
        except Refused as wrong:
            if wrong.status != 304:
                raise
        return (known.data, known.etag) if known is not None and known.data else None

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        """Replace the state, after the old one went into the history and the new one's journal was made."""
        old = self._current(expect)

        def confirm() -> None:
            self._use(lease, lambda: self._service.look(self._state, lease=lease.id, match=old.etag))

        void = self._journal.restart(serial, journal, lease, confirm)
        if old.data:
            self._keep(old, serial - 1)
        self._replace(old, data, lease, serial)
        # It is written: what cannot be tidied up now is no reason to say that it is not.
        with suppress(StoreError):
            self._journal.tidy(void, lease)
            for found in self._versions()[KEPT:]:
                self._service.remove(found.name)
        assert self._known is not None
        return self._known.etag

    def lock(self, info: LockInfo, ttl: float) -> Lease:
        """Lease the state, made empty when it was never there, and shut out whoever held it before."""
        seconds = min(LONGEST, max(SHORTEST, math.ceil(ttl)))
        lease = Lease(str(uuid4()), self._clock.monotonic() + min(ttl, seconds))
        self._acquire(lease.id, seconds)
        self._journal.seconds = seconds
        try:
            self._journal.fence()
            before = self._service.get(self._lock)
            told = _Info(lease.id, info.owner, info.host, info.command, info.since, seconds)
            self._told = lease.id, self._service.put(self._lock, msgspec.json.encode(told)).etag
        except StoreError:
            with suppress(StoreError):
                self._service.release(self._state, lease.id)
            raise
        # Who lets go takes away what it said; who is still named did not.
        return replace(lease, taken_from=_read(before, before.written) if before is not None else None)

    def renew(self, lease: Lease, ttl: float) -> Lease:
        """Begin the lease's time anew. Asked once: who renews asks again by itself."""
        deadline = self._clock.monotonic() + min(ttl, self._journal.seconds)
        self._renew(lease, patient=False)
        self._journal.renew(lease)
        return replace(lease, deadline=deadline)

    def unlock(self, lease: Lease) -> None:
        """Let go: of the journal first, so that nobody who has the state finds it leased."""
        self._journal.release(lease)
        with suppress(StoreError):
            self._take_back(lease)
        try:
            if lease.id == UNKNOWN:
                self._service.break_lease(self._state)
            else:
                self._service.release(self._state, lease.id)
        except Refused as wrong:
            if wrong.code not in _UNLEASED:
                raise

    def holder(self) -> LockInfo | None:
        """Who holds the lease; somebody unknown in the moment before they say who they are."""
        found = self._service.look(self._state)
        return self._who() if found is not None and found.leased else None

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        """Append, which the service has stored when it answers."""
        self._journal.append(serial, data, lease)

    def journal_read(self, serial: int) -> bytes:
        """The journal."""
        return self._journal.read(serial)

    def secret(self, lease: Lease | None = None, given: bytes | None = None) -> bytes | None:
        """The key; whoever may read the container may read it, as with the state."""
        found = self._service.get(self._secret)
        if found is None and lease is not None:
            self._confirm(lease)
            text = (given or secrets.token_bytes(32)).hex().encode() + b"\n"
            with suppress(Refused):
                self._service.put(self._secret, text, new=True)
            found = self._service.get(self._secret)
        if found is None:
            return None
        if not re.fullmatch(rb"[0-9a-f]{64}\s*", found.data):
            shown = self._service.url(self._secret)
            raise StoreError(
                f"{shown} does not hold 64 hexadecimal digits",
                f"Put back a good copy, or delete {shown}: then every secret counts as changed, once.",
            )
        return bytes.fromhex(found.data.decode())

    def history(self) -> tuple[Version, ...]:
        """The last states."""
        return tuple(
            Version(_serial(found), _written(found), self._service.url(found.name))
            for found in self._versions()
        )

    def version(self, serial: int) -> bytes | None:
        """One of the last states."""
        found = self._service.get(f"{self._history}{serial}.json")
        return None if found is None else found.data

    def take(self, version: Version, data: bytes, lease: Lease) -> None:
        """Keep a state of another store among the last ones."""
        self._confirm(lease)
        told = {"written": version.written.isoformat()}
        self._service.put(f"{self._history}{version.serial}.json", data, metadata=told)

    def delete(self, lease: Lease) -> None:
        """Empty the state, which goes into the history, and remove its journals. The lease stays."""
        self._confirm(lease)
        old = self._service.get(self._state)
        if old is None or not old.data:
            return
        if "serial" in old.metadata:
            self._keep(old, int(old.metadata["serial"]))
        self._replace(old, b"", lease)
        self._journal.remove(lease)

    # -- the state

    def _current(self, expect: str | None) -> Found:
        """The state that is to be replaced, which must be the expected one. Raises Conflict, LeaseLost."""
        known = self._known
        if known is None or _etag(known) != expect:
            self._known = known = self._service.get(self._state)
        if known is None:
            raise LeaseLost(f"{self.where()} is gone, and the lock with it", "Run the command again.")
        if _etag(known) != expect:
            raise self._conflict()
        return known

    def _replace(self, old: Found, data: bytes, lease: Lease, serial: int | None = None) -> None:
        told = {} if serial is None else {"serial": str(serial)}
        try:
            self._known = self._use(
                lease,
                lambda: self._service.put(self._state, data, lease=lease.id, match=old.etag, metadata=told),
            )
        except Refused as wrong:
            if wrong.code != "ConditionNotMet":
                raise
            found = self._service.get(self._state)
            if not wrong.doubt or found is None or found.data != data:
                raise self._conflict() from None
            self._known = found  # it was written by the request whose answer never came

    def _keep(self, old: Found, serial: int) -> None:
        told = {"written": old.written.isoformat()}
        self._service.put(f"{self._history}{serial}.json", old.data, metadata=told)

    def _versions(self) -> list[Found]:
        found = (one for one in self._service.list(self._history) if _number(one.name) is not None)
        return sorted(found, key=_serial, reverse=True)

    def _conflict(self) -> Conflict:
        return Conflict(f"{self.where()} is not what it was when it was read")

    # -- the lease

    def _acquire(self, id: str, seconds: int) -> None:
        try:
            self._service.acquire(self._state, id, seconds)
            return
        except Refused as wrong:
            if wrong.code in HELD:
                raise Held(self._who()) from None
            if wrong.code != "BlobNotFound":
                raise
        # Never locked before: what is leased must be there, and empty it is no state.
        with suppress(Refused):
            self._service.put(self._state, b"", new=True)
        try:
            self._service.acquire(self._state, id, seconds)
        except Refused as wrong:
            if wrong.code in HELD:
                raise Held(self._who()) from None
            raise

    def _take_back(self, lease: Lease) -> None:
        """Remove what was said of who holds the lease, unless somebody else said it."""
        etag = self._told[1] if self._told is not None and self._told[0] == lease.id else None
        if etag is None:
            found = self._service.get(self._lock)
            if found is None or _read(found, found.written).id != lease.id:
                return
            etag = found.etag
        self._service.remove(self._lock, match=etag, patient=False)

    def _who(self) -> LockInfo:
        return _read(self._service.get(self._lock), self._clock.now())

    def _confirm(self, lease: Lease) -> None:
        """Have the service say whether the lease is ours: by renewing it. Raises LeaseLost."""
        self._renew(lease, patient=True)

    def _renew(self, lease: Lease, *, patient: bool) -> None:
        try:
            self._service.renew(self._state, lease.id, patient=patient)
        except Refused as wrong:
            if wrong.code not in _UNLEASED:
                raise
            raise self._lost() from None

    def _use(self, lease: Lease, send: Callable[[], T]) -> T:
        """Send what needs the lease; one that ran out is renewed, if nobody took it. Raises LeaseLost."""
        try:
            return send()
        except Refused as wrong:
            if wrong.code not in LOST:
                raise
        self._confirm(lease)
        try:
            return send()
        except Refused as wrong:
            if wrong.code not in LOST:
                raise
            raise self._lost() from None

    def _lost(self) -> LeaseLost:
        holder = None
        with suppress(StoreError):
            holder = self.holder()
        if holder is None:
            return LeaseLost("the lock was broken or let go by someone else", "Run the command again.")
        return LeaseLost(
            f"the lock was taken over by {holder.owner} on {holder.host} ({holder.command})",
            "Wait until that is done, then plan again.",
        )


def _read(found: Found | None, since: datetime) -> LockInfo:
    """Who holds a lease that was renewed at ``since``, at the latest."""
    try:
        told = _info.decode(found.data if found is not None else b"")
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = _Info(UNKNOWN, "somebody", "an unknown host", "unknown", since, LONGEST)
    expires = since + timedelta(seconds=told.seconds)
    return LockInfo(told.id, told.owner, told.host, told.command, told.since, expires)


def _etag(found: Found) -> str | None:
    return found.etag if found.data else None


def _number(name: str) -> int | None:
    match = re.search(r"/(\d+)\.json$", name, re.ASCII)
    return int(match[1]) if match else None


def _serial(found: Found) -> int:
    number = _number(found.name)
    assert number is not None
    return number


def _written(found: Found) -> datetime:
    """When it was written as a state, which is before it went into the history."""
    return datetime.fromisoformat(found.metadata["written"]) if "written" in found.metadata else found.written
