"""What earlier versions wrote is still read; the files are in ``tests/samples``."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from mlinfra.model.address import parse_address
from mlinfra.model.codec import decode_header, decode_state
from mlinfra.model.planfile import decode_plan
from mlinfra.model.state import Deed, Stamp
from mlinfra.model.value import LocalPath, Redacted
from mlinfra.state.journal import fold, read_entries
from mlinfra.state.seal.api import Bound
from mlinfra.state.seal.cipher import Cipher
from mlinfra.state.seal.keys import Passphrase, from_environment

SAMPLES = Path(__file__).parents[1] / "samples"
CPU = parse_address("compute.cpu")
ANA = parse_address('module.ws["a"].role_assignment.team["ana"]')
FORMATS = sorted(folder.name for folder in SAMPLES.iterdir() if folder.is_dir())


@pytest.fixture(params=FORMATS)
def folder(request: pytest.FixtureRequest) -> Path:
    return SAMPLES / str(request.param)


def test_a_state(folder: Path) -> None:
    data = (folder / "state.json").read_bytes()
    state = decode_state(data)
    assert (state.lineage, state.serial) == ("7c9e6679-7425-40de-944b-e07fc1f90ae7", 4)
    assert (state.stack, state.folder) == ("churn", "stacks/churn")
    cpu, ana = state.records[CPU], state.records[ANA]
    assert cpu.desired["$odd"] == [1, 2.5, None, True]
    assert isinstance(cpu.desired["password"], Redacted)
    assert (cpu.type_version, cpu.broken, cpu.versions) == (2, True, ("/cpu/1", "/cpu/2"))
    assert (cpu.lifecycle, cpu.dependencies) == (frozenset({"prevent_destroy"}), (ANA,))
    assert cpu.settings == {"cloud": "simulator"}
    assert ana.desired["code"] == LocalPath("", "", "3f9a", is_folder=True)
    assert state.outputs["url"].value == "https://x"
    assert state.outputs["key"].sensitive
    assert state.durations == {Deed("compute", "amlcompute", "create"): (60.0, 61.5)}
    at = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
    assert state.written == Stamp("ana", "laptop", at, "apply", commit, "1 added, 1 changed")
    assert decode_header(data).written == state.written


def test_a_journal(folder: Path) -> None:
    state = decode_state((folder / "state.json").read_bytes())
    data = (folder / "journal.jsonl").read_bytes()
    entries = read_entries(data, lineage=state.lineage, serial=state.serial, where="it")
    folded, still = fold(state, entries)
    assert folded.records[parse_address("compute.lab")].observed == {"size": "large"}
    assert folded.records[parse_address("compute.gpu")].broken
    assert [entry.address for entry in still] == [CPU]


def test_a_plan(folder: Path) -> None:
    saved = decode_plan((folder / "plan.json").read_bytes())
    assert saved.plan.stack == "churn"
    assert [change.address for change in saved.plan.changes] == [CPU, ANA]
    assert (saved.owner, saved.values, saved.secrets) == ("ana on laptop", {"team": "churn"}, ("password",))


def test_what_is_encrypted(folder: Path) -> None:
    """The state and the journal with a key, the plan with a passphrase."""
    by_key = Cipher(from_environment("KEY", {"KEY": "1" * 64}))
    plain = by_key.open((folder / "state.sealed.json").read_bytes(), "state")
    assert plain == (folder / "state.json").read_bytes()
    state = decode_state(plain)

    def opened(entry: bytes, seq: int) -> bytes:
        return by_key.open(entry, "journal", Bound("journal", state.lineage, state.serial, seq))

    sealed, clear = ((folder / name).read_bytes() for name in ("journal.sealed.jsonl", "journal.jsonl"))
    read = partial(read_entries, lineage=state.lineage, serial=state.serial, where="it")
    assert read(sealed, opened=opened) == read(clear)
    by_words = Cipher(Passphrase("correct horse battery staple"))
    plan = by_words.open((folder / "plan.sealed.json").read_bytes(), "plan")
    assert plan == (folder / "plan.json").read_bytes()
