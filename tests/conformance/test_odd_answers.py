"""Whatever Azure does to its answers, a plan after an apply is empty: for every type, with every oddity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.providers.api import Provider
from tests.conformance.examples import EXAMPLES, Example, resources
from tests.conformance.odd import ODDITIES, OddTransport
from tests.conformance.test_resource_types import Stage
from tests.conformance.worlds import WORLDS, AzureWorld

AZURE = [example for example in EXAMPLES if example.registered.provider.name == "azure"]


@pytest.mark.parametrize("oddity", ODDITIES)
@pytest.mark.parametrize("example", AZURE, ids=str)
def test_a_plan_after_an_apply_is_empty(
    example: Example, oddity: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def world(provider: Provider[Any], folder: Path) -> AzureWorld:
        return AzureWorld(
            provider, folder, transport=lambda simulator: OddTransport(simulator, ODDITIES[oddity])
        )

    monkeypatch.setitem(WORLDS, "azure", world)
    stage = Stage(example, tmp_path)
    stage.write(resources(example, example.body))
    stage.apply()
    stage.nothing_to_do()
    changed = example.schema.get("x-example-update")
    if changed:
        stage.write(resources(example, {**example.body, **changed}))
        stage.apply()
        stage.nothing_to_do()
