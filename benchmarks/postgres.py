"""State in PostgreSQL beside state in a folder: ``python -m benchmarks.postgres [--json FILE] [--quick]``.

The server is a real one that this starts and stops, on this machine, with its data synced to the disk. Both
stores take turns, so that a machine that slows down slows down both: what counts is their ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from benchmarks.measure import RunError, measure
from benchmarks.place import ROOT
from benchmarks.stacks import fan_out
from mlinfra.model.address import Address, parse_address
from mlinfra.model.codec import encode_state
from mlinfra.model.state import LockInfo, Record, State
from mlinfra.state.api import Store
from mlinfra.state.local import LocalStore
from mlinfra.state.postgres.store import PostgresStore
from mlinfra.state.postgres.target import read_target
from tests.servers.postgres import PASSWORD, PostgresServer, running

ENTRY = b"x" * 1000 + b"\n"
"""About what one step writes into the journal."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the stores.

    ``backend`` is its line in a stack, ``environment`` what commands need besides; ``forget`` takes away what
    is recorded.
    """

    name: str
    store: Store
    backend: str
    forget: Callable[[], None]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Figure:
    """What a store took, beside the local one: medians in seconds, and what is promised of them."""

    name: str
    local: float
    remote: float
    seconds: float | None = None
    times: float | None = None

    @property
    def kept(self) -> bool:
        """Whether the promise is kept."""
        quick = self.seconds is None or self.remote <= self.seconds
        return quick and (self.times is None or self.remote <= self.times * self.local)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print. Exits 1 when a command that is measured fails."""
    parser = argparse.ArgumentParser(prog="benchmarks.postgres", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="applies of each store (5)")
    parser.add_argument("--quick", action="store_true", help="tiny: does it work at all?")
    asked = parser.parse_args(arguments)
    small, large, rounds = (10, 20, 1) if asked.quick else (1_000, 10_000, asked.rounds)
    with tempfile.TemporaryDirectory(prefix="mlinfra-bench-") as home, running() as server:
        local, remote = _local(Path(home)), _postgres(server)
        try:
            figures = [
                _acknowledged(local, remote, small // 5),
                _read(local, remote, large),
                _applied(local, remote, Path(home), small, rounds),
            ]
        except RunError as wrong:
            print(wrong, file=sys.stderr)
            return 1
    if asked.json is not None:
        asked.json.write_text(json.dumps([asdict(f) | {"kept": f.kept} for f in figures], indent=1))
    for figure in figures:
        print(_line(figure))
    return 0


def _local(home: Path) -> Side:
    return Side("local", LocalStore(home / "kept", "bench"), "local: {}", lambda: None)


def _postgres(server: PostgresServer) -> Side:
    store = PostgresStore(read_target({"url": server.url(), "schema": "bench"}, "bench"))

    def forget() -> None:
        with server.connect() as admin:
            admin.execute("drop schema if exists mlinfra cascade")

    return Side(
        "postgres",
        store,
        f"postgres: {{host: 127.0.0.1, port: {server.port}, user: admin, database: infra}}",
        forget,
        {"PGPASSWORD": PASSWORD},
    )


def _acknowledged(local: Side, remote: Side, count: int) -> Figure:
    """How long a step waits until its line in the journal is safe."""
    now = datetime.now(UTC)
    info = LockInfo("", "bench", "bench", "bench", now, now)
    leases = [side.store.lock(info, 3600) for side in (local, remote)]
    took: list[list[float]] = [[], []]
    for _ in range(count):
        for side, lease, costs in zip((local, remote), leases, took, strict=True):
            start = time.perf_counter()
            side.store.journal_append(0, ENTRY, lease)
            costs.append(time.perf_counter() - start)
    for side, lease in zip((local, remote), leases, strict=True):
        side.store.unlock(lease)
    return Figure("acknowledgement of a step", median(took[0]), median(took[1]), seconds=0.010)


def _read(local: Side, remote: Side, count: int) -> Figure:
    """How long it takes to have the bytes of a large state."""
    data = encode_state(State("bench", records=dict(_records(count))), b"k" * 32, "bench")
    now = datetime.now(UTC)
    info = LockInfo("", "bench", "bench", "bench", now, now)
    for side in (local, remote):
        lease = side.store.lock(info, 3600)
        side.store.write(data, 1, None, lease)
        side.store.unlock(lease)
    took: list[list[float]] = [[], []]
    for _ in range(7):
        for side, costs in zip((local, remote), took, strict=True):
            start = time.perf_counter()
            side.store.read()
            costs.append(time.perf_counter() - start)
    name = f"reading a state of {count:,} ({len(data) / 1e6:.1f} MB)"
    return Figure(name, median(took[0]), median(took[1]), seconds=0.200)


def _records(count: int) -> Iterator[tuple[Address, Record]]:
    group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-fan-out"
    for i in range(count):
        address = parse_address(f"user_assigned_identity.r{i}")
        id = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/res-{i}"
        body = {"name": f"res-{i}", "location": "eastus", "tags": {"size": str(i)}}
        observed = body | {"id": id, "principal_id": f"00000000-0000-0000-0000-{i:012}"}
        yield address, Record(address, "user_assigned_identity", "azure", id, body, observed)


def _applied(local: Side, remote: Side, home: Path, count: int, rounds: int) -> Figure:
    """How long a whole apply takes, from an empty cloud."""
    took: list[list[float]] = [[], []]
    for number in range(rounds + 1):  # the first one warms up
        for side, costs in zip((local, remote), took, strict=True):
            folder = home / f"apply-{side.name}"
            shutil.rmtree(folder, ignore_errors=True)
            side.forget()
            folder.mkdir()
            text = [f"backend: {{{side.backend}}}\n", *fan_out(count)]
            (folder / "mlinfra.yaml").write_text("".join(text), encoding="utf-8")
            command = [sys.executable, "-m", "mlinfra", "apply", "--auto-approve"]
            cost = measure(command, folder, {**os.environ, **side.environment, "PYTHONPATH": str(ROOT)}, None)
            if number:
                costs.append(cost.wall)
    return Figure(f"apply of {count:,}", median(took[0]), median(took[1]), times=1.5)


def _line(figure: Figure) -> str:
    promised = [f"{figure.seconds * 1000:.0f} ms"] if figure.seconds is not None else []
    promised += [f"{figure.times:g} times"] if figure.times is not None else []
    return (
        f"{figure.name:40} local {figure.local * 1000:8.1f} ms  postgres {figure.remote * 1000:8.1f} ms  "
        f"{figure.remote / figure.local:5.2f} times  at most {', '.join(promised)}  "
        f"{'kept' if figure.kept else 'MISSED'}"
    )


if __name__ == "__main__":
    sys.exit(main())
