from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.engine.applier import Applied
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.event import Retrying
from mlinfra.model.plan import Action, Op, Reason
from tests.engine.bench import Bench
from tests.engine.flaky import Killed
from tests.engine.trash import Trash, Trashed, TrashProvider


@pytest.fixture
def trash() -> Trash:
    return Trash()


@pytest.fixture
def bench(tmp_path: Path, trash: Trash) -> Bench:
    """A stack of one folder and one file, and a file of that name in the trash."""
    found = Bench(tmp_path, TrashProvider(trash=trash))
    stack(found, content="old")
    assert not found.apply().failures
    found.write("resources:\n  folder:\n    main: {name: docs}\n")
    assert not found.apply().failures
    trash.writes.clear()
    found.events.clear()
    return found


def stack(bench: Bench, word: str = "", content: str = "new") -> None:
    lifecycle = f", lifecycle: {{on_soft_deleted: {word}}}" if word else ""
    bench.write(
        f"resources:\n  folder:\n    main: {{name: docs}}\n  text_file:\n"
        f"    a: {{folder: '${{folder.main.id}}', content: {content}{lifecycle}}}\n"
    )


def refused(bench: Bench) -> str:
    with pytest.raises(MlinfraError) as caught:
        bench.plan()
    (found,) = caught.value.diagnostics
    return f"{found.code} {found.summary}\n{found.detail}"


def codes(applied: Applied) -> list[str]:
    return [found.code for found in applied.failures]


# ---- the service says what it keeps ----------------------------------------------------------------------


@pytest.mark.parametrize("word", ["", "refuse"])
def test_a_kept_name_is_refused_while_planning(bench: Bench, trash: Trash, word: str) -> None:
    stack(bench, word)
    told = refused(bench)
    assert told.startswith(
        "MLI-PLN-016 a deleted text_file is still kept and has the name of text_file.a, until 2026-04-05\n"
    )
    assert "on_soft_deleted: recover}" in told
    assert "on_soft_deleted: purge}" in told
    assert trash.writes == []


def test_what_is_recovered_is_planned_so_and_as_it_was(bench: Bench, trash: Trash) -> None:
    stack(bench, "recover", content="old")
    change = bench.change("text_file.a")
    assert (change.action, change.reason) == (Action.RECOVER, Reason.SOFT_DELETED)
    assert not change.data_loss
    applied = bench.apply()
    assert (codes(applied), trash.writes) == ([], [Op.RECOVER])
    assert bench.recorded()["text_file.a"].observed["content"] == "old"
    assert bench.settled_empty()


def test_what_is_recovered_is_brought_in_line(bench: Bench, trash: Trash) -> None:
    stack(bench, "recover")
    assert codes(bench.apply()) == []
    assert trash.writes == [Op.RECOVER, Op.UPDATE]
    assert bench.recorded()["text_file.a"].observed["content"] == "new"
    assert bench.settled_empty()


def test_what_was_recovered_is_recorded_although_it_could_not_be_brought_in_line(
    bench: Bench, trash: Trash
) -> None:
    stack(bench, "recover")
    trash.refused = {Op.UPDATE}
    assert codes(bench.apply()) == ["FILES-002"]
    assert bench.recorded()["text_file.a"].observed["content"] == "old"
    trash.refused = set()
    assert bench.actions() == {"text_file.a": Action.UPDATE}
    assert codes(bench.apply()) == []
    assert bench.settled_empty()


def test_what_cannot_change_in_place_is_recorded_and_replaced_by_the_next_plan(
    bench: Bench, trash: Trash
) -> None:
    trash.fixed = True
    stack(bench, "recover")
    assert codes(bench.apply()) == ["MLI-PLN-017"]
    assert trash.writes == [Op.RECOVER]
    assert bench.actions() == {"text_file.a": Action.DELETE_CREATE}


def test_a_purge_ends_what_was_kept_and_makes_a_new_one(bench: Bench, trash: Trash) -> None:
    stack(bench, "purge")
    change = bench.change("text_file.a")
    assert (change.action, change.data_loss) == (Action.PURGE, "the text")
    assert codes(bench.apply()) == []
    assert trash.writes == [Op.PURGE, Op.CREATE]
    assert bench.settled_empty()


def test_a_creation_that_fails_after_the_purge_is_planned_again_as_one(bench: Bench, trash: Trash) -> None:
    stack(bench, "purge")
    trash.refused = {Op.CREATE}
    assert codes(bench.apply()) == ["FILES-002"]
    assert "text_file.a" not in bench.recorded()
    assert bench.actions() == {"text_file.a": Action.CREATE}


@pytest.mark.parametrize("word", ["recover", "purge"])
def test_where_nothing_is_kept_it_is_simply_made(bench: Bench, trash: Trash, word: str) -> None:
    stack(bench, word)
    (bench.disk / ".trash" / "-docs-a").unlink()
    assert bench.actions() == {"text_file.a": Action.CREATE}
    assert not bench.change("text_file.a").notes
    assert codes(bench.apply()) == []
    assert trash.writes == [Op.CREATE]


def test_what_is_protected_is_not_purged(bench: Bench, trash: Trash) -> None:
    trash.purgeable = False
    stack(bench, "purge")
    assert "protected from being purged" in refused(bench)
    stack(bench, "recover")
    assert bench.actions() == {"text_file.a": Action.RECOVER}


@pytest.mark.parametrize("word", ["recover", "purge"])
def test_what_was_somebody_elses_is_neither_recovered_nor_purged(
    bench: Bench, trash: Trash, word: str
) -> None:
    trash.owner = "/theirs/a"
    stack(bench, word)
    assert "It was /theirs/a: recover or purge it there" in refused(bench)


# ---- the service does not say it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "writes"),
    [("recover", [Op.CREATE, Op.RECOVER, Op.UPDATE]), ("purge", [Op.CREATE, Op.PURGE, Op.CREATE])],
)
def test_what_is_not_told_comes_out_when_it_is_made(
    bench: Bench, trash: Trash, word: str, writes: list[Op]
) -> None:
    trash.tells = False
    stack(bench, word)
    change = bench.change("text_file.a")
    assert change.action is Action.CREATE
    assert change.notes[0].startswith("should one of this name be soft-deleted, it is ")
    assert codes(bench.apply()) == []
    assert trash.writes == writes
    again = [event for event in bench.events if isinstance(event, Retrying)]
    assert [event.why.partition(",")[0] for event in again] == ["a deleted one has its name"]
    assert bench.settled_empty()


def test_without_a_wish_the_refusal_stands(bench: Bench, trash: Trash) -> None:
    trash.tells = False
    stack(bench)
    assert not bench.change("text_file.a").notes
    assert codes(bench.apply()) == ["FILES-003"]
    assert trash.writes == [Op.CREATE]


def test_a_purge_that_does_not_free_the_name_is_tried_once(bench: Bench, trash: Trash) -> None:
    trash.tells = trash.purges = False
    stack(bench, "purge")
    assert codes(bench.apply()) == ["FILES-003"]
    assert trash.writes == [Op.CREATE, Op.PURGE, Op.CREATE]


def test_who_wants_nothing_read_is_told_when_it_is_made(bench: Bench, trash: Trash) -> None:
    stack(bench, "recover")
    assert bench.actions(refresh=False) == {"text_file.a": Action.CREATE}
    assert codes(bench.apply(refresh=False)) == []
    assert trash.writes == [Op.CREATE, Op.RECOVER, Op.UPDATE]


# ---- around it -------------------------------------------------------------------------------------------


def test_who_is_killed_after_the_recovery_finds_it_and_brings_it_in_line(
    bench: Bench, trash: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack(bench, "recover")
    real = Trashed.begin

    def dying(self: Trashed, conn: object, op: Op, *rest: object) -> object:
        if op is Op.UPDATE:
            raise Killed
        return real(self, conn, op, *rest)  # type: ignore[arg-type]

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(Trashed, "begin", dying)
        bench.apply()
    assert bench.actions() == {"text_file.a": Action.UPDATE}
    assert codes(bench.apply()) == []
    assert bench.settled_empty()


def test_a_type_that_keeps_nothing_has_nothing_to_be_done_about_it(bench: Bench) -> None:
    bench.write("resources:\n  folder:\n    main: {name: docs, lifecycle: {on_soft_deleted: purge}}\n")
    told = refused(bench)
    assert told.startswith("MLI-PLN-015 `lifecycle.on_soft_deleted` of folder.main means nothing")
    assert "It is for text_file." in told
