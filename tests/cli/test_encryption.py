"""``encryption:`` through the program: nothing readable is left, and nothing is written with a wrong key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mlinfra.cli.wiring import Workplace
from mlinfra.simulator import Request
from mlinfra.state.seal import keys
from mlinfra.state.seal.api import is_sealed
from mlinfra.state.seal.keys import Cost
from tests.scenarios.script import Result, Run
from tests.scenarios.stage import Stage

STACK = """
stack: small
azure: {{cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}}
encryption: {encryption}
variables:
  team: {{type: string, default: canary-team}}
  passphrase: {{type: string, sensitive: true, default: ""}}
  key_file: {{type: string, default: nowhere.key}}
resources:
  resource_group:
    main: {{name: rg-small, tags: {{team: "${{var.team}}"}}}}
  user_assigned_identity:
    a: {{name: id-a}}
"""
ONE, TWO = "1" * 64, "2" * 64


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr(keys, "COST", Cost(64, 1, 1))
    monkeypatch.setenv("ONE_KEY", ONE)
    monkeypatch.setenv("TWO_KEY", TWO)
    with Stage(tmp_path, monkeypatch) as made:
        yield made


def write(stage: Stage, encryption: str) -> None:
    (stage.folder / "mlinfra.yaml").write_text(STACK.format(encryption=encryption))


def run(stage: Stage, command: str) -> Result:
    return stage.run(Run(f"mlinfra {command}", 1))


def told(result: Result) -> str:
    return " ".join((result.stdout + result.stderr).split())


def kept(stage: Stage) -> dict[str, bytes]:
    """What is kept of the stack: states, journals, plans."""
    folder = stage.folder
    files = [*(folder / "state").rglob("small*"), *(folder / "state" / ".history").rglob("*.json")]
    files = [*files, *folder.glob("*.plan")]
    names = (".json", ".backup", ".journal", ".plan")
    return {str(f.relative_to(folder)): f.read_bytes() for f in files if f.suffix in names and f.is_file()}


SOURCES = ["{environment: ONE_KEY}", "{file: one.key}", '{passphrase: "${var.passphrase}"}']
GIVEN = "-v passphrase=correct-horse-battery-staple"


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_readable_is_left_and_all_commands_read_it(stage: Stage, source: str) -> None:
    (stage.folder / "one.key").write_text(f"{ONE}\n")
    write(stage, source)
    assert run(stage, f"plan --out a.plan {GIVEN}").code == 0
    assert run(stage, f"apply a.plan {GIVEN}").code == 0, "a plan that was made for a new stack"
    assert run(stage, f"plan --out b.plan {GIVEN} -v team=fraud").code == 0
    assert "fraud" in told(run(stage, f"show b.plan {GIVEN}"))
    assert run(stage, f"apply b.plan {GIVEN}").code == 0
    files = kept(stage)
    assert {"a.plan", "b.plan", "state/small.json", "state/small.json.backup"} <= files.keys()
    for name, data in files.items():
        assert not data or all(
            is_sealed(line) or b'"entry":{"mlinfra_' in line for line in data.splitlines()
        ), name
        assert b"canary" not in data, name
        assert b"rg-small" not in data, name
    assert run(stage, f"state list {GIVEN}").stdout.splitlines() == [
        "resource_group.main",
        "user_assigned_identity.a",
    ]
    assert "canary-team → fraud" in run(stage, f"state diff 1 2 {GIVEN}").stdout
    assert "1 changed" in run(stage, f"state history {GIVEN}").stdout
    assert run(stage, f"state verify {GIVEN}").code == 0
    assert json.loads(run(stage, f"state pull {GIVEN}").stdout)["serial"] == 2


def test_a_wrong_key_is_told_and_nothing_is_written(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    run(stage, "apply --auto-approve")
    before = kept(stage)
    write(stage, "{environment: TWO_KEY}")
    for command in ("apply --auto-approve", "plan", "state list", "state rm resource_group.main"):
        result = run(stage, command)
        assert result.code == 1
        assert "MLI-STA-085: state/small.json is encrypted with another key" in told(result)
    assert kept(stage) == before


@pytest.mark.parametrize("encryption", ["{environment: NONE}", "{file: none.key}", "{file: small.key}"])
def test_without_a_key_nothing_is_begun(stage: Stage, encryption: str) -> None:
    (stage.folder / "small.key").write_text("12")
    write(stage, encryption)
    result = run(stage, "apply --auto-approve")
    assert result.code == 1
    assert "MLI-STA-083" in told(result)
    assert "openssl rand -hex 32" in told(result)
    assert kept(stage) == {}
    assert "resource_group.main" not in run(stage, "simulator list").stdout


def test_a_stack_that_no_longer_says_so_reads_nothing(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    run(stage, "apply --auto-approve")
    text = (stage.folder / "mlinfra.yaml").read_text()
    (stage.folder / "mlinfra.yaml").write_text(text.replace("encryption: {environment: ONE_KEY}", ""))
    result = run(stage, "apply --auto-approve")
    assert result.code == 1
    assert "MLI-STA-080: state/small.json is encrypted, and the stack says not with which key" in told(result)


def test_from_plain_to_encrypted_is_said_and_slipped_in_by_nobody(stage: Stage) -> None:
    plain = "{environment: ONE_KEY, fallback: plain}"
    write(stage, plain)
    (stage.folder / "mlinfra.yaml").write_text(
        (stage.folder / "mlinfra.yaml").read_text().replace(f"encryption: {plain}", "")
    )
    run(stage, "apply --auto-approve")
    slipped = (stage.folder / "state" / "small.json").read_bytes()
    write(stage, "{environment: ONE_KEY}")
    assert "MLI-STA-084: state/small.json is not encrypted" in told(run(stage, "plan"))
    write(stage, plain)
    assert run(stage, "apply --auto-approve -v team=fraud").code == 0
    write(stage, "{environment: ONE_KEY}")
    assert run(stage, "plan -v team=fraud").code == 0
    (stage.folder / "state" / "small.json").write_bytes(slipped)
    assert "MLI-STA-084" in told(run(stage, "apply --auto-approve"))


def test_a_change_of_keys(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    run(stage, "apply --auto-approve")
    write(stage, "{environment: TWO_KEY, fallback: {environment: ONE_KEY}}")
    assert run(stage, "apply --auto-approve -v team=fraud").code == 0
    assert run(stage, "state verify").code == 0, "what is kept of before is read with the earlier key"
    write(stage, "{environment: TWO_KEY}")
    assert run(stage, "plan -v team=fraud").code == 0
    result = run(stage, "state verify")
    assert result.code == 1
    assert "is encrypted with another key" in told(result)


def test_a_state_with_a_flipped_bit(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    run(stage, "apply --auto-approve")
    path = stage.folder / "state" / "small.json"
    text = path.read_text()
    at = text.index('"data":"') + 100
    path.write_text(f"{text[:at]}{'B' if text[at] == 'A' else 'A'}{text[at + 1 :]}")
    result = run(stage, "plan")
    assert result.code == 1
    assert "MLI-STA-082: state/small.json is damaged" in told(result)
    assert run(stage, "state verify").code == 1


def test_a_plan_that_is_not_encrypted_is_not_carried_out(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    text = (stage.folder / "mlinfra.yaml").read_text()
    (stage.folder / "mlinfra.yaml").write_text(text.replace("encryption: {environment: ONE_KEY}", ""))
    run(stage, "plan --out a.plan")
    (stage.folder / "mlinfra.yaml").write_text(text)
    result = run(stage, "apply a.plan")
    assert result.code == 1
    assert "MLI-STA-084: a.plan is not encrypted" in told(result)
    assert run(stage, "show a.plan").code == 0, "looking does no harm"


def test_a_state_put_in_by_hand_is_encrypted_and_its_file_may_be(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    run(stage, "apply --auto-approve")
    sealed = (stage.folder / "state" / "small.json").read_bytes()
    document = json.loads(run(stage, "state pull").stdout)
    document["serial"] = 2
    (stage.folder / "plain.json").write_text(json.dumps(document))
    assert run(stage, "state push plain.json").code == 0, "whoever holds the key may"
    assert is_sealed((stage.folder / "state" / "small.json").read_bytes())
    (stage.folder / "sealed.json").write_bytes(sealed)
    assert run(stage, "state push sealed.json --force").code == 0


@pytest.mark.parametrize(
    ("encryption", "words"),
    [
        ("", "a key comes from one place, and none is named"),
        ("{}", "a key comes from one place, and none is named"),
        ("{fallback: plain}", "a key comes from one place, and none is named"),
        ("{environment: A, file: b}", "a key comes from one place, and 2 are named"),
        ("{fil: b}", "unknown key `fil` in `encryption`"),
        ("secret", "`encryption` is text, it should be a map"),
        ("{file: [a]}", "`file` of `encryption` takes a text"),
        ('{file: ""}', "`file` of `encryption` takes a text"),
        ('{file: "${null}"}', "`file` of `encryption` takes a text"),
        ("{environment: A, fallback: no}", "`fallback` of `encryption`"),
        ("{environment: A, fallback: {fallback: plain}}", "unknown key `fallback`"),
        ("{key_vault: {vault: v}}", "`key_vault` of `encryption` takes a map"),
        ('{file: "${resource_group.main.id}"}', "MLI-"),
        ('{file: "../../x.key"}', "MLI-STA-086: `encryption` names the key file ../../x.key"),
        ("{passphrase: short}", "the passphrase has fewer than 16 characters"),
    ],
)
def test_what_is_wrong_with_it_is_told_and_never_taken_for_nothing(
    stage: Stage, encryption: str, words: str
) -> None:
    write(stage, encryption)
    for command in ("validate", "plan", "state list", "apply --auto-approve"):
        result = run(stage, command)
        assert result.code == 1, told(result)
        assert words in told(result)
    assert kept(stage) == {}


def test_an_absolute_path_may_lead_out_of_the_repository(stage: Stage, tmp_path: Path) -> None:
    (stage.folder / ".git").mkdir()
    outside = tmp_path.parent / f"{tmp_path.name}.key"
    outside.write_text(ONE)
    write(stage, '{file: "${var.key_file}"}')
    assert run(stage, f"apply --auto-approve -v key_file={outside}").code == 0
    assert is_sealed((stage.folder / "state" / "small.json").read_bytes())


def test_a_key_of_a_vault(stage: Stage) -> None:
    (stage.folder / "mlinfra.yaml").write_text(
        "stack: base\n"
        "azure:\n"
        "  {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}\n"
        "resources:\n"
        "  resource_group: {main: {name: rg-base}}\n"
        "  key_vault: {main: {name: kv-small}}\n"
    )
    assert run(stage, "apply --auto-approve").code == 0
    write(stage, "{key_vault: {vault: kv-small, key: state, cloud: simulator}}")
    result = run(stage, "apply --auto-approve")
    assert result.code == 1
    assert "az keyvault key create --vault-name kv-small --name state" in told(result)
    with Workplace(stage.folder) as place:
        headers = {"host": "kv-small.vault.azure.net", "authorization": "Bearer x"}
        body = b'{"kty": "RSA"}'
        request = Request("POST", "/keys/state/create", {"api-version": "7.4"}, headers, body)
        assert place.simulator.handle(request).status == 200
    assert run(stage, "apply --auto-approve").code == 0
    assert is_sealed((stage.folder / "state" / "small.json").read_bytes())
    assert run(stage, "state list").code == 0
    assert run(stage, "state verify").code == 0


def test_an_encrypted_state_is_moved_as_it_is(stage: Stage) -> None:
    write(stage, "{environment: ONE_KEY}")
    run(stage, "apply --auto-approve")
    before = (stage.folder / "state" / "small.json").read_bytes()
    path = stage.folder / "mlinfra.yaml"
    path.write_text(path.read_text() + "backend: {local: {folder: elsewhere}}\n")
    assert run(stage, "state migrate --auto-approve").code == 0
    assert (stage.folder / "elsewhere" / "small.json").read_bytes() == before
    assert run(stage, "plan").code == 0
