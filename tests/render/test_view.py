from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.model.address import parse_address
from mlinfra.model.plan import Action, Change, Drift, Op, OutputChange, Reason, RefreshInfo
from mlinfra.model.value import Redacted, Sensitive, Unknown
from mlinfra.render import json, terminal
from mlinfra.render.view import by_risk, counted, duration, view
from tests.render.sample import CANARY, body, change, changed, golden, plan, released, removed, shown, step


def test_creation_shows_all_that_will_be_set() -> None:
    after = {
        "name": "stx",
        "sku": "Standard_LRS",
        "network": {"default_action": "Deny", "ips": ["10.0.0.0/8", "10.1.0.0/16"]},
        "principal_id": Unknown(),
        "secret": Sensitive(CANARY),
        "nothing": None,
        "tags": {},
        "wait": "PT2M",
        "script": "a\nb\n",
        "long": ["first item that takes some room", "second item that takes some room"],
    }
    assert body(change("storage_account.x", Action.CREATE, after=after, seconds=20)) == golden("""\
          + storage_account.x               created, about 20 s
              name:                    stx
              sku:                     Standard_LRS
              network.default_action:  Deny
              network.ips:             [10.0.0.0/8, 10.1.0.0/16]
              principal_id:            (known after apply)
              secret:                  (sensitive)
              tags:                    {}
              wait:                    2 min
              script:                  text of 2 lines
                 a
                 b
              long:                    · first item that takes some room
                                       · second item that takes some room
        """)


def test_creation_adds_what_only_its_attributes_tell() -> None:
    made = change(
        "a.b", Action.CREATE, changed("name", None, "x"), changed("id", None, Unknown()), after={"name": "x"}
    )
    assert body(made).splitlines()[1:] == ["      name:  x", "      id:    (known after apply)"]


@pytest.mark.parametrize(
    ("made", "note"),
    [
        (change("a.b", Action.CREATE), "  + a.b                             created"),
        (
            change("a.b", Action.UPDATE, seconds=600),
            "  ~ a.b                             in place, about 10 min",
        ),
        (change("a.b", Action.DELETE_CREATE), "-/+ a.b                             replaced"),
        (
            change("a.b", Action.CREATE_DELETE, seconds=90),
            "+/- a.b                             replaced, the new one first, about 2 min",
        ),
        (change("a.b", Action.DELETE), "  - a.b                             destroyed"),
        (
            change("a.b", Action.FORGET, before={}, seconds=9),
            "  . a.b                             forgotten: it stays, and mlinfra no longer manages it",
        ),
        (change("a.b", Action.FORGET), "  . a.b                             forgotten: it is gone"),
        (change("a.b", Action.ADOPT, seconds=9), "  = a.b                             imported"),
        (
            change("a.b", Action.ADOPT, changed("x", 1, 2), seconds=9),
            "  = a.b                             imported, changed in place, about 9 s",
        ),
        (
            change("a.b", Action.UPDATE, released("x", 1), seconds=9),
            "  ~ a.b                             only recorded, nothing is sent",
        ),
        (change("a.b", Action.READ), " <= a.b                             read during apply"),
    ],
)
def test_notes(made: Change, note: str) -> None:
    assert body(made).splitlines()[0] == note


def test_reason_is_told_unless_something_shows_it() -> None:
    removed_ = change("a.b", Action.DELETE, reason=Reason.REMOVED, id="/ids/b")
    assert body(removed_).splitlines()[1:] == [
        "      because it is no longer in the configuration",
        "      id:  /ids/b",
    ]
    assert "because" not in body(change("a.b", Action.DELETE, reason=Reason.DESTROY), destroy=True)
    forced = changed("x", 1, 2, forces_replacement=True)
    assert "because" not in body(change("a.b", Action.DELETE_CREATE, forced, reason=Reason.IMMUTABLE))
    gone = change("a.b", Action.CREATE, reason=Reason.GONE)
    assert "      because it was deleted outside mlinfra\n" in body(gone)


def test_deletion_shows_what_is_lost_and_not_what_it_was() -> None:
    made = change(
        "workspace.main",
        Action.DELETE,
        removed("name", "mlw"),
        id="/ids/mlw",
        data_loss="experiments and models",
        loses=(parse_address("compute.cpu"), parse_address('role_assignment.x["ana"]')),
        unmanaged=tuple(f"/ids/job{n}" for n in range(7)),
    )
    assert body(made) == golden("""\
          - workspace.main                  destroyed
              id:  /ids/mlw
              ! lost with it: experiments and models
              ! dies with it: compute.cpu, role_assignment.x["ana"]
              ! 7 resources that nobody here manages die with it:
                 /ids/job0
                 /ids/job1
                 /ids/job2
                 /ids/job3
                 /ids/job4
                 and 2 more
        """)


def test_many_that_die_are_counted() -> None:
    loses = tuple(parse_address(f"a.x{n}") for n in range(12))
    text = body(change("a.b", Action.DELETE, loses=loses, unmanaged=("/one",)))
    assert "a.x9 and 2 more" in text
    assert "! 1 resource that nobody here manages dies with it:\n         /one\n" in text


def test_what_dies_with_a_parent_is_one_line_beneath_it() -> None:
    parent = parse_address("workspace.main")
    assert body(
        change(
            "compute.cpu",
            Action.DELETE,
            removed("size", "x"),
            id="/c",
            dies_with=parent,
            reason=Reason.PARENT,
            seconds=9,
        ),
        change("a.other", Action.DELETE, id="/o"),
        change("compute.lab", Action.DELETE_CREATE, dies_with=parent, reason=Reason.PARENT, seconds=9),
        change("workspace.main", Action.DELETE_CREATE, loses=(parse_address("compute.cpu"),)),
    ) == golden("""\
        -/+ workspace.main                  replaced
              ! dies with it: compute.cpu

          - compute.cpu                     dies with workspace.main

        -/+ compute.lab                     dies with workspace.main, created again, about 9 s

          - a.other                         destroyed
              id:  /o
        """)


def test_order_is_by_risk_then_the_users() -> None:
    drifted = Drift(parse_address("a.drifted"), "a", "/d", (changed("x", 1, 2),))
    made = plan(
        change("a.create2", Action.CREATE),
        change("a.create1", Action.CREATE),
        change("a.import", Action.ADOPT),
        change("a.read", Action.READ),
        change("a.update", Action.UPDATE),
        change("a.drifted", Action.UPDATE),
        change("a.forget", Action.FORGET),
        change("a.delete", Action.DELETE),
        change("a.replace", Action.CREATE_DELETE),
        change("a.same", Action.NO_OP),
        change("a.loss", Action.DELETE, data_loss="all"),
        change("a.unmanaged", Action.DELETE, unmanaged=("/x",)),
        drift=(drifted,),
    )
    assert [c.address.name for c in by_risk(made)] == [
        *("loss", "unmanaged", "replace", "delete", "forget", "drifted"),
        *("update", "create2", "create1", "import", "read"),
    ]


def test_a_child_that_loses_data_lifts_its_parent() -> None:
    made = plan(
        change("a.replace", Action.DELETE_CREATE),
        change("a.group", Action.DELETE),
        change("a.child", Action.DELETE, dies_with=parse_address("a.group"), data_loss="all"),
    )
    assert [c.address.name for c in by_risk(made)] == ["group", "child", "replace"]


def test_a_circle_of_deaths_ends() -> None:
    one, two = parse_address("a.one"), parse_address("a.two")
    made = plan(change("a.one", Action.DELETE, dies_with=two), change("a.two", Action.DELETE, dies_with=one))
    assert len(by_risk(made)) == 2


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ([Action.CREATE] * 12 + [Action.UPDATE], "Plan: 12 to add, 1 to change, 0 to destroy."),
        (
            [Action.CREATE, Action.UPDATE, Action.UPDATE, Action.CREATE_DELETE],
            "Plan: 1 to add, 2 to change, 1 to replace, 0 to destroy.",
        ),
        ([Action.DELETE, Action.ADOPT], "Plan: 1 to import, 0 to add, 0 to change, 1 to destroy."),
        ([Action.FORGET, Action.NO_OP], "Plan: 0 to add, 0 to change, 0 to destroy, 1 to forget."),
    ],
)
def test_verdict(changes: list[Action], verdict: str) -> None:
    made = view(plan(*(change(f"a.x{n}", action) for n, action in enumerate(changes))))
    assert made.verdict == verdict
    assert not made.empty


def test_an_import_that_is_changed_counts_as_both() -> None:
    counts = counted([change("a.b", Action.ADOPT, changed("x", 1, 2))])
    assert (counts.imports, counts.change) == (1, 1)


def test_nothing_left_to_destroy() -> None:
    assert view(plan(steps=(), destroy=True)).verdict == "No changes. Nothing is left to destroy."


def test_only_outputs_change() -> None:
    made = plan(steps=(), outputs=(OutputChange("url", Action.CREATE, None, "https://x"),))
    assert shown(made).splitlines()[-5:] == [
        "Changes to outputs:",
        "  url:  + https://x",
        "",
        "Plan: 0 to add, 0 to change, 0 to destroy.",
        "Applying this only saves the outputs; no resource is touched.",
    ]


def test_outputs() -> None:
    made = plan(
        change("a.b", Action.CREATE),
        outputs=(
            OutputChange("gone", Action.DELETE, {"a": 1}, None),
            OutputChange("secret", Action.UPDATE, Redacted(CANARY), Sensitive(CANARY)),
            OutputChange("map", Action.UPDATE, {"a": 1, "b": 2}, {"a": 1, "b": 3}),
            OutputChange("same", Action.NO_OP, 1, 1),
        ),
    )
    assert shown(made).split("Changes to outputs:\n")[1].split("\n\n")[0].splitlines() == [
        "  gone.a:  - 1",
        "  secret:  (sensitive) → (sensitive)",
        "  map.b:   2 → 3",
    ]


def test_duration_is_the_longest_chain() -> None:
    made = plan(
        steps=(
            step("a.slow", Op.CREATE, seconds=100),
            step("a.beside", Op.CREATE, seconds=90),
            step("a.then", Op.DELETE, "create:a.slow", seconds=10),
            step("a.then", Op.CREATE, "delete:a.then", "create:a.beside", seconds=20),
            step("a.forgotten", Op.FORGET),
            step("a.child", Op.DELETE, "delete:a.then", with_parent="delete:a.then"),
        ),
    )
    assert duration(made) == 130
    assert view(made).duration == "about 2 min"


def test_no_duration_when_nobody_knows() -> None:
    assert view(plan(change("a.b", Action.CREATE))).duration == ""


def test_facts() -> None:
    assert view(plan(change("a.b", Action.NO_OP), change("a.c", Action.CREATE))).facts == (
        "state serial 4 · 1 resource · refreshed with 9 requests in 0.3 s"
    )
    skipped = plan(change("a.b", Action.CREATE), refresh=RefreshInfo(skipped=True))
    assert view(skipped).facts == "state serial 4 · 0 resources · not refreshed"
    assert "what was changed outside does not show here" in view(skipped).notes[0]


@pytest.mark.parametrize(
    ("planned", "mark"),
    [
        (change("a.b", Action.UPDATE, changed("x", 2, 1), after={"x": 1}), "   # put back by this plan"),
        (change("a.b", Action.UPDATE, changed("x", 2, 3), after={"x": 3}), "   # changed by this plan"),
        (change("a.b", Action.UPDATE, changed("y", 2, 3), after={"x": 2, "y": 3}), ""),
        (change("a.b", Action.NO_OP), ""),
    ],
)
def test_drift_says_what_the_plan_does_about_it(planned: Change, mark: str) -> None:
    drift = Drift(parse_address("a.b"), "a", "/b", (changed("x", 1, 2),))
    assert f"! drift  a.b                      someone changed it outside\n      x:  1 → 2{mark}\n" in shown(
        plan(planned, drift=(drift,))
    )


def test_drift_of_a_key_in_a_map_that_the_plan_replaces_whole() -> None:
    drift = Drift(parse_address("a.b"), "a", "/b", (changed("tags.team", "ml", "x"),))
    planned = change(
        "a.b", Action.UPDATE, changed("tags", {"team": "x"}, None), after={"tags": {"team": "ml"}}
    )
    assert "tags.team:  ml → x   # put back by this plan" in shown(plan(planned, drift=(drift,)))


def test_deleted_outside() -> None:
    drift = Drift(parse_address("a.b"), "a", "/b", deleted=True)
    again = plan(change("a.b", Action.CREATE, reason=Reason.GONE), drift=(drift,))
    assert (
        "  ! drift  a.b                      someone deleted it outside\n      # created again by this plan\n"
        in shown(again)
    )
    assert "# apply creates it again" in terminal.drift(view(again)).plain()
    assert "created again" not in shown(plan(change("a.b", Action.FORGET), drift=(drift,)))


SECRETS: list[Any] = [
    Sensitive(CANARY),
    Redacted(CANARY),
    Unknown(CANARY, sensitive=True),
    Sensitive({"a": [CANARY]}),
    {"a": Sensitive(CANARY)},
    [Sensitive(CANARY), {"name": "x", "key": Redacted(CANARY)}],
    [{"name": "x", "key": Redacted(CANARY)}],
    Sensitive(f"two\nlines {CANARY}"),
]


@pytest.mark.parametrize("before", [None, "plain", *SECRETS])
@pytest.mark.parametrize("after", SECRETS)
@pytest.mark.parametrize(
    "action", [Action.CREATE, Action.UPDATE, Action.DELETE_CREATE, Action.DELETE, Action.ADOPT]
)
def test_a_secret_never_shows(action: Action, before: Any, after: Any) -> None:
    made = plan(
        change("a.b", action, changed("key", before, after), before={"key": before}, after={"key": after}),
        drift=(Drift(parse_address("a.b"), "a", "/b", (changed("key", after, before),)),),
        outputs=(OutputChange("out", Action.UPDATE, before, after),),
    )
    everything = f"{view(made)!r}{shown(made)}{terminal.drift(view(made))}{json.plan(made)}"
    assert CANARY not in everything
    assert "(sensitive)" in everything


texts = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["\x1b[2J", "\u202e", "\ud800", "a\r\nb", "[/red]", "\x9b31m", "\u2028", "\x00", "P1D", "\U000e0041"]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(key=texts, before=values, after=values, words=texts, width=st.integers(20, 120))
def test_whatever_a_stranger_writes_is_printable(
    key: str, before: Any, after: Any, words: str, width: int
) -> None:
    where = parse_address("a.b")
    attributes = (changed("x", before, after, forces_replacement=True), changed("y", after, words))
    more: dict[str, Any] = {"data_loss": words, "id": words, "unmanaged": (words,)}
    made = plan(
        Change(where, "a", "azure", Action.CREATE, after={key: before, "n": {key: after}}, **more),
        Change(where, "a", "azure", Action.UPDATE, before={}, attributes=attributes, **more),
        drift=(Drift(where, "a", words, attributes),),
        outputs=(OutputChange(key, Action.UPDATE, before, after),),
        context={"cloud": words},
    )
    text = shown(made, width)
    assert all(char.isprintable() or char in "\n\u3000" for char in text)
    json.plan(made)
