"""The code of a message, or of a rule, explained."""

from __future__ import annotations

from mlinfra.render.escape import visible
from mlinfra.render.explained import ExplainedView, Section
from mlinfra.render.lines import prose


def explained_code(code: str, wrong: str, remedy: str) -> ExplainedView:
    """What is wrong where it is told, and what to do."""
    return ExplainedView(
        code,
        "",
        (
            Section("What is wrong", "", (prose(visible(wrong)),)),
            Section("What to do", "", (prose(visible(remedy)),)),
        ),
    )
