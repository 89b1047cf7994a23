"""What went wrong, told on stderr, and the exit code that goes with it."""

from __future__ import annotations

import os
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from mlinfra.cli import console
from mlinfra.model.diagnostic import Diagnostic, MlinfraError, Severity, error
from mlinfra.providers.api import ProviderError
from mlinfra.render import diagnostics, json, stream
from mlinfra.state.api import Held, StoreError

INTERRUPTED = 130
LOCKED = 4


def report(wrong: BaseException, *, as_json: bool = False, streams: bool = False) -> int:
    """Tell it on stderr, and answer the exit code. Never raises; what nobody foresaw is called a bug of ours.

    ``as_json``: messages come on stdout as well, as a document, or as a line where the command ``streams``
    its events there.
    """
    if as_json:
        found = _messages(wrong)
        if streams:
            console.event(stream.diagnostics(found))
        else:
            console.document(json.diagnostics(found))
    if isinstance(wrong, click.ClickException):
        wrong.show()
        return 1  # never click's own 2, which means "there are changes"
    if isinstance(wrong, KeyboardInterrupt | click.Abort | EOFError):
        console.warn("Interrupted. Nothing was changed.")
        return INTERRUPTED
    if isinstance(wrong, MlinfraError):
        _print(wrong.diagnostics, untouched=wrong.untouched, offline=wrong.offline)
        return wrong.exit_code
    if isinstance(wrong, ProviderError):
        _print(_messages(wrong), untouched=False)
        return 1
    if isinstance(wrong, StoreError):
        _print(_messages(wrong), untouched=False)
        return LOCKED if isinstance(wrong, Held) else 1
    if isinstance(wrong, OSError) and wrong.filename is not None:
        _print(_messages(wrong), untouched=False)
        return 1
    _bug(wrong)
    return 1


def _messages(wrong: BaseException) -> tuple[Diagnostic, ...]:
    """What it comes to in messages. Of what nobody foresaw the kind alone: its text may hold anything."""
    if isinstance(wrong, MlinfraError):
        return tuple(wrong.diagnostics)
    if isinstance(wrong, ProviderError):
        return (of_provider(wrong),)
    if isinstance(wrong, StoreError):
        return (error("MLI-STA-007", wrong.summary, wrong.hint),)
    if isinstance(wrong, OSError) and wrong.filename is not None:
        return (of_system(wrong),)
    if isinstance(wrong, click.ClickException):
        return (error("MLI-CLI-022", wrong.format_message(), "Look at the command's --help."),)
    if isinstance(wrong, KeyboardInterrupt | click.Abort | EOFError):
        return (error("MLI-CLI-023", "interrupted", "Nothing was changed. Run the command again."),)
    hint = "It is not in your files. Report it with the command; what it left open is settled by the next."
    return (error("MLI-CLI-024", f"this is a bug in mlinfra: {type(wrong).__name__}", hint),)


def tell_checks(found: Sequence[Diagnostic], *, no_color: bool) -> int:
    """Tell which checks do not hold although nothing went wrong, and answer the exit code."""
    if found:
        console.show(console.stderr(no_color=no_color), diagnostics.report(found, untouched=False))
    return 1 if any(each.severity is Severity.ERROR for each in found) else 0


def of_provider(wrong: ProviderError) -> Diagnostic:
    """A provider's error as a message."""
    return error(wrong.code, wrong.summary, wrong.hint, path=wrong.path)


def of_system(wrong: OSError) -> Diagnostic:
    """The operating system's refusal as a message."""
    return error(
        "MLI-SYS-001",
        f"{wrong.filename}: {wrong.strerror or wrong}",
        "The operating system refused it. Look at the rights of that path, and at the room on the disk.",
    )


def _print(found: tuple[Diagnostic, ...], *, untouched: bool, offline: bool = False) -> None:
    console.show(console.stderr(), diagnostics.report(found, untouched=untouched, offline=offline))


def _bug(wrong: BaseException) -> None:
    """Say so, and keep the traceback where it can be sent from: on the screen it helps nobody."""
    trace = "".join(traceback.format_exception(wrong))
    if os.environ.get("MLINFRA_TRACEBACK", "") not in ("", "0"):
        console.warn(trace.rstrip())
        where = "The traceback is above."
    else:
        handle, name = tempfile.mkstemp(prefix="mlinfra-", suffix=".txt", text=True)
        os.close(handle)
        Path(name).write_text(trace, encoding="utf-8")
        where = f"The traceback is in {name}."
    console.warn(f"This is a bug in mlinfra, not in your files: {type(wrong).__name__}.")
    console.warn(f"{where} Please report it with the command that you ran.")
    console.warn("What was applied before is recorded: the next command settles what is open.")
