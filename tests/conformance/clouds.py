"""What is there whoever lives: the worlds of providers, seen from outside, to be copied and looked into."""

from __future__ import annotations

import shutil
import threading
from collections import Counter
from collections.abc import Hashable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from azure.core.rest import HttpRequest, HttpResponse

from mlinfra.providers.api import Provider
from mlinfra.simulator import Simulator
from tests.conformance.mortal import Act, Fate, MortalTransport, Weather
from tests.conformance.worlds import AzureWorld, FilesWorld, World
from tests.engine.bench import Clock

LONG = 7200.0
"""Seconds in which every operation has ended."""


class Cloud(Protocol):
    """A world that outlives the processes that work on it. ``made`` counts creations by id."""

    made: Counter[str]

    def copy(self, folder: Path) -> Cloud:
        """The same once more; ``folder`` is there for it."""
        ...

    def process(self, fate: Fate, weather: Weather) -> World:
        """As one process sees it."""
        ...

    def everything(self) -> frozenset[str]:
        """Whatever is there once all operations have ended: ids, and words for what is kept of deleted."""
        ...

    def look(self) -> Hashable:
        """What differs when anything but the time has changed."""
        ...


class AzureCloud:
    """The simulator."""

    def __init__(self, provider: Provider[Any], folder: Path, simulator: Simulator | None = None) -> None:
        self._provider, self._folder = provider, folder
        self.simulator = simulator or Simulator(seed=1)
        self.made: Counter[str] = Counter()
        self._lock = threading.Lock()

    def copy(self, folder: Path) -> AzureCloud:
        return AzureCloud(self._provider, folder, self.simulator.copy())

    def process(self, fate: Fate, weather: Weather) -> World:
        def counted(request: HttpRequest, act: Act) -> HttpResponse:
            return weather(request, lambda: self._counting(request, act))

        transport = partial(MortalTransport, weather=counted)
        return AzureWorld(self._provider, self._folder, self.simulator, transport)

    def everything(self) -> frozenset[str]:
        self.simulator.advance(LONG)
        self.simulator.resources()
        store = self.simulator._store
        rows = store._db.execute(
            "select lower(id) || case state when 'Failed' then ' failed' else '' end from resources "
            "union all select 'deleted ' || lower(id) from deleted "
            "union all select 'blob ' || lower(container) || ' ' || name from blobs"
        )
        return frozenset(row[0] for row in rows)

    def look(self) -> Hashable:
        database = self.simulator._store._db
        tables = ("counters", "resources", "deleted", "operations", "principals", "blobs", "blocks")
        rows = tuple(tuple(database.execute(f"select * from {table}")) for table in tables)
        due = self.simulator._world.now >= self.simulator._store.next_due()
        return hash((rows, due))

    def _counting(self, request: HttpRequest, act: Act) -> HttpResponse:
        """Count what gets made: a PUT that is taken where nothing was. Blobs may be sent again."""
        address = urlsplit(request.url)
        id = unquote(address.path).lower()
        if request.method != "PUT" or ".blob." in address.netloc:
            return act()
        with self._lock:
            before = self.simulator._store.exists(id)
            answer = act()
            self.made[id] += answer.status_code < 300 and not before
        return answer


class FilesCloud:
    """A folder. A folder that is made twice is refused by the provider itself."""

    def __init__(self, provider: Provider[Any], folder: Path, seconds: float = 0.0) -> None:
        self._provider, self._folder = provider, folder
        self.made: Counter[str] = Counter()
        self._clock = Clock()
        self._clock.seconds = seconds
        folder.mkdir(parents=True, exist_ok=True)

    def copy(self, folder: Path) -> FilesCloud:
        shutil.copytree(self._folder, folder, dirs_exist_ok=True)
        return FilesCloud(self._provider, folder, self._clock.seconds)

    def process(self, fate: Fate, weather: Weather) -> World:
        from mlinfra_files import Disk

        class MortalDisk(Disk):
            def path(self, id: str) -> Path:
                fate.moment(f"at {id}")
                return super().path(id)

        return FilesWorld(self._provider, self._folder, MortalDisk(self._folder), self._clock)

    def everything(self) -> frozenset[str]:
        return frozenset(str(path.relative_to(self._folder)) for path in self._folder.rglob("*"))

    def look(self) -> Hashable:
        return tuple((p, p.read_bytes() if p.is_file() else b"") for p in sorted(self._folder.rglob("*")))


CLOUDS: Mapping[str, Any] = {"azure": AzureCloud, "files": FilesCloud}
