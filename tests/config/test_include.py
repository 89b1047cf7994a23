from __future__ import annotations

from pathlib import Path

import pytest

from mlinfra.config import codes
from mlinfra.config.loader import load
from mlinfra.model.configuration import Config
from mlinfra.model.diagnostic import Diagnostic, MlinfraError
from tests.config.helpers import marked, plain, problems

MAIN = """stack: s
include: INCLUDE
variables: {region: {default: west}}
locals: {one: a}
resources:
  t:
    a: {name: a}
outputs: {a: {value: "${t.a.id}"}}
"""
NETWORK = """variables: {size: {default: 1}}
locals: {two: "${local.one}"}
resources:
  t:
    b: {name: "${local.two}", size: "${var.size}", near: "${t.a.id}"}
  u:
    a: {file: body.yml}
outputs: {b: {value: "${t.b.id}"}}
"""


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load_with(folder: Path, include: str, files: dict[str, str]) -> Config:
    write(folder, {"mlinfra.yaml": MAIN.replace("INCLUDE", include), **files})
    return load(folder)


def wrong(folder: Path, include: str, files: dict[str, str] | None = None) -> Diagnostic:
    with pytest.raises(MlinfraError) as raised:
        load_with(folder, include, files or {})
    (found,) = raised.value.diagnostics
    return found


def test_what_the_files_declare_comes_together(tmp_path: Path) -> None:
    files = {"parts/network.yaml": NETWORK, "parts/body.yml": "kind: verbatim\n"}
    config = load_with(tmp_path, "[parts/network.yaml]", files)
    assert list(config.variables) == ["region", "size"]
    assert list(config.locals) == ["one", "two"]
    assert list(config.outputs) == ["a", "b"]
    assert [str(block.address) for block in config.blocks] == ["t.a", "t.b", "u.a"]
    assert str(config.blocks[1].position) == "parts/network.yaml:5:5"
    assert [source.path for source in config.included] == ["parts/network.yaml"]


def test_paths_of_a_body_are_relative_to_the_file_that_names_it(tmp_path: Path) -> None:
    files = {"parts/network.yaml": NETWORK, "parts/body.yml": "kind: verbatim\n"}
    body = load_with(tmp_path, "parts/network.yaml", files).blocks[2]
    assert plain(body.body) == {"kind": "verbatim"}
    assert body.folder == (tmp_path / "parts").resolve()


def test_patterns_name_files_in_order_each_once_and_never_the_stack_itself(tmp_path: Path) -> None:
    files = {
        f"{name}.yaml": f"locals: {{l{number}: 1}}\n"
        for number, name in enumerate(["b", "a", "teams/x", "teams/deep/y", ".hidden"])
    }
    config = load_with(tmp_path, "[b.yaml, '*.yaml', 'teams/**/*.yaml']", files)
    assert [source.path for source in config.included] == [
        "b.yaml", "a.yaml", "teams/deep/y.yaml", "teams/x.yaml",
    ]  # fmt: skip
    assert list(config.locals) == ["one", "l0", "l1", "l3", "l2"]


def test_a_file_beside_the_stack_in_its_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path, {"shared/tags.yaml": "locals: {tags: {team: churn}}\n"})
    stack = tmp_path / "stacks" / "dev"
    stack.mkdir(parents=True)
    config = load_with(stack, "[../../shared/tags.yaml]", {})
    assert [source.path for source in config.included] == ["../../shared/tags.yaml"]


def test_what_is_wrong_in_an_included_file_is_told_with_its_place(tmp_path: Path) -> None:
    found = wrong(tmp_path, "[more.yaml]", {"more.yaml": "locals:\n  x: ${var.regoin}\n"})
    assert str(found.position) == "more.yaml:2:8"
    assert (found.code, marked(found)) == (codes.NO_SUCH_NAME, "var.regoin")


@pytest.mark.parametrize(
    ("text", "what", "first", "second"),
    [
        ("resources: {t: {a: {}}}", "t.a", "mlinfra.yaml:7:5", "more.yaml:1:17"),
        ("variables: {region: {}}", "`region` under `variables`", "mlinfra.yaml:3:13", "more.yaml:1:13"),
        ("locals: {one: 1}", "`one` under `locals`", "mlinfra.yaml:4:10", "more.yaml:1:10"),
        ("outputs: {a: {value: 1}}", "`a` under `outputs`", "mlinfra.yaml:8:11", "more.yaml:1:11"),
    ],
)
def test_what_two_files_declare(tmp_path: Path, text: str, what: str, first: str, second: str) -> None:
    found = wrong(tmp_path, "[more.yaml]", {"more.yaml": f"{text}\n"})
    assert (found.code, found.summary) == (codes.DECLARED_TWICE, f"{what} is declared twice")
    assert str(found.position) == second
    assert found.detail.startswith(f"The first is at {first}.")


@pytest.mark.parametrize(
    ("include", "code", "summary"),
    [
        ("[more.yml]", codes.FILE_MISSING, "there is no file `more.yml`"),
        ("['x/*.yaml']", codes.FILE_MISSING, "no file matches `x/*.yaml`"),
        ("[../more.yaml]", codes.FILE_OUTSIDE, "`../more.yaml` lies outside of the repository"),
        ("[/etc/passwd]", codes.FILE_OUTSIDE, "`/etc/passwd` lies outside of the repository"),
        ("['../*.yaml']", codes.WRONG_SHAPE, "`../*.yaml` is no pattern that can be looked for"),
        ("[mlinfra.yaml]", codes.WRONG_SHAPE, "a stack does not include itself"),
        (
            '["${var.region}.yaml"]',
            codes.WRONG_SHAPE,
            "`include` takes paths of files, and this is an expression",
        ),
        ("[1]", codes.WRONG_SHAPE, "`include` takes paths of files, and this is a number"),
        ("{a: b}", codes.WRONG_SHAPE, "`include` takes paths of files, and this is a map"),
        ("['']", codes.WRONG_SHAPE, "`include` takes paths of files, and this is empty"),
        ("[empty]", codes.UNREADABLE, "empty is a folder, not a file"),
    ],
)
def test_files_that_cannot_be_included(tmp_path: Path, include: str, code: str, summary: str) -> None:
    (tmp_path / "empty").mkdir()
    found = wrong(tmp_path, include, {"more.yaml": "locals: {}\n"})
    assert (found.code, found.summary) == (code, summary)
    assert found.position is not None
    assert found.position.line == 2


def test_a_link_does_not_lead_out_of_the_repository(tmp_path: Path) -> None:
    stack = tmp_path / "stack"
    stack.mkdir()
    write(tmp_path, {"secret.yaml": "locals: {x: 1}\n"})
    (stack / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    assert wrong(stack, "[link.yaml]").code == codes.FILE_OUTSIDE
    assert wrong(stack, "['*.yaml', 'l*']").code == codes.FILE_MISSING


def test_nothing_is_read_from_the_folder_of_git(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("locals: {x: 1}\n")
    found = wrong(tmp_path, "[.git/config]")
    assert (found.code, found.summary) == (codes.FILE_OUTSIDE, "`.git/config` belongs to git")
    assert wrong(tmp_path, "['.git/*']").code == codes.FILE_MISSING


@pytest.mark.parametrize(
    ("text", "summary", "advice"),
    [
        ("include: [x.yaml]", "`include` cannot stand in an included file", "do not include others"),
        ("stack: b", "`stack` cannot stand in an included file", "All else stands in mlinfra.yaml."),
        ("azure: {}", "`azure` cannot stand in an included file", "An included file holds variables"),
        ("resource: {}", "`resource` cannot stand in an included file", "Did you mean `resources`?"),
        ("[a]", "more.yaml is a list, it should be a map", ""),
        ("", "more.yaml is empty", "An included file holds variables"),
    ],
)
def test_what_an_included_file_cannot_hold(tmp_path: Path, text: str, summary: str, advice: str) -> None:
    found = wrong(tmp_path, "[more.yaml]", {"more.yaml": f"{text}\n"})
    assert found.summary == summary
    assert advice in found.detail


def test_a_section_of_the_wrong_shape_in_one_of_two_files(tmp_path: Path) -> None:
    assert wrong(tmp_path, "[m.yaml]", {"m.yaml": "locals: [a]\n"}).summary == (
        "`locals` is a list, it should be a map"
    )


def test_nothing_to_include(tmp_path: Path) -> None:
    assert problems(tmp_path, MAIN.replace("INCLUDE", "")) == []
    assert problems(tmp_path, MAIN.replace("INCLUDE", "[]")) == []
