"""What is not there is not there, in whatever dialect Azure says so (ARM, its front ends, no body at all)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlinfra.engine.marks import known_part
from mlinfra.engine.refresh import read
from mlinfra.model.plan import Op
from mlinfra.providers.api import Done
from tests.conformance.examples import EXAMPLES, Example, resources
from tests.conformance.test_resource_types import Stage

AZURE = [example for example in EXAMPLES if example.registered.provider.name == "azure"]


def elsewhere(id: str) -> Iterator[str]:
    """The id with each of its names changed in turn: another name, another parent, another group."""
    parts = id.split("/")
    for place in range(len(parts) - 1, 3, -2):
        if parts[place - 1].lower() != "providers":
            yield "/".join([*parts[:place], f"{parts[place]}-no", *parts[place + 1 :]])


@pytest.mark.parametrize("example", AZURE, ids=str)
def test_what_is_not_there_reads_as_nothing_and_is_deleted_by_doing_nothing(
    example: Example, tmp_path: Path
) -> None:
    stage = Stage(example, tmp_path)
    stage.write(resources(example, example.body))
    stage.apply()
    record = stage.main()
    asked = known_part(record.desired)
    for id in elsewhere(record.id):
        assert read(example.type, stage.connection, {id: asked}) == {id: None}, id
        step = example.type.begin(stage.connection, Op.DELETE, id, asked, None)
        assert step == Done(), id
