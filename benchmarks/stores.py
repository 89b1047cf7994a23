"""What keeping state elsewhere costs: each kind of store on a real server, beside files on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import RunError, measure
from benchmarks.place import ROOT
from benchmarks.stacks import fan_out
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.clock import SystemClock
from mlinfra.model.address import parse_address
from mlinfra.model.codec import encode_state
from mlinfra.model.state import LockInfo, Record, State
from mlinfra.state.api import Store
from tests.servers import azurite, postgres


@dataclass(frozen=True, slots=True)
class StoreGoals:
    """What is promised of every store, at most: ms to record a step, ms to read, times local's apply."""

    step_ms: float = 10
    read_ms: float = 200
    apply: float = 1.5


@dataclass(frozen=True, slots=True)
class StoreSizes:
    """Steps that are recorded, resources of the state that is read, and of the stack that is applied."""

    steps: int = 300
    recorded: int = 10_000
    applied: int = 1_000


QUICK_STORES = StoreSizes(steps=5, recorded=20, applied=10)

GOALS = StoreGoals()


@dataclass(slots=True)
class StoreCost:
    """Of one store: ms of each step, ms of each read, seconds of each apply."""

    name: str
    steps: list[float] = field(default_factory=list)
    reads: list[float] = field(default_factory=list)
    applies: list[float] = field(default_factory=list)


@contextlib.contextmanager
def in_local() -> Iterator[Mapping[str, Any]]:
    """Files of this machine."""
    yield {"local": {"folder": "state"}}


@contextlib.contextmanager
def in_azure_blob() -> Iterator[Mapping[str, Any]]:
    """A container in an Azurite of its own. Raises ServerMissing."""
    from azure.storage.blob import ContainerClient

    from mlinfra.state.blob.service import VERSION

    with azurite.running() as server:
        words: dict[str, Any] = {"credential": azurite.KEY, "api_version": VERSION}
        with ContainerClient(server.endpoint, "states", **words) as container:
            container.create_container()
        given = {"account": azurite.ACCOUNT, "container": "states", "access_key": azurite.KEY}
        yield {"azure_blob": {**given, "endpoint": server.endpoint}}


@contextlib.contextmanager
def in_postgres() -> Iterator[Mapping[str, Any]]:
    """A database in a server of its own, whose data are synced to the disk. Raises ServerMissing."""
    with postgres.running() as server:
        given = {"host": "127.0.0.1", "port": server.port, "database": postgres.DATABASE}
        yield {"postgres": {**given, "user": postgres.ADMIN, "password": postgres.PASSWORD}}


STORES: Mapping[str, Callable[[], AbstractContextManager[Mapping[str, Any]]]] = {
    "local": in_local,
    "azure_blob": in_azure_blob,
    "postgres": in_postgres,
}
"""By name: a server for as long as it is measured, as what stands under ``backend:``. Local comes first."""


def in_stores(
    home: Path, *, rounds: int, sizes: StoreSizes, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Measure every store, in turns. Raises RunError, also where a server cannot be had."""
    try:
        return judged(_run(home, rounds, sizes, say))
    except (azurite.ServerMissing, postgres.ServerMissing) as wrong:
        raise RunError(str(wrong)) from wrong


def _run(home: Path, rounds: int, sizes: StoreSizes, say: Callable[[str], None]) -> tuple[StoreCost, ...]:
    costs = {name: StoreCost(name) for name in STORES}
    with ExitStack() as servers:
        backends = {name: servers.enter_context(start()) for name, start in STORES.items()}
        data = _state(sizes.recorded)
        for number in range(rounds):
            for name, backend in backends.items():
                say(f"round {number + 1} of {rounds}: state in {name}")
                folder = home / f"store-{name}-{number}"
                folder.mkdir()
                cost = costs[name]
                _steps_and_reads(folder, f"probe-{number}", backend, sizes, data, cost)
                cost.applies.append(_apply(folder, f"fan-out-{number}", backend, sizes.applied))
    return tuple(costs.values())


def _steps_and_reads(
    folder: Path, stack: str, backend: Mapping[str, Any], sizes: StoreSizes, data: bytes, cost: StoreCost
) -> None:
    _write(folder, stack, backend, iter(()))
    store = _open(folder)
    now = datetime.now(UTC)
    lease = store.lock(LockInfo("", "bench", "bench", "apply", now, now), 60)
    line = b"x" * 1_000 + b"\n"
    etag = store.write(b"{}", 0, None, lease)
    store.journal_append(0, line, lease)  # the first one finds out where the journal ends
    for _ in range(sizes.steps):
        start = time.perf_counter()
        store.journal_append(0, line, lease)
        cost.steps.append((time.perf_counter() - start) * 1000)
    store.write(data, 1, etag, lease)
    store.unlock(lease)
    for _ in range(3):
        reader = _open(folder)
        reader.holder()  # the connection is there
        start = time.perf_counter()
        found = reader.read()
        cost.reads.append((time.perf_counter() - start) * 1000)
        assert found is not None
        assert found[0] == data


def _apply(folder: Path, stack: str, backend: Mapping[str, Any], count: int) -> float:
    _write(folder, stack, backend, fan_out(count))
    environment = {name: word for name, word in os.environ.items() if not name.startswith("MLINFRA_")}
    command = [sys.executable, "-m", "mlinfra", "apply", "--auto-approve"]
    return measure(command, folder, {**environment, "PYTHONPATH": str(ROOT)}, None).wall


def _write(folder: Path, stack: str, backend: Mapping[str, Any], text: Iterator[str]) -> None:
    rest = "".join(text).partition("\n")[2]
    head = f"stack: {stack}\nbackend: {json.dumps(backend)}\n"
    (folder / "mlinfra.yaml").write_text(head + rest, encoding="utf-8")


def _open(folder: Path) -> Store:
    place = Workplace(folder, {})
    return place.store(place.head(Inputs()), SystemClock())


def _state(count: int) -> bytes:
    """A state as an apply of so many resources leaves it."""
    records = {}
    for number in range(count):
        address = parse_address(f"user_assigned_identity.r{number}")
        id = f"/subscriptions/{number:036}/resourceGroups/rg-fan-out/providers/x/y/res-{number}"
        desired = {"name": f"res-{number}", "location": "eastus", "tags": {"size": str(number), "dep": id}}
        observed = {**desired, "id": id, "principal_id": f"{number:036}", "client_id": f"{number:036}"}
        records[address] = Record(address, "user_assigned_identity", "azure", id, desired, observed)
    return encode_state(State("lineage", 1, "probe", ".", records), b"key", "bench")


def judged(costs: Sequence[StoreCost]) -> list[dict[str, Any]]:
    """Medians, the share of local's apply, and whether the promises are kept: none is made of local."""
    first = median(costs[0].applies)
    found = []
    for cost in costs:
        step, read, apply = median(cost.steps), median(cost.reads), median(cost.applies)
        held = step <= GOALS.step_ms and read <= GOALS.read_ms and apply <= GOALS.apply * first
        found.append(
            {
                "store": cost.name,
                "step_ms": round(step, 2),
                "read_ms": round(read, 1),
                "apply_s": round(apply, 3),
                "apply_over_local": round(apply / first, 2),
                "kept": None if cost is costs[0] else held,
            }
        )
    return found


def stores_table(found: Sequence[Mapping[str, Any]], sizes: StoreSizes) -> str:
    """A line for each store."""
    goals = asdict(GOALS)
    lines = [
        f"{'state in':<12}{'a step':>10}{f'read {sizes.recorded:,}':>14}{f'apply {sizes.applied:,}':>14}"
        f"{'of local':>10}"
    ]
    for one in found:
        kept = {True: "kept", False: "MISSED", None: ""}[one["kept"]]
        lines.append(
            f"{one['store']:<12}{one['step_ms']:>7} ms{one['read_ms']:>11} ms{one['apply_s']:>12} s"
            f"{one['apply_over_local']:>10}  {kept}".rstrip()
        )
    lines.append(
        f"Medians. Promised: a step recorded in {goals['step_ms']} ms, a read in {goals['read_ms']} ms, an "
        f"apply in {goals['apply']} times local's."
    )
    return "\n".join(lines)
