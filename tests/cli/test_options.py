from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mlinfra.cli import options
from mlinfra.cli.options import Inputs, Scope
from mlinfra.model.address import Address


@click.command()
@options.inputs
@options.scope
@options.lock_timeout
@click.pass_context
def probe(ctx: click.Context, inputs: Inputs, scope: Scope, lock_timeout: float) -> None:
    ctx.obj.append((inputs, scope, lock_timeout))


def given(*arguments: str) -> tuple[Inputs, Scope, float]:
    seen: list[tuple[Inputs, Scope, float]] = []
    result = CliRunner().invoke(probe, arguments, obj=seen, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return seen[0]


def refused(*arguments: str) -> str:
    result = CliRunner().invoke(probe, arguments)
    assert result.exit_code == 2
    return result.output


def test_nothing_given() -> None:
    assert given() == (Inputs(), Scope(), 0.0)


def test_variables_keep_what_stands_after_the_first_sign() -> None:
    inputs, _, _ = given("-v", "a=b=c", "--var", "a2=", "--var-file", "more.yaml")
    assert inputs == Inputs({"a": "b=c", "a2": ""}, (Path("more.yaml"),))


def test_the_last_value_of_a_variable_counts() -> None:
    assert given("-v", "a=1", "-v", "a=2")[0].values == {"a": "2"}


def test_a_refused_variable_is_not_repeated_since_it_may_be_secret() -> None:
    output = refused("-v", "hunter2")
    assert "location=westeurope" in output
    assert "hunter2" not in output


def test_targets_are_addresses() -> None:
    scope = given("--no-refresh", "--target", 'role_assignment.team["ana"]', "--parallelism", "4")[1]
    assert scope == Scope(False, (Address("role_assignment", "team", "ana"),), parallelism=4)


def test_a_target_that_is_no_address() -> None:
    assert "compute.cpu" in refused("--target", "compute")


@pytest.mark.parametrize(
    ("text", "seconds"), [("30", 30), ("0s", 0), ("5m", 300), ("1h", 3600), ("1.5s", 1.5)]
)
def test_durations(text: str, seconds: float) -> None:
    assert given("--lock-timeout", text)[2] == seconds


def test_no_duration() -> None:
    assert "30s or 5m" in refused("--lock-timeout", "soon")


@pytest.mark.parametrize(
    ("folder", "inputs", "expected"),
    [
        (".", None, "`mlinfra apply`"),
        ("a stack", None, "`mlinfra -C 'a stack' apply`"),
        (".", Inputs({"a": "secret"}), "`mlinfra apply`, with the same variables,"),
    ],
)
def test_the_next_command_is_told_as_it_should_be_typed(
    folder: str, inputs: Inputs | None, expected: str
) -> None:
    ctx = click.Context(probe, obj=Path(folder))
    assert options.next_command(ctx, "apply", inputs) == expected
