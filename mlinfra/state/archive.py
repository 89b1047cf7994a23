"""The states that a store keeps: each with who wrote it and why, read again, or looked through for damage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mlinfra.model.codec import Malformed
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.state import Stamp, State
from mlinfra.state.api import Store, Version
from mlinfra.state.reading import Reader
from mlinfra.state.telling import told


@dataclass(frozen=True, slots=True)
class Kept:
    """One state that is kept: ``at`` is when it was written (UTC), as it says itself or else the store.

    ``by`` is None in one that does not say it; then ``problem`` may say why.
    """

    serial: int
    where: str
    at: datetime | None
    by: Stamp | None
    current: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of looking at one part: nothing wrong, a ``problem``, or a ``note`` on what is no damage."""

    part: str
    where: str
    problem: str = ""
    note: str = ""


class Archive:
    """What one stack's store keeps: the state that counts and the earlier ones. It only reads."""

    def __init__(self, store: Store, reader: Reader) -> None:
        self._store = store
        self._reader = reader

    def history(self, limit: int | None = None) -> tuple[Kept, ...]:
        """The states, the one that counts first; at most ``limit`` of them. Raises MlinfraError."""
        with told():
            found = self._store.read()
            now = [] if found is None else [self._kept(found[0], None, self._store.where())]
            earlier = list(self._store.history())
            rest = None if limit is None else max(limit - len(now), 0)
            return (
                *now[:limit],
                *(self._kept(self._store.version(v.serial), v, v.where) for v in earlier[:rest]),
            )

    def state(self, serial: int | None = None) -> State:
        """The state of this serial; of None the one that counts. Without what its journal adds to it.

        Raises MlinfraError: it is not kept, or cannot be read.
        """
        with told():
            found = self._store.read()
            if found is not None:
                state = self._reader.state(found[0])
                if serial in (None, state.serial):
                    return state
            data = None if serial is None else self._store.version(serial)
            if data is not None:
                return self._reader.state(data, f"the state of serial {serial}")
            kept = [version.serial for version in self._store.history()]
        if serial is None:
            what = f'nothing is recorded of the stack "{self._reader.stack}"'
            raise MlinfraError(error("MLI-STA-050", what, "The first apply records it."))
        there = sorted({*kept, *([state.serial] if found else [])})
        raise MlinfraError(
            error(
                "MLI-STA-051",
                f"no state of serial {serial} is kept",
                f"There are: {', '.join(map(str, there))}." if there else "None is.",
            )
        )

    def verify(self) -> tuple[Finding, ...]:
        """Everything that is kept, read through. Raises MlinfraError where the store cannot be asked."""
        with told():
            found = self._store.read()
            if found is None:
                return tuple(self._earlier(None))
            part, where = "state", self._store.where()
            try:
                state = self._reader.state(found[0])
            except MlinfraError as wrong:
                problem = wrong.diagnostics[0].summary
                return (Finding(part, where, problem), *self._earlier(None))
            now = Finding(f"{part} of serial {state.serial}", where)
            return (now, self._journal(state), *self._earlier(state))

    def _kept(self, data: bytes | None, version: Version | None, where: str) -> Kept:
        """One line of the history; of the state that counts without ``version``."""
        serial, written = (version.serial, version.written) if version else (0, None)
        current = version is None
        try:
            if data is None:
                raise Malformed("it made room for a later one")
            state = self._reader.heading(data, where)
        except Malformed as wrong:
            return Kept(serial, where, written, None, current, f"{wrong}")
        except MlinfraError as wrong:
            return Kept(serial, where, written, None, current, wrong.diagnostics[0].summary)
        at = state.written.at if state.written else written
        return Kept(state.serial if current else serial, where, at, state.written, current)

    def _journal(self, state: State) -> Finding:
        part, where = "its journal", self._store.where(state.serial)
        try:
            entries = self._reader.entries(state)
        except MlinfraError as wrong:
            return Finding(part, where, wrong.diagnostics[0].summary)
        return Finding(part, where, note="" if entries else "empty")

    def _earlier(self, current: State | None) -> Iterator[Finding]:
        for version in self._store.history():
            part = f"state of serial {version.serial}"
            data = self._store.version(version.serial)
            if data is None:
                continue  # it made room for a later one in this moment
            try:
                state = self._reader.state(data, version.where)
            except MlinfraError as wrong:
                yield Finding(part, version.where, wrong.diagnostics[0].summary)
                continue
            problem = note = ""
            if state.serial != version.serial:
                problem = f"{version.where} says that it is of serial {state.serial}"
            elif current is not None and state.lineage != current.lineage:
                note = f"of another lineage, {state.lineage}"
            yield Finding(part, version.where, problem, note)
