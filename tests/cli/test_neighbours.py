"""Where another stack's outputs are found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlinfra.cli.neighbours import recorded_outputs
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.config.inputs import plain
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from mlinfra.model.state import OutputValue, State
from mlinfra.model.value import Sensitive

NET = """stack: net
variables: {zone: {type: list(string), default: [a]}, env: {type: string, default: dev}, must: {}}
backend: {local: {folder: "state/${var.env}-${var.zone[0]}"}}
"""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Workplace]:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    for name in ("net", "site"):
        (root / name).mkdir()
    (root / "net" / "mlinfra.yaml").write_text(NET)
    with Workplace(root / "site", {"MLINFRA_VAR_env": "prod"}) as place:
        yield place


def applied(place: Workplace, group: str, **values: str) -> None:
    """Have the stack ``net`` record an output."""
    with Workplace(place.root / "net", {}) as other:
        manager = other.manager(other.head(Inputs(values)))
        with manager.session(command="apply") as session:
            state = session.snapshot.state
            session.commit(_with_output(state, group))


def _with_output(state: State, group: str) -> State:
    return replace(state, outputs={"group": OutputValue(group)})


def read(place: Workplace, body: str) -> str | None:
    """The output of the stack that this says; None where it was never applied."""
    text = f"stack: site\ndata: {{stack_output: {{net: {body}}}}}\n"
    (place.folder / "mlinfra.yaml").write_text(text)
    (block,) = place.config(Inputs()).data
    outputs = recorded_outputs(place, block, plain(block.body))
    return None if outputs is None else outputs["group"].value


def refused(place: Workplace, body: str) -> Diagnostic:
    with pytest.raises(MlinfraError) as wrong:
        read(place, body)
    (found,) = wrong.value.diagnostics
    return found


def test_by_its_folder_with_the_variables_that_the_block_gives(here: Workplace) -> None:
    assert read(here, "{stack: ../net}") is None
    applied(here, "rg-dev")
    applied(here, "rg-test", env="test", zone="[b]")
    assert read(here, "{stack: ../net}") == "rg-dev"
    assert read(here, "{stack: ../net, variables: {env: test, zone: [b]}}") == "rg-test"
    assert read(here, "{stack: ../net, variables: {env: prod}}") is None


def test_by_its_name_and_store(here: Workplace) -> None:
    applied(here, "rg-dev")
    assert read(here, "{name: net, backend: {local: {folder: state/dev-a}}}") == "rg-dev"
    assert read(here, "{name: net}") is None
    assert read(here, "{name: net, backend: {local: }}") is None


SEALED = """stack: net
encryption: {environment: NET_KEY}
"""
KEY, ANOTHER = ("ab" * 32, "cd" * 32)


def sealed(place: Workplace) -> None:
    """Have the stack ``net`` record an output that is encrypted with `KEY`."""
    (place.root / "net" / "mlinfra.yaml").write_text(SEALED)
    with (
        Workplace(place.root / "net", {"NET_KEY": KEY}) as other,
        other.manager(other.head(Inputs())).session(command="apply") as session,
    ):
        session.commit(_with_output(session.snapshot.state, "rg-sealed"))
    (state,) = (place.root / "state").glob("net.json")
    assert b"rg-sealed" not in state.read_bytes()


@pytest.mark.parametrize(
    "body",
    [
        "{stack: ../net}",
        "{name: net, encryption: {environment: NET_KEY}}",
        "{name: net, encryption: {environment: OLD_KEY, fallback: [{environment: NET_KEY}]}}",
        "{name: net, encryption: {environment: \"${'NET_' + 'KEY'}\"}}",
    ],
)
def test_an_encrypted_state_is_read_by_who_has_the_key(here: Workplace, body: str) -> None:
    sealed(here)
    here.environment |= {"NET_KEY": KEY, "OLD_KEY": ANOTHER}
    assert read(here, body) == "rg-sealed"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{name: net}", "MLI-STA-080"),
        ("{name: net, encryption: {environment: OLD_KEY}}", "MLI-STA-085"),
        ("{name: net, encryption: {environment: NO_KEY}}", "MLI-STA-083"),
        ("{name: net, encryption: {enviroment: NET_KEY}}", "MLI-CFG-012"),
    ],
)
def test_an_encrypted_state_is_refused_to_everybody_else(here: Workplace, body: str, code: str) -> None:
    sealed(here)
    here.environment |= {"OLD_KEY": ANOTHER}
    found = refused(here, body)
    assert found.code == code
    assert KEY not in f"{found.summary} {found.detail}"


def test_nothing_is_written_and_no_lock_is_in_the_way(here: Workplace) -> None:
    applied(here, "rg-dev")
    before = sorted(here.root.rglob("*"))
    with Workplace(here.root / "net", {}) as other:
        manager = other.manager(other.head(Inputs()))
        with manager.session(command="apply") as session:
            session.commit(_with_output(session.snapshot.state, "rg-new"))
            assert read(here, "{stack: ../net}") == "rg-new"
    (here.folder / "mlinfra.yaml").unlink()
    assert {p for p in here.root.rglob("*") if p.suffix != ".backup" and ".history" not in str(p)} == {
        p for p in before if p.suffix != ".backup" and ".history" not in str(p)
    }


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("{stack: ../../elsewhere}", "MLI-CFG-061", "outside of the repository"),
        ("{stack: ../nett}", "MLI-CFG-062", "Did you mean `net`?"),
        ("{stack: ../net, variables: {en: dev}}", "MLI-CFG-022", "Did you mean `env`?"),
        ("{stack: ../net, variables: {must: dev}}", "MLI-CFG-022", "It reads: env, zone."),
        ("{stack: ../net, variables: {zone: 3}}", "MLI-CFG-023", "In ../net/mlinfra.yaml:2:"),
        ("{name: a/b}", "MLI-CFG-017", "letters, digits"),
        ("{name: net, backend: {locl: {}}}", "MLI-STA-040", "Did you mean `local`?"),
        ("{name: net, backend: {local: {foldr: x}}}", "MLI-CFG-012", "Did you mean `folder`?"),
        ("{name: net, backend: {local: 3}}", "MLI-CFG-013", "backend: {local: {…}}"),
        ("{name: net, backend: {local: {folder: ../x}}}", "MLI-STA-042", "beneath it"),
    ],
)
def test_what_cannot_be_found(here: Workplace, body: str, code: str, said: str) -> None:
    found = refused(here, body)
    assert found.code == code
    assert said in f"{found.summary} {found.detail}"
    assert found.position is not None
    assert found.position.source.path == "mlinfra.yaml"


def test_a_variable_without_a_value_is_asked_for_where_it_can_be_given(here: Workplace) -> None:
    net = here.root / "net" / "mlinfra.yaml"
    net.write_text(NET.replace("env: {type: string, default: dev}", "env: {type: string}"))
    found = refused(here, "{stack: ../net}")
    assert found.detail.startswith("In ../net/mlinfra.yaml:2:")
    assert found.detail.endswith(": Give it under `variables:`.")


def test_what_the_store_needs_may_be_secret(here: Workplace) -> None:
    applied(here, "rg-dev")
    attrs = {"stack": "../net", "variables": {"env": Sensitive("dev")}}
    (here.folder / "mlinfra.yaml").write_text("stack: site\ndata: {stack_output: {net: {stack: ../net}}}\n")
    (block,) = here.config(Inputs()).data
    outputs = recorded_outputs(here, block, attrs)
    assert outputs is not None
    assert outputs["group"].value == "rg-dev"
