"""mlinfra in a process that is killed for real: ``python -m tests.cli.dying MOMENT apply …``.

The moments are those of `tests.conformance.mortal`: before and after each request and each write to the
store, and in the middle of a write to the journal. The process ends itself there with SIGKILL, which nothing
can catch. With a moment that never comes it is the plain command, and writes into the file ``moments`` of the
current folder what its moments were.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

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


def run(moment: int, arguments: list[str]) -> None:
    """The command, over a transport and a store that have moments."""
    doom = Doom(moment)

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
    run(int(sys.argv[1]), sys.argv[2:])
