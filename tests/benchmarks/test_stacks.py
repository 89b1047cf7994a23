from collections import Counter
from pathlib import Path

import pytest

from benchmarks.stacks import Stack, fan_out, mixed
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.validate import validate
from mlinfra.model.configuration import Config


def loaded(folder: Path, stack: Stack, count: int) -> Config:
    (folder / "mlinfra.yaml").write_text("".join(stack(count)))
    with Workplace(folder, {}) as place:
        config = place.config(Inputs())
        assert validate(config, place.context()) == ()
    return config


def test_nine_of_ten_refer_to_the_first(tmp_path: Path) -> None:
    blocks = [b for b in loaded(tmp_path, fan_out, 20).blocks if b.address.type != "resource_group"]
    assert len(blocks) == 20
    read = Counter(path[1] for block in blocks for e in block.body.expressions() for path in e.references)
    assert read == {"r0": 9, "r10": 9}


@pytest.mark.parametrize("count", [22, 200])
def test_a_mixed_stack_has_as_many_resources_as_it_should(tmp_path: Path, count: int) -> None:
    config = loaded(tmp_path, mixed, count)
    assert len(config.blocks) == count
    assert len({block.address.type for block in config.blocks}) == 12
