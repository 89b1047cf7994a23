from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace, _api_version
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.providers.api import Counts

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
SETTINGS = {
    "cloud": "simulator",
    "subscription": "00000000-0000-0000-0000-000000000001",
    "location": "westeurope",
}
STACK = "stack: churn\nazure: {cloud: simulator}\n"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    folder = tmp_path / "repository" / "stacks" / "churn"
    folder.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (folder / "mlinfra.yaml").write_text(STACK)
    return folder


@pytest.mark.parametrize(
    ("path", "version"),
    [
        (SUBSCRIPTION, "2022-12-01"),
        (f"{SUBSCRIPTION}/resourceGroups/rg", "2024-03-01"),
        (f"{SUBSCRIPTION}/resourcegroups/rg/providers/microsoft.storage/storageAccounts/st", "2023-05-01"),
        (
            f"{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st"
            "/providers/Microsoft.Authorization/roleAssignments/x",
            "2022-04-01",
        ),
        (f"{SUBSCRIPTION}/providers/microsoft.authorization/LOCKS/hands-off", "2020-05-01"),
        (f"{SUBSCRIPTION}/providers/Microsoft.Authorization", "2022-04-01"),
        (f"{SUBSCRIPTION}/providers/Microsoft.Unheard/of", None),
    ],
)
def test_a_request_by_hand_gets_the_version_that_the_provider_would_ask_for(
    path: str, version: str | None
) -> None:
    assert _api_version(path) == version


def test_state_and_simulator_live_at_the_root_of_the_repository(stack: Path) -> None:
    with Workplace(stack, {}) as place:
        assert place.home == stack.parents[1] / "state"
        place.ask_simulator("GET", f"{SUBSCRIPTION}/resourceGroups", b"")
    assert [file.name for file in place.home.iterdir()] == ["simulator.db"]


def test_repositories_share_a_simulator_where_the_environment_says(stack: Path, tmp_path: Path) -> None:
    file = tmp_path / "shared" / "azure.db"
    with Workplace(stack, {"MLINFRA_SIMULATOR_FILE": str(file)}) as place:
        place.ask_simulator("GET", f"{SUBSCRIPTION}/resourceGroups", b"")
        assert not place.home.exists()
    assert file.is_file()
    file.write_text("not a database, " * 100)
    beside = file.with_name("other.db")
    beside.write_text("")
    with Workplace(stack, {"MLINFRA_SIMULATOR_FILE": str(file)}) as place:
        place.reset_simulator()
        assert place.ask_simulator("GET", f"{SUBSCRIPTION}/resourceGroups", b"").json() == {"value": []}
    assert beside.exists()


def test_connections_draw_on_one_budget(stack: Path) -> None:
    with Workplace(stack, {}) as place:
        here, there = (place.connect("azure", SETTINGS | {"location": name}) for name in ("east", "west"))
    assert here is not there
    assert here.arm.budget is there.arm.budget is not None


def test_a_connection_is_made_once_for_the_same_settings(stack: Path) -> None:
    with Workplace(stack, {}) as place:
        first = place.connect("azure", SETTINGS)
        assert place.connect("azure", dict(reversed(SETTINGS.items()))) is first
        assert place.connect("azure", {**SETTINGS, "location": "eastus"}) is not first
        assert isinstance(first, Counts)
        assert place.requests == 0
        assert place.clock.virtual


def test_a_connection_to_the_real_azure_runs_in_real_time_and_asks_nobody_yet(stack: Path) -> None:
    with Workplace(stack, {}) as place:
        place.connect("azure", {**SETTINGS, "cloud": "public"})
        assert not place.clock.virtual
        assert not place.home.exists()


def test_requests_are_logged_where_the_environment_says(stack: Path, tmp_path: Path) -> None:
    log = tmp_path / "requests.jsonl"
    with Workplace(stack, {"MLINFRA_SIMULATOR_LOG": str(log)}) as place:
        answer = place.ask_simulator("GET", f"{SUBSCRIPTION}/resourceGroups/rg?api-version=2024-03-01", b"")
    assert answer.status == 404
    assert json.loads(log.read_text()) == {
        "method": "GET",
        "path": f"{SUBSCRIPTION}/resourceGroups/rg",
        "status": 404,
    }


def test_a_simulator_file_that_is_none(stack: Path) -> None:
    with Workplace(stack, {}) as place:
        place.home.mkdir()
        (place.home / "simulator.db").write_text("not a database, " * 100)
        with pytest.raises(MlinfraError, match="MLI-SIM-002"):
            place.ask_simulator("GET", SUBSCRIPTION, b"")
        place.reset_simulator()
        assert place.ask_simulator("GET", f"{SUBSCRIPTION}/resourceGroups", b"").json() == {"value": []}


@pytest.mark.parametrize(
    "rest",
    ["resources: [1, 2]\n", "variables: {location: {type: string}}\n", "outputs: {a: {value: '${'}}\n"],
)
def test_what_is_recorded_can_be_read_whatever_else_is_wrong_with_the_file(stack: Path, rest: str) -> None:
    (stack / "mlinfra.yaml").write_text(STACK + rest)
    with Workplace(stack, {}) as place:
        assert place.recorded(place.head(Inputs())).stack == "churn"


@pytest.mark.parametrize("text", ["stack: ../../etc/x\n", "azure: {}\n", "stack: [a]\n", ""])
def test_a_stack_without_a_proper_name_is_told_so(stack: Path, text: str) -> None:
    (stack / "mlinfra.yaml").write_text(text)
    with Workplace(stack, {}) as place, pytest.raises(MlinfraError, match="MLI-CFG"):
        place.recorded(place.head(Inputs()))


def test_errors_say_when_nothing_was_even_read(stack: Path) -> None:
    with pytest.raises(MlinfraError) as before, Workplace(stack, {}) as place:
        place.config(Inputs({"unheard": "of"}))
    assert before.value.offline
    with pytest.raises(MlinfraError) as after, Workplace(stack, {}) as place:
        place.connect("azure", SETTINGS)
        place.config(Inputs({"unheard": "of"}))
    assert not after.value.offline
