"""``policy:`` of a stack: what it says of rules, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.policy import Level
from tests.policy.stacks import judgement, of


def test_most_rules_warn_so_that_a_first_plan_is_not_refused(tmp_path: Path) -> None:
    found = judgement(tmp_path)
    assert {f.code for f in found.findings} == {"AZ-AUTH-003", "AZ-NET-001"}
    assert {f.level for f in found.findings} == {Level.WARNING}
    assert not found.refused


def test_what_a_file_says_is_a_base_for_what_the_stack_says(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(
        "rules: {POL-TAG-001: {required: [owner], severity: error}, AZ-NET-001: {severity: error}}\n"
    )
    found = judgement(
        tmp_path,
        "policy: {file: [base.yaml], rules: {POL-TAG-001: {types: [resource_group]}, AZ-NET-001: "
        "{severity: off}}}\n",
    )
    assert [(f.code, str(f.address), f.refuses) for f in found.findings if f.refuses] == [
        ("POL-TAG-001", "resource_group.main", True)
    ]
    assert of(found, "AZ-NET-001") == []


def test_missing_tags_are_looked_for_in_all_that_take_tags(tmp_path: Path) -> None:
    found = judgement(tmp_path, "policy: {rules: {POL-TAG-001: {required: [owner, team]}}}\n")
    assert [(f.summary, str(f.position)) for f in of(found, "POL-TAG-001")] == [
        ("resource_group.main has no tag owner", "mlinfra.yaml:7:7"),
        ("storage_account.main has no tag owner, team", "mlinfra.yaml:9:5"),
    ]


LET = "{rule: AZ-AUTH-003, address: storage_account.main, owner: a, reason: b, expires: 2099-01-01"


@pytest.mark.parametrize(
    ("policy", "what", "advice"),
    [
        ("{rules: {AZ-NET-01: {}}}", "there is no rule `AZ-NET-01`", "Did you mean `AZ-NET-001`?"),
        ("{rules: {POL-DEL-001: {maxx: 1}}}", "unknown key `maxx` in rule", "Did you mean `max`?"),
        ("{rules: {POL-DEL-001: {max: many}}}", "`max` of rule `POL-DEL-001`", ""),
        ("{rules: {POL-DEL-001: {severity: bad}}}", "`severity` of rule `POL-DEL-001`", ""),
        ('{rules: {POL-DEL-001: {max: "${var.x}"}}}', "cannot be an expression", "the same of every stack"),
        ("{rulez: {}}", "unknown key `rulez` in `policy`", "Did you mean `rules`?"),
        ("{file: nowhere.yaml}", "nowhere.yaml", ""),
        ("{file: ../../outside.yaml}", "outside of the repository", ""),
        ("{strict: perhaps}", "`strict` of `policy`", ""),
        ("{exceptions: {}}", "`exceptions` is a list", ""),
        (
            f"{{exceptions: [{LET.replace('owner: a, ', '')}}}]}}",
            "an exception needs `owner`",
            "answers for it",
        ),
        (f"{{exceptions: [{LET.replace('reason: b, ', '')}}}]}}", "an exception needs `reason`", "know why"),
        (f"{{exceptions: [{LET.rsplit(',', 1)[0]}}}]}}", "an exception needs `expires`", "for a while"),
        (f"{{exceptions: [{LET.replace('2099-01-01', 'soon')}}}]}}", "`soon` is no day", "2027-01-31"),
        (f"{{exceptions: [{LET.replace('AZ-AUTH-003', 'AZ-AUTH-03')}}}]}}", "is no rule", "`AZ-AUTH-003`?"),
        (
            f"{{exceptions: [{LET.replace('storage_account.main', 'main')}}}]}}",
            "is no address",
            "workspace.main",
        ),
        (f"{{exceptions: [{LET}, until: never}}]}}", "unknown key `until`", "expires"),
        (
            f"{{exceptions: [{LET.replace('address: storage_account.main, ', '')}}}]}}",
            "an exception needs `address`",
            "`stack: NAME`",
        ),
        (f"{{exceptions: [{LET}, stack: judged}}]}}", "about an address or about a stack", "`stack` out"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(policy: str, what: str, advice: str, tmp_path: Path) -> None:
    with pytest.raises(MlinfraError) as wrong:
        judgement(tmp_path, f"policy: {policy}\n")
    told = wrong.value.diagnostics[0]
    assert what in told.summary
    assert advice in told.detail
    assert told.position is not None and told.position.line == 10


def test_off_is_a_word_and_no_doubt(tmp_path: Path) -> None:
    from mlinfra.config.loader import load

    judgement(tmp_path, "policy: {rules: {AZ-NET-001: {severity: off}}}\n")
    assert load(tmp_path).warnings == ()


def test_an_exception_says_when_it_is_for_nothing(tmp_path: Path) -> None:
    near, unneeded = (
        LET.replace("storage_account.main", "storage_account.mian"),
        LET.replace("AUTH-003", "NET-002"),
    )
    found = judgement(tmp_path, f"policy: {{exceptions: [{near}}}, {unneeded}}}, {LET}}}]}}\n")
    assert [(f.code, f.summary) for f in found.findings if f.code.startswith("POL-EXC")] == [
        (
            "POL-EXC-003",
            "the exception of AZ-AUTH-003 is about storage_account.mian, which is not there; "
            "did you mean storage_account.main?",
        ),
        ("POL-EXC-002", "the exception of AZ-NET-002 for storage_account.main is not needed for this plan"),
    ]
    (let,) = of(found, "AZ-AUTH-003")
    assert let.exemption is not None
