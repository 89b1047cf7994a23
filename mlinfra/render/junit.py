"""How tests came out, as JUnit XML: what CI systems read. A file is a suite, a run a case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from mlinfra.model.trial import Ending, Failure, Outcome, Report
from mlinfra.render.page import WIDTH, Page
from mlinfra.render.trials import failure_rows

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, escaped or not: its production ``Char`` names all that it can."""


def junit(found: Sequence[Report]) -> str:
    """The whole document. A file that could not be read is a suite with one case that has an error."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    outcomes = [outcome for each in found for outcome in each.outcomes]
    unread = sum(bool(each.failures) for each in found)
    lines.append(f"<testsuites{_counts(outcomes, unread)}>")
    for each in found:
        name = _attribute("name", each.path)
        lines.append(f"  <testsuite{name}{_counts(each.outcomes, bool(each.failures))}>")
        lines += _unread(each)
        for outcome in each.outcomes:
            lines += _case(each, outcome)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _counts(outcomes: Iterable[Outcome], unread: int) -> str:
    endings = [outcome.ending for outcome in outcomes]
    seconds = sum(outcome.seconds for outcome in outcomes)
    return (
        f' tests="{len(endings) + unread}" failures="{endings.count(Ending.FAILED)}" errors="{int(unread)}"'
        f' skipped="{endings.count(Ending.SKIPPED)}" time="{seconds:.3f}"'
    )


def _unread(report: Report) -> Iterator[str]:
    if report.failures:
        named = f"{_attribute('name', 'the file can be read')}{_attribute('classname', report.path)}"
        yield f"    <testcase{named}>"
        yield from _told("error", report.failures)
        yield "    </testcase>"


def _case(report: Report, outcome: Outcome) -> Iterator[str]:
    named = f"{_attribute('name', outcome.run.name)}{_attribute('classname', report.path)}"
    start = f'<testcase{named} time="{outcome.seconds:.3f}"'
    if outcome.ending is Ending.PASSED:
        yield f"    {start}/>"
        return
    yield f"    {start}>"
    if outcome.ending is Ending.SKIPPED:
        yield f"      <skipped{_attribute('message', 'an earlier run of the file failed')}/>"
    else:
        yield from _told("failure", outcome.failures)
    yield "    </testcase>"


def _told(element: str, failures: Sequence[Failure]) -> Iterator[str]:
    """One element for all that went wrong: readers of JUnit show the first alone."""
    first = failures[0].problem

    def lay(width: int) -> Iterator[list[tuple[str, str]]]:
        for failure in failures:
            yield from failure_rows(failure, width)

    text = escape(_clean(Page(lay).plain(WIDTH)))
    kind = _attribute("type", first.code)
    yield f"      <{element}{_attribute('message', first.summary)}{kind}>{text}</{element}>"


def _attribute(name: str, text: str) -> str:
    return f" {name}={quoteattr(_clean(text))}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
