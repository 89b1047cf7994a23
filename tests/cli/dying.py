"""mlinfra in a process that is killed or interrupted for real: ``python -m tests.cli.dying MOMENT apply …``.

The moments are those of `tests.conformance.mortal`: before and after each request and each write to the
store, and in the middle of a write to the journal. The process ends itself there with SIGKILL, which nothing
can catch. With a moment that never comes it is the plain command, and writes into the file ``moments`` of the
current folder what its moments were. ``MOMENT:SIGINT,SIGINT`` sends it those signals instead, each when the
one before was taken note of.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from mlinfra.cli import interrupt
from mlinfra.cli.main import main
from mlinfra.model.clock import Clock
from mlinfra.simulator import transport
from mlinfra.state import local
from tests.conformance.mortal import Fate, MortalStore, MortalTransport


class Doom(Fate):
    """Ends the process itself, and with it everything."""

    def moment(self, what: str, leaving: Callable[[], Any] | None = None) -> None:
        number = len(self.moments)
        self.moments.append(what)
        if number == self.end:
            if leaving is not None:
                leaving()
            os.kill(os.getpid(), signal.SIGKILL)


class Disturbance(Fate):
    """Sends the process signals, the second one when the command has said that it heard the first."""

    def __init__(self, end: int, signals: list[signal.Signals]) -> None:
        super().__init__(end)
        self._signals = signals
        self._heard: SimpleQueue[str] = SimpleQueue()  # the second signal may come within the first's handler
        say = interrupt._write

        def write(line: str) -> None:
            say(line)
            self._heard.put(line)

        vars(interrupt)["_write"] = write

    def moment(self, what: str, leaving: Callable[[], Any] | None = None) -> None:
        number = len(self.moments)
        self.moments.append(what)
        if number == self.end:
            *first, last = self._signals
            for each in first:
                self._send(each)
            self._send(last, until_heard=not first or last is signal.SIGINT)

    def _send(self, number: signal.Signals, *, until_heard: bool = True) -> None:
        """Python misses a signal that comes when it is just about to wait for a lock: then, once more."""
        signal.pthread_kill(threading.main_thread().ident or 0, number)
        while until_heard and threading.current_thread() is not threading.main_thread():
            try:
                self._heard.get(timeout=0.2)
                return
            except Empty:
                signal.pthread_kill(threading.main_thread().ident or 0, number)


def run(moment: str, arguments: list[str]) -> None:
    """The command, over a transport and a store that have moments."""
    number, _, named = moment.partition(":")
    signals = [signal.Signals[name] for name in named.split(",") if name]
    doom = Disturbance(int(number), signals) if signals else Doom(int(number))

    def store(folder: Path, stack: str, *, clock: Clock) -> MortalStore:
        return MortalStore(folder, stack, clock, doom)

    vars(transport)["SimulatorTransport"] = partial(MortalTransport, weather=doom.weather)
    vars(local)["LocalStore"] = store
    try:
        sys.argv = ["mlinfra", *arguments]
        main()
    finally:
        Path("moments").write_text("\n".join(doom.moments))


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
