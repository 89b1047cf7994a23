"""What was done, in a few words: for the history of the state."""

from __future__ import annotations

from collections.abc import Iterable

from mlinfra.model.address import Address
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op

_WORDS = {
    Op.ADOPT: "recorded",
    Op.CREATE: "added",
    Op.UPDATE: "changed",
    Op.DELETE: "destroyed",
    Op.FORGET: "forgotten",
}


def deeds(entries: Iterable[Entry]) -> str:
    """``2 added, 1 changed, 1 failed``, counted by resource; ``outputs`` where no resource was touched.

    One that is replaced is both added and destroyed, as what apply tells has it.
    """
    done: dict[str, set[Address]] = {word: set() for word in (*_WORDS.values(), "failed")}
    for entry in entries:
        if entry.kind is EntryKind.DONE:
            done[_WORDS[Op.CREATE if entry.op.makes else entry.op]].add(entry.address)
        elif entry.kind is EntryKind.FAILED:
            done["failed"].add(entry.address)
    return ", ".join(f"{len(found):,} {word}" for word, found in done.items() if found) or "outputs"
