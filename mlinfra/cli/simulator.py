"""``mlinfra simulator``: the embedded cloud, looked at and changed by hand."""

from __future__ import annotations

from pathlib import Path

import click
import msgspec

from mlinfra.cli import console, options
from mlinfra.cli.wiring import Workplace
from mlinfra.model.diagnostic import MlinfraError, error


@click.group()
def simulator() -> None:
    """Look into the embedded simulator, or change it by hand.

    Its file is state/simulator.db at the root of the repository: every stack beneath shares that one cloud.
    MLINFRA_SIMULATOR_FILE names another, so that several repositories share one.
    """


@simulator.command()
@click.pass_context
def reset(ctx: click.Context) -> None:
    """Make the simulator an empty cloud again.

    What stacks have recorded stays: their next plan finds that everything was deleted outside.
    """
    with _place(ctx) as place:
        place.reset_simulator()
    console.say("The simulator is empty.")


@simulator.command()
@options.as_json
@click.pass_context
def show(ctx: click.Context, as_json: bool) -> None:
    """List every resource in the simulator."""
    with _place(ctx) as place:
        found = [{"id": r["id"], "type": r["type"]} for r in place.simulator.resources()]
    if as_json:
        console.document({"resources": found})
        return
    for resource in found:
        console.say(resource["id"])
    console.say(f"{len(found)} resource{'s' * (len(found) != 1)} in the simulator.")


@simulator.command()
@click.argument("method")
@click.argument("path")
@click.option("--body", metavar="JSON", help="What to send, as JSON.")
@click.pass_context
def request(ctx: click.Context, method: str, path: str, body: str | None) -> int:
    """Send one request to the simulator, as any client of Azure would.

    PATH begins with /subscriptions/…; an api-version is added when it names none. Prints the status and the
    answer; exits 1 when the simulator refused.
    """
    if body is not None:
        _check_json(body)
    with _place(ctx) as place:
        answer = place.ask_simulator(method.upper(), path, (body or "").encode())
    console.say(f"HTTP {answer.status}")
    if answer.body:
        console.document(answer.json())
    return 1 if answer.status >= 400 else 0


def _place(ctx: click.Context) -> Workplace:
    folder: Path = ctx.obj
    return Workplace(folder)


def _check_json(body: str) -> None:
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError as wrong:
        hint = 'Put it in single quotes, keys and texts in double quotes: --body \'{"tags": {"a": "b"}}\''
        raise MlinfraError(error("MLI-SIM-003", f"--body is no JSON: {wrong}", hint)) from wrong
