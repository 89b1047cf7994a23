"""Plans in pull requests: what stands where, what gives way without room, and what no name can do."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlinfra.model.address import Address
from mlinfra.model.check import CheckResult, Verdict, When
from mlinfra.model.diagnostic import Severity, warning
from mlinfra.model.plan import Action, AttributeChange, Change, Delta, Drift, OutputChange, Plan, Risk, Threat
from mlinfra.model.policy import Finding, Judgement, Level, RuleInfo
from mlinfra.model.source import Position, SourceFile
from mlinfra.model.value import Sensitive, Unknown
from mlinfra.render.escape import visible
from mlinfra.render.findings import findings
from mlinfra.render.markdown import GITHUB, LEAST, document
from mlinfra.render.markup import units
from mlinfra.render.saved import Origin
from mlinfra.render.view import view
from tests.render.sample import CANARY, added, change, changed, plan
from tests.render.test_markup import HOSTILE, parsed

ORIGIN = Origin(
    "1a2b3c4d5e6f", "abc1234", 4, "2026-05-04 12:00 UTC", "ana on laptop", "mlinfra apply plan.json"
)


def at(line: int) -> Position:
    return Position(SourceFile("mlinfra.yaml", ""), line, 5, 4)


def risky(*changes: Change, **more: object) -> str:
    return document(view(plan(*changes, **more)), None, ORIGIN)


def rows(text: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if line[:2] == "| "
    ][2:]


EXPOSURE = (Risk(Threat.EXPOSURE, ("public",)),)
STORE = change(
    "storage_account.main",
    Action.DELETE_CREATE,
    changed("name", "a", "b", forces_replacement=True),
    data_loss="all blobs",
    loses=(Address("container", "in"),),
    unmanaged=("/x/1", "/x/2"),
    position=at(7),
)
VAULT = change(
    "key_vault.main",
    Action.UPDATE,
    changed("public", False, True),
    before={"public": False},
    after={"public": True},
    risks=EXPOSURE,
    position=at(9),
)
GRANT = change(
    "role_assignment.ana",
    Action.CREATE,
    after={"role": "Owner", "who": "ana", "on": "all"},
    risks=(Risk(Threat.RIGHTS, ("role",), beside=("who", "on")),),
)
REGISTRY = change("registry.main", Action.DELETE, risks=(Risk(Threat.DOWNTIME, says="no image starts"),))


def test_the_table_has_the_riskiest_first_with_place_and_why() -> None:
    assert rows(risky(GRANT, VAULT, REGISTRY, STORE)) == [
        ["data loss", "`storage_account.main` replaced", "`mlinfra.yaml:7:5`", "lost with it: all blobs"],
        [
            "dies with it",
            "`storage_account.main` replaced",
            "`mlinfra.yaml:7:5`",
            "dies with it: `container.in`",
        ],
        [
            "dies with it",
            "`storage_account.main` replaced",
            "`mlinfra.yaml:7:5`",
            "2 resources that nobody here manages die with it",
        ],
        ["downtime", "`registry.main` destroyed", "", "from then on: no image starts"],
        [
            "exposure",
            "`key_vault.main` in place",
            "`mlinfra.yaml:9:5`",
            "opens it to the internet: public `false` → `true`",
        ],
        [
            "wider rights",
            "`role_assignment.ana` created",
            "",
            "gives more rights: role `Owner`, who `ana`, on `all`",
        ],
    ]


def test_what_nobody_knows_yet_may_be_a_risk() -> None:
    unknown = change(
        "key_vault.main",
        Action.UPDATE,
        before={"public": False},
        after={"public": Unknown("x.main.y")},
        risks=(Risk(Threat.EXPOSURE, ("public",), certain=False),),
    )
    assert rows(risky(unknown))[0][3].startswith("may open it to the internet: public")


def test_head_says_what_it_comes_to_and_foot_how_to_make_exactly_this() -> None:
    text = risky(STORE, change("compute.cpu", Action.NO_OP), drift=(Drift(Address("a", "b"), "a", "/x"),))
    assert text.startswith(
        "## Plan for `churn-dev · simulator · westeurope`\n\n**Plan: 0 to add, 0 to change, 1 to replace"
    )
    assert "**Look at:** 1 × data loss, 2 × dies with it." in text
    assert "Not listed: 1 unchanged, drift: 1 resource changed outside." in text
    assert text.endswith(
        "Plan `1a2b3c4d5e6f` · commit `abc1234` · state serial 4 · "
        "made 2026-05-04 12:00 UTC by `ana on laptop`  \n"
        "To make exactly these changes: `mlinfra apply plan.json`\n"
    )
    assert "compute.cpu" not in text


def test_a_plan_without_changes_is_short() -> None:
    text = document(view(plan(steps=())), None, None)
    assert "No changes. Your infrastructure matches the configuration." in text
    assert "###" not in text and "|" not in text


def test_findings_stand_with_code_place_and_how_to_mend_them() -> None:
    judged = Judgement(
        (
            Finding(
                "AZ-1",
                Level.ERROR,
                "key_vault.main is open",
                Address("key_vault", "main"),
                (),
                at(9),
                refuses=True,
            ),
            Finding("AZ-2", Level.WARNING, "no tag", Address("key_vault", "main"), (), at(9)),
        ),
        (
            RuleInfo("AZ-1", "open", Level.ERROR, "because", "Close `it all`."),
            RuleInfo("AZ-2", "tags", Level.WARNING),
        ),
    )
    text = document(view(plan(VAULT)), findings(judged), ORIGIN)
    assert "- `AZ-1` `mlinfra.yaml:9:5` `key_vault.main` is open. Close `it all`." in text
    assert "<summary>Policy: 1 finding beside</summary>\n\n- `AZ-2` warning: `mlinfra.yaml:9:5`" in text
    assert "**Policy:** Refused: 1 finding by 2 rules." in text


def test_a_small_graph_shows_what_changes() -> None:
    text = risky(STORE, VAULT)
    drawing = next(token.content for token in parsed(text) if token.info == "mermaid")
    assert 'n0["storage_account.main (replace)"]' in drawing


def test_secrets_are_in_none_of_it() -> None:
    secret = change(
        "key_vault.main",
        Action.UPDATE,
        changed("public", Sensitive(CANARY), Sensitive(CANARY + "2")),
        before={"public": Sensitive(CANARY)},
        after={"public": Sensitive(CANARY + "2")},
        risks=EXPOSURE,
    )
    assert CANARY not in risky(secret, outputs=(OutputChange("o", Action.CREATE, None, Sensitive(CANARY)),))


# ---- What strangers write --------------------------------------------------------------------------------

ANY = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=30), min_size=1, max_size=4).map(" ".join)
ALLOWED_HTML = re.compile(r"</?(?:details|summary|code)>")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    found = []
    for number in range(draw(st.integers(1, 4))):
        text = draw(ANY)
        found.append(
            Change(
                Address("type", f"n{number}", draw(ANY)),
                "type",
                "azure",
                draw(st.sampled_from([Action.CREATE, Action.UPDATE, Action.DELETE, Action.DELETE_CREATE])),
                before={draw(ANY): text, "public": text},
                after={draw(ANY): text, "public": draw(ANY)},
                attributes=(AttributeChange((draw(ANY),), Delta.CHANGED, text, draw(ANY)), added("k", text)),
                data_loss=draw(ANY),
                unmanaged=(draw(ANY),),
                notes=(draw(ANY),),
                position=Position(SourceFile(draw(ANY), ""), 1, 1, 1),
                risks=EXPOSURE,
            )
        )
    return plan(
        *found,
        context={"cloud": draw(ANY)},
        warnings=(warning("W-1", draw(ANY), draw(ANY)),),
        outputs=(OutputChange(draw(ANY), Action.UPDATE, draw(ANY), draw(ANY)),),
    )


@settings(max_examples=60, deadline=None)
@given(plans(), ANY)
def test_no_text_of_theirs_is_more_than_text(made: Plan, text: str) -> None:
    judged = Judgement(
        (Finding("X-1", Level.ERROR, text, Address("type", "n0", text), (text,), refuses=True),)
    )
    told = document(
        view(made), findings(judged), Origin("1a", visible(text), 1, "now", visible(text), visible(text))
    )
    tokens = parsed(told)
    kinds = {token.type for token in tokens}
    assert (
        not {"html_inline", "link_open", "image", "em_open", "s_open", "hardbreak_", "blockquote_open"}
        & kinds
    )
    assert not {"math_inline", "ordered_list_open", "code_block", "h1_open"} & kinds
    for token in tokens:
        if token.type == "html_block":
            assert not re.search(r"[<>]", ALLOWED_HTML.sub("", token.content)), token.content
        if token.type == "text":
            assert not re.search(r"[@#<>\[\]|`]|://|www\.", token.content), token.content
        if token.type == "fence" and token.info == "mermaid":
            labels = re.findall(r'\["(.*)"\]', token.content)
            assert labels and all(re.fullmatch(r"(?:[\w ._\-()×,]|#\d+;)*", label) for label in labels)
    opened = sum(token.content.count("<details>") for token in tokens if token.type == "html_block")
    closed = sum(token.content.count("</details>") for token in tokens if token.type == "html_block")
    assert opened == closed >= len(made.changes)
    table_rows = [token for token in tokens if token.type == "tr_open"]
    assert sum(token.type in ("td_open", "th_open") for token in tokens) == 4 * len(table_rows)


# ---- Room ------------------------------------------------------------------------------------------------


def many(number: int, text: str) -> Plan:
    return plan(
        *(
            change(
                f"type.n{index}",
                Action.DELETE_CREATE,
                *(changed(f"key{key}", text, text + "x") for key in range(3)),
                data_loss=text or "all",
                unmanaged=(text,),
                position=at(index + 1),
            )
            for index in range(number)
        ),
        warnings=tuple(warning("W-1", text) for _ in range(number)),
        outputs=tuple(OutputChange(f"o{index}", Action.UPDATE, text, text + "x") for index in range(number)),
    )


@pytest.mark.parametrize(
    "text", ["x", "🎉" * 900, "|" * 3_000, "`" * 3_000, "<&>" * 2_000, "漢" * 900, "a\n" * 900]
)
@pytest.mark.parametrize("number", [1, 300])
@pytest.mark.parametrize("most", [LEAST, GITHUB])
def test_it_is_never_longer_than_asked(text: str, number: int, most: int) -> None:
    judged = Judgement(tuple(Finding("X-1", Level.ERROR, text, refuses=True) for _ in range(number)))
    told = document(view(many(number, text)), findings(judged), ORIGIN, most)
    assert units(told) <= most
    blocks = [token.content for token in parsed(told) if token.type == "html_block"]
    assert sum(b.count("<details>") for b in blocks) == sum(b.count("</details>") for b in blocks)
    assert "To make exactly these changes" in told


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 40), st.text(max_size=400), st.integers(LEAST, 30_000))
def test_any_size_fits(number: int, text: str, most: int) -> None:
    shown = visible(text)
    origin = Origin("1a2b3c4d5e6f", shown, 4, "2026-05-04 12:00 UTC", shown, shown)
    assert units(document(view(many(number, text)), None, origin, most)) <= most


def test_what_was_left_out_is_counted_and_the_riskiest_stays() -> None:
    quiet = [change(f"a.n{index}", Action.UPDATE, changed("k", "x" * 200, "y" * 200)) for index in range(400)]
    text = document(view(plan(*quiet, STORE)), None, ORIGIN, 20_000)
    shown = text.count("<code>~ a.n") + text.count("<code>-/+ ")
    assert "<code>-/+ storage_account.main</code>" in text
    assert f"_{401 - shown} more changes left out: there was no room._" in text


def test_a_thousand_risks_leave_room_for_findings_and_changes() -> None:
    judged = Judgement((Finding("AZ-1", Level.ERROR, "it is open", refuses=True),))
    text = document(view(many(1_000, "x")), findings(judged), ORIGIN)
    assert "- `AZ-1` it is open." in text
    assert "<code>-/+ type.n0</code>" in text
    assert "more risks left out" in text


def test_many_changes_are_folded_together() -> None:
    text = risky(*(change(f"a.n{index}", Action.UPDATE, changed("k", 1, 2)) for index in range(30)))
    assert "<details><summary>20 more changes</summary>" in text


def test_checks_that_do_not_hold_are_told() -> None:
    failed = CheckResult(None, "cheap", When.END, Verdict.FAIL, Severity.ERROR, at(3), "Too dear @ana.", "")
    text = risky(VAULT, checks=(failed,))
    assert (
        "### Checks that do not hold, or not yet\n\n- `check.cheap:` Too dear `@ana. mlinfra.yaml:3:5`"
        in text
    )
    assert "**Checks:** 1 failed." in text
