"""A real Azurite, which is what Microsoft gives out as Blob Storage for tests; ``python -m`` installs it.

It is installed once, by npm, into the user's cache folder; a server listens on loopback at a free port, keeps
everything in memory, and tells nobody that it runs. Its clock can be moved, so that leases run out at once.
"""

from __future__ import annotations

import atexit
import contextlib
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.servers.npm import ServerMissing, installed

__all__ = ["AzuriteServer", "ServerMissing", "install", "running"]

VERSION = "3.35.0"
"""Of Azurite: the newest for Node 20."""

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The account that every Azurite has; its documentation shows the key."""

_CLOCK = """
const real = Date;
let ahead = 0;
class Moved extends real {
  constructor(...given) { given.length ? super(...given) : super(real.now() + ahead); }
  static now() { return real.now() + ahead; }
}
globalThis.Date = Moved;
process.stdin.on("data", (text) => {
  ahead += 1000 * Number(text);
  process.stdout.write("moved\\n");
});
"""
"""Loaded before Azurite: a number of seconds on its standard input moves its clock ahead by so much."""


class AzuriteServer:
    """One server, until it is closed. Raises ServerMissing."""

    def __init__(self) -> None:
        program = install()
        self._folder = Path(tempfile.mkdtemp(prefix="mlinfra-azurite-"))
        clock = self._folder / "clock.cjs"
        clock.write_text(_CLOCK)
        self.port = _free_port()
        self._moving = threading.Lock()
        self._process = subprocess.Popen(
            [
                *("node", "--require", clock, program, "--inMemoryPersistence", "--silent"),
                *("--blobHost", "127.0.0.1", "--blobPort", str(self.port)),
                *("--skipApiVersionCheck", "--disableTelemetry", "--disableProductStyleUrl"),
            ],
            cwd=self._folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        atexit.register(self.close)
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if "successfully listen" in line:
                return
        self.close()
        raise ServerMissing("Azurite ended before it listened")

    @property
    def endpoint(self) -> str:
        """The address of its account's blobs."""
        return f"http://127.0.0.1:{self.port}/{ACCOUNT}"

    def advance(self, seconds: float) -> None:
        """Have its time pass; from any thread."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._moving:  # two numbers in one piece would be none
            self._process.stdin.write(f"{seconds}\n")
            self._process.stdin.flush()
            for line in self._process.stdout:
                if line == "moved\n":
                    return
        raise AssertionError("Azurite has ended")

    def close(self) -> None:
        """End it, and take its folder away."""
        self._process.kill()
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)
        atexit.unregister(self.close)


@contextlib.contextmanager
def running() -> Iterator[AzuriteServer]:
    """A server for as long as it is needed. Raises ServerMissing."""
    server = AzuriteServer()
    try:
        yield server
    finally:
        server.close()


def install() -> Path:
    """The program of Azurite's blob service, installed if need be. Raises ServerMissing."""
    modules = installed(f"azurite-{VERSION}", f"azurite@{VERSION}")
    return modules / "azurite" / "dist" / "src" / "blob" / "main.js"


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


if __name__ == "__main__":
    install()
