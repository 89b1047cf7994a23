"""Bytes of one stack's store as what they record; what is damaged or another's is refused in words."""

from __future__ import annotations

import shlex
from pathlib import Path

from mlinfra.model.codec import UPGRADE, Malformed, decode_header, decode_state
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.journal import Entry
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.state import State
from mlinfra.state.api import Store, StoreError
from mlinfra.state.journal import read_entries
from mlinfra.state.seal.api import PLAIN, Bound, Seal, Unopened, is_sealed


class OfAnotherStack(MlinfraError):
    """What is recorded in this place belongs to another stack."""


class Reader:
    """Reads for one stack, which is called ``stack`` and lies in ``folder`` of the repository (None: any)."""

    def __init__(self, store: Store, *, stack: str, folder: str | None, seal: Seal = PLAIN) -> None:
        self._store = store
        self._seal = seal
        self.stack = stack
        self.folder = folder

    def state(self, data: bytes, where: str | None = None, *, by_hand: bool = False) -> State:
        """The state in these bytes, which are the store's own unless ``where`` names another place.

        ``by_hand``: from whoever has the key and runs this command, so it need not be encrypted. Raises
        MlinfraError: damage, a newer format, another stack's, what a seal does not open.
        """
        place = where or self._store.where()
        if is_sealed(data) or not by_hand:
            data = self._opened(data, place)
        try:
            state = decode_state(data)
        except Malformed as wrong:
            how = "Take a good copy of it." if where else self._how_to_restore()
            raise _unreadable(wrong, data, place, how) from None
        self._refuse_other_stack(state, place)
        return state

    def heading(self, data: bytes, where: str) -> State:
        """What the state in these bytes says of itself, and nothing of what is recorded in it.

        Raises Malformed, and MlinfraError where it cannot be opened.
        """
        return decode_header(self._opened(data, where))

    def entries(self, state: State) -> tuple[Entry, ...]:
        """The entries of the state's journal. Raises StoreError, and MlinfraError for damage."""
        written = self._store.journal_read(state.serial)
        return self.lines(written, state)

    def lines(self, written: bytes, state: State) -> tuple[Entry, ...]:
        """The entries in the bytes of the state's journal. Raises MlinfraError for damage."""
        where = self._store.where(state.serial)

        def opened(entry: bytes, seq: int) -> bytes:
            bound = Bound("journal", state.lineage, state.serial, seq)
            return self._opened(entry, f"line {seq + 1} of {where}", bound)

        return read_entries(written, lineage=state.lineage, serial=state.serial, where=where, opened=opened)

    def _opened(self, data: bytes, where: str, bound: Bound | None = None) -> bytes:
        try:
            return self._seal.open(data, bound.kind if bound else "state", bound)
        except Unopened as wrong:
            raise MlinfraError(error(wrong.code, f"{where} {wrong.problem}", wrong.hint)) from None

    def _refuse_other_stack(self, state: State, where: str) -> None:
        if state.stack != self.stack:
            what = f'{where} is of the stack "{state.stack}", not of "{self.stack}"'
            how = "Put the right file there; this one belongs under its own stack's name."
        elif self.folder is not None and state.folder != self.folder:
            what = f'{where} belongs to the stack in "{state.folder}", this one is in "{self.folder}"'
            how = (
                f'Two stacks cannot share the name "{self.stack}": give one of them another under `stack:`. '
                f'If the folder was moved, write its new path under "folder" in {where}.'
            )
        else:
            return
        raise OfAnotherStack(error("MLI-STA-004", what, how))

    def _how_to_restore(self) -> str:
        where = self._store.where()
        try:
            kept = [version for version in self._store.history() if version.serial > 0]
        except StoreError:
            kept = []
        if not kept:
            return f"Put back a good copy of {where}: there is no earlier one to restore."
        last = kept[0]
        # Only files can be copied; what a database or a container keeps, its own tools put back.
        command = f"cp {shlex.quote(last.where)} {shlex.quote(where)}" if Path(where).exists() else last.where
        return (
            f"Restore the one before it (serial {last.serial}, written {last.written:%Y-%m-%d %H:%M} UTC): "
            f"{command}. Then plan: what changed since then shows as drift."
        )


def _unreadable(wrong: Malformed, data: bytes, where: str, detail: str) -> MlinfraError:
    if wrong.newer:
        return MlinfraError(error("MLI-STA-003", f"{where} was {wrong.problem}", UPGRADE))
    if wrong.place is None:
        return MlinfraError(error("MLI-STA-002", f"{where} is damaged: {wrong}", detail))
    line, column = wrong.place
    position = Position(SourceFile(where, data.decode(errors="replace")), line, column)
    summary = f"{where} is damaged at {line}:{column}: {wrong}"
    return MlinfraError(error("MLI-STA-001", summary, detail, position))
