"""``mlinfra policy``: the rules that judge a plan."""

from __future__ import annotations

from pathlib import Path

import click

from mlinfra.cli import completing, console, options, planfile
from mlinfra.cli.judging import REFUSED, judge, judge_saved, write_sarif
from mlinfra.cli.options import Inputs, Rules, Scope
from mlinfra.cli.wiring import Workplace
from mlinfra.config.policy import policy_of_stack
from mlinfra.config.stackfile import FILE
from mlinfra.engine.check import near
from mlinfra.engine.planner import make_plan
from mlinfra.engine.policy_cases import run_cases
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.policy import Policy
from mlinfra.policy.gate import Gate, Judge
from mlinfra.policy.registry import load_rules
from mlinfra.render import json
from mlinfra.render import policy as pages
from mlinfra.render.findings import FindingsView


@click.group()
def policy() -> None:
    """Judge the stack's plan by rules; list and test them."""


@policy.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@options.inputs
@options.scope
@options.rules
@options.sarif
@options.as_json
@options.no_color
@click.pass_context
def check(
    ctx: click.Context,
    file: Path | None,
    inputs: Inputs,
    scope: Scope,
    rules: Rules,
    sarif: Path | None,
    as_json: bool,
    no_color: bool,
) -> int:
    """Plan, and show everything that the rules find; with FILE, judge that saved plan.

    Shows why each finding matters and how to mend it. Writes nothing; a saved plan is judged without asking
    any service, and without the stack's variables. FILE may also be what `plan --format json` or `plan
    --json` printed. Exits 3 when the plan is refused.
    """
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        found = _planned(place, inputs, scope, rules) if file is None else _saved(place, file, inputs, rules)
        if sarif is not None:
            write_sarif(folder / sarif, found, place)
    if as_json:
        console.document(json.policy(found))
    else:
        console.show(console.stdout(no_color=no_color), pages.details(found))
    return REFUSED if found.refused else 0


def _planned(place: Workplace, inputs: Inputs, scope: Scope, rules: Rules) -> FindingsView:
    config = place.config(inputs)
    gate = place.gate(config.policy, rules)
    snapshot = place.manager(config.head).load()
    return judge(place, make_plan(config, snapshot, place.context(scope.parallelism), scope.options()), gate)


def _saved(place: Workplace, file: Path, inputs: Inputs, rules: Rules) -> FindingsView:
    data = planfile.load(place.folder / file)
    plan = planfile.judged_plan(file, data, lambda: place.seal(place.head(inputs)))
    return judge_saved(place, plan, rules)


@policy.command("list")
@options.rules
@options.no_color
@click.pass_context
def list_(ctx: click.Context, rules: Rules, no_color: bool) -> None:
    """List the rules, with the severity that they have here."""
    judges = _judges(ctx, rules)
    console.show(console.stdout(no_color=no_color), pages.rules(each.info for each in judges.values()))


@policy.command()
@click.argument("code", shell_complete=completing.rules)
@options.rules
@options.no_color
@click.pass_context
def explain(ctx: click.Context, code: str, rules: Rules, no_color: bool) -> None:
    """Say what the rule CODE is about: why, how to mend it, its settings."""
    judges = _judges(ctx, rules)
    if code not in judges:
        hint = f"{near(code, judges)}`mlinfra policy list` shows all."
        raise MlinfraError(error("MLI-POL-020", f"there is no rule `{code}`", hint))
    each = judges[code]
    page = pages.rule(each.info, each.settings, each.about.schema, each.about.sources)
    console.show(console.stdout(no_color=no_color), page)


@policy.command()
@click.argument("target", metavar="[FOLDER]", type=click.Path(exists=True, path_type=Path), required=False)
@options.no_color
@click.pass_context
def test(ctx: click.Context, target: Path | None, no_color: bool) -> int:
    """Run the cases of rules: every *.policy-test.yaml below FOLDER, or below the stack's."""
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        results = run_cases(target or folder, load_rules(), place.catalogue, place.today())
    console.show(console.stdout(no_color=no_color), pages.cases(results))
    return 1 if any(wrong for _, wrong in results) else 0


def _judges(ctx: click.Context, rules: Rules) -> dict[str, Judge]:
    """Every rule as it is used here, at its worst level; without a stack, as it is by itself."""
    folder: Path = ctx.obj
    with Workplace(folder) as place:
        own = policy_of_stack(folder) if (folder / FILE).exists() else Policy()
        return _worst(place.gate(own, rules))


def _worst(gate: Gate) -> dict[str, Judge]:
    found: dict[str, Judge] = {}
    for each in (one for bench in gate.benches for one in bench.judges):
        other = found.get(each.rule.code)
        if other is None or each.level.rank < other.level.rank:
            found[each.rule.code] = each
    return dict(sorted(found.items()))
