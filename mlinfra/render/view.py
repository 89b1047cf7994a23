"""A plan as people see it: ordered, worded and redacted, once. Renderers see nothing else of a plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.diagram import Diagram
from mlinfra.model.graph import longest_path
from mlinfra.model.plan import Action, Change, OutputChange, Plan, Reason
from mlinfra.render.blocks import ALONE, IN_PLAN, Remarks, change_block, drift_block, output_lines
from mlinfra.render.checks import ChecksView, checks_view
from mlinfra.render.drawing import drawing, left_out
from mlinfra.render.escape import visible
from mlinfra.render.lines import Block, Line, Warned
from mlinfra.render.names import by_name
from mlinfra.render.risks import Risky, risky
from mlinfra.render.words import about, count, span


@dataclass(frozen=True, slots=True)
class Counts:
    """How many resources a plan touches; one that is replaced is neither in ``add`` nor in ``destroy``.

    One that is taken over and changed is in ``imports`` and in ``change``, as in Terraform.
    """

    imports: int = 0
    add: int = 0
    change: int = 0
    replace: int = 0
    destroy: int = 0
    forget: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan ready to be laid out; every string is safe to print.

    ``changes`` are in the order in which to read them, ``risks`` what of them to worry about, by gravity;
    ``diagram`` draws the first of them, ``undrawn`` counts the blocks that it leaves out. ``drift`` speaks of
    this plan, ``drift_alone`` is the same where no plan is shown. ``duration`` is what the longest chain of
    steps usually takes. ``empty`` is ``Plan.is_empty``: applying would change nothing, outputs included.
    """

    title: str
    facts: str
    changes: tuple[Block, ...]
    risks: tuple[Risky, ...]
    diagram: Diagram
    undrawn: int
    drift: tuple[Block, ...]
    drift_alone: tuple[Block, ...]
    outputs: tuple[Line, ...]
    warnings: tuple[Warned, ...]
    checks: ChecksView
    unchanged: str
    verdict: str
    duration: str
    notes: tuple[str, ...]
    counts: Counts
    empty: bool


def view(plan: Plan) -> PlanView:
    """The plan, by risk and then as the user wrote it, in words, without a secret."""
    plan = by_name(plan)
    counts = counted(plan.changes)
    ordered = by_risk(plan)
    return PlanView(
        title=visible(" · ".join([plan.stack, *plan.context.values()])),
        facts=_facts(plan),
        changes=tuple(change_block(change, destroy=plan.destroy) for change in ordered),
        risks=risky(ordered),
        diagram=drawing(plan, ordered),
        undrawn=left_out(ordered),
        drift=_drifts(plan, IN_PLAN),
        drift_alone=_drifts(plan, ALONE),
        outputs=tuple(_outputs(plan.outputs)),
        warnings=tuple(map(_warned, plan.warnings)),
        checks=checks_view(plan.checks),
        unchanged=f"{counts.unchanged:,} unchanged" if counts.unchanged and not plan.is_empty else "",
        verdict=_verdict(plan, counts),
        duration=about(duration(plan)),
        notes=tuple(_notes(plan)),
        counts=counts,
        empty=plan.is_empty,
    )


def by_risk(plan: Plan) -> list[Change]:
    """What the plan changes, the worst first; among equals in the user's own order.

    What dies with a parent stands beneath it, and both where the worse of them belongs.
    """
    drifted = {drift.address for drift in plan.drift}
    changes = [change for change in plan.changes if change.action is not Action.NO_OP]
    at = {change.address: index for index, change in enumerate(changes)}

    def root(change: Change) -> int:
        seen = {change.address}
        while change.dies_with in at and change.dies_with not in seen:
            change = changes[at[change.dies_with]]
            seen.add(change.address)
        return at[change.address]

    roots = [root(change) for change in changes]
    worst: dict[int, int] = {}
    for change, top in zip(changes, roots, strict=True):
        rank = _risk(change, change.address in drifted)
        worst[top] = min(worst.get(top, rank), rank)
    order = sorted(range(len(changes)), key=lambda i: (worst[roots[i]], roots[i], i != roots[i], i))
    return [changes[index] for index in order]


def _risk(change: Change, drifted: bool) -> int:
    action = change.action
    if action.destroys:
        if change.data_loss or change.unmanaged:
            return 0
        return 1 if action.replaces else 2
    if action is Action.FORGET:
        return 3
    if drifted or (change.risks and not action.makes):
        return 4
    if action is Action.PURGE:
        return 0 if change.data_loss else 1
    return {Action.UPDATE: 5, Action.RECOVER: 5, Action.CREATE: 6, Action.ADOPT: 7}.get(action, 8)


def counted(changes: Iterable[Change]) -> Counts:
    """What a plan's last line counts."""
    imports = add = change_ = replace = destroy = forget = unchanged = 0
    for change in changes:
        action = change.action
        imports += action is Action.ADOPT
        add += action.makes
        change_ += action is Action.UPDATE or (action is Action.ADOPT and bool(change.attributes))
        replace += action.replaces
        destroy += action is Action.DELETE
        forget += action is Action.FORGET
        unchanged += action is Action.NO_OP
    return Counts(imports, add, change_, replace, destroy, forget, unchanged)


def duration(plan: Plan) -> float:
    """Seconds that the longest chain of steps is expected to take; what can run at one time does."""
    weight = {step.id: step.seconds or 0.0 for step in plan.steps}
    return max(longest_path(plan.needs, weight).values(), default=0.0)


def _facts(plan: Plan) -> str:
    refresh = plan.refresh
    recorded = (Reason.GONE, Reason.VERSION, Reason.RENAMED)
    new = (Action.CREATE, Action.ADOPT, Action.READ, Action.RECOVER, Action.PURGE)
    known = sum(change.action not in new or change.reason in recorded for change in plan.changes)
    facts = [f"state serial {plan.serial}" if plan.serial else "no state yet", count(known, "resource")]
    if refresh.skipped:
        facts.append("not refreshed")
    else:
        facts.append(f"refreshed with {count(refresh.requests, 'request')} in {span(refresh.seconds)}")
    return " · ".join(facts)


def _drifts(plan: Plan, remarks: Remarks) -> tuple[Block, ...]:
    changes = {change.address: change for change in plan.changes}
    return tuple(drift_block(drift, changes.get(drift.address), remarks) for drift in plan.drift)


def _outputs(outputs: Iterable[OutputChange]) -> Iterator[Line]:
    for output in outputs:
        yield from output_lines(output)


def _verdict(plan: Plan, counts: Counts) -> str:
    """The last line, in Terraform's words; with replacements counted apart where there are any."""
    if plan.is_empty:
        if plan.destroy:
            return "No changes. Nothing is left to destroy."
        return "No changes. Your infrastructure matches the configuration."
    parts = [f"{counts.imports:,} to import"] if counts.imports else []
    parts += [f"{counts.add:,} to add", f"{counts.change:,} to change"]
    parts += [f"{counts.replace:,} to replace"] if counts.replace else []
    parts += [f"{counts.destroy:,} to destroy"]
    parts += [f"{counts.forget:,} to forget"] if counts.forget else []
    return f"Plan: {', '.join(parts)}."


def _notes(plan: Plan) -> Iterator[str]:
    """What must be said beside the verdict."""
    if plan.is_empty and plan.drift:
        yield (
            "What was changed outside needs nothing done: it agrees with the configuration, or the "
            "configuration leaves it to the service."
        )
    if not plan.steps and not plan.is_empty:
        yield "Applying this only saves the outputs; no resource is touched."
    if plan.refresh.skipped:
        yield "Nothing was read from the service: what was changed outside does not show here."


def _warned(found: Diagnostic) -> Warned:
    place = str(found.position) if found.position else str(found.address) if found.address else ""
    return Warned(visible(found.code), visible(found.summary), visible(place), visible(found.detail))
