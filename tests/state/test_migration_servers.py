"""A state goes from files to a real Azurite, on to a real PostgreSQL, and home again; commands do it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks.stores import STORES
from mlinfra.cli.main import cli
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.clock import SystemClock

pytestmark = pytest.mark.full

STACK = """\
stack: churn
backend: {backend}
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}}
variables: {{team: {{type: string, default: churn}}}}
resources:
  resource_group:
    main: {{name: rg-churn, tags: {{team: "${{var.team}}"}}}}
  user_assigned_identity:
    main: {{name: id-churn, tags: {{group: "${{resource_group.main.id}}"}}}}
outputs: {{group: {{value: "${{resource_group.main.id}}"}}}}
"""


@pytest.fixture(scope="module")
def backends() -> Iterator[Mapping[str, Mapping[str, Any]]]:
    """What stands under ``backend:`` for each kind of store, whose servers run."""
    with ExitStack() as servers:
        yield {name: servers.enter_context(start()) for name, start in STORES.items()}


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "300"}).invoke(cli, ["-C", str(self.folder), *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    def keeps_its_state_in(self, backend: Mapping[str, Any]) -> None:
        text = STACK.format(backend=json.dumps(backend))
        (self.folder / "mlinfra.yaml").write_text(text, encoding="utf-8")

    def is_empty(self) -> bool:
        """Whether the store that the stack names has nothing."""
        place = Workplace(self.folder, {})
        return place.store(place.head(Inputs()), SystemClock()).read() is None

    def recorded(self) -> tuple[str, str, str]:
        """The state as it is, what was recorded before, and the lines about who wrote each."""
        pulled = self.run("state", "pull")
        state = json.loads(pulled)
        return pulled, state["lineage"], self.run("state", "history")


def test_a_state_goes_all_the_way_round(tmp_path: Path, backends: Mapping[str, Mapping[str, Any]]) -> None:
    world = World(tmp_path)
    world.keeps_its_state_in(backends["local"])
    world.run("apply", "--auto-approve", "-v", "team=before")
    world.run("apply", "--auto-approve")
    recorded = world.recorded()
    where = [*backends, "local"]
    for old, new in pairwise(where):
        world.keeps_its_state_in(backends[new])
        told = world.run("state", "migrate", "--auto-approve", "--from", json.dumps(backends[old]))
        assert "Moved: serial 2 is in" in told
        assert world.recorded() == recorded, f"from {old} to {new}"
        assert "No changes" in world.run("plan", "--detailed-exitcode")
        again = world.run("state", "migrate", "--auto-approve", "--from", json.dumps(backends[old]))
        assert "there is nothing to move" in again
        world.keeps_its_state_in(backends[old])
        assert world.is_empty(), f"something is left in {old}"
    world.keeps_its_state_in(backends["local"])
    assert "2 destroyed" in world.run("destroy", "--auto-approve")
