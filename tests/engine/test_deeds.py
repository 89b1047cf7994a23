from __future__ import annotations

from mlinfra.engine.deeds import deeds
from mlinfra.model.address import parse_address
from mlinfra.model.journal import EntryKind
from mlinfra.model.plan import Op
from tests.state.samples import CPU, LAB, entry

GPU = parse_address("compute.gpu")
_, _, DONE, FAILED = EntryKind


def test_resources_are_counted_by_what_was_done() -> None:
    entries = [
        entry(DONE, "1", CPU),
        entry(DONE, "2", LAB, Op.RECOVER),
        entry(DONE, "3", GPU, Op.UPDATE),
        entry(DONE, "4", GPU, Op.UPDATE),
        entry(DONE, "5", CPU, Op.DELETE),
        entry(FAILED, "6", LAB, Op.UPDATE),
    ]
    assert deeds(entries) == "2 added, 1 changed, 1 destroyed, 1 failed"


def test_what_was_only_begun_is_no_deed() -> None:
    assert deeds([entry(EntryKind.INTENT), entry(EntryKind.ACCEPTED, token={})]) == "outputs"
