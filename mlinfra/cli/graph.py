"""``mlinfra graph``."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.engine.diagram import diagram, planned_diagram
from mlinfra.engine.planner import make_plan
from mlinfra.engine.validate import inspect
from mlinfra.render import graph as render

FORMATS = {"dot": render.dot, "mermaid": render.mermaid}


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="dot",
    show_default=True,
    help="DOT is for Graphviz, Mermaid for Markdown.",
)
@click.option("--plan", "planned", is_flag=True, help="Plan first, and show what would happen to what.")
@click.option("--instances", is_flag=True, help="Draw every instance of a block by itself.")
@options.inputs
@click.pass_context
def graph(ctx: click.Context, form: str, planned: bool, instances: bool, inputs: Inputs) -> None:
    """Draw the resources of the stack and what needs what.

    An arrow leads from what needs to what is needed; a frame is drawn around what lives in a resource. Asks
    no service, unless --plan is given.  mlinfra graph | dot -Tsvg > stack.svg
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        config = place.config(inputs)
        if planned:
            snapshot = place.manager(config.head).load()
            drawing = planned_diagram(make_plan(config, snapshot, place.context()), each=instances)
        else:
            drawing = diagram(inspect(config, place.context(), {}), each=instances)
    console.say(FORMATS[form](drawing))
