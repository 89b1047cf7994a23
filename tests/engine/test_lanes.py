"""A type that cannot be written side by side in one folder: its writes come one after the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mlinfra_files import FilesProvider

from mlinfra.model.plan import Op
from mlinfra.model.value import Attrs
from mlinfra.providers.api import OneWriter, Pending, Progress, ProviderError, ResourceType
from tests.engine.bench import Bench
from tests.engine.flaky import FlakyProvider, FlakyType

POLLS = 3


class OneAtATime(FlakyType):
    """Files of one folder: a write beside another is refused. ``at_work`` is what is written, by folder."""

    def __init__(self, real: Any, trouble: Any) -> None:
        super().__init__(real, trouble)
        self.at_work: dict[str, str] = {}
        self.most = 0

    def lane(self, id: str) -> str | None:
        return id.rpartition("/")[0]

    def begin(self, conn: Any, op: Op, id: str, prior: Attrs | None, desired: Attrs | None) -> Progress:
        folder = id.rpartition("/")[0]
        if folder in self.at_work:
            raise ProviderError("FILES-009", f"{self.at_work[folder]} is being written")
        super().begin(conn, op, id, prior, desired)
        self.at_work[folder] = id
        self.most = max(self.most, len(self.at_work))
        return Pending({"id": id, "left": POLLS, "op": op.value}, 10)

    def resume(self, conn: Any, pending: Pending) -> Progress:
        progress = super().resume(conn, pending)
        if not isinstance(progress, Pending):
            del self.at_work[pending.token["id"].rpartition("/")[0]]
        return progress


@pytest.fixture
def files(tmp_path: Path) -> tuple[Bench, OneAtATime]:
    provider = FlakyProvider(FilesProvider())
    type_ = OneAtATime(provider.real.types["text_file"], provider.trouble)
    provider.types = {**provider.types, "text_file": type_}
    return Bench(tmp_path, provider), type_


def stack(count: int, content: str = "one") -> str:
    lines = ["resources:", "  folder:", "    a: {name: a}", "    b: {name: b}", "  text_file:"]
    for folder in "ab":
        for n in range(count):
            body = f"folder: '${{folder.{folder}.id}}', name: {n}.txt, content: {content}"
            lines.append(f"    {folder}{n}: {{{body}}}")
    return "\n".join(lines) + "\n"


def test_what_declares_a_lane_is_a_type_all_the_same(files: tuple[Bench, OneAtATime]) -> None:
    type_: ResourceType[Any] = files[1]
    assert isinstance(type_, OneWriter)


def test_writes_of_one_lane_follow_each_other_and_lanes_go_side_by_side(
    files: tuple[Bench, OneAtATime],
) -> None:
    bench, type_ = files
    bench.write(stack(4))
    applied = bench.apply()
    assert (applied.done, applied.failures) == (10, ())
    assert type_.most == 2
    assert applied.seconds == 4 * POLLS * 10
    assert bench.settled_empty()


def test_updates_and_deletions_keep_to_the_lane(files: tuple[Bench, OneAtATime]) -> None:
    bench, _ = files
    bench.write(stack(3))
    bench.apply()
    bench.write(stack(2, "two"))
    applied = bench.apply()
    assert (applied.done, applied.failures) == (6, ())
    assert bench.settled_empty()


def test_a_lane_is_free_again_when_a_write_fails(files: tuple[Bench, OneAtATime]) -> None:
    bench, type_ = files
    bench.write(stack(3))

    def refuse(op: Op, id: str) -> None:
        if id == "/a/0.txt":
            raise ProviderError("FILES-010", "no")

    type_.trouble.before = refuse
    applied = bench.apply()
    assert (applied.done, applied.failed, applied.skipped) == (7, 1, ())
