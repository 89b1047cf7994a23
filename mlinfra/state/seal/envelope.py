"""Sealed bytes in a file: a JSON document on one line, which says how it can be opened and nothing else."""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass
from typing import Any

import msgspec

from mlinfra.model.codec import UPGRADE
from mlinfra.state.seal.api import Bound, Unopened

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """``key`` tells how the key was come by; ``nonce`` (12 bytes) and ``sealed`` (16 bytes longer than what
    is in it) are AES-256-GCM's.
    """

    bound: Bound
    key: dict[str, Any]
    nonce: bytes
    sealed: bytes


class _Envelope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    mlinfra_encrypted: int
    kind: str
    lineage: str
    serial: int
    key: dict[str, Any]
    nonce: str
    data: str
    line: int | None = None


class _Format(msgspec.Struct, frozen=True):
    mlinfra_encrypted: int


_encoder = msgspec.json.Encoder()
_envelope = msgspec.json.Decoder(_Envelope)
_format = msgspec.json.Decoder(_Format)


def encode(envelope: Envelope) -> bytes:
    """The envelope without an end of line."""
    bound = envelope.bound
    return _encoder.encode(
        _Envelope(
            FORMAT,
            bound.kind,
            bound.lineage,
            bound.serial,
            envelope.key,
            b64encode(envelope.nonce).decode(),
            b64encode(envelope.sealed).decode(),
            bound.line,
        )
    )


def decode(data: bytes) -> Envelope:
    """The envelope in these bytes. Raises Unopened: damage, or a newer format."""
    try:
        number = _format.decode(data).mlinfra_encrypted
        if number > FORMAT:
            raise Unopened(
                "MLI-STA-081",
                f"is encrypted in format {number}, of a newer mlinfra; this one knows {FORMAT}",
                UPGRADE,
            )
        found = _envelope.decode(data)
        bound = Bound(found.kind, found.lineage, found.serial, found.line)
        nonce, sealed = b64decode(found.nonce, validate=True), b64decode(found.data, validate=True)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Error):
        raise damaged() from None
    if len(nonce) != 12 or len(sealed) < 16:
        raise damaged()
    return Envelope(bound, found.key, nonce, sealed)


def bound_bytes(bound: Bound) -> bytes:
    """What AES-GCM authenticates beside the content: the format and all that the bytes are bound to."""
    return _encoder.encode([FORMAT, bound.kind, bound.lineage, bound.serial, bound.line])


def damaged() -> Unopened:
    """It is not as it was written, or stands where it was not written."""
    return Unopened(
        "MLI-STA-082",
        "is damaged: it is not as it was encrypted, or not at the place that it was encrypted for",
        "Put back a good copy. `mlinfra state verify` says what else is damaged.",
    )
