"""Names of a stack, read from its files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config.outline import DEPTH, outline
from mlinfra.model.diagnostic import MlinfraError


def test_names_stand_in_the_order_written(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text(
        "stack: names\n"
        "variables: {b: {type: string, description: second}, a: {}}\n"
        "resources: {folder: {z: {}, a: {}}, text_file: {m: null}}\n"
        "outputs: {y: {value: 1}, x: {value: 2}}\n"
        "modules: {m: {source: ./m}}\n"
    )
    found = outline(tmp_path)
    assert (found.stack, found.root, found.elsewhere) == ("names", tmp_path, False)
    assert found.addresses == ("folder.z", "folder.a", "text_file.m")
    assert found.variables == {"b": "second", "a": ""}
    assert found.outputs == ("y", "x")
    assert found.modules == {"m": "./m"}


def test_a_module_that_calls_itself_ends(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "module.yaml").write_text(
        "resources: {folder: {one: {}}}\nmodules: {again: {source: ../m}}\n"
    )
    (tmp_path / "mlinfra.yaml").write_text("stack: ring\nmodules: {m: {source: m}}\n")
    found = outline(tmp_path).addresses
    assert found[:2] == ("module.m.folder.one", "module.m.module.again.folder.one")
    assert len(found) == DEPTH


def test_a_module_outside_of_the_repository_is_not_read(tmp_path: Path) -> None:
    stack = tmp_path / "repository"
    (stack / ".git").mkdir(parents=True)
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "module.yaml").write_text("resources: {folder: {one: {}}}\n")
    (stack / "mlinfra.yaml").write_text("stack: out\nmodules: {m: {source: ../m}}\n")
    assert outline(stack).addresses == ()


@pytest.mark.parametrize("word", ["backend: {postgres: {}}", "encryption: {file: key}"])
def test_a_state_that_is_no_plain_file_is_elsewhere(tmp_path: Path, word: str) -> None:
    (tmp_path / "mlinfra.yaml").write_text(f"stack: far\n{word}\n")
    assert outline(tmp_path).elsewhere


def test_what_is_no_yaml_has_no_outline(tmp_path: Path) -> None:
    with pytest.raises(MlinfraError):
        outline(tmp_path)
    (tmp_path / "mlinfra.yaml").write_text("stack: [")
    with pytest.raises(MlinfraError):
        outline(tmp_path)
