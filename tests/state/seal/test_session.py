"""A manager with a seal: journals keep their lines, and what was put elsewhere is not read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.journal import EntryKind
from mlinfra.model.plan import Op
from mlinfra.state.api import StoreError
from mlinfra.state.manager import StateManager
from mlinfra.state.seal.api import is_sealed
from mlinfra.state.seal.cipher import Cipher
from mlinfra.state.seal.keys import from_environment
from mlinfra.testing.stores import at_once
from tests.state.conftest import MakeManager
from tests.state.flaky import Flaky
from tests.state.samples import CPU, LAB, entry, record

INTENT, ACCEPTED, DONE, FAILED = EntryKind


@pytest.fixture
def open_(make_manager: MakeManager) -> Callable[..., StateManager]:
    def made(key: str = "1" * 64, **other: object) -> StateManager:
        seal = Cipher(from_environment("KEY", {"KEY": key}))
        return make_manager(seal=seal, **other)

    return made


def refusal(manager: StateManager) -> str:
    with pytest.raises(MlinfraError) as wrong:
        manager.load()
    found = wrong.value.diagnostics[0]
    return f"{found.code} {found.summary}"


def test_a_journal_is_lines_of_which_nothing_is_seen(
    open_: Callable[..., StateManager], folder: Path
) -> None:
    with open_().session(command="apply") as session:
        session.record(entry(INTENT))
        session.record(entry(DONE))
    written = (folder / "churn.0.journal").read_bytes()
    assert written.count(b"\n") == 2
    assert b"compute" not in written
    found = open_().load()
    assert found.state.records == {CPU: record()}
    assert found.open == ()


def test_many_threads_share_the_lines(open_: Callable[..., StateManager]) -> None:
    with open_().session(command="apply") as session:

        def work(name: int) -> None:
            for count in range(20):
                session.record(entry(INTENT, f"{name}/{count}"))

        at_once(*(lambda name=name: work(name) for name in range(8)))
    assert len(open_().load().open) == 160


def test_a_line_that_was_torn_is_passed_over_and_marked(
    open_: Callable[..., StateManager], store: Flaky, folder: Path
) -> None:
    with open_().session(command="apply") as session:
        session.record(entry(INTENT))
        store.appending = lambda data: data[: len(data) // 2]
        with pytest.raises(StoreError):
            session.record(entry(DONE))
        store.appending = lambda data: None
        session.record(entry(DONE))
    assert b" #torn\n" in (folder / "churn.0.journal").read_bytes()
    assert open_().load().state.records == {CPU: record()}


def test_what_is_open_starts_the_next_journal_encrypted_anew(
    open_: Callable[..., StateManager], folder: Path
) -> None:
    with open_().session(command="apply") as session:
        session.record(entry(INTENT, "s1", LAB, Op.CREATE))
        session.commit(session.snapshot.state)
        session.record(entry(ACCEPTED, "s1", LAB, Op.CREATE, token={"url": "x"}))
    (opened,) = open_().load().open
    assert opened.token == {"url": "x"}
    assert b"compute" not in (folder / "churn.1.journal").read_bytes()


@pytest.fixture
def two_lines(open_: Callable[..., StateManager], folder: Path) -> Path:
    with open_().session(command="apply") as session:
        session.record(entry(INTENT, "s1"))
        session.record(entry(INTENT, "s2"))
    return folder / "churn.0.journal"


def reforged(line: bytes, **change: object) -> bytes:
    """The line with other words around what is sealed, and a checksum that fits: everybody can make one."""
    import hashlib

    document = {**json.loads(line), **change}
    body = json.dumps(document["entry"], separators=(",", ":")).encode()
    text = f"{document['lineage']}/{document['serial']}/{document['seq']}/".encode() + body
    document["checksum"] = hashlib.sha256(text).hexdigest()[:16]
    return json.dumps(document, separators=(",", ":")).encode()


def test_lines_cannot_be_swapped(open_: Callable[..., StateManager], two_lines: Path) -> None:
    first, second = two_lines.read_bytes().splitlines()
    two_lines.write_bytes(reforged(second, seq=0) + b"\n" + reforged(first, seq=1) + b"\n")
    assert refusal(open_()).startswith(f"MLI-STA-082 line 1 of {two_lines} is damaged")


def test_a_line_cannot_be_made_up(open_: Callable[..., StateManager], two_lines: Path) -> None:
    first, second = two_lines.read_bytes().splitlines()
    forged = reforged(second, entry={"kind": "intent", "step": "s2", "address": "compute.x", "op": "delete"})
    two_lines.write_bytes(first + b"\n" + forged + b"\n")
    assert refusal(open_()).startswith(f"MLI-STA-084 line 2 of {two_lines} is not encrypted")


def test_a_journal_of_another_serial_is_refused(open_: Callable[..., StateManager], two_lines: Path) -> None:
    old = two_lines.read_bytes()
    with open_().session(command="apply") as session:
        session.record(entry(FAILED, "s1"))
        session.record(entry(FAILED, "s2"))
        session.commit(session.snapshot.state)
    there = two_lines.with_name("churn.1.journal")
    there.write_bytes(old)
    assert refusal(open_()).startswith("MLI-STA-011")
    there.write_bytes(b"".join(reforged(line, serial=1) + b"\n" for line in old.splitlines()))
    assert refusal(open_()).startswith("MLI-STA-082")


def test_the_state_of_another_stack_does_not_come_in_by_its_serial(
    open_: Callable[..., StateManager], folder: Path
) -> None:
    with open_().session(command="apply") as session:
        session.commit(session.snapshot.state)
    path = folder / "churn.json"
    path.write_bytes(path.read_bytes().replace(b'"serial":1', b'"serial":2'))
    assert refusal(open_()).startswith(f"MLI-STA-082 {path} is damaged")


def test_what_the_store_would_not_take_is_put_aside_encrypted(
    open_: Callable[..., StateManager], store: Flaky, tmp_path: Path
) -> None:
    def fails() -> None:
        raise StoreError("no")

    with open_(aside=tmp_path).session(command="apply") as session:
        session.record(entry(INTENT))
        store.before_write = fails
        with pytest.raises(MlinfraError):
            session.commit(replace(session.snapshot.state, records={CPU: record()}))
    (aside,) = tmp_path.glob("*recovery*")
    assert is_sealed(aside.read_bytes())


def test_without_its_key_a_session_never_begins(open_: Callable[..., StateManager], store: Flaky) -> None:
    with pytest.raises(MlinfraError, match="the state needs a key"), open_(key="").session(command="apply"):
        raise AssertionError("never reached")
    assert store.holder() is None
    assert store.read() is None


def test_history_and_verify_see_through_it(open_: Callable[..., StateManager], folder: Path) -> None:
    with open_().session(command="apply") as session:
        session.commit(session.snapshot.state, "nothing")
        session.commit(session.snapshot.state, "nothing again")
    archive = open_().archive
    assert [one.by.summary for one in archive.history() if one.by] == ["nothing again", "nothing"]
    assert archive.state(1).serial == 1
    assert not any(one.problem for one in archive.verify())
    other = open_(key="2" * 64).archive
    assert all("is encrypted with another key" in one.problem for one in other.history())
    assert all(one.problem for one in other.verify())
