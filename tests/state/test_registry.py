from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from mlinfra.model.configuration import Backend
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.source import Node, Position, SourceFile
from mlinfra.state.api import Site, StoreError
from mlinfra.state.local import LocalStore, kind
from mlinfra.state.registry import GROUP, kinds, load_kind
from mlinfra.testing.clocks import HandClock

PLACE = Position(SourceFile("mlinfra.yaml", "backend: {locla: {}}"), 1, 11)


def backend(name: str) -> Backend:
    return Backend(name, {}, Node({}, PLACE))


def test_ours_comes_in_by_the_door_for_all() -> None:
    assert load_kind(backend("local")) is kind
    assert kind in kinds()


def test_a_kind_that_there_is_not() -> None:
    with pytest.raises(MlinfraError, match="there is no store `locla`") as wrong:
        load_kind(backend("locla"))
    (found,) = wrong.value.diagnostics
    assert (found.code, found.position) == ("MLI-STA-040", PLACE)
    assert found.detail.startswith("Did you mean `local`?")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("mlinfra_nowhere:kind", "cannot be loaded: ModuleNotFoundError"),
        ("mlinfra.state.local:KEPT", "is no store: it has no name, settings_schema, open"),
    ],
)
def test_an_entry_point_that_gives_no_store(value: str, why: str) -> None:
    with pytest.raises(MlinfraError, match="MLI-STA-041") as wrong:
        load_kind(backend("x"), [EntryPoint("x", value, GROUP)])
    assert why in wrong.value.diagnostics[0].summary


def test_files_are_in_the_folder_that_is_named(tmp_path: Path) -> None:
    site = Site("churn", tmp_path / "stacks", tmp_path, HandClock())
    store = kind.open({"folder": "elsewhere/states"}, site)
    assert isinstance(store, LocalStore)
    assert store.where() == str(tmp_path / "elsewhere/states/churn.json")


@pytest.mark.parametrize("folder", ["..", "../other", "/etc", "state/../../x"])
def test_files_stay_in_the_repository(tmp_path: Path, folder: str) -> None:
    with pytest.raises(StoreError, match="outside of the repository"):
        kind.open({"folder": folder}, Site("churn", tmp_path, tmp_path, HandClock()))


def test_a_link_does_not_lead_out_of_it(tmp_path: Path) -> None:
    root, out = tmp_path / "repo", tmp_path / "out"
    root.mkdir()
    out.mkdir()
    (root / "state").symlink_to(out)
    with pytest.raises(StoreError, match="outside of the repository"):
        kind.open({"folder": "state"}, Site("churn", root, root, HandClock()))
