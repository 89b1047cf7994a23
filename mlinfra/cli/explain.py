"""``mlinfra explain``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlinfra.cli import completing, console, options
from mlinfra.cli.options import Inputs
from mlinfra.cli.wiring import Workplace
from mlinfra.config.near import nearest
from mlinfra.model.address import Address, parse_address
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.plan import Options

if TYPE_CHECKING:
    from mlinfra.engine.planner import Planned
    from mlinfra.providers.api import Catalogue


_CODE = re.compile(r"[A-Za-z]+(-[A-Za-z0-9]+)+")
"""A code has a dash, which neither addresses nor names of types have."""


@click.command()
@click.argument("what", metavar="ADDRESS|TYPE|CODE", shell_complete=completing.explainable)
@click.argument("kind", required=False, default="")
@options.inputs
@click.option(
    "--refresh/--no-refresh",
    default=True,
    help="Read what is really there first (the default), or trust what was recorded.",
)
@options.as_json
@options.no_color
@click.pass_context
def explain(
    ctx: click.Context, what: str, kind: str, inputs: Inputs, refresh: bool, as_json: bool, no_color: bool
) -> None:
    """Tell all there is to say of a resource, a type, or the code of a message.

    Of an ADDRESS: where it is written, its keys and where they come from, what a plan would do to it and why,
    what it waits for, who needs it, what dies with it, how long it takes, what is recorded. Plans as `plan`
    does, and writes nothing.

    Of a TYPE (`compute`, or only one of its kinds: `compute amlcompute`): its keys, which of them force a
    replacement, and an example. Of a CODE (MLI-CFG-012, AZ-NET-001): what is wrong and what to do. Both need
    no stack.
    """
    folder: Path = ctx.obj
    if kind and ("." in what or _CODE.fullmatch(what)):
        raise click.UsageError("A KIND is one of a TYPE: nothing else has one.")
    with Workplace(folder) as place:
        if _CODE.fullmatch(what):
            _code(what, as_json=as_json, no_color=no_color)
            return
        if "." not in what:
            _type(place.catalogue, what, kind, as_json=as_json, no_color=no_color)
            return
        address = _address(what)
        config = place.config(inputs)
        snapshot = place.manager(config.head).load()
        from mlinfra.engine.planner import make_plan

        planned = make_plan(config, snapshot, place.context(), Options(refresh=refresh))
        _resource(planned, address, place.catalogue, as_json=as_json, no_color=no_color)


def _address(what: str) -> Address:
    try:
        return parse_address(what)
    except ValueError as wrong:
        raise click.BadParameter(f"{wrong}.", param_hint="ADDRESS|TYPE|CODE") from None


def _resource(
    planned: Planned, address: Address, catalogue: Catalogue, *, as_json: bool, no_color: bool
) -> None:
    from mlinfra.engine.explain import explain as all_of
    from mlinfra.render.explained import explained, page
    from mlinfra.render.explained_json import explained_json

    found = all_of(planned, address, catalogue)
    if as_json:
        console.document(explained_json(found))
    else:
        console.show(console.stdout(no_color=no_color), page(explained(found, planned.plan)))


def _type(catalogue: Catalogue, name: str, kind: str, *, as_json: bool, no_color: bool) -> None:
    from mlinfra.engine.explain_type import explain_type
    from mlinfra.render.explained import page
    from mlinfra.render.explained_type import explained_type, type_json

    found = explain_type(catalogue, name, kind)
    if as_json:
        console.document(type_json(found))
    else:
        console.show(console.stdout(no_color=no_color), page(explained_type(found)))


def _code(code: str, *, as_json: bool, no_color: bool) -> None:
    from mlinfra.cli.errors import all_meanings
    from mlinfra.render.explained import page
    from mlinfra.render.explained_code import explained_code

    known, asked = all_meanings(), code.upper()
    if asked not in known:
        near = nearest(asked, known)
        hint = f"Did you mean `{near}`?" if near else "Codes look like MLI-CFG-012 or AZ-NET-001."
        raise MlinfraError(error("MLI-CLI-021", f"there is no code `{asked}`", hint))
    meaning = known[asked]
    if as_json:
        console.document({"code": asked, "wrong": meaning.wrong, "remedy": meaning.remedy})
    else:
        view = explained_code(asked, meaning.wrong, meaning.remedy)
        console.show(console.stdout(no_color=no_color), page(view))
