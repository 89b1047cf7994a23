"""Functions that reach further than their arguments: files of the repository, templates, the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mlinfra.config import codes
from mlinfra.config.expression import evaluate
from mlinfra.config.functions.base import MAX_TEXT
from mlinfra.config.functions.files import MAX_HASHED
from mlinfra.config.scope import Scope, Table
from mlinfra.config.scopes import base_scope
from mlinfra.config.surroundings import Surroundings, readable
from mlinfra.model.diagnostic import Diagnostic
from mlinfra.model.value import Sensitive, Unknown
from tests.config.helpers import marked, stack, template


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for folder in ("stack/teams/deep", "stack/.hidden", "shared", ".git"):
        (root / folder).mkdir(parents=True)
    (tmp_path / "outside.txt").write_text("secret")
    (root / ".git" / "config").write_text("token")
    (root / "shared" / "motd.txt").write_text("shared")
    for name in ("motd.txt", "teams/a.txt", "teams/b.txt", "teams/deep/c.txt", "teams/x.md", ".hidden/h.txt"):
        (root / "stack" / name).write_text(name)
    (root / "stack" / "out.txt").symlink_to(tmp_path / "outside.txt")
    (root / "stack" / "loop").symlink_to(root / "stack" / "loop")
    return root


def around(repository: Path, **environment: str) -> Surroundings:
    return Surroundings(repository / "stack", repository.resolve(), environment)


def work_out(repository: Path, text: str, **names: Any) -> tuple[Any, list[Diagnostic]]:
    problems: list[Diagnostic] = []
    scope = Scope({"var": Table(names)}, around=around(repository, REGION="north", BAD="\udc80"))
    return evaluate(template(text), scope, problems), problems


def value(repository: Path, text: str, **names: Any) -> Any:
    found, problems = work_out(repository, text, **names)
    assert problems == []
    return found


def failure(repository: Path, text: str, **names: Any) -> Diagnostic:
    found, (problem,) = work_out(repository, text, **names)
    assert isinstance(found, Unknown)
    return problem


# ---- files -----------------------------------------------------------------------------------------------


def test_paths_are_relative_to_the_stack_and_stay_in_the_repository(repository: Path) -> None:
    assert value(repository, "${file('motd.txt')}") == "motd.txt"
    assert value(repository, "${file('../shared/motd.txt')}") == "shared"
    assert value(repository, "${file('teams/../motd.txt')}") == "motd.txt"
    assert value(repository, "${fileexists('motd.txt')}") is True
    assert value(repository, "${fileexists('none.txt')}") is False
    assert value(repository, "${fileexists('teams')}") is False


@pytest.mark.parametrize("call", ["file", "fileexists", "filesha256"])
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../../outside.txt", codes.FILE_OUTSIDE),
        ("out.txt", codes.FILE_OUTSIDE),
        ("/etc/passwd", codes.FILE_OUTSIDE),
        ("../.git/config", codes.FILE_OUTSIDE),
        ("loop", codes.FILE_MISSING),
    ],
)
def test_what_lies_elsewhere_is_not_read(repository: Path, call: str, path: str, code: str) -> None:
    assert failure(repository, f"${{{call}('{path}')}}").code == code


@pytest.mark.parametrize("call", ["file('{}')", "filesha256('{}')", "templatefile('{}', {{}})"])
def test_files_that_are_not_there(repository: Path, call: str) -> None:
    found = failure(repository, f"${{{call.format('motd.tx')}}}")
    assert (found.code, found.summary) == (codes.FILE_MISSING, "there is no file `motd.tx`")
    assert found.detail == "Did you mean `motd.txt`? The path is relative to the stack's folder."
    assert failure(repository, f"${{{call.format('teams')}}}").summary == "`teams` is not a file"


def test_the_path_may_be_a_secret_and_is_not_told_then(repository: Path) -> None:
    found = failure(repository, "${file(var.path)}", path=Sensitive("s3cr3t"))
    assert "s3cr3t" not in f"{found.summary}{found.detail}"
    assert value(repository, "${file(var.path)}", path=Sensitive("motd.txt")) == Sensitive("motd.txt")


def test_files_that_are_no_text_or_too_long(repository: Path) -> None:
    (repository / "stack" / "image.png").write_bytes(b"\x89PNG\xff")
    assert failure(repository, "${file('image.png')}").detail.startswith("The file is not UTF-8 text.")
    assert len(value(repository, "${filesha256('image.png')}")) == 64
    for length in (MAX_TEXT + 1, 4 * MAX_TEXT + 1):
        (repository / "stack" / "long.txt").write_text("a" * length)
        assert failure(repository, "${file('long.txt')}").code == codes.TOO_MUCH
    with (repository / "stack" / "huge.bin").open("wb") as file:
        file.truncate(MAX_HASHED + 1)  # sparse: nothing of it is written
    assert failure(repository, "${filesha256('huge.bin')}").code == codes.TOO_MUCH


@pytest.mark.parametrize("path", ["a" * 300, f"{'a' * 300}/x", "a/" * 1500, "nul\\x00"])
def test_paths_that_no_file_can_have(repository: Path, path: str) -> None:
    assert failure(repository, f"${{file('{path}')}}").code == codes.FILE_MISSING


def test_a_link_into_the_folder_of_git_is_no_way_in(repository: Path) -> None:
    (repository / "stack" / "config.yaml").symlink_to(repository / ".git" / "config")
    (repository / ".GIT").mkdir()
    (repository / ".GIT" / "x").write_text("")  # the same folder where names have no case
    assert failure(repository, "${file('config.yaml')}").code == codes.FILE_OUTSIDE
    assert failure(repository, "${file('../.GIT/x')}").code == codes.FILE_OUTSIDE
    assert value(repository, "${fileset('.', '*.yaml')}") == []
    assert value(repository, "${fileset('..', '**/x')}") == []


@pytest.mark.parametrize(
    ("folder", "pattern", "wanted"),
    [
        ("teams", "*.txt", ["a.txt", "b.txt"]),
        ("teams", "**/*.txt", ["a.txt", "b.txt", "deep/c.txt"]),
        ("teams", "**", ["a.txt", "b.txt", "deep/c.txt", "x.md"]),
        ("teams", "[ab].*", ["a.txt", "b.txt"]),
        ("teams", "?.md", ["x.md"]),
        ("teams", "**/deep/**", ["deep/c.txt"]),
        ("teams", "none", []),
        (".", "*/*.txt", ["teams/a.txt", "teams/b.txt"]),
        (".", ".hidden/*", [".hidden/h.txt"]),
        (".", "*.txt", ["motd.txt"]),
        ("..", "shared/*", ["shared/motd.txt"]),
        ("..", ".git/*", []),
    ],
)
def test_files_by_pattern(repository: Path, folder: str, pattern: str, wanted: list[str]) -> None:
    assert value(repository, f"${{fileset('{folder}', '{pattern}')}}") == wanted


@pytest.mark.parametrize("pattern", ["", "/etc/*", "../*", "a/../../*", "a" * 600])
def test_patterns_that_lead_elsewhere(repository: Path, pattern: str) -> None:
    found = failure(repository, f"${{fileset('.', '{pattern}')}}")
    assert found.detail.startswith("A pattern is a path below the folder")


# ---- files of environments -------------------------------------------------------------------------------


@pytest.fixture
def environments(repository: Path) -> Path:
    folder = repository / "stack" / "envs"
    for name in ("conda", "context"):
        (folder / name).mkdir(parents=True)
    (folder / "conda" / "b.yml").write_text("dependencies: ['${x}']\n")
    (folder / "b.yaml").write_text("image: b:1\nconda_file: file:conda/b.yml\n")
    (folder / "a.yml").write_text("build: {path: context, dockerfile_path: Dockerfile}\n")
    (folder / "c.yml").write_text("build: {path: https://x/y}\nconda_file: {dependencies: []}\n")
    (folder / "notes.txt").write_text("text")
    (folder / ".hidden.yml").write_text("image: h:1\n")
    return folder


def test_files_of_environments_hold_what_they_name(repository: Path, environments: Path) -> None:
    found = value(repository, "${environment_files('envs')}")
    assert found == {
        "a": {"build": {"path": str(environments.resolve() / "context"), "dockerfile_path": "Dockerfile"}},
        "b": {"image": "b:1", "conda_file": {"dependencies": ["${x}"]}},
        "c": {"build": {"path": "https://x/y"}, "conda_file": {"dependencies": []}},
    }
    assert list(found) == ["a", "b", "c"]
    assert list(value(repository, "${environment_files('.', '**/conda/*.yml')}")) == ["envs/conda/b"]
    assert value(repository, "${environment_files('teams')}") == {}


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("conda_file: ../../../outside.txt", "envs/z.yml:1:13", codes.FILE_OUTSIDE),
        ("conda_file: ../../.git/config", "envs/z.yml:1:13", codes.FILE_OUTSIDE),
        ("conda_file: ../out.txt", "envs/z.yml:1:13", codes.FILE_OUTSIDE),
        ("conda_file: conda/none.yml", "envs/z.yml:1:13", codes.FILE_MISSING),
        ("conda_file: ../loop", "envs/z.yml:1:13", codes.FILE_MISSING),
        ("build: {path: ../../..}", "envs/z.yml:1:15", codes.FILE_OUTSIDE),
        ("build: {path: none}", "envs/z.yml:1:15", codes.FILE_MISSING),
        ("a: [", "envs/z.yml:2:1", codes.SYNTAX),
        ("- a", "envs/z.yml:1:1", codes.WRONG_SHAPE),
        ("", "envs/z.yml:1:1", codes.EMPTY),
    ],
)
def test_what_is_wrong_in_a_file_of_an_environment_is_told_with_its_place(
    repository: Path, environments: Path, text: str, place: str, code: str
) -> None:
    (environments / "z.yml").write_text(text)
    found = failure(repository, "${environment_files('envs')}")
    assert (str(found.position), found.code) == (place, code)


def test_files_of_environments_stay_in_the_repository(repository: Path, environments: Path) -> None:
    assert failure(repository, "${environment_files('../..')}").code == codes.FILE_OUTSIDE
    assert failure(repository, "${environment_files('../.git')}").code == codes.FILE_OUTSIDE
    assert failure(repository, "${environment_files('none')}").code == codes.FILE_MISSING
    (environments / "out.yml").symlink_to(repository.parent / "outside.txt")
    (environments / "loop.yml").symlink_to(environments / "loop.yml")
    (environments / "git.yml").symlink_to(repository / ".git" / "config")
    assert list(value(repository, "${environment_files('envs')}")) == ["a", "b", "c"]
    (environments / "b.yml").write_text("image: b:2\n")
    assert "one name" in failure(repository, "${environment_files('envs')}").detail


def test_without_a_stack_around_there_are_no_files() -> None:
    problems: list[Diagnostic] = []
    evaluate(template("${file('motd.txt')}"), Scope({}), problems)
    assert problems[0].code == codes.NOT_HERE


# ---- templates -------------------------------------------------------------------------------------------


def render(repository: Path, text: str, call: str = "templatefile('t.tpl', {'name': 'Ana', 'n': 2})") -> str:
    (repository / "stack" / "t.tpl").write_text(text)
    return value(repository, f"${{{call}}}")  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("plain\n", "plain\n"),
        ("${name}-${n + 1}", "Ana-3"),
        ("$${name} ${{ github }}", "${name} ${{ github }}"),
        ("${join(', ', [upper(x) for x in [name, 'b']])}", "ANA, B"),
        ("${file('motd.txt')} ${env_or_default('REGION', '-')}", "motd.txt north"),
    ],
)
def test_a_template(repository: Path, text: str, wanted: str) -> None:
    assert render(repository, text) == wanted


@pytest.mark.parametrize(
    ("text", "place", "underlined", "code"),
    [
        ("a\n b ${nam}\n", "t.tpl:2:6", "nam", codes.NOTHING_THERE),
        ("${var.x}", "t.tpl:1:3", "var", codes.NOTHING_THERE),
        ("${name.__class__}", "t.tpl:1:3", "name.__class__", codes.FORBIDDEN),
        ("x\n${open('/etc/passwd')}", "t.tpl:2:3", "open", codes.FUNCTION),
        ("${", "t.tpl:1:1", "${", codes.UNCLOSED),
        ("${file('/etc/passwd')}", "t.tpl:1:3", "file('/etc/passwd')", codes.FILE_OUTSIDE),
        ("${templatefile('t.tpl', {})}", "t.tpl:1:3", "templatefile('t.tpl', {})", codes.FAILS),
        ("${[name]}", "t.tpl:1:1", "${[name]}", codes.NOT_TEXT),
        ("${null}", "t.tpl:1:1", "${null}", codes.NOT_TEXT),
    ],
)
def test_what_is_wrong_in_a_template_is_told_with_its_place(
    repository: Path, text: str, place: str, underlined: str, code: str
) -> None:
    (repository / "stack" / "t.tpl").write_text(text)
    found = failure(repository, "${templatefile('t.tpl', {'name': 'Ana'})}")
    assert (found.code, str(found.position), marked(found)) == (code, place, underlined)


def test_a_template_that_a_secret_goes_into_is_secret(repository: Path) -> None:
    (repository / "stack" / "t.tpl").write_text("${key} ${n}")
    call = "${templatefile('t.tpl', {'key': var.key, 'n': 1})}"
    assert value(repository, call, key=Sensitive("s3cr3t")) == Sensitive("s3cr3t 1")
    found = value(repository, call, key=Unknown("${x.y.key}", sensitive=True))
    assert found == Unknown(call, sensitive=True)
    (repository / "stack" / "t.tpl").write_text("${vars.zzz} ${key.a}")
    told = failure(
        repository, "${templatefile('t.tpl', {'key': 1, 'vars': {'s3cr3t': var.key}})}", key=Sensitive(1)
    )
    assert "s3cr3t" not in f"{told.summary}{told.detail}"


def test_templates_are_worked_out_within_the_work_of_one_expression(repository: Path) -> None:
    (repository / "stack" / "t.tpl").write_text("${length([x for x in range(9000)])}" * 200)
    found = failure(repository, "${templatefile('t.tpl', {})}")
    assert found.code == codes.TOO_MUCH
    (repository / "stack" / "t2.tpl").write_text("${'a' * 60000}${'a' * 60000}")
    assert failure(repository, "${templatefile('t2.tpl', {})}").code == codes.TOO_MUCH


def test_one_mistake_is_the_same_message_however_often_it_is_met(repository: Path) -> None:
    (repository / "stack" / "t.tpl").write_text("${nam}")
    problems: list[Diagnostic] = []
    scope = Scope({}, around=around(repository))
    for _ in range(2):
        evaluate(template("${templatefile('t.tpl', {})}"), scope, problems)
    assert len(dict.fromkeys(problems)) == 1


# ---- the environment -------------------------------------------------------------------------------------


def test_only_variables_with_the_prefix_can_be_read() -> None:
    given = {
        "MLINFRA_ENV_REGION": "west",
        "MLINFRA_ENV_": "x",
        "AZURE_CLIENT_SECRET": "s",
        "MLINFRA_VAR_a": "b",
    }
    assert readable(given) == {"REGION": "west"}


def test_the_environment_is_the_one_that_load_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLINFRA_ENV_REGION", "of the process")
    text = "stack: s\nlocals: {a: \"${env_or_default('REGION', 'none')}\", b: \"${file('x.txt')}\"}\n"
    (tmp_path / "x.txt").write_text("x")
    for given, wanted in (({}, "none"), ({"MLINFRA_ENV_REGION": "west", "OTHER": "x"}, "west")):
        config = stack(tmp_path, text, environment=given)
        scope = base_scope(config).extended({"each": 1}).child("t", 2)
        problems: list[Diagnostic] = []
        assert evaluate(template("${local.a} ${local.b}"), scope, problems) == f"{wanted} x"
        assert problems == []


def test_what_an_environment_may_hold(repository: Path) -> None:
    assert value(repository, "${env_or_default('REGION', null)}") == "north"
    assert value(repository, "${env_or_default('NONE', 4)}") == 4
    assert "no Unicode" in failure(repository, "${env_or_default('BAD', '')}").summary
    assert "without MLINFRA_ENV_" in failure(repository, "${env_or_default('MLINFRA_ENV_A', '')}").detail


# ---- what can be worked out ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("try_(var.m.b.c, 'x')", "x"),
        ("try_(var.m.a, 'x')", 1),
        ("try_(tonumber('a'), tonumber('b'), 3)", 3),
        ("try_([][0], null)", None),
        ("try_([y.b for y in [var.m]], [])", []),
        ("try_(null, 1)", None),
        ("can(var.m.a)", True),
        ("can(var.m.b)", False),
        ("can(1 / 0)", False),
        ("can(var.unknown and false)", None),
    ],
)
def test_try_and_can(repository: Path, text: str, wanted: Any) -> None:
    found = value(repository, f"${{{text}}}", m={"a": 1}, unknown=Unknown("${x}"))
    assert found == wanted if not isinstance(found, Unknown) else wanted is None


def test_what_try_does_not_pass_over(repository: Path) -> None:
    assert failure(repository, "${try_(var.m.b, var.m.c)}", m={"a": 1}).summary == "`var.m` has no `c`"
    assert failure(repository, "${try_()}").code == codes.FAILS
    assert failure(repository, "${try_('a' * 200000, 1)}").code == codes.TOO_MUCH
    assert (
        failure(repository, "${can([x for x in range(10000) for y in range(10000)])}").code == codes.TOO_MUCH
    )


def test_a_local_that_cannot_be_worked_out_is_told_all_the_same(tmp_path: Path) -> None:
    text = "stack: s\nlocals: {a: '${1 / 0}', b: '${try_(local.a, 1)}'}\n"
    problems: list[Diagnostic] = []
    evaluate(template("${local.b} ${local.a}"), base_scope(stack(tmp_path, text)), problems)
    assert [found.summary for found in problems] == ["this divides by zero"]


def test_whether_a_secret_can_be_worked_out_is_secret(repository: Path) -> None:
    assert value(repository, "${can(tonumber(var.s))}", s=Sensitive("4")) == Sensitive(True)
    assert value(repository, "${try_(tonumber(var.s), 0)}", s=Sensitive("x")) == Sensitive(0)
    assert value(repository, "${try_(var.m.s, 0)}", m={"s": Unknown("${x}")}) == Unknown(
        "${try_(var.m.s, 0)}"
    )
