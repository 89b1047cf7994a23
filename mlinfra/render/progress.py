"""Events of an apply as they happen: plain lines, a live table, or one JSON object each."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.cells import cell_len

from mlinfra.model.event import Event, Failed, Finished, Retrying, Settled, Started, Uploading
from mlinfra.model.plan import Plan, Step
from mlinfra.render.escape import visible
from mlinfra.render.events import DOING, DONE, Tally, as_json, label, told, uploading
from mlinfra.render.page import Page, Row, padded
from mlinfra.render.view import duration
from mlinfra.render.words import about, count, elapsed

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live as Table

BAR = 18
"""Columns of the bar that says how far a step usually is by now."""
NAMES = 40
"""Columns of an address in the live table at most."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


class Progress(ABC):
    """Something that shows events: a context manager to be called with each, from any thread.

    ``tally`` counts them; it counts imports rightly when it knows the plan.
    """

    def __init__(self, plan: Plan | None) -> None:
        self.tally = Tally(plan)
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def __call__(self, event: Event) -> None:
        """Show one event."""
        with self._lock:
            self.tally(event)
            self._show(event)

    @abstractmethod
    def _show(self, event: Event) -> None:
        """Show it; the lock is held."""


class Lines(Progress):
    """One plain line per event, for logs; ``write`` gets each with its newline."""

    def __init__(self, write: Callable[[str], object], plan: Plan | None = None) -> None:
        super().__init__(plan)
        self._write = write

    def _show(self, event: Event) -> None:
        for line in told(event):
            self._write(line + "\n")


class Json(Progress):
    """One JSON object per event and line, in ASCII, for ``apply --json``.

    ``write`` gets each with its newline. ``type`` is ``started``, ``accepted``, ``uploading``, ``retrying``,
    ``finished``, ``failed`` or ``settled``.
    """

    def __init__(self, write: Callable[[str], object], plan: Plan | None = None) -> None:
        super().__init__(plan)
        self._write = write

    def _show(self, event: Event) -> None:
        self._write(json.dumps(as_json(event)) + "\n")


class Live(Progress):
    """A table of what runs, redrawn in place beneath what is done; only for a real terminal.

    Whether ``console`` is one is the caller's to know: rich takes ``FORCE_COLOR`` for a terminal and would
    animate into a log. ``steps`` is how many steps the plan has, ``now`` the monotonic seconds of the clock
    that the events' ``at`` is of, ``requests`` how many requests were sent so far.
    """

    def __init__(
        self,
        console: Console,
        *,
        steps: int,
        now: Callable[[], float],
        requests: Callable[[], int] | None = None,
        plan: Plan | None = None,
    ) -> None:
        super().__init__(plan)
        self.page = Page(self._rows)
        self._console = console
        self._steps = steps
        self._now = now
        self._requests = requests
        self._running: dict[str, Started] = {}
        self._waiting: dict[str, str] = {}
        self._names = 0
        # Held only to read or write the three above: rich calls _rows under a lock of its own, and an event
        # that prints takes that lock in turn.
        self._state = Lock()
        self._table: Table | None = None
        self._since = now()
        self._expected = duration(plan) if plan else 0.0

    def __enter__(self) -> Self:
        from rich.live import Live as Table  # only an apply on a terminal pays for it

        self._table = Table(self.page, console=self._console, refresh_per_second=4, transient=True)
        self._table.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._table is not None:
            self._table.stop()
            self._table = None

    def _show(self, event: Event) -> None:
        if isinstance(event, Settled):
            self._print([[(line, "")] for line in told(event)])
            return
        with self._state:
            started = self._running.get(event.step.id)
            self._names = max(self._names, min(cell_len(label(event.step)), NAMES))
            if isinstance(event, Finished | Failed):
                self._running.pop(event.step.id, None)
            elif isinstance(event, Started):
                self._running[event.step.id] = event
            if isinstance(event, Retrying):
                self._waiting[event.step.id] = f"waits for: {visible(event.why)}"
            elif isinstance(event, Uploading):
                self._waiting[event.step.id] = uploading(event)
            else:
                self._waiting.pop(event.step.id, None)
        if isinstance(event, Finished):
            done = DONE[event.step.op] if event.changed else "unchanged"
            self._print([self._row(event.step, done, event.seconds, "green")])
        elif isinstance(event, Failed):
            row = self._row(event.step, "failed", event.at - started.at if started else 0.0, "red")
            why = f"   {visible(event.diagnostic.code)}: {visible(event.diagnostic.summary)}"
            self._print([[*row, (why, "")]])

    def _print(self, rows: list[Row]) -> None:
        self._console.print(Page(lambda width: rows))

    def _rows(self, width: int) -> Iterator[Row]:
        """What runs, as it is at this moment."""
        with self._state:
            running, waiting = list(self._running.values()), dict(self._waiting)
        now, room = self._now(), max(self._console.size.height - 4, 1)
        for started in running[:room]:
            yield self._running_row(
                started, max(now - started.at, 0.0), waiting.get(started.step.id, ""), width
            )
        if len(running) > room:
            yield [(f"  and {len(running) - room:,} more", "dim")]
        yield [(self._counts(len(running)), "bold")]

    def _running_row(self, started: Started, seconds: float, waits: str, width: int) -> Row:
        row = self._row(started.step, DOING[started.step.op], seconds, "yellow")
        if started.expected:
            row += [
                (f"  {bar(seconds / started.expected)}", "cyan"),
                (f"  usually {elapsed(started.expected).removesuffix(' 00s')}", "dim"),
            ]
        if waits:
            room = width - sum(cell_len(text) for text, _ in row) - 4
            row.append((f"   {cut(waits, room)}" if room > 16 else "", "dim"))
        return row

    def _row(self, step: Step, word: str, seconds: float, style: str) -> Row:
        name = padded(label(step), self._names)
        return [("  " + name, "bold"), (f"  {word:<10}", style), (f"  {elapsed(seconds):>8}", "")]

    def _counts(self, running: int) -> str:
        """The last line: how far all of it is, and how long it has been at it."""
        tally, failed = self.tally, len(self.tally.failures)
        waiting = self._steps - tally.finished - failed - tally.skipped - running
        parts = [f"{tally.finished:,} of {self._steps:,} done"]
        numbers = {"running": running, "waiting": waiting, "failed": failed, "held up": tally.skipped}
        parts += [f"{number:,} {word}" for word, number in numbers.items() if number > 0]
        if self._requests is not None:
            parts.append(count(self._requests(), "request"))
        usual = about(self._expected)
        parts.append(elapsed(self._now() - self._since) + (f" of {usual}" if usual else ""))
        return "  " + " · ".join(parts)


def bar(share: float) -> str:
    """How far it is, in eighths of a column; never quite full while it still runs."""
    eighths = min(int(max(share, 0.0) * BAR * 8), BAR * 8 - 1)
    full, rest = divmod(eighths, 8)
    return f"▕{('█' * full + _EIGHTHS[rest]):<{BAR}}▏"


def cut(text: str, room: int) -> str:
    """``text`` with an ellipsis at its end where it is longer than ``room`` columns."""
    if cell_len(text) <= room:
        return text
    kept, used = "", 1
    for char in text:
        used += cell_len(char)
        if used > room:
            break
        kept += char
    return kept + "…"
