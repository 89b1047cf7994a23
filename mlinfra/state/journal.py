"""The journal: JSON lines, appended one by one while an apply runs, and folded into the state afterwards.

Each line has the format, the lineage and serial of the state that it belongs to, its own number, a checksum
and the entry. A line that a crash tore was never acknowledged: it is passed over when it is the last one, or
when whoever went on has marked it, and so seen it, before writing the same number again. Anything else that
cannot be read is damage and is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

import msgspec

from mlinfra.model.address import Address
from mlinfra.model.codec import UPGRADE, Malformed, decode_entry
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.state import Record, State

__all__ = [
    "FORMAT",
    "TORN",
    "Entry",
    "EntryKind",
    "check",
    "fold",
    "follow",
    "line",
    "open_entries",
    "read_entries",
]

FORMAT = 1

TORN = b" #torn\n"
"""What is written after the end of a line that a crash tore, before anything else."""

_NOTHING_LEFT = (Op.DELETE, Op.FORGET)


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    lineage: str
    serial: int
    seq: int
    checksum: str
    entry: msgspec.Raw


class _Format(msgspec.Struct, frozen=True):
    format: int


_REPAIR = (
    "The journal tells what an apply that was cut short has done. Put back a good copy; or take out this "
    "line and all after it, then plan: what those lines had changed is found by reading what is there, what "
    "they had created may have to be imported."
)

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)
_format = msgspec.json.Decoder(_Format)


def line(entry: bytes, lineage: str, serial: int, seq: int) -> bytes:
    """One line around an encoded entry, its end included."""
    checksum = _checksum(lineage, serial, seq, entry)
    return _encoder.encode(_Line(FORMAT, lineage, serial, seq, checksum, msgspec.Raw(entry))) + b"\n"


def check(entry: Entry) -> None:
    """Raise ValueError when no record could be made from an entry that ends its step; that is our bug."""
    needs_record = entry.kind is EntryKind.DONE and entry.op not in _NOTHING_LEFT
    needs_broken = entry.kind is EntryKind.FAILED and entry.broken and entry.op.makes
    if (needs_record or needs_broken) and (entry.id is None or entry.desired is None):
        raise ValueError(f"{entry.address}: a {entry.kind.value} {entry.op.value} needs id and desired")
    if needs_record and entry.observed is None:
        raise ValueError(f"{entry.address}: a done {entry.op.value} needs observed")


def read_entries(
    data: bytes,
    *,
    lineage: str,
    serial: int,
    where: str,
    opened: Callable[[bytes, int], bytes] = lambda entry, seq: entry,
) -> tuple[Entry, ...]:
    """The entries of a journal, in order. ``where`` is how messages name it.

    ``opened`` makes of what stands in a line of this number the encoded entry. Raises MlinfraError, with the
    line: damage, another lineage or serial, a newer format; and what ``opened`` raises.
    """
    if not data:
        return ()
    found: list[Entry] = []
    damaged = 0
    lines = data.split(b"\n")
    for number, text in enumerate(lines, 1):
        if not text or text.endswith(TORN.rstrip()):
            continue
        read = _parse(text)
        if isinstance(read, int):
            raise _wrong("012", f"is of format {read}, which a newer mlinfra wrote", UPGRADE, where, number)
        if read is None:
            if number < len(lines):
                damaged = damaged or number
            continue
        if (read.lineage, read.serial) != (lineage, serial):
            raise _wrong(
                "011",
                f"belongs to another state (lineage {read.lineage}, serial {read.serial})",
                f"The state has lineage {lineage}, serial {serial}. Put back the state that this journal was "
                f"written for; or move the journal away, then plan: what is there is found by reading it.",
                where,
                number,
            )
        if read.seq != len(found):
            what = f"has number {read.seq} where {len(found)} is due: lines are missing before it"
            raise _damage(where, damaged) if damaged else _wrong("010", what, _REPAIR, where, number)
        damaged = 0
        try:
            found.append(decode_entry(opened(bytes(read.entry), read.seq)))
        except Malformed as wrong:
            raise _wrong("013", f"cannot be understood: {wrong}", UPGRADE, where, number) from None
    if damaged:
        raise _damage(where, damaged)
    return tuple(found)


def follow(going: dict[str, Entry], entry: Entry) -> None:
    """Keep ``going``, the last entry of each step that has not ended, up to date with one more entry."""
    earlier = going.pop(entry.step, None)
    if entry.kind.ends:
        return
    if earlier is not None and entry.desired is None:
        entry = replace(
            earlier,
            kind=entry.kind,
            id=entry.id or earlier.id,
            observed=entry.observed if entry.observed is not None else earlier.observed,
            token=entry.token,
            message=entry.message,
        )
    going[entry.step] = entry


def open_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The last entry of each step that never ended, with what its earlier entries said filled in."""
    going: dict[str, Entry] = {}
    for entry in entries:
        follow(going, entry)
    return tuple(going.values())


def fold(state: State, entries: Iterable[Entry]) -> tuple[State, tuple[Entry, ...]]:
    """The state with all that is done laid over it, and the last entry of each step that never ended.

    What was created, updated or adopted becomes its record; what was deleted or forgotten goes, unless the
    address has been given to something with another id since. An earlier version that was deleted leaves the
    record of its successor. A creation that failed after it had been
    accepted leaves a record marked broken.
    """
    records = dict(state.records)
    going: dict[str, Entry] = {}
    for entry in entries:
        follow(going, entry)
        if entry.kind is EntryKind.DONE:
            _done(records, entry)
        elif entry.kind is EntryKind.FAILED and entry.broken:
            _broken(records, entry)
    return replace(state, records=records), tuple(going.values())


def _done(records: dict[Address, Record], entry: Entry) -> None:
    if entry.op in _NOTHING_LEFT:
        record = records.get(entry.address)
        if record is not None and entry.id in (None, record.id):
            del records[entry.address]
        elif record is not None and entry.id in record.versions:
            left = tuple(id for id in record.versions if id != entry.id)
            records[entry.address] = replace(record, versions=left)
    else:
        records[entry.address] = _record(entry)


def _broken(records: dict[Address, Record], entry: Entry) -> None:
    if entry.op.makes:
        records[entry.address] = replace(_record(entry), broken=True)
    elif record := records.get(entry.address):
        records[entry.address] = replace(record, broken=True)


def _record(entry: Entry) -> Record:
    return Record(
        address=entry.address,
        type=entry.type,
        provider=entry.provider,
        id=entry.id or "",
        desired=entry.desired or {},
        observed=entry.observed or {},
        dependencies=entry.dependencies,
        settings=entry.settings,
        type_version=entry.type_version,
        lifecycle=entry.lifecycle,
        versions=entry.versions,
    )


def _checksum(lineage: str, serial: int, seq: int, entry: bytes) -> str:
    return hashlib.sha256(f"{lineage}/{serial}/{seq}/".encode() + entry).hexdigest()[:16]


def _parse(text: bytes) -> _Line | int | None:
    """One line; its format when that is newer than ours; None when it is damaged."""
    try:
        version = _format.decode(text).format
        if version > FORMAT:
            return version
        read = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    fits = read.checksum == _checksum(read.lineage, read.serial, read.seq, bytes(read.entry))
    return read if fits else None


def _damage(where: str, number: int) -> MlinfraError:
    return _wrong("010", "is damaged", _REPAIR, where, number)


def _wrong(code: str, what: str, detail: str, where: str, number: int) -> MlinfraError:
    # Entries are long and made for machines: the place is told, the text is not shown.
    position = Position(SourceFile(where, ""), number, 1)
    return MlinfraError(error(f"MLI-STA-{code}", f"line {number} of {where} {what}", detail, position))
