from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mlinfra.model.codec import encode_entry
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.plan import Op
from mlinfra.model.state import State
from mlinfra.state.journal import TORN, Entry, EntryKind, check, fold, line, open_entries, read_entries
from tests.state.samples import ANA, CPU, LAB, entry, record

KEY = b"k" * 32
INTENT, ACCEPTED, DONE, FAILED = EntryKind


def written(*entries: Entry, first: int = 0) -> bytes:
    return b"".join(line(encode_entry(e, KEY), "L", 4, number) for number, e in enumerate(entries, first))


def read(data: bytes, serial: int = 4) -> tuple[Entry, ...]:
    return read_entries(data, lineage="L", serial=serial, where="state/churn.4.journal")


def refusal(data: bytes, serial: int = 4) -> str:
    with pytest.raises(MlinfraError) as told:
        read(data, serial)
    (found,) = told.value.diagnostics
    assert found.detail
    assert found.position is not None
    assert f"line {found.position.line} of state/churn.4.journal" in found.summary
    return f"{found.code} {found.summary}"


THREE = (entry(INTENT), entry(ACCEPTED, token={"url": "x"}), entry(DONE))


def test_what_is_written_is_read() -> None:
    assert read(written(*THREE)) == THREE
    assert read(b"") == ()


def test_a_line_is_one_line() -> None:
    data = written(entry(INTENT, desired={"text": "a\nb\u2028c"}))
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")


def test_wherever_the_last_line_is_torn_the_others_are_read() -> None:
    whole = written(*THREE)
    last = whole.rindex(b"\n", 0, -1) + 1
    for end in range(last, len(whole) - 1):
        assert read(whole[:end]) == THREE[:2]
    assert read(whole[:-1]) == THREE, "only the end of the line is missing"


def test_who_goes_on_after_a_torn_line_writes_its_number_again() -> None:
    torn = written(THREE[0], THREE[1])[:-9]
    data = torn + b"\n" + written(*THREE[1:], first=1)
    assert read(data) == THREE


def test_a_torn_line_after_which_the_next_one_was_torn_too_is_no_damage() -> None:
    torn = written(THREE[0], THREE[1])[:-9] + TORN
    again = written(THREE[1], first=1)
    for end in range(len(again) - 1):
        assert read(torn + again[:end]) == THREE[:1]
    whole = torn + again[:-20] + TORN + written(*THREE[1:], first=1)
    assert read(whole) == THREE
    for end in range(len(TORN)):
        assert read(torn + again[:-20] + TORN[:end]) == THREE[:1], "torn in the middle of the mark"


def test_a_mark_hides_no_line_that_is_missing() -> None:
    lines = written(*THREE).splitlines(keepends=True)
    assert refusal(lines[0] + lines[1][:-9] + TORN + lines[2]).startswith("MLI-STA-010 line 3 ")


def test_zeros_that_a_power_cut_left_at_the_end_are_passed_over() -> None:
    assert read(written(*THREE) + bytes(512)) == THREE


@pytest.mark.parametrize("number", [1, 2, 3])
def test_damage_anywhere_else_is_told(number: int) -> None:
    lines = written(*THREE).splitlines(keepends=True)
    lines[number - 1] = lines[number - 1].replace(b"small", b"large")
    assert refusal(b"".join(lines)).startswith(f"MLI-STA-010 line {number} ")


@pytest.mark.parametrize("number", [1, 2])
def test_a_line_that_is_missing_is_told(number: int) -> None:
    lines = written(*THREE).splitlines(keepends=True)
    del lines[number - 1]
    assert "lines are missing before it" in refusal(b"".join(lines))


def test_a_line_that_was_copied_is_told() -> None:
    lines = written(*THREE).splitlines(keepends=True)
    assert "MLI-STA-010" in refusal(lines[0] + lines[1] + lines[1] + lines[2])


def test_another_lineage_or_serial_is_told() -> None:
    other = line(encode_entry(THREE[0], KEY), "M", 4, 0)
    assert "lineage M, serial 4" in refusal(other)
    assert "MLI-STA-011" in refusal(written(*THREE), serial=5)


def test_a_checksum_covers_what_a_line_says_of_itself() -> None:
    moved = written(THREE[0]).replace(b'"serial":4', b'"serial":5')
    assert "is damaged" in refusal(moved, serial=5)


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_a_newer_format_is_told_even_in_the_last_line(end: bytes) -> None:
    newer = b'{"format":2,"lineage":"L","what":"ever"}'
    found = refusal(written(THREE[0]) + newer + end)
    assert found.startswith("MLI-STA-012 line 2 ")
    assert "newer mlinfra" in found


def test_an_entry_with_a_key_that_we_do_not_know_is_told() -> None:
    body = json.loads(encode_entry(THREE[0], KEY))
    data = line(json.dumps({**body, "mood": "good"}).encode(), "L", 4, 0)
    assert '"mood"' in refusal(data)


@pytest.mark.parametrize(
    "broken",
    [
        entry(DONE, desired=None),
        entry(DONE, id=None),
        entry(DONE, observed=None),
        entry(DONE, op=Op.UPDATE, observed=None),
        entry(DONE, op=Op.ADOPT, id=None),
        entry(FAILED, broken=True, id=None),
        entry(FAILED, broken=True, desired=None),
    ],
)
def test_an_entry_from_which_no_record_could_be_made_is_our_bug(broken: Entry) -> None:
    with pytest.raises(ValueError, match="needs"):
        check(broken)


@pytest.mark.parametrize(
    "fine",
    [
        entry(INTENT, id=None, desired=None),
        entry(DONE),
        entry(DONE, op=Op.DELETE),
        entry(DONE, op=Op.FORGET, id=None),
        entry(FAILED, desired=None, id=None),
        entry(FAILED, broken=True),
        entry(FAILED, op=Op.UPDATE, broken=True, desired=None),
    ],
)
def test_an_entry_that_is_complete_passes(fine: Entry) -> None:
    check(fine)


def test_open_is_what_never_ended() -> None:
    entries = [
        entry(INTENT, "a"),
        entry(INTENT, "b", LAB),
        entry(INTENT, "c", ANA),
        entry(DONE, "a"),
        entry(FAILED, "b", LAB, message="no"),
    ]
    assert open_entries(entries) == (entries[2],)


def test_an_accepted_entry_is_filled_up_from_its_intent() -> None:
    intent = entry(
        INTENT, dependencies=(LAB,), settings={"subscription": "s"}, lifecycle=frozenset({"keep_on_remove"})
    )
    accepted = entry(ACCEPTED, token={"n": 1}, desired=None, id=None)
    later = entry(ACCEPTED, token={"n": 2}, desired=None, id="/chosen/by/service")
    assert open_entries([intent, accepted]) == (replace(intent, kind=ACCEPTED, token={"n": 1}),)
    assert open_entries([intent, accepted, later]) == (
        replace(intent, kind=ACCEPTED, token={"n": 2}, id="/chosen/by/service"),
    )


def test_a_step_that_starts_again_after_its_end_is_open_again() -> None:
    again = entry(INTENT, desired={"size": "other"})
    assert open_entries([entry(INTENT), entry(FAILED), again]) == (again,)


def folded(*entries: Entry, **records: Any) -> dict[str, Any]:
    before = State("L", 4, records={r.address: r for r in records.values()})
    after, _ = fold(before, entries)
    assert (after.lineage, after.serial) == ("L", 4), "folding writes nothing, so it is the same state"
    return {str(address): r for address, r in after.records.items()}


@pytest.mark.parametrize("op", [Op.CREATE, Op.UPDATE, Op.ADOPT])
def test_what_is_done_becomes_its_record(op: Op) -> None:
    done = entry(
        DONE,
        op=op,
        dependencies=(LAB,),
        settings={"subscription": "s"},
        type_version=3,
        lifecycle=frozenset({"prevent_destroy", "allow_unmanaged_loss"}),
    )
    wanted = record(
        dependencies=(LAB,),
        settings={"subscription": "s"},
        type_version=3,
        lifecycle=frozenset({"prevent_destroy", "allow_unmanaged_loss"}),
    )
    assert folded(done) == {"compute.cpu": wanted}
    assert folded(done, old=record(id="/old", broken=True)) == {"compute.cpu": wanted}


@pytest.mark.parametrize("op", [Op.DELETE, Op.FORGET])
def test_what_is_deleted_or_forgotten_goes(op: Op) -> None:
    assert folded(entry(DONE, op=op), one=record(), two=record(LAB)) == {"compute.lab": record(LAB)}
    assert folded(entry(DONE, op=op, id=None), one=record()) == {}
    assert folded(entry(DONE, op=op)) == {}


def test_deleting_the_old_one_after_the_new_one_was_made_keeps_the_new_record() -> None:
    create = entry(DONE, "new", id="/new")
    delete = entry(DONE, "old", op=Op.DELETE, id="/old")
    assert folded(create, delete, old=record(id="/old")) == {"compute.cpu": record(id="/new")}
    assert folded(delete, create, old=record(id="/old")) == {"compute.cpu": record(id="/new")}


def test_a_creation_that_was_accepted_and_failed_is_broken() -> None:
    assert folded(entry(FAILED, broken=True)) == {"compute.cpu": record(observed={}, broken=True)}


def test_an_update_that_failed_halfway_marks_what_is_recorded() -> None:
    failed = entry(FAILED, op=Op.UPDATE, broken=True, desired={"size": "big"})
    assert folded(failed, old=record()) == {"compute.cpu": record(broken=True)}
    assert folded(failed) == {}


@pytest.mark.parametrize(
    "nothing", [entry(INTENT), entry(ACCEPTED), entry(FAILED), entry(FAILED, op=Op.DELETE)]
)
def test_what_is_not_done_leaves_the_records_alone(nothing: Entry) -> None:
    assert folded(nothing, old=record(id="/old")) == {"compute.cpu": record(id="/old")}


def test_folding_answers_what_is_open_too() -> None:
    opened = entry(INTENT, "b", LAB)
    state, still = fold(State("L"), [entry(INTENT, "a"), entry(DONE, "a"), opened])
    assert list(state.records) == [CPU]
    assert still == (opened,)


def test_folding_twice_is_folding_once() -> None:
    entries = [entry(DONE), entry(DONE, "b", LAB, op=Op.DELETE), entry(FAILED, "c", ANA, broken=True)]
    once, _ = fold(State("L", records={LAB: record(LAB)}), entries)
    assert fold(once, entries)[0] == once


@pytest.mark.parametrize("change", [lambda d: d[:1] + d, lambda d: b"\n\n" + d, lambda d: d + b"\n\n"])
def test_empty_lines_do_not_matter_and_others_do(change: Callable[[bytes], bytes]) -> None:
    data = change(written(*THREE))
    if data.startswith(b"{{"):
        assert "MLI-STA-010" in refusal(data)
    else:
        assert read(data) == THREE
