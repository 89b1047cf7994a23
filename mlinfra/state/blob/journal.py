"""A journal in append blobs: leased as the state is, so that the service refuses who lost the lease.

The order of requests is what makes it safe. Who appends leases the journal first, then has the service
confirm the lease of the state, then appends. Who takes the stack over has the lease of the state first, then
breaks those of all journals, then reads. So what is appended was there to be read, or is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from mlinfra.state.api import Lease, StoreError
from mlinfra.state.blob.service import BlobService, Found
from mlinfra.state.blob.trouble import Refused

BLOCK = 4 * 1024 * 1024
"""Bytes of one append: every version of the service takes so much."""

MOST = 50_000
"""Blocks that an append blob takes; what comes after them goes into a next blob."""

HELD = ("LeaseAlreadyPresent", "LeaseIsBreakingAndCannotBeAcquired")
LOST = (
    "LeaseLost",
    "LeaseIdMissing",
    "LeaseIdMismatchWithBlobOperation",
    "LeaseNotPresentWithBlobOperation",
)
"""How a use is refused to who does not hold the lease (any more)."""


@dataclass(frozen=True, slots=True)
class _Open:
    """The blob that is appended to: its part of the journal, its length and number of blocks."""

    serial: int
    lease: str
    part: int
    at: int
    blocks: int


class BlobJournal:
    """The journals of a stack, below ``prefix``. ``confirm`` raises LeaseLost unless the state is leased."""

    def __init__(self, service: BlobService, prefix: str, confirm: Callable[[Lease], None]) -> None:
        self._service = service
        self._prefix = prefix
        self._confirm = confirm
        self._open: _Open | None = None
        self.seconds = 15
        """How long leases hold."""

    def name(self, serial: int, part: int = 0) -> str:
        """The blob of one part of a journal."""
        return f"{self._prefix}{serial}/{part:04}"

    def read(self, serial: int) -> bytes:
        """All parts."""
        parts: list[bytes] = []
        while (found := self._service.get(self.name(serial, len(parts)))) is not None:
            parts.append(found.data)
            if found.appends < MOST:
                break
        return b"".join(parts)

    def append(self, serial: int, data: bytes, lease: Lease) -> None:
        """Append in blocks; after an error the next call looks where the journal ends."""
        opened, self._open = self._open, None
        if opened is None or (opened.serial, opened.lease) != (serial, lease.id):
            opened = self._begin(serial, lease)
        for start in range(0, len(data), BLOCK):
            opened = self._block(opened, data[start : start + BLOCK], lease)
        self._open = opened

    def restart(self, serial: int, data: bytes, lease: Lease, confirm: Callable[[], None]) -> Sequence[Found]:
        """Have the journal hold ``data`` and nothing else. ``confirm`` raises unless that may be.

        Answers the earlier journals, which are void once the state has this serial (see `tidy`).
        """
        there = self._all()
        self._open = None
        left = [found.name for found in there if self._serial(found) == serial]
        if left or data:
            first = self.name(serial)
            for name in left or [first]:
                self._take(name, lease)
            confirm()
            try:
                for name in left:
                    if name != first:
                        self._service.remove(name, lease=lease.id)
                self._service.start(first, lease=lease.id)
            except Refused as wrong:
                if wrong.code in LOST:
                    confirm()
                raise
            self._open = _Open(serial, lease.id, 0, 0, 0)
        if data:
            self.append(serial, data, lease)
        return [found for found in there if self._serial(found) < serial]

    def tidy(self, void: Sequence[Found], lease: Lease) -> None:
        """Remove journals that are void, whoever holds the lock by now."""
        for found in void:
            self._service.remove(found.name, lease=lease.id if found.leased else None)

    def renew(self, lease: Lease) -> None:
        """Renew the journal's lease along with the state's. The next append notices one that is lost."""
        opened = self._open
        if opened is not None and opened.lease == lease.id:
            with suppress(StoreError):
                self._service.renew(self.name(opened.serial, opened.part), lease.id, patient=False)

    def release(self, lease: Lease) -> None:
        """Let go of the journal."""
        opened, self._open = self._open, None
        if opened is not None and opened.lease == lease.id:
            with suppress(StoreError):
                self._service.release(self.name(opened.serial, opened.part), lease.id)

    def fence(self) -> None:
        """Break whatever lease is on any journal: who holds one can append no more."""
        for found in self._all():
            if found.leased:
                self._break(found.name)

    def remove(self, lease: Lease) -> None:
        """Remove all journals."""
        self._open = None
        for found in self._all():
            self._take(found.name, lease)
            self._confirm(lease)
            self._service.remove(found.name, lease=lease.id)

    def _all(self) -> list[Found]:
        """Every part of every journal; another stack's key may begin as ours do."""
        listed = self._service.list(self._prefix)
        return [one for one in listed if re.fullmatch(r"\d+/\d{4}", one.name.removeprefix(self._prefix))]

    def _serial(self, found: Found) -> int:
        """Which state it continues."""
        return int(found.name.removeprefix(self._prefix).partition("/")[0])

    def _begin(self, serial: int, lease: Lease) -> _Open:
        """Lease the journal's last part, made if need be, and see where it ends."""
        parts = self._service.list(f"{self._prefix}{serial}/")
        part = max(0, len(parts) - 1)
        self._take(self.name(serial, part), lease)
        self._confirm(lease)
        found = self._service.look(self.name(serial, part))
        assert found is not None  # nobody deletes what we lease
        return _Open(serial, lease.id, part, found.size, found.appends)

    def _take(self, name: str, lease: Lease) -> None:
        """Lease a blob, made if need be; from whoever has it, once it is sure that the state is ours."""
        try:
            self._service.acquire(name, lease.id, self.seconds)
            return
        except Refused as wrong:
            if wrong.code == "BlobNotFound":
                self._make(name)
            elif wrong.code in HELD:
                self._confirm(lease)
                self._break(name)
            else:
                raise
        self._service.acquire(name, lease.id, self.seconds)

    def _make(self, name: str) -> None:
        try:
            self._service.start(name, new=True)
        except Refused as wrong:
            # Somebody else was faster, and may have leased it.
            if wrong.code not in ("BlobAlreadyExists", *LOST):
                raise

    def _break(self, name: str) -> None:
        try:
            self._service.break_lease(name)
        except Refused as wrong:
            if wrong.code not in ("LeaseNotPresentWithLeaseOperation", "BlobNotFound"):
                raise

    def _block(self, opened: _Open, data: bytes, lease: Lease) -> _Open:
        asked_again = False
        while True:
            name = self.name(opened.serial, opened.part)
            if opened.blocks >= MOST:
                opened = self._next(opened, lease)
                continue
            try:
                blocks = self._service.append(name, data, opened.at, lease.id)
            except Refused as wrong:
                if wrong.code == "AppendPositionConditionNotMet":
                    if wrong.doubt and self._is_there(opened, data):
                        return replace(opened, at=opened.at + len(data), blocks=opened.blocks + 1)
                    # Another handle with the same lease appended.
                    opened = self._begin(opened.serial, lease)
                elif wrong.code in (*LOST, "BlobNotFound") and not asked_again:
                    # The journal's lease is over; it is taken again if the state's is not.
                    asked_again = True
                    opened = self._begin(opened.serial, lease)
                else:
                    raise
            else:
                return replace(opened, at=opened.at + len(data), blocks=blocks)

    def _next(self, opened: _Open, lease: Lease) -> _Open:
        """Go on in a further blob. The full one takes nothing more, whoever has it."""
        part = opened.part + 1
        self._take(self.name(opened.serial, part), lease)
        self._confirm(lease)
        found = self._service.look(self.name(opened.serial, part))
        assert found is not None
        return _Open(opened.serial, lease.id, part, found.size, found.appends)

    def _is_there(self, opened: _Open, data: bytes) -> bool:
        """Whether an append whose answer never came was made."""
        found: Found | None = self._service.get(self.name(opened.serial, opened.part))
        return found is not None and found.data[opened.at :] == data
