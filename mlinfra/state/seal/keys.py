"""Where keys come from that need nobody else: a file, the environment, a passphrase."""

from __future__ import annotations

import re
import secrets
import threading
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mlinfra.state.seal.api import Unopened

KEY = 32
"""Bytes of an AES-256 key."""
SHORTEST = 16
"""Characters that a passphrase has at least."""
MAKE = "Make one:  openssl rand -hex 32"


class KeySource(Protocol):
    """Gives the key to write with and, by what an envelope says of its key, the one to read with."""

    @property
    def method(self) -> str:
        """What it is called under ``encryption:``, and in envelopes."""
        ...

    def new(self) -> tuple[dict[str, Any], bytes]:
        """What the envelope says of the key besides ``method``, and the key. Raises Unopened."""
        ...

    def again(self, told: Mapping[str, Any]) -> bytes:
        """The key of an envelope that says this of it. Raises Unopened; ValueError: it says nonsense."""
        ...


@dataclass(frozen=True)
class Given:
    """A key that stands somewhere, as 64 hexadecimal digits; ``read`` looks there and says what it is not."""

    method: str
    place: str
    read: Callable[[], str | None]

    def new(self) -> tuple[dict[str, Any], bytes]:
        """The key itself."""
        return {}, self._key()

    def again(self, told: Mapping[str, Any]) -> bytes:
        """The same."""
        return self._key()

    def _key(self) -> bytes:
        text = self.read()
        if text is None:
            raise _no_key(f"{self.place} is not there", f"Put the key there. {MAKE}")
        if not re.fullmatch(r"\s*[0-9a-fA-F]{64}\s*", text):
            raise _no_key(f"{self.place} does not hold 64 hexadecimal digits", MAKE)
        return bytes.fromhex(text.strip())


def from_file(path: Path, shown: str) -> Given:
    """The key in a file."""

    def read() -> str | None:
        try:
            with path.open("rb") as file:
                return file.read(1000).decode("ascii", "replace")
        except FileNotFoundError:
            return None
        except OSError as wrong:
            what = (wrong.strerror or str(wrong)).lower()
            raise _no_key(
                f"{shown} cannot be read: {what}", "This user must be allowed to read it."
            ) from None

    return Given("file", f"the key file {shown}", read)


def from_environment(name: str, environment: Mapping[str, str]) -> Given:
    """The key in an environment variable."""
    return Given("environment", f"the environment variable {name}", lambda: environment.get(name))


@dataclass(frozen=True, slots=True)
class Cost:
    """What Argon2id takes: ``memory`` in KiB, ``passes`` over it, ``lanes`` at one time."""

    memory: int
    passes: int
    lanes: int


COST = Cost(64 * 1024, 3, 4)
"""RFC 9106, section 4: the second recommended choice, where 2 GiB are too much. 0.16 s."""
_MOST = Cost(1024 * 1024, 16, 16)
"""More is not believed of an envelope, whose maker might only want our memory."""


class Passphrase:
    """A key that Argon2id makes of a passphrase and a salt; the salt that was read last is written again."""

    method = "passphrase"

    def __init__(self, passphrase: str, cost: Cost = COST) -> None:
        if len(passphrase) < SHORTEST:
            what = f"the passphrase has fewer than {SHORTEST} characters"
            raise _no_key(what, "Take a longer one: several words, or  openssl rand -base64 24")
        self._passphrase = passphrase.encode()
        self._cost = cost
        self._known: dict[tuple[bytes, Cost], bytes] = {}
        self._lock = threading.Lock()

    def new(self) -> tuple[dict[str, Any], bytes]:
        """With the salt of what was read or written last, which spares the time; else with a new one."""
        with self._lock:
            salt = next((salt for salt, cost in reversed(self._known) if cost == self._cost), None)
        salt, cost = salt or secrets.token_bytes(16), self._cost
        told = {
            "salt": b64encode(salt).decode(),
            "memory": cost.memory,
            "passes": cost.passes,
            "lanes": cost.lanes,
        }
        return told, self._derived(salt, cost)

    def again(self, told: Mapping[str, Any]) -> bytes:
        """With the salt and the cost that are told."""
        try:
            salt = b64decode(told["salt"], validate=True)
        except (KeyError, TypeError, Error):
            raise ValueError("no salt") from None
        numbers = [told.get(name) for name in ("memory", "passes", "lanes")]
        most = (_MOST.memory, _MOST.passes, _MOST.lanes)
        for number, limit in zip(numbers, most, strict=True):
            if type(number) is not int or not 1 <= number <= limit:
                raise ValueError("no cost that is paid")
        memory, passes, lanes = (int(number) for number in numbers if number is not None)
        if not 8 <= len(salt) <= 64 or memory < 8 * lanes:
            raise ValueError("no cost that Argon2id takes")
        return self._derived(salt, Cost(memory, passes, lanes))

    def _derived(self, salt: bytes, cost: Cost) -> bytes:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        with self._lock:
            if (salt, cost) not in self._known:
                argon = Argon2id(
                    salt=salt, length=KEY, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory
                )
                self._known[salt, cost] = argon.derive(self._passphrase)
            return self._known[salt, cost]


def _no_key(what: str, hint: str) -> Unopened:
    return Unopened("MLI-STA-083", f"needs a key: {what}", hint)
