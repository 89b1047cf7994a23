"""What records say beside their resources: lifecycle, dependencies, what is managed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mlinfra.engine.planner import Planned
from mlinfra.model.address import Address
from mlinfra.model.plan import Action
from mlinfra.model.state import Record
from mlinfra.model.value import has_unknown, is_sensitive
from mlinfra.state.session import Session


def remember(planned: Planned, session: Session) -> None:
    """Write what a plan without steps changes in records alone: lifecycle, dependencies, what is managed.

    Without it a `prevent_destroy` that is written after the apply would not outlive its block.
    """
    records = remembered(planned, planned.state.records)
    if any(_without_observed(records[a]) != _without_observed(r) for a, r in planned.state.records.items()):
        session.commit(replace(planned.state, records=records), "what blocks say beside resources")


def remembered(planned: Planned, recorded: Mapping[Address, Record]) -> dict[Address, Record]:
    """The records, those of resources that nothing is done to brought up to what is written now."""
    records = dict(recorded)
    for address, work in planned.works.items():
        record = records.get(address)
        if work.change.action is Action.NO_OP and record is not None and work.instance is not None:
            records[address] = replace(
                record,
                desired={k: v for k, v in work.instance.attrs.items() if not has_unknown(v)},
                observed=work.live or record.observed,
                dependencies=tuple(sorted(work.instance.needs)),
                lifecycle=work.instance.lasting,
            )
    return records


def _without_observed(record: Record) -> Record:
    """What is the user's of a record; secrets aside: they are recorded in another form than held."""
    desired = {k: v for k, v in record.desired.items() if not is_sensitive(v)}
    return replace(record, observed={}, desired=desired)
