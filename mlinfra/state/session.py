"""One command's hold on a stack: what was recorded, and the only door through which more is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mlinfra.model.codec import encode_entry, encode_state
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.journal import Entry
from mlinfra.model.redaction import matches
from mlinfra.model.state import LockInfo, Stamp, State
from mlinfra.model.value import Redacted
from mlinfra.state.api import Conflict, LeaseLost, Store, StoreError
from mlinfra.state.journal import TORN, check, follow, line
from mlinfra.state.lease import Keeper
from mlinfra.state.reading import Reader
from mlinfra.state.recovery import keep_aside
from mlinfra.state.seal.api import Bound, Seal


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is recorded of a stack at one moment, the journal folded in.

    ``etag`` is None while nothing was ever written. ``open`` has the last entry of each step that never
    ended, filled up from the step's earlier ones. ``key`` is what secrets are traced with; one that the store
    does not have yet, and so will be another one the next time, is ``made_up_key``.
    """

    state: State
    etag: str | None
    open: tuple[Entry, ...] = ()
    key: bytes = field(default=b"", repr=False)
    made_up_key: bool = False

    def same_secret(self, value: Any, trace: Redacted) -> bool:
        """Whether a secret is the one that was recorded."""
        return matches(value, trace, self.key)


@dataclass(slots=True)
class _Waiting:
    """An encoded entry on its way into the journal."""

    entry: Entry
    encoded: bytes
    done: bool = False
    trouble: StoreError | None = None


class Session:
    """A stack that is locked for one command. Made by ``StateManager.session``; all methods are thread-safe.

    `guard` and `record` raise the store's own errors (LeaseLost, StoreError), which stop whoever is about to
    send a request; `commit` raises MlinfraError.
    """

    def __init__(
        self,
        store: Store,
        snapshot: Snapshot,
        keeper: Keeper,
        reader: Reader,
        seal: Seal,
        *,
        stamp: Callable[[str], Stamp],
        tool: str,
        aside: Sequence[Path],
    ) -> None:
        self.snapshot = snapshot
        self._store = store
        self._keeper = keeper
        self._reader = reader
        self._seal = seal
        self._stamp = stamp
        self._tool = tool
        self._aside = aside
        self._open = {entry.step: entry for entry in snapshot.open}
        self._queue: list[_Waiting] = []
        self._queue_lock = threading.Lock()
        self._write_lock = threading.Lock()
        self._next: int | None = None
        """Number of the journal's next line; None when it must be found out by reading."""

    @property
    def taken_from(self) -> LockInfo | None:
        """Whose lock had run out and was taken over by this session, if there was one."""
        return self._keeper.taken_from

    def guard(self) -> None:
        """Called before each request: return while the lock is surely held, and renew it when it is time.

        Raises LeaseLost: nothing more may be sent.
        """
        self._keeper.guard()

    def record(self, entry: Entry) -> None:
        """Append to the journal; on return the entry survives a crash. Any number of threads share one write.

        Raises StoreError (LeaseLost among them): the entry may or may not be there, and recording it again
        does no harm. Raises ValueError or TypeError for an entry that cannot be right, which is our bug.
        """
        check(entry)
        mine = _Waiting(entry, encode_entry(entry, self.snapshot.key))
        with self._queue_lock:
            self._queue.append(mine)
        with self._write_lock:
            if not mine.done:
                with self._queue_lock:
                    batch, self._queue = self._queue, []
                # A write that was interrupted leaves the entries that it had taken along to their owners.
                self._append(batch if mine in batch else [*batch, mine])
        if mine.trouble:
            raise mine.trouble

    def commit(self, state: State, summary: str = "", *, lineage: str | None = None) -> State:
        """Write ``state`` with the next serial, in one piece; the journal so far is void from then on.

        ``summary`` says in a few words what was done, for the history. ``lineage`` gives the stack another
        one, which only a state that is put in by hand may. Steps that never ended stay open: their last
        entries start the new journal. Raises MlinfraError after the state was put aside in a recovery file,
        when the store would not take it.
        """
        with self._write_lock:
            old = self.snapshot
            new = replace(
                state,
                lineage=lineage or old.state.lineage,
                serial=old.state.serial + 1,
                stack=old.state.stack,
                folder=old.state.folder,
                written=self._stamp(summary),
            )
            still = tuple(self._open.values())
            lines = (
                self._line(encode_entry(entry, old.key), new, number) for number, entry in enumerate(still)
            )
            journal = b"".join(lines)
            data = self._encoded(new)
            try:
                self._keeper.keep()
                etag = self._store.write(data, new.serial, old.etag, self._keeper.lease, journal)
            except StoreError as trouble:
                raise self._put_aside(data, new, trouble) from trouble
            self.snapshot = Snapshot(new, etag, still, old.key)
            self._next = len(still)
            return new

    def _append(self, batch: list[_Waiting]) -> None:
        state = self.snapshot.state
        # How much is written is unknown unless all goes well; then the next one looks before it writes.
        number, self._next = self._next, None
        try:
            self._keeper.keep()
            number, lead = self._find_end() if number is None else (number, b"")
            numbered = enumerate(batch, number)
            lines = [self._line(item.encoded, state, count) for count, item in numbered]
            self._store.journal_append(state.serial, lead + b"".join(lines), self._keeper.lease)
        except StoreError as trouble:
            for item in batch:
                item.done, item.trouble = True, trouble
            return
        self._next = number + len(batch)
        for item in batch:
            item.done = True
            follow(self._open, item.entry)

    def _find_end(self) -> tuple[int, bytes]:
        """The number of the next line, and what must come before it: the end of a line torn by a crash."""
        state = self.snapshot.state
        if self.snapshot.etag is None:
            # The first thing ever recorded: lineage and folder must be there before anything is sent.
            state = replace(state, written=self._stamp("begun"))
            data = self._encoded(state)
            etag = self._store.write(data, state.serial, None, self._keeper.lease)
            self.snapshot = replace(self.snapshot, state=state, etag=etag)
        written = self._store.journal_read(state.serial)
        entries = self._reader.lines(written, state)
        return len(entries), TORN if written and not written.endswith(b"\n") else b""

    def _encoded(self, state: State) -> bytes:
        """The state as it is written down."""
        data = encode_state(state, self.snapshot.key, self._tool)
        return self._seal.close(data, Bound("state", state.lineage, state.serial))

    def _line(self, entry: bytes, state: State, number: int) -> bytes:
        """An encoded entry as a line of the state's journal."""
        closed = self._seal.close(entry, Bound("journal", state.lineage, state.serial, number))
        return line(closed, state.lineage, state.serial, number)

    def _put_aside(self, data: bytes, state: State, trouble: StoreError) -> MlinfraError:
        place = self._store.where()
        try:
            kept = f"in {keep_aside(data, f'{state.stack}.recovery-{state.serial}', self._aside)}"
        except OSError as wrong:
            kept = f"nowhere, since no folder would take it ({wrong})"
        if isinstance(trouble, Conflict | LeaseLost):
            detail = (
                f"Somebody else used it while this ran. The state that this command leaves is {kept}. "
                f"Compare the two; where {place} has nothing newer, put that one in its place. Then plan."
            )
        else:
            why = f"{trouble.summary[:1].upper()}{trouble.summary[1:]}. {trouble.hint}".rstrip()
            detail = (
                f"{why} The journal has all that was done, so put this right and plan again. The state that "
                f"was to be written is {kept}."
            )
        found = error("MLI-STA-008", f"the state {place} could not be written", detail)
        return MlinfraError(found, untouched=False)
