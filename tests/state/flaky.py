"""A store whose trouble tests switch on and off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from mlinfra.model.state import LockInfo
from mlinfra.state.api import Lease, Store, StoreError, Version


class Flaky:
    """Passes everything on to another store.

    While ``down`` every call that needs the store fails. ``appending`` is called before each append with the
    data and answers what of it is written before the append fails, or None to let it pass.
    """

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.down = False
        self.appending: Callable[[bytes], bytes | None] = lambda data: None
        self.before_write: Callable[[], None] = lambda: None
        self.before_journal_read: Callable[[], None] = lambda: None
        self.renewed = threading.Event()
        self.renewals = 0
        self.appends: list[bytes] = []

    def where(self, journal: int | None = None) -> str:
        return self.inner.where(journal)

    def read(self) -> tuple[bytes, str] | None:
        self._up()
        return self.inner.read()

    def write(self, data: bytes, serial: int, expect: str | None, lease: Lease, journal: bytes = b"") -> str:
        self._up()
        self.before_write()
        return self.inner.write(data, serial, expect, lease, journal)

    def lock(self, info: LockInfo, ttl: float) -> Lease:
        self._up()
        return self.inner.lock(info, ttl)

    def renew(self, lease: Lease, ttl: float) -> Lease:
        self._up()
        self.renewals += 1
        new = self.inner.renew(lease, ttl)
        self.renewed.set()
        return new

    def unlock(self, lease: Lease) -> None:
        self._up()
        self.inner.unlock(lease)

    def holder(self) -> LockInfo | None:
        self._up()
        return self.inner.holder()

    def journal_append(self, serial: int, data: bytes, lease: Lease) -> None:
        self._up()
        part = self.appending(data)
        if part is not None:
            self.inner.journal_append(serial, part, lease)
            raise StoreError("the line went dead", "Mend it.")
        self.appends.append(data)
        self.inner.journal_append(serial, data, lease)

    def journal_read(self, serial: int) -> bytes:
        self._up()
        self.before_journal_read()
        return self.inner.journal_read(serial)

    def secret(self, lease: Lease | None = None, given: bytes | None = None) -> bytes | None:
        self._up()
        return self.inner.secret(lease, given)

    def history(self) -> Sequence[Version]:
        self._up()
        return self.inner.history()

    def version(self, serial: int) -> bytes | None:
        self._up()
        return self.inner.version(serial)

    def delete(self, lease: Lease) -> None:
        self._up()
        self.inner.delete(lease)

    def _up(self) -> None:
        if self.down:
            raise StoreError("the store cannot be reached", "Look at the network.")
