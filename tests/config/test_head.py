"""What says where a state is must be readable whatever else is wrong with a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config.head import load_head
from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.source import SourceFile
from mlinfra.model.value import Sensitive, reveal

STACK = """stack: churn
variables:
  env: {type: string}
  token: {type: string, sensitive: true, default: hidden}
  other: {type: number}
backend:
  blob: {container: "state-${var.env}", region: "${env_or_default('REGION', 'west')}", key: "${var.token}"}
resources: [this, is, no, map]
"""


def test_it_needs_the_variables_that_it_reads_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    head = load_head(
        tmp_path, values={"env": "dev", "unheard": "of"}, environment={"MLINFRA_ENV_REGION": "north"}
    )
    assert (head.stack, head.folder, head.root) == ("churn", tmp_path, tmp_path.resolve())
    assert head.backend is not None
    assert head.backend.kind == "blob"
    assert isinstance(head.backend.settings["key"], Sensitive)
    assert reveal(dict(head.backend.settings)) == {
        "container": "state-dev",
        "region": "north",
        "key": "hidden",
    }
    assert "hidden" not in repr(head)


def test_variables_may_be_declared_in_an_included_file(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("variables: {env: {default: prod}}\nresources: 3\n")
    (tmp_path / "mlinfra.yaml").write_text(
        "stack: churn\ninclude: more.yaml\nbackend: {blob: {container: '${var.env}'}}\n"
    )
    backend = load_head(tmp_path).backend
    assert backend is not None
    assert backend.settings == {"container": "prod"}


def test_a_variable_that_it_reads_must_have_a_value(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    with pytest.raises(MlinfraError, match="variable `env` has no value"):
        load_head(tmp_path)


@pytest.mark.parametrize(
    "text", ["stack: churn\n", "stack: churn\nbackend:\n", "stack: churn\nbackend: {}\n"]
)
def test_a_stack_may_name_no_store(tmp_path: Path, text: str) -> None:
    (tmp_path / "mlinfra.yaml").write_text(text)
    assert load_head(tmp_path).backend is None


def test_an_expression_that_fails_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text("stack: churn\nbackend: {blob: {container: '${1 / 0}'}}\n")
    with pytest.raises(MlinfraError) as wrong:
        load_head(tmp_path)
    (found,) = wrong.value.diagnostics
    assert found.position is not None
    assert (found.position.line, found.position.column) == (2, 32)


def test_what_its_backend_reads_is_told(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    assert load_head(tmp_path, values={"env": "dev"}).reads == {"env", "token"}


def test_another_backend_may_stand_for_the_written_one(tmp_path: Path) -> None:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    assert load_head(tmp_path, instead=SourceFile("--from", "")).backend is None
    given = SourceFile("--from", "{disk: {at: '/${var.env}'}}")
    backend = load_head(tmp_path, values={"env": "dev"}, instead=given).backend
    assert backend is not None
    assert (backend.kind, backend.settings) == ("disk", {"at": "/dev"})


@pytest.mark.parametrize(
    ("text", "said"), [("{disk", "--from:1:"), ("[disk]", "--from:1:1"), ("{a: {}, b: {}}", "--from:1:9")]
)
def test_what_is_wrong_in_it_has_its_place(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "mlinfra.yaml").write_text(STACK)
    with pytest.raises(MlinfraError) as wrong:
        load_head(tmp_path, instead=SourceFile("--from", text))
    assert str(wrong.value.diagnostics[0].position).startswith(said)
