"""The simulator: one door, `Simulator.handle`, and what stands behind it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mlinfra.simulator import clock as clocks
from mlinfra.simulator import operations, router
from mlinfra.simulator.bodies import answer_body
from mlinfra.simulator.errors import ArmError
from mlinfra.simulator.faults import Faults
from mlinfra.simulator.ids import Ids
from mlinfra.simulator.limits import Limits
from mlinfra.simulator.services import SERVICES, blob, keyvault_keys
from mlinfra.simulator.store import Store
from mlinfra.simulator.wire import Answer, Request, Response, encode
from mlinfra.simulator.world import World, catalogue

LEAD = 5.0
"""Seconds the clock may be ahead of the file before it is written without another reason."""


class ConnectionLost(ConnectionResetError):
    """A fault cut the connection. ``acted`` says whether the service had done its work before."""

    def __init__(self, acted: bool) -> None:
        when = "after the service had acted" if acted else "before the service acted"
        super().__init__(f"the connection was reset {when} (a fault rule)")
        self.acted = acted


class Simulator:
    """An Azure of its own, kept in a file (or in memory: ``path`` None).

    ``seed`` makes its GUIDs; a file keeps the seed it was made with. ``faults`` is a file of rules (see
    `faults`), ``log`` a file that gets a JSON line per request. ``tick`` is what one request takes: a share
    of a round trip where many are in flight at once. ``durations`` are seconds that creations take, by ARM
    type, where it is not to be the usual; types that are not simulated are passed over. ``host`` is the time
    in which blobs are leased, seconds. Raises FaultError, StoreError (both ValueError). Thread-safe; several
    processes may use one file.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        seed: int = 0,
        faults: Path | None = None,
        log: Path | None = None,
        tick: float = clocks.TICK,
        durations: Mapping[str, float] = MappingProxyType({}),
        host: Callable[[], float] = time.time,
    ) -> None:
        self._faults = Faults.read(faults) if faults is not None else Faults(())
        self._tick = tick
        kinds, routes, pollings, self._watched = catalogue(SERVICES)
        for type_, seconds in durations.items():
            if type_.lower() in kinds:
                kinds[type_.lower()] = kinds[type_.lower()].taking(seconds)
        self._lock = threading.RLock()
        self._asked = seed
        self._store = Store(path)
        self._log = -1
        try:
            with self._store.transaction():
                kept = self._store.meta("seed")
                if kept is None:
                    self._store.set_meta("seed", seed)
            self._seed = seed if kept is None else int(kept)
            ids = Ids(self._seed, self._store.count)
            self._world = World(
                store=self._store,
                ids=ids,
                tenant=ids.fixed("tenant"),
                caller=ids.fixed("caller"),
                now=clocks.first(),
                kinds=kinds,
                routes=routes,
                pollings=pollings,
                host=host,
            )
            self._limits = Limits()
            self._requests = 0
            self._written = 0.0
            self._due = 0.0
            self._refresh()
            if log is not None:
                log.parent.mkdir(parents=True, exist_ok=True)
                self._log = os.open(log, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o644)
        except BaseException:
            self._store.close()
            raise

    # -- time

    def now(self) -> datetime:
        """The simulator's time, UTC."""
        with self._lock:
            self._refresh()
            return clocks.moment(self._world.now)

    def elapsed(self) -> float:
        """The same in seconds, as of this process's last request or `advance`. It waits for no request that
        is being answered: a scheduler reads the time several times for each."""
        return self._world.now

    def advance(self, seconds: float) -> None:
        """Let time pass: operations that end meanwhile are over at the next request. Never goes back."""
        with self._lock:
            self._refresh()
            self._world.now = round(self._world.now + max(0.0, seconds), 6)
            with self._store.transaction():
                self._flush()

    # -- the door

    def handle(self, request: Request) -> Response:
        """Answer a request as Azure does; refusals are answers too.

        Raises ConnectionLost where a fault rule says so, and ends the process (137) where one says that.
        """
        with self._lock:
            self._refresh()
            fault = self._faults.match(request.method, request.path)
            self._world.now = round(self._world.now + self._tick + fault.delay, 6)
            if fault.end == "before":
                self._leave(request, f"{fault.how} before", fault.how)
            response = fault.response or self._respond(request)
            if fault.end == "after":
                self._write_lead()
                self._note(request, response.status, f"{fault.how} after")
                self._end(fault.how, acted=True)
            self._note(request, response.status, "answered by a fault" if fault.response else "")
            return response

    def _leave(self, request: Request, why: str, how: str) -> None:
        self._write_lead()
        self._note(request, None, why)
        self._end(how, acted=False)

    def _end(self, how: str, *, acted: bool) -> None:
        if how == "exit":
            os._exit(137)
        raise ConnectionLost(acted)

    def _respond(self, request: Request) -> Response:
        call = router.make_call(self._world, request)
        # A request to the blob service of an account or to the keys of a vault, not to ARM.
        account, vault = blob.account_of(request), keyvault_keys.vault_of(request)
        method = request.method.upper()
        settles = self._world.now >= self._due
        changes = method in router.WRITES or settles
        headers: dict[str, str] = {}
        try:
            if call.path.subscription and not (account or vault):
                name, left = self._limits.take(method, call.path.subscription, self._world.now)
                headers[name] = str(left)
            with self._store.transaction() if changes else nullcontext():
                if changes:
                    self._refresh()
                if settles:
                    self._settle()
                try:
                    with self._savepoint(changes):
                        if account:
                            answer = blob.dispatch(self._world, account, request)
                        elif vault:
                            answer = keyvault_keys.dispatch(self._world, vault, request)
                        else:
                            answer = router.dispatch(call, self._watched)
                except ArmError as error:
                    answer = error.answer()
                if changes:
                    self._flush()
            if changes:
                self._due = self._store.next_due()
        except ArmError as error:
            answer = error.answer()
        if not changes:
            self._write_lead(LEAD)
        if not account:
            headers["cache-control"] = "no-cache"
        return self._response(call.headers, answer, headers, head=method == "HEAD")

    def _settle(self) -> None:
        """What time has brought about: operations that are over, graves that are gone."""
        operations.settle(self._world)
        self._store.expire(self._world.now)

    def _savepoint(self, changes: bool) -> Any:
        return self._store.savepoint() if changes else nullcontext()

    def _response(
        self, sent: dict[str, str], answer: Answer, headers: dict[str, str], *, head: bool
    ) -> Response:
        self._requests += 1
        id = f"{self._seed & 0xFFFFFFFF:08x}-0000-4000-8000-{self._requests:012x}"
        headers["date"] = clocks.http_date(int(self._world.now))
        headers["x-ms-request-id"] = id
        headers["x-ms-correlation-request-id"] = sent.get("x-ms-correlation-request-id", id)
        if sent.get("x-ms-return-client-request-id", "").lower() == "true":
            headers["x-ms-client-request-id"] = sent.get("x-ms-client-request-id", "")
        headers.update(answer.headers)
        body = b""
        if isinstance(answer.body, bytes):
            body = b"" if head else answer.body
        elif answer.body is not None and not head:
            body = encode(answer.body)
            headers["content-type"] = "application/json; charset=utf-8"
        headers.setdefault("content-length", str(len(body)))
        return Response(answer.status, headers, body)

    # -- what is kept

    def _refresh(self) -> None:
        """Read what another process wrote. Time goes forward only."""
        if not self._store.moved():
            return
        kept = self._store.meta("now")
        if kept is not None:
            self._world.now = max(self._world.now, float(kept["clock"]))
            self._requests = max(self._requests, int(kept["requests"]))
            self._limits = Limits(kept["limits"])
        self._due = self._store.next_due()

    def _flush(self) -> None:
        self._store.set_meta(
            "now",
            {"clock": self._world.now, "requests": self._requests, "limits": self._limits.dump()},
        )
        self._written = self._world.now

    def _write_lead(self, lead: float = 0.0) -> None:
        if self._world.now - self._written > lead:
            with self._store.transaction():
                self._flush()

    def _note(self, request: Request, status: int | None, fault: str) -> None:
        if self._log < 0:
            return
        line: dict[str, Any] = {"method": request.method, "path": request.path, "status": status}
        account = blob.account_of(request)
        if account:
            line["account"] = account
        if vault := keyvault_keys.vault_of(request):
            line["vault"] = vault
        if fault:
            line["fault"] = fault
        os.write(self._log, encode(line) + b"\n")

    # -- looking in, starting over

    def resources(self) -> list[dict[str, Any]]:
        """Every resource as ARM answers it, sorted by id."""
        with self._lock:
            self._refresh()
            if self._world.now >= self._due:
                with self._store.transaction():
                    self._settle()
                    self._flush()
                self._due = self._store.next_due()
            call = router.make_call(self._world, Request("GET", "/"))
            found = []
            for resource in self._store.all():
                kind = self._world.kinds.get(resource.type.lower())
                if kind is not None and kind.shown:
                    found.append(answer_body(call, kind, resource))
            return sorted(found, key=lambda one: str(one["id"]))

    def operations(self) -> list[dict[str, Any]]:
        """The long operations of the last day: resource, verb, seconds, retry_after (None: said nothing)."""
        with self._lock:
            return [
                {
                    "resource": one.resource,
                    "verb": one.verb,
                    "seconds": one.due - one.started,
                    "retry_after": one.data.get("retry_after"),
                }
                for one in self._store.operations()
            ]

    def copy(self) -> Simulator:
        """The same world once more, in memory, without faults and log: neither sees what the other does."""
        with self._lock:
            self._refresh()
            with self._store.transaction():
                self._flush()
            other = Simulator(seed=self._seed)
            self._store.copy_to(other._store)
            other._refresh()
            return other

    def reset(self) -> None:
        """Empty the world: nothing exists, the clock is at its start, the ids begin anew."""
        with self._lock:
            self._store.clear()
            self._world.now = clocks.first()
            self._limits, self._requests, self._due = Limits(), 0, float("inf")
            with self._store.transaction():
                self._store.set_meta("seed", self._seed)
                self._flush()

    def close(self) -> None:
        """Write what is only in memory and close the file."""
        with self._lock:
            self._write_lead()
            self._store.close()
            if self._log >= 0:
                os.close(self._log)
                self._log = -1
