"""A provider around another one whose calls can be made slow, refused, or cut off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import Done, Pending, Progress, Provider
from tests.engine.bench import Bench


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Trouble:
    """``before`` and ``after`` each write are called with what it is; ``polls`` makes writes take long."""

    before: Callable[[Op, str], None] = lambda op, id: None
    after: Callable[[Op, str], None] = lambda op, id: None
    resumed: Callable[[str], None] = lambda id: None
    polls: int = 0
    writes: list[tuple[Op, str]] = field(default_factory=list)


class FlakyType:
    def __init__(self, real: Any, trouble: Trouble) -> None:
        self.real, self.trouble = real, trouble

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def begin(self, conn: Any, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        self.trouble.before(op, id)
        self.trouble.writes.append((op, id))
        done: Progress = self.real.begin(conn, op, id, prior, desired)
        self.trouble.after(op, id)
        if self.trouble.polls:
            return Pending({"id": id, "left": self.trouble.polls, "op": op.value}, 10)
        return done

    def resume(self, conn: Any, pending: Pending) -> Progress:
        token = pending.token
        self.trouble.resumed(token["id"])
        if token["left"] > 1:
            return Pending({**token, "left": token["left"] - 1}, 10)
        return Done(self.real.read_many(conn, [token["id"]])[token["id"]])


class FlakyProvider:
    """All types of ``real``, each flaky."""

    def __init__(self, real: Provider[Any]) -> None:
        self.real, self.trouble = real, Trouble()
        self.types: Mapping[str, Any] = {name: FlakyType(t, self.trouble) for name, t in real.types.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def trouble(bench: Bench) -> Trouble:
    """What a bench around a `FlakyProvider` is made to suffer."""
    found: Trouble = bench.provider.trouble  # type: ignore[attr-defined]
    return found
