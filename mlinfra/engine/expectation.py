"""How long steps take: what is remembered of it, what is expected, and which of them decided an apply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from mlinfra.engine.decide import Work
from mlinfra.engine.schema import Schema
from mlinfra.model.address import Address
from mlinfra.model.event import Timing
from mlinfra.model.graph import deciding_chain
from mlinfra.model.plan import Op, Plan, Step
from mlinfra.model.state import Deed
from mlinfra.model.value import Attrs

REMEMBERED = 9
"""Durations that are kept of each deed; what is expected is their median."""

_ASKED = (Op.CREATE, Op.UPDATE, Op.DELETE, Op.RECOVER, Op.PURGE)
"""What a service is asked for; the rest touches state alone and takes no time."""


def expected(
    steps: Sequence[Step], works: Mapping[Address, Work], durations: Mapping[Deed, Sequence[float]]
) -> tuple[Step, ...]:
    """The same steps, each with the seconds that it is expected to take, where anybody knows."""
    return tuple(replace(step, seconds=_seconds(step, works[step.address], durations)) for step in steps)


def summed(works: Iterable[Work], steps: Iterable[Step]) -> list[Work]:
    """The same works, each with the seconds that all of its steps take together."""
    sums: dict[Address, float] = {}
    for step in steps:
        if step.seconds is not None:
            sums[step.address] = sums.get(step.address, 0.0) + step.seconds
    return [
        replace(work, change=replace(work.change, seconds=sums[work.address]))
        if work.address in sums
        else work
        for work in works
    ]


def remembered_durations(
    known: Mapping[Deed, tuple[float, ...]], timings: Iterable[Timing], works: Mapping[Address, Work]
) -> dict[Deed, tuple[float, ...]]:
    """The durations with those of steps that were carried out to their end; the oldest make room.

    In whole seconds: what is quicker is not worth telling, and is told as no time at all.
    """
    kept = dict(known)
    for timing in timings:
        if timing.done and timing.step.op in _ASKED:
            deed = deed_of(timing.step, works[timing.step.address])
            kept[deed] = (*kept.get(deed, ()), float(round(timing.seconds)))[-REMEMBERED:]
    return kept


def deed_of(step: Step, work: Work) -> Deed:
    """What a step does, and to which kind of thing."""
    goes = step.op is Op.DELETE or work.instance is None
    attrs = work.record.desired if goes and work.record else work.instance.attrs if work.instance else {}
    return Deed(work.change.type, kind_of(attrs, work.schema), step.op.value)


def kind_of(attrs: Attrs, schema: Schema) -> str:
    """The value of the type's discriminator; empty for a type of one kind."""
    kind = attrs.get(schema.get("x-discriminator", ""))
    return kind if isinstance(kind, str) else ""


def slowest_chain(plan: Plan, timings: Iterable[Timing]) -> tuple[Timing, ...]:
    """The steps, each waiting for the one before, that decided how long the apply took."""
    took = {timing.step.id: timing for timing in timings}
    ended = {id: timing.ended for id, timing in took.items()}
    for join in plan.joins:
        if met := [ended[id] for id in join.after if id in ended]:
            ended[join.id] = max(met)
    return tuple(took[id] for id in deciding_chain(plan.needs, ended) if id in took)


def _seconds(step: Step, work: Work, durations: Mapping[Deed, Sequence[float]]) -> float | None:
    if step.op not in _ASKED or step.with_parent is not None:
        return None
    return usual(deed_of(step, work), work.schema, durations)


def usual(deed: Deed, schema: Schema, durations: Mapping[Deed, Sequence[float]]) -> float | None:
    """The seconds that something usually takes: here, else as its type says; None where nobody knows."""
    took = durations.get(deed)
    if took:
        return sorted(took)[len(took) // 2]
    name = Op.CREATE.value if Op(deed.op).makes else deed.op
    said = schema.get("x-seconds", {}).get(name)
    return float(said) if said is not None else None
