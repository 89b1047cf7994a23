"""What is drawn of a plan, and which way arrows lead."""

from __future__ import annotations

from mlinfra.model.address import Address
from mlinfra.model.diagram import Arrow
from mlinfra.model.plan import Action, Join, Op
from mlinfra.render.drawing import ARROWS, BOXES, drawing, left_out
from tests.render.sample import change, plan, step

A, B = Address("a", "x"), Address("b", "x")


def test_what_is_made_needs_what_it_waits_for() -> None:
    changes = (change("a.x", Action.CREATE), change("b.x", Action.CREATE))
    made = plan(*changes, steps=(step("a.x", Op.CREATE), step("b.x", Op.CREATE, "create:a.x")))
    assert drawing(made, changes).arrows == (Arrow(B, A),)


def test_what_is_deleted_is_needed_by_what_goes_before_it() -> None:
    changes = (change("a.x", Action.DELETE), change("b.x", Action.DELETE))
    made = plan(*changes, steps=(step("b.x", Op.DELETE), step("a.x", Op.DELETE, "delete:b.x")))
    assert drawing(made, changes).arrows == (Arrow(B, A),)


def test_what_goes_with_its_parent_is_not_needed_by_it() -> None:
    changes = (change("a.x", Action.DELETE), change("b.x", Action.DELETE))
    steps = (step("a.x", Op.DELETE), step("b.x", Op.DELETE, "delete:a.x", with_parent="delete:a.x"))
    assert drawing(plan(*changes, steps=steps), changes).arrows == ()


def test_arrows_lead_through_joins() -> None:
    changes = (change("a.x", Action.CREATE), change("b.x", Action.CREATE))
    steps = (step("a.x", Op.CREATE), step("b.x", Op.CREATE, "join:2"))
    joins = (Join("join:2", ("join:1",)), Join("join:1", ("create:a.x",)))
    assert drawing(plan(*changes, steps=steps, joins=joins), changes).arrows == (Arrow(B, A),)


def test_instances_are_one_box_and_a_large_plan_is_drawn_in_part() -> None:
    changes = tuple(change(f'a.x["{n}"]', Action.CREATE) for n in range(3))
    assert [(box.address, box.count) for box in drawing(plan(*changes), changes).boxes] == [(A, 3)]
    blocks = tuple(change(f"a.n{n}", Action.CREATE) for n in range(BOXES + 7))
    steps = tuple(step(f"a.n{n}", Op.CREATE, *(f"create:a.n{m}" for m in range(n))) for n in range(BOXES + 7))
    drawn = drawing(plan(*blocks, steps=steps), blocks)
    assert (len(drawn.boxes), len(drawn.arrows), left_out(blocks)) == (BOXES, ARROWS, 7)
