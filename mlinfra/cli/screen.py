"""The rich console for styled words. Importing rich takes 20 ms: a command of plain lines goes without."""

from __future__ import annotations

from rich.console import Console

from mlinfra.cli.console import mute


class Screen(Console):
    """A rich console that goes quiet when its reader has gone (``mlinfra plan | head``).

    The command goes on: an apply whose output nobody reads any more is still an apply.
    """

    def on_broken_pipe(self) -> None:
        """Let everything further go nowhere."""
        self.quiet = True
        mute(self.file)
