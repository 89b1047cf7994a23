"""What is recorded at an address, or what was meant by it."""

from __future__ import annotations

from difflib import get_close_matches

from mlinfra.model.address import Address, shown_module
from mlinfra.model.diagnostic import MlinfraError, error
from mlinfra.model.selection import Selection, modules_of, shown_selection
from mlinfra.model.state import Record, State


def find(recorded: State, address: Address) -> Record:
    """The record at an address. Raises MlinfraError where there is none, with what comes near."""
    record = recorded.records.get(address)
    if record is not None:
        return record
    of_block = [str(other) for other in sorted(recorded.records) if other.block == address]
    raise nothing(recorded, address, f"It has instances: {', '.join(of_block)}." if of_block else "")


def nothing(recorded: State, selection: Selection, hint: str = "") -> MlinfraError:
    """That nothing is recorded there; without a ``hint``, with what comes near."""
    name = shown_selection(selection)
    if not hint:
        known = [*map(str, sorted(recorded.records)), *map(shown_module, modules_of(recorded.records))]
        near = get_close_matches(name, known, n=1)
        hint = f"Did you mean `{near[0]}`?" if near else "`mlinfra state list` shows what there is."
    return MlinfraError(error("MLI-STA-031", f"nothing is recorded at {name}", hint))
