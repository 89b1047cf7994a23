"""What rules found, and what rules there are, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len

from mlinfra.model.diagnostic import Diagnostic, Severity
from mlinfra.model.policy import RuleInfo
from mlinfra.render import layout
from mlinfra.render.diagnostics import entry
from mlinfra.render.escape import visible
from mlinfra.render.findings import FindingsView, Told
from mlinfra.render.lines import Warned
from mlinfra.render.page import Page, Row, padded, wrapped

_LABEL = "Policy:"
_HEADINGS = {
    "refused": ("Refused", "bold red"),
    "error": ("Error", "bold red"),
    "warning": ("Warning", "bold yellow"),
    "note": ("Note", "bold cyan"),
    "cannot tell": ("Cannot tell", "bold cyan"),
    "let pass": ("Let pass", "dim"),
}


def summary(view: FindingsView) -> Page:
    """What stands beneath a plan: each finding that refuses it, and one line about the rest."""

    def lay(width: int) -> Iterator[Row]:
        label = _LABEL
        if view.refused:
            warned = [Warned(each.code, each.summary, each.place) for each in view.refused]
            label = f"{_LABEL} {len(warned)} refused"
            yield from layout.remarks(label, warned, width, "bold red")
            label = " " * len(_LABEL)
        if view.rest:
            first, *others = wrapped(view.rest, width - len(_LABEL) - 1)
            yield [(f"{label} ", "bold"), (first, "")]
            yield from ([(" " * (len(_LABEL) + 1) + line, "")] for line in others)

    return Page(lay)


def details(view: FindingsView) -> Page:
    """What ``policy check`` shows: every finding with its line, and once for each rule why it matters."""

    def lay(width: int) -> Iterator[Row]:
        explained: set[str] = set()
        for told in view.findings:
            yield from entry(_message(told, again=told.code in explained), width, _HEADINGS[told.kind])
            yield []
            explained.add(told.code)
        yield from ([(text, "bold")] for text in wrapped(view.verdict, width))
        if view.rest:
            yield from ([(text, "")] for text in wrapped(view.rest, width))

    return Page(lay)


def rules(infos: Iterable[RuleInfo]) -> Page:
    """What ``policy list`` shows: code, level and name of each rule."""
    rows = [(visible(info.code), info.level.value, visible(info.name)) for info in infos]

    def lay(width: int) -> Iterator[Row]:
        codes = max((cell_len(code) for code, _, _ in rows), default=0)
        for code, level, name in rows:
            yield [(padded(code, codes + 3), "bold"), (padded(level, 10), _STYLES.get(level, "")), (name, "")]

    return Page(lay)


_STYLES = {"error": "red", "warning": "yellow", "off": "dim"}


def rule(
    info: RuleInfo, settings: Mapping[str, Any], schema: Mapping[str, Any], sources: Sequence[str]
) -> Page:
    """What ``policy explain`` shows of one rule: ``settings`` are those that it has here."""

    def lay(width: int) -> Iterator[Row]:
        yield [
            (visible(info.code), "bold"),
            (f"  {visible(info.name)}", ""),
            (f"  {info.level.value}", "dim"),
        ]
        for text in filter(None, (info.why, f"How to mend it: {info.mend}" if info.mend else "")):
            yield []
            yield from ([("  " + line, "")] for line in wrapped(visible(text), width - 2))
        if schema["properties"]:
            yield []
            yield [("  Settings", "bold")]
        for name, part in schema["properties"].items():
            now = f" (here: {settings[name]})" if name in settings else ""
            text = visible(f"{name}: {part.get('description', '')}{now}")
            yield from ([("    " + line, "")] for line in wrapped(text, width - 4))
        if sources:
            yield []
            yield from ([("  " + visible(source), "dim")] for source in sources)

    return Page(lay)


def cases(results: Iterable[tuple[str, str]]) -> Page:
    """What ``policy test`` shows: each case with what was wrong with it, empty when nothing was."""
    told = list(results)

    def lay(width: int) -> Iterator[Row]:
        for name, wrong in told:
            word, style = ("failed", "bold red") if wrong else ("passed", "green")
            yield [(word, style), (f"  {visible(name)}", "")]
            yield from ([("        " + line, "")] for line in wrapped(visible(wrong), width - 8) if wrong)
        failed = sum(bool(wrong) for _, wrong in told)
        yield [(f"{len(told) - failed} passed, {failed} failed.", "bold")]

    return Page(lay)


def _message(told: Told, *, again: bool) -> Diagnostic:
    """As a message; why it matters and how to mend it are said once for each rule."""
    let = f"Let pass by {told.passing}" if told.passing else ""
    about = () if again else (told.why, told.mend)
    detail = "\n".join(filter(None, (*about, let)))
    path = (told.path,) if told.path else ()
    return Diagnostic(Severity.WARNING, told.code, told.summary, detail, told.position, None, path)
