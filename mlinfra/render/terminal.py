"""Plans, outputs and records on a terminal. A page follows the width and colours of the console it meets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.cells import cell_len

from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.event import Timing
from mlinfra.model.plan import Step
from mlinfra.model.state import OutputValue, Record, State
from mlinfra.model.value import is_sensitive
from mlinfra.render import layout
from mlinfra.render.blocks import record_block
from mlinfra.render.chain import slowest
from mlinfra.render.checks import ChecksView
from mlinfra.render.diagnostics import entry
from mlinfra.render.escape import shown, visible
from mlinfra.render.events import Tally
from mlinfra.render.page import WIDTH, Page, Row, stacked, wrapped
from mlinfra.render.view import PlanView
from mlinfra.render.words import SENSITIVE, count, span

NAMED = 10
"""How many resources that an interrupted apply did not come to are named; the others are counted."""


def plan(view: PlanView) -> Page:
    """What ``plan``, ``apply`` and ``destroy`` show before anything is done."""

    def lay(width: int) -> Iterator[Row]:
        yield from _heading(view, width)
        column = layout.note_column([*view.changes, *view.drift], width)
        yield from layout.blocks([*view.changes, *view.drift], width, column)
        if view.outputs:
            yield [("Changes to outputs:", "bold")]
            yield from layout.lines(view.outputs, width, indent=2)
            yield []
        if view.unchanged:
            yield [(view.unchanged, "dim")]
        yield from _spread(view.verdict, view.duration, width, "bold")
        for note in view.notes:
            yield from ([(text, "dim")] for text in wrapped(note, width))
        yield from _checks(view.checks, width)
        yield from layout.remarks(f"Warnings: {len(view.warnings)}", view.warnings, width)

    return Page(lay)


def drift(view: PlanView) -> Page:
    """What ``drift`` shows: what was changed outside, or ``No drift.``."""

    def lay(width: int) -> Iterator[Row]:
        yield from _heading(view, width)
        column = layout.note_column(view.drift_alone, width)
        yield from layout.blocks(view.drift_alone, width, column)
        if view.drift_alone:
            yield [(f"Drift: {count(len(view.drift_alone), 'resource')} changed outside.", "bold")]
        else:
            yield [("No drift.", "bold green")]
        yield from layout.remarks(f"Warnings: {len(view.warnings)}", view.warnings, width)

    return Page(lay)


def outputs(values: Mapping[str, OutputValue]) -> Page:
    """``name = value`` for each output, the value as JSON; a sensitive one is masked."""

    def lay(width: int) -> Iterator[Row]:
        for name, output in values.items():
            first, *rest = _document(output)
            yield [(visible(name), "bold"), (" = ", "dim"), (first, "")]
            yield from ([(line, "")] for line in rest)

    return Page(lay)


def resources(records: Iterable[Record]) -> Page:
    """What ``state list`` shows: one address a line and nothing else, so that scripts can read it."""
    addresses = sorted(record.address for record in records)
    return Page(lambda width: ([(shown(address), "")] for address in addresses))


def resource(record: Record) -> Page:
    """What ``state show`` shows of one resource."""
    return Page(lambda width: _record(record, width))


def state(state: State) -> Page:
    """What ``show`` shows: every resource and the outputs."""

    def lay(width: int) -> Iterator[Row]:
        facts = f"state serial {state.serial} · {count(len(state.records), 'resource')}"
        yield from _spread(visible(state.stack), facts, width, "bold")
        for address in sorted(state.records):
            yield []
            yield from _record(state.records[address], width)

    return stacked(Page(lay), _outputs(state.outputs))


def applied(
    tally: Tally,
    *,
    requests: int,
    seconds: float,
    chain: Sequence[Timing] = (),
    outputs: Mapping[str, OutputValue] | None = None,
    destroy: bool = False,
) -> Page:
    """``Apply complete. 12 added, 0 changed, 0 destroyed.``, what it cost, and the outputs.

    ``requests`` were sent in ``seconds`` of the clock that the apply went by; ``chain`` decided how many.
    """
    did = f"{tally.destroyed:,} destroyed" if destroy else _did(tally)
    words = f"{'Destroy' if destroy else 'Apply'} complete. {did}."

    def summary(width: int) -> Iterator[Row]:
        yield from _spread(words, _cost(requests, seconds), width, "bold green")
        yield from _slowest(chain, width)

    return stacked(Page(summary), _outputs(outputs or {}))


def failed(
    failures: Sequence[Diagnostic],
    tally: Tally,
    *,
    requests: int,
    seconds: float,
    chain: Sequence[Timing] = (),
    skipped: Sequence[Step] | None = None,
    interrupted: bool = False,
    destroy: bool = False,
) -> Page:
    """What failed and why, what was not started because of it, and that the same again is the next step.

    ``skipped`` are all steps that were not started, when they are more than the events told of; the others
    are named, as many as `NAMED` of their resources.
    """
    held = {event.diagnostic: event.skipped for event in tally.failures}

    def failure(found: Diagnostic) -> Page:
        names = dict.fromkeys(shown(step.address) for step in held.get(found, ()))

        def lay(width: int) -> Iterator[Row]:
            yield from entry(found, width)
            if names:
                text = f"Not started because of it: {', '.join(names)}."
                yield from ([("  " + line, "")] for line in wrapped(text, width - 2))

        return Page(lay)

    def summary(width: int) -> Iterator[Row]:
        waiting = tally.skipped if skipped is None else len(skipped)
        what = "Destroy" if destroy else "Apply"
        words = f"{what} was interrupted." if interrupted else f"{what} did not finish."
        words += f" {_did(tally)}; {len(failures):,} failed, {waiting:,} not started."
        yield from _spread(words, _cost(requests, seconds), width, "bold")
        yield from _slowest(chain, width)
        rest = (
            f"Everything else was {'destroyed' if destroy else 'applied'} and saved."
            if failures
            else "What was in flight was finished and saved."
        )
        yield [(f"{rest} `mlinfra {what.lower()}` again is the next step.", "")]
        told = {step.id for event in tally.failures for step in event.skipped}
        names = list(dict.fromkeys(shown(step.address) for step in skipped or () if step.id not in told))
        if names:
            more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            text = f"Not started: {', '.join(names[:NAMED])}{more}."
            yield from ([(line, "")] for line in wrapped(text, width))

    return stacked(*map(failure, failures), Page(summary))


def _heading(view: PlanView, width: int) -> Iterator[Row]:
    gap = min(width - cell_len(view.title) - cell_len(view.facts), 8)
    if gap >= 3:
        yield [(view.title, "bold"), (" " * gap + view.facts, "dim")]
    else:
        yield [(view.title, "bold")]
        yield from ([("  " + text, "dim")] for text in wrapped(view.facts, width - 2))
    yield []


def _spread(left: str, right: str, width: int, style: str) -> Iterator[Row]:
    """``left`` and, at the right edge or on a line of its own, ``right``."""
    gap = min(width, WIDTH) - cell_len(left) - cell_len(right)
    if gap >= 2 or not right:
        yield [(left, style), (" " * gap + right if right else "", "dim")]
        return
    yield from ([(text, style)] for text in wrapped(left, width))
    yield [(right, "dim")]


def _checks(view: ChecksView, width: int) -> Iterator[Row]:
    if view.counts:
        yield [("Checks: ", "bold"), (view.counts, "")]
    for line in view.lines:
        yield from ([("  " + text, "dim")] for text in wrapped(line, width - 2))


def _record(record: Record, width: int) -> Iterator[Row]:
    block = record_block(record)
    yield [(block.address, "bold"), (f"  {block.note}", "dim")]
    yield from layout.lines(block.lines, width, indent=2)


def _outputs(values: Mapping[str, OutputValue]) -> Page:
    if not values:
        return Page(lambda width: [])
    return Page(lambda width: [[("Outputs:", "bold")], [], *outputs(values).rows(width)])


def _document(output: OutputValue) -> list[str]:
    """JSON over as many lines as it takes; anything sensitive in it masks the whole."""
    if output.sensitive or is_sensitive(output.value):
        return [SENSITIVE]
    text = json.dumps(output.value, indent=2, ensure_ascii=False)
    return [visible(line) for line in text.split("\n")]


def _did(tally: Tally) -> str:
    parts = [f"{tally.imported:,} imported"] if tally.imported else []
    parts += [f"{tally.added:,} added", f"{tally.changed:,} changed", f"{tally.destroyed:,} destroyed"]
    parts += [f"{tally.forgotten:,} forgotten"] if tally.forgotten else []
    return ", ".join(parts)


def _slowest(chain: Sequence[Timing], width: int) -> Iterator[Row]:
    """Which steps, each waiting for the one before, made it take as long; in at most a few names."""
    told = slowest(chain)
    if told:
        yield from ([(line, "dim")] for line in wrapped(told, min(width, WIDTH)))


def _cost(requests: int, seconds: float) -> str:
    return f"{count(requests, 'request')} in {span(seconds)}"
