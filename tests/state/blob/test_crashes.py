"""Between any two requests the process may end, the answer may be lost, or somebody else may take over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from azure.core.exceptions import ServiceResponseError

from mlinfra.state.api import Held, LeaseLost, StoreError
from mlinfra.state.blob.store import BlobStore
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import info
from tests.state.blob.cloud import Cloud, Wire

TTL = 30.0


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Work:
    """What a command asks of its store, and what it was told is done."""

    store: BlobStore
    clock: HandClock
    lines: dict[int, bytes] = field(default_factory=dict)
    serial: int = -1

    def run(self) -> None:
        """From the lock on: two lines, a state, whose journal begins with a line, and one line more."""
        lease = self.store.lock(info(self.clock), TTL)
        self.store.secret(lease)
        found = self.store.read()
        if found is None:
            etag = self.store.write(b"0", 0, None, lease)
            self.serial = 0
        else:
            self.serial, etag = int(found[0]), found[1]
        self.lines[self.serial] = self.store.journal_read(self.serial)
        self.append(lease, b"a\n")
        self.append(lease, b"b\n")
        lease = self.store.renew(lease, TTL)
        serial = self.serial + 1
        self.store.write(b"%d" % serial, serial, etag, lease, b"open\n")
        self.serial, self.lines[serial] = serial, b"open\n"
        self.append(lease, b"c\n")
        self.store.unlock(lease)

    def append(self, lease: object, line: bytes) -> None:
        self.store.journal_append(self.serial, line, lease)  # type: ignore[arg-type]
        self.lines[self.serial] += line


def begun(cloud: Cloud, key: str, start: str) -> None:
    """What is there before the work begins."""
    if start == "nothing":
        return
    Work(cloud.store(key=key), cloud.clock).run()
    if start == "killed":
        wire = cloud.new_wire()
        stop_at(wire, "PUT states", nth=-1)
        with pytest.raises(Killed):
            Work(cloud.store(wire, key=key), cloud.clock).run()
        cloud.clock.advance(TTL + 1)


def stop_at(wire: Wire, what: str, nth: int = 0, *, after: bool = False) -> None:
    """Kill whoever sends at a request: the ``nth``, or, from the end, the last that begins with ``what``."""
    dead = False

    def before(said: str) -> None:
        nonlocal dead
        at = len(wire.said) - 1 == nth if nth >= 0 else said.endswith("state.json") and said.startswith(what)
        dead = dead or (at and not after)
        if dead:
            raise Killed

    def kill(said: str) -> None:
        nonlocal dead
        if after and len(wire.said) - 1 == nth:
            dead = True
            raise Killed

    wire.before, wire.after = before, kill


def at(wire: Wire, nth: int, act: Callable[[str], tuple[int, str] | None]) -> None:
    """Have something happen before one request."""
    wire.before = lambda said: act(said) if len(wire.said) - 1 == nth else None


def lose_answer(wire: Wire, nth: int) -> None:
    """Have one request do its work, and its answer never come."""

    def lose(said: str) -> None:
        if len(wire.said) - 1 == nth:
            raise ServiceResponseError("reset")

    wire.after = lose


def positions(cloud: Cloud, start: str) -> Iterator[tuple[int, str]]:
    """Each request of the work, with a key of its own that is brought to its start."""
    begun(cloud, "start", start)
    cloud.copy("start", "count")
    wire = cloud.new_wire()
    Work(cloud.store(wire, key="count"), cloud.clock).run()
    assert len(wire.said) > 20
    for nth in range(len(wire.said)):
        cloud.copy("start", f"stack-{nth}")
        yield nth, f"stack-{nth}"


def check_readable(work: Work, reader: BlobStore) -> None:
    """Whoever looks now finds what the work was told is done, and nothing that it did not say."""
    found = reader.read()
    if found is None:
        assert work.serial <= 0
        return
    serial = int(found[0])
    assert serial in (work.serial, work.serial + 1)
    journal = reader.journal_read(serial)
    if serial > work.serial:
        assert journal == b"open\n"
    elif serial in work.lines:
        known = work.lines[serial]
        assert journal.startswith(known)
        assert journal[len(known) :] in (b"", b"a\n", b"b\n", b"c\n")
    assert [version.serial for version in reader.history() if version.serial < serial] == list(
        range(serial - 1, -1, -1)
    )


@pytest.mark.parametrize(("start", "after"), [("killed", False), ("nothing", True)])
def test_wherever_it_is_killed_the_next_one_goes_on(cloud: Cloud, start: str, after: bool) -> None:
    for nth, key in positions(cloud, start):
        wire = cloud.new_wire()
        stop_at(wire, "", nth, after=after)
        work = Work(cloud.store(wire, key=key), cloud.clock)
        with pytest.raises(Killed):
            work.run()
        if work.serial >= 0:
            check_readable(work, cloud.store(key=key))
        cloud.clock.advance(TTL + 1)
        before = cloud.store(key=key).read()
        again = Work(cloud.store(key=key), cloud.clock)
        again.run()
        assert again.serial == (int(before[0]) if before else 0) + 1
        check_readable(again, cloud.store(key=key))
        assert cloud.store(key=key).holder() is None


@pytest.mark.parametrize(
    ("start", "trouble"), [("something", "busy"), ("killed", "lost answer"), ("nothing", "lost, then busy")]
)
def test_one_bad_moment_changes_nothing(cloud: Cloud, start: str, trouble: str) -> None:
    """The answer is lost, or there is none but 503, or both: what comes out is what would have been."""
    for nth, key in positions(cloud, start):
        wire = cloud.new_wire()

        if "busy" in trouble:
            at(wire, nth if trouble == "busy" else nth + 1, lambda said: (503, "ServerBusy"))
        if "lost" in trouble:
            lose_answer(wire, nth)
        work = Work(cloud.store(wire, key=key), cloud.clock)
        try:
            work.run()
        except StoreError:
            # Renewing and letting go are asked once: who renews asks again, and a lease ends by itself.
            assert {tell_action(said) for said in wire.said[nth : nth + 2]} & {"renew", "release"}
            continue
        reader = cloud.store(key=key)
        assert reader.read() == (b"%d" % work.serial, reader.read()[1])  # type: ignore[index]
        assert reader.journal_read(work.serial) == work.lines[work.serial] == b"open\nc\n"
        assert [version.serial for version in reader.history()] == list(range(work.serial - 1, -1, -1))


def tell_action(said: str) -> str:
    return said.split()[2] if " lease " in said else ""


@pytest.mark.parametrize("start", ["nothing", "something"])
def test_whenever_somebody_takes_over_nothing_changes_under_them(cloud: Cloud, start: str) -> None:
    """It sleeps before one request for longer than its lease; somebody comes, reads, and it goes on."""
    for nth, key in positions(cloud, start):
        wire = cloud.new_wire()
        found: list[object] = []
        taker = cloud.store(key=key)

        def take(said: str, taker: BlobStore = taker, found: list[object] = found) -> None:
            cloud.clock.advance(TTL + 1)
            taker.lock(info(cloud.clock, "bob"), TTL)
            found.append(everything(taker))

        at(wire, nth, take)
        work = Work(cloud.store(wire, key=key), cloud.clock)
        try:
            work.run()
        except (Held, LeaseLost):
            pass
        else:
            assert tell_action(wire.said[nth]) == "release" or "lock.json" in wire.said[nth]
        held = taker.holder()
        assert held is not None
        assert [everything(cloud.store(key=key))] == found
        cloud.clock.advance(TTL + 1)
        Work(cloud.store(key=key), cloud.clock).run()


def everything(store: BlobStore) -> object:
    """All that counts: earlier journals are void and may go at any time, a secret is whose who is first."""
    state = store.read()
    serial = int(state[0]) if state else 0
    return state, [store.journal_read(number) for number in range(serial, serial + 3)]
