"""State files and journal entries as JSON bytes, and back; how values stand in them is in `encoding`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from mlinfra.model.address import Address, parse_address
from mlinfra.model.encoding import ABSENT, Malformed, decode, encode, read, read_mapping
from mlinfra.model.formats import Format
from mlinfra.model.journal import Entry, EntryKind
from mlinfra.model.plan import Op
from mlinfra.model.state import FORMAT_VERSION, Deed, OutputValue, Record, Stamp, State
from mlinfra.model.value import Attrs, has_mark

__all__ = [
    "UPGRADE",
    "Malformed",
    "decode_entry",
    "decode_header",
    "decode_state",
    "encode_entry",
    "encode_state",
]

UPGRADE = "Install the newer one: pip install --upgrade mlinfra"
"""What to do about a file of a newer mlinfra."""

STATE = Format(FORMAT_VERSION, {})
"""State files. What reads one of an earlier format goes into ``upgrades``, under the number that it reads."""


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all parts of a file have in common: a key that we do not know is an error, never dropped."""


_Count = Annotated[int, msgspec.Meta(ge=0)]


class _Record(_Document, frozen=True, kw_only=True):
    address: str
    type: str
    provider: str
    id: str
    type_version: int = 1
    lifecycle: list[str] = []
    broken: bool = False
    versions: list[str] = []
    dependencies: list[str] = []
    settings: msgspec.Raw = ABSENT
    desired: msgspec.Raw
    observed: msgspec.Raw


class _Output(_Document, frozen=True):
    value: msgspec.Raw
    sensitive: bool = False


class _Duration(_Document, frozen=True, kw_only=True):
    type: str
    kind: str = ""
    op: str
    seconds: list[Annotated[float, msgspec.Meta(ge=0)]]


class _Stamp(_Document, frozen=True, kw_only=True):
    owner: str
    host: str
    at: Annotated[datetime, msgspec.Meta(tz=True)]
    command: str
    commit: str = ""
    summary: str = ""


class _State(_Document, frozen=True):
    format_version: Annotated[int, msgspec.Meta(ge=1)]
    tool: str
    lineage: str
    serial: _Count
    stack: str
    folder: str
    outputs: dict[str, _Output]
    records: list[_Record]
    durations: list[_Duration] = []
    written: _Stamp | None = None


class _Heading(msgspec.Struct, frozen=True):
    """What a state says of itself; all else is passed over."""

    format_version: int
    lineage: str
    serial: _Count
    stack: str
    folder: str
    written: _Stamp | None = None


class _Named(msgspec.Struct, frozen=True):
    address: str


class _Names(msgspec.Struct, frozen=True):
    """Only what a state calls its resources and outputs."""

    format_version: int
    records: list[_Named] = []
    outputs: dict[str, msgspec.Raw] = {}


class _Entry(_Document, frozen=True):
    kind: EntryKind
    step: str
    address: str
    op: Op
    type: str
    provider: str
    id: str | None = None
    type_version: int = 1
    lifecycle: list[str] = []
    broken: bool = False
    versions: list[str] = []
    message: str = ""
    dependencies: list[str] = []
    settings: msgspec.Raw = ABSENT
    token: msgspec.Raw = ABSENT
    desired: msgspec.Raw = ABSENT
    observed: msgspec.Raw = ABSENT


_encoder = msgspec.json.Encoder(order="deterministic")
_state = msgspec.json.Decoder(_State)
_heading = msgspec.json.Decoder(_Heading)
_names = msgspec.json.Decoder(_Names)
_entry = msgspec.json.Decoder(_Entry)


def encode_state(state: State, key: bytes, tool: str) -> bytes:
    """A state file: indented, in an order that depends on nothing but what is in it.

    Raises TypeError for an `Unknown` that is left in it, ValueError for a number that JSON lacks.
    """
    records = [state.records[address] for address in sorted(state.records, key=lambda a: a.sort_key)]
    document = _State(
        format_version=FORMAT_VERSION,
        tool=tool,
        lineage=state.lineage,
        serial=state.serial,
        stack=state.stack,
        folder=state.folder,
        outputs={
            name: _Output(value=encode(output.value, key), sensitive=output.sensitive)
            for name, output in state.outputs.items()
        },
        records=[
            _Record(
                address=str(record.address),
                type=record.type,
                provider=record.provider,
                id=record.id,
                type_version=record.type_version,
                lifecycle=sorted(record.lifecycle),
                versions=list(record.versions),
                broken=record.broken,
                dependencies=[str(address) for address in record.dependencies],
                settings=encode(dict(record.settings), key) if record.settings else ABSENT,
                desired=encode(record.desired, key),
                observed=encode(record.observed, key),
            )
            for record in records
        ],
        durations=[
            _Duration(type=deed.type, kind=deed.kind, op=deed.op, seconds=list(state.durations[deed]))
            for deed in sorted(state.durations)
        ],
        written=_stamped(state.written),
    )
    return msgspec.json.format(_encoder.encode(document), indent=2) + b"\n"


def decode_state(data: bytes, format: Format = STATE) -> State:
    """The state in a file, of an earlier format too. Raises Malformed."""
    document = format.read(_state, data)
    addresses: dict[str, Address] = {}
    settings: dict[bytes, Attrs] = {}
    records: dict[Address, Record] = {}
    for index, item in enumerate(document.records):
        try:
            record = _record(item, addresses, settings)
            if record.address in records:
                raise Malformed(f"{record.address} is there twice")
        except Malformed as wrong:
            raise wrong.within(f"records[{index}]") from None
        records[record.address] = record
    outputs: dict[str, OutputValue] = {}
    for name, output in document.outputs.items():
        try:
            outputs[name] = OutputValue(read(output.value), output.sensitive)
        except Malformed as wrong:
            raise wrong.within(f"outputs.{name}.value") from None
    durations = {Deed(took.type, took.kind, took.op): tuple(took.seconds) for took in document.durations}
    return State(
        lineage=document.lineage,
        serial=document.serial,
        stack=document.stack,
        folder=document.folder,
        records=records,
        outputs=outputs,
        durations=durations,
        written=_stamp(document.written),
    )


def decode_header(data: bytes) -> State:
    """The state in a file without what is recorded in it, which is passed over. Raises Malformed."""
    document = STATE.read(_heading, data)
    return State(
        lineage=document.lineage,
        serial=document.serial,
        stack=document.stack,
        folder=document.folder,
        written=_stamp(document.written),
    )


def decode_names(data: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses of a state's resources and the names of its outputs; all else is passed over. Raises
    Malformed."""
    document = STATE.read(_names, data)
    return tuple(record.address for record in document.records), tuple(document.outputs)


def _stamp(by: _Stamp | None) -> Stamp | None:
    return None if by is None else Stamp(by.owner, by.host, by.at, by.command, by.commit, by.summary)


def _stamped(by: Stamp | None) -> _Stamp | None:
    if by is None:
        return None
    return _Stamp(
        owner=by.owner, host=by.host, at=by.at, command=by.command, commit=by.commit, summary=by.summary
    )


def _record(item: _Record, addresses: dict[str, Address], known: dict[bytes, Attrs]) -> Record:
    """A record; addresses and settings that are alike are read once."""
    part = "address"
    try:
        address = _address(item.address, addresses)
        part = "dependencies"
        dependencies = tuple([_address(text, addresses) for text in item.dependencies])
        part = "settings"
        written = bytes(item.settings)
        if written not in known:
            known[written] = read_mapping(item.settings) if item.settings else {}
        part = "desired"
        desired = read_mapping(item.desired)
        part = "observed"
        observed = read_mapping(item.observed)
    except Malformed as wrong:
        raise wrong.within(part) from None
    return Record(
        address=address,
        type=item.type,
        provider=item.provider,
        id=item.id,
        desired=desired,
        observed=observed,
        dependencies=dependencies,
        settings=known[written],
        type_version=item.type_version,
        lifecycle=frozenset(item.lifecycle),
        versions=tuple(item.versions),
        broken=item.broken,
    )


def encode_entry(entry: Entry, key: bytes) -> bytes:
    """A journal entry, on one line.

    Raises TypeError for an `Unknown` anywhere but in ``desired`` before the step's end, and for any mark in
    the token, which must be plain; ValueError for a number that JSON lacks.
    """
    if entry.token is not None and has_mark(entry.token):
        raise TypeError(f"{entry.address}: the token of a step must be plain JSON")
    open_ = not entry.kind.ends
    return _encoder.encode(
        _Entry(
            kind=entry.kind,
            step=entry.step,
            address=str(entry.address),
            op=entry.op,
            type=entry.type,
            provider=entry.provider,
            id=entry.id,
            type_version=entry.type_version,
            lifecycle=sorted(entry.lifecycle),
            versions=list(entry.versions),
            broken=entry.broken,
            message=entry.message,
            dependencies=[str(address) for address in entry.dependencies],
            settings=encode(dict(entry.settings), key) if entry.settings else ABSENT,
            token=ABSENT if entry.token is None else encode(dict(entry.token), key),
            desired=ABSENT if entry.desired is None else encode(entry.desired, key, unknown=open_),
            observed=ABSENT if entry.observed is None else encode(entry.observed, key),
        )
    )


def decode_entry(data: bytes) -> Entry:
    """A journal entry. Raises Malformed."""
    item = decode(_entry, data)
    addresses: dict[str, Address] = {}
    return Entry(
        kind=item.kind,
        step=item.step,
        address=_address(item.address, addresses),
        op=item.op,
        type=item.type,
        provider=item.provider,
        id=item.id,
        desired=read_mapping(item.desired) if item.desired else None,
        observed=read_mapping(item.observed) if item.observed else None,
        token=read_mapping(item.token) if item.token else None,
        settings=read_mapping(item.settings) if item.settings else {},
        dependencies=tuple(_address(text, addresses) for text in item.dependencies),
        message=item.message,
        type_version=item.type_version,
        lifecycle=frozenset(item.lifecycle),
        versions=tuple(item.versions),
        broken=item.broken,
    )


def _address(text: str, known: dict[str, Address]) -> Address:
    """The address, each text being read once."""
    if text not in known:
        try:
            known[text] = parse_address(text)
        except ValueError as wrong:
            raise Malformed(str(wrong)) from None
    return known[text]
