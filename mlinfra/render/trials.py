"""How tests came out, on a terminal and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from mlinfra.model.trial import Ending, Failure, Outcome, Report
from mlinfra.render import json
from mlinfra.render.diagnostics import entry
from mlinfra.render.escape import visible, visible_lines
from mlinfra.render.page import Page, Row, wrapped
from mlinfra.render.words import count, phrase, span

_MARKS = {
    Ending.PASSED: ("✓", "green"),
    Ending.FAILED: ("✗", "bold red"),
    Ending.SKIPPED: ("-", "dim"),
}
LONGEST = 200
"""Characters of a value that are shown."""


def report(found: Sequence[Report]) -> Page:
    """Every run of every file, what was wrong with it, and the counts."""

    def lay(width: int) -> Iterator[Row]:
        for each in found:
            about = f"  {visible(each.description)}" if each.description else ""
            yield [(visible(each.path), "bold"), (about, "dim")]
            for failure in each.failures:
                yield from _indented(failure, width)
            for outcome in each.outcomes:
                yield from _outcome(outcome, width)
            yield []
        yield from ([(line, "bold")] for line in wrapped(totals(found), width))

    return Page(lay)


def totals(found: Sequence[Report]) -> str:
    """``7 passed, 1 failed, 2 skipped in 3 files (4.1 s).``"""
    outcomes = [outcome for each in found for outcome in each.outcomes]
    numbers = Counter(outcome.ending for outcome in outcomes)
    counts = [f"{numbers[Ending.PASSED]:,} passed"]
    counts += [f"{numbers[end]:,} {end.value}" for end in (Ending.FAILED, Ending.SKIPPED) if numbers[end]]
    unread = sum(bool(each.failures) for each in found)
    counts += [f"{count(unread, 'file')} could not be read"] if unread else []
    seconds = span(sum(outcome.seconds for outcome in outcomes))
    return f"{', '.join(counts)} in {count(len(found), 'file')} ({seconds})."


def document(found: Sequence[Report]) -> dict[str, Any]:
    """The same for machines."""
    outcomes = [outcome for each in found for outcome in each.outcomes]
    numbers = Counter(outcome.ending for outcome in outcomes)
    return {
        "format_version": "1.0",
        "files": [
            {
                "path": each.path,
                "folder": each.folder,
                "description": each.description,
                "problems": [_problem(failure) for failure in each.failures],
                "runs": [_run(outcome) for outcome in each.outcomes],
            }
            for each in found
        ],
        "summary": {
            "files": len(found),
            "unread": sum(bool(each.failures) for each in found),
            **{ending.value: numbers[ending] for ending in Ending},
            "seconds": round(sum(outcome.seconds for outcome in outcomes), 3),
        },
    }


def shown_value(value: Any) -> str:
    """One value on a line, without secrets, and not longer than anybody reads."""
    text = phrase(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _outcome(outcome: Outcome, width: int) -> Iterator[Row]:
    mark, style = _MARKS[outcome.ending]
    told = ""
    if outcome.ending is Ending.SKIPPED:
        told = "skipped: an earlier run failed"
    else:
        told = f"{outcome.run.command.value}, {span(outcome.seconds)}"
    yield [(f"  {mark} ", style), (visible(outcome.run.name), ""), (f"  ({told})", "dim")]
    for failure in outcome.failures:
        yield from _indented(failure, width)


def failure_rows(failure: Failure, width: int) -> Iterator[Row]:
    """One thing that went wrong: the message, and what its condition read."""
    problem, text = failure.problem, failure.condition
    yield from entry(problem, width)
    seen = problem.position is not None and text in problem.position.source.line(problem.position.line)
    for line in visible_lines(text) if text and not seen else ():
        yield [("  " + line, "")]
    yield from ([(f"  {visible(name)} is {shown_value(value)}", "")] for name, value in failure.reads)


def _indented(failure: Failure, width: int) -> Iterator[Row]:
    yield from ([("    ", ""), *row] for row in failure_rows(failure, width - 4))


def _run(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.run.name,
        "command": outcome.run.command.value,
        "status": outcome.ending.value,
        "seconds": round(outcome.seconds, 3),
        "assertions": outcome.assertions,
        "problems": [_problem(failure) for failure in outcome.failures],
    }


def _problem(failure: Failure) -> dict[str, Any]:
    values = {name: shown_value(value) for name, value in failure.reads}
    return {**json.diagnostic(failure.problem), "condition": failure.condition, "values": values}
