from __future__ import annotations

import pytest

from mlinfra.model.event import Settled
from mlinfra.model.plan import Op
from mlinfra.render.events import became
from mlinfra.render.settled import settled
from tests.render.sample import golden


def test_block() -> None:
    events = [
        Settled("workspace.main", Op.CREATE, "resumed"),
        Settled("compute.cpu", Op.CREATE, "recorded"),
        Settled("datastore.raw", Op.CREATE, "absent"),
    ]
    assert settled(events, by="maria on ci-runner-7, 14:02").plain() == golden("""\
        The last apply (maria on ci-runner-7, 14:02) ended in the middle. Settling 3 open steps:
          workspace.main   was being created   still going, taken up again   → created
          compute.cpu      was being created   Azure has it                  → recorded
          datastore.raw    was being created   Azure never got it            → planned again
        """)


def test_one_by_nobody_known() -> None:
    page = settled([Settled("a.b\x1b", Op.DELETE, "absent")])
    assert page.plain() == golden(
        r"""
        The last apply ended in the middle. Settling 1 open step:
          a.b\x1b   was being deleted   Azure still has it   → planned again
        """.removeprefix("\n")
    )


def test_nothing() -> None:
    assert settled([]).plain() == ""


@pytest.mark.parametrize("op", list(Op))
@pytest.mark.parametrize("found", ["resumed", "recorded", "absent", "failed", "pending", "something new"])
def test_every_ending_has_words(op: Op, found: str) -> None:
    assert all(became(Settled("a.b", op, found)))
