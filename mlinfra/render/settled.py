"""What became of the steps that an earlier command left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from mlinfra.model.event import Settled
from mlinfra.render.escape import visible
from mlinfra.render.events import became
from mlinfra.render.page import Page, Row, padded
from mlinfra.render.words import count


def settled(events: Sequence[Settled], *, by: str = "") -> Page:
    """The block that stands before the plan; nothing without events.

    ``by`` says who left the steps open and when, in words: ``maria on ci-runner-7, 14:02``.
    """

    def lay(width: int) -> Iterator[Row]:
        if not events:
            return
        who = f" ({visible(by)})" if by else ""
        yield [
            (f"The last apply{who} ended in the middle. Settling {count(len(events), 'open step')}:", "bold")
        ]
        table = [(visible(event.address), *became(event)) for event in events]
        columns = [max(cell_len(row[column]) for row in table) + 3 for column in range(3)]
        for address, was, what, result in table:
            cells = (padded(address, columns[0]), padded(was, columns[1]), padded(what, columns[2]))
            yield [("  " + cells[0], "bold"), (cells[1], "dim"), (cells[2], ""), (f"→ {result}", "green")]

    return Page(lay)
