"""Moving a stack's state from one store into another, bytes as they are.

The new store has the whole state or none: the key and the history come first, then state and journal in one
write, under both locks. What was written is read back, and only then the old state is removed. So wherever it
is cut short one of the two has all of it, and doing it again finishes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.state.api import Lease, Store, StoreError, TakesHistory, Version
from mlinfra.state.manager import StateManager
from mlinfra.state.session import Snapshot


@dataclass(frozen=True, slots=True)
class Move:
    """What there is to move, as it was when it was looked at. ``copied``: the new store has it already."""

    snapshot: Snapshot
    etag: str
    history: int
    takes_history: bool
    copied: bool = False


def look(old: StateManager, new: StateManager) -> Move | None:
    """What `carry` would move; None when it is in the new store and no longer in the old one.

    Takes no lock. Raises MlinfraError: there is nothing, or the new store has another state.
    """
    found, there = old.load(), new.load()
    if found.etag is None:
        if there.etag is not None:
            return None
        what = f"there is no state in {old.store.where()} to move"
        raise MlinfraError(error("MLI-STA-071", what, "Say with --from where the state was until now."))
    with _told():
        copied = there.etag is not None and _has(new.store, old.store, found.state.serial)
        if there.etag is not None and not copied:
            raise _occupied(old.store, found, new.store, there)
        takes = isinstance(new.store, TakesHistory)
        return Move(found, found.etag, len(old.store.history()), takes, copied)


def carry(move: Move, old: StateManager, new: StateManager, *, command: str, lock_timeout: float = 0) -> None:
    """Move the state, and remove the old one. Raises MlinfraError, Locked among them."""
    with (
        old.hold(command=command, lock_timeout=lock_timeout) as leaving,
        new.hold(command=command, lock_timeout=lock_timeout) as arriving,
    ):
        with _told(untouched=False):
            _copy(move, old.store, new.store, arriving.lease)
        try:
            old.store.delete(leaving.lease)
        except StoreError as wrong:
            what = f"the state is in {new.store.where()}, but the old one could not be removed"
            how = f"{wrong.summary}. {wrong.hint} Then run it again.".replace(".. ", ". ")
            raise MlinfraError(error("MLI-STA-072", what, how), untouched=False) from wrong


def _copy(move: Move, old: Store, new: Store, lease: Lease) -> None:
    """Bring everything along, unless it is there, and hold it against what it came from."""
    serial = move.snapshot.state.serial
    found, there = old.read(), new.read()
    if found is None or found[1] != move.etag or (there is not None) != move.copied:
        what = "a state has changed since this was shown"
        raise MlinfraError(error("MLI-STA-073", what, "Somebody else used the stack. Run it again."))
    key = old.secret()
    kept = new.secret(lease, key) if key is not None else None
    if kept != key:
        what = f"{new.where()} has another key of this stack, from an earlier use"
        how = "Secrets in the state are traced with the key. Remove that one, or take another place."
        raise MlinfraError(error("MLI-STA-074", what, how))
    if there is None:
        if isinstance(new, TakesHistory):
            for version, data in _history(old):
                new.take(version, data, lease)
        new.write(found[0], serial, None, lease, old.journal_read(serial))
    if not _has(new, old, serial):
        what = f"what {new.where()} answers is not what was written there"
        how = f"The state in {old.where()} is as it was. Look into the store, then run it again."
        raise MlinfraError(error("MLI-STA-075", what, how), untouched=False)


def _history(store: Store) -> Iterator[tuple[Version, bytes]]:
    """The earlier states that are there to be read, oldest first."""
    for version in reversed(store.history()):
        data = store.version(version.serial)
        if data is not None:
            yield version, data


def _has(new: Store, old: Store, serial: int) -> bool:
    """Whether one store has all of what the other has; its journal may have gone on."""
    mine, theirs = old.read(), new.read()
    same = mine is not None and theirs is not None and mine[0] == theirs[0]
    return same and new.journal_read(serial).startswith(old.journal_read(serial))


def _occupied(old: Store, found: Snapshot, new: Store, there: Snapshot) -> MlinfraError:
    what = (
        f"{new.where()} has a state already (serial {there.state.serial}), and {old.where()} has one with "
        f"serial {found.state.serial}"
    )
    how = "They are of different lineages: of stacks that know nothing of each other. "
    if found.state.lineage == there.state.lineage:
        newer = new if there.state.serial > found.state.serial else old
        how = f"They are of one lineage, and that in {newer.where()} is newer. "
    return MlinfraError(error("MLI-STA-076", what, f"{how}Keep the right one, and take the other away."))


@contextmanager
def _told(*, untouched: bool = True) -> Iterator[None]:
    """The stores' own errors as messages; the old one still has the whole state."""
    try:
        yield
    except StoreError as wrong:
        how = f"{wrong.hint} The state is where it was; run it again.".lstrip()
        raise MlinfraError(error("MLI-STA-077", wrong.summary, how), untouched=untouched) from wrong
