from __future__ import annotations

import os
import signal

import pytest

from mlinfra.cli import interrupt


class Stop:
    def __init__(self) -> None:
        self.requested = False

    def request(self) -> None:
        self.requested = True


class Left(Exception):
    pass


def leave() -> None:
    raise Left


def test_once_asks_for_a_good_end_and_says_so() -> None:
    stop, told = Stop(), list[str]()
    with interrupt.graceful(stop, leave, told.append):
        signal.raise_signal(signal.SIGINT)
    assert stop.requested
    assert told == [interrupt.ONCE]


def test_twice_leaves() -> None:
    told = list[str]()
    with pytest.raises(Left), interrupt.graceful(Stop(), leave, told.append):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert told == [interrupt.ONCE, interrupt.TWICE]


def test_sigterm_counts_once_however_often_it_comes() -> None:
    stop, told = Stop(), list[str]()
    with interrupt.graceful(stop, leave, told.append):
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGTERM)
    assert stop.requested
    assert told == [interrupt.ONCE]


def test_afterwards_signals_mean_what_they_meant() -> None:
    # A shell that runs the tests in the background may have had SIGINT ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with interrupt.graceful(Stop(), leave, lambda line: None):
            pass
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_by_default_the_line_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    with interrupt.graceful(Stop(), leave):
        os.kill(os.getpid(), signal.SIGINT)
    assert interrupt.ONCE in capfd.readouterr().err


def test_sigterm_outside_an_apply_unwinds_like_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGTERM)
    try:
        interrupt.terminate_as_interrupt()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
