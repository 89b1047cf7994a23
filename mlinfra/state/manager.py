"""What is recorded of a stack: read without a lock for looking, held under one for changing."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import secrets
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from mlinfra.model.clock import Clock
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import LockInfo, Stamp, State
from mlinfra.state.api import Held, Lease, Store
from mlinfra.state.archive import Archive
from mlinfra.state.journal import fold
from mlinfra.state.lease import Keeper
from mlinfra.state.reading import Reader
from mlinfra.state.seal.api import PLAIN, Seal
from mlinfra.state.session import Session, Snapshot
from mlinfra.state.telling import told

__all__ = ["TTL", "Locked", "Session", "Snapshot", "StateManager", "Who"]

TTL = 30.0
"""Seconds that a lock holds without being renewed: how long others wait after a process was killed."""


@dataclass(frozen=True, slots=True)
class Who:
    """Who runs this, as others who find the stack locked are told."""

    owner: str
    host: str

    @staticmethod
    def here() -> Who:
        """This user on this machine."""
        try:
            owner = getpass.getuser()
        except (KeyError, OSError):
            # A container's user may have no name.
            owner = f"user {os.getuid()}"
        return Who(owner, platform.node() or "an unnamed host")


class Locked(MlinfraError):
    """Someone else holds the stack's lock; ``info`` says who."""

    exit_code = 4

    def __init__(self, stack: str, info: LockInfo, left: float) -> None:
        self.info = info
        super().__init__(
            error(
                "MLI-STA-005",
                f'the stack "{stack}" is locked by {info.owner} on {info.host} (mlinfra {info.command})',
                f"Locked since {info.since:%Y-%m-%d %H:%M:%S} UTC. Wait for it with --lock-timeout 10m. "
                "The lock is renewed while that command runs; if it was killed, the lock ends by "
                f"itself in {max(1, round(left))} s, at {info.expires:%H:%M:%S} UTC. "
                f"`mlinfra state unlock {info.id}` takes it away at once.",
            )
        )


class StateManager:
    """The recorded side of one stack.

    ``folder`` is the stack's, relative to the repository; None where nobody knows it, as of another stack
    that is only read. ``tool`` is the version that is written into state files. ``clock`` is real time:
    leases live in it, also while resources live in a simulator's. ``aside`` is where a state is put that the
    store would not take: by default beside the state where that is a file, else the current folder.
    ``heartbeat=False`` leaves renewing to `Session.guard` and `Session.record`. ``commit`` tells which commit
    is checked out, for the history. ``left_behind`` is asked where the store has no state: it tells where one
    is that should have been moved there. ``seal`` encrypts what the store is given.
    """

    def __init__(
        self,
        store: Store,
        *,
        stack: str,
        folder: str | None,
        clock: Clock,
        tool: str,
        who: Who | None = None,
        ttl: float = TTL,
        heartbeat: bool = True,
        aside: Path | None = None,
        new_lineage: Callable[[], str] = lambda: str(uuid.uuid4()),
        commit: Callable[[], str] = lambda: "",
        left_behind: Callable[[], str] = lambda: "",
        seal: Seal = PLAIN,
    ) -> None:
        self.reader = Reader(store, stack=stack, folder=folder, seal=seal)
        self.archive = Archive(store, self.reader)
        self.store = store
        self._seal = seal
        self._stack = stack
        self._folder = folder
        self._clock = clock
        self._tool = tool
        self._who = who or Who.here()
        self._ttl = ttl
        self._heartbeat = heartbeat
        self._aside = aside
        self._new_lineage = new_lineage
        self._commit = commit
        self._left_behind = left_behind

    def load(self) -> Snapshot:
        """What is recorded now. Takes no lock and writes nothing, so a folder that is read-only will do.

        Raises MlinfraError: it cannot be read, is damaged, a newer mlinfra wrote it, it is another stack's.
        """
        with told():
            found = self._read()
            while True:
                # Without a lock the state may be replaced, and its journal removed, between the two reads.
                stored = self.store.secret()
                snapshot = self._snapshot(found, stored or secrets.token_bytes(32), None)
                snapshot = replace(snapshot, made_up_key=stored is None)
                again = self.store.read()
                if (again and again[1]) == snapshot.etag:
                    return snapshot
                found = again

    @contextlib.contextmanager
    def session(
        self, *, command: str, lock_timeout: float = 0, lineage: str | None = None
    ) -> Iterator[Session]:
        """Hold the stack's lock and what is recorded. The lock is let go on the way out, always.

        ``lock_timeout`` is how many seconds to wait for someone else's lock. ``lineage`` is a saved plan's:
        what a stack that has no state yet is called by, since the plan was made for that. Raises Locked, and
        what `load` raises.
        """
        with self.hold(command=command, lock_timeout=lock_timeout) as keeper:
            with told():
                found = self._read()  # first: a store that is refused must not be given a key
                key = self.store.secret(keeper.lease) or secrets.token_bytes(32)
                snapshot = self._snapshot(found, key, lineage)
                self._seal.ready()
            yield Session(
                self.store,
                snapshot,
                keeper,
                self.reader,
                self._seal,
                stamp=self._stamp(command),
                tool=self._tool,
                aside=self._asides(),
            )

    @contextlib.contextmanager
    def hold(self, *, command: str, lock_timeout: float = 0) -> Iterator[Keeper]:
        """Hold the stack's lock and nothing else; it is let go on the way out, always. Raises Locked."""
        with told():
            lease = self._lock(command, lock_timeout)
        keeper = Keeper(self.store, lease, ttl=self._ttl, clock=self._clock)
        try:
            if self._heartbeat:
                keeper.start()
            yield keeper
        finally:
            keeper.stop()

    def holder(self) -> LockInfo | None:
        """Who holds the stack's lock now, if anyone does. Raises MlinfraError."""
        with told():
            return self.store.holder()

    def unlock(self, id: str) -> None:
        """Take the lock with this id from whoever holds it: that command sends nothing more.

        Raises MlinfraError: nobody holds the lock, or it has another id.
        """
        held = self.holder()
        if held is None:
            what = f'nobody holds the lock of the stack "{self._stack}"'
            raise MlinfraError(error("MLI-STA-032", what, "There is nothing to unlock."))
        if held.id != id:
            raise MlinfraError(
                error(
                    "MLI-STA-033",
                    f'the lock of the stack "{self._stack}" has another id: {held.id}',
                    f"It is held by {held.owner} on {held.host} (mlinfra {held.command}) since "
                    f"{held.since:%Y-%m-%d %H:%M:%S} UTC: maybe the one that you mean has ended by itself.",
                )
            )
        with told():
            self.store.unlock(Lease(id, 0.0))

    def _stamp(self, command: str) -> Callable[[str], Stamp]:
        """What makes the mark of this command in the history, of a few words on what it did."""
        commit, who = self._commit(), self._who
        return lambda summary: Stamp(who.owner, who.host, self._clock.now(), command, commit, summary)

    def _lock(self, command: str, timeout: float) -> Lease:
        until = self._clock.monotonic() + timeout
        since = self._clock.now()
        while True:
            now = self._clock.now()
            ends = now + timedelta(seconds=self._ttl)
            try:
                info = LockInfo("", self._who.owner, self._who.host, command, since, ends)
                return self.store.lock(info, self._ttl)
            except Held as held:
                left = until - self._clock.monotonic()
                if left <= 0:
                    runs_out = (held.info.expires - now).total_seconds()
                    raise Locked(self._stack, held.info, runs_out) from None
            self._clock.sleep(min(1.0, left))

    def _read(self) -> tuple[bytes, str] | None:
        found = self.store.read()
        there = self._left_behind() if found is None else ""
        if not there:
            return found
        here = self.store.where()
        what = f'the state of the stack "{self._stack}" is still in {there}, and there is none in {here}'
        how = (
            "`backend:` names another place than before: `mlinfra state migrate` moves the state there. "
            f"If it is of no use any more, take {there} away."
        )
        raise MlinfraError(error("MLI-STA-070", what, how))

    def _snapshot(self, found: tuple[bytes, str] | None, key: bytes, lineage: str | None) -> Snapshot:
        if found is None:
            state = State(lineage or self._new_lineage(), stack=self._stack, folder=self._folder or "")
            return Snapshot(state, None, key=key)
        data, etag = found
        state = self.reader.state(data)
        folded, still = fold(state, self.reader.entries(state))
        return Snapshot(folded, etag, still, key)

    def _asides(self) -> tuple[Path, ...]:
        beside = Path(self.store.where()).parent
        own = self._aside or (beside if beside.is_dir() else Path())
        return own, Path(), Path(tempfile.gettempdir())
