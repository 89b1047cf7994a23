"""The seam between what is recorded and what is written down of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

MARK = b'{"mlinfra_encrypted":'
"""How everything sealed begins, and nothing else that mlinfra writes."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What sealed bytes are: put in another place, or under another name, they cannot be opened.

    ``kind`` is ``state``, ``journal`` or ``plan``; ``line`` the number of a journal's line.
    """

    kind: str
    lineage: str
    serial: int
    line: int | None = None


class Unopened(Exception):
    """Bytes that cannot be opened, or sealed: ``problem`` says why, about them, ``hint`` what to do."""

    def __init__(self, code: str, problem: str, hint: str) -> None:
        self.code = code
        self.problem = problem
        self.hint = hint
        super().__init__(problem)


class Seal(Protocol):
    """Closes and opens bytes; thread-safe."""

    def close(self, data: bytes, bound: Bound) -> bytes:
        """The bytes as they are written down: JSON on one line. Raises Unopened where no key can be had."""
        ...

    def ready(self) -> None:
        """Return when `close` surely has its key, before anything is begun. Raises Unopened."""
        ...

    def open(self, data: bytes, kind: str, bound: Bound | None = None) -> bytes:
        """What was closed as this kind, and as ``bound`` where that is known already. Raises Unopened."""
        ...


class Plain:
    """The seal of a stack without ``encryption:``: what it is given stays as it is."""

    def close(self, data: bytes, bound: Bound) -> bytes:
        """The same bytes."""
        return data

    def ready(self) -> None:
        """It needs no key."""

    def open(self, data: bytes, kind: str, bound: Bound | None = None) -> bytes:
        """The same bytes. Raises Unopened for those that are encrypted."""
        if is_sealed(data):
            raise Unopened(
                "MLI-STA-080",
                "is encrypted, and the stack says not with which key",
                "Write `encryption:` in the stack, as it was when this was written.",
            )
        return data


PLAIN = Plain()


def is_sealed(data: bytes) -> bool:
    """Whether these bytes are encrypted by mlinfra."""
    return data.startswith(MARK)
