"""Checks while a plan is carried out: before a step is sent, after it is done, and when all is over."""

from __future__ import annotations

from dataclasses import dataclass, field

from mlinfra.engine.checks import of_resource, of_stack, told, unknown_still
from mlinfra.engine.planner import Planned
from mlinfra.model.address import Address
from mlinfra.model.check import CheckResult, Verdict, When
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.plan import Op, Step
from mlinfra.model.source import Position


@dataclass(slots=True)
class Guard:
    """Holds the checks of one apply, and knows how each came out. Owned by one thread."""

    planned: Planned
    _results: dict[tuple[Address | None, Position], CheckResult] = field(default_factory=dict)
    _updated: set[Address] = field(init=False)

    def __post_init__(self) -> None:
        self._updated = {step.address for step in self.planned.plan.steps if step.op is Op.UPDATE}

    def before(self, step: Step) -> Diagnostic | None:
        """Why a resource must not be made or changed by this step; None where nothing speaks against it."""
        return self._first(step, When.BEFORE)

    def after(self, step: Step) -> Diagnostic | None:
        """Why nothing may go on from a step that is done; None where all is well, or more steps follow."""
        if step.op in (Op.DELETE, Op.FORGET) or (step.op is Op.ADOPT and step.address in self._updated):
            return None
        return self._first(step, When.AFTER)

    def at_end(self, *, complete: bool) -> tuple[tuple[CheckResult, ...], tuple[Diagnostic, ...]]:
        """How every check came out, and what is said of those that are only told now and do not hold.

        Where the apply is not ``complete``, what was not told yet stays as it was planned.
        """
        problems: list[Diagnostic] = []
        if complete and not self.planned.plan.destroy:
            for address in self._untouched():
                work = self.planned.works[address]
                for result in of_resource(work, self.planned.resolver, problems):
                    self._keep(result, problems)
            for result in of_stack(self.planned.config, self.planned.resolver, problems):
                self._keep(result, problems)
        results = tuple(self._results.get(_key(r), r) for r in self.planned.plan.checks)
        return results, tuple(problems)

    def _first(self, step: Step, when: When) -> Diagnostic | None:
        """What is wrong with the checks of a step's resource at one moment, the first of it."""
        problems: list[Diagnostic] = []
        work = self.planned.works[step.address]
        for result in of_resource(work, self.planned.resolver, problems, when):
            self._keep(result, problems)
            if result.verdict is Verdict.UNKNOWN:
                problems.append(unknown_still(result))
        return problems[0] if problems else None

    def _keep(self, result: CheckResult, problems: list[Diagnostic]) -> None:
        self._results[_key(result)] = result
        if result.verdict is Verdict.FAIL:
            problems.append(told(result))

    def _untouched(self) -> list[Address]:
        """The resources that nothing was done to, with a check that only others could tell."""
        unknown = (r for r in self.planned.plan.checks if r.verdict is Verdict.UNKNOWN)
        waiting = dict.fromkeys(r.address for r in unknown if r.address is not None)
        touched = {step.address for step in self.planned.plan.steps}
        return [address for address in waiting if address not in touched]


def _key(result: CheckResult) -> tuple[Address | None, Position]:
    return result.address, result.position
