"""Keeping a lease alive while an apply runs, and knowing when it is lost."""

from __future__ import annotations

import threading
from datetime import timedelta

from mlinfra.model.clock import Clock
from mlinfra.model.state import LockInfo
from mlinfra.state.api import Lease, LeaseLost, Store, StoreError


class Keeper:
    """Renews one lease when a third of its time has passed; thread-safe.

    Time is the monotonic clock's, and the wall clock's too: on Linux the monotonic clock stands still while a
    laptop sleeps, and somebody else may have taken the lock meanwhile. A lease that ran out is renewed if
    nobody took it: the store says so, and then there was no gap.
    """

    def __init__(self, store: Store, lease: Lease, *, ttl: float, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._ttl = ttl
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._lost: LeaseLost | None = None
        self._trouble: StoreError | None = None
        self._lease = lease
        self._taken_from = lease.taken_from
        self._due = clock.monotonic() + ttl / 3
        self._until = clock.now() + timedelta(seconds=ttl)

    @property
    def lease(self) -> Lease:
        """The lease as last renewed."""
        return self._lease

    def guard(self) -> None:
        """Return while the lease is surely ours. Raises LeaseLost."""
        self.keep()
        if self._clock.monotonic() >= self._lease.deadline:
            why = f": {self._trouble.summary}" if self._trouble else ""
            raise LeaseLost(f"the lock ran out and could not be renewed{why}", "Run the command again.")

    def keep(self, *, now: bool = False) -> None:
        """Renew the lease when it is time, or ``now``. Raises LeaseLost when somebody else has it.

        Other trouble with the store is borne until the deadline: it may pass.
        """
        with self._lock:
            if self._lost:
                raise self._lost
            monotonic, wall = self._clock.monotonic(), self._clock.now()
            if not now and monotonic < self._due and wall < self._until:
                return
            try:
                lease = self._store.renew(self._lease, self._ttl)
            except LeaseLost as lost:
                self._lost = lost
                raise
            except StoreError as trouble:
                self._trouble = trouble
                self._due = monotonic + self._ttl / 20
                return
            self._lease, self._trouble = lease, None
            self._due = monotonic + self._ttl / 3
            self._until = wall + timedelta(seconds=self._ttl)

    def start(self) -> None:
        """Renew from a daemon thread from now on, by real time."""
        self._thread = threading.Thread(target=self._beat, name="mlinfra-lease", daemon=True)
        self._thread.start()

    @property
    def taken_from(self) -> LockInfo | None:
        """Whose lock had run out and was taken over, if there was one."""
        return self._taken_from

    def stop(self) -> None:
        """End the thread, then let go of the lock; trouble is no matter, since a lock runs out by itself."""
        self._closing.set()
        if self._thread:
            self._thread.join()
        with self._lock:
            try:
                self._store.unlock(self._lease)
            except StoreError:
                return

    def _beat(self) -> None:
        while not self._closing.wait(self._ttl / 3):
            try:
                self.keep(now=True)
            except LeaseLost:
                return
