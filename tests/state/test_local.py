from __future__ import annotations

import errno
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mlinfra.state.api import Held, Lease, StoreError
from mlinfra.state.local import KEPT, LocalStore
from mlinfra.testing.clocks import HandClock
from mlinfra.testing.stores import TTL, MakeStore, TakesHistoryConformance, info


class TestLocalStore(TakesHistoryConformance):
    @pytest.fixture
    def make_store(self, clock: HandClock, tmp_path: Path) -> MakeStore:
        return lambda: LocalStore(tmp_path / "state", "churn", clock=clock)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path, clock: HandClock) -> LocalStore:
    return LocalStore(folder, "churn", clock=clock)


@pytest.fixture
def lease(store: LocalStore, clock: HandClock) -> Lease:
    return store.lock(info(clock), TTL)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_looking_makes_no_file(store: LocalStore, tmp_path: Path) -> None:
    store.read()
    store.holder()
    store.secret()
    store.journal_read(0)
    store.history()
    assert list(tmp_path.iterdir()) == []


def test_files_are_where_they_are_said_to_be(store: LocalStore, folder: Path, lease: Lease) -> None:
    store.secret(lease)
    first = store.write(b"one", 1, None, lease)
    store.write(b"two", 2, first, lease)
    store.journal_append(2, b"line\n", lease)
    assert names(folder) == {
        "churn.json",
        "churn.json.backup",
        ".history/churn/1.json",
        "churn.2.journal",
        "churn.lock",
        f"churn.{lease.id}.alive",
        "churn.guard",
        "churn.secret",
    }
    assert (folder / "churn.json.backup").read_bytes() == b"one"
    assert (folder / ".history/churn/1.json").read_bytes() == b"one"
    assert store.where() == str(folder / "churn.json")
    assert store.where(2) == str(folder / "churn.2.journal")
    store.unlock(lease)
    assert "churn.lock" not in names(folder)
    assert not any(name.endswith(".alive") for name in names(folder))


def test_rights(store: LocalStore, folder: Path, lease: Lease) -> None:
    before = os.umask(0o022)
    try:
        store.write(b"one", 1, None, lease)
        store.secret(lease)
    finally:
        os.umask(before)
    assert (folder / "churn.json").stat().st_mode & 0o777 == 0o644
    assert (folder / "churn.secret").stat().st_mode & 0o777 == 0o600


def test_history_is_bounded_and_its_newest_is_the_backup(
    store: LocalStore, folder: Path, lease: Lease
) -> None:
    etag = None
    for serial in range(1, KEPT + 6):
        etag = store.write(b"%d" % serial, serial, etag, lease)
    kept = store.history()
    assert [version.serial for version in kept] == list(range(KEPT + 4, 4, -1))
    assert kept[0].where == str(folder / "churn.json.backup")
    assert Path(kept[0].where).read_bytes() == b"%d" % (KEPT + 4)
    assert Path(kept[1].where).read_bytes() == b"%d" % (KEPT + 3)


def test_history_says_when_a_state_was_written_not_when_it_was_replaced(
    store: LocalStore, folder: Path, lease: Lease
) -> None:
    etag = store.write(b"one", 1, None, lease)
    os.utime(folder / "churn.json", (1_000_000_000, 1_000_000_000))
    store.write(b"two", 2, etag, lease)
    (version,) = store.history()
    assert version.written == datetime.fromtimestamp(1_000_000_000, UTC)
    assert (folder / ".history/churn/1.json").stat().st_mtime == 1_000_000_000


def test_stacks_whose_names_look_alike_stay_apart(folder: Path, clock: HandClock) -> None:
    stores = [LocalStore(folder, name, clock=clock) for name in ("churn", "churn.1", "churn.1.journal")]
    leases = [store.lock(info(clock), TTL) for store in stores]
    for store, lease in zip(stores, leases, strict=True):
        store.journal_append(0, store.where().encode(), lease)
    stores[0].write(b"x", 1, None, leases[0])
    stores[0].delete(leases[0])
    for store in stores[1:]:
        assert store.journal_read(0) == store.where().encode()


@pytest.mark.parametrize("name", ["", "a/b", "../b", "/etc/x"])
def test_a_stack_cannot_be_outside_of_the_folder(folder: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a file"):
        LocalStore(folder, name)


def test_a_state_behind_a_symbolic_link_is_one_with_its_target(tmp_path: Path, clock: HandClock) -> None:
    real, linked = tmp_path / "real", tmp_path / "linked"
    real.mkdir()
    linked.symlink_to(real)
    one, two = LocalStore(real, "churn", clock=clock), LocalStore(linked, "churn", clock=clock)
    lease = one.lock(info(clock), TTL)
    with pytest.raises(Held):
        two.lock(info(clock), TTL)
    one.write(b"x", 1, None, lease)
    assert two.read() == one.read()
    assert two.where() == str(linked / "churn.json")


def test_a_file_that_is_a_link_stays_one(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "elsewhere").mkdir()
    link, target = tmp_path / "state" / "churn.json", tmp_path / "elsewhere" / "churn.json"
    link.symlink_to(target)
    store = LocalStore(tmp_path / "state", "churn", clock=clock)
    store.write(b"x", 1, None, store.lock(info(clock), TTL))
    assert link.is_symlink()
    assert target.read_bytes() == b"x"


class Disk:
    """Makes system calls fail as a broken, full or read-only disk does."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch

    def full(self, after: int = 0) -> None:
        """``after`` so many bytes there is no room."""
        write = os.write
        left = after

        def limited(descriptor: int, data: Any) -> int:
            nonlocal left
            if not left:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = write(descriptor, bytes(data)[:left])
            left -= written
            return written

        self._patch.setattr(os, "write", limited)

    def read_only(self) -> None:
        """Nothing can be changed."""
        open_ = os.open

        def looking(path: Any, flags: int, *more: Any, **named: Any) -> int:
            if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
            return open_(path, flags, *more, **named)

        def refuse(*arguments: Any, **named: Any) -> None:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(arguments[0]))

        self._patch.setattr(os, "open", looking)
        for name in ("mkdir", "replace", "unlink", "rename"):
            self._patch.setattr(os, name, refuse)

    def fail(self, name: str, number: int = errno.EIO) -> None:
        """One call of ``os`` fails, always."""

        def refuse(*arguments: Any, **named: Any) -> None:
            raise OSError(number, os.strerror(number))

        self._patch.setattr(os, name, refuse)

    def mend(self) -> None:
        self._patch.undo()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
def test_a_write_that_fails_leaves_the_old_state_and_no_litter(
    store: LocalStore, folder: Path, lease: Lease, disk: Disk, call: str
) -> None:
    etag = store.write(b"one", 1, None, lease)
    store.journal_append(1, b"line\n", lease)
    before = names(folder)
    disk.fail(call)
    with pytest.raises(StoreError):
        store.write(b"two", 2, etag, lease)
    disk.mend()
    assert store.read() == (b"one", etag)
    assert store.journal_read(1) == b"line\n"
    assert {name for name in names(folder) if name.endswith(".tmp")} == set()
    assert before <= names(folder)
    assert store.write(b"two", 2, etag, lease) != etag


def test_a_full_disk_is_told_and_the_journal_stays_whole(store: LocalStore, lease: Lease, disk: Disk) -> None:
    store.journal_append(0, b"first\n", lease)
    disk.full(after=4)
    with pytest.raises(StoreError) as told:
        store.journal_append(0, b"second\n", lease)
    disk.mend()
    assert "no space left" in told.value.summary
    assert "Make room" in told.value.hint
    assert store.journal_read(0) == b"first\n"


def test_a_full_disk_names_no_temporary_file(store: LocalStore, lease: Lease, disk: Disk) -> None:
    disk.full()
    with pytest.raises(StoreError) as told:
        store.write(b"x", 1, None, lease)
    assert ".tmp" not in told.value.summary


def test_a_lock_that_could_not_be_written_is_not_held(
    store: LocalStore, clock: HandClock, folder: Path, disk: Disk
) -> None:
    disk.full()
    with pytest.raises(StoreError):
        store.lock(info(clock), TTL)
    disk.mend()
    assert names(folder) == {"churn.guard"}
    store.lock(info(clock), TTL)


def test_a_read_only_folder_can_be_looked_at(
    store: LocalStore, lease: Lease, clock: HandClock, disk: Disk, folder: Path
) -> None:
    store.write(b"x", 1, None, lease)
    secret = store.secret(lease)
    disk.read_only()
    assert store.read() is not None
    assert store.secret() == secret
    assert store.journal_read(1) == b""
    assert store.history() == ()
    assert store.holder() is not None
    with pytest.raises(StoreError) as told:
        store.lock(info(clock), TTL)
    assert "read-only" in told.value.summary
    assert f"write in {folder}" in told.value.hint


def test_a_folder_that_is_a_file_is_told(tmp_path: Path, clock: HandClock) -> None:
    (tmp_path / "state").write_text("a file")
    store = LocalStore(tmp_path / "state", "churn", clock=clock)
    for attempt in (store.read, lambda: store.lock(info(clock), TTL)):
        with pytest.raises(StoreError) as told:
            attempt()
        assert str(tmp_path / "state") in told.value.summary


def test_a_damaged_lock_is_not_taken_for_none(store: LocalStore, folder: Path, clock: HandClock) -> None:
    folder.mkdir()
    (folder / "churn.lock").write_text("{")
    with pytest.raises(StoreError) as told:
        store.lock(info(clock), TTL)
    assert "churn.lock" in told.value.summary
    assert "when no other mlinfra is running" in told.value.hint


def test_a_damaged_secret_is_told_without_being_shown(store: LocalStore, folder: Path) -> None:
    folder.mkdir()
    (folder / "churn.secret").write_text("abc123")
    with pytest.raises(StoreError) as told:
        store.secret()
    assert "churn.secret" in told.value.summary
    assert "abc123" not in told.value.summary + told.value.hint


def test_nobody_can_lay_a_link_where_the_secret_goes(
    store: LocalStore, folder: Path, lease: Lease, tmp_path: Path
) -> None:
    """A dangling link is not followed: the secret is not written to where somebody else wants it."""
    (folder / "churn.secret").symlink_to(tmp_path / "theirs")
    assert store.secret(lease) == store.secret()
    assert not (tmp_path / "theirs").exists()
    assert not (folder / "churn.secret").is_symlink()


@pytest.mark.parametrize("here", [True, False])
def test_the_lock_of_a_live_process_holds(
    store: LocalStore, clock: HandClock, folder: Path, here: bool
) -> None:
    host = platform.node() if here else "elsewhere"
    store.lock(replace(info(clock), host=host), TTL)
    with pytest.raises(Held):
        LocalStore(folder, "churn", clock=clock).lock(info(clock), TTL)


_HOLD = """
import os, sys
from pathlib import Path
from datetime import UTC, datetime
from mlinfra.model.state import LockInfo
from mlinfra.state.local import LocalStore
now = datetime.now(UTC)
store = LocalStore(Path(sys.argv[1]), "churn")
lease = store.lock(LockInfo("", "ana", sys.argv[2], "apply", now, now), 3600)
store.journal_append(0, b"sent\\n", lease)
print("held", flush=True)
sys.stdin.readline()
os._exit(137)
"""


@pytest.mark.parametrize("here", [True, False])
def test_the_lock_of_a_killed_process_is_free_on_its_own_machine(
    folder: Path, here: bool, in_process: Callable[..., subprocess.Popen[str]]
) -> None:
    process = in_process(_HOLD, str(folder), platform.node() if here else "elsewhere")
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    store = LocalStore(folder, "churn")
    mine = replace(info(HandClock()), owner="bob")
    with pytest.raises(Held):
        store.lock(mine, TTL)
    assert store.holder() is not None
    process.communicate("\n", timeout=60)
    assert process.returncode == 137
    if here:
        assert store.holder() is None
        lease = store.lock(mine, TTL)
        assert store.journal_read(0) == b"sent\n"
        store.unlock(lease)
        assert not any(name.endswith(".alive") for name in names(folder))
    else:
        with pytest.raises(Held):
            store.lock(mine, TTL)


_COUNT = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from mlinfra.model.state import LockInfo
from mlinfra.state.api import Held
from mlinfra.state.local import LocalStore
store = LocalStore(Path(sys.argv[1]), "churn")
now = datetime.now(UTC)
left = 5
while left:
    try:
        lease = store.lock(LockInfo("", "ana", "here", "apply", now, now), 3600)
    except Held:
        continue
    data, etag = store.read()
    store.write(b"%d" % (int(data) + 1), int(data) + 2, etag, lease)
    store.unlock(lease)
    left -= 1
"""


def test_no_update_of_eight_processes_is_lost(
    store: LocalStore,
    lease: Lease,
    folder: Path,
    in_process: Callable[..., subprocess.Popen[str]],
) -> None:
    store.write(b"0", 1, None, lease)
    store.unlock(lease)
    processes = [in_process(_COUNT, str(folder)) for _ in range(8)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    assert (folder / "churn.json").read_bytes() == b"40"


@pytest.fixture
def in_process() -> Callable[..., subprocess.Popen[str]]:
    """Start a script with arguments in another Python."""
    root = Path(__file__).parents[2]

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", script, *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=root, stdin=pipe, stdout=pipe, text=True)

    return start
