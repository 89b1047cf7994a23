"""Secrets of a test, kept out of what is told of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from mlinfra.config.declared_secrets import declared_secrets
from mlinfra.config.inputs import plain, secret, without_line
from mlinfra.engine.scrub import scrubbed, secrets
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.source import Node
from mlinfra.model.trial import Failure, Run, Trial


@dataclass(frozen=True, slots=True)
class Hidden:
    """The texts of secrets, and the lines of the test file on which there may be some."""

    texts: frozenset[str] = frozenset()
    lines: frozenset[int] = frozenset()


def hidden_in(trial: Trial, run: Run) -> Hidden:
    """The values that the file gives to sensitive variables, for all runs or for this one.

    Where there are such variables, any value may be meant for one of them: its name may be misspelt.
    """
    names = declared_secrets(trial.folder, trial.subject) or frozenset()
    if not names:
        return Hidden()
    given = [item for values in (trial.variables, run.variables) for item in values.items()]
    bare = [node for name, node in given if name in names and not node.expressions()]
    return Hidden(
        frozenset(filter(None, (text for node in bare for text in secrets(secret(plain(node)))))),
        frozenset(line for _, node in given for line in _lines(node)),
    )


def _lines(node: Node) -> Iterator[int]:
    yield node.position.line
    if isinstance(node.value, dict | tuple):
        for child in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from _lines(child)


def without_secrets(failure: Failure, hidden: Hidden, trial: Trial) -> Failure:
    """The failure without them; where the line that it would show may have one, it shows none."""
    found: Diagnostic = failure.problem
    found = replace(
        found, summary=scrubbed(found.summary, hidden.texts), detail=scrubbed(found.detail, hidden.texts)
    )
    place = found.position
    if place is not None:
        ours = place.source.path == trial.source.path and place.line in hidden.lines
        line = place.source.line(place.line)
        if ours or any(text in line for text in hidden.texts):
            found = without_line(found)
    return replace(failure, problem=found, condition=scrubbed(failure.condition, hidden.texts))
