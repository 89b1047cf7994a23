"""The seal that encrypts: AES-256-GCM with a fresh nonce of 96 bits for each thing that is written."""

from __future__ import annotations

import hmac
import secrets
import threading
from typing import Any

from mlinfra.state.seal import envelope
from mlinfra.state.seal.api import Bound, Unopened, is_sealed
from mlinfra.state.seal.envelope import Envelope
from mlinfra.state.seal.keys import KeySource

_OF_KEY = b"mlinfra key id"


class Cipher:
    """Writes with ``source``; reads with it and with ``fallbacks``, the keys that were in use before.

    ``plain`` lets what is not encrypted be read as well, which is how a stack comes to be encrypted: without
    it whoever can write to the store could slip in a state of their own.
    """

    def __init__(
        self, source: KeySource, fallbacks: tuple[KeySource, ...] = (), *, plain: bool = False
    ) -> None:
        self._sources = (source, *fallbacks)
        self._plain = plain
        self._writing: tuple[dict[str, Any], bytes] | None = None
        self._lock = threading.Lock()

    def close(self, data: bytes, bound: Bound) -> bytes:
        """Encrypt. Raises Unopened where there is no key."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        told, key = self._to_write()
        nonce = secrets.token_bytes(12)
        sealed = AESGCM(key).encrypt(nonce, data, envelope.bound_bytes(bound))
        return envelope.encode(Envelope(bound, told, nonce, sealed))

    def ready(self) -> None:
        """Get the key to write with. Raises Unopened where there is none."""
        self._to_write()

    def open(self, data: bytes, kind: str, bound: Bound | None = None) -> bytes:
        """Decrypt. Raises Unopened: another key, damage, another place, or it is not encrypted."""
        if not is_sealed(data):
            if self._plain:
                return data
            raise Unopened(
                "MLI-STA-084",
                "is not encrypted, though the stack says `encryption:`",
                "Where it is to be encrypted from now on, write  fallback: plain  under `encryption:` until "
                "the next apply has written it. Otherwise somebody put it there: find out who.",
            )
        found = envelope.decode(data)
        if found.bound.kind != kind or (bound is not None and found.bound != bound):
            raise envelope.damaged()
        return self._decrypted(found)

    def _to_write(self) -> tuple[dict[str, Any], bytes]:
        """What envelopes say of the key, and the key: the same ones for all that this seal closes."""
        with self._lock:
            if self._writing is None:
                source = self._sources[0]
                told, key = source.new()
                self._writing = {"method": source.method, "id": key_id(key), **told}, key
            return self._writing

    def _decrypted(self, found: Envelope) -> bytes:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key = self._key(found.key)
        try:
            return AESGCM(key).decrypt(found.nonce, found.sealed, envelope.bound_bytes(found.bound))
        except InvalidTag:
            raise envelope.damaged() from None

    def _key(self, told: dict[str, Any]) -> bytes:
        """The key that was written with, by its id. Raises Unopened: none of ours is that one."""
        method, wanted = told.get("method"), str(told.get("id"))
        for source in self._sources:
            # A key is a key: one that stood in a file may have moved into the environment.
            if source.method != method and not {source.method, method} <= {"file", "environment"}:
                continue
            try:
                key = source.again(told)
            except ValueError:
                raise envelope.damaged() from None
            if hmac.compare_digest(key_id(key).encode(), wanted.encode()):
                return key
        methods = ", ".join(dict.fromkeys(source.method for source in self._sources))
        raise Unopened(
            "MLI-STA-085",
            f"is encrypted with another key (from {method}, id {wanted}) than the stack has (from {methods})",
            "Give the key that it was written with; after a change of keys, the earlier one under "
            "`fallback:` of `encryption:`. Nothing was written.",
        )


def key_id(key: bytes) -> str:
    """What a key is told apart by, and nothing of it can be learnt from: 16 hexadecimal digits."""
    return hmac.digest(key, _OF_KEY, "sha256").hex()[:16]
