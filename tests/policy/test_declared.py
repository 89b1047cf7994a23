"""Rules written in YAML."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.model.diagnostic import MlinfraError
from mlinfra.model.policy import Finding, Level
from tests.policy.stacks import judgement, of


def found(tmp_path: Path, rule: str) -> list[Finding]:
    return of(judgement(tmp_path, f"policy:\n  declared:\n    mine: {rule}\n"), "mine")


def test_what_it_finds_stands_at_the_key_that_it_reads(tmp_path: Path) -> None:
    findings = found(tmp_path, "{require: \"${'owner' in (after.tags or {})}\", message: has an owner}")
    assert [(f.summary, f.path, str(f.position), f.level, f.refuses) for f in findings] == [
        ("resource_group.main: has an owner", ("tags",), "mlinfra.yaml:7:7", Level.ERROR, True),
        ("storage_account.main: has an owner", ("tags",), "mlinfra.yaml:9:5", Level.ERROR, True),
    ]


def test_only_what_it_matches(tmp_path: Path) -> None:
    rule = "{match: \"${change.type == 'storage_account'}\", require: false, message: none, severity: info}"
    (finding,) = found(tmp_path, rule)
    assert (str(finding.address), finding.level, finding.refuses) == (
        "storage_account.main",
        Level.INFO,
        False,
    )


def test_a_key_that_is_not_written_is_null(tmp_path: Path) -> None:
    rule = '{require: "${before.name == null and after.access_tier == null}", message: new}'
    assert found(tmp_path, rule) == []


def test_an_unknown_cannot_be_told(tmp_path: Path) -> None:
    rule = (
        "{match: \"${change.type == 'storage_account'}\", "
        "require: \"${startswith(after.blob_endpoint, 'h')}\", message: https}"
    )
    (finding,) = found(tmp_path, rule)
    assert finding.unsure and not finding.refuses and finding.level is Level.WARNING


def test_it_knows_the_change_and_the_stack(tmp_path: Path) -> None:
    rule = (
        "{require: \"${change.action == 'create' and change.name == 'main' and stack.name == 'judged' "
        "and change.address == change.type + '.main' and change.data_loss == ''}\", message: all}"
    )
    assert found(tmp_path, rule) == []


@pytest.mark.parametrize(
    ("rule", "what", "advice"),
    [
        (
            '{require: "${after.tgas != null}", message: x}',
            "no type has a key `tgas`",
            "Did you mean `tags`?",
        ),
        (
            '{require: "${change.tpye != null}", message: x}',
            "there is no `change.tpye`",
            "Did you mean `type`?",
        ),
        ('{require: "${var.x}", message: x}', "`var.x` cannot be read in a rule", "the same for every stack"),
        ('{require: "${aftr.x}", message: x}', "`aftr.x` cannot be read in a rule", "Did you mean `after`?"),
        ('{require: "${length == 1}", message: x}', "`length` is a function", "Call it"),
        ('{require: "yes ${true}", message: x}', "a text around expressions", "For example"),
        ('{require: "${after.name}", message: x}', "a condition gives text", "For example"),
        ('{require: "${after.tags.owner}", message: x}', "has no `owner`", "It has: team"),
        ('{require: "${true}"}', "needs `message`", "require"),
        ("{message: x}", "needs `require`", "message"),
        ("{require: true, message: x, when: y}", "unknown key `when`", "It takes: match, require"),
        ("{require: true, message: x, severity: bad}", "`severity` of declared rule", ""),
    ],
)
def test_what_is_wrong_with_one_is_told(rule: str, what: str, advice: str, tmp_path: Path) -> None:
    with pytest.raises(MlinfraError) as wrong:
        found(tmp_path, rule)
    told = wrong.value.diagnostics[0]
    assert what in told.summary
    assert advice in told.detail
    assert told.position is not None


def test_it_cannot_take_the_code_of_a_rule(tmp_path: Path) -> None:
    with pytest.raises(MlinfraError, match="`AZ-NET-001` is the code of a rule that there is"):
        judgement(tmp_path, "policy: {declared: {AZ-NET-001: {require: true, message: x}}}\n")


def test_one_name_is_declared_once(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("declared: {mine: {require: true, message: x}}\n")
    with pytest.raises(MlinfraError, match="rule `mine` is declared twice"):
        judgement(tmp_path, "policy: {file: base.yaml, declared: {mine: {require: true, message: y}}}\n")
