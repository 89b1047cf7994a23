from __future__ import annotations

import io
from textwrap import dedent

import pytest
from rich.console import Console

from mlinfra.model.address import parse_address
from mlinfra.model.diagnostic import error, warning
from mlinfra.model.event import Failed, Finished
from mlinfra.model.plan import Action, Drift, Op, OutputChange, Plan, Reason
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.state import OutputValue, Record, State
from mlinfra.model.value import Redacted, Sensitive, Unknown
from mlinfra.render import terminal
from mlinfra.render.events import Tally
from mlinfra.render.page import Page, folded, stacked, wrapped
from mlinfra.render.view import view
from tests.render.sample import CANARY, added, body, change, changed, plan, removed, shown, step

SOURCE = SourceFile("env.yml", "name: x\ndependencies:\n  - pandas\n")


def sample() -> Plan:
    return plan(
        change(
            "compute.cpu",
            Action.UPDATE,
            changed("max_instances", 2, 4),
            changed("idle_time_before_scale_down", "PT2M", "PT10M"),
            seconds=10,
        ),
        change(
            "compute.lab",
            Action.DELETE_CREATE,
            changed("size", "STANDARD_DS11_V2", "STANDARD_DS12_V2", forces_replacement=True),
            reason=Reason.IMMUTABLE,
            data_loss="files on the instance's own disk are lost",
            seconds=240,
        ),
        change(
            "key_vault.main",
            Action.UPDATE,
            changed("public_network_access", "Disabled", "Enabled"),
            after={"public_network_access": "Enabled"},
        ),
        change("workspace.main", Action.NO_OP),
        steps=(
            step("compute.lab", Op.DELETE),
            step("compute.lab", Op.CREATE, "delete:compute.lab", seconds=240),
            step("compute.cpu", Op.UPDATE),
            step("key_vault.main", Op.UPDATE),
        ),
        drift=(
            Drift(
                parse_address("key_vault.main"),
                "key_vault",
                "/kv",
                (changed("public_network_access", "Enabled", "Disabled"),),
            ),
        ),
        outputs=(
            OutputChange("url", Action.UPDATE, "https://a", Unknown()),
            OutputChange("same", Action.NO_OP, 1, 1),
        ),
        warnings=(
            warning("MLI-ENV-003", "pandas is not pinned", "Write pandas=2.2.1.", Position(SOURCE, 3, 5, 6)),
            warning("MLI-ENV-004", "no description"),
        ),
    )


def test_whole_plan() -> None:
    assert shown(sample()) == dedent("""\
        churn-dev · simulator · westeurope
          state serial 4 · 4 resources · refreshed with 9 requests in 0.3 s

        -/+ compute.lab                     replaced, about 4 min
              size:  STANDARD_DS11_V2 → STANDARD_DS12_V2   # forces replacement
              ! files on the instance's own disk are lost

          ~ key_vault.main                  in place
              public_network_access:  Disabled → Enabled

          ~ compute.cpu                     in place, about 10 s
              max_instances:                2 → 4
              idle_time_before_scale_down:  2 min → 10 min

          ! drift  key_vault.main           someone changed it outside
              public_network_access:  Enabled → Disabled   # put back by this plan

        Changes to outputs:
          url:  https://a → (known after apply)

        1 unchanged
        Plan: 0 to add, 2 to change, 1 to replace, 0 to destroy.                                 about 4 min
        Warnings: 2   MLI-ENV-003 pandas is not pinned   env.yml:3:5
                      Write pandas=2.2.1.
                      MLI-ENV-004 no description
        """)


@pytest.mark.parametrize("width", [80, 100, 200])
def test_widths(width: int) -> None:
    long = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    words = "a description that is much longer than a terminal usually is wide, " * 3
    text = shown(
        plan(
            change("a.b", Action.CREATE, after={"id": long, "description": words.strip(), "list": [words]}),
            change("a.c", Action.UPDATE, changed("from", long, long + "/x", forces_replacement=True)),
        ),
        width,
    )
    assert all(len(line) <= width or long in line for line in text.splitlines())
    assert text.count(long) == 3
    for word in set(words.split()):
        assert text.count(word) >= 2 * words.split().count(word)


def test_old_and_new_that_do_not_fit_stand_on_lines_of_their_own() -> None:
    old, new = "x" * 50, "y" * 50
    text = body(change("a.b", Action.UPDATE, changed("key", old, new, forces_replacement=True)))
    assert text.splitlines()[1:] == [
        "      key:  " + old,
        "            → " + new + "  # forces replacement",
    ]


def test_empty_plan() -> None:
    empty = plan(change("compute.cpu", Action.NO_OP), steps=())
    assert shown(empty).splitlines()[2:] == [
        "",
        "No changes. Your infrastructure matches the configuration.",
    ]


def test_empty_plan_with_drift_says_that_nothing_needs_doing() -> None:
    drift = Drift(parse_address("a.b"), "a", "/b", (changed("x", 1, 2),))
    text = shown(plan(change("a.b", Action.NO_OP), steps=(), drift=(drift,)))
    assert "! drift  a.b" in text
    assert "      x:  1 → 2\n" in text
    assert "No changes. Your infrastructure matches" in text
    assert "What was changed outside needs nothing done" in text


def test_drift() -> None:
    assert terminal.drift(view(sample())).plain() == dedent("""\
        churn-dev · simulator · westeurope
          state serial 4 · 4 resources · refreshed with 9 requests in 0.3 s

          ! drift  key_vault.main           someone changed it outside
              public_network_access:  Enabled → Disabled   # apply puts it back

        Drift: 1 resource changed outside.
        Warnings: 2   MLI-ENV-003 pandas is not pinned   env.yml:3:5
                      Write pandas=2.2.1.
                      MLI-ENV-004 no description
        """)


def test_no_drift() -> None:
    assert terminal.drift(view(plan())).plain().splitlines()[3:] == ["No drift."]


def test_console_follows_width_and_never_cuts() -> None:
    page = terminal.plan(view(plan(change("a.b", Action.CREATE, after={"id": "x" * 200}))))
    narrow = io.StringIO()
    Console(file=narrow, width=60).print(page)
    assert max(map(len, narrow.getvalue().splitlines())) == 60
    assert narrow.getvalue().count("x") == 200
    whole = io.StringIO()
    Console(file=whole, width=60).print(page, soft_wrap=True)
    assert "x" * 200 in whole.getvalue()


def test_colours_by_symbol_and_none_when_the_console_has_none() -> None:
    page = terminal.plan(view(sample()))
    colour, plain = io.StringIO(), io.StringIO()
    Console(file=colour, width=100, force_terminal=True, color_system="standard", legacy_windows=False).print(
        page
    )
    Console(file=plain, width=100, force_terminal=False, no_color=True).print(page)
    assert "\x1b[35m-/+ \x1b[0m\x1b[1mcompute.lab\x1b[0m" in colour.getvalue()
    assert "\x1b[33m  ~ \x1b[0m\x1b[1mcompute.cpu\x1b[0m" in colour.getvalue()
    assert "\x1b[31m   # forces replacement" in colour.getvalue()
    assert plain.getvalue() == page.plain(100)


def test_markup_is_text() -> None:
    out = io.StringIO()
    made = plan(change("a.b", Action.CREATE, after={"x": "[/foo] [bold]b[/bold] :smile:"}))
    Console(file=out, width=100).print(terminal.plan(view(made)))
    assert "[/foo] [bold]b[/bold] :smile:" in out.getvalue()


def test_outputs() -> None:
    page = terminal.outputs(
        {
            "url": OutputValue("https://x/\x1b[2J"),
            "n": OutputValue(4),
            "team": OutputValue({"a": [1]}),
            "key": OutputValue(Redacted(CANARY), sensitive=True),
            "declared": OutputValue(CANARY, sensitive=True),
            "inside": OutputValue({"a": Sensitive(CANARY)}),
        }
    )
    assert page.plain() == dedent("""\
        url = "https://x/\\u001b[2J"
        n = 4
        team = {
          "a": [
            1
          ]
        }
        key = (sensitive)
        declared = (sensitive)
        inside = (sensitive)
        """)


def recorded(address: str, **more: object) -> Record:
    where = parse_address(address)
    return Record(
        where,
        where.type,
        "azure",
        f"/ids/{where.name}",
        {"size": "S", "key": Redacted(CANARY)},
        {"id": f"/ids/{where.name}", "size": "S", "tags": {"team": "ml"}, "none": None},
        **more,  # type: ignore[arg-type]
    )


def test_resources_are_addresses_in_order() -> None:
    page = terminal.resources([recorded("compute.b"), recorded("compute.a"), recorded('compute.c["x"]')])
    assert page.plain() == 'compute.a\ncompute.b\ncompute.c["x"]\n'


def test_resource() -> None:
    record = recorded("compute.a", dependencies=(parse_address("workspace.main"),), broken=True)
    assert terminal.resource(record).plain() == dedent("""\
        compute.a  azure
          id:          /ids/a
          depends on:  workspace.main
          size:        S
          tags.team:   ml
          key:         (sensitive)
          ! its creation failed half-way: the next plan puts it again or replaces it
        """)


def test_state() -> None:
    first, second = recorded("compute.b"), recorded("compute.a")
    records = {first.address: first, second.address: second}
    state = State("l", 7, "churn-dev", records=records, outputs={"n": OutputValue(1)})
    lines = terminal.state(state).plain().splitlines()
    assert lines[0].startswith("churn-dev  ")
    assert lines[0].endswith("state serial 7 · 2 resources")
    assert [line.split()[0] for line in lines if line.startswith("compute")] == ["compute.a", "compute.b"]
    assert lines[-3:] == ["Outputs:", "", "n = 1"]


def test_applied() -> None:
    tally = Tally()
    for address, op in (("a.a", Op.CREATE), ("a.b", Op.CREATE), ("a.b", Op.DELETE), ("a.c", Op.UPDATE)):
        tally(Finished(step(address, op), 1, 1))
    tally(Finished(step("a.d", Op.UPDATE), 1, 1, changed=False))
    page = terminal.applied(tally, requests=41, seconds=240, outputs={"url": OutputValue("u")})
    assert page.plain() == dedent("""\
        Apply complete. 2 added, 1 changed, 1 destroyed.                                41 requests in 4 min

        Outputs:

        url = "u"
        """)


def test_applied_without_outputs_and_destroyed() -> None:
    tally = Tally()
    tally(Finished(step("a.a", Op.DELETE), 1, 1))
    assert terminal.applied(tally, requests=1, seconds=2, destroy=True).plain(60) == (
        "Destroy complete. 1 destroyed.              1 request in 2 s\n"
    )


def test_imports_and_what_is_forgotten_are_told() -> None:
    tally = Tally(plan(change("a.released", Action.UPDATE), change("a.b", Action.ADOPT)))
    tally(Finished(step("a.released", Op.ADOPT), 1, 1))
    tally(Finished(step("a.b", Op.ADOPT), 1, 1))
    tally(Finished(step("a.c", Op.FORGET), 1, 1))
    text = terminal.applied(tally, requests=0, seconds=0).plain()
    assert text.startswith("Apply complete. 1 imported, 0 added, 1 changed, 0 destroyed, 1 forgotten.")


def test_failed() -> None:
    stack = SourceFile("mlinfra.yaml", "compute:\n  gpu: {size: NC24}\n")
    address = parse_address("compute.gpu")
    quota = error(
        "MLI-AZ-QUOTA", "0 of 48 cores are free", "Take NC6s_v3.", Position(stack, 2, 15, 4), address
    )
    tally = Tally()
    tally(Finished(step("a.b", Op.CREATE), 1, 1))
    held = (step("online_deployment.green", Op.CREATE), step("online_deployment.blue", Op.CREATE))
    tally(Failed(step("compute.gpu", Op.CREATE), 1, quota, held))
    page = terminal.failed([quota], tally, requests=3, seconds=9)
    assert page.plain() == dedent("""\
        Error MLI-AZ-QUOTA: 0 of 48 cores are free
          mlinfra.yaml:2:15  compute.gpu
          2 |   gpu: {size: NC24}
            |               ^^^^
          Take NC6s_v3.
          Not started because of it: online_deployment.green, online_deployment.blue.

        Apply did not finish. 1 added, 0 changed, 0 destroyed; 1 failed, 2 not started.    3 requests in 9 s
        Everything else was applied and saved. `mlinfra apply` again is the next step.
        """)


def test_interrupted() -> None:
    waiting = [step("a.b", Op.DELETE), step("a.b", Op.CREATE), step("a.c", Op.UPDATE)]
    page = terminal.failed([], Tally(), requests=3, seconds=9, skipped=waiting, interrupted=True)
    did = "Apply was interrupted. 0 added, 0 changed, 0 destroyed; 0 failed, 3 not started."
    assert page.plain(200).splitlines() == [
        f"{did}   3 requests in 9 s",
        "What was in flight was finished and saved. `mlinfra apply` again is the next step.",
        "Not started: a.b, a.c.",
    ]


def test_what_an_interrupted_apply_did_not_come_to_is_named_once_and_not_all_of_it() -> None:
    gone = error("MLI-AZ-X", "it went wrong")
    held = step("a.held", Op.CREATE)
    tally = Tally()
    tally(Failed(step("a.wrong", Op.CREATE), 1, gone, (held,)))
    waiting = [held, *(step(f"a.x{number:02}", Op.CREATE) for number in range(terminal.NAMED + 3))]
    page = terminal.failed([gone], tally, requests=3, seconds=9, skipped=waiting, interrupted=True)
    names = ", ".join(f"a.x{number:02}" for number in range(terminal.NAMED))
    assert page.plain(200).splitlines()[-1] == f"Not started: {names} and 3 more."


def test_verdict_that_does_not_fit_puts_the_duration_beneath() -> None:
    made = plan(change("a.b", Action.CREATE, seconds=60), change("a.c", Action.DELETE))
    assert shown(made, 44).splitlines()[-2:] == ["Plan: 1 to add, 0 to change, 1 to destroy.", "about 1 min"]


def test_heading_is_one_line_where_it_fits() -> None:
    facts = "state serial 4 · 0 resources · refreshed with 9 requests in 0.3 s"
    assert shown(plan(), 120).splitlines()[0] == f"churn-dev · simulator · westeurope        {facts}"
    assert shown(plan(), 104).splitlines()[0] == f"churn-dev · simulator · westeurope     {facts}"


def test_heading_that_does_not_fit_goes_onto_two_lines() -> None:
    assert shown(plan(), 60).splitlines()[:3] == [
        "churn-dev · simulator · westeurope",
        "  state serial 4 · 0 resources · refreshed with 9 requests",
        "  in 0.3 s",
    ]


def test_long_address_pushes_only_its_own_note() -> None:
    key = "k" * 70
    text = body(
        change(f'a.long["{key}"]', Action.UPDATE, added("x", 1)),
        change("a.short", Action.UPDATE, removed("x", 1)),
    )
    first, second = text.split("\n\n")
    assert first.splitlines() == [f'  ~ a.long["{key}"]  in place', "      x:  + 1"]
    assert second.splitlines()[0] == "  ~ a.short" + " " * 55 + "in place"


def test_folded_and_wrapped() -> None:
    assert folded([("ab", ""), ("日本", "red")], 3) == [("ab", ""), ("\n日\n本", "red")]
    assert wrapped("one two three", 7) == ["one two", "three"]
    assert wrapped("one two  three", 7) == ["one two", " three"]
    assert wrapped("averyverylongword and", 5) == ["averyverylongword", "and"]


def test_stacked_leaves_no_gap_for_nothing() -> None:
    one, none = Page(lambda width: [[("a", "")]]), Page(lambda width: [])
    assert stacked(none, one, none, one).plain() == "a\n\na\n"
