"""What a shell is offered: from files alone, quickly, and nothing where something is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from mlinfra.cli.completing import FOLDERS, VARIABLE
from mlinfra.cli.main import COMMANDS, cli
from mlinfra.cli.shells import SHELLS

STACK = """\
stack: shell
azure: {cloud: simulator, subscription: 00000000-0000-0000-0000-000000000001, location: westeurope}
include: more.yaml
variables:
  sku: {type: string, default: Standard_LRS, description: "How much\\nit costs."}
  size: {type: number, default: 1}
modules:
  team: {source: modules/team}
  many: {source: modules/team, for_each: [a, b]}
  far: {source: "git::https://example.org/modules.git//pool?ref=v1"}
  gone: {source: modules/gone}
resources:
  resource_group: {main: {name: rg-shell}}
outputs:
  where: {value: "${resource_group.main.id}"}
"""
MODULE = """\
inputs: {name: {type: string, default: x}}
resources:
  storage_account: {data: {name: "st${var.name}"}}
modules:
  deeper: {source: ../deeper}
"""


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    """A stack in a repository, with an included file and modules in modules; nothing is applied."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "stacks" / "shell"
    for name, text in {
        "mlinfra.yaml": STACK,
        "more.yaml": "resources:\n  key_vault: {main: {name: kv-shell}}\n",
        "modules/team/module.yaml": MODULE,
        "modules/deeper/module.yaml": "resources: {user_assigned_identity: {one: {}}}\n",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def offered(*words: str, shell: str = "bash") -> dict[str, str | None]:
    """What may follow ``words``, the last of which is being typed."""
    asking: ShellComplete = SHELLS[shell](cli, {}, "mlinfra", VARIABLE)
    return {item.value: item.help for item in asking.get_completions(list(words[:-1]), words[-1])}


def record(folder: Path, *addresses: str, outputs: tuple[str, ...] = ()) -> None:
    """A state with records of these addresses, of which a shell needs nothing more than the names."""
    home = folder.parents[1] / "state"
    home.mkdir()
    document = {
        "format_version": 1,
        "records": [{"address": address, "secret": "hunter2"} for address in addresses],
        "outputs": {name: {"value": 1} for name in outputs},
    }
    (home / "shell.json").write_text(json.dumps(document), encoding="utf-8")


def test_commands_come_with_what_they_do_and_none_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.delattr("mlinfra.cli.lazy.import_module")
        assert offered("") == {name: line for name, (_, _, line) in COMMANDS.items()}
        assert set(offered("st")) == {"state", "status"}


def test_what_belongs_to_a_command_is_offered_behind_it() -> None:
    assert set(offered("state", "res")) == {"restore"}
    assert "--target" in offered("plan", "--ta")
    assert set(offered("completion", "")) == {"bash", "zsh", "fish"}


def test_targets_are_blocks_of_the_stack_its_files_and_modules(stack: Path) -> None:
    assert list(offered("-C", str(stack), "plan", "--target", "")) == [
        "resource_group.main",
        "key_vault.main",
        "module.team.storage_account.data",
        "module.team.module.deeper.user_assigned_identity.one",
        "module.team",
        "module.team.module.deeper",
    ]
    for option in ("--target", "--exclude", "--replace"):
        assert list(offered("-C", str(stack), "apply", option, "key")) == ["key_vault.main"]


def test_what_is_recorded_is_offered_with_its_instances(stack: Path) -> None:
    record(stack, 'module.many["a"].storage_account.data', "resource_group.old", outputs=("gone",))
    known = offered("-C", str(stack), "plan", "--target", "")
    assert {"resource_group.main", "resource_group.old"} <= set(known)
    for command in (["state", "show"], ["state", "rm"], ["state", "mv"]):
        assert list(offered("-C", str(stack), *command, "")) == [
            'module.many["a"].storage_account.data',
            "resource_group.old",
        ]
    assert list(offered("-C", str(stack), "output", "")) == ["where", "gone"]


def test_a_state_in_a_service_is_not_looked_into(stack: Path) -> None:
    record(stack, "resource_group.old")
    where = "backend: {azure_blob: {account: ststates, container: states}}\n"
    (stack / "mlinfra.yaml").write_text(STACK + where, encoding="utf-8")
    assert offered("-C", str(stack), "state", "show", "") == {}
    assert "resource_group.main" in offered("-C", str(stack), "plan", "--target", "")


def test_variables_come_with_their_descriptions_on_one_line(stack: Path) -> None:
    assert offered("-C", str(stack), "plan", "-v", "s") == {"sku=": "How much it costs.", "size=": None}
    assert offered("-C", str(stack), "plan", "--var", "sk") == {"sku=": "How much it costs."}


def test_only_modules_that_are_fetched_can_be_upgraded(stack: Path) -> None:
    assert list(offered("-C", str(stack), "modules", "upgrade", "")) == ["far"]


def test_rules_and_codes_are_offered_where_they_are_taken(stack: Path) -> None:
    assert "AZ-NET-001" in offered("policy", "explain", "AZ-")
    assert set(offered("explain", "MLI-CFG-03")) == {f"MLI-CFG-03{number}" for number in range(10)}


def test_explain_takes_types_and_addresses(stack: Path) -> None:
    assert list(offered("-C", str(stack), "explain", "resource_group")) == [
        "resource_group",
        "resource_group.main",
    ]
    assert list(offered("-C", str(stack), "explain", "resource_group.")) == ["resource_group.main"]


def test_folders_that_are_offered_hold_stacks(stack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (stack.parent / ".hidden").mkdir()
    (stack.parent / ".hidden" / "mlinfra.yaml").write_text("stack: hidden\n")
    (stack.parent / "empty").mkdir()
    monkeypatch.chdir(stack.parents[1])
    assert list(offered("-C", "")) == ["stacks/shell"]
    assert list(offered("-C", "stacks/s")) == ["stacks/shell"]
    assert list(offered("status", "stacks/")) == ["stacks/shell"]
    assert list(offered("matrix", "x")) == []
    assert list(offered("-C", f"{stack.parent}/")) == [str(stack)]


def test_no_more_folders_are_looked_through_than_somebody_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = 0

    def endless(top: str) -> object:
        nonlocal looked
        names = ["deeper"]
        while names:
            looked += 1
            names = ["deeper"]
            yield f"{top}/deeper", names, ["mlinfra.yaml"]

    monkeypatch.setattr(os, "walk", endless)
    assert offered("-C", "") == {"deeper": None}
    assert looked == FOLDERS


@pytest.mark.parametrize(
    "text",
    ["", "stack: [", "resources: 1\nvariables: [x]\n", "stack: ../../x\n", "\x00", "a: &a [*a]\n"],
)
def test_a_broken_stack_completes_nothing_and_says_nothing(
    stack: Path, text: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (stack / "mlinfra.yaml").write_text(text, encoding="utf-8")
    for words in (
        ["plan", "--target"],
        ["state", "show"],
        ["plan", "-v"],
        ["output"],
        ["modules", "upgrade"],
    ):
        assert offered("-C", str(stack), *words, "") == {}
    assert capfd.readouterr() == ("", "")


def test_a_damaged_state_hides_only_what_is_recorded(stack: Path) -> None:
    record(stack, "resource_group.old")
    (stack.parents[1] / "state" / "shell.json").write_text("{")
    assert offered("-C", str(stack), "state", "show", "") == {}


def test_expressions_are_not_worked_out(stack: Path) -> None:
    (stack / "mlinfra.yaml").write_text(
        'stack: shell\nresources: {resource_group: {main: {name: "${1 / 0}", for_each: "${file(1)}"}}}\n'
    )
    assert list(offered("-C", str(stack), "plan", "--target", "")) == ["resource_group.main"]


def test_names_that_a_terminal_would_obey_are_not_offered(stack: Path) -> None:
    record(stack, 'resource_group.a["\x1b[2J"]', "resource_group.b")
    assert list(offered("-C", str(stack), "state", "show", "")) == ["resource_group.b"]


@pytest.mark.parametrize(
    ("line", "word", "answers"),
    [
        ("mlinfra plan --target resource_group.m", "resource_group.m", ["plain,resource_group.main"]),
        ("mlinfra plan --target=resource_group.m", "resource_group.m", ["plain,resource_group.main"]),
        ("mlinfra state show 'resource", "'resource", ['plain,resource_group.a["x y"]']),
        ('mlinfra state show "resource', '"resource', [r"plain,resource_group.a[\"x y\"]"]),
        ("mlinfra state show resource", "resource", [r"plain,resource_group.a\[\"x\ y\"\]"]),
        ("mlinfra plan -v sk", "sk", ["open,sku="]),
        ("mlinfra plan -v sku=", "=", []),
        ("mlinfra pla", "pla", ["plain,plan"]),
    ],
)
def test_bash_is_answered_in_the_quotes_that_are_open(
    stack: Path, monkeypatch: pytest.MonkeyPatch, line: str, word: str, answers: list[str]
) -> None:
    record(stack, 'resource_group.a["x y"]')
    monkeypatch.setenv("COMP_LINE", line.replace("mlinfra", f"mlinfra -C {stack}", 1))
    monkeypatch.setenv("COMP_WORD", word)
    assert SHELLS["bash"](cli, {}, "mlinfra", VARIABLE).complete().splitlines() == answers


def asked(shell: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A process that a shell's script would start."""
    return subprocess.run(
        [sys.executable, "-m", "mlinfra"],
        env={**os.environ, VARIABLE: f"{shell}_complete", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_zsh_and_fish_are_answered_as_their_scripts_ask(stack: Path) -> None:
    words = f"mlinfra -C {stack} plan -v sk"
    zsh = asked("zsh", COMP_WORDS=words, COMP_CWORD="5")
    assert (zsh.stdout, zsh.stderr) == ("plain\nsku=\nHow much it costs.\n", "")
    fish = asked("fish", COMP_WORDS=words, COMP_CWORD="sk")
    assert (fish.stdout, fish.stderr) == ("plain,sku=\tHow much it costs.\n", "")


def test_what_cannot_be_answered_is_answered_with_silence() -> None:
    broken = asked("bash")
    assert (broken.returncode, broken.stdout, broken.stderr) == (1, "", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_asks_the_program_in_the_shells_own_words(shell: str) -> None:
    result = CliRunner().invoke(cli, ["completion", shell])
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"{VARIABLE}={shell}_complete" in result.stdout
    assert "%(" not in result.stdout


def test_fish_keeps_commas_in_an_answer() -> None:
    assert 'string split --max 1 "," $completion' in CliRunner().invoke(cli, ["completion", "fish"]).stdout
