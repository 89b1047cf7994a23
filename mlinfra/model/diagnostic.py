"""Messages as values: what is wrong, where, and what to do. Only ``cli.main`` prints them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum

from mlinfra.model.address import Address
from mlinfra.model.source import Position


class Severity(Enum):
    """How bad it is; an error stops the stage that found it, after the stage has collected the rest."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Via:
    """One call on the way to a module: what it is called (``module.ws["a"]``), and where it is written."""

    name: str
    position: Position


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message.

    ``code`` is stable (``MLI-CFG-012``); ``summary`` is one short line without a full stop; ``detail`` is
    what to do, in full sentences. A type that knows no files gives ``path`` (relative to the resource's
    body); the engine adds ``address`` and ``position``. ``via`` are the calls that lead to the module whose
    text it speaks of, innermost first; None while nobody has said.
    """

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    position: Position | None = None
    address: Address | None = None
    path: tuple[str | int, ...] = ()
    via: tuple[Via, ...] | None = None

    def within(self, via: tuple[Via, ...]) -> Diagnostic:
        """The same message with the calls that lead to it, where nobody has said them."""
        return self if self.via is not None else replace(self, via=via)

    def located(self, address: Address | None, position: Position | None) -> Diagnostic:
        """The same message with the place filled in where it had none."""
        return replace(self, address=self.address or address, position=self.position or position)


def error(
    code: str,
    summary: str,
    detail: str = "",
    position: Position | None = None,
    address: Address | None = None,
    path: tuple[str | int, ...] = (),
) -> Diagnostic:
    """An error."""
    return Diagnostic(Severity.ERROR, code, summary, detail, position, address, path)


def warning(
    code: str,
    summary: str,
    detail: str = "",
    position: Position | None = None,
    address: Address | None = None,
    path: tuple[str | int, ...] = (),
) -> Diagnostic:
    """A warning."""
    return Diagnostic(Severity.WARNING, code, summary, detail, position, address, path)


class MlinfraError(Exception):
    """A user's problem, told in diagnostics. Anything else that reaches ``cli.main`` is our bug.

    ``exit_code`` is 1 unless a subclass says otherwise (3 refused by policy, 4 locked). ``untouched`` says
    that the command can promise that nothing was changed; ``offline``, that nothing was even read from any
    service, is filled in by whoever knows.
    """

    exit_code = 1
    offline = False

    def __init__(self, diagnostics: Iterable[Diagnostic] | Diagnostic, *, untouched: bool = True) -> None:
        self.diagnostics = (diagnostics,) if isinstance(diagnostics, Diagnostic) else tuple(diagnostics)
        self.untouched = untouched
        super().__init__("; ".join(f"{d.code}: {d.summary}" for d in self.diagnostics))


def refuse_errors(diagnostics: Iterable[Diagnostic]) -> None:
    """End a stage: raise MlinfraError with everything found when any of it is an error."""
    found = tuple(diagnostics)
    if any(d.severity is Severity.ERROR for d in found):
        raise MlinfraError(found)
