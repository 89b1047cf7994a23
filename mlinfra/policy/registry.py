"""Rules by entry point, group ``mlinfra.rules``: ours come in by the same door as everybody's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mlinfra.model.diagnostic import Diagnostic, MlinfraError, error, refuse_errors
from mlinfra.plugins import loaded
from mlinfra.policy.api import Rule

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "mlinfra.rules"
_WORDS = ("code", "name", "check")


def load_rules(entries: Iterable[EntryPoint] | None = None) -> tuple[Rule, ...]:
    """Every rule that is installed, by code. ``entries`` are for tests.

    Raises MlinfraError that names each entry point that cannot be loaded or gives no rules, and where two
    rules have one code: none of them is left out in silence.
    """
    if entries is None:
        from importlib.metadata import entry_points

        entries = entry_points(group=GROUP)
    problems: list[Diagnostic] = []
    rules: dict[str, Rule] = {}
    for entry in sorted(entries, key=lambda e: e.name):
        try:
            given = loaded(
                entry,
                what="sequence of rules",
                words=("__iter__",),
                seam="mlinfra.policy.api",
                code="MLI-POL-001",
            )
        except MlinfraError as wrong:
            problems += wrong.diagnostics
            continue
        for rule in given:
            if missing := [word for word in _WORDS if not hasattr(rule, word)]:
                problems.append(
                    error(
                        "MLI-POL-002",
                        f"the entry point {entry.name} gives something that is no rule: it has no "
                        f"{', '.join(missing)}",
                        "What a rule is stands in mlinfra.policy.api.",
                    )
                )
            elif rule.code in rules:
                problems.append(
                    error(
                        "MLI-POL-003",
                        f"two rules have the code {rule.code}: `{rules[rule.code].name}` and `{rule.name}`",
                        "Uninstall the package that one of them is of.",
                    )
                )
            else:
                rules[rule.code] = rule
    refuse_errors(problems)
    return tuple(rules[code] for code in sorted(rules))
