from __future__ import annotations

from mlinfra.model.address import Address
from mlinfra.model.plan import Action, AttributeChange, Change, Delta, Plan
from mlinfra.model.value import Sensitive
from mlinfra.render.names import by_name
from tests.render import sample

GROUP = Change(
    Address("resource_group", "main"), "resource_group", "azure", Action.NO_OP, "/subscriptions/S/rg"
)


def plan(*changes: Change) -> Plan:
    return by_name(Plan("s", "l", 1, "0", (GROUP, *changes), context={"subscription": "S"}))


def change(action: Action, *attributes: AttributeChange, **more: object) -> Change:
    return Change(
        Address("compute", "cpu"),
        "compute",
        "azure",
        action,
        "/x",
        attributes=attributes,
        **more,  # type: ignore[arg-type]
    )


def test_an_id_of_the_stack_is_told_as_a_reference_whatever_its_case() -> None:
    found = plan(
        change(
            Action.UPDATE,
            AttributeChange(("scope",), Delta.CHANGED, "/SUBSCRIPTIONS/s/RG", "/subscriptions/S/other"),
            AttributeChange(("list",), Delta.CHANGED, [], [{"id": "/subscriptions/S/rg"}]),
        )
    ).changes[1]
    assert found.attributes[0].before == "resource_group.main.id"
    assert found.attributes[0].after == "/subscriptions/S/other"
    assert found.attributes[1].after == [{"id": "resource_group.main.id"}]


def test_the_id_that_a_replaced_parent_had_is_told_as_its_own() -> None:
    parent = sample.change(
        "workspace.main", Action.DELETE_CREATE, id="/W/new", before={"id": "/W/old", "name": "old"}
    )
    moves = AttributeChange(("workspace",), Delta.CHANGED, "/w/OLD", "/W/new")
    child = sample.change("compute.cpu", Action.DELETE_CREATE, moves, before={"workspace": "/W/old"})
    found = by_name(sample.plan(parent, child)).changes[1]
    assert found.attributes[0].before == "workspace.main.id (was old)"
    assert found.attributes[0].after == "workspace.main.id"
    assert found.before == {"workspace": "workspace.main.id (was old)"}


def test_an_id_that_somebody_else_takes_is_the_new_owners() -> None:
    first = sample.change("a.old", Action.DELETE_CREATE, id="/A/2", before={"id": "/A/1"})
    second = sample.change("a.new", Action.CREATE, id="/A/1", after={})
    reads = sample.change("b.c", Action.UPDATE, AttributeChange(("ref",), Delta.CHANGED, "/A/1", "/A/2"))
    found = by_name(sample.plan(first, second, reads)).changes[2].attributes[0]
    assert (found.before, found.after) == ("a.new.id", "a.old.id")


def test_secrets_are_not_looked_into() -> None:
    secret = Sensitive("/subscriptions/S/rg")
    found = plan(change(Action.UPDATE, AttributeChange(("a",), Delta.ADDED, None, secret))).changes[1]
    assert found.attributes[0].after is secret


def test_seconds_are_told_as_durations() -> None:
    idle = AttributeChange(("idle",), Delta.CHANGED, 90, 600, unit="s")
    found = plan(change(Action.UPDATE, idle, before={"idle": 90}, after={"idle": 600})).changes[1]
    assert (found.attributes[0].before, found.attributes[0].after) == ("PT90S", "PT10M")
    assert found.after == {"idle": "PT10M"}


def test_a_creation_does_not_repeat_its_id_and_the_headings_subscription() -> None:
    attrs = {"id": "/x", "subscription": "S", "name": "n"}
    listed = tuple(AttributeChange((key,), Delta.ADDED, None, value) for key, value in attrs.items())
    found = plan(change(Action.CREATE, *listed, after=attrs)).changes[1]
    assert found.after == {"name": "n"}
    assert [a.path for a in found.attributes] == [("name",)]


def test_another_subscription_is_told() -> None:
    found = plan(change(Action.CREATE, after={"subscription": "T"})).changes[1]
    assert found.after == {"subscription": "T"}


GUID, OTHER = "1f71065c-c4da-4325-b0eb-f0bd2da110cd", "2f71065c-c4da-4325-b0eb-f0bd2da110cd"


def test_a_guid_stands_beside_whose_it_is() -> None:
    identity = sample.change("identity.ana", Action.NO_OP, before={"principal_id": GUID, "tenant_id": OTHER})
    vault = sample.change("vault.main", Action.NO_OP, before={"identity": {"tenant_id": OTHER}})
    grant = sample.change("grant.ana", Action.CREATE, after={"principal": GUID.upper(), "tenant": OTHER})
    named = by_name(sample.plan(identity, vault, grant)).changes[-1].after
    assert named == {"principal": f"identity.ana.principal_id ({GUID})", "tenant": OTHER}


def test_a_guid_of_an_id_is_that_resource() -> None:
    role = sample.change("role.reader", Action.NO_OP, id=f"/roles/{GUID}")
    grant = sample.change("grant.ana", Action.CREATE, after={"role": GUID})
    assert by_name(sample.plan(role, grant)).changes[-1].after == {"role": f"role.reader ({GUID})"}
