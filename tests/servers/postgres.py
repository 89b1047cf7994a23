"""A real PostgreSQL server: on loopback and a socket, at a free port, with its data in a temporary folder."""

from __future__ import annotations

import atexit
import contextlib
import os
import pwd
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

ADMIN = "admin"
PASSWORD = "correct horse/battery"
DATABASE = "infra"
_PATIENCE = 60.0
"""Seconds for one of the server's programs."""


class ServerMissing(Exception):
    """The server's programs are not on this machine."""


class PostgresServer:
    """One server. It sees who logs in over TCP by password, over its socket by name alone.

    The data are synced to the disk as those of a server that people rely on. `initdb` and `postgres` refuse
    root, so root runs them as another user, who owns the folder.
    """

    def __init__(self) -> None:
        self._programs = _programs()
        self._user = _user()
        self.folder = Path(tempfile.mkdtemp(prefix="mlinfra-pg-", dir="/tmp"))
        self.port = _free_port()
        self.running = False
        atexit.register(self.close)
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self.folder.chmod(0o755)
        given = self.folder / "password"
        given.write_text(PASSWORD)
        given.chmod(0o644)
        self._run(
            "initdb",
            *("-D", str(self.data), "-U", ADMIN, "--pwfile", str(given)),
            *(
                "--auth-host=scram-sha-256",
                "--auth-local=trust",
                "--locale=C",
                "--encoding=UTF8",
                "--no-sync",
            ),
        )
        self.start()
        with self.connect("postgres") as connection:
            connection.execute(f"create database {DATABASE}")

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=60"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-o", options, "start")
        self.running = True

    def stop(self, how: str = "immediate") -> None:
        """Stop it, as a crash would (``immediate``) or as an administrator would (``fast``)."""
        if self.running:
            self.running = False
            self._run("pg_ctl", "-D", str(self.data), "-m", how, "-w", "stop")

    def close(self) -> None:
        """Stop it and take its folder away."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        atexit.unregister(self.close)

    def process(self) -> int:
        """The process id of the server itself."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def connect(self, database: str = DATABASE) -> psycopg.Connection[tuple[Any, ...]]:
        """A connection of the administrator."""
        return psycopg.connect(
            host=str(self.folder), port=self.port, user=ADMIN, dbname=database, autocommit=True
        )

    def url(self, user: str = ADMIN, password: str = PASSWORD, database: str = DATABASE) -> str:
        """How others connect: over TCP, with a password."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def _run(self, program: str, *arguments: str) -> None:
        who: dict[str, Any] = {}
        if self._user is not None:
            who = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        with tempfile.TemporaryFile() as said:
            # No pipe: the server would inherit it, and who reads from it would wait for the server's end.
            done = subprocess.run(
                [self._programs / program, *arguments],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                timeout=_PATIENCE,
                check=False,
                **who,
            )
            if done.returncode:
                said.seek(0)
                log = self.folder / "log"
                text = said.read().decode(errors="replace") + (log.read_text() if log.exists() else "")
                raise RuntimeError(f"{program} exited {done.returncode}\n{text[-3000:]}")


@contextlib.contextmanager
def running() -> Iterator[PostgresServer]:
    """A server for as long as it is needed. Raises ServerMissing."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.close()


def _programs() -> Path:
    """The folder of the server's programs: on the path, or the newest that Debian's packages brought."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    packaged = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(re.sub(r"\D.*", "", path.parts[-3]) or 0),
    )
    if not packaged:
        raise ServerMissing("PostgreSQL's server is not installed: make tools (apt-get install postgresql)")
    return packaged[-1].parent


def _user() -> pwd.struct_passwd | None:
    """Who runs the server; None: who runs the tests."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerMissing("PostgreSQL runs not as root, and there is no user `postgres` or `nobody`")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
