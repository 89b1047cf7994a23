from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mlinfra.cli.clock import CommandClock

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Real:
    virtual = False

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1000.0 + self.passed

    def sleep(self, seconds: float) -> None:
        self.passed += seconds


class Simulated:
    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.passed)

    def elapsed(self) -> float:
        return 5000.0 + self.passed

    def advance(self, seconds: float) -> None:
        self.passed += seconds


def test_it_is_real_until_a_simulator_is_spoken_to() -> None:
    real = Real()
    clock = CommandClock(real)
    assert not clock.virtual
    clock.sleep(3)
    assert (real.passed, clock.monotonic(), clock.now().year) == (3, 1003, 2030)


def test_a_wait_in_the_simulator_takes_no_time_of_ours() -> None:
    real, simulated = Real(), Simulated()
    clock = CommandClock(real)
    clock.follow(simulated)
    assert clock.virtual
    clock.sleep(600)
    assert (real.passed, simulated.passed) == (0, 600)
    assert clock.now() == START + timedelta(seconds=600)


def test_what_is_real_too_makes_it_real() -> None:
    real, simulated = Real(), Simulated()
    clock = CommandClock(real)
    clock.insist()
    clock.follow(simulated)
    assert not clock.virtual
    clock.sleep(60)
    assert (real.passed, simulated.passed, clock.now().year) == (60, 60, 2030)


def test_monotonic_time_goes_on_without_a_jump() -> None:
    clock = CommandClock(Real())
    before = clock.monotonic()
    clock.follow(Simulated())
    assert clock.monotonic() == before
    clock.sleep(10)
    assert clock.monotonic() == before + 10
    clock.insist()
    assert clock.monotonic() == before + 10
    clock.sleep(5)
    assert clock.monotonic() == before + 15


def test_a_second_connection_to_the_simulator_changes_nothing() -> None:
    simulated = Simulated()
    clock = CommandClock(Real())
    clock.follow(simulated)
    clock.sleep(10)
    before = clock.monotonic()
    clock.follow(simulated)
    assert clock.monotonic() == before
