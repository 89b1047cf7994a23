"""Taking what others changed for what is: into the state, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

from mlinfra.engine.planner import Planned
from mlinfra.model.address import Address
from mlinfra.model.state import Record, State


def accepted(planned: Planned) -> State:
    """The state with every record as its resource was read; what is gone has none any more.

    What is wanted stays as it was applied: where that differs, the next plan says so as a change.
    """
    drifted = {drift.address for drift in planned.plan.drift}
    records: dict[Address, Record] = {}
    for address, record in planned.state.records.items():
        work = planned.works.get(address)
        if address not in drifted or work is None:
            records[address] = record
        elif work.live is not None:
            records[address] = replace(record, observed=work.live)
    return replace(planned.state, records=records)
