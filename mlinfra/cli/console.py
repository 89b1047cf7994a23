"""Where words go: results to stdout, problems to stderr; colour only where a person sees it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import IO, TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from mlinfra.cli.screen import Screen

_UNPRINTED = dict.fromkeys(map(ord, "\a\b\v\f\r"))
"""Characters that move a terminal's cursor: left out, as rich leaves them out of a `Text`."""


def is_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether we run in a CI: ``CI`` is set to something that does not say no."""
    return environment.get("CI", "").lower() not in ("", "0", "false", "no")


def colourful(stream: IO[str], *, no_color: bool, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether ``stream`` is a terminal that a person looks at and nobody asked for plain text.

    ``NO_COLOR`` counts when it is not empty (no-color.org). A CI's log is no terminal, whatever it says.
    """
    plain = no_color or bool(environment.get("NO_COLOR")) or is_ci(environment)
    return not plain and environment.get("TERM") != "dumb" and stream.isatty()


def interactive() -> bool:
    """Whether somebody is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def stdout(*, no_color: bool = False) -> Screen:
    """The console of results."""
    return _screen(sys.stdout, no_color)


def stderr(*, no_color: bool = False) -> Screen:
    """The console of problems."""
    return _screen(sys.stderr, no_color)


def show(screen: Console, *parts: RenderableType) -> None:
    """Print each part, one below the other; lines stay as long as they are.

    A part with a user's words in it must be a `Text`: a plain string here is ours alone.
    """
    for part in parts:
        screen.print(part, soft_wrap=True)


def say(line: str = "") -> None:
    """Print one plain line on stdout."""
    _print(sys.stdout, line)


def warn(line: str) -> None:
    """Print one plain line on stderr."""
    _print(sys.stderr, line)


def document(value: Any) -> None:
    """Print one JSON document, indented: for machines, and for eyes."""
    say(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def event(value: Any) -> None:
    """Print one JSON document on one line, as the renderer writes events."""
    say(json.dumps(value))


def mute(stream: IO[str]) -> None:
    """Let everything that is still written to a stream go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _print(stream: IO[str], line: str) -> None:
    """Print a line without rich; like a `Screen` it goes on when the reader has gone."""
    try:
        stream.write(f"{line.translate(_UNPRINTED)}\n")
        stream.flush()
    except BrokenPipeError:
        mute(stream)


def _screen(stream: IO[str], no_color: bool) -> Screen:
    # Imported here: a command that prints plain lines alone does not pay for rich.
    from mlinfra.cli.screen import Screen
    from mlinfra.render.page import WIDTH

    colour = colourful(stream, no_color=no_color)
    return Screen(
        file=stream,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        width=None if stream.isatty() else WIDTH,
    )
